"""Cases per full-time equivalent: a measure beside capacity, for the marks that are set in cases.

FTE is contracted hours ÷ full-time hours, kept as a fraction; a unit's is the sum of its posts'. The marks
are dated rules: `thresholds.caseload_ceiling` (over 50) and `thresholds.caseload_not_reasonable` (over 60).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from wmt.facts import GRADES
from wmt.facts.words import MICRO
from wmt.ledger.figures import divide_half_up
from wmt.rules import RuleSet


@dataclass(frozen=True)
class CaseMarks:
    """The marks of a day in hundredths of a case per FTE, and full-time hours by grade in millionths.

    `ceiling` leaves cases of unpaid work only aside; `not_reasonable` counts all that count.
    """

    ceiling_x100: int
    not_reasonable_x100: int
    full_time_micro: Mapping[str, int]


def case_marks(ruleset: RuleSet) -> CaseMarks:
    """The marks of a set of rules."""
    return CaseMarks(
        ruleset["thresholds.caseload_ceiling.cases_per_fte"].hundredths,
        ruleset["thresholds.caseload_not_reasonable.cases"].hundredths,
        {grade: ruleset[f"full_time_hours.{grade}"].hundredths * (MICRO // 100) for grade in GRADES},
    )


class PostCases(NamedTuple):
    """One post: what of `MEASURES` these figures need. Hours a week in millionths."""

    grade: str
    cases: int
    unpaid_only: int
    contracted_micro: int
    reduction_micro: int


@dataclass
class Caseload:
    """Posts taken together. Sums of whole numbers only: FTE and `per_fte_x100` divide last."""

    marks: CaseMarks
    posts: int = 0
    cases: int = 0
    unpaid_only: int = 0
    posts_with_time: int = 0
    over_ceiling: int = 0
    not_reasonable: int = 0
    contracted_micro: Counter[str] = field(default_factory=Counter)  # by grade
    left_micro: Counter[str] = field(default_factory=Counter)

    @property
    def fte(self) -> Fraction:
        """Full-time equivalents by contract."""
        return self._fte(self.contracted_micro)

    @property
    def fte_left(self) -> Fraction:
        """What reductions leave of them."""
        return self._fte(self.left_micro)

    def _fte(self, micro: Counter[str]) -> Fraction:
        full = self.marks.full_time_micro
        return sum((Fraction(hours, full[grade]) for grade, hours in micro.items()), Fraction())

    def add(self, post: PostCases) -> None:
        """One post more. A post without contracted hours has cases and no FTE, and is over no mark."""
        self.posts += 1
        self.cases += post.cases
        self.unpaid_only += post.unpaid_only
        self.contracted_micro[post.grade] += post.contracted_micro
        self.left_micro[post.grade] += max(post.contracted_micro - post.reduction_micro, 0)
        self.posts_with_time += post.contracted_micro > 0
        self.over_ceiling += is_over_ceiling(post, self.marks)
        self.not_reasonable += is_not_reasonable(post, self.marks)


def caseload_of(posts: Iterable[PostCases], marks: CaseMarks) -> Caseload:
    """Posts taken together."""
    found = Caseload(marks)
    for post in posts:
        found.add(post)
    return found


def per_fte_x100(cases: int, fte: Fraction) -> int | None:
    """Cases per FTE in hundredths, half-up; None where there is no FTE."""
    return divide_half_up(cases * 100 * fte.denominator, fte.numerator) if fte > 0 else None


def is_over_ceiling(post: PostCases, marks: CaseMarks) -> bool:
    """Whether a post holds strictly more cases per FTE than the ceiling, those of unpaid work only aside."""
    return _is_over(post.cases - post.unpaid_only, post, marks.ceiling_x100, marks)


def is_not_reasonable(post: PostCases, marks: CaseMarks) -> bool:
    """Whether a post holds strictly more cases per FTE than is reasonable by the rules of inspection."""
    return _is_over(post.cases, post, marks.not_reasonable_x100, marks)


def _is_over(cases: int, post: PostCases, mark_x100: int, marks: CaseMarks) -> bool:
    full = marks.full_time_micro[post.grade]
    return post.contracted_micro > 0 and cases * 100 * full > mark_x100 * post.contracted_micro
