"""What is done about a state of an agreement: an action plan, a letter with its receipt, a signed decision.

A plan of a unit is for everybody to read. A letter, a decision and a plan about one person are not: whoever
manages there reads them, and the person; nobody writes one to themselves.
"""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from wmt.days import written
from wmt.site.accounts.access import Denied, may
from wmt.site.accounts.roles import Action, placed
from wmt.site.agreements import in_force
from wmt.site.agreements.models import StateAnswer, UnitAgreement
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, ConflictError, RefusedError
from wmt.site.changes.actions import Actor
from wmt.site.changes.recalculate import hold_journal
from wmt.site.duties.access import is_own
from wmt.site.figures import units
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import NOTE

#: So long may a plan or a decision be.
MOST = 2_000
#: So long may it hold: its words are kept for the retention period after that.
MOST_DAYS = 730
_WORDS = {
    StateAnswer.Kind.PLAN: "what is to be done",
    StateAnswer.Kind.DECISION: "why, and what support there is",
}
_ONE = {
    StateAnswer.Kind.PLAN: "an action plan",
    StateAnswer.Kind.LETTER: "a letter",
    StateAnswer.Kind.DECISION: "a signed decision",
}


class UnknownAnswer(Http404):
    """There is no such answer to a state, or one may not read it."""


@dataclass(frozen=True, kw_only=True)
class AnswerBasis:
    """What the agreement says of the unit now: of which measure, its state, and the duty that asks for it."""

    agreement: UnitAgreement
    kind: str
    measure_key: str
    measure: str
    state: str
    value: str
    clause: str
    duty: str


@dataclass(frozen=True, kw_only=True)
class AnswerRequest:
    """An answer as a form asks for it. `key` is that of the form."""

    words: str = ""
    until: date | None = None
    key: str = ""


