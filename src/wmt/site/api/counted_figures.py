"""Figures that people counted for local agreements: what is asked for, entering counts, taking one back."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Body, Field, Path, Router, Schema

from wmt.agreements.collected import CollectedRow
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.agreements import counted
from wmt.site.agreements.models import CountedFigure
from wmt.site.api import lookups, schemas
from wmt.site.changes import counted_figures as action
from wmt.site.workload import staff_names

router = Router()

Number = Annotated[int, Path(ge=1, le=2_000_000_000, description="The number of the count.")]
Text = Annotated[str, schemas.StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Digits = Annotated[str, schemas.StringConstraints(pattern=r"^[0-9]{1,12}(\.[0-9]{1,6})?$")]


class AskedFigureShown(Schema):
    """A figure that agreements of the unit ask people to count."""

    figure: str
    words: str
    levels: list[str] = Field(description="Of which units it is counted.")


class CountShown(Schema):
    """What people counted for a unit."""

    number: int
    level: str
    code: str
    figure: str
    values: list[str] = Field(description="One number, or that of each person who counted.")
    counted_on: date
    by: str
    withdrawn: bool


class CountsShown(Schema):
    """What is asked for, and the counts of the unit itself that hold on the day of the figures."""

    level: str
    code: str
    day: date
    asked: list[AskedFigureShown]
    counts: list[CountShown]


class CountIn(schemas.RequestSchema):
    """One figure of the unit or of one in it."""

    unit: Text = Field(description="Its code; a person is `TEAM:STAFF`.")
    figure: Text
    values: Annotated[list[Digits], Field(min_length=1, max_length=50)]


class CountsIn(schemas.RequestSchema):
    """Counts of one day: all are entered, or none."""

    counted_on: schemas.Day
    counts: Annotated[list[CountIn], Field(min_length=1, max_length=1_000)]
    sure: bool = Field(False, description="Values far from the last ones are meant.")
    key: Annotated[str, schemas.StringConstraints(max_length=64, pattern=r"^[^\x00]*$")] = Field(
        "", description="A key of your own: the same key and request again enter them once."
    )


class CountsEntered(Schema):
    """The counts that were entered."""

    counts: list[CountShown]


@router.get(
    "units/{level}/{code:code}/counted-figures",
    response=schemas.answers(CountsShown, *schemas.READ),
    url_name="api-counts",
    summary="Figures that people count for agreements of a unit",
)
def counts(request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode) -> dict[str, Any]:
    """For everybody who may sign in; of a day in the past, as it stood then."""
    state, unit = lookups.unit_for(request, level, code)
    held = counted.of_units(state, unit.level, [unit.code]).get(unit.code, {})
    asked = [
        {"figure": each.name, "words": each.words, "levels": list(each.levels)}
        for each in counted.asked(unit, state).values()
    ]
    return {"level": level, "code": code, "day": state.day, "asked": asked, "counts": _shown(held.values())}


@router.post(
    "units/{level}/{code:code}/counted-figures",
    response=schemas.answers(CountsEntered, *schemas.WRITE),
    url_name="api-counts-enter",
    summary="Enter figures that people counted",
)
def enter(
    request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode, payload: Body[CountsIn]
) -> dict[str, Any]:
    """Of the unit and of those in it. No figure of the measure moves."""
    need(request, Action.ENTER_COUNTS)
    state, unit = lookups.unit_for(request, level, code)
    rows = [
        CollectedRow(f"entry {number}", each.unit, each.figure, value)
        for number, each in enumerate(payload.counts, start=1)
        for value in each.values
    ]
    wanted = action.CountRequest(
        level=level, code=unit.code, counted_on=payload.counted_on, rows=rows, sure=payload.sure,
        key=payload.key,
    )  # fmt: skip
    made, _ = action.enter(
        actor=lookups.me(request), unit=unit, state=state.of_now(), wanted=wanted, who=lookups.who(request)
    )
    return {"counts": _shown(made)}


@router.post(
    "counted-figures/{number}/withdraw",
    response=schemas.answers(CountShown, *schemas.WRITE),
    url_name="api-count-withdraw",
    summary="Take back a figure that people counted",
)
def withdraw(request: HttpRequest, number: Number) -> dict[str, Any]:
    """The count before it holds again."""
    need(request, Action.ENTER_COUNTS)
    state = lookups.state_for(request).of_now()
    row = action.withdraw(actor=lookups.me(request), number=number, state=state, who=lookups.who(request))
    return _shown([row])[0]


def _shown(rows: Iterable[CountedFigure]) -> list[dict[str, Any]]:
    return [
        schemas.filled(
            CountShown,
            row,
            number=row.pk,
            by=staff_names.person(row.who),
            withdrawn=row.withdrawn_at is not None,
        )
        for row in rows
    ]
