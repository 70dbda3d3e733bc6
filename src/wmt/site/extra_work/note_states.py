"""How a note of extra work stands on a day: plain rows in, one word out. Nothing here asks the database.

A note goes along with its case: the post that holds the case now has it. What a manager decided counts for
the post of that day, so a case that moves has its note to be confirmed again. A case that ends ends it, and
one that comes back has it again within its days.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Protocol


class NoteState(StrEnum):
    """How a note stands. `CONFIRMED` alone is summed."""

    UNDONE = "undone"
    ENDED = "ended"
    GONE = "case not here"
    OVER = "over"
    ASKED = "to be confirmed"
    MOVED = "to be confirmed again"
    DECLINED = "declined"
    CONFIRMED = "confirmed"
    COMING = "confirmed, not begun"


#: Those that a manager is asked to decide.
WAITING = (NoteState.ASKED, NoteState.MOVED)
#: Those that nothing more can come of.
CLOSED = (NoteState.UNDONE, NoteState.ENDED, NoteState.OVER)


class Decided(Protocol):
    """As much of a decision as matters here; the oldest comes first, and none that was undone."""

    @property
    def kind(self) -> str:
        """confirmed, declined or ended."""

    @property
    def post(self) -> str:
        """Who held the case then."""


class Noted(Protocol):
    """As much of a note as matters here."""

    @property
    def first_day(self) -> date:
        """The first day for which it was noted."""

    @property
    def last_day(self) -> date:
        """The last day."""


def standing(
    work: Noted, decisions: Sequence[Decided], holder: str, day: date, *, is_undone: bool = False
) -> NoteState:
    """How a note stands on a day on which `holder` has its case; empty where nobody has it."""
    if is_undone:
        return NoteState.UNDONE
    if any(each.kind == "ended" for each in decisions):
        return NoteState.ENDED
    if day > work.last_day:
        return NoteState.OVER
    if not holder:
        return NoteState.GONE
    here = [each for each in decisions if each.post == holder]
    if not here:
        return NoteState.MOVED if decisions else NoteState.ASKED
    if here[-1].kind == "declined":
        return NoteState.DECLINED
    return NoteState.CONFIRMED if work.first_day <= day else NoteState.COMING
