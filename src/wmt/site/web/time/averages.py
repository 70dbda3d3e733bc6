"""Averages over 7 days, 28 days or the whole range: of a post, or of each unit or officer under a unit."""

from dataclasses import dataclass
from typing import Any

from wmt.history import in_steps
from wmt.site import tables
from wmt.site.figures import units
from wmt.site.figures.used_hours import ENTERED
from wmt.site.links import stream_of, unit_url
from wmt.site.queries.period_figures import FigurePeriod
from wmt.site.queries.periods import COLUMNS, as_stretches, periods_below
from wmt.site.web.time import omic
from wmt.site.web.time.over_request import OMIC_SUMS, OverTimeRequest
from wmt.site.web.units.labels import inside
from wmt.site.workload import staff_names

_KEPT = ("from", "to", "by", "grades", "stream")
_HEADS = {"post": "Practitioner", "pdu": "PDU"}


@dataclass(frozen=True)
class Mean:
    """The means of one unit over some days."""

    code: str
    name: str
    grade: str
    over: FigurePeriod


def listed(asked: OverTimeRequest) -> str:
    """The level of the units that have a row: those below, or the post itself."""
    return "post" if asked.question.is_post else asked.question.level


def choice(asked: OverTimeRequest) -> dict[str, Any]:
    query = asked.question.request.GET
    return {
        "kept": [(name, query[name]) for name in _KEPT if query.get(name)],
    }


def tables_of(asked: OverTimeRequest) -> dict[str, tables.Table]:
    return {"averages": table(asked)}


def table(asked: OverTimeRequest) -> tables.Table:
    """Every unit under the unit with its means, period after period; no day is left out."""
    level = listed(asked)
    found = means(asked, level)
    own = asked.question.is_post and not asked.question.in_full
    who = [
        tables.Column("name", _HEADS.get(level, level.capitalize())),
        tables.Column("code", "Code", "code"),
    ]
    columns = [
        *([] if own else who),
        *([tables.Column("grade", "Grade")] if level == "post" and not own else []),
        tables.Column("start", "Start", "date"),
        tables.Column("end", "End", "date"),
        tables.Column(
            "days", "Days", "count", "days in the period that have data; the averages use all of them"
        ),
        *_figure_columns(asked),
        tables.Column("contracted", "Average contracted hours", "hours"),
        tables.Column("reductions", "Average reductions", "hours", ENTERED),
        tables.Column("help", "Average CMS points", "points", "support given, less support received"),
    ]
    rows = tables.LazyRows(
        found,
        lambda each: _row(asked, level, each),
        lambda each, key: _row(asked, level, each).values[key].raw,
    )
    words = "the whole period" if asked.mean == "range" else f"each {asked.mean} days"
    of = asked.unit.name if asked.question.is_post else f"{units.PLURALS[level]} of {asked.unit.name}"
    caption = f"{of}: averages over {words}, {asked.span.words}"
    notes = [f"Periods of {asked.mean} days are counted back from the last day; the first may be shorter."]
    return tables.Table("averages", caption, columns, rows, notes=notes if asked.mean != "range" else [])


def _figure_columns(asked: OverTimeRequest) -> list[tables.Column]:
    if asked.is_omic:
        return omic.columns(lambda head: f"Mean {inside(head)}", by_day=False)
    return [
        tables.Column("capacity", "Capacity", "percent", "points ÷ available points over the period"),
        tables.Column("points", "Average points", "points"),
        tables.Column("available", "Average available points", "points"),
        tables.Column("cases", "Average cases", "number"),
    ]


def means(asked: OverTimeRequest, level: str) -> list[Mean]:
    """The means of every unit of a level under the unit, by name, the newest period first."""
    if asked.span.days is None:
        return []
    unit = asked.unit
    if asked.question.is_post:
        periods = in_steps(
            asked.series(), asked.mean, ("code",), first=asked.standing.first, last=asked.standing.last
        )
        names = {unit.code: (unit.name, unit.grade)}
    else:
        columns = (*COLUMNS, *OMIC_SUMS) if asked.is_omic else COLUMNS
        periods = periods_below(asked.past, unit, level, asked.mean, *asked.span.days, columns)
        # names and grades as they were last in these days; those of today for who is still there
        last = periods.sort("first").group_by("code", maintain_order=True).last()
        then = {row["code"]: (row["name"] or row["code"], row["grade"]) for row in last.iter_rows(named=True)}
        rows = units.below(asked.question.state, asked.unit, level).values_list("code", "name", "grade")
        names = then | {code: (name, grade if level == "post" else "") for code, name, grade in rows}
        if level == "post":
            names = {code: (staff_names.shown(name, code), grade) for code, (name, grade) in names.items()}
    found = [
        Mean(code, names.get(code, (code, ""))[0], names.get(code, (code, ""))[1], over)
        for (code,), over in as_stretches(periods, asked.standing, ("code",))
    ]
    return sorted(found, key=lambda each: (each.name, each.code, -each.over.first.toordinal()))


def _row(asked: OverTimeRequest, level: str, each: Mean) -> tables.Row:
    days = {"from": each.over.first.isoformat(), "to": each.over.last.isoformat()}
    stream = stream_of(level, asked.stream)
    href = "" if asked.question.in_full else unit_url(level, each.code, "over-time", stream=stream, **days)
    if asked.is_omic:
        figures = omic.values(each.over)
    else:
        figures = {
            "capacity": each.over.capacity(asked.question.state.over_x100),
            "points": each.over.points("points_x100"),
            "available": each.over.points("available_x100"),
            "cases": each.over.count("cases"),
        }
    values: dict[str, tables.Value] = figures | {
        "name": tables.text(each.name, href),
        "code": tables.text(each.code),
        "grade": tables.text(each.grade),
        "start": tables.day(each.over.first),
        "end": tables.day(each.over.last),
        "days": tables.count(each.over.days),
        "contracted": each.over.hours("contracted_hours_micro"),
        "reductions": each.over.hours("reduction_hours_micro"),
        "help": each.over.points("contacts_x100"),
    }
    return tables.Row(values, level, each.code)
