"""People tables on the sheets of one workbook: typed or text, the cells become the texts of a CSV file."""

import math
from collections.abc import Collection
from datetime import datetime, time

import polars as pl

from wmt.intake.cells import (
    LOSES_DIGITS,
    BadCell,
    Cell,
    PercentCell,
    clean_name,
    is_blank,
    letters,
    show,
    text_of,
    tidy_texts,
)
from wmt.intake.faults import Faults, ReadingStopped
from wmt.intake.grid import Grid
from wmt.intake.people_cells import PeopleTable
from wmt.intake.xlsx import read_sheets


def book_tables(data: bytes, name: str, known: Collection[str], faults: Faults) -> list[PeopleTable]:
    """The sheets that are tables of people. Others are warned of; a workbook without any is refused."""
    try:
        grids = read_sheets(data, name, shares=True)
    except ReadingStopped as error:
        faults.refuse("PEOPLE_NOT_A_TABLE", f"{name} cannot be read: {error}", sheet=error.sheet or name)
        return []
    found = []
    for grid in grids:
        table = clean_name(grid.name).replace(" ", "_")
        if table in known:
            found += _table(grid, table, name, faults)
        elif any(not is_blank(cell) for row in grid.rows for cell in row):
            what = f"{name} has the sheet {show(grid.name)}, which is no table of people"
            faults.warn("PEOPLE_UNKNOWN_TABLE", what, sheet=grid.name)
    if not any(clean_name(grid.name).replace(" ", "_") in known for grid in grids):
        faults.refuse("PEOPLE_NOT_A_TABLE", f"{name} has no sheet called {', '.join(known)}", sheet=name)
    return found


def _table(grid: Grid, table: str, name: str, faults: Faults) -> list[PeopleTable]:
    """A sheet as texts. Columns without anything are no columns, however far a sheet was formatted."""
    file = f"the sheet {grid.name} of {name}"
    columns = [list(cells) for cells in zip(*grid.rows, strict=True)] if grid.rows else []
    texts: dict[str, pl.Series] = {}
    bad: dict[tuple[int, str], str] = {}
    for place, (head, *values) in enumerate(columns):
        header = clean_name(head)
        if not header and all(is_blank(value) for value in values):
            continue
        if not header or header in texts:
            fault = f"the column {header} twice" if header else f"a column without a header, {letters(place)}"
            code = "DUPLICATE_SHEET_OR_COLUMN" if header else "PEOPLE_NOT_A_TABLE"
            faults.refuse(code, f"{file} has {fault}", sheet=table, row=1, column=header or letters(place))
            return []
        # a cell that is shown as 20% and kept as 0.2: 20 where a percentage is asked, nothing elsewhere
        for at, value in enumerate(values):
            if isinstance(value, PercentCell):
                shown, is_percent = f"{value * 100:.13g}", header.endswith("percent")
                values[at] = float(shown) if is_percent else BadCell(f"{shown}%, which is a percentage")
        written = pl.DataFrame({header: [_text(value) for value in values]}, schema={header: pl.String})
        texts[header] = tidy_texts(written)[header]
        for row, value in enumerate(values, 2):
            if isinstance(value, BadCell):
                bad[row, header] = value.what
            elif isinstance(value, float | int) and abs(value) >= LOSES_DIGITS:
                lost = f"the number {value:.0f}, of which Excel has lost the last digits"
                bad[row, header] = f"{lost}: it must be stored as text"
    return [PeopleTable(table, file, pl.DataFrame(texts), bad)]


def _text(value: Cell) -> str | None:
    """A cell as it would be written in CSV: a number as Excel shows it, a moment at midnight as its day."""
    if isinstance(value, float) and math.isfinite(value) and not isinstance(value, bool):
        # Excel keeps 15 digits; the binary number holds more: 37 * 0.6 is 22.2 there, 22.200000000000003 here
        return f"{value:.15g}" if value != int(value) else text_of(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return text_of(value)
