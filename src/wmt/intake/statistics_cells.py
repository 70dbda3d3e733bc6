"""Cells of published tables: names with marks, numbers with separators and markers, ends of quarters."""

import math
import re
from datetime import date, datetime, timedelta

from wmt.days import read_day
from wmt.intake.cells import BadCell, Cell, PercentCell, text_of

#: Where a published table has no value. '-' is none either: in a stock of people it cannot mean nobody.
NO_VALUE = frozenset({"..", "...", ":", "*", "-", "–", "—", "~", "n/a", "x", "z", "c", "u", "w"})
#: No number of people or posts of the country is as large.
_LARGEST = 100_000_000
_NUMBERS = "(?:note ?)?[0-9]{1,2}(?: ?, ?[0-9]{1,2})*"
_NOTE = rf"\[{_NUMBERS}\]|\({_NUMBERS}\)|\[notes? [^\]]{{1,20}}\]"
_STATUS = r"\[(?:r|p|b|e)\]|\((?:r|p)\)"
_MARKS = re.compile(f"(?:{_NOTE}|{_STATUS}|[⁰¹²³⁴-⁹†‡]| \\*)", re.IGNORECASE)
_BRACKETED = re.compile(r"\[([a-z])\]", re.IGNORECASE)
_LAST_DIGITS = re.compile(r"(?<=[a-z)])[0-9]{1,2}(?:,[0-9]{1,2})*$")
_NUMBER = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_SHORT = re.compile(r"(?:([0-9]{1,2})[ -])?([A-Za-z]{3,9})\.?[ -](?:20)?([0-9]{2})")
_MONTHS_OF_QUARTERS = (3, 6, 9, 12)
_YEARS = 1990, 2199


def plain_text(cell: Cell) -> str:
    """A cell as a line of text without marks of footnotes and of status, blanks made plain."""
    return " ".join(_MARKS.sub(" ", " ".join((text_of(cell) or "").split())).split())


def plain_name(cell: Cell) -> str:
    """The name of a row as it is compared: in lower case, without marks."""
    return plain_text(cell).lower().replace("–", "-").replace(" / ", "/").rstrip(" :")


def without_last_digits(name: str) -> str:
    """A name without digits at its end: marks of footnotes whose raised type is lost."""
    return _LAST_DIGITS.sub("", name).rstrip()


def day_of(cell: Cell) -> date | None:
    """The day that heads a column; the last of a month where only that is said. None for what is no day."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if not isinstance(cell, str):
        return None
    text = re.sub(r"^(as )?at (the end of )?", "", plain_text(cell), flags=re.IGNORECASE)
    found = read_day(text)
    short = _SHORT.fullmatch(text) if found is None else None
    if short is None:
        return found
    day, month, year = short.groups()
    first = read_day(f"1 {month} 20{year}")
    if first is None:
        return None
    return read_day(f"{day} {month} 20{year}") if day else _month_end(first)


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)


def why_no_quarter(day: date) -> str | None:
    """What is wrong with a day that is no end of a quarter; None where it is one."""
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        return f"is outside {_YEARS[0]} to {_YEARS[1]}"
    if day.month not in _MONTHS_OF_QUARTERS or day != _month_end(day):
        return "is not the last day of a quarter"
    return None


def number_of(cell: Cell, *, whole: bool) -> float | None:
    """The number in a cell, None where the table has a marker for 'no value'.

    Raises ValueError with what the cell is, for anything else: nothing is guessed.
    """
    if isinstance(cell, BadCell):
        raise ValueError(f"is {cell.what}")
    if isinstance(cell, PercentCell):
        raise ValueError("is a percentage")
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise ValueError("is no number")
    if isinstance(cell, str):
        text = plain_text(_BRACKETED.sub(_spare, cell))
        if text.lower() in NO_VALUE:
            return None
        if not _NUMBER.fullmatch(text):
            raise ValueError(_why_no_number(cell, text))
        cell = float(text.replace(",", "").replace(" ", ""))
    return _possible(float(cell), whole=whole)


def _spare(found: re.Match[str]) -> str:
    """A letter in brackets: a mark of status stays one, a marker for no value stands alone."""
    return found[0] if found[1].lower() in "rpbe" else found[1]


def _why_no_number(cell: str, text: str) -> str:
    if not cell.strip():
        return "is empty; published tables mark what is not available, as [x]"
    if text.startswith(("-", "−", "–")):
        return "is negative"
    return "is a percentage" if text.endswith("%") else "is no number"


def _possible(value: float, *, whole: bool) -> float:
    if not math.isfinite(value):
        raise ValueError("is no number")
    if value < 0:
        raise ValueError("is negative")
    if value >= _LARGEST:
        raise ValueError("is more than there are people")
    if whole and value != int(value):
        raise ValueError("is no whole number of people")
    return value
