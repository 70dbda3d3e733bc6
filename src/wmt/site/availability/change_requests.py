"""Changes that somebody wants, and what checking them answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from wmt.days import why_not
from wmt.site.availability import records

Kind = Literal["hours", "reduction", "grade"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing somebody wants of one post: something new, another version of a record, or its withdrawal.

    Without `key` it is new (`wanted_key` gives it a key of its own, as tables do). `version` is the version
    it was made from; 0 where whoever asks has not looked, as a table has not. `row` is its place in a table.
    """

    kind: Kind
    post: records.Post
    key: str = ""
    wanted_key: str = ""
    version: int = 0
    withdraw: bool = False
    first_day: date | None = None
    last_day: date | None = None
    hours_micro: int | None = None
    percent_x100: int | None = None
    reason: str = ""
    notes: str = ""
    grade: str = ""
    why: str = ""  # of this one alone, where a table tells it
    row: int | None = None


@dataclass(frozen=True)
class ChangeFault:
    """Why a change cannot be, or what to look at twice. `field` is a field of Change; `shown` are records.

    `post` is whose it is where several changes of a post bring it about together, so that none is at `index`.
    """

    code: str
    message: str
    field: str = ""
    index: int | None = None
    shown: Sequence[str] = ()
    post: records.Post | None = None

    @property
    def said(self) -> str:
        """The message with the records it is about."""
        return f"{self.message} {'; '.join(self.shown)}".rstrip()


class RefusedError(ValueError):
    """Changes that cannot be made; nothing was changed."""

    def __init__(self, faults: Sequence[ChangeFault]) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = list(faults)


class ConflictError(RefusedError):
    """Somebody else changed a record since it was looked at; nothing was changed."""


@dataclass(frozen=True)
class Checked:
    """What changes come to: the plans of the posts before and after, what is wrong, what to look at twice."""

    before: Mapping[records.Post, records.PostRecords]
    after: Mapping[records.Post, records.PostRecords]
    entries: Sequence[records.Entry | None]  # of each change; None for a withdrawal or a fault
    faults: Sequence[ChangeFault]
    conflicts: Sequence[ChangeFault]
    warnings: Sequence[ChangeFault]

    def raise_faults(self) -> None:
        """Raises ConflictError or RefusedError where the changes cannot be made."""
        if self.conflicts:
            raise ConflictError(self.conflicts)
        if self.faults:
            raise RefusedError(self.faults)


def period_faults(first_day: date, last_day: date | None, today: date) -> list[ChangeFault]:
    """What is wrong with the days from which and until which something is to hold, both counting."""
    faults = []
    for name, day in (("first_day", first_day), ("last_day", last_day)):
        if day and (said := why_not("record", day)):
            faults.append(ChangeFault("DAY", said, name))
    if last_day and last_day < max(first_day, today):
        words = "It lies before the first day" if last_day < first_day else "It has passed"
        faults.append(ChangeFault("LAST_DAY", f"{words}. Enter a later last day", "last_day"))
    return faults
