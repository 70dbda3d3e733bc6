"""Sheets: a grid whose header row has been understood, its rows sorted by whether they count."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import compress

import polars as pl

from wmt.intake import workbook_schema
from wmt.intake.cells import (
    Cell,
    as_text,
    clean_name,
    describe,
    is_blank,
    letters,
    odd_codes,
    odd_keys,
    show,
    text_of,
    tidy_texts,
)
from wmt.intake.faults import FaultPlace, Faults
from wmt.intake.grid import Grid
from wmt.intake.model import Post

RAW_CELL = pl.Schema(
    {"sheet": pl.String, "row": pl.Int64, "column": pl.String, "type": pl.String, "value": pl.String}
)


@dataclass
class Sheet:
    """A sheet with its cleaned headers. `rows` are Excel's numbers of the rows in `cells`, from 2 up."""

    name: str
    known: str
    written: dict[str, str]
    position: dict[str, int]
    rows: list[int]
    cells: list[list[Cell]]
    width: int
    unnamed: list[int] = field(default_factory=list)
    _columns: list[tuple[Cell, ...]] | None = None
    _texts: dict[str, pl.Series] = field(default_factory=dict)

    def has(self, header: str) -> bool:
        """Whether the sheet has a column of that cleaned name."""
        return header in self.position

    def column(self, header: str) -> Sequence[Cell]:
        """The cells of a column, one for each of `rows`; blanks when the sheet has no such column."""
        if self._columns is None:
            self._columns = list(zip(*self.cells, strict=True)) if self.cells else []
        if header not in self.position or not self._columns:
            return [""] * len(self.rows)
        return self._columns[self.position[header]]

    def text(self, header: str) -> pl.Series:
        """A column as trimmed text, null where blank."""
        return self.texts([header])[header]

    def texts(self, headers: Iterable[str]) -> dict[str, pl.Series]:
        """Several columns as trimmed text, null where blank: together they are tidied much faster."""
        headers = list(headers)
        wanted = [header for header in headers if header not in self._texts]
        if wanted:
            raw = pl.DataFrame([as_text(self.column(header)).alias(header) for header in wanted])
            self._texts |= tidy_texts(raw).to_dict()
        return {header: self._texts[header] for header in headers}

    def settle(self) -> "Sheet":
        """Keep the cells by column only: the rows have told what they can, and they take much room."""
        self.column("")
        self.cells = []
        return self

    def heading(self, header: str) -> str | None:
        """A column's name as the file writes it."""
        return self.written.get(header)

    def label(self, position: int) -> str:
        """A column by position: its header as written, or its letters."""
        by_position = {place: self.written[header] for header, place in self.position.items()}
        return by_position.get(position) or letters(position)


def make_sheet(grid: Grid, label: str, known: str, faults: Faults) -> Sheet:
    """The header row cleaned, the wholly empty rows dropped. Two headers equal after cleaning are refused."""
    header = grid.rows[0] if grid.rows else []
    written: dict[str, str] = {}
    position: dict[str, int] = {}
    unnamed = []
    for place, cell in enumerate(header):
        name = clean_name(cell)
        if not name:
            unnamed.append(place)
        elif name in position:
            column = show(cell)
            what = f"the sheet {label} has the column {column} twice"
            faults.refuse("DUPLICATE_SHEET_OR_COLUMN", what, sheet=label, row=1, column=column, rows=0)
        else:
            written[name], position[name] = show(cell), place
    body = [(number, row) for number, row in enumerate(grid.rows[1:], 2) if row.count("") != len(row)]
    rows, cells = [number for number, _ in body], [row for _, row in body]
    return Sheet(label, known, written, position, rows, cells, len(header), unnamed)


@dataclass(frozen=True)
class Sorted:
    """A sheet reduced to the rows that have their keys, and what became of the others."""

    sheet: Sheet
    rows: int
    orphans: int
    raw: list[tuple[str, int, str, str, str]]


def sort_rows(sheet: Sheet, keys: Sequence[str], constants: Iterable[str], faults: Faults) -> Sorted:
    """Keep the rows that have all their keys. Orphans and placeholders are reported, bad keys refused."""
    bad = _bad_keys(sheet, keys, faults)
    present = pl.Series([True] * len(sheet.rows), dtype=pl.Boolean)
    for text in sheet.texts(keys).values():
        present &= text.is_not_null()
    keep = present.to_list()
    orphans, placeholders, blanks = [], [], 0
    for index in (~present).arg_true().to_list():
        filled = [place for place, cell in enumerate(sheet.cells[index]) if not is_blank(cell)]
        if not filled:
            blanks += 1
        elif index in bad:
            continue
        elif {clean_name(sheet.label(place)) for place in filled} <= set(constants):
            placeholders.append(index)
        else:
            orphans.append(index)
    names = " and ".join(sheet.heading(key) or key for key in keys)
    hits = [FaultPlace(sheet.rows[index], None, "") for index in orphans]
    faults.warn_once("ORPHAN_ROW", sheet.name, hits, "{n} rows of the sheet " + sheet.name + f" lack {names}")
    hits = [FaultPlace(sheet.rows[index], None, "") for index in placeholders]
    faults.warn_once(
        "PLACEHOLDER_ROW", sheet.name, hits, "{n} rows of the sheet " + sheet.name + " hold constants only"
    )
    raw = [found for index in orphans for found in _raw(sheet, index, range(len(sheet.cells[index])))]
    total = len(sheet.rows) - blanks
    keep = [kept and index not in bad for index, kept in enumerate(keep)]
    return Sorted(kept_rows(sheet, keep), total, len(orphans), raw)


