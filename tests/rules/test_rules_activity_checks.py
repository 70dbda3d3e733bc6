"""The library is checked as a whole: what is missing or does not fit together is named with its place."""

from dataclasses import replace

import pytest

from wmt import rules
from wmt.rules import Overlay, Parameter, activity_checks

TREE = {path: rules.load().parameter(path) for path in rules.load().paths}


def without(*paths: str) -> dict[str, Parameter]:
    return {path: each for path, each in TREE.items() if path not in paths}


def changed(path: str, value: object) -> dict[str, Parameter]:
    old = TREE[path]
    return TREE | {path: replace(old, values=tuple(replace(v, value=value) for v in old.values))}


def renamed(old: str, new: str) -> dict[str, Parameter]:
    return without(old) | {new: TREE[old]}


def test_our_own_library_has_no_fault() -> None:
    assert activity_checks.faults(TREE, {}) == []


@pytest.mark.parametrize(
    ("tree", "key", "message"),
    [
        (without("activities.home_visit.kind"), "activities.home_visit.kind", "say whether"),
        (without("activities.home_visit.per"), "activities.home_visit.per", "counted"),
        (without("activity_timings.recall_review"), "activities.recall_review", "has no minutes"),
        (
            changed("activities.iom_contact.up_to", "visits"),
            "activities.iom_contact.up_to",
            "'visits' is no activity",
        ),
        (
            changed("activity_timings.planned_contact.total", 61),
            "activity_timings.planned_contact.total",
            "is 61, but the parts make 60.00",
        ),
        (
            renamed("activity_times.any.core_group.all", "activity_times.any.core_groups.all"),
            "activity_times.any.core_groups.all",
            "'core_groups' is no activity",
        ),
        (
            renamed("activity_times.any.core_group.all", "activity_times.remand.core_group.all"),
            "activity_times.remand.core_group.all",
            "'remand' is no type of case",
        ),
        (without("activity_case_months.any.all"), "activity_case_months.any.all", "how long"),
        (
            changed("responsive_time.percent.licence.A3", 31),
            "responsive_time.percent.licence.A3",
            "more than the 30%",
        ),
        (
            changed("responsive_time.percent.community.A3", 21),
            "responsive_time.percent.community.A3",
            "take 0.53 hours more",  # 79.3667 x 1.21 = 96.03, published are 95.5
        ),
    ],
)
def test_a_fault_is_named_with_its_place(tree: dict[str, Parameter], key: str, message: str) -> None:
    found = activity_checks.faults(tree, {key: "rules.yaml"})
    assert [(fault.file, fault.key) for fault in found] == [("rules.yaml", f"{key} at 2023-01-06")]
    assert message in found[0].message


def test_an_overlay_may_not_break_the_library() -> None:
    day = rules.load().days[-1]
    half = Overlay("half", "a test", (("activity_timings.planned_contact.record", rules.ALWAYS, 5),))
    with pytest.raises(rules.RulesError, match=r"the parts make 50\.00; change both"):
        rules.load().at(day, [half])
    assert [fault.file for fault in rules.load().overlay_faults(half)] == ["half"]


def test_an_overlay_may_ask_for_more_hours_than_published() -> None:
    longer = Overlay("longer", "a test", (("activity_timings.oasys_review", rules.ALWAYS, 600),))
    assert rules.load().overlay_faults(longer) == []
