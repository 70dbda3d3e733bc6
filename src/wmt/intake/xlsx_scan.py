"""Sheet XML read cell by cell: whatever Excel would show is a value here, or a cell that says what is wrong.

The fast reader gives blank for an error, for a formula whose value was not saved, for a value kept where the
kind of the cell does not keep it, and more; and blank means no cases. So what is not plain is read here.
"""

import re
from collections.abc import Iterable

from wmt.intake import xml_text
from wmt.intake.cells import BadCell, Cell
from wmt.intake.faults import ReadingStopped
from wmt.intake.grid import Grid, SparseGrid
from wmt.intake.limits import MIB, InputLimits
from wmt.intake.xlsx_formats import Formats, iso_moment

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
#: The most characters that a cell can hold, in Excel and in files made for it.
LONGEST = 32_767
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})\Z")
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6}):\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})\Z")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][-+]?[0-9]+)?\Z")
_TRUTHS = {"1": True, "true": True, "0": False, "false": False}
_EXTENSIONS = "http://schemas.openxmlformats.org/markup-compatibility/2006 "
_CHOICE = f"{_EXTENSIONS}Choice"
_AROUND, _DATA, _ROW, _CELL, _VALUE, _FORMULA, _INLINE = range(7)
#: What each place may hold besides rows, cells and values: extensions, which are passed over.
_PASSED_OVER = {"extLst", "phoneticPr"}


class Sheets:
    """What the sheets of one workbook share: texts, formats, limits; and the characters read so far."""

    def __init__(self, texts: list[str], formats: Formats, limits: InputLimits) -> None:
        self.texts, self.formats, self.limits = texts, formats, limits
        self.characters = 0

    def count(self, text: str, sheet: str) -> None:
        """Refuse texts that are few in the file and together more than any workbook shows."""
        self.characters += len(text)
        if self.characters > self.limits.unpacked_mib * MIB:
            what = f"the texts of the sheet {sheet} come to more than {self.limits.unpacked_mib:,} MiB"
            raise ReadingStopped("TOO_LARGE", what, sheet=sheet)


def parse(blocks: Iterable[bytes], sheet: str, shared: Sheets) -> Grid:
    """Every cell of the sheet. Refuses XML that is damaged or declares entities, and cells far outside."""
    walker = _Walker(sheet, shared)
    xml_text.run(walker.parser, blocks, sheet)
    return walker.cells.grid(sheet)


