"""Points at stake: what untiered cases may be worth, and what comes when requirements commence."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from wmt.facts import TIERS
from wmt.ledger import arithmetic
from wmt.rules import DatedValue, RuleSet

UNCOMMENCED = "uncommenced"


def untiered_at_stake(lines: pl.DataFrame, rules: RuleSet, tier_scheme: str) -> list[dict[str, Any]]:
    """The untiered active cases by stream and type, with the least and the most points one may turn out
    to be worth: rows of {stream, location, cases, lowest, highest}. Lines as `Ledger.lines` gives them.
    """
    untiered = lines.filter(
        (pl.col("kind") == "case") & (pl.col("tier") == "0") & (pl.col("active_cases") > 0)
    )
    grouped = untiered.group_by("stream", "location").agg(cases=pl.col("active_cases").sum())
    rows = grouped.sort("stream", "location").to_dicts()
    for row in rows:
        table = "t2a_points" if row["stream"] == "t2a" else "tier_points"
        tiers = (
            f"{table}.{tier_scheme}.{row['location']}.{tier}" for tier in TIERS[tier_scheme] if tier != "0"
        )
        worth = [value.hundredths for value in map(rules.get, tiers) if value is not None]
        row["lowest"] = arithmetic.decimal(min(worth, default=None))
        row["highest"] = arithmetic.decimal(max(worth, default=None))
    return rows


def path_of(tier_scheme: str, kind: Mapping[str, Any]) -> str:
    """The rule that says what an active case of a kind earns; `kind` by the words of a line."""
    table = "t2a_points" if kind["stream"] == "t2a" else "tier_points"
    return f"{table}.{tier_scheme}.{kind['location']}.{kind['tier']}{'S' if kind['suspended'] else ''}"


def uncommenced_at_stake(lines: pl.DataFrame, rules: RuleSet, tier_scheme: str) -> pl.DataFrame:
    """The cases whose requirements are not commenced, each with what it would add if it were active.

    Columns: team_code, staff_code, ref, stream, location, tier, suspended, cases, points_x100 (of all of the
    row's cases together, beyond what they earn already). Lines as `Ledger.lines` gives them.
    """
    words = ("team_code", "staff_code", "ref", "stream", "location", "tier", "suspended")
    found = lines.filter((pl.col("kind") == "case") & (pl.col("status") == UNCOMMENCED))
    rows = [
        {
            **{name: line[name] for name in words},
            "cases": line["listed_cases"],
            "points_x100": more_x100(
                rules.get(path_of(tier_scheme, line)), line["listed_cases"], line["points_x100"]
            ),
        }
        for line in found.iter_rows(named=True)
        if line["stream"] != "omic"
    ]
    schema = {name: lines.schema[name] for name in words} | {"cases": pl.Int64, "points_x100": pl.Int64}
    return pl.DataFrame(rows, schema=schema)


def more_x100(worth: DatedValue | None, cases: int, earned_x100: int) -> int:
    """What cases would add to the points if they were active, in hundredths; they earn something already."""
    return (0 if worth is None else worth.hundredths) * cases - earned_x100


def further_x100(moment: arithmetic.Moment, more_points_x100: int) -> int | None:
    """By how many hundredths of a percentage point a capacity would rise; None without available time."""
    before = arithmetic.capacity_x100(*moment)
    after = arithmetic.capacity_x100(moment.points_x100 + more_points_x100, moment.available_x100)
    return None if before is None or after is None else after - before
