"""What people tables hold, as plain records: hours, reductions, corrections of grade, reasons."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from wmt.intake.codes import ReductionReason
from wmt.intake.model import InputFile, Post


class Lasting:
    """What is in force from a first day on."""

    first_day: date
    last_day: date | None

    def in_force(self, day: date) -> bool:
        """Both days count; without a last day it runs on."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


class TimeOff(Lasting):
    """A reduction: hours a week, or hundredths of a per cent of the contracted hours."""

    hours_micro: int | None
    percent_x100: int | None

    def taken_off(self, contracted_micro: int) -> int:
        """Millionths of an hour taken off so many contracted hours, exact to the millionth."""
        if self.hours_micro is not None:
            return self.hours_micro
        return contracted_micro * (self.percent_x100 or 0) // 10_000


@dataclass(frozen=True)
class DatedHours:
    """Contracted hours a week as written, from a day on; the first of all days where none is written."""

    row: int
    post: Post
    first_day: date
    hours_micro: int


@dataclass(frozen=True)
class ReductionRow(TimeOff):
    """One reduction as written. Exactly one of the two amounts is given."""

    row: int
    reference: str
    post: Post
    reason: ReductionReason
    hours_micro: int | None
    percent_x100: int | None
    first_day: date
    last_day: date | None
    notes: str = ""


@dataclass(frozen=True)
class Withdrawn:
    """A reduction that a table marks as deleted. The post is None where the row does not name it."""

    row: int
    reference: str
    post: Post | None


@dataclass(frozen=True)
class GradeCorrection(Lasting):
    """Another grade than the extract gives, on every day from first to last."""

    row: int
    post: Post
    grade: str
    first_day: date
    last_day: date | None
    why: str = ""


@dataclass(frozen=True)
class DatedReason:
    """A reason for reductions as it is from a day on: one more than the rules have, or in place of theirs."""

    row: int
    reason: ReductionReason
    category: str
    first_day: date


@dataclass(frozen=True)
class StaffDetailsRow:
    """How the person of a staff code is called and written to; empty where nobody knows."""

    row: int
    staff_code: str
    forename: str
    middle_name: str
    surname: str
    email: str


@dataclass(frozen=True)
class EstablishmentRow(Lasting):
    """What a unit should have, or has and no extract tells, of a grade on every day from first to last."""

    row: int
    level: str
    code: str
    grade: str
    kind: str
    fte_x100: int
    first_day: date
    last_day: date | None
    why: str = ""
    deleted: bool = False

    @property
    def key(self) -> str:
        """What tells it from every other row: one of a kind, grade and unit from each day."""
        return ":".join((self.kind, self.level, self.code, self.grade, self.first_day.isoformat()))


@dataclass(frozen=True)
class People:
    """All that the tables of people hold, and where it was read.

    `hours_micro` and `grades` are those in force on the day of the night, by post; everything else is
    whole, past and future. `reductions` are those not deleted.
    """

    hours_micro: Mapping[Post, int] = field(default_factory=dict)
    reductions: Sequence[ReductionRow] = ()
    sources: Sequence[InputFile] = ()
    dated_hours: Sequence[DatedHours] = ()
    grades: Mapping[Post, str] = field(default_factory=dict)
    grade_corrections: Sequence[GradeCorrection] = ()
    reasons: Sequence[DatedReason] = ()
    withdrawn: Sequence[Withdrawn] = ()
    staff: Sequence[StaffDetailsRow] = ()
    establishment: Sequence[EstablishmentRow] = ()
    stands: bool = False  # kept elsewhere, and judged there


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the month's last day where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def last_of_months(first: date, months: int) -> date:
    """The last of so many months from a day on, both days included: six from 31 March end on 30 September."""
    after = add_months(first, months)
    return after if after.day < first.day else after - timedelta(1)
