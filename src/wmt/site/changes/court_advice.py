"""Advising courts of what a unit that is full cannot take, and ending that. No figure moves.

The head of the PDU and administrators may. What is said is of a whole unit, and everybody may read it.
"""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from wmt.days import written
from wmt.site.accounts.access import Denied, may
from wmt.site.accounts.roles import Action, placed
from wmt.site.advice import given_advice
from wmt.site.advice.models import CourtAdvice
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, ConflictError, RefusedError, period_faults
from wmt.site.changes.actions import Actor
from wmt.site.changes.recalculate import hold_journal
from wmt.site.duties.due_dates import rules_on
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, state_if_any
from wmt.text import NOTE

#: So long may each text be.
MOST = 500
#: Units of which courts are advised: what a court serves is none of one person, nor of the whole nation.
LEVELS = ("region", "pdu", "team")
_TEXTS = {
    "cannot": "Enter what the unit cannot take",
    "effect": "Enter what is asked of courts meanwhile",
}


@dataclass(frozen=True, kw_only=True)
class AdviceBasis:
    """What the figures of the unit say: how full it is in a word, and the certificate of it."""

    word: str
    has_room: bool
    night: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class AdviceRequest:
    """Advice as a form asks for it; `although` is why, where the unit has room. `key` is that of the form."""

    level: str
    code: str
    cannot: str
    effect: str
    first_day: date
    last_day: date | None
    although: str = ""
    key: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """What is kept of it, by the names of `CourtAdvice`."""
        same = ("level", "code", "first_day", "last_day")
        texts = {name: NOTE.mended(getattr(self, name)) for name in ("cannot", "effect", "although")}
        return {**{name: getattr(self, name) for name in same}, **texts}


def advise(
    *, actor: Any, wanted: AdviceRequest, basis: AdviceBasis, who: str = ""
) -> tuple[CourtAdvice, bool]:
    """Give advice to courts; the record, and whether it is new: the same request twice gives it once.

    Raises Denied, and RefusedError with every fault.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal():
        state = state_if_any()
        if state is None:
            raise RefusedError([ChangeFault("NO_DATA", "No extract has been loaded, so no unit is full", "")])
        _need(actor, wanted.level, wanted.code, state)
        there = Unit.objects.filter(load_id=state.load_id, level=wanted.level, whole=True, code=wanted.code)
        unit = there.first() if wanted.level in LEVELS else None
        if same := CourtAdvice.objects.filter(key=wanted.key).first() if wanted.key else None:
            if any(getattr(same, name) != value for name, value in wanted.values.items()):
                words = "Something else was sent with this key; use a new one"
                raise RefusedError([ChangeFault("KEY_TAKEN", words, "key")])
            return same, False
        if faults := _faults(wanted, basis, unit, state):
            raise RefusedError(faults)
        assert unit is not None
        row = CourtAdvice.objects.create(
            **wanted.values, name=unit.name, word=basis.word, day=state.day, night=basis.night,
            sha256=basis.sha256, key=wanted.key or uuid.uuid4().hex, recorded_by=asker.user, who=asker.name,
        )  # fmt: skip
        _tell(asker, row, f"advised courts of {placed(row.level, row.code)} {period(row)}")
    return row, True


def end_advice(*, actor: Any, number: int, who: str = "") -> CourtAdvice:
    """End advice at once. Raises UnknownAdvice, Denied, and ConflictError where it has ended already."""
    asker = Actor(user=actor, who=who)
    with hold_journal():
        row, state = given_advice.find(number), state_if_any()
        _need(actor, row.level, row.code, state)
        if row.ended_at is not None:
            raise ConflictError([ChangeFault("ENDED", f"{row.ended_by} has ended this advice already")])
        if state is not None and row.last_day < state.day:
            raise ConflictError([ChangeFault("OVER", f"This advice ended on {written(row.last_day)}")])
        row.ended_at, row.ended_by = timezone.now(), asker.name
        row.save(update_fields=["ended_at", "ended_by"])
        _tell(asker, row, f"ended advice to courts of {placed(row.level, row.code)} {period(row)}")
    return row


def may_advise(user: Any, unit: Unit, state: State) -> bool:
    """Whether somebody may advise courts of a unit."""
    place = {"level": unit.level, "code": unit.code}
    return unit.level in LEVELS and may(user, Action.ADVISE_COURTS, **place, state=state)


def period(row: CourtAdvice) -> str:
    """The days of advice, for a sentence."""
    return f"from {written(row.first_day)} until {written(row.last_day)}"


def longest(day: date) -> int:
    """For how many days advice is given at once, by the rules of a day."""
    return rules_on(day)["court_advice.longest_days"].hundredths // 100


def _need(actor: Any, level: str, code: str, state: State | None) -> None:
    """A command of the installation, which has no account, is trusted. Raises Denied."""
    if actor is not None and not may(actor, Action.ADVISE_COURTS, level=level, code=code, state=state):
        raise Denied(Action.ADVISE_COURTS, level=level, code=code)


def _faults(wanted: AdviceRequest, basis: AdviceBasis, unit: Unit | None, state: State) -> list[ChangeFault]:
    """What is missing or wrong in a request."""
    found: list[ChangeFault] = []
    if unit is None:
        words = f"There is no team, PDU or region {wanted.code} in the figures shown"
        found.append(ChangeFault("UNIT_UNKNOWN", words, ""))
    most = longest(state.day)
    if wanted.last_day is None:
        found.append(ChangeFault("LAST_DAY", "Enter the last day: advice ends by itself", "last_day"))
    else:
        found += period_faults(wanted.first_day, wanted.last_day, state.day)
        if (wanted.last_day - wanted.first_day).days >= most:
            words = f"Advice is given for {most} days at most. Enter an earlier last day"
            found.append(ChangeFault("TOO_LONG", words, "last_day"))
    if wanted.first_day < state.day:
        words = "The first day has passed. Enter today or a later day"
        found.append(ChangeFault("FIRST_DAY", words, "first_day"))
    texts = wanted.values
    found += [ChangeFault(name.upper(), words, name) for name, words in _TEXTS.items() if not texts[name]]
    found += [
        ChangeFault("TOO_LONG", f"Enter at most {MOST} characters", name)
        for name in (*_TEXTS, "although") if len(texts[name]) > MOST
    ]  # fmt: skip
    if basis.has_room and not texts["although"]:
        words = "By its figures this unit is not full. Say why courts are advised all the same"
        found.append(ChangeFault("NOT_FULL", words, "although"))
    return found


def _tell(asker: Actor, row: CourtAdvice, said: str) -> None:
    after = {"cannot": row.cannot, "effect": row.effect, "word": row.word, "advice": row.pk}
    record(
        "court advice", f"{asker.name} {said}.", actor=asker.user, who=asker.name, level=row.level,
        code=row.code, after=after,
    )  # fmt: skip
