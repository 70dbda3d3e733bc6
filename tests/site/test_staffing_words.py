"""What is said where one grade has more people than its work needs and another fewer."""

from decimal import Decimal
from typing import Any

import pytest

from wmt.site.queries.staffing_words import line_words, unmet, unmet_words


def told(*short: str, reasons: bool = True) -> dict[str, Any]:
    key = "short" if reasons else "most_short"
    return {"reasons": reasons, "grades": [{key: Decimal(each)} for each in short]}


@pytest.mark.parametrize(
    ("short", "lacking"),
    [
        (("7.2", "2.4"), None),  # the row of all says the same
        (("7.2", "-8.6"), "7.2"),
        (("7.2", "-8.6", "1.1"), "8.3"),
        (("-7.2", "-8.6"), None),
        (("0", "-8.6"), None),
        ((), None),
    ],
)
def test_a_surplus_of_one_grade_does_not_hide_what_another_lacks(
    short: tuple[str, ...], lacking: str | None
) -> None:
    assert unmet(told(*short), "short") == (None if lacking is None else Decimal(lacking))
    assert bool(unmet_words(told(*short))) == (lacking is not None)


def test_where_reasons_are_private_the_most_is_told() -> None:
    said = " Grade by grade up to 7.2 are short: people of one grade do not make up for another."
    assert unmet_words(told("7.2", "-1", reasons=False)) == said


def test_cases_of_t2a_are_told_from_others_of_their_tier() -> None:
    rules = ("tier_points.pc16.community.A2", "t2a_points.community.A2")
    assert [line_words({"line": "case", "rule": rule}) for rule in rules] == ["cases", "cases, T2A"]
