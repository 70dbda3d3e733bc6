"""Waiting cases that another system sends, one or many, and reading one that is recorded."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Body, Field, Path, Router, Schema
from pydantic import AwareDatetime

from wmt.facts import LOCATIONS
from wmt.site.accounts import limited_access
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.allocation import access
from wmt.site.api import lookups, schemas
from wmt.site.audit.reads import note_read
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import case_limits
from wmt.site.changes import waiting_cases as action
from wmt.site.changes.waiting_details import ITEMS, WaitingDetails
from wmt.site.figures import units
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit

router = Router()

#: So many cases may come at once.
MOST = 500
#: What is sent under another name than it is kept.
_SENT = {
    "team_code": "team", "location": "type", "is_t2a": "t2a", "previous_posts": "previous_practitioners",
}  # fmt: skip
Number = Annotated[int, Path(ge=1, le=2_000_000_000, description="The number of the record.")]
Appointment = Literal["", "due", "not needed", "not found"]
People = Annotated[list[schemas.KeyIn], Field(max_length=case_limits.MOST)]
Items = Annotated[list[schemas.Short], Field(max_length=ITEMS)]


class WaitingCaseIn(schemas.RequestSchema):
    """A case that waits, with all that is known of it: what is left out is taken as not known."""

    ref: schemas.KeyIn = Field(description="The CRN: a letter and six digits.")
    event_number: int = Field(1, ge=1, le=999)
    as_at: AwareDatetime = Field(
        description="The moment the details are of; an earlier one than the last is ignored."
    )
    removed: bool = Field(
        False, description="True where it waits no more: then only which case it is counts."
    )
    why: schemas.Why = ""
    team: schemas.Short = ""
    type: schemas.Short = Field("", description=f"One of {', '.join(LOCATIONS)}.")
    tier: schemas.Short = Field("", description="Empty: none yet.")
    no_tier_why: schemas.Notes = Field("", description="Why it has no tier yet.")
    t2a: bool = False
    sentence_day: schemas.Day | None = None
    order_length: schemas.Notes = Field("", description="In words, such as 12 months.")
    handover_day: schemas.Day | None = Field(None, description="To the community, from custody.")
    appointment: Appointment = Field("", description="The first appointment; empty: not known.")
    appointment_day: schemas.Day | None = None
    appointment_with: schemas.Notes = ""
    court: schemas.Notes = ""
    requirements: Items = Field(default_factory=list, description="Kinds of requirements.")
    previous_practitioners: Items = Field(default_factory=list, description="Posts, TEAM:STAFF.")
    arrived_on: schemas.Day | None = Field(None, description="Left out: the day of `as_at`.")
    excluded: People | None = Field(
        None, description="Staff codes, or addresses people sign in with, of who must not see it."
    )
    restricted: People | None = Field(
        None,
        description="The same of the only ones who may see it. With one of the two both lists are recorded, "
        "whole; without, what is recorded of the case stays.",
    )


class WaitingCasesIn(schemas.RequestSchema):
    """Cases that are sent together: with something wrong in one, none is taken."""

    cases: list[WaitingCaseIn] = Field(min_length=1, max_length=MOST)


class WaitingAnswer(Schema):
    """What became of one case."""

    ref: str
    event_number: int
    result: Literal["recorded", "changed", "unchanged", "removed", "not there", "older", "allocated", "held"]


class WaitingAnswersShown(Schema):
    """What became of each, in the order they were sent."""

    results: list[WaitingAnswer]


class WaitingCaseShown(Schema):
    """What is recorded of a waiting case."""

    number: int
    version: int
    ref: str
    event_number: int
    state: Literal["waiting", "given", "withdrawn", "held"]
    team: str
    type: str
    tier: str
    no_tier_why: str
    t2a: bool
    sentence_day: date | None
    order_length: str
    handover_day: date | None
    appointment: Appointment
    appointment_day: date | None
    appointment_with: str
    court: str
    requirements: list[str]
    previous_practitioners: list[str]
    arrived_on: date
    as_at: AwareDatetime
    source: Literal["typed", "feed", "table"]
    by: str
    why: str = Field(description="Why it was removed.")
    allocation: int | None = Field(
        description="The number of the allocation by which it was given, where you may read it."
    )
    held_by: str = Field(
        description="The post that holds it in the extract that ended its waiting, where you may read that."
    )
    held_since: date | None
    limited_access: bool = Field(description="Some people must not see it: see `/case-limits`.")


@router.put(
    "waiting-cases",
    response=schemas.answers(WaitingAnswersShown, *schemas.WRITE),
    url_name="api-waiting-cases",
    summary="Send waiting cases",
)
def take(request: HttpRequest, payload: Body[WaitingCasesIn]) -> dict[str, Any]:
    """All are taken, or none where something is wrong with one. Sent again, they change nothing."""
    need(request, Action.ALLOCATE_CASES)
    rows = [
        action.FeedRow(
            details=_details(each),
            as_at=each.as_at,
            removed=each.removed,
            why=each.why,
            limits=_limits(each),
        )
        for each in payload.cases
    ]
    try:
        found = action.take_feed(actor=lookups.me(request), rows=rows, who=lookups.who(request))
    except RefusedError as refused:
        refused.faults = [replace(each, field=_SENT.get(each.field, each.field)) for each in refused.faults]
        raise
    return {
        "results": [
            {"ref": row.details.ref, "event_number": row.details.event_number, "result": answer}
            for row, answer in zip(rows, found, strict=True)
        ]
    }


@router.get(
    "waiting-cases/{number}",
    response=schemas.answers(WaitingCaseShown, *schemas.READ),
    url_name="api-waiting-case",
    summary="One waiting case that is recorded",
)
def one(request: HttpRequest, number: Number) -> dict[str, Any]:
    """Only for those who may read cases of its team. What is in the extract alone has no record."""
    state = lookups.state_for(request).of_now()
    row = access.find_waiting(lookups.me(request), state, number)
    there = units.of_level(state, "team").filter(code=row.team_code).first()
    note_read(lookups.me(request), there or Unit(level="team", code=row.team_code))
    named = {sent: getattr(row, name) for name, sent in _SENT.items()}
    by = "" if staff_names.withheld() else row.who
    return schemas.filled(
        WaitingCaseShown, row, **named, number=row.pk, by=by, why=row.change_why,
        allocation=row.allocation_id, limited_access=bool(limited_access.limits([row.ref])),
    )  # fmt: skip


def _limits(sent: WaitingCaseIn) -> limited_access.AccessLists | None:
    if sent.excluded is None and sent.restricted is None:
        return None
    return limited_access.AccessLists(frozenset(sent.excluded or ()), frozenset(sent.restricted or ()))


def _details(sent: WaitingCaseIn) -> WaitingDetails:
    found: dict[str, Any] = {
        name: getattr(sent, _SENT.get(name, name)) for name in WaitingDetails.__dataclass_fields__
    }
    found["arrived_on"] = sent.arrived_on or timezone.localdate(sent.as_at)
    for name in ("requirements", "previous_posts"):
        found[name] = tuple(found[name])
    return WaitingDetails(**found)
