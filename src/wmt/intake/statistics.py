"""Published tables of the Ministry: rows by name, columns by quarter → values, or faults by name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from wmt.days import written
from wmt.intake import statistics_cells as cells_of
from wmt.intake.cells import Cell, is_blank, letters, show
from wmt.intake.faults import Faults, ReadingStopped
from wmt.intake.grid import Grid
from wmt.intake.limits import of_people
from wmt.intake.ods import read_ods
from wmt.intake.statistics_layouts import TABLES, StatisticsTable
from wmt.text import counted

#: So far down is looked for the title, for the day of publication, and for the row of days.
_TITLE_ROWS, _COVER_ROWS, _HEAD_ROWS = 3, 80, 40
#: Columns after the last quarter that compare quarters and are left out.
_COMPARES = re.compile(r"(percentage |% ?|annual |quarterly )?(change|difference)\b", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"(?:date published|published(?: on)?|publication date|date of publication|release date)\b[ :]*(.*)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PublishedCell:
    """A value of a series with the cell that it stands in."""

    series: str
    as_at: date
    value: float
    cell: str


@dataclass
class StatisticsRead:
    """What a file gave: the table it is, its values and day of publication; no values where refused."""

    faults: Faults
    table: StatisticsTable | None = None
    sheet: str = ""
    published_on: date | None = None
    values: list[PublishedCell] = field(default_factory=list)
    #: cells that hold a marker for 'no value', and names of rows that are left out
    markers: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        """Whether any fault refuses the file: then nothing of it is taken."""
        return any(fault.severity == "refuse" for fault in self.faults.items)


def read_statistics(data: bytes, name: str, today: date, published_on: date | None = None) -> StatisticsRead:
    """Read a published table from the bytes of an ODS file.

    `published_on` is the day somebody says; else the file must name one. Never raises for a bad file: what is
    wrong stands in `faults`, each with its place and remedy, and then there are no values.
    """
    with of_people():
        found = StatisticsRead(Faults())
        try:
            sheets = read_ods(data, name)
            found.table, grid = _table_of(sheets, name)
            found.sheet = grid.name
            _TableReading(found.table, grid, found).read()
            found.published_on = _published(sheets, published_on, found)
        except ReadingStopped as stopped:
            found.faults.refused(stopped)
        _check_published(found, today)
        if found.is_refused:
            found.values = []
        return found


def _table_of(sheets: Sequence[Grid], name: str) -> tuple[StatisticsTable, Grid]:
    """The one sheet that is a table we know. Raises ReadingStopped where there is none, or several."""
    fits = [(table, grid) for grid in sheets for table in TABLES if _is_of(table, _title(grid))]
    if len(fits) == 1:
        return fits[0]
    if fits:
        names = ", ".join(f"‘{show(grid.name)}’" for _, grid in fits)
        raise ReadingStopped(
            "STATISTICS_WRONG_TABLE", f"{name} has several sheets that could be meant: {names}"
        )
    told = "; ".join(f"‘{show(each.name)}’: {show(_title(each)) or 'no title'}" for each in sheets[:10])
    known = "; ".join(table.words for table in TABLES)
    what = f"no sheet of {name} is a table that is read ({known}). Its sheets are {told or 'none'}"
    raise ReadingStopped("STATISTICS_WRONG_TABLE", what)


def _title(grid: Grid) -> str:
    first = [
        " ".join(str(row[0]).split()) for row in grid.rows[:_TITLE_ROWS] if row and isinstance(row[0], str)
    ]
    return " ".join(each for each in first if each)


def _is_of(table: StatisticsTable, title: str) -> bool:
    text = title.lower()
    return all(any(word in text for word in words) for words in table.title) and not any(
        word in text for word in table.not_title
    )


def _head_rows(grid: Grid) -> list[int]:
    return [
        place
        for place, row in enumerate(grid.rows[:_HEAD_ROWS])
        if sum(cells_of.day_of(cell) is not None for cell in row[1:]) >= 2
    ]


class _TableReading:
    """One sheet that is being read: its row of days, its columns and its rows."""

    def __init__(self, table: StatisticsTable, grid: Grid, found: StatisticsRead) -> None:
        self.table, self.grid, self.found, self.faults = table, grid, found, found.faults
        self.head = 0
        self.days: dict[int, date] = {}
        self.known: dict[str, dict[date, float]] = {}

    def read(self) -> None:
        """Read all rows; faults are collected, and only a layout that is not known stops at once."""
        heads = _head_rows(self.grid)
        if len(heads) != 1:
            what = "has no row of quarters" if not heads else "has more than one row of quarters"
            raise self._layout(f"the sheet {what} above its values")
        self.head = heads[0]
        compared = self._columns()
        for number, row in self._rows_with_values(compared):
            self._row(number, row)
        self._check_columns()
        for name in self.table.needed:
            if name not in self.known:
                self._refuse("STATISTICS_ROW_NAME", f"the row ‘{name}’ is missing")
        for rule in self.table.at_most:
            self._check_sums(rule.rows, rule.others)

    def _layout(self, what: str) -> ReadingStopped:
        return ReadingStopped("STATISTICS_LAYOUT", what, sheet=self.grid.name)

    def _refuse(self, code: str, what: str, row: int | None = None, column: int | None = None) -> None:
        place = None if column is None else letters(column)
        self.faults.refuse(
            code, what, sheet=self.grid.name, row=None if row is None else row + 1, column=place
        )

    def _columns(self) -> set[int]:
        """Note the quarter of each column; returns the columns that compare quarters."""
        compared: set[int] = set()
        for column, cell in enumerate(self.grid.rows[self.head][1:], 1):
            day = cells_of.day_of(cell)
            if day is not None:
                if why := cells_of.why_no_quarter(day):
                    self._refuse("STATISTICS_DAY", f"{written(day)} {why}", self.head, column)
                if compared:
                    raise self._layout(f"a quarter stands after a column of changes, in {letters(column)}")
                self.days[column] = day
            elif isinstance(cell, str) and _COMPARES.match(cell.strip()) and self.days:
                compared.add(column)
            elif not is_blank(cell):
                what = f"the column {letters(column)} is headed ‘{show(cell)}’, which is no day of a quarter"
                raise self._layout(what)
        days = list(self.days.values())
        if days not in (sorted(set(days)), sorted(set(days), reverse=True)):
            raise self._layout("the quarters stand twice or not in order")
        return compared

    def _rows_with_values(self, compared: set[int]) -> Iterator[tuple[int, Sequence[Cell]]]:
        """The rows below the days that hold anything beside their name."""
        for number, row in enumerate(self.grid.rows):
            beside = {column for column, cell in enumerate(row) if column and not is_blank(cell)} - compared
            if number < self.head:
                if self._name(row[0]) in self.table.rows or len(beside) > 1:
                    raise self._layout(f"row {number + 1} has values above the row of quarters")
            elif number > self.head:
                name = self._name(row[0])
                if beside or name in self.table.rows:
                    if stray := sorted(beside - set(self.days)):
                        what = f"row {number + 1} has a value in {letters(stray[0])}, which no quarter heads"
                        raise self._layout(what)
                    yield number, row

    def _name(self, cell: Cell) -> str:
        """The name of a row as the layout has it, where it is known."""
        name = cells_of.plain_name(cell)
        for each in (name, cells_of.without_last_digits(name)):
            each = self.table.other_names.get(each, each)
            if each in self.table.rows:
                return each
        return name

    def _row(self, number: int, row: Sequence[Cell]) -> None:
        name = self._name(row[0])
        if name not in self.table.rows:
            if self.table.is_whole or not name:
                what = f"‘{show(row[0])}’ is no known row" if name else "values stand without a name"
                self._refuse("STATISTICS_ROW_NAME", what, number, 0)
            else:
                self.found.left_out.append(show(row[0]))
            return
        if name in self.known:
            self._refuse("STATISTICS_ROW_NAME", f"‘{show(row[0])}’ stands twice", number, 0)
            return
        values = self.known[name] = {}
        for column, day in self.days.items():
            place = f"{letters(column)}{number + 1}"
            try:
                value = cells_of.number_of(row[column], whole=self.table.whole_numbers)
            except ValueError as error:
                shown = show(row[column])
                what = f"{name} at {written(day)} {error}" + (f": ‘{shown}’" if shown else "")
                self._refuse("STATISTICS_VALUE", what, number, column)
                continue
            if value is None:
                self.found.markers.append(f"{name}, {written(day)} ({show(row[column])})")
                continue
            values[day] = value
            for series in self.table.rows[name]:
                if not series.endswith("-yearly") or day.month == 12:
                    self.found.values.append(PublishedCell(series, day, value, place))

    def _check_columns(self) -> None:
        """A quarter without a cell below it is one whose values stand elsewhere."""
        for column, day in self.days.items():
            if all(is_blank(row[column]) for row in self.grid.rows[self.head + 1 :]):
                self._refuse("STATISTICS_LAYOUT", f"{written(day)} heads no values", self.head, column)

    def _check_sums(self, rows: Sequence[str], others: Sequence[str]) -> None:
        for day in self.days.values():
            mine = [self.known.get(each, {}).get(day) for each in rows]
            most = [self.known.get(each, {}).get(day) for each in others]
            left, right = (sum(each for each in of if each is not None) for of in (mine, most))
            # 0.5% for rounding and for people who are in several rows
            if None not in most and left > 0 and left > right * 1.005:
                what = (
                    f"at {written(day)}, {' and '.join(rows)} ({left:,.0f}) "
                    f"{'is' if len(rows) == 1 else 'are'} more than {' and '.join(others)} ({right:,.0f})"
                )
                self._refuse("STATISTICS_ADDS_UP", what)


def _published(sheets: Sequence[Grid], said: date | None, found: StatisticsRead) -> date | None:
    """The day of publication: what somebody says, which must be what the file says where it does."""
    days = {day for grid in sheets for day in _days_named(grid)}
    if said is not None:
        if days and said not in days:
            named = ", ".join(written(day) for day in sorted(days))
            what = f"you say that it was published on {written(said)}, and the file says {named}"
            found.faults.refuse("STATISTICS_PUBLISHED", what)
        return said
    if len(days) == 1:
        return days.pop()
    what = "names several days of publication" if days else "does not say when it was published"
    found.faults.refuse("STATISTICS_PUBLISHED", f"the file {what}")
    return None


def _days_named(grid: Grid) -> Iterator[date]:
    for row in grid.rows[:_COVER_ROWS]:
        for column, cell in enumerate(row):
            named = _PUBLISHED.match(cell.strip()) if isinstance(cell, str) else None
            if named:
                beside = row[column + 1] if column + 1 < len(row) else ""
                day = cells_of.day_of(named[1].strip(" .") if named[1].strip(" .") else beside)
                if day is not None:
                    yield day


def _check_published(found: StatisticsRead, today: date) -> None:
    """Nothing is published before it is counted, nor after today."""
    day, last = found.published_on, max((each.as_at for each in found.values), default=None)
    if day is None:
        return
    if day > today:
        found.faults.refuse("STATISTICS_PUBLISHED", f"{written(day)}, the day of publication, has not come")
    elif last is not None and day <= last:
        what = f"it was published on {written(day)}, and has values of {written(last)}"
        found.faults.refuse("STATISTICS_PUBLISHED", what)
    if found.markers:
        what = f"{counted(len(found.markers), 'cell has', 'cells have')} a marker for no value: "
        found.faults.warn("STATISTICS_NO_VALUE", what + "; ".join(found.markers[:5]), sheet=found.sheet)
