"""Figures over time, why they moved, runs over the marks, and the questions of years."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from wmt.history import HistoryError, runs_on
from wmt.history.questions import Answer
from wmt.ledger import Cause, Moment, capacity_x100, decimal, is_over
from wmt.ledger.present import micro
from wmt.ledger.say import say
from wmt.ledger.why import Why
from wmt.site.api.asking import UnitCode, UnitLevel, me, state_for, unit_for
from wmt.site.api.limits import need_lines
from wmt.site.api.shapes import BULK, READ, Day, Exact, GradeName, PageShown, Paging, answers, refused
from wmt.site.web.time.amounts import Stretch
from wmt.site.web.time.ask import LEVELS, QUESTIONS, READINGS, Wish, answer_to
from wmt.site.web.time.ask_form import MOST_PERCENT, MOST_TOP, MOST_WEEKS
from wmt.site.web.time.ask_tables import shows_names
from wmt.site.web.time.narrowed import seen_by
from wmt.site.web.time.span import YEAR
from wmt.site.web.time.stretches import Standing, stretches
from wmt.site.workload.current import State
from wmt.site.workload.moments import (
    NoLines,
    history,
    marks_on,
    moves_of,
    stood_on,
    why_between,
)

router = Router()

if TYPE_CHECKING:
    QuestionName = str
    AskedLevel = str
    Reading = str
    CauseName = str
else:
    QuestionName = Literal[tuple(QUESTIONS)]
    AskedLevel = Literal[tuple(LEVELS)]
    Reading = Literal[tuple(READINGS)]
    CauseName = Literal[tuple(str(cause) for cause in Cause)]
Percent = Annotated[Decimal, Field(gt=0, le=MOST_PERCENT, decimal_places=2, allow_inf_nan=False)]


class PeriodShown(Schema):
    """The figures of a unit over a day, a week or a month: means of the days that have figures."""

    first: date
    last: date
    days: int = Field(description="Days with figures.")
    capacity: Exact | None = Field(description="Points of all days ÷ available points of all days, per cent.")
    over_mark: bool
    points: Exact
    available: Exact
    contracted_hours: Exact | None = Field(description="null, as further down: an archive does not tell it.")
    reduction_hours: Exact | None
    help: Exact | None = Field(description="Points of help given, less help received.")
    cases: Exact | None
    corrected_days: int = Field(description="Days that stand on a corrected night.")
    archive_days: int = Field(description="Days of which no lines are kept.")


class PeriodsShown(PageShown):
    """Figures over time, the first day first."""

    items: list[PeriodShown]


class OverTime(Paging):
    """Which days, and how they are put together."""

    first: Day | None = Field(None, description="null: a year before the last.")
    last: Day | None = Field(None, description="null: the day of the figures that are shown.")
    by: Literal["day", "week", "month"] = "day"
    grade: GradeName | None = Field(None, description="Only what posts of this grade make up.")


@router.get(
    "units/{level}/{code:code}/over-time",
    response=answers(PeriodsShown, *READ),
    url_name="api-over-time",
    summary="Figures over time",
)
def over_time(
    request: HttpRequest, level: UnitLevel, code: UnitCode, paging: Query[OverTime]
) -> dict[str, Any]:
    """A unit's figures by day, week or month. Days without a night are left out, never filled in."""
    state, unit = unit_for(request, level, code)
    past = history()
    last = paging.last or state.as_at.date()
    first = paging.first or (last - YEAR if last.year > 1 else last)
    if first > last:
        raise refused("first", "The first day must be the last day or earlier")
    # no further than there are figures: a client may ask for a thousand years
    within = max(first, past.first or first), min(last, past.last or last)
    frame = past.series(unit.level, unit.code, *within, grade=paging.grade or "")
    found = stretches(frame, paging.by, Standing.of(past, first, last))
    items = [_period(each, state.over_x100) for each in paging.part(found)]
    return {**paging.about(len(found)), "items": items}


def _period(each: Stretch, over_x100: int) -> dict[str, Any]:
    return {
        "first": each.first,
        "last": each.last,
        "days": each.days,
        "capacity": decimal(each.capacity_x100),
        "over_mark": each.is_over(over_x100),
        "points": decimal(each.mean("points_x100")),
        "available": decimal(each.mean("available_x100")),
        "contracted_hours": micro(each.mean("contracted_hours_micro")),
        "reduction_hours": micro(each.mean("reduction_hours_micro")),
        "help": decimal(each.mean("contacts_x100")),
        "cases": decimal(each.mean("cases", 100)),
        "corrected_days": each.corrected,
        "archive_days": each.archived,
    }


