"""Cells of the people tables: every one is checked where it stands, and nothing is guessed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import polars as pl

from wmt.days import read_day, why_not
from wmt.intake.faults import Faults
from wmt.intake.model import Post
from wmt.text import CODE, TextKind

#: Control characters less tab and ends of lines.
_NO_TEXT = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]"
#: The column of names in our own templates: for those who fill them in, and never read.
NAME_COLUMN = "name"
_KINDS: Mapping[str, TextKind] = {"team_code": CODE, "staff_code": CODE}


@dataclass(frozen=True)
class PeopleTable:
    """One table as texts: its name, the file it stands in, and the cells that cannot be taken as texts."""

    name: str
    file: str
    frame: pl.DataFrame
    bad: Mapping[tuple[int, str], str] = field(default_factory=dict)  # by row, as Excel counts, and column


@dataclass
class PeopleRow:
    """One row of a people table, with somewhere to report what is wrong with it."""

    table: str
    row: int
    cells: Mapping[str, str | None]
    faults: Faults
    refused: bool = False

    @property
    def post(self) -> Post | None:
        """Team and staff code, where both are given."""
        team, staff = self.cells.get("team_code"), self.cells.get("staff_code")
        return (team, staff) if team and staff else None

    def text(self, column: str) -> str:
        """The text of a cell; empty where there is none."""
        return self.cells.get(column) or ""

    def refuse(self, code: str, column: str, what: str) -> None:
        """Record a fault of this row, confined to its post."""
        self.refused = True
        posts = [self.post] if self.post else []
        where = f"{self.table} row {self.row}"
        self.faults.refuse(
            code, f"{where}: {what}", sheet=self.table, row=self.row, column=column, posts=posts
        )

    def required(self, column: str) -> str | None:
        """The text of a cell that must not be empty."""
        if not self.cells.get(column):
            self.refuse("PEOPLE_MISSING_VALUE", column, f"{column} is empty")
        return self.cells.get(column)

    def number(self, column: str, decimals: int, most: int, *, least: int = 0) -> Decimal | None:
        """A plain decimal number from `least` to `most`; None when empty, or anything else and refused."""
        text = self.cells.get(column)
        if not text:
            return None
        plain = re.fullmatch(r"\d{1,3}(\.(\d+))?", text, re.ASCII)
        too_fine = plain and len((plain[2] or "").rstrip("0")) > decimals
        if not plain or too_fine or not least <= Decimal(text) <= most:
            form = f"with at most {decimals} decimals" if decimals else "without decimals"
            what = f"{column} '{text}' is not a number from {least} to {most} {form}"
            self.refuse("PEOPLE_BAD_NUMBER", column, what)
            return None
        return Decimal(text)

    def day(self, column: str) -> date | None:
        """A date as people write it (`read_day`), None when empty or, and then refused, anything else."""
        text = self.cells.get(column)
        if not text:
            return None
        found = read_day(text)
        why = why_not("record", found) if found else f"'{text}' is not a date"
        if why:
            self.refuse("PEOPLE_BAD_DATE", column, f"{column} {why}")
        return None if why else found

    def truth(self, column: str, *, otherwise: bool = False) -> bool:
        """true or false; empty is `otherwise`."""
        text = self.text(column).lower()
        if text not in ("", "true", "false"):
            self.refuse("PEOPLE_BAD_VALUE", column, f"{column} '{text}' is neither true nor false")
        return text == "true" if text else otherwise

    def days_in_order(self, first: date | None, last: date | None) -> None:
        """Refuse a last day that is before the first."""
        if first and last and last < first:
            what = f"the last day {last} is before the first {first}"
            self.refuse("PEOPLE_LAST_BEFORE_FIRST", "last_day", what)


def rows_of(
    table: PeopleTable, known: Sequence[str], needed: Sequence[str], faults: Faults
) -> Iterator[PeopleRow]:
    """The rows of a table that can be taken as texts. Row numbers count the header as 1."""
    columns = table.frame.columns
    missing = [column for column in needed if column not in columns]
    for column in missing:
        what = f"{table.file} has no column {column}"
        faults.refuse("PEOPLE_MISSING_COLUMNS", what, sheet=table.name, row=1, column=column)
    strange = [column for column in columns if column not in known]
    if strange:
        what = f"{table.file} has unrecognised columns: {', '.join(strange[:10])}"
        code = "PEOPLE_NAME_COLUMN" if strange == [NAME_COLUMN] else "PEOPLE_UNKNOWN_COLUMN"
        faults.warn(code, what, sheet=table.name, row=1, column=strange[0])
    if missing:
        return
    bad = _bad_cells(table)
    for number, cells in enumerate(table.frame.iter_rows(named=True), 2):
        row = PeopleRow(table.name, number, cells, faults)
        for column, what in bad.get(number, ()):
            row.refuse("PEOPLE_BAD_CELL", column, f"{column} holds {what}")
        if number not in bad and any(cells.values()):
            yield row


def _bad_cells(table: PeopleTable) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    for (row, column), what in table.bad.items():
        found.setdefault(row, []).append((column, what))
    for column in table.frame.columns:
        texts, kind = table.frame[column], _KINDS.get(column)
        for place in texts.str.contains(kind.out if kind else _NO_TEXT).fill_null(False).arg_true():
            odd = kind.why_not(texts[place]) if kind else "a character that is no text"
            found.setdefault(place + 2, []).append((column, str(odd)))
        if kind is not None:
            for place in (texts.str.len_chars() > kind.most).fill_null(False).arg_true():
                found.setdefault(place + 2, []).append((column, f"more than {kind.most} characters"))
    return found
