"""Every engine against the reference calculator, figure for figure, on random worlds."""

import io
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from polars.testing import assert_frame_equal

from how_many import examples
from reference import Reference
from wmt import rules
from wmt.ledger import COMPONENTS, Ledger
from wmt.ledger.engine import PostgresEngine
from worlds import World, worlds

# shrinking a failure over three engines takes minutes and says little more than the first example
SETTINGS = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.explicit, Phase.generate],
}
DAYS = [date(2022, 2, 2), date(2023, 6, 14)]
WEIGHED = rules.load().at(
    DAYS[1],
    [
        rules.Overlay(
            "weights",
            "test",
            (
                ("case_weighting.warrant", DAYS[1], 50),
                ("case_weighting.unpaid_work", DAYS[1], 0),
                ("cms_points.(other)", DAYS[1], 5),
            ),
        )
    ],
)
EXAMPLES = {"duckdb": 80, "postgres": 15, "sail": 5}


def parquet(frame: pl.DataFrame) -> bytes:
    """The bytes that a night folder would hold."""
    with io.BytesIO() as file:
        frame.write_parquet(file)
        return file.getvalue()


def shown(row: dict[str, Any]) -> dict[str, Fraction | int]:
    """A total of the ledger in the words of the reference calculator."""
    return {
        "points": Fraction(row["points_x100"], 100),
        "available": Fraction(row["available_x100"], 100),
        "cases": row["cases"],
        "cases_all": row["cases_all"],
        "omic": Fraction(row["omic_x100"], 100),
        "contracted": Fraction(row["contracted_hours_micro"], 1_000_000),
        "reduction": Fraction(row["reduction_hours_micro"], 1_000_000),
        **{part: Fraction(row[f"{part}_x100"], 100) for part in COMPONENTS},
    }


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_post_has_the_reference_figures(name: str, engines: dict[str, Any]) -> None:
    @settings(max_examples=examples(EXAMPLES[name]), **SETTINGS)
    @given(worlds())
    def check(world: World) -> None:
        facts = world.facts()
        for ruleset in (*(rules.load().at(day) for day in DAYS), WEIGHED):
            totals = Ledger(facts, ruleset, engine=engines[name]).totals(["post"])
            reference = Reference(facts, ruleset)
            numbers = {f"{p['team_code']}:{p['staff_code']}": p["post_no"] for p in reference.rows["post"]}
            assert set(totals["code"]) == set(numbers)
            for row in totals.iter_rows(named=True):
                post_no = numbers[row["code"]]
                assert shown(row) == reference.figures(post_no), (row["code"], ruleset)
                assert row["stream"] == reference.stream(post_no), row["code"]
                counts = reference.counts(post_no)
                assert {name: row[name] for name in counts} == counts, (row["code"], ruleset)

    check()


@pytest.mark.process
@settings(max_examples=examples(8), **SETTINGS)
@given(world=worlds())
def test_all_engines_give_the_same_lines_and_totals(world: World, engines: dict[str, Any]) -> None:
    facts, ruleset = world.facts(), rules.load().at(world.as_at.date())
    ledgers = {name: Ledger(facts, ruleset, engine=engine) for name, engine in engines.items()}
    for ask in (Ledger.lines, Ledger.totals):
        frames = {name: ask(ledger) for name, ledger in ledgers.items()}
        for name, frame in frames.items():
            assert_frame_equal(frame, frames["duckdb"])
            assert parquet(frame) == parquet(frames["duckdb"]), name


