"""Cells of files that leave the tool, be it by the command line or the site: safe, and the same in both."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import xlsxwriter

#: A spreadsheet takes a text that begins with one of these for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
#: Excel holds no longer texts, no more rows and no earlier days than these.
LONGEST_TEXT = 32_767
MOST_ROWS = 1_048_576
_FIRST_YEAR = 1900


def neutral(text: str) -> str:
    """A text that no spreadsheet takes for a formula. For CSV, where nothing else says that it is a text."""
    return f"'{text}" if text.startswith(FORMULA) else text


def neutral_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """The same for all texts of a table."""
    text = pl.col(pl.String)
    risky = text.str.slice(0, 1).is_in(list(FORMULA))
    return frame.with_columns(pl.when(risky).then("'" + text).otherwise(text).name.keep())


def open_book(where: Any, **options: Any) -> xlsxwriter.Workbook:
    """A new workbook that takes every text for a text, to be used in a `with`."""
    texts = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    return xlsxwriter.Workbook(where, texts | options)


def write_cell(sheet: Any, row: int, column: int, value: object, form: Any = None) -> None:
    """One value of any kind in a cell. Days are days where there is a format for them, else ISO texts."""
    if value is None:
        if form is not None:
            sheet.write_blank(row, column, None, form)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, form)
    elif isinstance(value, int | Decimal):
        sheet.write_number(row, column, value, form)
    elif isinstance(value, date) and form is not None and value.year > _FIRST_YEAR:
        sheet.write_datetime(row, column, value, form)
    else:
        text = value.isoformat() if isinstance(value, date | datetime) else str(value)
        sheet.write_string(row, column, text[:LONGEST_TEXT], form)
