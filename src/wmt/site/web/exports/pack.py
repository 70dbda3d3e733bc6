"""The pack of a unit: its main tables in one piece, made by the presenters of its pages."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from wmt.site.web import tables
from wmt.site.web.exports.deliver import NOT
from wmt.site.web.exports.sheets import Sheet, sheet_of
from wmt.site.web.tables import Column, Row, Table
from wmt.site.web.units import overview
from wmt.site.web.units.question import Question
from wmt.site.web.units.views import TABS
from wmt.site.workload import units

#: Tables of more rows than this are in the workbook only: nobody reads a hundred sheets of paper.
ON_PAPER = 1_000
#: Tabs whose tables are not of the unit's figures as they stand.
_NOT_IN_PACK = {"", "working", "downloads"}


@dataclass(frozen=True)
class Section:
    """A part of the pack that begins on a page of its own. `left_out`: tables too long for paper."""

    title: str
    tables: list[Table]
    left_out: list[str]


@dataclass(frozen=True)
class Pack:
    """The parts of a pack and what is to be said with it."""

    title: str
    sections: list[Section]
    notes: list[str]
    limits: str

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(len(table.rows) for section in self.sections for table in section.tables)

    @property
    def cells(self) -> int:
        """How many cells there are in all."""
        tables = (table for section in self.sections for table in section.tables)
        return sum(len(table.rows) * len(table.columns) for table in tables)


def pack_of(question: Question, *, rows_at_most: int | None = None) -> Pack:
    """The pack of a unit above the posts; longer tables than `rows_at_most` are named, not made."""
    unit = question.unit
    found = [("", [_figures(question)])]
    for name, tab in TABS.items():
        if name not in _NOT_IN_PACK and tab.applies(unit):
            shown = tab.content(question)["tables"].values()
            found.append((tab.TITLE, [replace(t, name=f"{name}-{t.name}") for t in shown]))
    sections = [_section(title, made, rows_at_most) for title, made in found]
    below = [_below(question, level, rows_at_most) for level in units.levels_below(unit.level)]
    title = f"Workload of {unit.name}"
    return Pack(title, [sections[0], *below, *sections[1:]], overview.notes(question.subject, question), NOT)


def sheets(pack: Pack) -> list[Sheet]:
    """The pack as sheets of a workbook, a sheet for each table."""
    return [replace(sheet_of(table), notes=()) for section in pack.sections for table in section.tables]


def _section(title: str, made: Iterable[Table], rows_at_most: int | None) -> Section:
    kept, left_out = [], []
    for table in made:
        if rows_at_most is not None and len(table.rows) > rows_at_most:
            left_out.append(f"{table.caption}: {len(table.rows):,} rows")
        else:
            kept.append(table)
    return Section(title, kept, left_out)


def _figures(question: Question) -> Table:
    """The figures of the unit itself as a table, as a unit of its own level."""
    unit = question.subject
    row = Row({"name": tables.text(question.unit.name), "code": tables.text(unit.code),
               **overview.values(question, unit)}, unit.level, unit.code)  # fmt: skip
    columns: list[Column] = overview.columns(unit.level)
    which = f", posts of grade {question.grade} only" if question.grade else " as a whole"
    caption = f"{question.unit.name}{which}"
    return Table(units.TITLES[unit.level].lower(), caption, columns, [row])


def _below(question: Question, level: str, rows_at_most: int | None) -> Section:
    """The units of a level; counted before the table is made, which takes a second for a nation's posts."""
    below, title = replace(question, listing=level), units.PLURALS[level]
    listed = overview.fitting(below)
    if rows_at_most is not None and len(listed) > rows_at_most:
        return Section(title, [], [f"{title} of {question.unit.name}: {len(listed):,} rows"])
    return Section(title, [replace(overview.table(below, listed), name=title.lower())], [])