class MovedCauseShown(Schema):
    """One cause of a change."""

    cause: str
    words: str = Field(description="As people say it.")
    points: Exact
    percentage_points: Exact | None = Field(description="null: one of the days has no available time.")
    available: Exact
    lines: int


class StoodShown(Schema):
    """A unit at one of the two days."""

    day: date
    night: str = Field(description="The night it stands on; that of now has everything entered since.")
    points: Exact
    available: Exact
    capacity: Exact | None
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
    points: Exact
    available: Exact
    rule_before: str | None
    rule_after: str | None


class WhyShown(PageShown):
    """Why a unit's figures moved: the causes add up to the change exactly. `items` are lines of one cause."""

    sentence: str
    before: StoodShown
    after: StoodShown
    causes: list[MovedCauseShown]
    items: list[MoveShown]


class WhyFilter(Paging):
    """Between which days, and of which cause the lines are wanted."""

    first: Day | None = Field(None, description="null: the night before the one that is shown.")
    last: Day | None = Field(None, description="null: until now, with everything entered since.")
    cause: CauseName | None = Field(None, description="List the lines of this cause.")


@router.get(
    "units/{level}/{code:code}/why",
    response=answers(WhyShown, *BULK),
    url_name="api-why",
    summary="Why it moved",
)
def why(request: HttpRequest, level: UnitLevel, code: UnitCode, paging: Query[WhyFilter]) -> dict[str, Any]:
    """The causes of a change between two days, or since one; with a cause also its lines."""
    if paging.cause:
        need_lines(request, level)
    state, unit = unit_for(request, level, code)
    past, shown = history(), state.as_at.date()
    default = next((day for day in reversed(past.days) if day < shown), shown)
    first_day, last_day = paging.first or default, paging.last
    if last_day is not None and first_day > last_day:
        raise refused("first", "The first day must be the last day or earlier")
    try:
        first = stood_on(past, min(first_day, shown))
        last = None if last_day is None else stood_on(past, min(last_day, shown))
    except NoLines as none:
        since = f"the first day that has any is {none.first}" if none.first else "no day has any yet"
        raise refused("first", f"No lines are kept of {none.day}; {since}", "NO_LINES") from none
    found = why_between(state, unit, first, last)
    listed = moves_of(found, Cause(paging.cause), state, me(request), unit) if paging.cause else []
    return {
        **paging.about(len(listed)),
        "sentence": say(found, unit.name),
        "before": _moment(found.before, first.day, first.night, state),
        "after": _moment(
            found.after, last.day if last else state.day, last.night if last else state.night, state
        ),
        "causes": _causes(found),
        "items": [_move(row) for row in paging.part(listed)],
    }


def _moment(moment: Moment, day: date, night: str, state: State) -> dict[str, Any]:
    return {
        "day": day,
        "night": night,
        "points": decimal(moment.points_x100),
        "available": decimal(moment.available_x100),
        "capacity": decimal(capacity_x100(*moment)),
        "over_mark": is_over(*moment, state.over_x100),
    }


def _causes(found: Why) -> list[dict[str, Any]]:
    return [
        {
            "cause": str(moved.cause),
            "words": moved.words,
            "points": decimal(moved.points_x100),
            "percentage_points": decimal(moved.percentage_points_x100),
            "available": decimal(moved.available_x100),
            "lines": moved.lines,
        }
        for moved in found.causes
    ]


_AMOUNTS = {"points": "points_x100", "available": "available_x100"}


def _move(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: decimal(row[_AMOUNTS[name]]) if name in _AMOUNTS else row[name]
        for name in MoveShown.model_fields
    }


class RunShown(Schema):
    """How the run of days over a mark stands."""

    mark: str
    percent: Exact
    days: int = Field(description="Days in a row that make it full.")
    day: date
    over: bool
    length: int
    since: date | None
    excess_since: date | None = Field(description="The day it was full; null: it is not.")
    full_on: date | None = Field(description="The day it will be, if every day from now on is over the mark.")
    last_over: date | None = Field(description="The last day over the threshold; null: there is no run.")
    with_figures: int = Field(description="Days with figures from `since` to `last_over`.")
    missing_nights: int = Field(description="Days of these for which nobody has figures. They do not count.")
    absent_nights: int = Field(description="Days of these with figures of others and none of this unit.")
    paused: int = Field(description="Days in a row with no available hours, up to `day`.")
    missing: int = Field(description="Days in a row without a figure, up to `day`.")
    absent: int = Field(description="Nights in a row with figures of others only, up to `day`.")