@settings(max_examples=examples(60), **SETTINGS)
@given(world=worlds())
def test_totals_are_sums_of_lines_at_every_level(world: World, engines: dict[str, Any]) -> None:
    ledger = Ledger(world.facts(), rules.load().at(world.as_at.date()), engine=engines["duckdb"])
    lines, totals = ledger.lines(), ledger.totals()
    team = ledger.facts.team.select("team_code", "pdu_code", "region_code")
    posts = totals.filter(pl.col("level") == "post")
    streams = posts.select("team_code", "staff_code", stream_of_post="stream")
    placed = (
        lines.join(team, on="team_code")
        .join(streams, on=["team_code", "staff_code"])
        .with_columns(
            pl.concat_str("team_code", pl.lit(":"), "staff_code").alias("post_code"),
            pl.lit("nation").alias("nation_code"),
        )
    )
    for level in ("post", "team", "pdu", "region", "nation"):
        key = [f"{level}_code"] if level != "pdu" else ["pdu_code", "region_code"]
        summed = placed.group_by(*key, "stream_of_post").agg(
            points=pl.col("points_x100").filter(pl.col("side") == "work").sum(),
            available=pl.col("points_x100").filter(pl.col("side") == "time").sum(),
        )
        expected = {
            (row[f"{level}_code"], row["stream_of_post"]): (row["points"], row["available"])
            for row in summed.to_dicts()
        }
        found = totals.filter(pl.col("level") == level)
        for row in found.to_dicts():
            assert expected.get((row["code"], row["stream"]), (0, 0)) == (
                row["points_x100"],
                row["available_x100"],
            )
            assert row["points_x100"] == sum(row[f"{part}_x100"] for part in COMPONENTS)


@settings(max_examples=examples(40), **SETTINGS)
@given(world=worlds())
def test_every_line_names_its_rule_and_earns_or_says_why_not(world: World, engines: dict[str, Any]) -> None:
    ruleset = rules.load().at(world.as_at.date())
    lines = Ledger(world.facts(), ruleset, engine=engines["duckdb"]).lines()
    for line in lines.iter_rows(named=True):
        assert ruleset[line["rule"]].valid_from.isoformat() == line["rule_from"]
        if line["side"] == "work" and line["points_x100"] == 0 and line["kind"] != "omic_licence":
            assert line["reason"], line
        if line["side"] == "work" and line["points_x100"]:
            assert line["points_x100"] * 1_000_000 == line["each_x100"] * line["quantity_micro"]
    contacts = lines.filter(pl.col("kind") == "contact")
    assert contacts["points_x100"].sum() == 0


@pytest.mark.process
def test_weights_other_than_the_published_ones_are_honoured_everywhere(engines: dict[str, Any]) -> None:
    """Half the points for a warrant, 60% for unpaid work, 5 points for a contact with an unknown code."""
    entries = {
        "case_weighting.warrant": 50,
        "case_weighting.unpaid_work": 60,
        "cms_points.(other)": 5,
    }
    overlay = rules.Overlay("weights", "test", tuple((path, DAYS[1], v) for path, v in entries.items()))
    ruleset = rules.load().at(DAYS[1], [overlay])
    world = World().post("N1A:S1").post("N1A:S2")
    world.cases("N1A:S1", "community", "B1", status="warrant", ref="X000001")  # half of 108
    world.cases("N1A:S1", "community", "C0", 5)  # 5 × 25, one of them unpaid work: 40% of 25 less
    world.flag("N1A:S1", "X000002", "U", "community", "C0").flag("N1A:S1", "X000001", "W", "community", "B1")
    world.contact("XXX99", by="N1A:S1", om="N1A:S2")
    facts = world.facts()
    for engine in engines.values():
        ledger = Ledger(facts, ruleset, engine=engine)
        points = ledger.totals(["post"])["points_x100"].to_list()
        assert points == [(54 + 125 - 10 + 5) * 100, -500]
        earning = ledger.lines().filter((pl.col("side") == "work") & (pl.col("points_x100") != 0))
        assert earning["counted"].to_list() == [1] * len(earning)
    reference = Reference(facts, ruleset)
    assert [reference.figures(post_no)["points"] for post_no in (0, 1)] == [174, -5]


@pytest.mark.process
def test_a_session_that_is_closed_takes_its_tables_with_it(engines: dict[str, Any]) -> None:
    address = engines["postgres"]._connection.info.dsn
    ended, other = PostgresEngine(address), PostgresEngine(address)
    ended.put("left_behind", pl.DataFrame({"number": [1]}))
    assert ended.run('SELECT number FROM "left_behind"')["number"].to_list() == [1]
    ended.close()
    with pytest.raises(psycopg.OperationalError):
        ended.run("SELECT 1")
    with pytest.raises(psycopg.errors.UndefinedTable):
        other.run('SELECT number FROM "left_behind"')
    other.close()
