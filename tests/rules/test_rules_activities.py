"""From minutes to the hours behind the points: published totals hold, and worked figures come out."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rules_published import COMMUNITY, LICENCE

from wmt import rules
from wmt.rules import ALWAYS, Overlay, activities, formulas

BEFORE, NOW = rules.load().at(date(2023, 1, 5)), rules.load().at(date(2026, 11, 20))
#: Type, tier and published hours of every tier with hours, typed in from Appendix A.
PUBLISHED = [
    (case_type, tier, row.annual)
    for case_type, table in (("community", COMMUNITY), ("licence", LICENCE))
    for tier, row in table.items()
    if row.annual
]


def overlay(**values: object) -> Overlay:
    """An overlay of values by path, with two underscores for a dot."""
    entries = tuple((path.replace("__", "."), ALWAYS, value) for path, value in values.items())
    return Overlay("test", "a test", entries)  # type: ignore[arg-type]


def hours(case_type: str, tier: str, ruleset: rules.RuleSet = NOW) -> dict[str, Fraction]:
    found = activities.tier_activities(ruleset, case_type, tier, NOW)
    assert found is not None
    return {line.id: line.annual_hours for line in found.lines}


def test_there_are_twenty_eight_tiers_with_hours() -> None:
    assert len(PUBLISHED) == 28


@pytest.mark.parametrize(("case_type", "tier", "annual"), PUBLISHED)
def test_the_lines_of_a_tier_add_up_to_its_published_hours(case_type, tier, annual) -> None:
    found = activities.tier_activities(NOW, case_type, tier)
    assert found is not None
    assert sum(line.annual_hours for line in found.lines) == Fraction(annual)
    assert found.annual_hours == Fraction(annual)
    assert formulas.points_f1(found.annual_hours) == NOW[f"tier_points.pc16.{case_type}.{tier}"].value
    assert [line.id for line in found.lines][-2:] == ["responsive", "remainder"]
    assert all(line.annual_hours >= 0 for line in found.lines)
    assert 0 <= found.responsive_percent <= 30
    assert found.hours_of("responsive") == found.hours_of("mandatory") * found.responsive_percent / 100


@pytest.mark.parametrize(
    ("case_type", "tier"), [("custody", "A3"), ("licence", "A0"), ("community", "0"), ("community", "A3S")]
)
def test_tiers_without_published_hours_have_no_activities(case_type: str, tier: str) -> None:
    assert activities.tier_activities(NOW, case_type, tier) is None


def test_nothing_is_known_of_activities_before_6_january_2023() -> None:
    assert activities.library(BEFORE) == {}
    assert activities.tier_activities(BEFORE, "community", "A3") is None
    assert activities.tier_activities(rules.RuleSet(date(2017, 1, 1), {}), "community", "A3") is None


@pytest.mark.parametrize(
    ("activity", "minutes"),
    [
        ("planned_contact", 60),
        ("rar_session", 90),
        ("oasys_plan", 525),
        ("parole_report", 970),
        ("parole_addendum", 490),
        ("oral_hearing", 300),
        ("home_visit", 90),
    ],
)
def test_minutes_of_an_activity(activity: str, minutes: int) -> None:
    assert activities.library(NOW)[activity].minutes == minutes


def test_parts_of_a_planned_contact() -> None:
    parts = {"prepare": 5, "reflect": 10, "record": 15, "with_the_person": 30}
    assert activities.library(NOW)["planned_contact"].parts == parts


def test_plan_and_additions_are_the_published_plan_of_a3() -> None:
    library = activities.library(NOW)
    both = [library[each].minutes or 0 for each in ("oasys_plan", "oasys_additions")]
    assert sum(both) == Fraction("814.8") == Fraction("13.58") * 60


def test_the_new_contacts_for_colleagues_are_485_minutes_in_all() -> None:
    assert sum(NOW[f"cms_minutes.CMS{code}"].hundredths for code in range(40, 52)) == 48500


def test_community_c1_worked_by_hand() -> None:
    assert hours("community", "C1") == {
        "planned_contact": 20,  # 20 contacts of an hour
        "rar_session": 6,  # 8 sessions of 90 minutes in half of the cases
        "home_visit": 3,
        "oasys_plan": Fraction("8.75"),
        "oasys_additions": Fraction("0.483"),  # 289.8 minutes in a tenth
        "oasys_review": 3,
        "oasys_termination": Fraction("1.5"),
        "marac_meeting": Fraction("0.15"),
        "marac_referral": Fraction("0.05"),
        "child_protection_strategy": Fraction("0.05"),
        "child_protection_conference": Fraction("0.15"),
        "core_group": Fraction("0.6"),
        "victim_referral": Fraction("0.025"),
        "services_referral": 1,
        "responsive": Fraction("6.7137"),  # 15% of 44.758
        "remainder": Fraction("0.0283"),
    }


def test_what_is_done_once_a_case_is_spread_over_the_case() -> None:
    # 18 months for community A: 525 minutes become 350 a year
    assert hours("community", "A3")["oasys_plan"] == Fraction(350, 60)
    assert hours("licence", "A3")["oasys_plan"] == Fraction("262.5") / 60


def test_the_iom_cohort_is_seen_weekly_and_not_more() -> None:
    assert hours("community", "C3")["iom_contact"] == (Fraction("52.14") - 20) * Fraction(20, 100)
    assert "iom_contact" not in hours("community", "A3"), "all of them are seen weekly already"
    assert "iom_contact" not in hours("community", "C2")


@pytest.mark.parametrize(
    ("per", "times"),
    [
        ("year", 4),
        ("event", 4),
        ("week", Fraction("208.56")),
        ("four-week month", Fraction("52.16")),
        ("case", 2),
    ],
)
def test_times_in_a_period_are_times_a_year(per: str, times: Fraction) -> None:
    assert activities.times_a_year(NOW, Fraction(4), per, Fraction(24)) == times


def test_changed_minutes_change_the_hours_and_leave_the_remainder() -> None:
    longer = rules.load().at(NOW.day, [overlay(activity_timings__planned_contact__with_the_person=40,
                                               activity_timings__planned_contact__total=70)])  # fmt: skip
    found = activities.tier_activities(longer, "community", "A3", NOW)
    assert found is not None
    # ten minutes more in 52.14 contacts, and a fifth of it for responsive work
    assert found.annual_hours - Fraction("95.5") == Fraction("52.14") / 6 * Fraction(120, 100)
    assert hours("community", "A3", longer)["remainder"] == hours("community", "A3")["remainder"]


def test_layer_one_in_unpaid_work_is_a_smaller_share_of_full_assessments() -> None:
    half = rules.load().at(NOW.day, [overlay(activity_share__any__oasys_plan__x0=50)])
    assert hours("community", "C0", half)["oasys_plan"] == hours("community", "C0")["oasys_plan"] / 2


@given(st.integers(0, 5000), st.sampled_from(PUBLISHED))
def test_hours_follow_the_minutes_by_exactly_their_share(minutes: int, cell) -> None:
    case_type, tier, annual = cell
    changed = rules.load().at(NOW.day, [overlay(activity_timings__oasys_review=minutes)])
    found = activities.tier_activities(changed, case_type, tier, NOW)
    assert found is not None
    long = {"community": 18, "licence": 24}[case_type]
    a_year = Fraction(12, long if tier in "A1 A2 A3 B1 B2 B3" else 12)
    moved = Fraction(minutes - 180, 60) * a_year * (1 + found.responsive_percent / 100)
    assert found.annual_hours == Fraction(annual) + moved


def test_what_is_published_is_told_from_defaults() -> None:
    found = activities.tier_activities(NOW, "community", "A3")
    assert found is not None
    published = [line.id for line in found.lines if line.is_published]
    assert published == ["planned_contact"]
