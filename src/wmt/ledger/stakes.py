"""Data quality in points: what untiered cases could be worth once somebody tiers them."""

from typing import Any

import polars as pl

from wmt.facts import TIERS
from wmt.ledger.figures import decimal
from wmt.rules import RuleSet


def untiered_at_stake(lines: pl.DataFrame, rules: RuleSet, tier_scheme: str) -> list[dict[str, Any]]:
    """The untiered active cases by stream and type, with the least and the most points one may turn out
    to be worth: rows of {stream, location, cases, lowest, highest}. Lines as `Ledger.lines` gives them.
    """
    untiered = lines.filter(
        (pl.col("kind") == "case") & (pl.col("tier") == "0") & (pl.col("active_cases") > 0)
    )
    grouped = untiered.group_by("stream", "location").agg(cases=pl.col("active_cases").sum())
    return [
        {**row, **_range(rules, tier_scheme, row["stream"], row["location"])}
        for row in grouped.sort("stream", "location").to_dicts()
    ]


def _range(rules: RuleSet, tier_scheme: str, stream: str, location: str) -> dict[str, Any]:
    table = "t2a_points" if stream == "t2a" else "tier_points"
    found = (
        rules.get(f"{table}.{tier_scheme}.{location}.{tier}") for tier in TIERS[tier_scheme] if tier != "0"
    )
    worth = [value.hundredths for value in found if value is not None]
    return {
        "lowest": decimal(min(worth, default=None)),
        "highest": decimal(max(worth, default=None)),
    }
