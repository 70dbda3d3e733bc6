"""Giving cases to somebody: looked at, done once, read again and undone within the day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Body, Field, Path, Router, Schema

from wmt import ledger
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.allocation import access
from wmt.site.allocation.models import CaseAllocation
from wmt.site.api import lookups, schemas
from wmt.site.api.payloads import said
from wmt.site.audit.reads import note_read
from wmt.site.changes import (
    allocate,
    allocation_messages,
    allocation_preview,
    lacking_cases,
    stated_kinds,
    unit_moments,
)
from wmt.site.figures import units
from wmt.site.outbox import messages as outbox
from wmt.site.outbox.models import Message
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

router = Router()

Number = Annotated[int, Path(ge=1, le=2_000_000_000, description="The number of the allocation.")]
Reason = Literal[
    "initial_allocation", "allocated_to_responsible_officer", "caseload_adjustment", "change_in_tier_or_risk",
    "change_of_address", "officer_left", "probation_reset", "risk_to_staff", "transfer_in", "other",
]  # fmt: skip


class EmailsIn(schemas.RequestSchema):
    """Who is told of allocations by email, and of what."""

    limited_access: bool = Field(False, description="Emails give names and the CRN only.")
    sensitive: bool = Field(False, description="The notes are kept out of emails and lists.")
    tell_previous: bool = Field(True, description="Whether who held the case is told by email.")
    copy_to_self: bool = Field(False, description="Whether you get an email too.")
    recipients: list[schemas.CodeIn] = Field(
        [], max_length=100, description="Others to tell: email addresses at the domains of your organisation."
    )


class StatedIn(schemas.RequestSchema):
    """What a case is by now, where nDelius data does not have it so yet."""

    location: Literal["community", "custody", "licence"] = Field(description="Its type.")
    tier: schemas.KeyIn = Field(description="A tier of the scheme in force, such as B3; 0 for none.")
    suspended: bool = Field(False, description="Whether active supervision is suspended.")
    reason: Literal[
        "assessed_again", "released", "recalled", "supervision_suspended", "new_sentence", "corrected",
        "other",
    ] = Field("assessed_again", description="Why it is another.")  # fmt: skip


class AllocationIn(EmailsIn):
    """A case, and whom it is given to."""

    ref: schemas.KeyIn = Field(description="The reference of the case, such as its CRN.")
    to_post: schemas.CodeIn = Field(description="The post that gets it: TEAM:STAFF.")
    from_post: schemas.KeyIn = Field(
        "", description="Who held it when you looked: if somebody else does by now, nothing is done."
    )
    seen: schemas.KeyIn = Field("", description="What the preview said that the case is: if it changed, 409.")
    key: Annotated[str, schemas.StringConstraints(max_length=64, pattern=r"^[^\x00]*$")] = Field(
        "", description="A key of your own: the same key and case again give the case once."
    )
    reason: Reason = Field(
        "initial_allocation", description="`initial_allocation` for a case that waits, only for that."
    )
    notes: schemas.Notes = Field("", description="For those who may read the case. Without links.")
    why_over: schemas.Notes = Field("", description="Needed where it takes the post over the threshold.")
    why_not_eligible: schemas.Notes = Field(
        "", description="Needed where the rules would not have the post hold it."
    )
    stated: StatedIn | None = Field(None, description="Its tier and type by now, recorded with it.")


class FiguresMoment(Schema):
    """Points and available points, and what share the one is of the other."""

    points: schemas.Exact
    available: schemas.Exact
    capacity: schemas.Exact | None = Field(description="As a percentage; null without available points.")


class MovedShown(Schema):
    """A unit before and after."""

    level: Literal["post", "team", "pdu", "region", "nation"] = Field(
        description="Regions and the nation only where their figures change."
    )
    code: str
    name: str
    before: FiguresMoment
    after: FiguresMoment


class AllocationPreviewShown(Schema):
    """What giving a case to somebody would come to."""

    case: str = Field(description="Its type and tier in words.")
    points: schemas.Exact
    held_by: str = Field(description="`TEAM:` where the data does not have the case: its record's team.")
    seen: str = Field(description="What the case is until then, to be sent with the allocation.")
    waiting: bool = Field(description="Whether nobody holds it: it is a placeholder's.")
    goes_over: bool
    why_not: list[str] = Field(description="Why the rules would not have this post hold it.")
    faults: list[schemas.FaultShown]
    effects: list[MovedShown]


class EmailShown(Schema):
    """Somebody who is told of an allocation, of cover or of co-working by email."""

    number: int
    kind: str = Field(
        description="`given`, `taken` (to who held the case), `copy`, `other`; once undone `undone given` …; "
        "of cover and co-working `named`, `ended`, `again`"
    )
    to: str = Field(description="The practitioner, or who decided; empty for others.")
    address: str = Field(description="Only for those who may allocate cases there.")
    state: Literal["waiting", "sending", "sent", "given up", "cancelled", "no address", "off"]
    tries: int
    next_try: datetime | None = Field(description="Only where it waits to be tried.")
    sent_at: datetime | None
    fault: str = Field(description="Of the last try. Only for those who may allocate cases there.")


class AllocationShown(Schema):
    """A case given to somebody."""

    number: int
    ref: str
    from_post: str = Field(description="`TEAM:` where the data did not have the case: its record's team.")
    to_post: str
    on: date
    by: str
    reason: Reason
    notes: str
    why_over: str
    why_not_eligible: str
    withheld: bool = Field(description="Whether notes and reasons in words are there and not for you.")
    points: schemas.Exact
    state: Literal["given", "confirmed", "passed on", "elsewhere", "ended", "left", "undone"]
    found: str = Field(description="Who holds it in the extract that contradicted it.")
    limited_access: bool
    sensitive: bool
    tier_stated: bool = Field(description="Whether another tier or type was recorded with it.")
    lacked_days: int | None = Field(
        description="For how many days nDelius data has lacked it, where it is asked whether it has ended."
    )
    undone_why: str
    emails: list[EmailShown]


@router.post(
    "allocations/preview",
    response=schemas.answers(AllocationPreviewShown, *schemas.WRITE),
    url_name="api-allocation-preview",
    summary="Preview an allocation",
)
def preview(request: HttpRequest, payload: Body[AllocationIn]) -> dict[str, Any]:
    """Both posts, their teams and PDUs before and after, and what is missing. Nothing is saved."""
    need(request, Action.ALLOCATE_CASES)
    state, wanted, stated = lookups.state_for(request), _wanted(request, payload), _stated(payload)
    if stated is None:
        found = allocation_preview.look(actor=lookups.me(request), wanted=wanted, state=state)
        faults = allocate.faults_of(found)
    else:
        found = stated_kinds.look(actor=lookups.me(request), wanted=wanted, stated=stated, state=state)
        faults = stated_kinds.faults_of(found, stated)
    note_read(lookups.me(request), found.holder)
    return {
        "case": found.case.words,
        "points": ledger.decimal(found.case.points_x100),
        "held_by": found.holder.code,
        "seen": found.before or found.mark,
        "waiting": found.was_waiting,
        "goes_over": found.goes_over,
        "why_not": found.why_not,
        "faults": said(faults),
        "effects": effects(found.moments),
    }


@router.post(
    "allocations",
    response=schemas.answers(AllocationShown, *schemas.WRITE),
    url_name="api-allocations",
    summary="Give a case to somebody",
)
def give(request: HttpRequest, payload: Body[AllocationIn]) -> dict[str, Any]:
    """The figures of both posts and of everything above them have moved when this answers."""
    need(request, Action.ALLOCATE_CASES)
    actor, wanted, who = lookups.me(request), _wanted(request, payload), lookups.who(request)
    if (stated := _stated(payload)) is None:
        row, _ = allocate.allocate(actor=actor, wanted=wanted, who=who)
    else:
        row, _ = stated_kinds.allocate_as(actor=actor, wanted=wanted, stated=stated, who=who)
    return shown(request, [row])[0]


@router.get(
    "allocations/{number}",
    response=schemas.answers(AllocationShown, *schemas.READ),
    url_name="api-allocation",
    summary="One allocation",
)
def one(request: HttpRequest, number: Number) -> dict[str, Any]:
    """Only for those who may read cases of one of its two posts."""
    state = lookups.state_for(request).of_now()
    row = access.find(lookups.me(request), state, number)
    note(request, state, row)
    return shown(request, [row])[0]


@router.post(
    "allocations/{number}/undo",
    response=schemas.answers(AllocationShown, *schemas.WRITE),
    url_name="api-allocation-undo",
    summary="Undo an allocation",
)
def undo(request: HttpRequest, number: Number) -> dict[str, Any]:
    """The case is where it was. Only on the day it was given, and before anything else happened to it;
    one of a case that the data does not have yet on any day."""
    need(request, Action.ALLOCATE_CASES)
    row = access.find(lookups.me(request), lookups.state_for(request).of_now(), number)
    row = allocate.undo(actor=lookups.me(request), allocation=row, who=lookups.who(request))
    return shown(request, [row])[0]


@router.post(
    "allocations/{number}/ended",
    response=schemas.answers(AllocationShown, *schemas.WRITE),
    url_name="api-allocation-ended",
    summary="Record that a case which nDelius data lacks has ended",
)
def ended(request: HttpRequest, number: Number) -> dict[str, Any]:
    """Only where `lacked_days` is there. It counts nowhere any more, and waits no more; undo is the other
    answer: it was never recorded, and waits again."""
    need(request, Action.ALLOCATE_CASES)
    row = access.find(lookups.me(request), lookups.state_for(request).of_now(), number)
    row = lacking_cases.say_ended(actor=lookups.me(request), allocation=row, who=lookups.who(request))
    return shown(request, [row])[0]


@router.post(
    "allocations/{number}/emails/{email}/again",
    response=schemas.answers(AllocationShown, *schemas.WRITE),
    url_name="api-allocation-email-again",
    summary="Send an email again that was given up",
)
def email_again(request: HttpRequest, number: Number, email: Number) -> dict[str, Any]:
    """Only for those who may allocate cases of one of its two posts."""
    need(request, Action.ALLOCATE_CASES)
    row = access.find(lookups.me(request), lookups.state_for(request).of_now(), number)
    allocation_messages.send_again(actor=lookups.me(request), row=row, number=email, who=lookups.who(request))
    return shown(request, [row])[0]


def _wanted(request: HttpRequest, payload: AllocationIn) -> allocation_preview.AllocationRequest:
    ref = allocation_preview.written(lookups.state_for(request), payload.ref)
    given = {**payload.dict(exclude={"stated"}), "ref": ref, "recipients": tuple(payload.recipients)}
    return allocation_preview.AllocationRequest(**given)


def _stated(payload: AllocationIn) -> stated_kinds.StatedKind | None:
    return stated_kinds.StatedKind(**payload.stated.dict()) if payload.stated else None


def effects(moments: Sequence[unit_moments.UnitMoment]) -> list[dict[str, Any]]:
    """Units before and after."""
    return [
        {
            "level": each.unit.level, "code": each.unit.code, "name": each.unit.name,
            "before": moment(each.before), "after": moment(each.after),
        }
        for each in moments
    ]  # fmt: skip


def moment(of: ledger.Moment) -> dict[str, Any]:
    """Points, available points and capacity of one moment."""
    return {
        "points": ledger.decimal(of.points_x100),
        "available": ledger.decimal(of.available_x100),
        "capacity": ledger.decimal(ledger.capacity_x100(*of)),
    }


def note(request: HttpRequest, state: State, row: CaseAllocation) -> None:
    """Write down that an allocation was read."""
    team, _, staff = row.to_post.partition(":")
    there = units.of_level(state, "post").filter(code=row.to_post).first()
    note_read(
        lookups.me(request),
        there or Unit(level="post", code=row.to_post, team_code=team, staff_code=staff),
    )


def shown(request: HttpRequest, rows: Sequence[CaseAllocation]) -> list[dict[str, Any]]:
    """Allocations as `AllocationShown` has them, with their emails."""
    same = ("ref", "from_post", "to_post", "reason", "notes", "why_over", "why_not_eligible", "state",
            "limited_access", "sensitive", "tier_stated", "undone_why")  # fmt: skip
    asked = lacking_cases.asked_in(lookups.state_for(request))
    gives = access.giver(lookups.me(request), lookups.state_for(request))
    emails = outbox.by_number(allocation_messages.ABOUT, [row.pk for row in rows])
    return [
        {
            **{name: getattr(row, name) for name in same},
            "number": row.pk,
            "withheld": row.is_withheld,
            "on": row.first_day,
            "by": "" if staff_names.withheld() else row.who,
            "points": ledger.decimal(row.points_x100),
            "found": row.found_post,
            "lacked_days": asked(row),
            "emails": [email_shown(each, gives=gives(row)) for each in emails.get(row.pk, ())],
        }
        for row in rows
    ]


def email_shown(message: Message, *, gives: bool) -> dict[str, Any]:
    """What became of an email, as `EmailShown` has it; whose address it is for those who may give."""
    address = message.user.email if message.user is not None else message.address
    is_other = message.kind.removeprefix(allocation_messages.UNDONE) == allocation_messages.OTHER
    return schemas.filled(
        EmailShown, message, number=message.pk, address=address if gives else "",
        to="" if is_other or staff_names.withheld() else message.name,
        next_try=message.next_try if message.state == Message.State.WAITING else None,
        fault=message.fault if gives else "",
    )  # fmt: skip
