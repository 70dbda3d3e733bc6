"""Overview: a unit's figures, those of the units below it, and how they spread."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from wmt import ledger
from wmt.facts import NOT_KNOWN
from wmt.site import tables
from wmt.site.extra_work.hours_beside import of_post
from wmt.site.figures import units, used_hours
from wmt.site.links import unit_url
from wmt.site.queries import measures
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.query_form import FilterForm, OneOf
from wmt.site.web.availability.ending_soon import Reminder, reminders
from wmt.site.web.charts.distribution import strip
from wmt.site.web.duties.reminders import duty_lines, extra_work_lines, request_lines
from wmt.site.web.units import export_columns, line_tables, no_available_time, responsive_columns, streams
from wmt.site.web.units.breakdown import parts
from wmt.site.web.units.labels import in_stream, inside
from wmt.site.web.units.summary import lead
from wmt.site.web.unusual.waiting import unusual_lines
from wmt.site.workload.models import Unit
from wmt.text import counted

TITLE = "Overview"
TEMPLATE = "unit/overview.jinja"

_FIGURES = ("points", "available")
_REST = ("contracted_hours", "reduction_hours", "cases", "cases_all")
_OF_CAPACITY = ("capacity", "points", measures.REMAINING)
#: OMiC work is not set against hours, so it has no capacity.
_OMIC_FIGURES = ("omic_cases", "omic", "omic_licence", "contracted_hours", "reduction_hours", "available")


def applies(unit: Unit) -> bool:  # noqa: ARG001
    return True


def content(question: UnitRequest) -> dict[str, Any]:
    """The key figures of the unit, the table of those below it, the strip, the filters."""
    listed = fitting(question)
    found: dict[str, Any] = {
        "lead": lead(question),
        "stream_note": streams.said(question),
        "headline_href": unit_url(question.unit.level, question.unit.code) if question.stream else "",
        "figures": figures(question, question.subject),
        "over": _is_over(question.subject, question),
        "notes": notes(question.subject, question),
        "timeless": no_available_time.said(question),
        "parts": [] if question.unit.stream == ledger.OMIC else parts(question),
        "reminders": [
            # they are of the whole unit, and a page of another stream is of its posts alone
            *([] if question.stream else duty_lines(question.state, [question.unit])),
            *request_lines(question.user, question.state, [] if question.is_post else [question.unit]),
            *reminders(question.state, question.user, [question.unit]),
            *_extra_work(question),
            *([] if question.stream else extra_work_lines(question.user, question.state, [question.unit])),
            *([] if question.stream else unusual_lines(question.user, question.state, [question.unit])),
        ],
        "tables": {},
    }
    if question.is_post:
        return found
    return {
        **found,
        "tables": {"overview": table(question, listed)} | _streams(question),
        "strip": None
        if question.unit.stream == ledger.OMIC
        else strip(
            listed,
            (question.low_x100, question.state.over_x100),
            f"{units.PLURALS[question.level]} of {in_stream(question.unit)} by capacity",
        ),
        "filters": filters(question),
        "kept": [("stream", question.stream)] if question.stream else [],
        "over_words": _over_words(question, listed),
    }


def _extra_work(question: UnitRequest) -> list[Reminder]:
    """What is noted beside the figure of a post, for whoever may read its cases."""
    if not question.is_post or question.unit.stream == ledger.OMIC:
        return []
    said = of_post(question.user, question.state, question.unit)
    href = unit_url("post", question.unit.code, "extra")
    return [Reminder("extra work", said, href, "View extra work")] if said else []


def _streams(question: UnitRequest) -> dict[str, tables.Table]:
    found = streams.table(question)
    return {found.name: found} if found is not None else {}


def _over_words(question: UnitRequest, listed: list[Unit]) -> str:
    """How many of those that are listed are over the threshold. What is not known is no unit."""
    known = [unit for unit in listed if unit.code != NOT_KNOWN]
    named = [unit for unit in known if unit.posts]
    if not named or question.unit.stream == ledger.OMIC:
        return ""
    over = sum(_is_over(unit, question) for unit in named)
    what = units.PLURALS[question.level]
    what = what if question.level == "pdu" else what.lower()
    if question.level == "post":  # as the first sentence of the page counts them
        named = [unit for unit in named if unit.available_x100]
        what = f"{what} with available hours"
    rest = " Work with no known unit is listed as ‘Not known’." if len(known) < len(listed) else ""
    verb = "is" if over == 1 else "are"
    return f"{over:,} of {len(named):,} {what} {verb} over {question.state.over_text}.{rest}"


def fitting(question: UnitRequest) -> list[Unit]:
    """The units that are listed: those below, of the band asked for."""
    return [unit for unit in question.below if not question.band or _fits(unit, question)]


def _fits(unit: Unit, question: UnitRequest) -> bool:
    """Whether a unit is of the band asked for; those without available hours are told apart.

    A unit that has no posts in the stream is of none.
    """
    if not unit.posts:
        return False
    if question.band in no_available_time.BANDS:
        return no_available_time.number(unit, question.band) > 0
    if (
        question.band == "none" and unit.level == "post"
    ):  # those without figures of this day are another thing
        return bool(unit.posts_without_time)
    return band_of(unit, question) == question.band


def table(question: UnitRequest, listed: list[Unit]) -> tables.Table:
    """The table of the units below; in full also with the units each belongs to, and its help."""
    shown_columns = columns(question.level)
    if question.unit.stream == ledger.OMIC and not question.in_full:
        shown_columns = [column for column in shown_columns if column.key not in _OF_CAPACITY]
        shown_columns += [
            tables.Column(n, measures.MEASURES[n].title, measures.MEASURES[n].kind) for n in _OMIC_FIGURES[:3]
        ]
    shown_columns = responsive_columns.among(question, shown_columns, listed)
    shown_columns += no_available_time.columns(question)
    rows: Sequence[tables.Row] = tables.LazyRows(
        listed, lambda unit: _row(question, unit), lambda unit, key: _raw(question, unit, key)
    )
    whole = None
    if not question.band:
        total = {"name": tables.text("Total"), "code": tables.text("")}
        whole = tables.Row(
            total | values(question, question.subject) | responsive_columns.values(question, question.subject)
        )
    if question.in_full:
        shown_columns, rows, whole = export_columns.overview(
            question, shown_columns, listed, list(rows), whole
        )
    said = []
    if question.unit.stream != ledger.OMIC:
        said.append("Capacity is total points ÷ total available points, not an average of individuals.")
    if question.level != "post" and any(not unit.posts for unit in listed):
        stream = inside(ledger.STREAM_NAMES[question.unit.stream or ledger.HEADLINE])
        said.append(
            f"Only posts in {stream} are counted here: a unit whose posts are all in another stream has 0, "
            "and the table of streams above counts them."
        )
    if question.band:
        said.append(f"{len(listed):,} of {len(question.below):,} match the filter, so there is no total row.")
    return tables.Table(
        "overview",
        f"{units.PLURALS[question.level]} of {question.unit.name}{filtered(question)}",
        shown_columns,
        rows,
        whole,
        said,
        "No results. Change the filters.",
    )


def figures(question: UnitRequest, unit: Unit) -> list[tuple[str, tables.Value, str]]:
    """The figures of a unit itself: title, value with the way to its lines, what it is."""
    is_omic = question.unit.stream == ledger.OMIC
    rows = [] if is_omic else [("Capacity", _capacity(question, unit), "points ÷ available points")]
    for name in _OMIC_FIGURES if is_omic else (*_FIGURES, measures.REMAINING, *_REST):
        title = "Points left" if name == measures.REMAINING else measures.MEASURES[name].title
        meaning = "points left (or over)" if name == measures.REMAINING else measures.MEASURES[name].meaning
        rows.append((title, _value(question, unit, name), meaning))
    return rows


def columns(level: str) -> list[tables.Column]:
    """The columns of a table of units."""
    grade = (
        [tables.Column("grade", "Grade")] if level == "post" else [tables.Column("posts", "Posts", "count")]
    )
    return [
        tables.Column("name", {"post": "Practitioner", "pdu": "PDU"}.get(level, level.capitalize())),
        tables.Column("code", "Code", "code"),
        *grade,
        tables.Column("capacity", "Capacity", "percent"),
        *(
            tables.Column(name, measures.MEASURES[name].title, measures.MEASURES[name].kind)
            for name in _FIGURES
        ),
        tables.Column(measures.REMAINING, "Points left", "points"),
        *(
            tables.Column(
                name,
                measures.MEASURES[name].title,
                measures.MEASURES[name].kind,
                used_hours.HELP if name == "reduction_hours" else "",
            )
            for name in _REST
        ),
        *([] if level == "post" else [tables.Column("posts_without_time", "No available hours", "count")]),
    ]


def _row(question: UnitRequest, unit: Unit) -> tables.Row:
    # a child opens on the tab one comes from, and keeps the grade that was asked for
    href = (
        ""
        if question.in_full
        else line_tables.child_url(question, unit, "", **no_available_time.kept(question))
    )
    return tables.Row(
        {
            "name": tables.text(unit.name, href, stale_note(unit)),
            "code": tables.text(unit.code),
            **values(question, unit),
            **responsive_columns.values(question, unit),
            **no_available_time.values(question, unit),
        },
        unit.level,
        unit.code,
    )


def _raw(question: UnitRequest, unit: Unit, key: str) -> Any:
    """The exact value of a column, without making its row."""
    if key == no_available_time.KEY:
        return no_available_time.number(unit, question.band)
    if key in responsive_columns.KEYS:
        return responsive_columns.values(question, unit)[key].raw
    if key == "capacity":
        return (
            None
            if unit.stream == ledger.OMIC
            else ledger.capacity_x100(unit.points_x100, unit.available_x100)
        )
    if key == measures.REMAINING:
        return (
            None
            if unit.stream == ledger.OMIC
            else ledger.remaining_x100(unit.points_x100, unit.available_x100)
        )
    return getattr(unit, measures.MEASURES[key].field if key in measures.MEASURES else key)


def values(question: UnitRequest, unit: Unit) -> dict[str, tables.Value]:
    """The figures of a unit by the keys of their columns."""
    own = {
        "grade": tables.text(unit.grade),
        "posts": tables.count(unit.posts),
        "posts_without_time": tables.count(unit.posts_without_time),
        "capacity": _capacity(question, unit),
    }
    more = _OMIC_FIGURES[:3] if unit.stream == ledger.OMIC else ()
    return own | {
        name: _value(question, unit, name) for name in (*_FIGURES, measures.REMAINING, *_REST, *more)
    }


def _capacity(question: UnitRequest, unit: Unit) -> tables.Value:
    if unit.stream == ledger.OMIC or not unit.posts:
        return tables.Value(None, "–")
    href = _lines_url(question, unit, "capacity")
    return tables.percent(unit.points_x100, unit.available_x100, question.state.over_x100, href)


def _value(question: UnitRequest, unit: Unit, name: str) -> tables.Value:
    href = _lines_url(question, unit, name)
    if name == measures.REMAINING:
        if unit.stream == ledger.OMIC:  # time that OMiC work is not measured against is no room
            return tables.Value(None, "–")
        return tables.points(ledger.remaining_x100(unit.points_x100, unit.available_x100), href)
    measure = measures.MEASURES[name]
    note = question.used_hours.note(unit) if name == "reduction_hours" else ""
    return measures.shown(measure, getattr(unit, measure.field), href, note)


def _lines_url(question: UnitRequest, unit: Unit, figure: str) -> str:
    """The way to the lines of a figure. Files have none: the addresses of a nation's posts take seconds."""
    if question.in_full:
        return ""
    return line_tables.lines_url(question, unit, figure)


