"""What was entered about one post, as plain data: which hours, reductions and grade are in force on a day.

Nothing here knows the database, and no figure is made here: available points come from the ledger.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

from wmt.intake import people_model

Post = tuple[str, str]  # team code, staff code


@dataclass(frozen=True, kw_only=True)
class HoursRecord:
    """Contracted hours a week from a day on."""

    key: str
    version: int = 0
    first_day: date
    hours_micro: int


@dataclass(frozen=True, kw_only=True)
class ReductionRecord(people_model.TimeOff):
    """A reduction: hours or a share of the contracted hours, on every day from first to last."""

    key: str
    version: int = 0
    reason: str
    hours_micro: int | None = None
    percent_x100: int | None = None
    first_day: date
    last_day: date | None = None
    notes: str = ""

    def is_twin_of(self, other: "ReductionRecord") -> bool:
        """Whether another record says the same but for its notes, like a row that stands in a table twice."""
        alike = replace(other, key=self.key, version=self.version, notes=self.notes)
        return self.key != other.key and alike == self


@dataclass(frozen=True, kw_only=True)
class GradeRecord(people_model.Lasting):
    """A grade in place of the extract's, from a day on."""

    key: str
    version: int = 0
    grade: str
    first_day: date
    last_day: date | None = None


Entry = HoursRecord | ReductionRecord | GradeRecord


def taken_in_order(
    cuts: Sequence[ReductionRecord], contracted_micro: int
) -> list[tuple[ReductionRecord, int, int]]:
    """Each reduction of a day with what it asks for and what it takes, in millionths of an hour.

    In the ledger's order, by first day and then by key: each takes of what those before it left.
    """
    left, found = contracted_micro, []
    for cut in sorted(cuts, key=lambda each: (each.first_day, each.key)):
        wanted = cut.taken_off(contracted_micro)
        took = min(wanted, left)
        left -= took
        found.append((cut, wanted, took))
    return found


@dataclass(frozen=True, kw_only=True)
class PostRecords:
    """All that stands for one post, past and future, in the order of the first days."""

    hours: Sequence[HoursRecord] = field(default_factory=tuple)
    reductions: Sequence[ReductionRecord] = field(default_factory=tuple)
    grades: Sequence[GradeRecord] = field(default_factory=tuple)

    def hours_on(self, day: date) -> HoursRecord | None:
        """The hours entered for a day; None where nobody entered any."""
        return max(
            (each for each in self.hours if each.first_day <= day),
            key=lambda each: each.first_day,
            default=None,
        )

    def grade_on(self, day: date) -> GradeRecord | None:
        """The correction of grade on a day: of several, the one that began last."""
        return max(
            (each for each in self.grades if each.in_force(day)),
            key=lambda each: (each.first_day, each.key),
            default=None,
        )

    def reductions_on(self, day: date) -> list[ReductionRecord]:
        return [each for each in self.reductions if each.in_force(day)]

    def days(self) -> list[date]:
        """Every day on which something begins or has just ended, in order."""
        every: tuple[Entry, ...] = (*self.hours, *self.reductions, *self.grades)
        found = {each.first_day for each in every}
        lasting: tuple[ReductionRecord | GradeRecord, ...] = (*self.reductions, *self.grades)
        ends = (each.last_day for each in lasting)
        return sorted(found | {day + timedelta(1) for day in ends if day is not None and day < date.max})

    def spans(self, first: date, last: date | None) -> list[tuple[date, date | None]]:
        """The days from first to last in stretches within which nothing changes; an open end is None."""
        turns = [first, *(day for day in self.days() if day > first and (last is None or day <= last))]
        return [(start, after - timedelta(1)) for start, after in pairwise(turns)] + [(turns[-1], last)]

    def with_entry(self, entry: Entry) -> "PostRecords":
        """The same with an entry in place of the one of its key, or added."""
        return self._changed(type(entry), entry.key, entry)

    def without(self, kind: type[Entry], key: str) -> "PostRecords":
        """The same without an entry."""
        return self._changed(kind, key, None)

    def _changed(self, kind: type[Entry], key: str, entry: Entry | None) -> "PostRecords":
        def rest(entries: Sequence[Entry], its: type[Entry]) -> tuple[Entry, ...]:
            if kind is not its:
                return tuple(entries)
            kept = [each for each in entries if each.key != key] + ([entry] if entry else [])
            return tuple(sorted(kept, key=_order))

        return PostRecords(
            hours=rest(self.hours, HoursRecord),  # type: ignore[arg-type]
            reductions=rest(self.reductions, ReductionRecord),  # type: ignore[arg-type]
            grades=rest(self.grades, GradeRecord),  # type: ignore[arg-type]
        )


_order: Callable[[Entry], tuple[date, str]] = lambda entry: (entry.first_day, entry.key)  # noqa: E731


def status_of(first_day: date, last_day: date | None, day: date, *, withdrawn: bool = False) -> str:
    """What people call the state of a record on a day: 'withdrawn', 'scheduled', 'active' or 'ended'."""
    if withdrawn:
        return "withdrawn"
    if first_day > day:
        return "scheduled"
    return "active" if last_day is None or day <= last_day else "ended"
