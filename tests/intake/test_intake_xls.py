"""The old binary workbook. Nothing here can write one, so the reader's own objects stand in for it."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import xlrd
from intake_books import Book, ordinary_book

from wmt.intake import Import, read

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
EPOCH = datetime(1899, 12, 30)


class FakeSheet:
    """What the reader shows of a sheet: kinds and values by row."""

    def __init__(self, name: str, grid: list[list[Any]]) -> None:
        self.name, self.nrows, self.ncols = name, len(grid), len(grid[0]) if grid else 0
        self.cells = [[kind_and_value(value) for value in row] for row in grid]

    def row_types(self, row: int) -> list[int]:
        return [kind for kind, _ in self.cells[row]]

    def row_values(self, row: int) -> list[Any]:
        return [value for _, value in self.cells[row]]


def kind_and_value(value: Any) -> tuple[int, Any]:
    if value is None:
        return xlrd.XL_CELL_BLANK, ""
    if value == "#N/A":
        return xlrd.XL_CELL_ERROR, 42
    if isinstance(value, bool):
        return xlrd.XL_CELL_BOOLEAN, int(value)
    if isinstance(value, time):
        return xlrd.XL_CELL_DATE, (value.hour * 60 + value.minute) / 1440
    if isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
        return xlrd.XL_CELL_DATE, (moment - EPOCH).total_seconds() / 86400
    return (xlrd.XL_CELL_TEXT, value) if isinstance(value, str) else (xlrd.XL_CELL_NUMBER, float(value))


class FakeBook:
    """What the reader shows of a workbook."""

    datemode = 0

    def __init__(self, book: Book) -> None:
        self.drafts = book.sheets.values()

    def sheets(self) -> list[FakeSheet]:
        return [FakeSheet(draft.name, draft.grid()) for draft in self.drafts]


def read_old(book: Book, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    monkeypatch.setattr(xlrd, "open_workbook", lambda **_: FakeBook(book))
    path = folder / "extract.xls"
    path.write_bytes(MAGIC)
    return read([path])


def test_an_old_workbook_gives_the_facts_of_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = read_old(ordinary_book("L2017"), tmp_path, monkeypatch)
    new = read([ordinary_book("L2017").write(tmp_path / "extract.xlsx")])
    assert old.facts is not None
    assert new.facts is not None
    assert old.as_at == new.as_at
    for name, table in old.facts.tables().items():
        assert table.equals(new.facts.table(name)), name


@pytest.mark.parametrize("value", ["#N/A", True, time(3, 4), datetime(2018, 1, 1, 5)])
def test_a_cell_that_is_no_count_is_refused(
    value: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = ordinary_book("L2017")
    book["WMT_Extract"].rows[0]["CommTierB2"] = value
    found = [
        (fault.code, fault.sheet, fault.row, fault.column)
        for fault in read_old(book, tmp_path, monkeypatch).faults
    ]
    assert ("BAD_COUNT", "WMT_Extract", 2, "CommTierB2") in found


@pytest.mark.parametrize(
    ("error", "code"),
    [(xlrd.XLRDError("Workbook is encrypted"), "PROTECTED_FILE"), (IndexError("x"), "DAMAGED_FILE")],
)
def test_a_reader_that_gives_up(
    error: Exception, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(**_: Any) -> None:
        raise error

    monkeypatch.setattr(xlrd, "open_workbook", give_up)
    path = tmp_path / "extract.xls"
    path.write_bytes(MAGIC)
    assert [fault.code for fault in read([path]).faults] == [code]
