"""Writing sheets as the nightly .xlsx, in one pass and always the same bytes."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from wmt.demo.sheet import DemoSheet, Row

AUTHOR = "wmt nation"
CREATED = datetime(2017, 5, 1)
BLUE, GREY = "#5175B9", "#F0F0F4"
STYLED_COLUMNS = 13
FAULT_VALUES = {"#DIV/0!": "=1/0"}


def write_workbook(
    path: Path, sheets: Iterable[DemoSheet], progress: Callable[[str], None] | None = None
) -> None:
    """Write the sheets in order. Dates, counts and text are typed cells; blank cells are not written."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    book.set_properties({"title": "WMT extract (invented)", "author": AUTHOR, "created": CREATED})
    formats = {
        "header": book.add_format(
            {"bold": True, "font_size": 9, "font_name": "Arial", "bg_color": BLUE, "border": 1}
        ),
        "empty": book.add_format({"bg_color": GREY, "border": 1}),
        "datetime": book.add_format({"num_format": "hh:mm:ss"}),
        "date": book.add_format({"num_format": "dd/mm/yyyy"}),
    }
    for sheet in sheets:
        if progress:
            progress(sheet.name)
        page = book.add_worksheet(sheet.name)
        page.set_column(0, len(sheet.headers) - 1, 12)
        for column, header in enumerate(sheet.headers):
            page.write_string(0, column, header, formats["header"])
        _write_rows(page, sheet.rows, formats)
        for row in range(sheet.empty_styled_rows):
            for column in range(STYLED_COLUMNS):
                page.write_blank(len(sheet.rows) + 1 + row, column, None, formats["empty"])
    book.close()


def _write_rows(page: Any, rows: list[Row], formats: dict[str, Any]) -> None:
    """The inner loop: over two million cells in a national workbook."""
    write_string, write_number = page.write_string, page.write_number
    for number, cells in enumerate(rows, start=1):
        for column, value in enumerate(cells):
            if value is None:
                continue
            if isinstance(value, str):
                if value in FAULT_VALUES:
                    page.write_formula(number, column, FAULT_VALUES[value], None, value)
                else:
                    write_string(number, column, value)
            elif isinstance(value, int | float):
                write_number(number, column, value)
            elif isinstance(value, datetime):
                page.write_datetime(number, column, value, formats["datetime"])
            elif isinstance(value, date):
                day = datetime(value.year, value.month, value.day)
                page.write_datetime(number, column, day, formats["date"])
