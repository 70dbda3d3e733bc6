"""What a new instruction costs, by hand."""

from datetime import date
from fractions import Fraction

import pytest

from wmt import rules
from wmt.staffing.initiative_cost import Instruction, cost
from wmt.staffing.rates import Rates

pytestmark = pytest.mark.unit
RATES = Rates(rules.load().at(date(2026, 11, 20)))
CASES = [
    ("PO", "community", "C2", 30),
    ("PSO", "community", "C2", 10),
    ("PO", "licence", "C3", 5),
    ("PO", "custody", "C2", 0),
]


def asks(case_type: str = "any", tiers: str = "all") -> Instruction:
    return Instruction(Fraction(30), Fraction(12), Fraction(1, 2), case_type, tiers)


def test_minutes_times_cases_are_hours_points_and_people() -> None:
    # 40 cases, half of them, 12 times half an hour a year: 120 hours
    found = cost(asks("community"), CASES, RATES)
    assert (found.cases, found.hours) == (40, 120)
    # 120 x 60 / (52.14 x 0.86) = 160.57 points; 120 / 1,327.28 hours of a full-time officer = 0.0904
    assert round(found.points, 2) == Fraction(16057, 100)
    assert round(found.people, 4) == Fraction(904, 10_000)


def test_grades_and_lines_add_up() -> None:
    found = cost(asks(), CASES, RATES)
    parts = [found.of_grade(grade) for grade in ("PO", "PSO")]
    assert sum(part.hours for part in parts) == found.hours == sum(line.hours for line in found.lines)
    assert [part.cases for part in parts] == [35, 10]
    assert len(found.lines) == 3


@pytest.mark.parametrize(
    ("case_type", "tiers", "cases"),
    [("any", "C", 45), ("any", "x3", 5), ("licence", "C2", 0), ("any", "C2", 40), ("any", "A", 0)],
)
def test_whom_it_is_for(case_type: str, tiers: str, cases: int) -> None:
    assert cost(asks(case_type, tiers), CASES, RATES).cases == cases