def kept_rows(sheet: Sheet, keep: Sequence[bool]) -> Sheet:
    """The sheet with only the rows marked True."""
    if all(keep):
        return sheet
    rows, cells = list(compress(sheet.rows, keep)), list(compress(sheet.cells, keep))
    return Sheet(
        sheet.name, sheet.known, sheet.written, sheet.position, rows, cells, sheet.width, sheet.unnamed
    )


def _bad_keys(sheet: Sheet, keys: Sequence[str], faults: Faults) -> set[int]:
    """Rows with a bad key or code, refused: for the posts of the row, unless a post's own key is bad."""
    pairs = [pair for pair in workbook_schema.PAIRS if all(sheet.has(header) for header in pair)]
    own = {header for pair in pairs for header in pair}
    codes = {header: odd_codes(sheet.column(header)) for header in workbook_schema.CODES if sheet.has(header)}
    found = codes | {key: odd_keys(sheet.column(key)) for key in keys}
    hits: dict[int, FaultPlace] = {}
    for header in sorted(found, key=lambda header: header in own):  # a bad post's key has the last word
        for index, why in found[header]:
            posts: tuple[Post, ...] = ()
            if header not in own:  # the posts that the row names with both keys
                named = [(sheet.text(team)[index], sheet.text(staff)[index]) for team, staff in pairs]
                posts = tuple((team, staff) for team, staff in named if team and staff)
            what = f"the key {sheet.heading(header)} holds {why}"
            hits[index] = FaultPlace(sheet.rows[index], sheet.heading(header), what, posts)
    faults.refuse_each("BAD_KEY", sheet.name, list(hits.values()))
    return set(hits)


def _raw(sheet: Sheet, index: int, places: Iterable[int]) -> list[tuple[str, int, str, str, str]]:
    row = sheet.cells[index]
    kinds = {"str": "text", "float": "number", "int": "number", "BadCell": "error"}
    return [
        (
            sheet.name,
            sheet.rows[index],
            letters(place),
            kinds.get(kind := type(row[place]).__name__, kind),
            text_of(row[place]) or describe(row[place]),
        )
        for place in places
        if row[place] != ""
    ]


def unknown_columns(
    sheet: Sheet, known: Iterable[str], faults: Faults
) -> list[tuple[str, int, str, str, str]]:
    """The cells of columns nobody knows, as raw cells, and one warning that names the columns."""
    strange = [place for header, place in sheet.position.items() if header not in set(known)]
    strange += [place for place in sheet.unnamed if any(not is_blank(row[place]) for row in sheet.cells)]
    if not strange:
        return []
    labels = [sheet.label(place) for place in sorted(strange)]
    what = f"the sheet {sheet.name} has unrecognised columns: {', '.join(labels[:10])}" + (
        " …" if len(labels) > 10 else ""
    )
    faults.warn("UNKNOWN_COLUMN", what, sheet=sheet.name, row=1, column=labels[0], rows=0)
    return [cell for index in range(len(sheet.rows)) for cell in _raw(sheet, index, strange)]


def unknown_sheet(grid: Grid, label: str, faults: Faults) -> list[tuple[str, int, str, str, str]]:
    """All cells of a sheet nobody knows, as raw cells, and a warning."""
    faults.warn("UNKNOWN_SHEET", f"the sheet {label} is not known", sheet=label)
    width = len(grid.rows[0]) if grid.rows else 0
    sheet = Sheet(label, "", {}, {}, list(range(1, len(grid.rows) + 1)), grid.rows, width)
    return [cell for index in range(len(sheet.rows)) for cell in _raw(sheet, index, range(width))]


def missing_columns(sheet: Sheet, wanted: workbook_schema.Definition, faults: Faults) -> bool:
    """Refuse a sheet without a required column. Says whether it lacks one."""
    absent = [names for names in wanted.required if not any(sheet.has(name) for name in names.split("|"))]
    for header in absent:
        header = workbook_schema.official(header.partition("|")[0])
        what = f"the sheet {sheet.name} has no column {header}, and without it would read as holding nothing"
        faults.refuse("MISSING_COLUMNS", what, sheet=sheet.name, row=1, column=header, rows=0)
    return bool(absent)
