"""The run over the threshold in the weeks ahead: worked days, and a plain count of random weeks."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wmt.history import RunThreshold
from wmt.history.runs_ahead import PostAhead, RunAhead, runs_ahead

pytestmark = pytest.mark.unit
MARK = RunThreshold("excessive_workload", 11_000, 28)
#: The last day of the history is a Saturday; its figures are in, so the next day is the first ahead.
SATURDAY = date(2026, 11, 21)
FIRST = SATURDAY + timedelta(1)


def run(length: int, paused: int = 0) -> dict[str, Any]:
    last_over = SATURDAY - timedelta(paused)
    since = last_over - timedelta(length - 1)
    full = since + timedelta(27) if length >= 28 else None
    return {
        "length": length, "since": since, "excess_since": full, "last_over": last_over, "paused": paused,
    }  # fmt: skip


def ahead(run_now: dict[str, Any] | None, points: int, *available: tuple[int, int]) -> RunAhead:
    """What becomes of the run of a post with so many points; what is available from so many days ahead on."""
    days = [(FIRST + timedelta(number), 100 * each) for number, each in available]
    (found,) = runs_ahead(MARK, FIRST, [PostAhead(run_now, 100 * points, days)])
    return found


def test_a_case_begins_a_run_that_is_full_28_days_from_the_first() -> None:
    assert ahead(None, 1_100, (0, 1_000)) == RunAhead(None, None, None)  # at the threshold is not over it
    assert ahead(None, 1_101, (0, 1_000)) == RunAhead(FIRST, None, date(2026, 12, 19))


def test_a_run_goes_on_or_ends() -> None:
    # 12 days are over: the 28th is 16 days after the last
    assert ahead(run(12), 1_200, (0, 1_000)) == RunAhead(None, None, date(2026, 12, 7))
    assert ahead(run(12), 1_000, (0, 1_000)) == RunAhead(None, FIRST, None)


def test_time_that_is_known_to_come_ends_a_run_and_begins_one() -> None:
    friday = FIRST + timedelta(5)
    assert ahead(run(12), 1_200, (0, 1_000), (5, 2_000)) == RunAhead(None, friday, None)
    # 28 days from then lie beyond those that are looked at
    assert ahead(None, 1_200, (0, 2_000), (5, 1_000)) == RunAhead(friday, None, None)


def test_a_run_that_begins_may_end_and_one_that_ends_may_begin_again() -> None:
    friday, sunday = FIRST + timedelta(5), FIRST + timedelta(7)
    assert ahead(None, 1_200, (0, 1_000), (5, 2_000)) == RunAhead(FIRST, friday, None)
    assert ahead(run(12), 1_200, (0, 1_000), (5, 2_000), (7, 1_000)) == RunAhead(sunday, friday, None)


def test_days_without_available_time_are_not_counted_and_too_many_end_it() -> None:
    three = ahead(run(12), 1_200, (0, 0), (3, 1_000))
    assert three == RunAhead(None, None, date(2026, 12, 7) + timedelta(3))
    assert ahead(run(12), 1_200, (0, 0)).ends == FIRST + timedelta(7)
    assert ahead(run(12, paused=6), 1_200, (0, 0)).ends == FIRST + timedelta(1)


def test_a_run_that_was_full_before_stays_so() -> None:
    found = ahead(run(40), 1_200, (0, 1_000))
    assert (found.begins, found.ends, found.full_on) == (None, None, run(40)["excess_since"])


@given(
    length=st.integers(0, 30),
    points=st.integers(0, 2_000),
    turns=st.lists(st.tuples(st.integers(0, 27), st.sampled_from((0, 700, 1_000, 1_500))), max_size=5),
)
def test_a_plain_count_of_the_days_says_the_same(
    length: int, points: int, turns: list[tuple[int, int]]
) -> None:
    days = sorted(dict([(0, 1_000), *turns]).items())
    found = ahead(run(length) if length else None, points, *days)
    there, idle, begins, ends, full = length, 0, None, None, run(length)["excess_since"] if length else None
    for number in range(28):
        day, (_, time) = FIRST + timedelta(number), max(each for each in days if each[0] <= number)
        idle = 0 if time else idle + 1
        if (time and Fraction(points, time) <= Fraction(11, 10)) or idle > 7:
            ends = ends or (day if there else None)
            there = 0
        elif time:
            begins = begins or (day if not there else None)
            there += 1
            full = full or (day if there == 28 else None)
    assert found == RunAhead(begins, ends, full)
