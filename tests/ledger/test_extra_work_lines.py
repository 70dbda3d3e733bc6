"""Work beside the points as lines: minutes × times, summed in hours, in no points."""

from datetime import date
from fractions import Fraction

import pytest

from wmt import rules
from wmt.ledger import extra_work

pytestmark = pytest.mark.unit
NOW = rules.load().at(date(2026, 11, 20))


def test_mappa_3_seen_twice_a_week_is_four_hours_more_in_four_weeks() -> None:
    # four contacts more of 60 minutes
    line = extra_work.extra_line(NOW, "planned_contact", 400)
    assert line is not None
    assert (line.minutes, line.times, line.hours, line.is_of_warrant) == (60, 4, 4, False)


def test_lines_add_up_exactly() -> None:
    wanted = (("planned_contact", 400), ("home_visit", 50), ("warrant_work", 100))
    found = [line for id_, times in wanted if (line := extra_work.extra_line(NOW, id_, times))]
    # 4 hours, half a visit of 90 minutes, an hour on a warrant case
    assert extra_work.hours_of(found) == Fraction(4) + Fraction(3, 4) + 1
    assert [line.is_of_warrant for line in found] == [False, False, True]
    assert extra_work.hours_of([]) == 0


@pytest.mark.parametrize("activity", ["crisis_work", "nothing"])
def test_what_has_no_minutes_has_no_line(activity: str) -> None:
    assert extra_work.extra_line(NOW, activity, 100) is None


def test_work_on_warrants_is_offered_on_warrant_cases_alone() -> None:
    assert list(extra_work.offered(NOW, of_warrant=True)) == ["warrant_work"]
    others = extra_work.offered(NOW, of_warrant=False)
    assert "warrant_work" not in others
    assert {"planned_contact", "home_visit", "further_review"} <= set(others)
    assert "crisis_work" not in others
