"""Changes of a case's tier or type: looked at, made once, read again and undone within the day."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Body, Field, Path, Router, Schema

from wmt import ledger
from wmt.allocation.transfers import parts_of
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.allocation import access
from wmt.site.allocation.models import CaseKindChange
from wmt.site.api import lookups, schemas
from wmt.site.api.allocations import MovedShown, effects
from wmt.site.api.payloads import said
from wmt.site.audit.reads import note_read
from wmt.site.changes import case_kinds
from wmt.site.figures import units
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit

router = Router()

Number = Annotated[int, Path(ge=1, le=2_000_000_000, description="The number of the change.")]
Location = Literal["community", "custody", "licence"]
Reason = Literal[
    "assessed_again", "released", "recalled", "supervision_suspended", "new_sentence", "corrected", "other"
]


class CaseChangeIn(schemas.RequestSchema):
    """A case, and what it is now."""

    ref: schemas.KeyIn = Field(description="The reference of the case, such as its CRN.")
    location: Location = Field(description="Its type.")
    tier: schemas.KeyIn = Field(description="A tier of the scheme in force, such as B3; 0 for none.")
    suspended: bool = Field(False, description="Whether active supervision is suspended.")
    reason: Reason = Field("assessed_again", description="Why it is another.")
    notes: schemas.Notes = Field("", description="For those who may read the case. Without links.")
    changed_on: date | None = Field(None, description="When it changed; today if left out, never later.")
    seen: schemas.KeyIn = Field("", description="What the preview said that the case is: if it changed, 409.")
    key: Annotated[str, schemas.StringConstraints(max_length=64, pattern=r"^[^\x00]*$")] = Field(
        "", description="A key of your own: the same key and change again change the case once."
    )


class CaseChangePreviewShown(Schema):
    """What a change of tier or type would come to."""

    held_by: str
    seen: str = Field(description="What the case is, to be sent with the change.")
    then: str = Field(description="What it would be.")
    points_before: schemas.Exact
    points_after: schemas.Exact
    faults: list[schemas.FaultShown]
    effects: list[MovedShown]


class TypeAndTierShown(Schema):
    """The type and tier of a case."""

    location: str
    tier: str = Field(description="0 for none.")
    suspended: bool
    points: schemas.Exact


class CaseChangeShown(Schema):
    """A case that is of another tier or type."""

    number: int
    ref: str
    post: str = Field(description="Who held it then.")
    before: TypeAndTierShown
    after: TypeAndTierShown
    on: date = Field(description="From when the figures have it.")
    changed_on: date
    by: str
    reason: Reason
    notes: str
    withheld: bool = Field(description="Whether notes are there and not for you.")
    state: Literal["given", "confirmed", "passed on", "elsewhere", "ended", "undone"]
    found: str = Field(description="What the extract that contradicted it has, such as licence:A2.")


@router.post(
    "case-changes/preview",
    response=schemas.answers(CaseChangePreviewShown, *schemas.WRITE),
    url_name="api-case-change-preview",
    summary="Preview a change of tier or type",
)
def preview(request: HttpRequest, payload: Body[CaseChangeIn]) -> dict[str, Any]:
    """The post, its team and PDU before and after, and what is missing. Nothing is saved."""
    need(request, Action.ALLOCATE_CASES)
    found = case_kinds.look(
        actor=lookups.me(request), wanted=_wanted(payload), state=lookups.state_for(request)
    )
    note_read(lookups.me(request), found.holder)
    return {
        "held_by": found.holder.code,
        "seen": found.mark,
        "then": found.case.words,
        "points_before": ledger.decimal(found.before.points_x100),
        "points_after": ledger.decimal(found.to_x100),
        "faults": said(case_kinds.faults_of(found)),
        "effects": effects(found.moments),
    }


@router.post(
    "case-changes",
    response=schemas.answers(CaseChangeShown, *schemas.WRITE),
    url_name="api-case-changes",
    summary="Record that a case is of another tier or type",
)
def change(request: HttpRequest, payload: Body[CaseChangeIn]) -> dict[str, Any]:
    """The figures of the post and of everything above it have moved when this answers."""
    need(request, Action.ALLOCATE_CASES)
    row, _ = case_kinds.change_kind(
        actor=lookups.me(request), wanted=_wanted(payload), who=lookups.who(request)
    )
    return _shown(row)


@router.get(
    "case-changes/{number}",
    response=schemas.answers(CaseChangeShown, *schemas.READ),
    url_name="api-case-change",
    summary="One change of tier or type",
)
def one(request: HttpRequest, number: Number) -> dict[str, Any]:
    """Only for those who may read cases of the post that held it."""
    state = lookups.state_for(request).of_now()
    row = access.find_change(lookups.me(request), state, number)
    team, staff = access.codes(row.post)
    there = units.of_level(state, "post").filter(code=row.post).first()
    post = there or Unit(level="post", code=row.post, team_code=team, staff_code=staff)
    note_read(lookups.me(request), post)
    return _shown(row)


@router.post(
    "case-changes/{number}/undo",
    response=schemas.answers(CaseChangeShown, *schemas.WRITE),
    url_name="api-case-change-undo",
    summary="Undo a change of tier or type on its day",
)
def undo(request: HttpRequest, number: Number) -> dict[str, Any]:
    """The case is what it was. Only on the day it was changed, and before anything else happened to it."""
    need(request, Action.ALLOCATE_CASES)
    row = access.find_change(lookups.me(request), lookups.state_for(request).of_now(), number)
    return _shown(case_kinds.undo_kind(actor=lookups.me(request), row=row, who=lookups.who(request)))


def _wanted(payload: CaseChangeIn) -> case_kinds.KindChangeRequest:
    return case_kinds.KindChangeRequest(**payload.dict())


def _shown(row: CaseKindChange) -> dict[str, Any]:
    same = ("ref", "post", "changed_on", "reason", "notes", "state")
    return {
        **{name: getattr(row, name) for name in same},
        "number": row.pk,
        "before": _kind(row.from_kind, row.from_x100),
        "after": _kind(row.to_kind, row.to_x100),
        "on": row.first_day,
        "by": "" if staff_names.withheld() else row.who,
        "withheld": row.is_withheld,
        "found": row.found_kind,
    }


def _kind(text: str, points_x100: int) -> dict[str, Any]:
    location, tier, suspended = parts_of(text)
    return {
        "location": location, "tier": tier, "suspended": suspended, "points": ledger.decimal(points_x100)
    }  # fmt: skip