def by_capacity(unit: Unit) -> tuple[bool, int, str]:
    """What units are ordered by: those with available time by the capacity, the others before them."""
    capacity = ledger.capacity_x100(unit.points_x100, unit.available_x100)
    return capacity is not None, capacity or 0, unit.code


def band_of(unit: Unit, question: UnitRequest) -> str:
    """Which band a unit's capacity lies in, by its exact value."""
    if unit.available_x100 == 0:
        return "none"
    if _is_over(unit, question):
        return "over"
    at_least = unit.points_x100 * 10_000 >= question.low_x100 * unit.available_x100
    return "within" if at_least else "under"


def _is_over(unit: Unit, question: UnitRequest) -> bool:
    return ledger.is_over(unit.points_x100, unit.available_x100, question.state.over_x100)


def stale_note(unit: Unit) -> str:
    """What to say beside a unit whose figures are not all of this extract."""
    if unit.level == "post":
        if unit.stale_since:
            day = timezone.localtime(unit.stale_since)
            return f"figures from {day:%-d %b %Y}: left out of the latest data"
        return "not measured: left out of the latest data" if unit.unmeasured_posts else ""
    said = []
    if unit.stale_posts:
        said.append(f"{_posts(unit.stale_posts)} with figures from earlier data")
    if unit.unmeasured_posts:
        said.append(f"{_posts(unit.unmeasured_posts)} not measured")
    return "; ".join(said)


def _posts(number: int) -> str:
    return counted(number, "post")


def notes(unit: Unit, question: UnitRequest) -> list[str]:
    """What has to be known before this unit's figures are believed."""
    said = [stale_note(unit)] if stale_note(unit) else []
    if question.is_post and unit.available_x100 == 0 and not unit.unmeasured_posts:
        said.append(
            "No working hours are available, so there is no capacity. "
            "The points still count towards the team."
        )
    return said


def filtered(question: UnitRequest) -> str:
    """What the filters leave, for the end of a heading."""
    parts = [f"grade {question.grade}"] if question.grade else []
    parts += [question.bands[question.band]] if question.band else []
    return f" ({', '.join(parts)})" if parts else ""


def filters(question: UnitRequest) -> FilterForm:
    levels = [(level, units.PLURALS[level]) for level in question.levels]
    return FilterForm(
        question.request.GET,
        list=OneOf("Show", levels, question.level),
        grade=line_tables.grade_field(),
        band=OneOf("Capacity", [("", "Any capacity"), *question.bands.items()]),
    )
