"""The .xls door: the old binary format, by xlrd, which tells errors from blanks itself."""

import io
from datetime import datetime, timedelta

import xlrd

from wmt.intake.cells import BadCell, Cell
from wmt.intake.faults import ReadingStopped
from wmt.intake.grid import Grid


def read_sheets(data: bytes, name: str) -> list[Grid]:
    """The worksheets in order. Raises Refusal for anything that is not a sound .xls."""
    try:
        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO())
        grids = []
        for sheet in book.sheets():
            given = ((sheet.row_types(row), sheet.row_values(row)) for row in range(sheet.nrows))
            grids.append(Grid(sheet.name, [
                [_cell(kind, value, book.datemode) for kind, value in zip(kinds, values, strict=True)]
                + [""] * (sheet.ncols - len(kinds))
                for kinds, values in given
            ]))  # fmt: skip
        return grids
    except xlrd.XLRDError as error:
        locked = "encrypt" in str(error).lower()
        code, what = (
            ("PROTECTED_FILE", "is protected by a password")
            if locked
            else ("NOT_A_WORKBOOK", "is not an Excel workbook")
        )
        raise ReadingStopped(code, f"{name} {what}") from error
    except Exception as error:  # the reader is not ours and may fail in any way on a damaged file
        raise ReadingStopped("DAMAGED_FILE", f"{name} is damaged: it cannot be opened") from error


def _cell(kind: int, value: object, datemode: int) -> Cell:
    if kind == xlrd.XL_CELL_ERROR:
        return BadCell(f"the error value {xlrd.error_text_from_code.get(value, value)}")
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_DATE:
        # A day, a moment or a time of day, rounded to the millisecond that Excel can hold
        serial = float(str(value))
        if 0 <= serial < 1:
            return (datetime(1900, 1, 1) + _milliseconds(serial)).time()
        moment: datetime = xlrd.xldate.xldate_as_datetime(int(serial), datemode) + _milliseconds(serial % 1)
        return moment.date() if serial == int(serial) else moment
    if kind in (xlrd.XL_CELL_TEXT, xlrd.XL_CELL_NUMBER):
        return value  # type: ignore[return-value]
    return ""


def _milliseconds(part_of_day: float) -> timedelta:
    return timedelta(milliseconds=round(part_of_day * 86_400_000))
