"""Cells of the people tables: every one is checked where it stands, and nothing is guessed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import dataframely as dy
import polars as pl

from wmt.days import read_day, why_not
from wmt.facts import GRADES
from wmt.intake.faults import Faults
from wmt.intake.model import Post
from wmt.intake.people_schema import COLUMNS, TABLES
from wmt.intake.tidy_cast import cast_table
from wmt.text import CODE, TextKind

#: Control characters less tab and ends of lines.
_NO_TEXT = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]"
#: The column of names in our own templates: for those who fill them in, and never read.
NAME_COLUMN = "name"
_KINDS: Mapping[str, TextKind] = {"team_code": CODE, "staff_code": CODE, "code": CODE}


@dataclass(frozen=True)
class PeopleTable:
    """One table as texts: its name, the file it stands in, and the cells that cannot be taken as texts."""

    name: str
    file: str
    frame: pl.DataFrame
    bad: Mapping[tuple[int, str], str] = field(default_factory=dict)  # by row, as Excel counts, and column


@dataclass
class PeopleRow:
    """One row of a people table, as text and as typed, with somewhere to report what is wrong with it."""

    table: str
    row: int
    texts: Mapping[str, str | None]
    values: Mapping[str, Any]
    faults: Faults
    refused: bool = False

    @property
    def post(self) -> Post:
        """Team and staff code; empty where not given."""
        return self.text("team_code"), self.text("staff_code")

    def text(self, column: str) -> str:
        """The text of a cell; empty where there is none."""
        return self.texts.get(column) or ""

    def number(self, column: str) -> Decimal | None:
        return None if self.values[column] is None else Decimal(self.text(column))

    def refuse(self, code: str, column: str, what: str) -> None:
        """Record a fault of this row, confined to its post."""
        self.refused = True
        posts = [self.post] if all(self.post) else []
        where = f"{self.table} row {self.row}"
        self.faults.refuse(
            code, f"{where}: {what}", sheet=self.table, row=self.row, column=column, posts=posts
        )

    def refuse_broken(self, column: str, kind: str) -> None:
        """Record the fault that a rule of the schema stands for."""
        definition, text = TABLES[self.table].columns().get(column), self.text(column)
        found = read_day(text)
        if kind == "nullability":
            self.refuse("PEOPLE_MISSING_VALUE", column, f"{column} is empty")
        elif column == "days_in_order":
            what = f"the last day {self.values['last_day']} is before the first {self.values['first_day']}"
            self.refuse("PEOPLE_LAST_BEFORE_FIRST", "last_day", what)
        elif isinstance(definition, dy.Date):
            why = why_not("record", found) if found else f"'{text}' is not a date"
            self.refuse("PEOPLE_BAD_DATE", column, f"{column} {why}")
        elif isinstance(definition, dy.Bool):
            what = f"{column} '{text.lower()}' is neither true nor false"
            self.refuse("PEOPLE_BAD_VALUE", column, what)
        elif isinstance(definition, dy.Decimal):
            decimals = (definition.metadata or {})["decimals"]
            form = f"with at most {decimals} decimals" if decimals else "without decimals"
            what = f"{column} '{text}' is not a number from {definition.min} to {definition.max} {form}"
            self.refuse("PEOPLE_BAD_NUMBER", column, what)
        elif kind == "max_length":
            most = getattr(definition, "max_length", None)
            self.refuse("PEOPLE_BAD_TEXT", column, f"{column} has more than {most} characters")
        elif column == "email":  # not quoted: reports of loads are read by more people than addresses are
            self.refuse("PEOPLE_BAD_TEXT", column, "email is not an email address")
        else:
            what = f"{column} '{text}' is none of {', '.join(GRADES)}"
            self.refuse("PEOPLE_UNKNOWN_GRADE", column, what)


def rows_of(table: PeopleTable, faults: Faults) -> Iterator[PeopleRow]:
    """The rows of a table that can be taken as texts, faults of their cells said. The header is row 1."""
    schema = TABLES[table.name]
    if not _has_columns(table, schema, faults):
        return
    bad, draft = _bad_cells(table), cast_table(table.name, table.frame, schema, _cast)
    broken: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for number, column, kind in draft.broken(schema)[1]:
        if (number - 2, column) not in draft.bad:  # named already, and null since then
            broken[number].add((column, kind))
    for index, column in draft.bad:
        broken[index + 2].add((column, ""))
    order = [*COLUMNS[table.name], "days_in_order"]
    rows = zip(table.frame.iter_rows(named=True), draft.frame.iter_rows(named=True), strict=True)
    for number, (texts, values) in enumerate(rows, 2):
        row = PeopleRow(table.name, number, texts, values, faults)
        for column, what in bad.get(number, ()):
            row.refuse("PEOPLE_BAD_CELL", column, f"{column} holds {what}")
        if number in bad or not any(texts.values()):
            continue
        for column, kind in sorted(broken[number], key=lambda each: order.index(each[0])):
            if not values.get("deleted"):
                row.refuse_broken(column, kind)
                values[column] = None
        yield row


def _has_columns(table: PeopleTable, schema: type[dy.Schema], faults: Faults) -> bool:
    """Whether a table has all that its rows need. Columns that nobody knows are warned of."""
    columns, known = table.frame.columns, COLUMNS[table.name]
    missing = [name for name in known if not schema.columns()[name].nullable and name not in columns]
    for column in missing:
        what = f"{table.file} has no column {column}"
        faults.refuse("PEOPLE_MISSING_COLUMNS", what, sheet=table.name, row=1, column=column)
    strange = [column for column in columns if column not in known]
    if strange:
        what = f"{table.file} has unrecognised columns: {', '.join(strange[:10])}"
        code = "PEOPLE_NAME_COLUMN" if strange == [NAME_COLUMN] else "PEOPLE_UNKNOWN_COLUMN"
        faults.warn(code, what, sheet=table.name, row=1, column=strange[0])
    return not missing


def _cast(_: pl.DataType, name: str, column: dy.Column) -> pl.Expr:
    """A cell in the type of its column, null where it does not go into it."""
    text = pl.col(name)
    match column:
        case dy.Date():
            # a date as people write it, if it can be so
            return text.map_elements(
                lambda typed: day if (day := read_day(typed)) and not why_not("record", day) else None,
                return_dtype=pl.Date,
            )
        case dy.Bool():
            word = text.str.to_lowercase()
            return pl.when(word.is_in(["true", "false"])).then(word == "true")
        case dy.Decimal():
            plain = rf"^[0-9]{{1,6}}(\.[0-9]{{0,{(column.metadata or {})['decimals']}}}0*)?$"
            is_plain = text.str.contains(plain) & ~text.str.ends_with(".")
            return pl.when(is_plain).then(text).cast(column.dtype, strict=False)
    return text


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
