"""Since when a unit is full: 28 days in a row, days of totals alone, and what the days ahead may bring."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from wmt.history.day_steps import RunThreshold
from wmt.plan.full import GradeSet, GradeTime, KindDemand, KindRoom, Pool, rooms
from wmt.plan.full_ahead import ahead_of, inflows
from wmt.plan.full_runs import DayRoom, full_run

FIRST, MARK, CASE = date(2026, 10, 1), RunThreshold("full", 10_000, 28), Fraction(60_00)


def on(number: int) -> date:
    return FIRST + timedelta(number)


def known(number: int, *, left: int) -> DayRoom:
    """A day on which so many points are left for a case of 60 points."""
    binding = GradeSet(("PO",), ("medium",), 1_000_00, 0, (1_000 - left) * 100)
    return DayRoom(on(number), {"medium": KindRoom("medium", CASE, binding, [binding])})


def of_totals(number: int, *, left: int) -> DayRoom:
    return DayRoom(on(number), {}, GradeSet((), (), 1_000_00, 0, (1_000 - left) * 100))


def run(days: list[DayRoom], nights: list[date] | None = None):  # type: ignore[no-untyped-def]
    return full_run(days, "medium", CASE, MARK, nights or [each.day for each in days])


def test_a_unit_is_full_on_the_28th_day_without_room_for_a_case() -> None:
    # 59 points do not hold a case of 60; 60 do
    days = [known(0, left=60), *(known(number, left=59) for number in range(1, 28))]
    found = run(days)
    assert (found.length, found.since, found.full_since) == (27, on(1), None)
    assert found.full_on == on(28)
    found = run([*days, known(28, left=-300)])
    assert (found.length, found.full_since, found.full_on) == (28, on(28), None)


def test_a_day_with_room_ends_it() -> None:
    days = [known(number, left=0) for number in range(40)]
    assert run([*days, known(40, left=61)]).length == 0
    found = run([*days, known(40, left=61), known(41, left=0)])
    assert (found.length, found.since, found.full_since) == (1, on(41), None)


def test_days_without_data_neither_count_nor_end_it() -> None:
    days = [known(number, left=0) for number in range(20)] + [
        known(number, left=0) for number in range(30, 38)
    ]
    found = run(days)
    assert (found.length, found.since, found.full_since) == (28, on(0), on(37))


def test_a_unit_that_others_have_figures_without_is_gone_after_a_week() -> None:
    days = [known(number, left=0) for number in (*range(20), *range(28, 38))]
    nights = [on(number) for number in range(38)]
    assert run(days, nights).since == on(28)  # 8 nights of others
    assert run([*days, known(27, left=0)], nights).since == on(0)  # 7 of them


def test_of_days_with_totals_alone_only_those_count_that_were_full_for_everybody() -> None:
    days = [of_totals(number, left=0) for number in range(20)] + [
        known(number, left=0) for number in range(20, 30)
    ]
    found = run(days)
    assert (found.length, found.since, found.of_totals) == (30, on(0), 20)
    days[10] = of_totals(10, left=500)  # room as one pool: this kind may have been full or not
    found = run(days)
    assert (found.length, found.since, found.of_totals) == (19, on(11), 9)


def test_no_days_no_run() -> None:
    assert run([]).length == 0


def pool(high: int, medium: int) -> Pool:
    demands = [
        KindDemand("high", frozenset({"PO"}), high, Fraction(100_00)),
        KindDemand("medium", frozenset({"PO", "PSO"}), medium, CASE),
    ]
    return Pool(demands, {"PO": GradeTime(2_000_00, 0), "PSO": GradeTime(2_000_00, 0)})


def test_the_set_that_fills_first_says_when_a_kind_is_full() -> None:
    # cases of officers alone grow by 10 points a day, all cases by 5: 1,000 and 1,500 are left at the end
    held = [(on(n), {("PO",): 720_00 + 10_00 * n, ("PO", "PSO"): 2_360_00 + 5_00 * n}) for n in range(29)]
    rates = inflows(held, on(28), 28)
    high, medium = rooms(pool(1_000_00, 1_500_00), 100_00)
    found = ahead_of(high, rates)
    assert (found.days, found.grades, found.complete) == (100, ("PO",), True)
    found = ahead_of(medium, rates)
    assert (found.days, found.grades) == (300, ("PO", "PSO"))
    assert found.odds == {28: 0, 56: 0, 91: 0}  # nothing wavers


def test_without_a_week_of_figures_no_rate_is_told() -> None:
    held = [(on(n), {("PO",): 100_00 * n}) for n in range(7)]
    rates = inflows(held, on(6), 28)
    assert rates == {}
    high, _ = rooms(pool(1_000_00, 1_500_00), 100_00)
    found = ahead_of(high, rates)
    assert (found.days, found.complete) == (None, False)
    assert inflows([*held, (on(7), {("PO",): 700_00})], on(7), 28)["PO",].points_a_day == pytest.approx(100)


def test_what_is_full_already_has_no_days_left() -> None:
    high, _ = rooms(pool(2_000_00, 0), 100_00)
    assert ahead_of(high, {}).days == 0
