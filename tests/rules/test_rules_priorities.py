"""The matrix of priorities: what tiers are worth at a level, and what is refused of the matrix."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from how_many import examples
from wmt import rules
from wmt.rules import Overlay, RulesError, RuleSet, activities, priorities, priority_checks

DAY = date(2026, 11, 20)
TREE = rules.load()
PUBLISHED = TREE.at(DAY)


def with_factors(level: str, **factors: str) -> RuleSet:
    entries = [(f"priority_factors.{level}.{name}", DAY, Decimal(factor)) for name, factor in factors.items()]
    return TREE.at(DAY, [Overlay("matrix", "a test", tuple(entries))])


def points(ruleset: RuleSet, level: str, case: str) -> Any:
    return priorities.at_level(ruleset, level)[f"tier_points.pc16.{case}"].value


def test_as_it_ships_every_factor_is_1_and_says_that_nobody_has_set_it() -> None:
    mandatory = {each.id for each in activities.library(PUBLISHED).values() if each.kind == "mandatory"}
    for level in priorities.LEVELS:
        found = priorities.factors(PUBLISHED, level)
        assert set(found) == mandatory | {"responsive", "remainder"}
        assert set(found.values()) == {Fraction(1)}
        assert priorities.is_neutral(PUBLISHED, level)
        assert priorities.at_level(PUBLISHED, level) == PUBLISHED
        said = PUBLISHED[f"priority_factors.{level}.planned_contact"]
        assert (said.status, "is lost, and nobody has set it" in said.source) == ("default", True)
    assert priorities.factors(PUBLISHED, "green") == {}
    before = TREE.at(date(2022, 1, 1))
    assert priorities.at_level(before, "red") == before


def test_halving_planned_supervision_lowers_each_tier_by_half_its_share() -> None:
    halved = with_factors("amber", planned_contact="0.5")
    for case in ("community.D1", "licence.D1", "community.C0"):
        case_type, tier = case.split(".")
        hours = activities.tier_activities(PUBLISHED, case_type, tier)
        assert hours
        (supervision,) = [line.annual_hours for line in hours.lines if line.id == "planned_contact"]
        published = PUBLISHED[f"annual_hours.pc16.{case}"].value * 1
        exact = Fraction(PUBLISHED[f"tier_points.pc16.{case}"].value) * (
            1 - supervision / 2 / Fraction(published)
        )  # type: ignore[arg-type, operator]
        assert abs(Fraction(points(halved, "amber", case)) - exact) <= Fraction(1, 200)
        assert points(halved, "red", case) == PUBLISHED[f"tier_points.pc16.{case}"].value
    # D1 in the community: 13 hours of 36.5 are planned contacts, so 49 × 30 ÷ 36.5 = 40.27…
    assert points(halved, "amber", "community.D1") == Decimal("40.27")


def test_what_has_no_published_hours_keeps_its_points() -> None:
    nothing = with_factors("red", **dict.fromkeys(priorities.factors(PUBLISHED, "red"), "0"))
    laid = priorities.at_level(nothing, "red")
    assert laid.overlays == ("matrix", "priority level red")
    assert laid["tier_points.pc16.community.A3"].value == 0
    for path in ("tier_points.pc16.custody.A3", "t2a_points.pc16.community.A3", "report_points.sdr"):
        if path in PUBLISHED:
            assert laid[path] == PUBLISHED[path]
    assert laid["tier_points.pc16.licence.A0"].value == 0


@settings(max_examples=examples(30), deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=24, max_size=24))
def test_points_at_a_level_lie_between_nothing_and_those_published(parts: list[int]) -> None:
    names = list(priorities.factors(PUBLISHED, "amber"))
    texts = [f"{Decimal(part) / 10_000}" for part in parts]
    laid = priorities.at_level(with_factors("amber", **dict(zip(names, texts, strict=True))), "amber")
    least, most = (Fraction(each(parts), 10_000) for each in (min, max))
    for path, value in PUBLISHED.under("tier_points").items():
        now, usual = (Fraction(each) for each in (laid[f"tier_points.{path}"].value, value.value))  # type: ignore[arg-type]
        assert 0 <= now <= usual
        if not path.startswith("pc16.custody"):
            half = Fraction(1, 200)
            assert usual * least - half <= now <= usual * most + half


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("priority_factors.amber.planned_contact", "1.2", "1.2 is above 1; factor cannot be"),
        ("priority_factors.amber.planned_contact", "-0.1", "-0.1 is below 0; factor cannot be"),
        ("priority_factors.amber.planned_contact", "0.12345", "at most 4 decimals"),
        ("priority_factors.amber.tea", "0.5", "no such parameter"),
        ("priority_factors.purple.planned_contact", "0.5", "no such parameter"),
    ],
)
def test_an_overlay_that_makes_no_sense_is_refused(path: str, value: str, said: str) -> None:
    with pytest.raises(RulesError, match=said):
        TREE.at(DAY, [Overlay("matrix", "a test", ((path, DAY, Decimal(value)),))])


def test_a_matrix_has_every_activity_and_nothing_else() -> None:
    parameters: dict[str, Any] = {path: TREE.parameter(path) for path in TREE.paths}
    assert priority_checks.faults(parameters, {}) == []
    one = parameters.pop("priority_factors.red.home_visit")
    parameters |= {"priority_factors.red.tea": one, "priority_factors.purple.home_visit": one}
    found = {f"{fault}" for fault in priority_checks.faults(parameters, dict.fromkeys(parameters, "x.yaml"))}
    assert found == {
        "x.yaml: priority_factors.red.tea: 'tea' is no mandatory activity; use an id of activities.yaml",
        "x.yaml: priority_factors.purple.home_visit: 'purple' has no factors; use one of amber, red",
        "x.yaml: priority_factors.red.home_visit: is missing; add what of it is expected at red",
    }
    without = {path: each for path, each in parameters.items() if not path.startswith("priority_factors.")}
    assert priority_checks.faults(without, {}) == []


def test_a_folder_is_refused_for_its_matrix(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(
        "- group: priority_factors.amber\n  description: '{row}'\n  unit: factor\n  source: a test\n"
        "  status: default\n  from: 2023-01-06\n  rows: {tea: 1}\n",
        encoding="utf-8",
    )
    (fault,) = rules.validate(tmp_path)
    assert "'tea' is no mandatory activity" in f"{fault}"
