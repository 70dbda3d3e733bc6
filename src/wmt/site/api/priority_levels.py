"""Priority levels of PDUs: what is set, setting one, ending and undoing it."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Body, Field, Path, Router, Schema

from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.api import lookups, schemas
from wmt.site.changes import priority as action
from wmt.site.priorities import levels
from wmt.site.priorities.models import PriorityLevel
from wmt.site.workload import staff_names
from wmt.site.workload.state import State

router = Router()

Number = Annotated[int, Path(ge=1, le=2_000_000_000, description="The number of the priority level.")]


class PriorityLevelIn(schemas.RequestSchema):
    """A level of a PDU, from the first to the last day, both counting."""

    level: schemas.Short = Field(description="`green`, `amber` or `red`.")
    first_day: schemas.Day = Field(description="Today or later.")
    last_day: schemas.Day | None = Field(None, description="Left out: until it is ended.")
    why: Annotated[str, schemas.StringConstraints(max_length=4_000, pattern=r"^[^\x00]*$")] = Field(
        description="Why, for everybody who can sign in: nothing about a person."
    )
    key: Annotated[str, schemas.StringConstraints(max_length=64, pattern=r"^[^\x00]*$")] = Field(
        "", description="A key of your own: the same key and request again set the level once."
    )


class PriorityLevelEndIn(schemas.RequestSchema):
    """When a level ends."""

    last_day: schemas.Day | None = Field(None, description="Left out: it ends at once.")


class PriorityLevelShown(Schema):
    """A level that was set for a PDU."""

    number: int
    pdu: str
    level: str
    first_day: date
    last_day: date | None
    why: str
    by: str
    ended: str = Field(description="Empty; or `by hand`, `changed` (its last day), `undone`.")


class PriorityLevelsShown(Schema):
    """The level of a PDU on the day of the figures, and all that were set."""

    level: str = Field(description="On the day of the figures: `green` where nobody set another.")
    items: list[PriorityLevelShown] = Field(description="The last first.")


@router.get(
    "pdus/{code:code}/priority-levels",
    response=schemas.answers(PriorityLevelsShown, *schemas.READ),
    url_name="api-priority-levels",
    summary="Priority levels of a PDU",
)
def listed(request: HttpRequest, code: lookups.PduCode) -> dict[str, Any]:
    """Those of now and before; of a day in the past, those that stood then."""
    state, unit = lookups.unit_for(request, "pdu", code)
    row, known = levels.not_green(state).get(unit.code), levels.of_pdu(unit.code)
    if state.as_of is not None:
        known = known.filter(pk__in=levels.known_on(state).values("pk"))
    return {"level": row.level if row else levels.GREEN, "items": [_shown(each, state) for each in known]}


@router.post(
    "pdus/{code:code}/priority-levels",
    response=schemas.answers(PriorityLevelShown, *schemas.WRITE),
    url_name="api-priority-level",
    summary="Set the priority level of a PDU",
)
def set_level(request: HttpRequest, code: lookups.PduCode, payload: Body[PriorityLevelIn]) -> dict[str, Any]:
    """No figure of business as usual moves."""
    need(request, Action.SET_PRIORITIES)
    wanted = action.PriorityRequest(pdu=code, **payload.dict())
    row, _ = action.set_level(actor=lookups.me(request), wanted=wanted, who=lookups.who(request))
    return _shown(row)


@router.post(
    "priority-levels/{number}/end",
    response=schemas.answers(PriorityLevelShown, *schemas.WRITE),
    url_name="api-priority-level-end",
    summary="End a priority level",
)
def end(request: HttpRequest, number: Number, payload: Body[PriorityLevelEndIn]) -> dict[str, Any]:
    """At once, or with a last day: then the answer is the record with that day, which has its own number."""
    need(request, Action.SET_PRIORITIES)
    row = action.end_level(
        actor=lookups.me(request), number=number, last_day=payload.last_day, who=lookups.who(request)
    )
    return _shown(row)


@router.post(
    "priority-levels/{number}/undo",
    response=schemas.answers(PriorityLevelShown, *schemas.WRITE),
    url_name="api-priority-level-undo",
    summary="Undo a priority level",
)
def undo(request: HttpRequest, number: Number) -> dict[str, Any]:
    """On the day on which it was entered."""
    need(request, Action.SET_PRIORITIES)
    return _shown(action.undo_level(actor=lookups.me(request), number=number, who=lookups.who(request)))


def _shown(row: PriorityLevel, state: State | None = None) -> dict[str, Any]:
    """A level; in the figures of a day in the past, whether it had ended by then."""
    ended = row.end if state is None or levels.has_ended(row, state) else ""
    return schemas.filled(PriorityLevelShown, row, number=row.pk, ended=ended, by=staff_names.person(row.who))
