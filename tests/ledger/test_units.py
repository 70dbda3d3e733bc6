"""Units: a code is one unit, whatever parents an input gives it; and bad weights are refused in words."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from wmt import rules
from wmt.ledger import LEVELS, Ledger, LedgerError
from wmt.ledger.compare import compare
from worlds import World

TREE = rules.load()
DAY = date(2023, 6, 14)


def two_regions(extra: int = 0) -> Ledger:
    """One PDU code that the input gives to two regions."""
    world = World().post("N1A:S1").post("W1A:S1")
    world.cases("N1A:S1", "community", "B2", 1 + extra).cases("W1A:S1", "community", "B2", 4)
    facts = world.facts()
    return Ledger(replace(facts, team=facts.team.with_columns(pdu_code=pl.lit("P"))), TREE.at(DAY))


def test_a_pdu_code_in_two_regions_is_one_row() -> None:
    totals = two_regions().totals(["pdu"])
    assert totals.select("code", "region_code", "points_x100", "posts").rows() == [("P", "N", 5 * 11_200, 2)]


def test_its_change_is_that_of_both() -> None:
    before, after = two_regions(), two_regions(extra=4)
    after = Ledger(after.facts, after.rules, engine=before.engine, prefix="after_")
    rows = compare(before, after, LEVELS)
    (row,) = (row for row in rows if row["level"] == "pdu")
    assert (row["before"], row["after"], row["change"]) == (560, 1008, 448)
    assert [(cause["cause"], cause["points"]) for cause in row["causes"]] == [("cases_in", 448)]


def test_odd_weights() -> None:
    share = rules.load().at(DAY)["nat_percent"].value
    ruleset = TREE.at(DAY, [rules.Overlay("odd", "test", (("case_weighting.warrant", DAY, share),))])
    facts = World().post("N1A:S1").cases("N1A:S1", "community", "A3").facts()
    assert Ledger(facts, ruleset).totals(["post"])["points_x100"].to_list() == [12_800]


def test_a_full_week_of_no_hours_is_refused_where_it_is_laid() -> None:
    with pytest.raises(rules.RulesError, match="is not above 0"):
        TREE.at(DAY, [rules.Overlay("odd", "test", (("full_time_hours.PO", DAY, 0),))])


def test_rules_of_a_day_before_any_tier_points_are_refused_with_the_remedy() -> None:
    facts = World().post("N1A:S1").facts()
    with pytest.raises(LedgerError, match="--rules-date"):
        Ledger(facts, TREE.at(date(2020, 1, 1)))
