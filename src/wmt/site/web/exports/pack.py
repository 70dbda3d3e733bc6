"""The report of a unit: its main tables in one piece, made by the presenters of its pages.

As a workbook it has every table whole; on paper it is what people take to a meeting: three sheets at most.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wmt.ledger import STREAM_NAMES
from wmt.site import tables
from wmt.site.figures import units
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.queries.unit_tabs import TABS
from wmt.site.tables import Column, Row, Table
from wmt.site.web.charts.bars import Bar, bars
from wmt.site.web.charts.distribution import strip
from wmt.site.web.charts.figure import Chart
from wmt.site.web.files.deliver import NOT
from wmt.site.web.files.sheets import ExportSheet, sheet_of
from wmt.site.web.units import caseload, overview
from wmt.site.web.units.breakdown import parts

#: So many units of a level are on paper, those with the highest capacity; the workbook has all of them.
ON_PAPER = 36
#: The levels whose units are on paper.
_LEVELS = {"nation": ("region",), "region": ("pdu",), "pdu": ("team", "post"), "team": ("post",)}
#: What of a unit has room on a sheet.
_COLUMNS = ("name", "grade", "posts", "capacity", "points", "available", "remaining", "contracted_hours",
            "reduction_hours", "cases")  # fmt: skip
#: Tabs whose tables are not of the unit's figures as they are.
_NOT_IN_PACK = {"", "working", "downloads", "full", "priority", "agreements", "staffing", "extra"}


@dataclass(frozen=True)
class Section:
    """A part of the report: its charts, its tables, and what is to be said of what they leave out."""

    title: str
    tables: Sequence[Table]
    left_out: Sequence[str] = ()
    charts: Sequence[Chart] = ()


@dataclass(frozen=True)
class Pack:
    """The parts of a report and what is to be said with it."""

    title: str
    sections: list[Section]
    notes: list[str]
    limits: str

    @property
    def rows(self) -> int:
        return sum(len(table.rows) for section in self.sections for table in section.tables)

    @property
    def cells(self) -> int:
        tables = (table for section in self.sections for table in section.tables)
        return sum(len(table.rows) * len(table.columns) for table in tables)


def pack_of(question: UnitRequest) -> Pack:
    """The whole report of a unit above the posts."""
    unit = question.unit
    found = [Section("", [_figures(question)])]
    for name, tab in TABS.items():
        if name not in _NOT_IN_PACK and tab.applies(unit):
            shown = tab.content(question)["tables"].values()
            found.append(Section(tab.TITLE, [replace(t, name=f"{name}-{t.name}") for t in shown]))
    below = []
    for level in units.levels_below(unit.level):
        listing, title = replace(question, listing=level), units.PLURALS[level]
        table = replace(overview.table(listing, overview.fitting(listing)), name=title.lower())
        below.append(Section(title, [table]))
    return _pack(question, [found[0], *below, *found[1:]])


def paper_of(question: UnitRequest) -> Pack:
    """The same on at most three sheets: the figures, the units below, and what the work is made of."""
    # the units of a level that have room, how all of them spread, and how many are in the workbook only
    levels = []
    for level in _LEVELS[question.unit.level]:
        below, title = replace(question, listing=level), units.PLURALS[level]
        listed = overview.fitting(below)
        shown = sorted(listed, key=overview.by_capacity, reverse=True)[:ON_PAPER]
        table = _narrow(replace(overview.table(below, shown), name=title.lower(), notes=()))
        said = [
            f"The {ON_PAPER} with the highest capacity of {len(listed):,}. The Excel report has all of them."
        ]
        chart = strip(listed, (question.low_x100, question.state.over_x100), f"{title} by capacity")
        levels.append(
            Section(title, [table], said if len(listed) > ON_PAPER else (), [chart] if chart else ())
        )
    # the unit's part in every stream, where it has more than one: three figures, never added
    found = units.streams(question.state, question.unit)
    if len(found) < 2 or question.grade:
        streams = []
    else:
        bare = replace(question, in_full=True)  # without the ways to details, which paper has not
        rows = [
            Row({"name": tables.text(STREAM_NAMES[stream]), **overview.values(bare, unit)})
            for stream, unit in found.items()
        ]
        columns = [Column("name", "Stream"), *overview.columns(question.unit.level)[1:]]
        notes = ["The streams are never added: posts of one hold none of the work of another."]
        streams = [_narrow(Table("streams", "By stream", columns, rows, notes=notes))]
    figures = [_narrow(_figures(question)), *streams]
    work = Section("Where the points come from", [tiers(question)], charts=work_charts(question))
    return _pack(question, [Section("", figures), *levels, work])


def _pack(question: UnitRequest, sections: list[Section]) -> Pack:
    title = f"Workload of {question.unit.name}"
    return Pack(title, sections, overview.notes(question.subject, question), NOT)


def sheets(pack: Pack) -> list[ExportSheet]:
    return [replace(sheet_of(table), notes=()) for section in pack.sections for table in section.tables]


def _figures(question: UnitRequest) -> Table:
    """The figures of the unit itself as a table, as a unit of its own level."""
    unit = question.subject
    row = Row({"name": tables.text(question.unit.name), "code": tables.text(unit.code),
               **overview.values(question, unit)}, unit.level, unit.code)  # fmt: skip
    columns: list[Column] = overview.columns(unit.level)
    which = f", posts of grade {question.grade} only" if question.grade else " as a whole"
    caption = f"{question.unit.name}{which}"
    return Table(units.TITLES[unit.level].lower(), caption, columns, [row])


def tiers(question: UnitRequest) -> Table:
    """The active cases by tier and type, of the tiers that there are cases of."""
    table: Table = caseload.content(question)["tables"]["tiers"]
    rows = [row for row in table.rows if row.values["cases"].raw]
    return replace(table, rows=rows, notes=(), empty="There are no active cases.")


def work_charts(question: UnitRequest) -> list[Chart]:
    """The parts of the points, side by side."""
    found = [(title, value) for title, value in parts(question) if value.raw]
    rows = [Bar(title, int(value.raw * 100), value.text) for title, value in found]
    summary = "Help given adds points, help received takes them off." if rows else ""
    chart = bars("work", "Points by kind of work", "Points", summary, rows)
    return [chart] if chart else []


def _narrow(table: Table) -> Table:
    return replace(table, columns=[column for column in table.columns if column.key in _COLUMNS])
