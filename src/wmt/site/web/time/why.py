"""Why it moved: the causes between two days that add up to the change exactly, each open to its lines."""

from datetime import date, timedelta
from typing import Any

from wmt.days import written
from wmt.history import History, HistoryError
from wmt.ledger import OMIC, capacity_x100
from wmt.ledger.explain_change import Why
from wmt.ledger.narrative import say
from wmt.site.links import unit_url
from wmt.site.loads.past_nights import days_back
from wmt.site.queries import movement
from wmt.site.queries.late_entries import late_sentence
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.query_form import OneOf
from wmt.site.tables import changed, signed
from wmt.site.web.forms.date_range import FIRST, SpanForm
from wmt.site.web.time import over_time, why_tables, why_units
from wmt.site.web.time.responsive_notes import responsive_notes
from wmt.site.web.time.why_request import WhyRequest
from wmt.site.workload.models import Unit

TITLE = "What changed"
TEMPLATE = "time/why.jinja"
#: What the template reads, where there is nothing to show.
_NOTHING: dict[str, Any] = {
    "away": "", "span": None, "errors": [], "presets": [], "message": "", "notes": [], "found": None,
    "cause": None, "tables": {},
}  # fmt: skip
_PRESETS = ((7, "A week"), (28, "Four weeks"), (91, "A quarter"), (365, "A year"))


def applies(unit: Unit) -> bool:  # noqa: ARG001
    """Every unit's figures move."""
    return True


def content(question: UnitRequest) -> dict[str, Any]:
    """The sentence, the causes and their picture; with `?cause=` the lines behind one."""
    try:
        past, last = over_time.looked_at(question, "changes")
    except HistoryError as away:
        return {**_NOTHING, "away": str(away)}
    span = asked_span(question, past, last)
    around = _NOTHING | {
        "span": span,
        "errors": span.faults,
        "presets": _presets(question, past, span),
    }
    if span.days is None:
        return around
    try:
        between = between_of(question, past, span)
    except movement.NoLines as none:
        return {**around, "message": no_lines_words(none)}
    found = movement.why_between(question.state, question.unit, between.first, between.last)
    told = _told(question, between, found)
    listed = None if told["cause"] else why_units.table(question, past, between)
    if listed is not None:
        told["tables"][listed.name] = listed
    end = question.state.day if between.last is None else between.last.day
    late = late_sentence(past, question.state, question.unit, between.first.day, end)
    return {**around, **told, "notes": [*told["notes"], *([late] if late else [])]}


def asked_span(question: UnitRequest, past: History, last: date) -> SpanForm:
    """The days asked for. Without a last day: until now. By default from the night before the one shown."""
    before = past.day_until(question.state.as_at.date() - timedelta(1))
    default, now = before or past.day_until(last) or last, question.state.day
    latest = max(now, question.state.as_at.date())
    levels = why_units.levels(question)
    choices = (
        {"list": OneOf("List changes of", levels, why_units.level_of(question))} if len(levels) > 1 else {}
    )
    return SpanForm(question.request.GET, min(default, now), latest, until_now=True, choices=choices)


def between_of(question: UnitRequest, past: History, span: SpanForm) -> WhyRequest:
    """The nights that two days stand on. Raises NoLines where one has none."""
    assert span.days is not None
    first, last = span.days
    shown = question.state.as_at.date()
    return WhyRequest(
        movement.stood_on(past, min(first, shown)),
        None if span.ends_now else movement.stood_on(past, min(last, shown)),
    )


def no_lines_words(none: movement.NoLines) -> str:
    """Why two days cannot be compared, and which can."""
    first = (
        f"You can compare dates from {written(none.first)}."
        if none.first
        else "There are no dates to compare yet."
    )
    if none.archived:
        return f"We hold only totals for {written(none.day)}, so we cannot break down the change. {first}"
    back = days_back(none.day)
    return f"No data is kept for {written(none.day)} or for the {back} days before it. {first}"


def _told(question: UnitRequest, between: WhyRequest, found: Why) -> dict[str, Any]:
    asked = question.request.GET.get("cause", "")
    cause = next((each for each in found.causes if str(each.cause) == asked), None)
    tables = {"causes": why_tables.causes(question, between, found)}
    if cause is not None:
        lines = why_tables.lines(question, between, found, cause)
        # the table of causes stays there for files; the page of a cause shows its lines alone
        tables = {"lines": lines, **(tables if question.in_full else {})}
    return {
        "found": found,
        "between": between,
        "said": why_omic_words(found, question.unit.name)
        if question.unit.stream == OMIC
        else say(found, question.unit.name),
        "notes": [*_notes(question, between, found), *responsive_notes(question, between, found)],
        "figures": why_tables.key_figures(question, between, found),
        "cause": cause,
        "causes_href": changed(question.request.GET, cause="", page="", sort="", order=""),
        "picture": None
        if cause or question.unit.stream == OMIC
        else why_tables.picture(question, between, found),
        "now": between.last is None,
        "tables": tables,
    }


def why_omic_words(found: Why, name: str) -> str:
    """What is to be said of OMiC: its work is not set against hours, so only time can change."""
    moved = found.after.available_x100 - found.before.available_x100
    time = f"changed by {signed(moved).text}" if moved else "did not change"
    return f"{name} (OMiC) has no capacity: OMiC work is not measured against hours. Available points {time}."


def _notes(question: UnitRequest, between: WhyRequest, found: Why) -> list[str]:
    said = []
    for stood in (between.first, between.last):
        if stood is not None and stood.asked != stood.day:
            said.append(
                f"There is no data for {written(stood.asked)}. We use the latest before it, from "
                f"{written(stood.day)}."
            )
    if not found.was_there and found.is_there:
        said.append(f"{question.unit.name} was not in the figures of {written(between.first.day)}.")
    if found.was_there and not found.is_there:
        said.append(f"{question.unit.name} is no longer in the later figures.")
    if question.unit.stream == OMIC:
        return said
    timeless = [capacity_x100(*moment) is None for moment in (found.before, found.after)]
    if any(timeless):
        said.append(
            "There are no available hours on one of the two dates, so the causes are shown in points only."
        )
    return said


def _presets(question: UnitRequest, past: History, span: SpanForm) -> list[tuple[str, str, bool]]:
    """Links to usual days, as far back as there are nights; all of them until now."""
    shown = question.state.as_at.date()
    first = movement.first_with_lines(past)
    days: list[tuple[str, date]] = []
    before = past.day_until(shown - timedelta(1))
    if before is not None:
        days.append(("Since yesterday", before))
    days.append(("Since this extract was loaded", shown))
    days += [(words, shown - timedelta(back)) for back, words in _PRESETS]
    if first is not None:
        days.append(("Since records began", first))
    unit = question.unit
    kept = {"stream": question.stream, "list": question.request.GET.get("list", "")}
    return [
        (
            words,
            unit_url(unit.level, unit.code, "why", **kept, **{FIRST: day.isoformat()}),
            span.days is not None and span.days[0] == day and span.ends_now,
        )
        for words, day in days
        if first is not None and day >= first
    ]
