"""Cases per FTE: the published example, the marks by exact value, units as sum ÷ sum."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wmt import rules
from wmt.ledger.caseload import (
    PostCases,
    case_marks,
    caseload_of,
    is_not_reasonable,
    is_over_ceiling,
    per_fte_x100,
)

MARKS = case_marks(rules.load().at(date(2023, 6, 14)))
HOUR = 1_000_000


def post(cases: int, hours: float, unpaid: int = 0, off: float = 0, grade: str = "PO") -> PostCases:
    return PostCases(grade, cases, unpaid, int(hours * HOUR), int(off * HOUR))


def test_the_worked_example() -> None:
    # half a post with 29 cases: 58 per FTE; 34 without the 12 of unpaid work only
    part_time = post(29, 18.5, unpaid=12, off=0.925, grade="PSO")
    found = caseload_of([part_time], MARKS)
    assert found.fte == Fraction(1, 2)
    assert per_fte_x100(found.cases, found.fte) == 5_800
    assert per_fte_x100(found.cases - found.unpaid_only, found.fte) == 3_400
    assert (found.over_ceiling, found.not_reasonable) == (0, 0)


@pytest.mark.parametrize(
    ("cases", "hours", "unpaid", "ceiling", "not_reasonable"),
    [
        (50, 37, 0, False, False),
        (51, 37, 0, True, False),
        (60, 37, 0, True, False),
        (61, 37, 0, True, True),
        (61, 37, 11, False, True),
        (25, 18.5, 0, False, False),
        (26, 18.5, 0, True, False),
        (31, 18.5, 31, False, True),
        (50, 36.99, 0, True, False),
        (51, 37.74, 0, False, False),  # exactly 50 per FTE
        (9, 0, 0, False, False),  # no hours: over no mark, and no figure
    ],
)
def test_the_marks(cases: int, hours: float, unpaid: int, ceiling: bool, not_reasonable: bool) -> None:
    found = post(cases, hours, unpaid)
    assert is_over_ceiling(found, MARKS) is ceiling
    assert is_not_reasonable(found, MARKS) is not_reasonable


def test_marks_are_dated_rules(tmp_path: Path) -> None:
    file = tmp_path / "stricter.yaml"
    file.write_text(
        "name: Stricter\nreference: a local agreement\nvalues:\n"
        "  thresholds.caseload_ceiling.cases_per_fte: {2024-01-01: 40}\n"
    )
    overlay = rules.load_overlay(file)
    before, after = (
        case_marks(rules.load().at(day, [overlay])) for day in (date(2023, 12, 31), date(2024, 1, 1))
    )
    assert (before.ceiling_x100, after.ceiling_x100) == (5_000, 4_000)
    assert not is_over_ceiling(post(45, 37), before)
    assert is_over_ceiling(post(45, 37), after)


def test_no_hours_is_no_figure() -> None:
    found = caseload_of([post(7, 0)], MARKS)
    assert per_fte_x100(found.cases, found.fte) is None
    assert (found.posts, found.posts_with_time) == (1, 0)


POSTS = st.builds(
    PostCases,
    st.sampled_from(["PO", "PSO", "TPO", "SPO", "DMY"]),
    st.integers(0, 120),
    st.integers(0, 20),
    st.integers(0, 4_800).map(lambda hundredths: hundredths * 10_000),
    st.integers(0, 4_800).map(lambda hundredths: hundredths * 10_000),
)


@given(st.lists(POSTS, max_size=12))
def test_a_unit_is_sum_over_sum(posts: list[PostCases]) -> None:
    found = caseload_of(posts, MARKS)
    fte = sum((Fraction(each.contracted_micro, 37 * HOUR) for each in posts), Fraction())
    left = sum(
        (Fraction(max(each.contracted_micro - each.reduction_micro, 0), 37 * HOUR) for each in posts),
        Fraction(),
    )
    assert (found.fte, found.fte_left) == (fte, left)
    cases = sum(each.cases for each in posts)
    exact = Fraction(cases) / fte if fte else None
    shown = per_fte_x100(found.cases, found.fte)
    assert (shown is None) == (exact is None)
    if exact is not None and shown is not None:
        assert abs(Fraction(shown, 100) - exact) <= Fraction(1, 200)
    over = [each for each in posts if each.contracted_micro]
    assert found.over_ceiling == sum(
        Fraction(37 * HOUR * (each.cases - each.unpaid_only), each.contracted_micro) > 50 for each in over
    )
    assert found.not_reasonable == sum(
        Fraction(37 * HOUR * each.cases, each.contracted_micro) > 60 for each in over
    )
