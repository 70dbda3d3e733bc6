"""Days that people ask for: read leniently, refused in words."""

from dataclasses import dataclass
from datetime import date

from wmt.days import read_day, written

#: Rules outside these years would be slips of the pen.
FIRST_YEAR, LAST_YEAR = 1990, 2100
EXAMPLE = "like 27/3/2026 or 27 March 2026"


@dataclass(frozen=True)
class DateParam:
    """A day that was asked for: what was typed, the day it means, and what is wrong with it if nothing."""

    name: str
    typed: str
    day: date | None
    error: str = ""


def asked(name: str, typed: str | None, label: str, default: date, *, needed: bool = False) -> DateParam:
    """The field `name` read as a day; the default where nothing was given.

    A field that is needed and was left empty is an error, like one that holds no day.
    """
    words = " ".join((typed or "").split())[:40]
    if not words and (typed is None or not needed):
        return DateParam(name, written(default), default)
    if not words:
        return DateParam(name, "", None, f"Enter {label}, {EXAMPLE}")
    found = read_day(words)
    if found is None:
        return DateParam(name, words, None, f"{label[0].upper()}{label[1:]} must be a real date, {EXAMPLE}")
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        year = f"between {FIRST_YEAR} and {LAST_YEAR}"
        return DateParam(name, words, None, f"The year of {label} must be {year}; check the date")
    return DateParam(name, words, found)
