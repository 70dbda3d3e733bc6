"""Switching an agreement on for a unit, and ending it. No figure moves: agreements stand beside the measure.

The head of the PDU may for the PDU and its teams, an administrator for every unit.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import InvalidOperation
from typing import Any

from django.utils import timezone

from wmt.agreements import reading
from wmt.agreements.expressions import ExpressionError
from wmt.agreements.pack import Agreement, chosen_level
from wmt.days import written
from wmt.site.accounts.access import Denied, may
from wmt.site.accounts.roles import Action, placed
from wmt.site.agreements import in_force
from wmt.site.agreements.models import UnitAgreement
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, ConflictError, RefusedError, period_faults
from wmt.site.changes.actions import Actor
from wmt.site.changes.recalculate import hold_journal
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, state_if_any

#: A unit goes by a few agreements; more at once are a slip, and a page could not show them.
MOST = 10
LEVELS = ("team", "pdu", "region", "nation")
#: What a record keeps of a request as it is.
_KEPT = ("level", "code", "mode", "first_day", "last_day")


@dataclass(frozen=True, kw_only=True)
class AgreementRequest:
    """An agreement as a form asks for it: one that comes with the program (`pack`), or the text of a file.

    `levels` are lines of MEASURE.STATE = N. `key` is that of the form.
    """

    level: str
    code: str
    pack: str = ""
    text: str = ""
    levels: str = ""
    mode: str = ""
    first_day: date
    last_day: date | None = None
    key: str = ""


@dataclass
class _ReadAgreement:
    """What was read of a request, and what is wrong with it."""

    pack: Agreement | None = None
    text: str = ""
    levels: dict[str, str] = field(default_factory=dict)
    faults: list[ChangeFault] = field(default_factory=list)


def switch_on(*, actor: Any, wanted: AgreementRequest, who: str = "") -> tuple[UnitAgreement, bool]:
    """Have a unit go by an agreement; the record, and whether it is new: the same form twice does it once.

    Raises Denied, RefusedError with every fault, and ConflictError where the unit goes by it already.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal():
        state = _shown()
        _need(actor, wanted.level, wanted.code, state)
        read = _read(wanted)
        if same := UnitAgreement.objects.filter(key=wanted.key).first() if wanted.key else None:
            _need_same(same, wanted, read)
            return same, False
        faults = [*read.faults, *_faults(wanted, state)]
        if faults or read.pack is None:
            raise RefusedError(faults)
        _need_free(wanted, read.pack)
        row = UnitAgreement.objects.create(
            level=wanted.level, code=wanted.code, pack_key=read.pack.key, name=read.pack.name, text=read.text,
            levels=read.levels, mode=wanted.mode, first_day=wanted.first_day, last_day=wanted.last_day,
            key=wanted.key or uuid.uuid4().hex, recorded_by=asker.user, who=asker.name,
        )  # fmt: skip
        said = "in force" if row.mode == UnitAgreement.Mode.LIVE else "in shadow"
        _tell(asker, row, f"put the agreement '{row.name}' {said} for {placed(row.level, row.code)}")
    return row, True


def end(*, actor: Any, number: int, who: str = "") -> UnitAgreement:
    """End an agreement of a unit at once.

    Raises UnknownAgreement, Denied, and ConflictError where it has ended already.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal():
        row, state = in_force.find(number), _shown()
        _need(actor, row.level, row.code, state)
        if row.ended_at is not None:
            raise ConflictError([ChangeFault("ENDED", f"{row.ended_by} has ended this agreement already")])
        if row.last_day and row.last_day < state.day:
            raise ConflictError([ChangeFault("OVER", f"This agreement ended on {written(row.last_day)}")])
        row.ended_at, row.ended_by = timezone.now(), asker.name
        row.save(update_fields=["ended_at", "ended_by"])
        _tell(asker, row, f"ended the agreement '{row.name}' for {placed(row.level, row.code)}")
    return row


def may_switch(user: Any, unit: Unit, state: State) -> bool:
    """Whether somebody may switch agreements of a unit on and off."""
    place = {"level": unit.level, "code": unit.code}
    return unit.level in LEVELS and may(user, Action.SET_AGREEMENTS, **place, state=state)


def read_levels(text: str, pack: Agreement) -> tuple[dict[str, str], list[ChangeFault]]:
    """Levels that are chosen, by MEASURE.STATE, from lines of MEASURE.STATE = N; and what is wrong."""
    found: dict[str, str] = {}
    faults = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, _, level = line.replace(":", "=").rpartition("=")
        try:
            chosen = chosen_level(level)
            pack.with_levels({name.strip(): chosen})
        except InvalidOperation:
            words = f"Line {number}: write MEASURE.STATE = N, such as person.double red = 120"
            faults.append(ChangeFault("LEVEL", words, "levels"))
        except ExpressionError as error:
            faults.append(ChangeFault("LEVEL", f"Line {number}: {error}", "levels"))
        else:
            found[name.strip()] = f"{chosen:f}"
    return found, faults


def _read(wanted: AgreementRequest) -> _ReadAgreement:
    if bool(wanted.pack) == bool(wanted.text.strip()):
        words = "Choose an agreement that comes with WMT, or give a file of your own; one of the two"
        return _ReadAgreement(faults=[ChangeFault("PACK", words, "pack")])
    try:
        text = reading.shipped_text(wanted.pack) if wanted.pack else wanted.text
        pack = reading.read_pack(text, wanted.pack or own_key(text))
    except reading.UnknownPackError as error:
        return _ReadAgreement(faults=[ChangeFault("PACK", f"{error}"[:1].upper() + f"{error}"[1:], "pack")])
    except reading.PackError as error:
        lines = str(error).splitlines()
        return _ReadAgreement(faults=[ChangeFault("PACK_FILE", line, "text") for line in lines])
    levels, faults = read_levels(wanted.levels, pack)
    return _ReadAgreement(pack, text, levels, faults)


def own_key(text: str) -> str:
    """The key of an agreement of one's own, from its name."""
    name = next((line.partition(":")[2] for line in text.splitlines() if line.startswith("name:")), "")
    plain = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
    return f"own-{plain or 'agreement'}"[:60].rstrip("-")


