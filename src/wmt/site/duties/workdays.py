"""Working days of England and Wales: Monday to Friday without the bank holidays of the `holidays` package.

It knows them from 1982 to 2100, with those that were moved or added; the next ones come with a release of it.
"""

from datetime import date, timedelta
from functools import lru_cache

_DAY = timedelta(days=1)
_SATURDAY = 5


def is_working(day: date) -> bool:
    """Whether people are at work on a day."""
    return day.weekday() < _SATURDAY and day not in bank_holidays(day.year)


def after(day: date, number: int) -> date:
    """The working day that is so many working days after a day, which itself does not count."""
    while number:
        day += _DAY
        number -= is_working(day)
    return day


def between(day: date, last: date) -> int:
    """How many working days there are after a day up to and with another; 0 where that is not later."""
    return sum(is_working(day + _DAY * step) for step in range(1, (last - day).days + 1))


@lru_cache(maxsize=256)
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of a year, on the days on which people are off for them."""
    from holidays.countries.united_kingdom import UnitedKingdom  # a quarter of a second: not at the start

    known = UnitedKingdom(subdiv="ENG", years=year)  # type: ignore[no-untyped-call]
    return frozenset(day for day in known if day.weekday() < _SATURDAY)
