"""A table of rules out of a file: Excel or CSV, cell by cell, in the place where the file has it."""

from collections.abc import Sequence
from typing import Any

from wmt.facts import csv_text
from wmt.intake import cells, limits
from wmt.intake.faults import ReadingStopped
from wmt.intake.xlsx import read_sheets
from wmt.site.policies import policies

Cells = Sequence[Sequence[Any]]
_KINDS = (".csv", ".xlsx")
_HEAD = "row"


def read_sheet(data: bytes, name: str) -> tuple[Cells, str]:
    """The rows of a table as texts and numbers, and why there are none. Of a workbook the first sheet with
    the head 'row' is read."""
    if not name.lower().endswith(_KINDS):
        return (), f"{name} is neither Excel (.xlsx) nor CSV (.csv)"
    with limits.under(limits.all_limits(policies())):
        try:
            if name.lower().endswith(".csv"):
                return [
                    [_cell(cell) for cell in row] for row in csv_text.read_csv(data, name).iter_rows()
                ], ""
            sheets = read_sheets(data, name, shares=True)
        except (ReadingStopped, csv_text.CsvError) as error:
            return (), f"{name} cannot be read: {error}"
    found = [[[_cell(cell) for cell in row] for row in sheet.rows] for sheet in sheets]
    with_head = (rows for rows in found if any(_HEAD in row for row in rows))
    return next(with_head, found[0] if found else ()), ""


def _cell(cell: Any) -> Any:
    """A cell as `rule_tables.sent_table` reads it: 14% in a sheet is 14%."""
    if isinstance(cell, cells.BadCell):
        return f"{cell.what}"
    if isinstance(cell, cells.PercentCell):
        return f"{cell * 100:.13g}%"
    # a text that a spreadsheet would take for a formula is written with a mark before it
    return cell.removeprefix("'") if isinstance(cell, str) else cell
