"""What rules do to the same facts: units before and after, causes that add up, nothing left over."""

from datetime import date

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from wmt import rules
from wmt.ledger import Ledger
from wmt.ledger.arithmetic import capacity_x100
from wmt.ledger.rule_effect import causes, moments, of_unit, rule_effect, units_of
from worlds import World

OLD, NEW = date(2023, 1, 5), date(2023, 1, 6)
TREE = rules.shipped()


def world() -> World:
    found = World().post("N1A:S1").post("N1A:S2").post("N1B:S3")
    found.cases("N1A:S1", "community", "A3", 2).cases("N1A:S1", "licence", "C2", 3)
    return found.cases("N1A:S2", "community", "C2", 4).cases("N1B:S3", "custody", "A3", 1)


def test_the_change_of_january_2023_by_hand() -> None:
    ledger = Ledger(world().facts(), TREE.at(NEW))
    effect = rule_effect(ledger, TREE.at(OLD), TREE.at(NEW))
    units = {row["code"]: row for row in units_of(effect, "post").to_dicts()}
    # 2 × 206 + 3 × 65 before; 2 × 128 + 3 × 65 after; targets 2,176 and 2,200
    assert (units["N1A:S1"]["points_before"], units["N1A:S1"]["points_after"]) == (60_700, 45_100)
    assert (units["N1A:S1"]["available_before"], units["N1A:S1"]["available_after"]) == (217_600, 220_000)
    found = causes(of_unit(effect, "post", "N1A:S1"))
    said = [(each.side, each.kind, each.component, each.tier, each.points_x100) for each in found]
    assert said[0] == ("work", "case", "community", "A3", -15_600)
    assert [(each.side, each.available_x100) for each in found[1:]] == [("time", 2_400)]
    assert ledger.rules == TREE.at(NEW)


def test_every_level_is_the_sum_of_its_posts_and_of_its_causes() -> None:
    ledger = Ledger(world().facts(), TREE.at(NEW))
    effect = rule_effect(ledger, TREE.at(OLD), TREE.at(NEW))
    for rule_set, moment in ((TREE.at(OLD), 0), (TREE.at(NEW), 1)):
        ledger.reprice(rule_set)
        totals = ledger.totals().filter(
            (pl.col("level") == "post") | (pl.col("stream") == "sentence_management")
        )
        for level, code, points, available in totals.select(
            "level", "code", "points_x100", "available_x100"
        ).iter_rows():
            assert moments(of_unit(effect, level, code))[moment] == (points, available)
    nation = of_unit(effect, "nation", "nation")
    before, after = moments(nation)
    found = causes(nation)
    assert sum(each.points_x100 for each in found) == after.points_x100 - before.points_x100
    assert sum(each.available_x100 for each in found) == after.available_x100 - before.available_x100
    assert sum(each.percentage_points_x100 or 0 for each in found) == (
        (capacity_x100(*after) or 0) - (capacity_x100(*before) or 0)
    )


def test_without_available_hours_there_are_points_and_no_percentage_points() -> None:
    facts = World().post("N1A:S1", hours=0).cases("N1A:S1", "community", "A3", 2).facts()
    ledger = Ledger(facts, TREE.at(NEW))
    found = causes(rule_effect(ledger, TREE.at(OLD), TREE.at(NEW)))
    assert [(each.points_x100, each.percentage_points_x100) for each in found] == [(-15_600, None)]


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["A3", "C2", "D0"]), st.integers(1, 9)), min_size=1, max_size=4),
    st.integers(20, 300),
)
def test_causes_leave_nothing_over(cases: list[tuple[str, int]], points: int) -> None:
    found = World().post("N1A:S1")
    for tier, number in dict(cases).items():
        found = found.cases("N1A:S1", "community", tier, number)
    draft = rules.Overlay(
        "draft", "test", (("tier_points.pc16.community.C2", NEW, points), ("nominal_target.PO", NEW, 2_100))
    )
    effect = rule_effect(Ledger(found.facts(), TREE.at(NEW)), TREE.at(NEW), TREE.at(NEW, [draft]))
    before, after = moments(effect)
    moved = causes(effect)
    assert sum(each.points_x100 for each in moved) == after.points_x100 - before.points_x100
    assert sum(each.percentage_points_x100 or 0 for each in moved) == (
        (capacity_x100(*after) or 0) - (capacity_x100(*before) or 0)
    )
