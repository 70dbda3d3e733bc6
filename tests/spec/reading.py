"""Spec files → pages, tables and situations. Strict: what is not understood is refused with its place."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent

#: What a situation is given. `rules of` is the day of the rules where it is not the as-at date.
GIVEN = (
    "as at",
    "rules of",
    "post",
    "team",
    "team kind",
    "listed on",
    "grade",
    "hours",
    "reductions",
    "work",
)
DEFAULTS = {
    "as at": "14 June 2023",
    "team kind": "ordinary",
    "listed on": "none",
    "grade": "PO",
    "hours": "37 h",
    "reductions": "none",
    "work": "none",
}

#: Columns for the reader only.
WORDS = ("situation", "activity", "worked out", "why it is so")

PAGE_KEYS = {"title", "rule", "source", "tables"}
TABLE_KEYS = {
    "title",
    "text",
    "source",
    "table",
    "totals",
    "columns",
    "asks",
    "overlay",
    "tier scheme",
    "alone",
}


class SpecError(ValueError):
    """A spec file is not written as specs are; the message names file, table and cell."""


@dataclass(frozen=True)
class Key:
    """Situations with the same key live in one world: same facts in force, same rules."""

    as_at: date
    rules_of: date
    tier_scheme: str
    overlay: str
    alone: str


@dataclass(frozen=True)
class Expectation:
    """One cell: which figure should read how."""

    place: str
    shows: str
    text: str


@dataclass(frozen=True)
class Situation:
    """One post of one world, and what is expected of it."""

    key: Key
    team: str
    staff: str
    given: Mapping[str, str]
    expected: tuple[Expectation, ...]

    @property
    def code(self) -> str:
        return f"{self.team}:{self.staff}"


@dataclass(frozen=True)
class Total:
    """A sum over posts of one world, and what is expected of it."""

    key: Key
    of: str
    team: str
    stream: str
    expected: tuple[Expectation, ...]


@dataclass(frozen=True)
class Grid:
    """A written table: its header and its rows of cells."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Table:
    """A table of a page, as written and as situations."""

    page: str
    number: int
    content: Mapping[str, Any]
    grid: Grid
    totals_grid: Grid | None
    situations: tuple[Situation, ...]
    totals: tuple[Total, ...]

    @property
    def name(self) -> str:
        return f"{self.page} {self.number}: {self.content['title']}"

    @property
    def asks(self) -> str:
        return str(self.content.get("asks", "ledger"))

    def changes(self) -> Iterator[tuple[str, str, str]]:
        """Rows with a column 'change': before, after, and the change in per cent that is written."""
        if "change" in self.grid.header:
            at = self.grid.header.index("change")
            for row in self.grid.rows:
                yield row[at - 2], row[at - 1], row[at]

    @property
    def columns(self) -> dict[str, dict[str, str]]:
        return dict(self.content.get("columns", {}))


@dataclass(frozen=True)
class Page:
    """One spec file, one page of the manual."""

    name: str
    title: str
    rule: str
    source: str
    tables: tuple[Table, ...]


@cache
def pages() -> tuple[Page, ...]:
    """All pages, by file name. A page's number is its place among the team codes of a world."""
    return tuple(read_page(file.stem, file.read_text("utf-8")) for file in sorted(FOLDER.glob("[0-9]*.yaml")))


def read_page(name: str, text: str) -> Page:
    """One page from its YAML. Raises SpecError."""
    content = yaml.safe_load(text)
    _only(name, content, PAGE_KEYS)
    tables = tuple(_table(name, number, table) for number, table in enumerate(content["tables"], 1))
    return Page(name, content["title"], content["rule"].strip(), content["source"], tables)


def _only(place: str, content: Mapping[str, Any], known: set[str]) -> None:
    if strange := set(content) - known - set(GIVEN):
        raise SpecError(f"{place}: unknown keys {sorted(strange)}; known are {sorted(known)}")


def read_grid(place: str, text: str) -> Grid:
    """A table of cells parted by bars; the first line is the header."""
    lines = [tuple(cell.strip() for cell in line.split("|")) for line in text.strip().splitlines()]
    for number, line in enumerate(lines):
        if len(line) != len(lines[0]) or "" in line:
            raise SpecError(f"{place}, line {number + 1}: wants {len(lines[0])} filled cells, has {line}")
    if len(set(lines[0])) != len(lines[0]):
        raise SpecError(f"{place}: two columns have one name")
    return Grid(lines[0], tuple(lines[1:]))


def day(text: str) -> date:
    """A day such as '14 June 2023'."""
    return datetime.strptime(text, "%d %B %Y").date()


def _table(page: str, number: int, content: Mapping[str, Any]) -> Table:
    place = f"{page}, table {number}"
    _only(place, content, TABLE_KEYS)
    if not {"table", "totals"} & set(content):
        raise SpecError(f"{place}: has neither a table nor totals")
    grid = read_grid(place, content["table"]) if "table" in content else Grid((), ())
    totals = read_grid(f"{place}, totals", content["totals"]) if "totals" in content else None
    if content.get("asks", "ledger") != "ledger":
        return Table(page, number, content, grid, totals, (), ())
    found = tuple(_situations(place, page, number, content, grid))
    return Table(page, number, content, grid, totals, found, tuple(_totals(place, page, content, totals)))