class RunsShown(Schema):
    """The runs of a unit, a mark each."""

    items: list[RunShown]


class OnADay(Schema):
    """Of when."""

    day: Day | None = Field(None, description="null: the last day that has figures.")


@router.get(
    "units/{level}/{code:code}/runs",
    response=answers(RunsShown, *READ),
    url_name="api-runs",
    summary="Runs over the marks",
)
def runs(request: HttpRequest, level: UnitLevel, code: UnitCode, wish: Query[OnADay]) -> dict[str, Any]:
    """How the run of a unit over each mark of excessive workload stands on a day."""
    state, unit = unit_for(request, level, code)
    past = history()
    day = min(wish.day or state.as_at.date(), state.as_at.date(), past.last or date.max)
    if past.first is None or day < past.first:
        return {"items": []}
    known = {mark.name: mark for mark in marks_on(day)}
    found = runs_on(past, marks_on, day=day, level=unit.level, codes=[unit.code])
    items = []
    for row in found.iter_rows(named=True):
        mark = known[row["mark"]]
        items.append({**row, "percent": decimal(mark.percent_x100), "days": mark.days})
    return {"items": items}


class FieldShown(Schema):
    """A column of an answer."""

    key: str
    head: str


class AnswerShown(PageShown):
    """An answer: the sentence, what it rests on, and one page of its table."""

    title: str
    sentence: str
    notes: list[str]
    columns: list[FieldShown]
    items: list[dict[str, str | int | float | None]]


class QuestionFilter(Paging):
    """What is asked. A question takes what it has no use for for nothing."""

    percent: Percent = Decimal(110)
    weeks: int = Field(4, ge=1, le=MOST_WEEKS)
    level: AskedLevel | None = Field(None, description="null: that of the question’s page.")
    first: Day | None = Field(None, description="null: the first day that has figures.")
    last: Day | None = Field(None, description="null: the last day that has figures.")
    grade: GradeName | None = None
    reading: Reading = Field("every day", description="Counted by every day, by weekly figures, or by sums.")
    by: Literal["day", "year"] = Field(
        "day", description="Of the spread: on the last day, or over each year."
    )
    top: int = Field(20, ge=1, le=MOST_TOP, description="Of longest spells: how many.")
    names: bool = Field(False, description="Of posts and people: with codes and names.")
    table: int = Field(0, ge=0, le=5, description="0: the answer’s table; from 1 on those behind it.")


@router.get(
    "questions/{name}",
    response=answers(AnswerShown, *READ),
    url_name="api-question",
    summary="A question over years",
)
def question(
    request: HttpRequest,
    name: Annotated[QuestionName, Path(description="Which question.")],
    paging: Query[QuestionFilter],
) -> dict[str, Any]:
    """The answer to one of the five-year questions, from the figures of every day."""
    state = state_for(request)
    past = seen_by(history(), me(request), state)
    level = paging.level or QUESTIONS[name].default.level
    last = min(paging.last or state.as_at.date(), state.as_at.date())
    wish = Wish(
        percent_x100=int(paging.percent * 100), weeks=paging.weeks, level=level, first=paging.first,
        last=last, grade=paging.grade or "", reading=paging.reading, top=paging.top,
        by=paging.by,
    )  # fmt: skip
    try:
        answer = answer_to(name, past, wish)
    except HistoryError as error:
        raise refused("first", str(error), "CANNOT_BE_ASKED") from error
    return _answer(answer, paging, shown=shows_names(paging.names, level, me(request)))


def _answer(answer: Answer, paging: QuestionFilter, *, shown: bool) -> dict[str, Any]:
    tables = [answer, *(answer.details if shown else ())]
    if paging.table >= len(tables):
        raise refused("table", f"There are {len(tables)} tables here, counted from 0")
    table = tables[paging.table]
    columns = [each for each in table.columns if shown or each[0] not in ("code", "name")]
    return {
        **paging.about(len(table.rows)),
        "title": table.title,
        "sentence": answer.sentence,
        "notes": list(answer.notes),
        "columns": [{"key": _key(key), "head": head} for key, head in columns],
        "items": [
            {_key(key): _plain(key, row[key]) for key, _ in columns} for row in paging.part(table.rows)
        ],
    }


def _key(key: str) -> str:
    return key.removesuffix("_x100")


def _plain(key: str, value: Any) -> Any:
    if key.endswith("_x100"):
        exact = decimal(value)
        if exact is None:
            return None
        return int(exact) if exact == exact.to_integral_value() else float(exact)
    return value.isoformat() if isinstance(value, date) else value
