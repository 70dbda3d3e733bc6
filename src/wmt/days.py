"""Days that can be so: the one table of the years within which a day of each kind is no slip of the hand."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal

Kind = Literal["record", "figure", "rule", "role"]

#: First and last day of each kind, both counting: what people enter of hours, grades and reductions; daily
#: figures of an archive; the day of a rule or by which rules are asked for; roles and tokens.
RANGES: dict[Kind, tuple[date, date]] = {
    "record": (date(1900, 1, 1), date(2098, 12, 31)),
    "figure": (date(2000, 1, 1), date(2199, 12, 31)),
    "rule": (date(1990, 1, 1), date(2100, 12, 31)),
    "role": (date(2000, 1, 1), date(2200, 12, 31)),
}


def why_not(kind: Kind, day: date, last: date | None = None) -> str | None:
    """What is wrong with a day of a kind, and the remedy; None when it can be so.

    `last` is an earlier last day, such as today for figures.
    """
    first, end = RANGES[kind]
    if day < first or day > end:
        return f"{written(day)} is outside {first.year} to {end.year}; check the year"
    if last is not None and day > last:
        return f"{written(day)} has not come; check the date"
    return None


#: What every field for a day says below its label.
EXAMPLE = "For example, 21/11/2026 or 21 November 2026"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_OURS = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[ /.-]+([0-9]{1,2}|[A-Za-z]{3,9})\.?[ /.,-]+([0-9]{4})")


def read_day(typed: str) -> date | None:
    """A day as people in the United Kingdom write it: 21/11/2026, 21 Nov 2026, 21 November 2026, 2026-11-21.

    The one reading of days that people type, on pages, in tables and on the command line. The month never
    comes first, whatever the browser's language. None for anything else, and for a day that there is not.
    """
    text = " ".join(typed.split())
    found = _ISO.fullmatch(text)
    if found:
        year, month, day = found.groups()
    else:
        found = _OURS.fullmatch(text)
        if not found:
            return None
        day, month, year = found.groups()
    name = month.lower()
    if not month.isdigit() and name not in (*_MONTHS, *_FULL, "sept"):
        return None
    try:
        number = int(month) if month.isdigit() else _MONTHS.index(name[:3]) + 1
        return date(int(year), number, int(day))
    except ValueError:
        return None


def time_words(moment: datetime) -> str:
    """A time of day: 6.30pm, 9am, midday, midnight."""
    if moment.minute == 0 and moment.hour in (0, 12):
        return "midday" if moment.hour else "midnight"
    minutes = f".{moment:%M}" if moment.minute else ""
    return f"{moment:%-I}{minutes}{'am' if moment.hour < 12 else 'pm'}"


def moment_words(moment: datetime) -> str:
    """A day with its time: 21 November 2026, 6.30pm."""
    return f"{written(moment)}, {time_words(moment)}"


def written(day: date) -> str:
    """A day as fields show it, and pages: 21 November 2026."""
    return f"{day:%-d %B} {day.year:04}"


def by_month(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The days from one to another by month: the first and the last of each, both counting."""
    while first <= last:
        following = (first.replace(day=28) + timedelta(4)).replace(day=1)
        yield first, min(following - timedelta(1), last)
        first = following
