"""Advice to courts of a unit that is full: what there is, giving some, and ending it."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Body, Field, Path, Router, Schema

from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.advice import given_advice
from wmt.site.advice.models import CourtAdvice
from wmt.site.api import lookups, schemas
from wmt.site.changes import court_advice as action
from wmt.site.queries.court_basis import basis_of
from wmt.site.workload import staff_names

router = Router()

Level = Annotated[Literal["team", "pdu", "region"], Path(description="The level of the unit.")]
Number = Annotated[int, Path(ge=1, le=2_000_000_000, description="The number of the advice.")]
Words = Annotated[str, schemas.StringConstraints(max_length=4_000, pattern=r"^[^\x00]*$")]


class CourtAdviceIn(schemas.RequestSchema):
    """Advice from the first to the last day, both counting. Everybody reads it: nothing about a person."""

    cannot: Words = Field(description="What the unit cannot take.")
    effect: Words = Field(description="What is asked of courts meanwhile.")
    first_day: schemas.Day = Field(description="Today or later.")
    last_day: schemas.Day = Field(description="Advice ends by itself.")
    although: Words = Field("", description="Why, where the figures say that the unit has room.")
    key: Annotated[str, schemas.StringConstraints(max_length=64, pattern=r"^[^\x00]*$")] = Field(
        "", description="A key of your own: the same key and request again give it once."
    )


class CourtAdviceShown(Schema):
    """Advice to courts."""

    number: int
    level: str
    code: str
    name: str = Field(description="Of the unit, when it was given.")
    cannot: str
    effect: str
    first_day: date
    last_day: date
    word: str = Field(description="What the figures said of the unit then.")
    day: date = Field(description="The day of these figures.")
    sha256: str = Field(description="The checksum of their certificate.")
    although: str
    by: str
    ended: bool = Field(description="Whether somebody ended it before its last day.")


class CourtAdviceListed(Schema):
    """What was given for a unit, and what stands for those it is in."""

    items: list[CourtAdviceShown] = Field(description="The last first.")


@router.get(
    "units/{level}/{code:code}/court-advice",
    response=schemas.answers(CourtAdviceListed, *schemas.READ),
    url_name="api-court-advice",
    summary="Advice to courts of a unit",
)
def listed(request: HttpRequest, level: Level, code: lookups.UnitCode) -> dict[str, Any]:
    """For everybody who may sign in; of a day in the past, as it stood then."""
    state, unit = lookups.unit_for(request, level, code)
    return {"items": [_shown(row) for row in given_advice.advice_of(unit, state)]}


@router.post(
    "units/{level}/{code:code}/court-advice",
    response=schemas.answers(CourtAdviceShown, *schemas.WRITE),
    url_name="api-court-advise",
    summary="Advise courts of what a unit cannot take",
)
def advise(
    request: HttpRequest, level: Level, code: lookups.UnitCode, payload: Body[CourtAdviceIn]
) -> dict[str, Any]:
    """With what the figures say of the unit now. No figure moves."""
    need(request, Action.ADVISE_COURTS)
    state, unit = lookups.unit_for(request, level, code)
    state = state.of_now()
    need(request, Action.ADVISE_COURTS, level=level, code=code, state=state)
    wanted = action.AdviceRequest(level=level, code=unit.code, **payload.dict())
    row, _ = action.advise(
        actor=lookups.me(request), wanted=wanted, basis=basis_of(state, unit), who=lookups.who(request)
    )
    return _shown(row)


@router.post(
    "court-advice/{number}/end",
    response=schemas.answers(CourtAdviceShown, *schemas.WRITE),
    url_name="api-court-advice-end",
    summary="End advice to courts",
)
def end(request: HttpRequest, number: Number) -> dict[str, Any]:
    """At once."""
    need(request, Action.ADVISE_COURTS)
    row = action.end_advice(actor=lookups.me(request), number=number, who=lookups.who(request))
    return _shown(row)


def _shown(row: CourtAdvice) -> dict[str, Any]:
    return schemas.filled(
        CourtAdviceShown, row, number=row.pk, by=staff_names.person(row.who), ended=row.ended_at is not None
    )
