"""Sheets into files: CSV, Excel and Parquet, row by row, so that a national table needs little memory.

All hold the same values: numbers exact, days as days, nothing for what has no value. A row of totals is
in Excel only, marked, because a program that sums a column would count it twice.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from wmt import outfiles
from wmt.site.web.files.sheets import PLACES, ExportSheet, Heading, Values

#: What a file says of itself: pairs of (what, text).
About = Sequence[tuple[str, str]]
_BATCH = 10_000
_WIDEST, _NARROWEST, _LOOKED_AT = 48, 8, 200
_NUMBERS = {"points": "#,##0.00", "percent": "0.0", "hours": "General", "number": "General"}
_DAY = "d mmm yyyy"
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


class TooManyRows(ValueError):  # noqa: N818 - it is the wish that is too large
    """More rows than a sheet of Excel can hold."""


@dataclass(frozen=True)
class Format:
    """A kind of file: what people call it, its content type, and what writes it."""

    title: str
    content_type: str
    write: Callable[[IO[bytes], ExportSheet, About], int]


def write_csv(out: IO[bytes], sheet: ExportSheet, about: About, *, bom: bool = False) -> int:  # noqa: ARG001
    """One table in UTF-8 with a row of headings. Returns the number of rows."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig" if bom else "utf-8", newline="", write_through=False)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([outfiles.neutral(heading.words) for heading in sheet.headings])
    written = 0
    for row in sheet.rows():
        writer.writerow([_csv_cell(value) for value in row])
        written += 1
    text.flush()
    text.detach()
    return written


def _csv_cell(value: Any) -> Any:
    if isinstance(value, str):
        return outfiles.neutral(value)
    return value if value is None else _as_text(value)


def _as_text(value: Any) -> str:
    """A value as a text: plain numbers with a point, ISO days, yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def write_parquet(out: IO[bytes], sheet: ExportSheet, about: About) -> int:
    """One table with typed columns; what it is and its moment are in the file's metadata."""
    notes: dict[str, str] = {}
    for what, said in about:
        name = f"wmt.{re.sub(r'[^a-z0-9]+', '_', what.lower()).strip('_')}"
        notes[name] = f"{notes[name]}\n{said}" if name in notes else said
    schema = pa.schema([pa.field(h.words, _arrow(h)) for h in sheet.headings], metadata=notes)
    written = 0
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        source = iter(sheet.rows())
        while rows := list(islice(source, _BATCH)):
            columns = zip(*rows, strict=True)
            arrays = [
                pa.array([_arrow_cell(heading, value) for value in values], _arrow(heading))
                for heading, values in zip(sheet.headings, columns, strict=True)
            ]
            writer.write_table(pa.table(arrays, schema=schema))
            written += len(rows)
    return written


def _arrow(heading: Heading) -> Any:
    match heading.shape:
        case "whole":
            return pa.int64()
        case "day":
            return pa.date32()
        case "decimal":
            return pa.decimal128(24, PLACES[heading.kind])
    return pa.string()


def _arrow_cell(heading: Heading, value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if heading.shape == "text":
        return _as_text(value)
    return Decimal(value) if heading.shape == "decimal" else value


def write_xlsx(out: IO[bytes], sheet: ExportSheet, about: About) -> int:
    """A workbook: what it is, then the table with its row of totals. Returns the rows without the total."""
    return write_book(out, [sheet], about)


def write_book(out: IO[bytes], sheets: Iterable[ExportSheet], about: About) -> int:
    """A workbook: what it is, then a sheet for each table, in order. Returns the rows of all of them."""
    written = 0
    with outfiles.open_book(out, constant_memory=True) as book:
        forms = _Forms(book)
        names: set[str] = set()
        about_sheet = book.add_worksheet(_sheet_name("About", names))
        about_sheet.set_column(0, 0, 28)
        about_sheet.set_column(1, 1, 100)
        for number, (what, said) in enumerate(about):
            outfiles.write_cell(about_sheet, number, 0, what, forms.strong)
            outfiles.write_cell(about_sheet, number, 1, said, forms.wrapped)
        for sheet in sheets:
            page = book.add_worksheet(_sheet_name(sheet.name, names))
            if sheet.size + 2 > outfiles.MOST_ROWS:
                raise TooManyRows(f"{sheet.size:,} rows")
            usual = [forms.of(heading) for heading in sheet.headings]
            page.freeze_panes(1, 0)
            for place, heading in enumerate(sheet.headings):
                outfiles.write_cell(page, 0, place, heading.words, forms.head)
            widths = [max(_NARROWEST, min(len(heading.words), 16)) for heading in sheet.headings]
            lines = 0
            for row in sheet.rows():
                lines += 1
                if lines <= _LOOKED_AT:
                    widths = [max(w, len(str(v)) + 1) for w, v in zip(widths, row, strict=True)]
                _write_row(page, lines, row, usual)
            if sheet.total is not None:
                marked = [forms.of(heading, total=True) for heading in sheet.headings]
                _write_row(page, lines + 1, sheet.total, marked)
            for place, width in enumerate(widths):
                page.set_column(place, place, min(width, _WIDEST))
            page.autofilter(0, 0, max(lines, 1), len(sheet.headings) - 1)
            written += lines
    return written


class _Forms:
    """The formats of a workbook, made once each: constant memory does not mean thousands of formats."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.strong = book.add_format({"bold": True, "valign": "top"})
        self._made: dict[tuple[str, bool], Any] = {}

    def of(self, heading: Heading, *, total: bool = False) -> Any:
        """The format of a column's values, marked in the row of totals."""
        number = "@" if heading.shape == "text" else _NUMBERS.get(heading.kind, "#,##0")
        number = _DAY if heading.shape == "day" else number
        key = number, total
        if key not in self._made:
            marked = {"bold": True, "top": 2, "bg_color": "#EEEEEE"} if total else {}
            self._made[key] = self.book.add_format({"num_format": number, **marked})
        return self._made[key]


def _sheet_name(wanted: str, taken: set[str]) -> str:
    base = wanted.replace("_", " ").translate(_FORBIDDEN).strip()[:31] or "Table"
    base = base[:1].upper() + base[1:]
    name, number = base, 2
    while name.casefold() in taken:
        ending = f" {number}"
        name, number = base[: 31 - len(ending)] + ending, number + 1
    taken.add(name.casefold())
    return name


def _write_row(page: Any, number: int, row: Values, forms: Sequence[Any]) -> None:
    for place, value in enumerate(row):
        outfiles.write_cell(page, number, place, value, forms[place])


FORMATS: dict[str, Format] = {
    "csv": Format("CSV", "text/csv; charset=utf-8", write_csv),
    "xlsx": Format("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
    "parquet": Format("Parquet", "application/vnd.apache.parquet", write_parquet),
}
#: Content types of files that are kept, by their kinds: those of tables, and folders packed as one.
KEPT: dict[str, str] = {
    **{kind: form.content_type for kind, form in FORMATS.items()},
    "zip": "application/zip",
}
