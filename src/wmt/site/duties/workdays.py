"""Working days of England and Wales: Monday to Friday without bank holidays.

The holidays are worked out, so no year is missing: Easter by the calendar of the Gregorian reform, a
substitute on the next working day for those that fall on a weekend. Days that a proclamation moved or added
are in the two tables below; the next one has to be added here.
"""

from datetime import date, timedelta
from functools import lru_cache

#: Bank holidays that were on another day than usual: the usual day, and where it went.
MOVED = {
    date(1995, 5, 1): date(1995, 5, 8),
    date(2002, 5, 27): date(2002, 6, 4),
    date(2012, 5, 28): date(2012, 6, 4),
    date(2020, 5, 4): date(2020, 5, 8),
    date(2022, 5, 30): date(2022, 6, 2),
}
#: Bank holidays of one year alone.
ADDED = frozenset(
    {
        date(1999, 12, 31),
        date(2002, 6, 3),
        date(2011, 4, 29),
        date(2012, 6, 5),
        date(2022, 6, 3),
        date(2022, 9, 19),
        date(2023, 5, 8),
    }
)
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
    """The bank holidays of a year."""
    easter = _easter(year)
    found = {_substitute(date(year, 1, 1)), easter - 2 * _DAY, easter + _DAY}
    usual = (_first_monday(year, 5), _last_monday(year, 5), _last_monday(year, 8))
    found |= {MOVED.get(day, day) for day in usual}
    christmas = _substitute(date(year, 12, 25))
    boxing = _substitute(date(year, 12, 26))
    while boxing == christmas or boxing.weekday() >= _SATURDAY:
        boxing += _DAY
    return frozenset(found | {christmas, boxing} | {day for day in ADDED if day.year == year})


def _substitute(day: date) -> date:
    while day.weekday() >= _SATURDAY:
        day += _DAY
    return day


def _first_monday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + _DAY * (-first.weekday() % 7)


def _last_monday(year: int, month: int) -> date:
    last = date(year, month + 1, 1) - _DAY
    return last - _DAY * last.weekday()


def _easter(year: int) -> date:
    """Easter Sunday: the Sunday after the first full moon of the church's tables on or after 21 March."""
    golden = year % 19
    century, in_century = divmod(year, 100)
    leaps, rest = divmod(century, 4)
    moon = (19 * golden + century - leaps - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    fours, ones = divmod(in_century, 4)
    week = (32 + 2 * rest + 2 * fours - moon - ones) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)
