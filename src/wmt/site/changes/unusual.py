"""Answering an unusual change: whoever leads the unit says in words what it is. No figure moves.

Whoever asks for an answer has found the change for the person who gives it. The audit says which change, and
nothing of the words.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from wmt.days import written
from wmt.site.accounts.access import Denied, may
from wmt.site.accounts.roles import Action, placed
from wmt.site.allocation.models import new_key
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, ConflictError, RefusedError
from wmt.site.changes.actions import Actor
from wmt.site.changes.recalculate import hold_journal
from wmt.site.unusual.models import UnusualAnswer
from wmt.site.workload import as_of_day
from wmt.site.workload.state import State
from wmt.text import NOTE

#: So long may an answer be.
MOST = 2_000


@dataclass(frozen=True, kw_only=True)
class ChangeAsked:
    """Which change is answered: its kind with its name, the unit, and the day it was found."""

    kind: str
    name: str
    level: str
    code: str
    day: date

    @property
    def key(self) -> dict[str, Any]:
        """What its answers are found by."""
        return {name: getattr(self, name) for name in ("kind", "level", "code", "day")}


class OwnChange(Denied):
    """Somebody wants to answer what is about their own post."""

    def __init__(self, code: str) -> None:
        super().__init__(Action.HANDLE_DUTIES, level="post", code=code)
        self.sentence = "This change is about your own cases, so someone else must answer it."
        self.remedy = "Another manager of the team, the head of the PDU or an administrator can."


def may_answer(user: Any, asked: ChangeAsked, state: State) -> bool:
    """Whether somebody may: whoever manages there, and nobody what is about themselves. Not in the past."""
    if state.as_of is not None or as_of_day.asked() is not None:
        return False
    place = {"level": asked.level, "code": asked.code}
    return not _is_own(user, asked) and (
        user is None or may(user, Action.HANDLE_DUTIES, **place, state=state)
    )


def answer(
    *, actor: Any, asked: ChangeAsked, words: str, state: State, key: str = "", who: str = ""
) -> tuple[UnusualAnswer, bool]:
    """Records what somebody says of a change; the row, and whether it is new: the same twice is one.

    Raises Denied, RefusedError, ConflictError where it has another answer.
    """
    asker, said = Actor(user=actor, who=who), NOTE.mended(words)
    with hold_journal():
        _need(actor, asked, state)
        if same := UnusualAnswer.objects.filter(key=key).first() if key else None:
            if (same.kind, same.level, same.code, same.day, same.words) != (*asked.key.values(), said):
                fault = "Something else was sent with this key; use a new one"
                raise RefusedError([ChangeFault("KEY_TAKEN", fault, "key")])
            return same, False
        if not said:
            raise RefusedError(
                [ChangeFault("WORDS", "Enter what is behind the change, or that nothing is known", "words")]
            )
        if len(said) > MOST:
            raise RefusedError([ChangeFault("WORDS", f"Enter at most {MOST:,} characters", "words")])
        if there := UnusualAnswer.objects.filter(**asked.key, undone_at__isnull=True).first():
            day = written(timezone.localdate(there.recorded_at))
            raise ConflictError(
                [ChangeFault("ANSWERED", f"This change was answered on {day}, by {there.who}")]
            )
        row = UnusualAnswer.objects.create(
            **asked.key, words=said, key=key or new_key(), recorded_by=asker.user, who=asker.name
        )
        _tell(asker, asked, row, "answered")
    return row, True


def undo(*, actor: Any, asked: ChangeAsked, state: State, who: str = "") -> UnusualAnswer:
    """Takes an answer back, on its day, by whoever gave it. Raises Denied, RefusedError and ConflictError."""
    asker = Actor(user=actor, who=who)
    with hold_journal():
        _need(actor, asked, state)
        row = UnusualAnswer.objects.filter(**asked.key, undone_at__isnull=True).first()
        if row is None:
            raise ConflictError([ChangeFault("NO_ANSWER", "This change has no answer")])
        if not may_undo(actor, row):
            words = "Only whoever answered can take it back, on the day it was answered"
            raise RefusedError([ChangeFault("TOO_LATE", words)])
        row.undone_at, row.undone_by = timezone.now(), asker.name
        row.save(update_fields=["undone_at", "undone_by"])
        _tell(asker, asked, row, "took back an answer to")
    return row


def may_undo(user: Any, row: UnusualAnswer) -> bool:
    """Whether somebody may take an answer back: it is theirs, and of today."""
    is_theirs = user is None or row.recorded_by_id == user.pk
    return is_theirs and timezone.localdate(row.recorded_at) == timezone.localdate()


def _is_own(user: Any, asked: ChangeAsked) -> bool:
    own = getattr(user, "staff_code", "")
    return bool(own) and asked.level == "post" and asked.code.partition(":")[2] == own


def _need(actor: Any, asked: ChangeAsked, state: State) -> None:
    if state.as_of is not None:
        raise as_of_day.InThePast
    if _is_own(actor, asked):
        raise OwnChange(asked.code)
    if not may_answer(actor, asked, state):
        raise Denied(Action.HANDLE_DUTIES, level=asked.level, code=asked.code)


def _tell(asker: Actor, asked: ChangeAsked, row: UnusualAnswer, said: str) -> None:
    where = placed(asked.level, asked.code)
    record(
        "unusual", f"{asker.name} {said} an unusual change of {written(asked.day)} in {where}.",
        actor=asker.user, who=asker.name, level=asked.level, code=asked.code, after={"answer": row.pk},
    )  # fmt: skip
