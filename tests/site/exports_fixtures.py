"""Reading files back: rows of any kind of file by their headings, all values as plain ones."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import polars as pl
from django.http import HttpResponseBase

KINDS = ("csv", "xlsx", "parquet")


def body(answer: HttpResponseBase) -> bytes:
    """What was sent."""
    found = getattr(answer, "streaming_content", None)
    return b"".join(found) if found is not None else answer.content  # type: ignore[attr-defined]


def rows(answer: HttpResponseBase, kind: str) -> list[dict[str, Any]]:
    """The rows of a file without a row of totals."""
    content = body(answer)
    if kind == "csv":
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    if kind == "parquet":
        return pl.read_parquet(io.BytesIO(content)).to_dicts()
    found = sheet(content)
    return found[:-1] if found and found[-1].get("Level") == "total" else found


def headings(content: bytes, kind: str) -> list[str]:
    """The headings of a file."""
    if kind == "csv":
        return next(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    if kind == "parquet":
        return pl.read_parquet(io.BytesIO(content)).columns
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [str(cell.value) for cell in book.worksheets[1][1]]


def sheet(content: bytes, at: int = 1) -> list[dict[str, Any]]:
    """The rows of a sheet of a workbook, totals among them."""
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[at]
    head, *found = page.iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in found]


def plain(value: Any) -> Any:
    """A value as any kind of file has it: nothing is nothing, numbers are exact, days are ISO."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return Decimal(str(value)).normalize()
    except ArithmeticError:
        return str(value)
