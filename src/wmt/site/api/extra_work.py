"""Extra work on cases: notes of a unit or a case, noting, deciding and undoing."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Body, Field, Path, Router, Schema

from wmt.site.accounts import visibility
from wmt.site.api import lookups, schemas
from wmt.site.api.limits import need_lines
from wmt.site.audit.reads import note_read
from wmt.site.changes import extra_work as action
from wmt.site.extra_work import noted
from wmt.site.extra_work.hours_beside import hours_number
from wmt.site.shown import needed_state
from wmt.site.workload import staff_names

router = Router()

Number = Annotated[int, Path(ge=1, le=2_000_000_000, description="The number of the note.")]
Words = Annotated[str, schemas.StringConstraints(max_length=5_000, pattern=r"^[^\x00]*$")]


class ExtraWorkIn(schemas.RequestSchema):
    """Extra work on a case, from the first to the last day, both counting."""

    ref: Annotated[str, schemas.StringConstraints(max_length=80, pattern=r"^[^\x00]+$")]
    activity: schemas.Short = Field(description="The id of an activity of the library.")
    times: Decimal = Field(gt=0, description="Times more in four weeks.")
    first_day: schemas.Day
    last_day: schemas.Day
    words: Words = Field(description="What the case needs and why, for whoever may read the case.")
    key: Annotated[str, schemas.StringConstraints(max_length=64, pattern=r"^[^\x00]*$")] = Field(
        "", description="A key of your own: the same key and request again note it once."
    )


class ExtraWorkDecisionIn(schemas.RequestSchema):
    """What is decided of a note."""

    kind: Literal["confirmed", "declined", "ended"]
    reason: Words = Field("", description="Needed to decline.")


class ExtraWorkShown(Schema):
    """A note on a case. Hours are in no points."""

    number: int
    ref: str
    post: str = Field(description="Who holds the case now; empty where nobody, or more than one, does.")
    activity: str
    minutes: Decimal | None
    times: Decimal
    hours: Decimal | None = Field(description="Minutes × times ÷ 60: hours in four weeks.")
    first_day: date
    last_day: date
    words: str
    by: str
    standing: str = Field(description="`confirmed` alone is summed.")


class ExtraWorkOfUnit(Schema):
    """Notes on cases of a unit that may be read, and the hours of those that are confirmed."""

    hours: Decimal = Field(description="In four weeks, on cases that you may see; in no points.")
    complete: bool = Field(
        description="Whether you may read the cases of the whole unit. Else the hours are a part of its "
        "hours. Cases with limited access that you may not see are left out either way."
    )
    items: list[ExtraWorkShown] | None = Field(
        description="Of a region or the nation null, unless you may download its case references."
    )


@router.get(
    "units/{level}/{code:code}/extra-work",
    response=schemas.answers(ExtraWorkOfUnit, *schemas.BULK),
    url_name="api-extra-work",
    summary="Extra work on cases of a unit",
)
def of_unit(request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode) -> dict[str, Any]:
    """Notes on cases that you may see."""
    need_lines(request, level)
    state, unit = lookups.unit_for(request, level, code)
    me = lookups.me(request)
    found = noted.of_unit(me, state, unit)
    withheld = visibility.cases_in_bulk(me, state, unit) == visibility.NOWHERE
    items = None if withheld and level in ("region", "nation") else list(map(_shown, found))
    if items:
        note_read(me, unit)
    complete = visibility.cases(me, state).covers(unit)
    return {"hours": hours_number(noted.hours(found)), "complete": complete, "items": items}


@router.post(
    "extra-work",
    response=schemas.answers(ExtraWorkShown, *schemas.WRITE),
    url_name="api-extra-work-new",
    summary="Note extra work on a case",
)
def note(request: HttpRequest, payload: Body[ExtraWorkIn]) -> dict[str, Any]:
    """Of a case of your own. No figure moves."""
    wanted = action.ExtraWorkRequest(**payload.dict())
    row, _ = action.note(actor=lookups.me(request), wanted=wanted, who=lookups.who(request))
    return _found(request, row.pk)


@router.post(
    "extra-work/{number}/decisions",
    response=schemas.answers(ExtraWorkShown, *schemas.WRITE),
    url_name="api-extra-work-decide",
    summary="Confirm, decline or end extra work",
)
def decide(request: HttpRequest, number: Number, payload: Body[ExtraWorkDecisionIn]) -> dict[str, Any]:
    """By whoever may allocate the case and did not note it; ending also by who holds the case."""
    me, who = lookups.me(request), lookups.who(request)
    action.decide(actor=me, number=number, kind=payload.kind, reason=payload.reason, who=who)
    return _found(request, number)


@router.post(
    "extra-work/{number}/undo",
    response=schemas.answers(ExtraWorkShown, *schemas.WRITE),
    url_name="api-extra-work-undo",
    summary="Undo the last thing entered of a note",
)
def undo(request: HttpRequest, number: Number) -> dict[str, Any]:
    """By whoever entered it, on that day."""
    action.undo(actor=lookups.me(request), number=number, who=lookups.who(request))
    return _found(request, number)


def _found(request: HttpRequest, number: int) -> dict[str, Any]:
    """A note, and that it is read."""
    found = noted.find(request.user, needed_state(request), number)
    if found.holder is not None:
        note_read(lookups.me(request), found.holder)
    return _shown(found)


def _shown(found: noted.NotedWork) -> dict[str, Any]:
    row, line = found.row, found.line
    same = {name: getattr(row, name) for name in ("ref", "activity", "first_day", "last_day", "words")}
    return {
        **same,
        "number": row.pk,
        "post": found.holder.code if found.holder else "",
        "minutes": hours_number(line.minutes) if line else None,
        "times": Decimal(row.times_x100).scaleb(-2),
        "hours": hours_number(line.hours) if line else None,
        "by": staff_names.person(row.who),
        "standing": str(found.standing),
    }