class _Walker:
    """Follows the parser through rows and cells. References may be left out: then the next place is meant."""

    def __init__(self, sheet: str, shared: Sheets) -> None:
        self.sheet, self.shared, self.cells = sheet, shared, SparseGrid()
        self.row = self.column = -1
        self.state, self.skipped, self.depth, self.choices = _AROUND, 0, 0, 0
        self.kind, self.style = "n", None
        self.formula, self.values, self.pieces = False, 0, []
        self.inline: xml_text.RichText | None = None
        self.names: dict[str, str] = {}
        self.space = ""
        self.parser = xml_text.new_parser()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text

    style: str | None
    pieces: list[str]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.skipped:
            self.skipped += 1
            return
        if self.state == _INLINE and self.inline is not None:
            self.inline.start(name.rpartition(" ")[2])
            return
        space, _, tag = name.rpartition(" ")
        if not self.depth:
            self.space = space
        self.depth += 1
        if self.depth > xml_text.DEEPEST:
            raise self._damage("elements nest deeper than on any sheet")
        if space == self.space:
            self._enter(tag, attributes)
        elif name == _CHOICE:
            self.choices += 1
        elif not name.startswith(_EXTENSIONS):
            self._skip()

    def _skip(self) -> None:
        self.skipped, self.depth = 1, self.depth - 1

    def _enter(self, tag: str, attributes: dict[str, str]) -> None:
        state = self.state
        if state == _CELL and tag == "v":
            self.state, self.values = _VALUE, self.values + 1
        elif state == _ROW and tag == "c":
            reference = attributes.get("r")
            if reference is None:
                self.column += 1
            elif match := _REFERENCE.match(reference):
                self.column, self.row = column_number(match[1]) - 1, int(match[2]) - 1
            else:
                raise self._damage(f"a cell is at '{reference[:20]}'")
            self.state = _CELL
            self.kind, self.style = attributes.get("t", "n"), attributes.get("s")
            self.formula, self.values, self.pieces, self.inline = False, 0, [], None
        elif state == _CELL and tag == "f":
            self.state, self.formula = _FORMULA, True
        elif state == _CELL and tag == "is":
            self.state, self.inline = _INLINE, self.inline or xml_text.RichText()
        elif state == _DATA and tag == "row":
            number = attributes.get("r")
            if number is None:
                self.row += 1
            elif number.isdecimal() and 0 < len(number) < 9 and int(number):
                self.row = int(number) - 1
            else:
                raise self._damage(f"a row has the number '{number[:20]}'")
            self.state, self.column = _ROW, -1
        elif state == _AROUND:
            self._enter_around(tag, attributes)
        elif tag in _PASSED_OVER:
            self._skip()
        else:
            raise self._damage(f"there is an element '{tag}' where none can be")

    def _enter_around(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheetData":
            self.state = _DATA
        elif tag == "mergeCell":
            reference = attributes.get("ref", "")
            match = _RANGE.match(reference)
            if match is None:
                raise self._damage(f"cells are merged as '{reference[:30]}'")
            top, bottom = int(match[2]) - 1, int(match[4]) - 1
            self.cells.merge(
                reference, (top, column_number(match[1]) - 1), (bottom, column_number(match[3]) - 1)
            )
        elif tag in ("row", "c", "v", "is"):
            raise self._damage(f"there is an element '{tag}' where none can be")

    def text(self, text: str) -> None:
        if self.skipped:
            return
        if self.state == _VALUE:
            self.pieces.append(text)
        elif self.state == _INLINE and self.inline is not None:
            self.inline.add(text)
        elif self.state in (_DATA, _ROW, _CELL) and text.strip():
            raise self._damage("there is text outside of the values of cells")

    def end(self, name: str) -> None:
        if self.skipped:
            self.skipped -= 1
            return
        tag = name.rpartition(" ")[2]
        if self.state == _INLINE and tag != "is" and self.inline is not None:
            self.inline.end(tag)
            return
        self.depth -= 1
        if name == _CHOICE:
            self.choices -= 1
        elif name.startswith(_EXTENSIONS):
            pass
        elif self.state in (_VALUE, _FORMULA, _INLINE):
            self.state = _CELL
        elif self.state == _CELL:
            self.state = _ROW
            self._end_cell()
        elif self.state == _ROW:
            self.state = _DATA
        elif self.state == _DATA:
            self.state = _AROUND

    def _end_cell(self) -> None:
        value = self._value("".join(self.pieces))
        if value == "":
            return
        if self.choices:
            value = BadCell("a value that is given in an extension of the file format only")
        rows, columns = max(self.cells.height, self.row + 1), max(self.cells.width, self.column + 1)
        if not has_room(rows, columns, self.shared.limits):
            what = f"the sheet {self.sheet} reaches to row {rows} and column {columns}, far beyond its table"
            raise ReadingStopped("TOO_LARGE", what, sheet=self.sheet)
        if isinstance(value, str):
            self.shared.count(value, self.sheet)
            if len(value) > LONGEST:
                value = BadCell(f"a text of {len(value):,} characters, more than a cell can hold")
        self.cells.put(self.row, self.column, value, may_replace=bool(self.choices))

    def _value(self, written: str) -> Cell:
        """What the cell shows; '' for nothing."""
        inline = self.inline.text() if self.inline is not None else ""
        if self.kind == "e":
            return BadCell(f"the error value {written or '(none)'}")
        if self.values > 1 or (inline and written):
            return BadCell("two values at once")
        if inline or self.kind == "inlineStr":
            return inline or xml_text.unescaped(written)
        if not written.strip() and self.kind != "str":
            return BadCell("a formula whose value was not saved") if self.formula else ""
        if not written and self.formula and not self.values:
            return BadCell("a formula whose value was not saved")
        return self._typed(written)

    def _typed(self, written: str) -> Cell:
        if self.kind == "str":
            return xml_text.unescaped(written)
        written = written.strip()
        if self.kind == "s":
            place = int(written) if written.isdecimal() and len(written) < 10 else -1
            known = 0 <= place < len(self.shared.texts)
            return (
                self.shared.texts[place]
                if known
                else BadCell(f"the text number {written[:20]}, which the file lacks")
            )
        if self.kind == "b":
            return _TRUTHS.get(
                written.lower(), BadCell(f"'{written[:40]}' where the file promises true or false")
            )
        if self.kind == "d":
            return iso_moment(written)
        if self.kind == "n" and _NUMBER.match(written):
            number = float(written)
            if number in (float("inf"), float("-inf")):
                return BadCell(f"the number {written[:40]}, which no program can hold")
            return self.shared.formats.cell(number, self.style)
        promised = "a number" if self.kind == "n" else f"a value of the unknown kind {self.kind[:20]}"
        return BadCell(f"'{written[:40]}' where the file promises {promised}")

    def _damage(self, what: str) -> ReadingStopped:
        where = f" near row {self.row + 1}" if self.row >= 0 else ""
        return ReadingStopped(
            "DAMAGED_FILE", f"the sheet {self.sheet} is damaged{where}: {what}", sheet=self.sheet
        )


def column_number(letters: str) -> int:
    """The number of a column by its letters: A → 1, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def has_room(rows: int, columns: int, limits: InputLimits) -> bool:
    """Whether cells may reach so far."""
    return (
        rows <= min(LAST_ROW, limits.rows)
        and columns <= min(LAST_COLUMN, limits.columns)
        and rows * columns <= limits.sheet_cells
    )
