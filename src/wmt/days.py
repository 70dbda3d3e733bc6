"""Days that can be so: the one table of the years within which a day of each kind is no slip of the hand."""

from datetime import date
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
        return f"{day} is outside {first.year} to {end.year}; check the year"
    if last is not None and day > last:
        return f"{day} has not come; check the date"
    return None
