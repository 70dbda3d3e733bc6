"""What somebody says of a case that waits, and what is wrong with it: one check for forms and for a feed."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from django.utils import timezone

from wmt import facts
from wmt.site.allocation.models import WaitingCase
from wmt.site.availability.change_requests import ChangeFault
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import CODE, CRN, NAME, SEPARATOR, plain_marks

#: How long each text may be, and how many requirements or practitioners a case may have.
TEXTS = {"no_tier_why": 300, "order_length": 80, "appointment_with": 160, "court": 160}
ITEM, ITEMS = 160, 30
_LISTS = ("requirements", "previous_posts")


@dataclass(frozen=True, kw_only=True)
class WaitingDetails:
    """A case that waits, by the names that `WaitingCase` has for what is known of it."""

    ref: str
    event_number: int = 1
    team_code: str = ""
    location: str = ""
    tier: str = ""
    no_tier_why: str = ""
    is_t2a: bool = False
    sentence_day: date | None = None
    order_length: str = ""
    handover_day: date | None = None
    appointment: str = ""
    appointment_day: date | None = None
    appointment_with: str = ""
    court: str = ""
    requirements: tuple[str, ...] = ()
    previous_posts: tuple[str, ...] = ()
    arrived_on: date | None = None

    @property
    def tidy(self) -> "WaitingDetails":
        """The same as it can be kept: a CRN as nDelius writes it, texts without what cannot be shown."""
        changed: dict[str, Any] = {name: NAME.mended(getattr(self, name)) for name in TEXTS}
        if self.tier:
            changed["no_tier_why"] = ""
        for name in _LISTS:
            items = [NAME.mended(each) for each in getattr(self, name)]
            changed[name] = tuple(dict.fromkeys(filter(None, items)))
        return replace(self, ref="".join(plain_marks(self.ref).split()).upper(), **changed)

    @property
    def values(self) -> dict[str, Any]:
        """By the names of the fields, as the database has them."""
        return {**asdict(self), **{name: list(getattr(self, name)) for name in _LISTS}}


def details_of(row: WaitingCase) -> WaitingDetails:
    """What is recorded of a case."""
    found = {name: getattr(row, name) for name in WaitingDetails.__dataclass_fields__}
    return WaitingDetails(**found | {name: tuple(found[name]) for name in _LISTS})


def faults_of(
    wanted: WaitingDetails, state: State, teams: Mapping[str, Unit], index: int | None = None
) -> list[ChangeFault]:
    """What is wrong with what was said of a case, each with its remedy. `teams` are those there are."""
    faults: list[ChangeFault] = []

    def wrong(code: str, field: str, words: str) -> None:
        faults.append(ChangeFault(code, words, field, index))

    if not re.fullmatch(CRN, wanted.ref):
        wrong("CRN", "ref", "Enter the CRN: a letter and six digits, such as X123456")
    if not 1 <= wanted.event_number <= 999:
        wrong("EVENT", "event_number", "The event number must be a whole number from 1 to 999")
    if wanted.team_code not in teams:
        named = f"There is no team {wanted.team_code} in the figures shown. " if wanted.team_code else ""
        wrong("TEAM_UNKNOWN", "team_code", f"{named}Choose a team that is there")
    if wanted.location not in facts.LOCATIONS:
        wrong("TYPE", "location", f"Choose the type of case: {', '.join(facts.LOCATIONS)}")
    tiers = [each for each in facts.TIERS[state.tier_scheme] if each != "0"]
    if wanted.tier and wanted.tier not in tiers:
        wrong("TIER", "tier", f"There is no tier {wanted.tier}. The tiers are {', '.join(tiers)}")
    if wanted.arrived_on is None:
        wrong("ARRIVED", "arrived_on", "Enter the day on which the case came to the team")
    for name, what in (("arrived_on", "The day it came"), ("sentence_day", "The sentence date")):
        day = getattr(wanted, name)
        if day is not None and day > max(state.day, timezone.localdate()):
            wrong("NOT_COME", name, f"{what} has not come yet: enter today or an earlier day")
    if wanted.appointment not in WaitingCase.Appointment.values:
        known = ", ".join(filter(None, WaitingCase.Appointment.values))
        wrong("APPOINTMENT", "appointment", f"Choose what is known of the first appointment: {known}")
    is_due = wanted.appointment == WaitingCase.Appointment.DUE
    if is_due and wanted.appointment_day is None:
        wrong("APPOINTMENT_DAY", "appointment_day", "Enter the day of the first appointment")
    if not is_due and (wanted.appointment_day or wanted.appointment_with):
        words = "Say that the first appointment is due, or take out its day and with whom it is"
        wrong("APPOINTMENT", "appointment", words)
    for name, most in TEXTS.items():
        if len(getattr(wanted, name)) > most:
            wrong("TOO_LONG", name, f"This can have {most} characters at most")
    for name in _LISTS:
        found = getattr(wanted, name)
        if len(found) > ITEMS or any(len(each) > ITEM for each in found):
            wrong("TOO_LONG", name, f"This can have {ITEMS} lines of {ITEM} characters at most")
    for post in wanted.previous_posts:
        team, colon, staff = post.partition(SEPARATOR)
        if not (team and colon and staff) or CODE.why_not(team) or CODE.why_not(staff):
            words = f"Write a practitioner as TEAM:STAFF, such as N01A01:N01B123. '{post}' is not written so"
            wrong("POST", "previous_posts", words)
    return faults
