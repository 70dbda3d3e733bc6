"""The demonstration nation, small: every line names its rule, lines add up to figures, on every engine."""

import random
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from test_engines import parquet, shown

from reference import Reference
from wmt import rules
from wmt.demo import Truth, write_nation
from wmt.facts import Facts
from wmt.intake import read
from wmt.ledger import COMPONENTS, Ledger
from wmt.ledger.compare import compare

RULES = {day: rules.load().at(day) for day in (date(2022, 2, 2), date(2026, 11, 20))}


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    folder = tmp_path_factory.mktemp("nation")
    return folder, write_nation(folder, scale=0.02, nights=2, formats=("tidy", "people"))


def facts_of(nation: tuple[Path, Truth], number: int) -> Facts:
    folder, truth = nation
    night = folder / truth.nights[number].folder
    taken = read([night / "tidy"], people=night / "people")
    assert taken.facts is not None, taken.faults
    return taken.facts


def test_lines_name_their_rules_and_add_up_on_every_engine(
    nation: tuple[Path, Truth], engines: dict[str, Any]
) -> None:
    facts = facts_of(nation, 0)
    for day, ruleset in RULES.items():
        ledgers = {name: Ledger(facts, ruleset, engine=engine) for name, engine in engines.items()}
        lines = {name: ledger.lines() for name, ledger in ledgers.items()}
        totals = {name: ledger.totals() for name, ledger in ledgers.items()}
        assert len({parquet(frame) for frame in lines.values()}) == 1, day
        assert len({parquet(frame) for frame in totals.values()}) == 1, day
        assert set(lines["duckdb"]["rule"]) <= {value.path for value in ruleset}
        assert lines["duckdb"]["rule"].null_count() == 0
        assert_sums(lines["duckdb"], totals["duckdb"])


def assert_sums(lines: pl.DataFrame, totals: pl.DataFrame) -> None:
    """Every post's figures are the sums of its lines, added up here by other means."""
    code = pl.concat_str("team_code", pl.lit(":"), "staff_code").alias("code")
    work, time = pl.col("side") == "work", pl.col("side") == "time"
    summed = lines.group_by(code).agg(
        points_x100=pl.col("points_x100").filter(work).sum(),
        available_x100=pl.col("points_x100").filter(time).sum(),
        cases=pl.col("active_cases").sum(),
        cases_all=pl.col("listed_cases").sum(),
        **{
            f"{part}_x100": pl.col("points_x100").filter(pl.col("component") == part).sum()
            for part in COMPONENTS
        },
    )
    posts = totals.filter(pl.col("level") == "post").select(summed.columns)
    assert posts.sort("code").equals(summed.sort("code"))
    nation = totals.filter(pl.col("level") == "nation").sum()
    for name in ("points_x100", "available_x100"):
        assert nation[name].item() == summed[name].sum()
    assert lines.filter(pl.col("kind") == "contact")["points_x100"].sum() == 0


def _points_of(part: str) -> pl.Expr:
    return pl.col("points_x100").filter(pl.col("component") == part).sum()


def test_a_sample_of_posts_has_the_reference_figures(nation: tuple[Path, Truth]) -> None:
    facts = facts_of(nation, 0)
    for ruleset in RULES.values():
        totals = Ledger(facts, ruleset).totals(["post"])
        reference = Reference(facts, ruleset)
        for row in random.Random(5).sample(totals.to_dicts(), 25):
            team, staff = row["code"].split(":")
            (post,) = (
                p for p in reference.rows["post"] if (p["team_code"], p["staff_code"]) == (team, staff)
            )
            assert shown(row) == reference.figures(post["post_no"]), row["code"]


def test_what_moved_overnight_is_what_happened(nation: tuple[Path, Truth]) -> None:
    before, after = facts_of(nation, 0), facts_of(nation, 1)
    ruleset = RULES[date(2026, 11, 20)]
    a = Ledger(before, ruleset, prefix="a_")
    b = Ledger(after, ruleset, prefix="b_", engine=a.engine)
    found: Counter[str] = Counter()
    for row in compare(a, b, ["nation"]):
        found.update({cause["cause"]: cause["lines"] for cause in row["causes"]})
        assert sum(cause["points"] for cause in row["causes"]) == row["change"], row["stream"]
    kinds = nation[1].events["kind"].value_counts()
    happened = dict(zip(kinds["kind"], kinds["count"], strict=True))
    assert found["new_case"] == happened["allocated"]
    assert found["ended"] == happened["terminated"]
    assert found["recalled"] == happened["recalled"]
    assert found["custody_to_licence"] == happened["released"]
    assert found["on_warrant"] == happened["warrant"]
    assert found["back_from_warrant"] == happened["warrant_ended"]
    assert found.get("overdue", 0) == happened.get("overdue", 0)
    # those that begin or end by plan are no event
    assert found["reduction"] >= happened["reduction_started"] + happened["reduction_ended"]
    assert found["hours"] >= happened["hours"]