def _shown() -> State:
    state = state_if_any()
    if state is None:
        raise RefusedError([ChangeFault("NO_DATA", "No extract has been loaded, so there is no unit", "")])
    return state


def _need(actor: Any, level: str, code: str, state: State) -> None:
    """A command of the installation, which has no account, is trusted. Raises Denied."""
    if actor is not None and not may(actor, Action.SET_AGREEMENTS, level=level, code=code, state=state):
        raise Denied(Action.SET_AGREEMENTS, level=level, code=code)


def _faults(wanted: AgreementRequest, state: State) -> list[ChangeFault]:
    """What is missing or wrong in a request, beside its agreement."""
    faults = period_faults(wanted.first_day, wanted.last_day, state.day)
    if wanted.first_day < state.day:
        words = "The first day has passed, and past pages stay as they are. Enter today or a later day"
        faults.append(ChangeFault("FIRST_DAY", words, "first_day"))
    if wanted.mode not in UnitAgreement.Mode:
        faults.append(ChangeFault("MODE", "Choose whether it is in force or in shadow", "mode"))
    there = Unit.objects.filter(load_id=state.load_id, level=wanted.level, code=wanted.code, whole=True)
    if wanted.level not in LEVELS or not there.exists():
        words = f"There is no team, PDU or region {wanted.code} in the figures shown"
        faults.append(ChangeFault("UNIT_UNKNOWN", words, ""))
    return faults


def _need_same(row: UnitAgreement, wanted: AgreementRequest, read: _ReadAgreement) -> None:
    """Raises RefusedError where something else was asked for with the key of a record."""
    kept: dict[str, Any] = {name: getattr(wanted, name) for name in _KEPT}
    kept |= {"pack_key": read.pack.key if read.pack else "", "text": read.text, "levels": read.levels}
    if any(getattr(row, name) != value for name, value in kept.items()):
        words = "Something else was sent with this key; use a new one"
        raise RefusedError([ChangeFault("KEY_TAKEN", words, "key")])


def _need_free(wanted: AgreementRequest, pack: Agreement) -> None:
    """Raises ConflictError where the unit goes by the same agreement, or by as many as there can be."""
    there = UnitAgreement.objects.filter(level=wanted.level, code=wanted.code, ended_at__isnull=True)
    there = there.exclude(last_day__lt=wanted.first_day)
    if found := there.filter(pack_key=pack.key).first():
        words = f"{found.who} has switched '{found.name}' on from {written(found.first_day)}. End that first"
        raise ConflictError([ChangeFault("AGREEMENT_SET", words)])
    if there.count() >= MOST:
        raise ConflictError([ChangeFault("TOO_MANY", f"A unit goes by {MOST} agreements at most. End one")])


def _tell(asker: Actor, row: UnitAgreement, said: str) -> None:
    after: Mapping[str, Any] = {
        "agreement": row.pack_key, "mode": row.mode, "first_day": f"{row.first_day}",
        "last_day": f"{row.last_day or ''}", "levels": row.levels, "record": row.pk,
    }  # fmt: skip
    record(
        "agreement", f"{asker.name} {said}.", actor=asker.user, who=asker.name, level=row.level,
        code=row.code, after=after,
    )  # fmt: skip
