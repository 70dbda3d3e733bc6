"""Figures over time, why they moved, and runs over the thresholds."""

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from wmt import ledger
from wmt.days import written
from wmt.grades import GradeName
from wmt.history import History, runs_on
from wmt.ledger.explain_change import Why
from wmt.ledger.narrative import say
from wmt.ledger.serialise import micro
from wmt.site.api import lookups, schemas
from wmt.site.api.limits import need_lines
from wmt.site.queries import movement, periods
from wmt.site.queries.histories import history_of
from wmt.site.queries.late_entries import late_of
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

router = Router()

if TYPE_CHECKING:
    CauseName = str
else:
    CauseName = Literal[tuple(str(cause) for cause in ledger.Cause)]


class PeriodShown(Schema):
    """The figures of a unit over a day, a week or a month: means of the days that have figures."""

    first: date
    last: date
    days: int = Field(description="Days with figures.")
    capacity: schemas.Exact | None = Field(description="Total points ÷ total available points, in %.")
    over_mark: bool
    points: schemas.Exact
    available: schemas.Exact
    contracted_hours: schemas.Exact | None = Field(
        description="null, as further down: an archive does not tell it."
    )
    reduction_hours: schemas.Exact | None
    help: schemas.Exact | None = Field(description="Points of help given, less help received.")
    cases: schemas.Exact | None
    corrected_days: int = Field(description="Days whose data was corrected.")
    archive_days: int = Field(description="Days for which only totals are held.")
    all_streams_days: int = Field(description="Days of these for which all streams were added together.")


class LateShown(Schema):
    """Hours, reductions or a grade entered after some days had been measured: their figures stay."""

    post: str
    entered_on: date
    first: date = Field(description="The first of the measured days it was for.")
    last: date


class PeriodsShown(schemas.PageShown):
    """Figures over time, the first day first."""

    items: list[PeriodShown]
    late_hours: list[LateShown] = Field(description="What was entered late for these days.")


class OverTime(schemas.Paging):
    """Which days, and how they are put together."""

    first: schemas.Day | None = Field(None, description="null: a year before the last.")
    last: schemas.Day | None = Field(None, description="null: the day of the figures that are shown.")
    by: Literal["day", "week", "month"] = "day"
    grade: GradeName | None = Field(None, description="Only what posts of this grade make up.")
    stream: schemas.StreamName | None = Field(None, description="null: sentence management; of a post, any.")


@router.get(
    "units/{level}/{code:code}/over-time",
    response=schemas.answers(PeriodsShown, *schemas.READ),
    url_name="api-over-time",
    summary="Figures over time",
)
def over_time(
    request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode, paging: Query[OverTime]
) -> dict[str, Any]:
    """A unit's figures by day, week or month. Days without a night are left out, never filled in."""
    state, unit = lookups.unit_for(request, level, code)
    past = history_of(unit)
    last = paging.last or state.as_at.date()
    first = paging.first or (last - periods.YEAR if last.year > 1 else last)
    if first > last:
        raise schemas.refused("first", "The first day must be the last day or earlier")
    # no further than there are figures: a client may ask for a thousand years
    within = max(first, past.first or first), min(last, past.last or last)
    frame = past.series(unit.level, unit.code, *within, grade=paging.grade or "", stream=paging.stream)
    found = periods.stretches(frame, paging.by, periods.DayOrigins.of(past, first, last))
    items = [
        schemas.filled(
            PeriodShown,
            each,
            capacity=ledger.decimal(each.capacity_x100),
            over_mark=each.is_over(state.over_x100),
            points=ledger.decimal(each.mean("points_x100")),
            available=ledger.decimal(each.mean("available_x100")),
            contracted_hours=micro(each.mean("contracted_hours_micro")),
            reduction_hours=micro(each.mean("reduction_hours_micro")),
            cases=ledger.decimal(each.mean("cases", 100)),
            help=ledger.decimal(each.mean("contacts_x100")),
            corrected_days=each.corrected,
            archive_days=each.archived,
            all_streams_days=each.together,
        )
        for each in paging.part(found)
    ]
    late = _late(past, state, unit, *within)
    return {**paging.about(len(found)), "items": items, "late_hours": late}


def _late(past: History, state: State, unit: Unit, first: date, last: date) -> list[dict[str, Any]]:
    return [asdict(each) for each in late_of(past, state, unit, first, last)]


class MovedCauseShown(Schema):
    """One cause of a change."""

    cause: str
    words: str = Field(description="As people say it.")
    points: schemas.Exact
    percentage_points: schemas.Exact | None = Field(
        description="null: one of the days has no available hours."
    )
    available: schemas.Exact
    lines: int


class StoodShown(Schema):
    """A unit at one of the two days."""

    day: date
    night: str = Field(description="The data it is from; ‘now’ includes everything entered since.")
    points: schemas.Exact
    available: schemas.Exact
    capacity: schemas.Exact | None
    over_mark: bool


class MoveShown(Schema):
    """One line that moved: what it was, what it is, and what that did."""

    kind: str
    ref: str | None = Field(description="null also where it is withheld from you.")
    withheld: bool
    post_before: str | None
    post_after: str | None
    location_before: str | None
    location_after: str | None
    tier_before: str | None
    tier_after: str | None
    status_before: str | None
    status_after: str | None
    points: schemas.Exact
    available: schemas.Exact
    rule_before: str | None
    rule_after: str | None


class WhyShown(schemas.PageShown):
    """Why a unit's figures moved: the causes add up to the change exactly. `items` are lines of one cause."""

    sentence: str
    before: StoodShown
    after: StoodShown
    causes: list[MovedCauseShown]
    items: list[MoveShown]


