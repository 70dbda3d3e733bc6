"""The .ods door: cells by calamine, beside our own look at what it would drop or not tell apart."""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook

from wmt.intake import archive, cells, grid, limits, refusal, xml_text

_CONTENT, _MANIFEST = "content.xml", "META-INF/manifest.xml"
_KIND = b"application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns"
_TABLE, _OFFICE = f"{_NAMESPACE}:table:1.0 ", f"{_NAMESPACE}:office:1.0 "
#: What lies over a cell, or is noted beside it, is not in it.
_BESIDE = (f"{_OFFICE}annotation", f"{_NAMESPACE}:drawing:1.0 ")
_ROW, _CELLS = f"{_TABLE}table-row", (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
#: Kinds of values that calamine gives as they are meant.
_PLAIN = frozenset({"float", "string", "date", "boolean"})
_WORDS = {"currency": "an amount of money", "time": "a time", "error": "an error"}


def read_ods(data: bytes, name: str) -> list[grid.Grid]:
    """The sheets in order. Raises ReadingStopped for anything that is not a sound .ods.

    A number under a percentage format is a `PercentCell`; what is no plain value is a `BadCell`.
    """
    if not data.startswith(b"PK"):
        raise refusal.ReadingStopped("NOT_A_WORKBOOK", f"{name} is not an OpenDocument spreadsheet (.ods)")
    files = archive.open_zip(data, name)
    members = set(files.namelist())
    kind = archive.content(files, "mimetype", name) if "mimetype" in members else _KIND
    if _CONTENT not in members or not kind.strip().startswith(_KIND):
        raise refusal.ReadingStopped("NOT_A_WORKBOOK", f"{name} is not an OpenDocument spreadsheet (.ods)")
    if _MANIFEST in members and b"encryption-data" in archive.content(files, _MANIFEST, name):
        raise refusal.ReadingStopped("PROTECTED_FILE", f"{name} is protected by a password")
    archive.prove(files, sorted(members - {"mimetype", _CONTENT, _MANIFEST}), name)
    sheets = _Look(limits.current()).run(archive.content(files, _CONTENT, name))
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        grids = [book.get_sheet_by_index(place).to_python(skip_empty_area=False) for place in _all(book)]
    except BaseException as error:  # a panic of the reader is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise refusal.ReadingStopped(
            "DAMAGED_FILE", f"{name} is damaged: its sheets cannot be read"
        ) from error
    if book.sheet_names != [sheet.name for sheet in sheets]:
        raise refusal.ReadingStopped("DAMAGED_FILE", f"{name} is damaged: its sheets cannot be told apart")
    return [_proved(sheet, rows) for sheet, rows in zip(sheets, grids, strict=True)]


def _all(book: CalamineWorkbook) -> range:
    return range(len(book.sheet_names))


@dataclass
class _Sheet:
    """How far the values of a sheet reach, how many they are, and which are no plain ones."""

    name: str
    rows: int = 0
    columns: int = 0
    values: int = 0
    odd: dict[grid.Place, str] = field(default_factory=dict)


def _proved(sheet: _Sheet, rows: list[list[Any]]) -> grid.Grid:
    """The cells of calamine, those that are no plain values marked. Refuses where it has lost some."""
    wide = max((len(row) for row in rows), default=0)
    lines: list[list[cells.Cell]] = [row + [""] * (max(wide, sheet.columns) - len(row)) for row in rows]
    lines += [[""] * max(wide, sheet.columns) for _ in range(sheet.rows - len(rows))]
    plain = 0
    for row, line in enumerate(lines):
        for column, cell in enumerate(line):
            what = sheet.odd.get((row, column))
            if what == "percentage" and isinstance(cell, float):
                line[column] = cells.PercentCell(cell)
            elif what is not None:
                line[column] = cells.BadCell(_WORDS.get(what, what))
            elif not (isinstance(cell, str) and not cell.strip()):
                plain += 1
    if plain != sheet.values - len(sheet.odd):
        raise refusal.ReadingStopped(
            "DAMAGED_FILE", f"sheet {sheet.name} cannot be read whole", sheet=sheet.name
        )
    return grid.Grid(sheet.name, lines)


class _Look:
    """Follows the XML of all sheets and notes where values are, and of which kind."""

    def __init__(self, most: limits.InputLimits) -> None:
        self.most = most
        self.sheets: list[_Sheet] = []
        self.inside = 0
        self.beside = 0
        self.row = self.column = 0
        self.rows_alike = self.cells_alike = 1
        self.kind: str | None = None
        self.in_cell = self.has_text = self.is_covered = False

    def run(self, content: bytes) -> list[_Sheet]:
        """All sheets in order. Raises ReadingStopped for XML that is damaged, or too large a sheet."""
        parser = xml_text.new_parser()
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.CharacterDataHandler = self.text
        xml_text.run(parser, [content], _CONTENT)
        return self.sheets

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if self.beside or (self.inside and name.startswith(_BESIDE)):
            self.beside += 1
        elif name == f"{_TABLE}table":
            self._open(attributes)
        elif self.inside and name == _ROW:
            self.column, self.rows_alike = 0, _times(attributes, "rows")
        elif self.inside and name in _CELLS:
            self.in_cell, self.is_covered = True, name != _CELLS[0]
            self.cells_alike = _times(attributes, "columns")
            self.kind = attributes.get(f"{_OFFICE}value-type")
            self.has_text = bool(attributes.get(f"{_OFFICE}string-value", "").strip())

    def _open(self, attributes: dict[str, str]) -> None:
        if self.inside:
            raise refusal.ReadingStopped("UNSAFE_ARCHIVE", "a table stands inside a cell of another")
        self.inside, self.row = 1, 0
        self.sheets.append(_Sheet(attributes.get(f"{_TABLE}name", "")))

    def text(self, text: str) -> None:
        """Characters were met."""
        if self.in_cell and not self.beside and text.strip():
            self.has_text = True

    def end(self, name: str) -> None:
        """An element ends."""
        if self.beside:
            self.beside -= 1
        elif self.inside and name == f"{_TABLE}table":
            self.inside = 0
        elif self.inside and name == _ROW:
            self.row += self.rows_alike
        elif self.inside and name in _CELLS:
            if self.has_text or self.kind not in (None, "string", "void"):
                self._count()
            self.column += self.cells_alike
            self.in_cell = False

    def _count(self) -> None:
        sheet = self.sheets[-1]
        sheet.rows = max(sheet.rows, self.row + self.rows_alike)
        sheet.columns = max(sheet.columns, self.column + self.cells_alike)
        self.most.check_table(sheet.name, sheet.rows, sheet.columns)
        sheet.values += self.rows_alike * self.cells_alike
        what = self.kind if self.kind is not None else "text that says no kind"
        if self.is_covered:
            what = "a value under a merged cell, where nobody sees it"
        if what not in _PLAIN:
            places = range(self.row, self.row + self.rows_alike)
            across = range(self.column, self.column + self.cells_alike)
            sheet.odd.update({(row, column): what for row in places for column in across})


def _times(attributes: dict[str, str], of: str) -> int:
    """How often a row or cell stands one after the other."""
    said = attributes.get(f"{_TABLE}number-{of}-repeated", "1")
    if not (said.isascii() and said.isdigit() and 0 < int(said) < 2**31):
        raise refusal.ReadingStopped("DAMAGED_FILE", f"'{said[:20]}' is no number of {of} that are alike")
    return int(said)
