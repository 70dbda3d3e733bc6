"""What-ifs on minutes: hours, points, and an overlay that says all of it again."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from wmt import rules
from wmt.rules import tier_account, what_if

TREE = rules.load()
NOW = TREE.at(date(2026, 11, 20))
CONTACT = "activity_timings.planned_contact"


def tried(**values: str) -> what_if.WhatIf:
    named = {path.replace("__", "."): Decimal(value) for path, value in values.items()}
    return what_if.what_if(TREE, NOW, named)


def test_ten_minutes_more_with_the_person_in_weekly_contact_of_a3() -> None:
    # 10 minutes x 52.14 = 8.69 hours, and 20% of them responsive time: 105.928 hours; x 1.33808 = 141.74
    found = tried(activity_timings__planned_contact__with_the_person="40")
    before, after = next(
        each for each in found.tiers if each[0].tier == "A3" and each[0].case_type == "community"
    )
    assert (before.points, after.points, after.annual) == (128, 142, Decimal("105.93"))
    assert found.values[f"{CONTACT}.total"] == 70
    assert found.points["tier_points.pc16.community.A3"] == 142


def test_nothing_differs_where_the_values_are_those_in_force() -> None:
    found = tried(activity_timings__oasys_review="180")
    assert (list(found.tiers), found.points, found.hours) == ([], {}, {})


def test_the_overlay_makes_the_same_hours_and_points(tmp_path: Path) -> None:
    found = tried(activity_times__any__home_visit__C="6", activity_share__any__oasys_plan__x0="50")
    file = tmp_path / "whatif.yaml"
    text = what_if.overlay_text("a “what-if”", "6: home visits", found.overlay_values)
    file.write_text(text, encoding="utf-8")
    laid = TREE.at(NOW.day, [rules.load_overlay(file, TREE)])
    again = tier_account.repriced(laid, NOW)
    assert [(each.tier, each.points, each.annual) for _, each in again] == [
        (each.tier, each.points, each.annual) for _, each in found.tiers
    ]
    # and as rules of their own, without those they were laid over
    for _, each in found.tiers:
        own = tier_account.account(laid, each.case_type, each.tier)
        assert own is not None
        assert (own.points, own.annual) == (each.points, each.annual)


def test_an_overlay_may_hold_from_a_day(tmp_path: Path) -> None:
    file = tmp_path / "later.yaml"
    text = what_if.overlay_text("later", "a test", {"tier_points.pc16.community.C2": 80}, date(2027, 1, 4))
    file.write_text(text, encoding="utf-8")
    overlay = rules.load_overlay(file, TREE)
    path = "tier_points.pc16.community.C2"
    assert [TREE.at(day, [overlay])[path].value for day in (date(2027, 1, 3), date(2027, 1, 4))] == [74, 80]


def test_travel_remote_contact_and_help_with_recording() -> None:
    assert set(what_if.travel(NOW, Decimal(5)).values()) == {5}
    assert "activity_timings.home_visit.travel" in what_if.travel(NOW, Decimal(5))
    # half of the contacts take 20 of the 30 minutes: 25 on average
    remote = what_if.done_remotely(NOW, Decimal(50), Decimal(20), {})
    assert remote[f"{CONTACT}.with_the_person"] == 25
    # a quarter of 15 minutes of recording; of 10, if that was changed before
    assert what_if.recorded_by_others(NOW, Decimal(25), {})[f"{CONTACT}.record"] == Decimal("11.25")
    now = {f"{CONTACT}.record": Decimal(10)}
    assert what_if.recorded_by_others(NOW, Decimal(25), now)[f"{CONTACT}.record"] == Decimal("7.50")


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("activity_timings__nothing", "5", "no such parameter"),
        ("activity_timings__oasys_review", "-1", "is below 0"),
        ("responsive_time__percent__community__A3", "31", "more than the 30%"),
    ],
)
def test_what_makes_no_sense_is_refused(path: str, value: str, said: str) -> None:
    with pytest.raises(rules.RulesError, match=said):
        tried(**{path: value})


def test_activities_that_break_under_the_rules_it_is_laid_over_are_refused() -> None:
    tight = what_if.lay(NOW, {"responsive_time.max_percent": Decimal(10), "nothing.of.the.kind": Decimal(1)})
    with pytest.raises(rules.RulesError, match="more than the 10%"):
        what_if.what_if(TREE, tight, {"activity_timings.oasys_review": Decimal(100)})


def test_before_there_were_activities_nothing_is_moved() -> None:
    early = TREE.at(date(2020, 1, 1))
    assert what_if.travel(early, Decimal(5)) == {}
    assert what_if.what_if(TREE, early, {"activity_timings.oasys_review": Decimal(1)}).tiers == []
