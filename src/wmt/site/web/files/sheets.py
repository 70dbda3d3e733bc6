"""A table as files hold it: headings in words, exact values, one kind of value in a column."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from wmt.site import tables

Shape = Literal["text", "whole", "decimal", "day"]
SHAPES: dict[tables.Kind, Shape] = {
    "text": "text", "words": "text", "code": "text", "count": "whole", "points": "decimal",
    "percent": "decimal", "hours": "decimal", "number": "decimal", "date": "day",
}  # fmt: skip
#: Decimal places that values of a kind can have.
PLACES = {"points": 2, "percent": 2, "hours": 6, "number": 6}
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_TYPES: dict[Shape, tuple[type, ...]] = {"whole": (int,), "decimal": (int, Decimal), "day": (date,)}

Values = tuple[Any, ...]


@dataclass(frozen=True)
class Heading:
    """A column of a file: its words, the kind of its values, what it means. `shape` is how it is typed."""

    key: str
    words: str
    kind: tables.Kind = "text"
    meaning: str = ""
    text_only: bool = False

    @property
    def shape(self) -> Shape:
        """How its values are typed; 'text' also where a column of numbers or days holds words."""
        return "text" if self.text_only else SHAPES[self.kind]


@dataclass(frozen=True)
class ExportSheet:
    """A table to be written: `rows` gives the rows anew each time it is called, `size` is how many.

    `order` says in words how it was sorted.
    """

    name: str
    title: str
    headings: Sequence[Heading]
    rows: Callable[[], Iterable[Values]]
    size: int
    total: Values | None = None
    notes: Sequence[str] = field(default_factory=tuple)
    order: str = ""


def sheet_of(table: tables.Table) -> ExportSheet:
    """A table of a page as a file holds it: level and code of the row's unit first, where rows are units.

    Takes the rows the table has, so give it all of them.
    """
    of_units = any(row.level for row in table.rows) or (
        {"name", "code"} <= {column.key for column in table.columns}
    )
    columns = [
        column for column in table.columns if column.kind != "way" and not (of_units and column.key == "code")
    ]
    before = [Heading("level", "Level"), Heading("code", "Code", "code")] if of_units else []
    headings = [*before]
    for column in columns:
        is_bare = column.kind == "percent" and "%" not in column.head
        words = f"{column.head} (%)" if is_bare else column.head
        headings.append(Heading(column.key, words, column.kind, column.note))
    rows = [_values(row, columns, [row.level, row.code] if of_units else []) for row in table.rows]
    before_total = ["total", ""] if of_units else []
    total = _values(table.total, columns, before_total) if table.total is not None else None
    typed = []
    for at, heading in enumerate(headings):
        fits = heading.shape == "text" or all(
            row[at] is None or isinstance(row[at], _TYPES[heading.shape]) for row in rows
        )
        typed.append(heading if fits else replace(heading, text_only=True))
    headings = _distinct(typed)
    return ExportSheet(
        table.name, table.caption, headings, lambda: rows, len(rows), total, table.notes, table.order
    )


def _values(row: tables.Row, columns: Sequence[tables.Column], before: list[Any]) -> Values:
    return (*before, *(plain(column.kind, row.values[column.key].raw) for column in columns))


def plain(kind: tables.Kind, raw: Any) -> Any:
    """A raw value as its kind has it: numbers and days that came as texts are numbers and days again."""
    shape = SHAPES[kind]
    if not isinstance(raw, str) or shape == "text":
        return raw
    if raw in ("", "–"):
        return None
    if shape == "day":
        try:
            return date.fromisoformat(raw)
        except ValueError:
            return raw
    if not _NUMBER.fullmatch(raw):
        return raw
    return Decimal(raw) if shape == "decimal" else int(raw) if raw.lstrip("-").isdigit() else raw


def _distinct(headings: Sequence[Heading]) -> list[Heading]:
    """Headings of which no two are alike: a file with two columns of one name cannot be read."""
    seen: set[str] = set()
    found = []
    for heading in headings:
        words, number = heading.words, 2
        while words.casefold() in seen:
            words, number = f"{heading.words} {number}", number + 1
        seen.add(words.casefold())
        found.append(replace(heading, words=words))
    return found
