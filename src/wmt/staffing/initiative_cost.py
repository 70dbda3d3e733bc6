"""What a new instruction costs: cases it is for, minutes and how often, as hours, points and people. Exact.

The points are those that the same hours would make in a tier, not points of anybody: no figure has them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from wmt.staffing.rates import Rates


@dataclass(frozen=True, slots=True)
class Instruction:
    """What is to be done: minutes each time, times a year on each case, in which share of the cases (0 to 1).

    `case_type` is 'any' or a type of case; `tiers` is 'all', a letter (C), a number (x3) or a tier (C3).
    """

    minutes: Fraction
    times_a_year: Fraction
    share: Fraction
    case_type: str
    tiers: str

    def is_for(self, case_type: str, tier: str) -> bool:
        """Whether it is for cases of a type and tier."""
        if self.case_type not in ("any", case_type):
            return False
        return self.tiers in ("all", tier, tier[:1]) or (
            self.tiers.startswith("x") and tier[1:] == self.tiers[1:]
        )

    def hours(self, cases: int) -> Fraction:
        """The hours a year that it takes on so many cases."""
        return cases * self.share * self.times_a_year * self.minutes / 60


@dataclass(frozen=True, slots=True)
class CostLine:
    """Cases of a type and tier that posts of a grade hold, and the hours a year that an instruction takes."""

    grade: str
    case_type: str
    tier: str
    cases: int
    hours: Fraction


@dataclass(frozen=True)
class InitiativeCost:
    """What an instruction costs where these lines are; every sum is a sum of them."""

    lines: tuple[CostLine, ...]
    rates: Rates

    @property
    def cases(self) -> int:
        """How many cases it is for, before the share."""
        return sum(line.cases for line in self.lines)

    @property
    def hours(self) -> Fraction:
        """Hours a year."""
        return sum((line.hours for line in self.lines), Fraction(0))

    @property
    def points(self) -> Fraction:
        """The points that these hours would make."""
        return self.hours / self.rates.hours_of_point

    @property
    def people(self) -> Fraction:
        """Full-time officers whose year these hours fill."""
        return self.hours / self.rates.hours_of_fte

    def of_grade(self, grade: str) -> "InitiativeCost":
        """The part of it that posts of a grade have."""
        return InitiativeCost(tuple(line for line in self.lines if line.grade == grade), self.rates)


def cost(
    instruction: Instruction, cases: Iterable[tuple[str, str, str, int]], rates: Rates
) -> InitiativeCost:
    """What an instruction costs on cases: grade of who holds them, type, tier, how many."""
    lines = (
        CostLine(grade, case_type, tier, number, instruction.hours(number))
        for grade, case_type, tier, number in cases
        if number and instruction.is_for(case_type, tier)
    )
    return InitiativeCost(tuple(lines), rates)
