"""Entering a new instruction in the register, and withdrawing it. No figure moves.

Whoever may do it for the unit: the head of the PDU, analysts, administrators. It is of whole units, and
everybody may read it.
"""

import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from wmt.days import written
from wmt.facts import LOCATIONS, NOT_KNOWN, TIERS
from wmt.site.accounts.access import Denied, may
from wmt.site.accounts.roles import Action, placed
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, ConflictError, RefusedError, period_faults
from wmt.site.changes.actions import Actor
from wmt.site.changes.recalculate import hold_journal
from wmt.site.initiatives import register
from wmt.site.initiatives.models import Initiative
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, state_if_any
from wmt.text import NOTE

#: So long may the title, the source and why it is withdrawn be.
MOST_TITLE, MOST_SOURCE, MOST_WHY = 120, 300, 500
#: More minutes, times a year or per cent are taken for a slip.
_MOST = {"minutes": Decimal(6_000), "times": Decimal(366), "share": Decimal(100)}
_NUMBERS = {
    "minutes": "the minutes each time",
    "times": "how many times a year",
    "share": "the share of cases",
}
_TEXTS = (("title", MOST_TITLE, "a title"), ("source", MOST_SOURCE, "who instructs it, and where"))


@dataclass(frozen=True, kw_only=True)
class InitiativeRequest:
    """An initiative as a form or a program asks for it: minutes each time, times a year on each case, the
    share of cases in per cent. `key` is that of the form or request."""

    level: str
    code: str
    title: str
    source: str
    minutes: Decimal
    times: Decimal
    share: Decimal
    case_type: str
    tiers: str
    first_day: date
    last_day: date | None = None
    key: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """What is kept of it, by the names of `Initiative`."""
        same = ("level", "code", "case_type", "tiers", "first_day", "last_day")
        return {
            **{name: getattr(self, name) for name in same},
            **{name: " ".join(NOTE.mended(getattr(self, name)).split()) for name in ("title", "source")},
            **{f"{name}_x100": int(getattr(self, name) * 100) for name in _MOST},
        }


def enter(*, actor: Any, wanted: InitiativeRequest, who: str = "") -> tuple[Initiative, bool]:
    """Enter an initiative; the record, and whether it is new: the same request twice enters it once.

    Raises Denied, and RefusedError with every fault.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal():
        state = _shown()
        _need(actor, wanted.level, wanted.code, state)
        if faults := _faults(wanted, state):
            raise RefusedError(faults)
        if same := Initiative.objects.filter(key=wanted.key).first() if wanted.key else None:
            if any(getattr(same, name) != value for name, value in wanted.values.items()):
                words = "Something else was sent with this key; use a new one"
                raise RefusedError([ChangeFault("KEY_TAKEN", words, "key")])
            return same, False
        row = Initiative.objects.create(
            **wanted.values, key=wanted.key or uuid.uuid4().hex, recorded_by=asker.user, who=asker.name
        )
        _tell(asker, row, f"entered the initiative ‘{row.title}’ from {written(row.first_day)}")
    return row, True


def withdraw(*, actor: Any, number: int, why: str, who: str = "") -> Initiative:
    """Withdraw an initiative, with why. Raises UnknownInitiative, Denied, RefusedError, ConflictError where
    somebody has already."""
    asker, words = Actor(user=actor, who=who), NOTE.mended(why)
    with hold_journal():
        state, row = _shown(), register.find(number)
        _need(actor, row.level, row.code, state)
        if not words or len(words) > MOST_WHY:
            said = f"Enter why it is withdrawn, in at most {MOST_WHY} characters"
            raise RefusedError([ChangeFault("WHY", said, "why")])
        if row.withdrawn_at is not None:
            words = f"{row.withdrawn_by} has withdrawn this initiative already"
            raise ConflictError([ChangeFault("WITHDRAWN", words)])
        row.withdrawn_at, row.withdrawn_by, row.withdrawn_why = timezone.now(), asker.name, words
        row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
        _tell(asker, row, f"withdrew the initiative ‘{row.title}’")
    return row


def may_enter(user: Any, level: str, code: str, state: State) -> bool:
    """Whether somebody may enter initiatives of a unit, and withdraw them."""
    return level in register.LEVELS and may(
        user, Action.ENTER_INITIATIVES, level=level, code=code, state=state
    )


def _need(actor: Any, level: str, code: str, state: State) -> None:
    """A command of the installation, which has no account, is trusted. Raises Denied."""
    if actor is not None and not may(actor, Action.ENTER_INITIATIVES, level=level, code=code, state=state):
        raise Denied(Action.ENTER_INITIATIVES, level=level, code=code)


def _faults(wanted: InitiativeRequest, state: State) -> list[ChangeFault]:
    """What is missing or wrong in a request."""
    faults = period_faults(wanted.first_day, wanted.last_day, state.day)
    for name, most, said in _TEXTS:
        text = " ".join(NOTE.mended(getattr(wanted, name)).split())
        if not text or len(text) > most:
            faults.append(ChangeFault(name.upper(), f"Enter {said}, in at most {most} characters", name))
    for name, limit in _MOST.items():
        number: Decimal = getattr(wanted, name)
        if not number.is_finite() or not 0 < number <= limit or (number * 100) % 1:
            said = f"Enter {_NUMBERS[name]}: above 0, at most {limit:,}, with two decimals at most"
            faults.append(ChangeFault(name.upper(), said, name))
    if wanted.case_type not in ("any", *LOCATIONS):
        faults.append(ChangeFault("CASE_TYPE", "Choose a type of case", "case_type"))
    if wanted.tiers not in tier_choices(state):
        faults.append(ChangeFault("TIERS", "Choose tiers", "tiers"))
    there = Unit.objects.filter(load_id=state.load_id, level=wanted.level, code=wanted.code, whole=True)
    if wanted.level not in register.LEVELS or wanted.code == NOT_KNOWN or not there.exists():
        words = "Choose England and Wales, a region or a PDU of the figures shown"
        faults.append(ChangeFault("NO_UNIT", words, "code"))
    return faults


def tier_choices(state: State) -> list[str]:
    """The tiers that an initiative can be for: all, a letter, a number, a tier."""
    tiers = [tier for tier in TIERS[state.tier_scheme] if tier != "0"]
    letters, numbers = ({tier[:1] for tier in tiers}, {f"x{tier[1:]}" for tier in tiers if tier[1:]})
    return ["all", *sorted(letters), *sorted(numbers), *sorted(set(tiers) - letters)]


def _shown() -> State:
    state = state_if_any()
    if state is None:
        raise RefusedError([ChangeFault("NO_DATA", "No extract has been loaded, so there are no units", "")])
    return state


def _tell(asker: Actor, row: Initiative, said: str) -> None:
    record(
        "initiative", f"{asker.name} {said} of {placed(row.level, row.code)}.", actor=asker.user,
        who=asker.name, level=row.level, code=row.code, after={"initiative": row.pk},
    )  # fmt: skip