def _situations(
    place: str, page: str, number: int, content: Mapping[str, Any], grid: Grid
) -> Iterator[Situation]:
    columns = content.get("columns", {})
    _check_header(place, content, grid.header)
    for row_number, cells in enumerate(grid.rows, 1):
        row = dict(zip(grid.header, cells, strict=True))
        for group_number, group in enumerate(_groups(columns, grid.header)):
            given = _given(content, row, columns.get(group[0], {}))
            expected = tuple(
                Expectation(
                    f"{place}, row {row_number}, '{name}'",
                    columns.get(name, {}).get("shows", name),
                    row[name],
                )
                for name in group
            )
            staff = (
                slug(given["post"]) if "post" in given else f"T{number:02d}R{row_number:02d}G{group_number}"
            )
            team = _team(page, f"table {number}", given.get("team"), alone=bool(content.get("alone")))
            yield Situation(_key(place, content, given), team, staff, given, expected)


def _check_header(place: str, content: Mapping[str, Any], header: tuple[str, ...]) -> None:
    """Every column is given, expected, for the reader, or filled into a template."""
    from spec.figures import SHOWS

    templates = " ".join(
        str(part[key])
        for part in (content, *content.get("columns", {}).values())
        for key in GIVEN
        if key in part
    )
    for name in header:
        known = name in (*GIVEN, *WORDS, *SHOWS, *content.get("columns", {}))
        if not known and "{" + name + "}" not in templates:
            raise SpecError(f"{place}: nothing is done with the column '{name}'")
    for name, column in content.get("columns", {}).items():
        _only(f"{place}, column '{name}'", column, {"shows"})
        if name not in header or column.get("shows", name) not in SHOWS:
            raise SpecError(f"{place}: column '{name}' is not in the table or shows no known figure")


def _groups(columns: Mapping[str, Any], header: tuple[str, ...]) -> list[list[str]]:
    """Expected columns that speak of the same situation, together."""
    from spec.figures import SHOWS

    groups: dict[str, list[str]] = {}
    for name in header:
        if name == "change":
            continue
        if name in columns or name in SHOWS:
            varied = {key: columns.get(name, {}).get(key) for key in GIVEN}
            groups.setdefault(str(varied), []).append(name)
    return list(groups.values())


def _given(content: Mapping[str, Any], row: Mapping[str, str], column: Mapping[str, str]) -> dict[str, str]:
    """What a situation is given: the column's word before the row's before the table's before the usual."""
    given = {}
    for name in GIVEN:
        found = column.get(name) or row.get(name) or content.get(name) or DEFAULTS.get(name)
        if found is not None:
            given[name] = re.sub(r"\{([^}]+)\}", lambda match: row[match[1]], str(found))
    return given


def _key(place: str, content: Mapping[str, Any], given: Mapping[str, str]) -> Key:
    as_at = day(given["as at"])
    scheme, overlay = content.get("tier scheme", "pc16"), content.get("overlay", "")
    rules_of = day(given["rules of"]) if "rules of" in given else as_at
    return Key(as_at, rules_of, scheme, overlay, place if content.get("alone") else "")


def _team(page: str, table: str, label: str | None, *, alone: bool) -> str:
    """A team's code. A page is a PDU of its own (its number), so that the PDU holds all posts of the page."""
    if alone and label is not None:
        return label
    return page[:2] + slug(label or table)


def slug(label: str) -> str:
    """A label as a code."""
    return re.sub(r"[^A-Z0-9]", "", label.upper())


def _totals(place: str, page: str, content: Mapping[str, Any], grid: Grid | None) -> Iterator[Total]:
    from spec.figures import OF_UNITS

    if strange := set(grid.header if grid else ()) - {"of", "in", *OF_UNITS, *WORDS}:
        raise SpecError(f"{place}: totals cannot show {sorted(strange)}")
    for number, cells in enumerate(grid.rows if grid else (), 1):
        row = dict(zip(grid.header if grid else (), cells, strict=True))
        of, stream = row.pop("of"), row.pop("in", "sentence management").lower().replace(" ", "_")
        word, _, label = of.partition(" ")
        alone = bool(content.get("alone"))
        code = {"team": _team(page, "", label, alone=alone), "person": slug(label), "nation": "nation"}.get(
            word, ""
        )
        if word in ("PDU", "region"):
            code = label if alone else page[: 2 if word == "PDU" else 1]
        where = f"{place}, totals row {number}"
        key = _key(place, content, {"as at": str(content.get("as at", DEFAULTS["as at"]))})
        expected = tuple(
            Expectation(f"{where}, '{name}'", name, text) for name, text in row.items() if name not in WORDS
        )
        yield Total(key, word, code, stream, expected)
