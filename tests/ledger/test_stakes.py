"""Untiered cases and the points at stake."""

from datetime import date
from decimal import Decimal

from wmt import rules
from wmt.ledger import Ledger, untiered_at_stake
from worlds import World

RULES = rules.load().at(date(2023, 6, 14))


def test_the_range_is_that_of_all_tiers_of_the_type() -> None:
    world = World().post("N1A:S1").cases("N1A:S1", "community", "0", 2).cases("N1A:S1", "community", "A3")
    world.cases("N1A:S1", "licence", "0").cases("N1A:S1", "custody", "0", stream="t2a")
    world.cases("N1A:S1", "custody", "0", status="warrant", ref="X000001")
    found = untiered_at_stake(Ledger(world.facts(), RULES).lines(), RULES, "pc16")
    # community D0 21 … A3 128; licence x0 0 … A3 158; the T2A table 0 … 75; a warrant is not active
    assert [(r["stream"], r["location"], r["cases"], r["lowest"], r["highest"]) for r in found] == [
        ("standard", "community", 2, Decimal(21), Decimal(128)),
        ("standard", "licence", 1, Decimal(0), Decimal(158)),
        ("t2a", "custody", 1, Decimal(0), Decimal(75)),
    ]


def test_a_scheme_without_points_has_no_range() -> None:
    world = World(tier_scheme="t7").post("N1A:S1").cases("N1A:S1", "licence", "0")
    (row,) = untiered_at_stake(Ledger(world.facts(), RULES).lines(), RULES, "t7")
    assert (row["lowest"], row["highest"]) == (None, None)