class WhyFilter(schemas.Paging):
    """Between which days, and of which cause the lines are wanted."""

    first: schemas.Day | None = Field(None, description="null: the data before the one shown.")
    last: schemas.Day | None = Field(None, description="null: until now, with everything entered since.")
    cause: CauseName | None = Field(None, description="List the details of this cause.")
    stream: schemas.StreamName | None = Field(
        None, description="Of its posts in this stream; null: its headline."
    )


@router.get(
    "units/{level}/{code:code}/why",
    response=schemas.answers(WhyShown, *schemas.BULK),
    url_name="api-why",
    summary="What changed",
)
def why(
    request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode, paging: Query[WhyFilter]
) -> dict[str, Any]:
    """The causes of a change between two days, or since one; with a cause also its lines."""
    if paging.cause:
        need_lines(request, level)
    state, unit = lookups.unit_for(request, level, code, paging.stream)
    past, shown = history_of(unit), state.as_at.date()
    default = next((day for day in reversed(past.days) if day < shown), shown)
    first_day, last_day = paging.first or default, paging.last
    if last_day is not None and first_day > last_day:
        raise schemas.refused("first", "The first day must be the last day or earlier")
    try:
        first = movement.stood_on(past, min(first_day, shown))
        last = None if last_day is None else movement.stood_on(past, min(last_day, shown))
    except movement.NoLines as none:
        since = f"the first day that has any is {written(none.first)}" if none.first else "no day has any yet"
        raise schemas.refused(
            "first", f"No details are kept for {written(none.day)}; {since}", "NO_LINES"
        ) from none
    found = movement.why_between(state, unit, first, last)
    listed = (
        movement.moves_of(found, ledger.Cause(paging.cause), state, lookups.me(request), unit)
        if paging.cause
        else []
    )
    return {
        **paging.about(len(listed)),
        "sentence": say(found, unit.name),
        "before": _moment(found.before, first.day, first.night, state),
        "after": _moment(
            found.after, last.day if last else state.day, last.night if last else state.night, state
        ),
        "causes": _causes(found),
        "items": [
            {
                name: ledger.decimal(row[_AMOUNTS[name]]) if name in _AMOUNTS else row[name]
                for name in MoveShown.model_fields
            }
            for row in paging.part(listed)
        ],
    }


def _moment(moment: ledger.Moment, day: date, night: str, state: State) -> dict[str, Any]:
    return {
        "day": day,
        "night": night,
        "points": ledger.decimal(moment.points_x100),
        "available": ledger.decimal(moment.available_x100),
        "capacity": ledger.decimal(ledger.capacity_x100(*moment)),
        "over_mark": ledger.is_over(*moment, state.over_x100),
    }


def _causes(found: Why) -> list[dict[str, Any]]:
    return [
        schemas.filled(
            MovedCauseShown,
            moved,
            cause=str(moved.cause),
            points=ledger.decimal(moved.points_x100),
            percentage_points=ledger.decimal(moved.percentage_points_x100),
            available=ledger.decimal(moved.available_x100),
        )
        for moved in found.causes
    ]


_AMOUNTS = {"points": "points_x100", "available": "available_x100"}


class RunShown(Schema):
    """How the run of days over a mark stands."""

    mark: str
    percent: schemas.Exact
    days: int = Field(description="Days in a row that make it full.")
    day: date
    over: bool
    length: int
    since: date | None
    excess_since: date | None = Field(description="The day it was full; null: it is not.")
    full_on: date | None = Field(description="The day it will be, if every day is over the threshold.")
    last_over: date | None = Field(description="The last day over the threshold; null: there is no run.")
    with_figures: int = Field(description="Days with figures from `since` to `last_over`.")
    missing_nights: int = Field(description="Days with no data for any post. They do not count.")
    absent_nights: int = Field(description="Days of these with figures of others and none of this unit.")
    paused: int = Field(description="Days in a row with no available hours, up to `day`.")
    missing: int = Field(description="Days in a row without a figure, up to `day`.")
    absent: int = Field(description="Consecutive days with figures for other posts only, up to `day`.")


class RunsShown(Schema):
    """The runs of a unit, one for each threshold."""

    items: list[RunShown]
    late_hours: list[LateShown] = Field(description="What was entered late for the days of the longest run.")


class OnADay(Schema):
    """Of when, and of which stream."""

    day: schemas.Day | None = Field(None, description="null: the last day that has figures.")
    stream: schemas.StreamName | None = Field(
        None, description="null: sentence management; of a post, whatever it is in. OMiC has no capacity."
    )


@router.get(
    "units/{level}/{code:code}/runs",
    response=schemas.answers(RunsShown, *schemas.READ),
    url_name="api-runs",
    summary="Runs over the thresholds",
)
def runs(
    request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode, wish: Query[OnADay]
) -> dict[str, Any]:
    """How the run of a unit over each mark of excessive workload stands on a day."""
    state, unit = lookups.unit_for(request, level, code)
    past = history_of(unit)
    day = min(wish.day or state.as_at.date(), state.as_at.date(), past.last or date.max)
    if past.first is None or day < past.first:
        return {"items": [], "late_hours": []}
    known = {mark.name: mark for mark in movement.marks_on(day)}
    found = runs_on(past, movement.marks_on, day=day, level=unit.level, codes=[unit.code], stream=wish.stream)
    items = []
    for row in found.iter_rows(named=True):
        mark = known[row["mark"]]
        items.append({**row, "percent": ledger.decimal(mark.percent_x100), "days": mark.days})
    since = min((item["since"] for item in items if item["since"]), default=None)
    return {"items": items, "late_hours": _late(past, state, unit, since, day) if since else []}
