"""Setting the priority level of a PDU (green, amber, red), ending it, and undoing that. No figure moves.

The head of the PDU and administrators may. Why is management's reason for a whole unit, which everybody may
read: it is no fact about a person.
"""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone

from wmt.days import written
from wmt.facts import NOT_KNOWN
from wmt.site.accounts.access import Denied, may
from wmt.site.accounts.roles import Action, placed
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, ConflictError, RefusedError, period_faults
from wmt.site.changes.actions import Actor
from wmt.site.changes.recalculate import hold_journal
from wmt.site.priorities import levels
from wmt.site.priorities.models import PriorityLevel
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, state_if_any
from wmt.text import NOTE

#: So long may the reason be.
MOST = 500
_LEVELS = dict(PriorityLevel.Level.choices)


@dataclass(frozen=True, kw_only=True)
class PriorityRequest:
    """A level as a form or a program asks for it. `key` is that of the form or request."""

    pdu: str
    level: str
    first_day: date
    last_day: date | None = None
    why: str = ""
    key: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """What is kept of it, by the names of `PriorityLevel`."""
        same = ("pdu", "level", "first_day", "last_day")
        return {**{name: getattr(self, name) for name in same}, "why": NOTE.mended(self.why)}


def set_level(*, actor: Any, wanted: PriorityRequest, who: str = "") -> tuple[PriorityLevel, bool]:
    """Set the level of a PDU; the record, and whether it is new: the same request twice sets it once.

    Raises Denied, RefusedError with every fault, and ConflictError where a level is set for some of the days
    already.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal():
        state = _shown()
        _need(actor, wanted.pdu, state)
        if faults := _faults(wanted, state):
            raise RefusedError(faults)
        if same := PriorityLevel.objects.filter(key=wanted.key).first() if wanted.key else None:
            if any(getattr(same, name) != value for name, value in wanted.values.items()):
                words = "Something else was sent with this key; use a new one"
                raise RefusedError([ChangeFault("KEY_TAKEN", words, "key")])
            return same, False
        _need_free(wanted)
        row = PriorityLevel.objects.create(
            **wanted.values, key=wanted.key or uuid.uuid4().hex, recorded_by=asker.user, who=asker.name
        )
        _tell(asker, row, f"set {placed('pdu', row.pdu)} to {row.level} {period(row)}")
    return row, True


def end_level(*, actor: Any, number: int, last_day: date | None = None, who: str = "") -> PriorityLevel:
    """End a level at once, or with a last day; what stands of it then. Raises Denied, RefusedError and
    ConflictError where it has ended already."""
    asker = Actor(user=actor, who=who)
    with hold_journal():
        state, row = _shown(), levels.find(number)
        _need(actor, row.pdu, state)
        _need_open(row, state)
        if last_day is None:
            _close(row, asker, PriorityLevel.End.HAND)
            _tell(asker, row, f"ended {row.level} of {placed('pdu', row.pdu)} {period(row)}")
            return row
        faults = period_faults(row.first_day, last_day, state.day)
        if row.last_day and last_day > row.last_day:
            words = f"It ends on {written(row.last_day)}. Enter an earlier day, or set a level from then on"
            faults.append(ChangeFault("LAST_DAY", words, "last_day"))
        if faults:
            raise RefusedError(faults)
        if last_day == row.last_day:
            return row
        _close(row, asker, PriorityLevel.End.CHANGED)
        made = PriorityLevel.objects.create(
            pdu=row.pdu, former=row.former, level=row.level, first_day=row.first_day, last_day=last_day,
            why=row.why, key=uuid.uuid4().hex, recorded_by=asker.user, who=asker.name,
        )  # fmt: skip
        _tell(asker, made, f"ended {row.level} of {placed('pdu', row.pdu)} {period(made)}")
    return made


def undo_level(*, actor: Any, number: int, who: str = "") -> PriorityLevel:
    """Take back a level that was entered by mistake, on the day it was entered: later pages of that day would
    not show what stood on it. Raises Denied and ConflictError."""
    asker = Actor(user=actor, who=who)
    with hold_journal():
        state, row = _shown(), levels.find(number)
        _need(actor, row.pdu, state)
        _need_open(row, state)
        if timezone.localdate(row.recorded_at) != timezone.localdate():
            words = "A level can be undone only on the day it was entered. End it instead"
            raise ConflictError([ChangeFault("TOO_LATE", words)])
        _close(row, asker, PriorityLevel.End.UNDONE)
        _tell(asker, row, f"undid {row.level} of {placed('pdu', row.pdu)} {period(row)}")
    return row


def may_set(user: Any, pdu: str, state: State) -> bool:
    """Whether somebody may set the level of a PDU."""
    return may(user, Action.SET_PRIORITIES, level="pdu", code=pdu, state=state)


def period(row: PriorityLevel) -> str:
    """The days of a level, for a sentence."""
    until = f" until {written(row.last_day)}" if row.last_day else ""
    return f"from {written(row.first_day)}{until}"


def _shown() -> State:
    state = state_if_any()
    if state is None:
        raise RefusedError([ChangeFault("NO_DATA", "No extract has been loaded, so there is no PDU", "")])
    return state


def _need(actor: Any, pdu: str, state: State) -> None:
    """A command of the installation, which has no account, is trusted. Raises Denied."""
    if actor is not None and not may_set(actor, pdu, state):
        raise Denied(Action.SET_PRIORITIES, level="pdu", code=pdu)


def _faults(wanted: PriorityRequest, state: State) -> list[ChangeFault]:
    """What is missing or wrong in a request."""
    faults = period_faults(wanted.first_day, wanted.last_day, state.day)
    if wanted.first_day < state.day:
        words = "The first day has passed, and past figures stay as they are. Enter today or a later day"
        faults.append(ChangeFault("FIRST_DAY", words, "first_day"))
    if wanted.level not in _LEVELS:
        words = (
            f"'{wanted.level}' is no level. Choose green, amber or red" if wanted.level else "Choose a level"
        )
        faults.append(ChangeFault("LEVEL", words, "level"))
    why = NOTE.mended(wanted.why)
    if not why:
        faults.append(ChangeFault("WHY", "Enter why, for everybody who reads the figures", "why"))
    if len(why) > MOST:
        faults.append(ChangeFault("WHY", f"Enter at most {MOST} characters", "why"))
    if wrong := _no_pdu(wanted.pdu, state):
        faults.append(ChangeFault("NO_PDU", wrong, "pdu"))
    return faults


def _no_pdu(code: str, state: State) -> str:
    """Why a unit can have no level; empty where it is a PDU."""
    found = Unit.objects.filter(load_id=state.load_id, code=code, whole=True).values_list("level", flat=True)
    if "pdu" in found and code != NOT_KNOWN:
        return ""
    if code == NOT_KNOWN:
        return "Work with no known PDU has no level"
    if found:
        return f"{code} is a {found[0]}. A level is set for a PDU, and holds for all its teams"
    return f"There is no PDU with the code {code} in the figures shown"


def _need_free(wanted: PriorityRequest) -> None:
    """Raises ConflictError where a level is set for some of the days already."""
    overlaps = Q(last_day__isnull=True) | Q(last_day__gte=wanted.first_day)
    there = PriorityLevel.objects.filter(overlaps, pdu=wanted.pdu, ended_at__isnull=True)
    if wanted.last_day:
        there = there.filter(first_day__lte=wanted.last_day)
    if found := there.order_by("first_day").first():
        words = f"{found.who} has set {found.level} {period(found)}. End that first, or choose other days"
        raise ConflictError([ChangeFault("PRIORITY_SET", words)])


def _need_open(row: PriorityLevel, state: State) -> None:
    """Raises ConflictError where somebody ended a level already, or its last day has passed."""
    if row.ended_at is not None:
        raise ConflictError([ChangeFault("ENDED", f"{row.ended_by} has ended this level already")])
    if row.last_day and row.last_day < state.day:
        raise ConflictError([ChangeFault("OVER", f"This level ended on {written(row.last_day)}")])


def _close(row: PriorityLevel, asker: Actor, end: PriorityLevel.End) -> None:
    row.end, row.ended_at, row.ended_by = end, timezone.now(), asker.name
    row.save(update_fields=["end", "ended_at", "ended_by"])


def _tell(asker: Actor, row: PriorityLevel, said: str) -> None:
    after = {"level": row.level, "first_day": f"{row.first_day}", "last_day": f"{row.last_day or ''}"}
    record(
        "priority", f"{asker.name} {said}.", actor=asker.user, who=asker.name, level="pdu", code=row.pdu,
        after={**after, "why": row.why, "record": row.pk},
    )  # fmt: skip
