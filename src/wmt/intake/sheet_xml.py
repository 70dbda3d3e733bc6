"""Sheet XML: what the cell reader hides, namely error cells, formulas without a value and stray far cells.

The reader gives blank for an error and for a formula whose value was not saved, and blank means no cases.
It also makes room for everything up to the last cell, so one stray cell at XFD1048576 would fill the memory.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from wmt.intake.cells import BadCell
from wmt.intake.faults import Refusal

#: Room for one sheet, in cells: three times a national flag sheet with every column filled.
MOST_CELLS = 24_000_000
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_REFERENCE = re.compile(r"([A-Z]{1,4})([0-9]{1,8})\Z")


@dataclass
class SheetScan:
    """Cells that must not be taken as blank, by (row, column) from 0, and how far the cells reach."""

    bad: dict[tuple[int, int], BadCell] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0


def parse(blocks: Iterator[bytes], sheet: str) -> SheetScan:
    """Every cell of the sheet looked at. Refuses XML that is damaged or declares entities."""
    walker = _Walker(sheet)
    _run(walker.parser, blocks, sheet)
    return walker.found


def well_formed(blocks: Iterator[bytes], sheet: str) -> None:
    """Refuse XML that is damaged or declares entities; its contents are not looked at."""
    _run(expat.ParserCreate(), blocks, sheet)


def _run(parser: expat.XMLParserType, blocks: Iterator[bytes], sheet: str) -> None:
    def refuse(*_: object) -> None:
        raise Refusal("UNSAFE_ARCHIVE", f"{sheet} declares entities", sheet=sheet)

    parser.StartDoctypeDeclHandler = refuse
    try:
        for block in blocks:
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Refusal("DAMAGED_FILE", f"{sheet} is damaged: {error}", sheet=sheet) from error


class _Walker:
    """Follows the parser through rows and cells. References may be left out: then the next place is meant."""

    def __init__(self, sheet: str) -> None:
        self.sheet, self.found = sheet, SheetScan()
        self.row = self.column = -1
        self.kind, self.formula, self.saved, self.value, self.inside = "", False, False, "", False
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "row":
            number = attributes.get("r", "")
            self.row, self.column = int(number) - 1 if number.isdecimal() else self.row + 1, -1
        elif tag == "c":
            self._cell(attributes)
        elif tag == "f":
            self.formula = True
        elif tag in ("v", "is"):
            self.inside = self.saved = True

    def _cell(self, attributes: dict[str, str]) -> None:
        match = _REFERENCE.match(attributes.get("r", ""))
        self.column = column_number(match[1]) - 1 if match else self.column + 1
        self.row = int(match[2]) - 1 if match else self.row
        self.kind, self.formula, self.saved, self.value = attributes.get("t", "n"), False, False, ""

    def text(self, text: str) -> None:
        if self.inside:
            self.value += text

    def end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag in ("v", "is"):
            self.inside = False
        elif tag == "c":
            self._cell_ends()

    def _cell_ends(self) -> None:
        no_text = not self.value and not (
            self.kind == "str" and self.saved
        )  # "" is a value a formula may have
        if not (self.saved or self.formula or self.kind == "e"):
            return
        self._reach()
        if self.kind == "e":
            self.found.bad[self.row, self.column] = BadCell(f"the error value {self.value or '(none)'}")
        elif self.formula and no_text:
            self.found.bad[self.row, self.column] = BadCell("a formula whose value was not saved")

    def _reach(self) -> None:
        rows, columns = max(self.found.rows, self.row + 1), max(self.found.columns, self.column + 1)
        if not has_room(rows, columns):
            what = f"the sheet {self.sheet} reaches to row {rows} and column {columns}, far beyond its table"
            raise Refusal("TOO_LARGE", what, sheet=self.sheet)
        self.found.rows, self.found.columns = rows, columns


def column_number(letters: str) -> int:
    """The number of a column by its letters: A → 1, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def has_room(rows: int, columns: int) -> bool:
    """Whether cells may reach so far without filling the memory."""
    return rows <= LAST_ROW and columns <= LAST_COLUMN and rows * columns <= MOST_CELLS
