"""The trainee pipeline: figures worked out by hand from the rates, and people who are never lost."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wmt import rules
from wmt.cli.latest_day import today
from wmt.staffing import pipeline, published
from wmt.staffing.pipeline import Cohort, Levers, TrainingRoute, follow, project
from wmt.staffing.rates import StaffingError

ROUTES = (TrainingRoute(15, 0.5, 0.15), TrainingRoute(21, 0.5, 0.2))


def levers(intake: float = 1000, leaving: float = 0.07, **more: object) -> Levers:
    return Levers(intake=intake, routes=ROUTES, leaving=leaving, **more)  # type: ignore[arg-type]


def test_a_hundred_starters_half_on_each_route() -> None:
    cohorts = [Cohort(0, route, 50) for route in ROUTES]
    ends = {end.month: end for end in follow(levers(), cohorts, 0, 24)}
    assert [round(ends[month].in_training, 3) for month in (6, 14, 15)] == [93.765, 86.052, 42.633]
    assert (round(ends[15].qualified, 9), round(ends[21].qualified, 9)) == (42.5, 40)
    assert sum(end.qualified for end in ends.values()) == pytest.approx(82.5)


@pytest.mark.parametrize(
    ("intake", "qualify", "long_run"), [(600, 495, 6_842), (1000, 825, 11_403), (1500, 1_237.5, 17_104)]
)
def test_a_year_and_the_long_run(intake: float, qualify: float, long_run: float) -> None:
    found = levers(intake)
    assert pipeline.qualify_a_year(found) == pytest.approx(qualify)
    assert round(pipeline.long_run(found) or 0) == long_run


@pytest.mark.parametrize(("leaving", "starters"), [(0.063, 421.5), (0.07, 468.3), (0.083, 555.2)])
def test_starters_that_only_replace_leavers(leaving: float, starters: float) -> None:
    assert round(pipeline.starters_to_stand_still(levers(leaving=leaving), 5519) or 0, 1) == starters


@pytest.mark.parametrize(
    ("intake", "officers"),
    [(1000, {12: 5_928.4, 24: 6_309.1, 60: 7_298.8}), (600, {24: 5_694.8}), (1500, {24: 7_077.0})],
)
def test_officers_with_intakes_every_six_months(intake: float, officers: dict[int, float]) -> None:
    ends = project(levers(intake), 5519, 60)
    assert {month: round(ends[month].officers, 1) for month in officers} == officers


@pytest.mark.parametrize(("intake", "months"), [(1000, 45), (1300, 27), (1500, 21), (600, None)])
def test_months_to_a_target(intake: float, months: int | None) -> None:
    assert pipeline.months_until(levers(intake), 5636, 7115) == months


@pytest.mark.parametrize("between", [1, 3, 6, 12])
def test_before_now_intakes_were_as_they_will_be(between: int) -> None:
    """Nobody who is in training now or qualified lately is forgotten: a year on, all is as it is now."""
    ends = project(levers(months_between_intakes=between, leaving=0), 5519, 12)
    assert ends[12].in_training == pytest.approx(ends[0].in_training)
    assert ends[12].newly_qualified == pytest.approx(ends[0].newly_qualified)
    assert sum(end.qualified for end in ends[1:]) == pytest.approx(825)


def test_who_qualified_before_now_is_newly_qualified() -> None:
    """Three months ago 250 of each route would have qualified, but for who withdrew: 212.5 and 200."""
    assert project(levers(), 5519, 1)[0].newly_qualified == pytest.approx(412.5)


@pytest.mark.parametrize("between", [5, 7])
def test_published_starters_are_as_many_however_far_intakes_are_apart(between: int) -> None:
    wanted = sum(number for _, number in published.starters() if number)
    cohorts, _ = published._cohorts(levers(months_between_intakes=between), date(2023, 6, 30))
    assert sum(each.starters for each in cohorts) == pytest.approx(wanted)


def test_trainees_qualify_in_lumps() -> None:
    """Somebody qualifies in each sixth month; a curve that was smoothed would have somebody in each."""
    ends = project(levers(), 5519, 24)
    assert [end.month for end in ends if end.qualified] == [3, 9, 15, 21]


def test_newly_qualified_and_trainees_count_in_part() -> None:
    cohorts = [Cohort(0, TrainingRoute(15, 1, 0), 10)]
    ends = list(follow(levers(leaving=0), cohorts, 100, 30))
    assert ends[3].trainee_equivalents == pytest.approx(2)  # a fifth of their time in the first six months
    assert ends[7].trainee_equivalents == pytest.approx(4)
    assert ends[13].trainee_equivalents == pytest.approx(6)
    assert ends[3].mentor_equivalents == pytest.approx(0.5)
    assert (ends[15].officers, ends[15].officer_equivalents) == (110, 108)
    assert (ends[23].officer_equivalents, ends[24].officer_equivalents) == (108, 110)  # nine months of it


def test_promotion_returners_and_external_recruits() -> None:
    found = levers(0, leaving=0, promotion=0.1, returners=12, external=24)
    ends = project(found, 1000, 12)
    assert ends[1].promoted == pytest.approx(1000 * (1 - 0.9 ** (1 / 12)))
    assert ends[1].officers == pytest.approx(1000 - ends[1].promoted + 3)


@given(
    st.lists(st.tuples(st.integers(-20, 20), st.floats(0, 2000)), min_size=1, max_size=8),
    st.floats(0, 0.9),
    st.floats(0, 1),
)
def test_nobody_is_lost(starts: list[tuple[int, float]], withdrawal: float, take_up: float) -> None:
    """Each month starters are in training, withdrew or qualified; officers change by who goes and comes."""
    route = TrainingRoute(15, 1, withdrawal)
    cohorts = [Cohort(start, route, people) for start, people in starts]
    officers = 5000.0
    for end in follow(levers(take_up=take_up), cohorts, officers, 40):
        for cohort in cohorts:
            held = cohort.training + cohort.withdrawn + cohort.qualified
            assert held == pytest.approx(cohort.starters, abs=1e-9, rel=1e-12)
        assert end.officers == pytest.approx(officers - end.left - end.promoted + end.joined, abs=1e-9)
        officers = end.officers


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"routes": (TrainingRoute(15, 0.5, 0),)}, "do not make 100%"),
        ({"leaving": 1.2}, "leaving of 120%"),
        ({"take_up": -0.1}, "take-up of -10%"),
        ({"routes": (TrainingRoute(15, 1, 1),)}, "withdrawal"),
        ({"external": -1}, "cannot be below 0"),
        ({"intake": float("nan")}, "nan people"),
        ({"intake": float("inf")}, "inf people"),
        ({"leaving": 0.6, "promotion": 0.6}, "more than 100% a year together"),
        ({"routes": (TrainingRoute(0, 1, 0),)}, "at least a month"),
        ({"months_between_intakes": 0}, "1 to 12 months apart"),
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(StaffingError, match=words):
        replace(levers(), **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(("officers", "months"), [(-1, 12), (100, 0), (100, 601), (float("nan"), 12)])
def test_no_projection_from_nothing(officers: float, months: int) -> None:
    with pytest.raises(StaffingError):
        project(levers(), officers, months)


def test_levers_of_the_rules_are_the_published_ones_and_marked_placeholders() -> None:
    ruleset = rules.load().at(date(2026, 11, 20))
    found = pipeline.levers_of(ruleset)
    assert (found.intake, found.leaving, found.routes) == (1300, 0.063, ROUTES)
    assert (found.newly_qualified_months, found.newly_qualified_share, found.mentor_share) == (9, 0.2, 0.05)
    assert [round(share, 9) for _, share in found.stages] == [0.2, 0.4, 0.6]
    placeholders = {
        path
        for path, value in ruleset.under("staffing.pipeline").items()
        if value.status == "default" and path != "months_between_intakes"
    }
    assert placeholders >= {"withdrawal_shortest_percent", "withdrawal_longest_percent", "take_up_percent"}


def test_the_published_record_says_that_the_model_is_too_hopeful() -> None:
    """About 406 officers a year joined to June 2023 and 837 to June 2025, of some 1,500 starters: 0.56."""
    before, after = (published.officers(name) for name in ("2021", "2024"))
    assert published.arrivals(before[0], before[-1]).a_year == pytest.approx(406, rel=0.03)
    lately = published.arrivals(after[0], after[-1]).a_year
    assert lately == pytest.approx(837, rel=0.03)
    assert lately / 1500 == pytest.approx(0.56, abs=0.02)


def test_values_of_two_definitions_are_never_joined() -> None:
    with pytest.raises(ValueError, match="one definition"):
        published.arrivals(published.officers("2021")[0], published.officers("2024")[-1])


def test_the_model_stands_beside_the_record_until_a_cohort_is_not_published() -> None:
    """Starters of 2023/24, who began in April, are not published; the first qualify as June 2024 ends."""
    found = published.beside_model(levers(1300, 0.063))
    assert [each.published.fte for each in found][:2] == [4627, 4949]
    assert [each.model is None for each in found] == [False] * 3 + [True] * 5
    assert found[0].ratio == 1


def test_every_published_value_has_its_source() -> None:
    known = published.sources()
    assert {each.source_id for each in published.officers()} <= set(known)
    assert all(source["licence"] and source["address"].startswith("https://") for source in known.values())


def test_today_is_the_day_the_clock_is_held_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WMT_TODAY", "2026-01-02")
    assert today() == date(2026, 1, 2)
