"""Cases per full-time equivalent: a measure beside capacity, for the thresholds that are set in cases.

FTE is contracted hours ÷ full-time hours, kept as a fraction; a unit's is the sum of its posts'. The
thresholds are dated rules: over 40, over 50 and over 60. All of them count the same cases, the active ones
less those of unpaid work only, so that over 60 is never more than over 50; each is looked at twice, per FTE
of a post and by head: what a person holds in all their posts, whatever their hours.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from wmt.facts import GRADES
from wmt.facts.enums import MICRO
from wmt.ledger.arithmetic import decimal, divide_half_up
from wmt.rules import RuleSet

#: The thresholds, lowest first: shares of staff were reported by the first; the second is the ceiling where
#: cases need ongoing risk management; the third is not reasonable by the rules of inspection.
MARKS = (
    "thresholds.caseload_over_forty.cases",
    "thresholds.caseload_ceiling.cases_per_fte",
    "thresholds.caseload_not_reasonable.cases",
)


@dataclass(frozen=True)
class CaseMarks:
    """The thresholds of a day in hundredths of a case, and full-time hours by grade in millionths."""

    marks_x100: tuple[int, ...]  # in the order of `MARKS`
    full_time_micro: Mapping[str, int]


def case_marks(ruleset: RuleSet) -> CaseMarks:
    return CaseMarks(
        tuple(ruleset[path].hundredths for path in MARKS),
        {grade: ruleset[f"full_time_hours.{grade}"].hundredths * (MICRO // 100) for grade in GRADES},
    )


class PostCases(NamedTuple):
    """One post: what of `MEASURES` these figures need. Hours a week in millionths.

    `person` is the code of whose post it is: a person may have several.
    """

    person: str
    grade: str
    cases: int
    unpaid_only: int
    contracted_micro: int
    reduction_micro: int

    @property
    def held(self) -> int:
        """The cases that thresholds are set for: those of unpaid work only left aside."""
        return self.cases - self.unpaid_only


@dataclass
class Caseload:
    """Posts taken together. Sums of whole numbers only: FTE and `per_fte_x100` divide last."""

    marks: CaseMarks
    posts: int = 0
    cases: int = 0
    unpaid_only: int = 0
    posts_with_time: int = 0
    over: list[int] = field(default_factory=lambda: [0] * len(MARKS))  # posts per FTE, by threshold
    held_by: Counter[str] = field(default_factory=Counter)  # by person, in all their posts
    with_hours: set[str] = field(default_factory=set)  # people with contracted hours in any of them
    contracted_micro: Counter[str] = field(default_factory=Counter)  # by grade
    left_micro: Counter[str] = field(default_factory=Counter)

    @property
    def fte(self) -> Fraction:
        """Full-time equivalents by contract."""
        return self._fte(self.contracted_micro)

    @property
    def fte_left(self) -> Fraction:
        return self._fte(self.left_micro)

    def _fte(self, micro: Counter[str]) -> Fraction:
        full = self.marks.full_time_micro
        return sum((Fraction(hours, full[grade]) for grade, hours in micro.items()), Fraction())

    def add(self, post: PostCases) -> None:
        """One post more. A post without contracted hours has cases and no FTE, and is over no threshold per
        FTE; whoever has hours in another post holds its cases as well."""
        self.posts += 1
        self.cases += post.cases
        self.unpaid_only += post.unpaid_only
        self.contracted_micro[post.grade] += post.contracted_micro
        self.left_micro[post.grade] += max(post.contracted_micro - post.reduction_micro, 0)
        self.posts_with_time += post.contracted_micro > 0
        self.held_by[post.person] += post.held
        if post.contracted_micro > 0:
            self.with_hours.add(post.person)
        for number, mark_x100 in enumerate(self.marks.marks_x100):
            self.over[number] += is_over_per_fte(post, mark_x100, self.marks)

    @property
    def people(self) -> int:
        """How many people have contracted hours in these posts."""
        return len(self.with_hours)

    def held_by_head(self, person: str) -> int:
        """The cases of somebody with contracted hours; none are counted by head of whom nobody gave hours."""
        return self.held_by[person] if person in self.with_hours else 0

    @property
    def over_by_head(self) -> list[int]:
        """How many of them hold strictly more cases than each threshold, whatever their hours."""
        return [
            sum(self.held_by_head(person) * 100 > mark_x100 for person in self.with_hours)
            for mark_x100 in self.marks.marks_x100
        ]


def caseload_of(posts: Iterable[PostCases], marks: CaseMarks) -> Caseload:
    found = Caseload(marks)
    for post in posts:
        found.add(post)
    return found


def caseloads(
    posts: Iterable[Mapping[str, Any]], levels: Sequence[str], marks: CaseMarks
) -> defaultdict[tuple[str, str, str], Caseload]:
    """The posts of every unit of some levels taken together, by level, code and stream."""
    found: defaultdict[tuple[str, str, str], Caseload] = defaultdict(lambda: Caseload(marks))
    for row in posts:
        post = PostCases(*(row[name] for name in POST_COLUMNS))
        for level in levels:
            of = {"nation": "nation", "post": row["code"]}.get(level) or row[f"{level}_code"]
            found[level, of, row["stream"]].add(post)
    return found


def per_fte_x100(cases: int, fte: Fraction) -> int | None:
    """Cases per FTE in hundredths, half-up; None where there is no FTE."""
    return divide_half_up(cases * 100 * fte.denominator, fte.numerator) if fte > 0 else None


def is_over_per_fte(post: PostCases, mark_x100: int, marks: CaseMarks) -> bool:
    """Whether a post holds strictly more cases per FTE than a threshold, those of unpaid work only aside."""
    full = marks.full_time_micro[post.grade]
    return post.contracted_micro > 0 and post.held * 100 * full > mark_x100 * post.contracted_micro


#: What of a total (`totals.TOTAL`, or a unit of the site) makes a `PostCases`.
POST_COLUMNS = (
    "staff_code", "grade", "cases", "unpaid_only_cases", "contracted_hours_micro", "reduction_hours_micro",
)  # fmt: skip


def presented(found: Caseload) -> dict[str, Decimal | int | None]:
    """Its figures as plain data; numbers with two places, thresholds by their number."""
    fte = divide_half_up(found.fte.numerator * 100, found.fte.denominator)
    row: dict[str, Decimal | int | None] = {
        "posts": found.posts,
        "people": found.people,
        "fte": decimal(fte),
        "cases": found.cases,
        "unpaid_only_cases": found.unpaid_only,
        "cases_per_fte": decimal(per_fte_x100(found.cases, found.fte)),
        "cases_per_fte_left": decimal(per_fte_x100(found.cases, found.fte_left)),
    }
    heads = found.over_by_head
    for number, mark_x100 in enumerate(found.marks.marks_x100):
        mark = f"{decimal(mark_x100):f}".rstrip("0").rstrip(".")
        row[f"posts_over_{mark}_per_fte"] = found.over[number]
        row[f"percent_over_{mark}_per_fte"] = decimal(percent_x100(found.over[number], found.posts_with_time))
        row[f"people_over_{mark}"] = heads[number]
        row[f"percent_of_people_over_{mark}"] = decimal(percent_x100(heads[number], found.people))
    return row


def percent_x100(part: int, whole: int) -> int | None:
    """A part of a whole in hundredths of a per cent, half-up; None of nothing."""
    return divide_half_up(part * 10_000, whole) if whole else None
