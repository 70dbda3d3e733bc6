"""Sentence management, courts and OMiC under their own names: three figures of a unit, never added."""

from dataclasses import replace

from wmt import ledger
from wmt.site import tables
from wmt.site.figures import units
from wmt.site.figures.used_hours import HELP
from wmt.site.links import unit_url
from wmt.site.queries.measures import MEASURES, shown
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.units import line_tables
from wmt.site.workload.models import Unit

_POINTS = ("points", "available")
_OMIC = ("omic", "omic_licence")
_HOURS = ("contracted_hours", "reduction_hours")


def table(question: UnitRequest) -> tables.Table | None:
    """A row for each stream a unit has posts of; None where it is sentence management and nothing else."""
    parts = units.streams(question.state, question.unit)
    if question.is_post or set(parts) <= {ledger.HEADLINE}:
        return None
    columns = [
        tables.Column("name", "Stream"),
        tables.Column("posts", "Posts", "count"),
        _column("contracted_hours"),
        replace(_column("reduction_hours"), note=HELP),
        *(_column(name) for name in _POINTS),
        tables.Column("capacity", "Capacity", "percent", "OMiC has no capacity."),
        *(_column(name) for name in _OMIC if ledger.OMIC in parts),
    ]
    notes = [
        "The streams are separate and never added. Sentence management is the figure of the unit.",
    ]
    rows = [_row(question, unit) for unit in parts.values()]
    return tables.Table(
        "streams", f"Streams of {question.unit.name}", columns, rows, notes=notes, prefix="streams-"
    )


def _column(name: str) -> tables.Column:
    return tables.Column(name, MEASURES[name].title, MEASURES[name].kind)


def _row(question: UnitRequest, unit: Unit) -> tables.Row:
    href = unit_url(unit.level, unit.code, stream=line_tables.stream_of(unit))
    claims_capacity = unit.stream != ledger.OMIC
    values: dict[str, tables.Value] = {
        name: shown(
            MEASURES[name], getattr(unit, MEASURES[name].field), line_tables.lines_url(question, unit, name)
        )
        for name in (*_HOURS, *_POINTS, *_OMIC)
    }
    href_reduced = line_tables.lines_url(question, unit, "reduction_hours")
    note = question.used_hours.note(unit)
    values["reduction_hours"] = tables.hours(unit.reduction_hours_micro, href_reduced, note)
    over_x100 = question.state.over_x100
    lines = line_tables.lines_url(question, unit, "capacity")
    values |= {
        "name": tables.text(ledger.STREAM_NAMES[unit.stream], href),
        "posts": tables.count(unit.posts),
        "capacity": tables.percent(unit.points_x100, unit.available_x100, over_x100, lines)
        if claims_capacity
        else tables.Value(None, "–"),
    }
    return tables.Row(values, unit.level, unit.code)


def said(question: UnitRequest) -> str:
    """What a page of another stream than sentence management says before anything else."""
    unit = question.unit
    if unit.stream == ledger.HEADLINE:
        return ""
    name = ledger.STREAM_NAMES[unit.stream]
    if question.is_post:
        kind = "only writes court reports" if unit.stream == ledger.COURTS else "works in an OMiC team"
        return f"{name}: this post {kind}, so it is not part of the team’s sentence management figure."
    return f"{name} only. These posts are not part of the sentence management figure of {unit.name}."