def answer(
    *, actor: Any, unit: Unit, state: State, basis: AnswerBasis, wanted: AnswerRequest, who: str = ""
) -> tuple[StateAnswer, bool]:
    """Record it; the record, and whether it is new: the same form twice does it once.

    Raises Denied, and RefusedError with every fault.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal():
        need_answer(actor, unit, state)
        words = NOTE.mended(wanted.words)
        if same := StateAnswer.objects.filter(key=wanted.key).first() if wanted.key else None:
            _need_same(same, unit, basis, (words, wanted.until))
            return same, False
        if faults := _faults(basis, words, wanted.until, state):
            raise RefusedError(faults)
        row = StateAnswer.objects.create(
            agreement=basis.agreement, kind=basis.kind, level=unit.level, code=unit.code,
            measure_key=basis.measure_key, measure=basis.measure, state=basis.state, value=basis.value,
            clause=basis.clause, duty=basis.duty, day=state.day, words=words, until=wanted.until,
            key=wanted.key or uuid.uuid4().hex, recorded_by=asker.user, who=asker.name,
        )  # fmt: skip
        _tell(asker, row, f"recorded {_ONE[StateAnswer.Kind(row.kind)]} for {placed(row.level, row.code)}")
    return row, True


def receive(*, actor: Any, number: int, state: State) -> StateAnswer:
    """The person a letter is about says that they have it.

    Raises UnknownAnswer, Denied where it is somebody else's, and ConflictError the second time.
    """
    asker = Actor(user=actor)
    with hold_journal():
        row = find(actor, state, number)
        unit = unit_of(state, row)
        if unit is None or not is_own(actor, unit) or row.kind != StateAnswer.Kind.LETTER:
            raise Denied(Action.HANDLE_DUTIES, level=row.level, code=row.code)
        if row.received_at is not None:
            words = f"Its receipt was recorded on {written(timezone.localdate(row.received_at))}"
            raise ConflictError([ChangeFault("RECEIVED", words)])
        row.received_at, row.received_by = timezone.now(), asker.name
        row.save(update_fields=["received_at", "received_by"])
        _tell(asker, row, f"has received a letter for {placed(row.level, row.code)}")
    return row


def need_answer(user: Any, unit: Unit, state: State) -> None:
    """Nothing where somebody may answer a state of a unit. Raises Denied."""
    if not may_answer(user, unit, state):
        raise Denied(Action.HANDLE_DUTIES, level=unit.level, code=unit.code)


def may_answer(user: Any, unit: Unit, state: State) -> bool:
    """Whoever manages there may, and nobody for themselves."""
    place = {"level": unit.level, "code": unit.code}
    return may(user, Action.HANDLE_DUTIES, **place, state=state) and not is_own(user, unit)


def of_unit(user: Any, unit: Unit, state: State) -> QuerySet[StateAnswer]:
    """What was done about states of a unit, the last first, as far as somebody may read it."""
    rows = StateAnswer.objects.filter(level=unit.level).order_by("-pk")
    if state.as_of is None:
        rows = rows.filter(code=unit.code)
    else:
        former = in_force.formerly(StateAnswer, [(unit.level, unit.code)], state)
        rows = rows.filter(Q(code=unit.code) | Q(pk__in=former), day__lte=state.day)
    if _reads(user, unit, state):
        return rows
    return rows.none() if unit.level == "post" else rows.filter(kind=StateAnswer.Kind.PLAN)


def is_open(row: StateAnswer) -> bool:
    """Whether it is for everybody to read: a plan that is not about one person."""
    return row.kind == StateAnswer.Kind.PLAN and row.level != "post"


def find(user: Any, state: State, number: int) -> StateAnswer:
    """One of them. Raises UnknownAnswer, also for one that somebody may not read."""
    row = StateAnswer.objects.select_related("agreement").filter(pk=number).first()
    unit = None if row is None else unit_of(state, row)
    if row is None or unit is None:
        raise UnknownAnswer(f"there is no answer {number}")
    units.find(state, user, unit.level, unit.code)  # raises UnknownUnit beyond the reach of reading
    if not is_open(row) and not _reads(user, unit, state):
        raise UnknownAnswer(f"there is no answer {number}")
    return row


def before(row: StateAnswer) -> list[StateAnswer]:
    """Earlier ones of the kind for the same state of the same measure and unit: what did not cure it."""
    same = StateAnswer.objects.filter(
        kind=row.kind, level=row.level, code=row.code, measure_key=row.measure_key, state=row.state,
        agreement__pack_key=row.agreement.pack_key, pk__lt=row.pk,
    )  # fmt: skip
    return list(same.order_by("pk"))


def _reads(user: Any, unit: Unit, state: State) -> bool:
    place = {"level": unit.level, "code": unit.code}
    return is_own(user, unit) or may(user, Action.READ_DUTIES, **place, state=state)


def unit_of(state: State, row: StateAnswer) -> Unit | None:
    """The unit in the figures, on past days by its code of then; None where it is not there."""
    return units.of_level(state, row.level).filter(code__in=in_force.codes_on(row, state)).first()


def _need_same(row: StateAnswer, unit: Unit, basis: AnswerBasis, said: tuple[str, date | None]) -> None:
    """Raises RefusedError where something else was sent with the key of a record. Figures may have moved."""
    kept = (row.agreement_id, row.kind, row.level, row.code, row.measure_key, row.words, row.until)
    if kept != (basis.agreement.pk, basis.kind, unit.level, unit.code, basis.measure_key, *said):
        words = "Something else was sent with this key; use a new one"
        raise RefusedError([ChangeFault("KEY_TAKEN", words, "key")])


def _faults(basis: AnswerBasis, words: str, until: date | None, state: State) -> list[ChangeFault]:
    faults, kind = [], StateAnswer.Kind(basis.kind)
    if kind in _WORDS and not words:
        faults.append(ChangeFault("WORDS", f"Enter {_WORDS[kind]}", "words"))
    if kind == StateAnswer.Kind.LETTER and words:
        faults.append(ChangeFault("WORDS", "A letter has no words of its own", "words"))
    if len(words) > MOST:
        faults.append(ChangeFault("WORDS", f"Enter at most {MOST} characters", "words"))
    if kind in _WORDS and (until is None or until <= state.day):
        faults.append(ChangeFault("UNTIL", "Enter a day after today", "until"))
    elif until and until > (last := state.day + timedelta(MOST_DAYS)):
        faults.append(ChangeFault("UNTIL", f"Enter a day up to {written(last)}", "until"))
    return faults


def _tell(asker: Actor, row: StateAnswer, said: str) -> None:
    after = {"agreement": row.agreement.pack_key, "kind": row.kind, "answer": row.pk}
    record(
        "agreement answer", f"{asker.name} {said}.", actor=asker.user, who=asker.name, level=row.level,
        code=row.code, after=after,
    )  # fmt: skip
