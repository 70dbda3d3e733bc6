"""Scenarios: ranges of each grade, longer work, older figures, and what can hardly be; worked by hand."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from scenario_rows import cases, ends, of, step, worth
from wmt import rules
from wmt.plan.demand_levers import LEVERS
from wmt.plan.demand_text import set_twice
from wmt.plan.plan_file import DemandStep
from wmt.staffing import scenario_told
from wmt.staffing.rates import StaffingError

#: 100 cases of 74 points in the community, which POs and PSOs do half each, and 40 in custody, which POs do.
SHARED = [cases("community", "C2", 100), cases("custody", "B2", 40)]


def test_a_lever_that_only_moves_work_between_grades_has_a_range_by_grade() -> None:
    """7,400 points at 1,776 of an FTE are 4.1667 FTE: POs do 20 to 80% of them beside 1.0811 in custody."""
    custody = 40 * worth("tier_points.pc16.custody.B2") / 1776
    found = of(step("officer_share", 20, high=Decimal(80)), sums=SHARED).at(12)
    assert found.people.least == found.people.most == custody + Fraction(7400, 1776)
    assert found.of_grade("PO") == (
        custody + Fraction(20, 100) * Fraction(7400, 1776),
        custody + Fraction(80, 100) * Fraction(7400, 1776),
    )
    assert found.of_grade("PSO") == (
        Fraction(20, 100) * Fraction(7400, 1776), Fraction(80, 100) * Fraction(7400, 1776)
    )  # fmt: skip


def test_the_range_of_a_grade_is_its_own_not_that_of_all_people() -> None:
    """10% fewer to 10% more of all cases: the PSOs' least is at 80% for POs and the fewest cases."""
    levers = step("volume_band", band="higher"), step("officer_share", 20, high=Decimal(80))
    custody, community = 40 * worth("tier_points.pc16.custody.B2") / 1776, Fraction(7400, 1776)
    for steps in (levers, levers[::-1]):
        found = of(*steps, sums=SHARED).at(12)
        assert found.people == (custody + community, Fraction(11, 10) * (custody + community))
        assert found.of_grade("PO") == (
            custody + community / 5,
            Fraction(11, 10) * (custody + community * 4 / 5),
        )
        assert found.of_grade("PSO") == (community / 5, Fraction(11, 10) * community * 4 / 5)


def test_work_that_takes_longer_is_no_more_cases() -> None:
    """7,400 and custody points half as much again, of 100 and 40 cases; their hours too."""
    now, found = of(sums=SHARED).now(), of(step("time_factor", "1.5"), sums=SHARED).at(3)
    assert ends(found) == (now.points * Fraction(3, 2),) * 2
    assert found.ends[0].hours == now.hours * Fraction(3, 2)
    assert [each.of.active_cases for each in found.ends[0].work] == [100, 40]


def test_what_counts_cases_after_longer_work_counts_as_many() -> None:
    """40 cases for 7.5 months: 64 releases a year, each with one meeting more, whatever the time."""
    alone = of(step("handover_meetings", 3), sums=SHARED).at(3).points.least - of(sums=SHARED).now().points
    longer = of(step("time_factor", "1.5"), sums=SHARED).at(3).points.least
    both = of(step("time_factor", "1.5"), step("handover_meetings", 3), sums=SHARED).at(3).points.least
    assert both - longer == alone > 0


def test_longer_work_is_longer_in_whatever_order_it_is_set() -> None:
    """People who are not suspended any more, and reports, take the longer time too."""
    sums = [cases("community", "C2", 100), cases("community", "C2", 60, suspended=True)]
    for lever in (step("suspended_share", 0), step("standard_reports", 1000)):
        found = [
            of(*steps, sums=sums).at(3).points.least
            for steps in ((step("time_factor", "1.5"), lever), (lever, step("time_factor", "1.5")))
        ]
        assert abs(found[0] - found[1]) <= Fraction(1, 100)
    assert of(step("time_factor", "1.5"), step("suspended_share", 0), sums=sums).at(3).points.least == 17_760


def test_a_split_loses_and_makes_no_case() -> None:
    for number, moved in ((1, 0), (3, 2), (5, 2)):
        lever = step("tier_mix", 50, tier="C2", becomes="C1")
        found = of(lever, sums=[cases("community", "C2", number)]).at(3).ends[0]
        assert {each.of.tier: each.of.active_cases for each in found.work} == {
            "C1": moved,
            "C2": number - moved,
        }


@pytest.mark.parametrize("lever", [name for name, each in LEVERS.items() if not each.needs])
def test_older_figures_have_an_answer_to_every_lever(lever: str) -> None:
    """What was first published for March 2026 is taken for 2023, and told so."""
    older = rules.load().at(date(2023, 6, 1))
    told = scenario_told.present(of(step(lever, 5), sums=SHARED, ruleset=older), 100)
    late = {each["rule"]: each["first_known"] for each in told["rules"] if each["first_known"]}
    assert late.get("staffing.demand.suspended_sentence_share", date(2026, 3, 31)) == date(2026, 3, 31)
    assert bool(late) == (
        lever in ("community_orders", "suspended_sentences", "police", "recalls", "suspended_share")
    )


def test_figures_from_before_there_were_rules_are_refused_and_no_fault() -> None:
    with pytest.raises(StaffingError, match="no rule"):
        of(step("police", 5), sums=SHARED, ruleset=rules.load().at(date(2019, 6, 1))).at(3)


def test_no_more_reports_are_taken_away_than_there_are() -> None:
    """40 standard reports stand at any time: 5,000 a year fewer are those, and not work below nothing."""
    now = of().now().points
    found = scenario_told.present(of(step("standard_reports", -5000)), 100)
    year = next(each for each in found["when"] if each["months"] == 12)
    assert year["points_least"] == now - 40 * worth("report_points.sdr")
    assert any("no more than these are taken away" in said for said in found["questions"])
    assert scenario_told.present(of(step("standard_reports", -100)), 100)["questions"] == []


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([step("early_release", 100, month=0, months=20)], "40 people are in custody: no more than these"),
        ([step("time_factor", 5)], "5.0 times that of today"),
        ([step("time_factor", "0.2")], "0.2 times that of today"),
        ([step("handover_meetings", 0)], "Meetings before release come to −"),
        ([step("days_away", -50), step("net_percent", 0)], "people would work more than their hours"),
        ([step("time_factor", "0.1"), step("handover_meetings", 0)], "below zero: the changes take"),
    ],
)
def test_what_can_hardly_be_is_asked_about(steps: list[DemandStep], said: str) -> None:
    sums = [cases("custody", "B2", 40)]
    asked = scenario_told.present(of(*steps, sums=sums), 100)["questions"]
    assert any(said in each for each in asked), asked


def test_levers_set_twice_are_named() -> None:
    mixes = [step("tier_mix", 5, tier="C2", becomes=tier) for tier in ("C1", "C3")]
    assert set_twice([*mixes, step("police", 5)]) == ["Cases that move to another tier"]
