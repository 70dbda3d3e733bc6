"""What it comes to if people leave, in sentences."""

from datetime import date

import pytest

from wmt.ledger import Moment
from wmt.site.web.plans import leaver_words

pytestmark = pytest.mark.unit
DAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("names", "cases", "points", "fit", "said"),
    [
        (["A", "B"], 42, 231_000, 31,
         "If A and B leave on 1 December 2026, 42 cases (2,310 points) need another practitioner. 31 of them "
         "fit with colleagues in this PDU who stay at or under 110%; 11 do not."),
        (["A"], 2, 10_000, 1,
         "If A leaves on 1 December 2026, 2 cases (100 points) need another practitioner. 1 of them fits "
         "with colleagues in this PDU who stay at or under 110%; 1 does not."),
        (["A", "B", "C"], 3, 300, 3,
         "If A, B and C leave on 1 December 2026, 3 cases (3 points) need another practitioner. All of them "
         "fit with colleagues in this PDU who stay at or under 110%."),
        (["A"], 1, 100, 0,
         "If A leaves on 1 December 2026, 1 case (1 point) needs another practitioner. It does not fit "
         "with a colleague in this PDU who would stay at or under 110%."),
        (["A"], 0, 0, 0, "If A leaves on 1 December 2026, no case needs another practitioner."),
    ],
)  # fmt: skip
def test_the_sentence_that_answers(names: list[str], cases: int, points: int, fit: int, said: str) -> None:
    assert leaver_words.answered(names, DAY, cases, points, fit, "this PDU", "110%") == said


def test_without_a_day_none_is_said() -> None:
    said = leaver_words.answered(["A"], None, 0, 0, 0, "this PDU", "110%")
    assert said == "If A leaves, no case needs another practitioner."


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (Moment(9_610, 10_000), Moment(9_710, 8_000), "The capacity of T goes from 96.1% to 121.4%."),
        (Moment(5_000, 10_000), Moment(5_000, 10_000), "The capacity of T stays at 50.0%."),
        (Moment(5_000, 10_000), Moment(5_000, 0),
         "The capacity of T is 50.0% now, and no available hours then."),
    ],
)  # fmt: skip
def test_how_a_capacity_moves(before: Moment, after: Moment, said: str) -> None:
    assert leaver_words.moved("T", before, after) == said


def test_work_that_is_no_case_stays_and_is_said() -> None:
    assert leaver_words.left_behind(0) == ""
    assert "172 points of those who leave stay in the figures of their team" in leaver_words.left_behind(
        17_200
    )


def test_of_many_who_leave_the_number_is_said() -> None:
    said = leaver_words.answered([f"A{number}" for number in range(21)], None, 2, 500, 2, "this PDU", "110%")
    assert said.startswith("If 21 people leave, 2 cases (5 points) need another practitioner.")


def test_what_stays_behind_may_be_less_than_nothing() -> None:
    assert "1 point of those who leave stay" in leaver_words.left_behind(100)
    assert "still take 16 points off the figures of their team" in leaver_words.left_behind(-1_600)
    assert leaver_words.left_behind(0) == ""
