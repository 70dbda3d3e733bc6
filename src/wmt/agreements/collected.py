"""Figures that people counted, from a table of unit, figure and value: what no case data has."""

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from wmt.agreements.night import Collected
from wmt.agreements.reading import PackError
from wmt.rules import RuleFault

_COLUMNS = ["unit", "figure", "value"]
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")


@dataclass(frozen=True)
class CollectedRow:
    """A row of such a table: where it stands, and its cells. `value` are digits."""

    place: str
    unit: str
    figure: str
    value: str


def is_number(value: str) -> bool:
    """Whether a counted value is digits, with a point before decimals."""
    return _NUMBER.fullmatch(value) is not None


def load_collected(path: Path) -> Collected:
    """Such a table by the unit's code (TEAM:STAFF for a person) and the figure's name.

    A figure may have several rows for one unit: several people counted it. Raises PackError with every fault.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(f"{path} cannot be read as a table of figures: {error}") from None
    found: dict[str, dict[str, list[Fraction]]] = defaultdict(lambda: defaultdict(list))
    for row in read_rows(text, path.name):
        found[row.unit][row.figure].append(Fraction(row.value))
    return found


def read_rows(text: str, file: str) -> list[CollectedRow]:
    """The rows of such a table from its text. Raises PackError with every fault."""
    try:
        lines = list(csv.reader(text.splitlines()))
    except csv.Error as error:
        raise PackError(f"{file}: cannot be read as a table of figures: {error}") from None
    if "\0" in text:
        raise PackError(f"{file}: has a character that no text has (NUL); save it as CSV again")
    if not lines or [cell.strip().lower() for cell in lines[0]] != _COLUMNS:
        raise PackError(f"{file}: row 1: should have the columns {', '.join(_COLUMNS)}")
    found, faults = [], []
    for number, line in enumerate(lines[1:], start=2):
        cells = [cell.strip() for cell in line]
        if not any(cells):
            continue
        if len(cells) != len(_COLUMNS) or not all(cells):
            faults.append(RuleFault(file, f"row {number}", "should have a unit, a figure and a value"))
        elif not is_number(cells[2]):
            said = f"'{cells[2]}' is no number; write digits, with a point before decimals"
            faults.append(RuleFault(file, f"row {number}, value", said))
        else:
            found.append(CollectedRow(f"row {number}", *cells))
    if faults:
        raise PackError.of(faults)
    return found
