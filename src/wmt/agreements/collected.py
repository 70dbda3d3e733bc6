"""Figures that people counted, from a table of unit, figure and value: what no case data has."""

import csv
import re
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

from wmt.agreements.night import Collected
from wmt.agreements.reading import PackError
from wmt.rules import RuleFault

_COLUMNS = ["unit", "figure", "value"]
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")


def load_collected(path: Path) -> Collected:
    """Such a table by the unit's code (TEAM:STAFF for a person) and the figure's name.

    A figure may have several rows for one unit: several people counted it. Raises PackError with every fault.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(f"{path} cannot be read as a table of figures: {error}") from None
    rows = list(csv.reader(lines))
    if not rows or [cell.strip().lower() for cell in rows[0]] != _COLUMNS:
        raise PackError(f"{path.name}: row 1: should have the columns {', '.join(_COLUMNS)}")
    found: dict[str, dict[str, list[Fraction]]] = defaultdict(lambda: defaultdict(list))
    faults = []
    for number, row in enumerate(rows[1:], start=2):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(cells) != len(_COLUMNS) or not all(cells):
            faults.append(RuleFault(path.name, f"row {number}", "should have a unit, a figure and a value"))
        elif not _NUMBER.fullmatch(cells[2]):
            said = f"'{cells[2]}' is no number; write digits, with a point before decimals"
            faults.append(RuleFault(path.name, f"row {number}, value", said))
        else:
            found[cells[0]][cells[1]].append(Fraction(cells[2]))
    if faults:
        raise PackError.of(faults)
    return found
