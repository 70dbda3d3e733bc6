"""An axis of days: where a day lies, and few days at round places of the calendar with their words."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from wmt.site.web.charts.canvas import text_width

_MOST_TICKS = 12
_AIR = 14


@dataclass(frozen=True)
class Days:
    """The days from `first` to `last` between two places."""

    first: date
    last: date
    left: int
    right: int

    def at(self, day: date) -> int:
        """Where a day lies; one outside lies at the end it is beyond."""
        held = min(max(day, self.first), self.last)
        return self.left + (held - self.first).days * (self.right - self.left) // max(
            1, (self.last - self.first).days
        )

    def middle(self, first: date, last: date) -> int:
        """Where a figure of several days lies: in the middle of those on the axis."""
        first, last = max(first, self.first), min(last, self.last)
        return self.at(first + (last - first) // 2)

    def ticks(self) -> list[tuple[int, str]]:
        """The finest marks of the calendar whose words have room."""
        for starts, shape in _CALENDARS:
            days = [day for day in starts(self.first, self.last) if self.first <= day <= self.last]
            each = text_width(f"{self.last:{shape}}") + _AIR
            if 2 <= len(days) <= min(_MOST_TICKS, (self.right - self.left) // each):
                return [(self.at(day), f"{day:{shape}}") for day in days]
        return [(self.at(day), f"{day:%-d %b %Y}") for day in sorted({self.first, self.last})]


def _every(days: int) -> Callable[[date, date], Iterable[date]]:
    def starts(first: date, last: date) -> Iterable[date]:
        # weeks begin on Mondays
        begin = first - timedelta(first.weekday()) if days > 1 else first
        return (begin + timedelta(at) for at in range(0, min((last - begin).days, 400) + 1, days))

    return starts


def _months(months: int) -> Callable[[date, date], Iterable[date]]:
    def starts(first: date, last: date) -> Iterable[date]:
        numbers = range(first.year * 12, last.year * 12 + 12, months)
        return (date(number // 12, number % 12 + 1, 1) for number in numbers)

    return starts


_CALENDARS: Sequence[tuple[Callable[[date, date], Iterable[date]], str]] = (
    (_every(1), "%-d %b"), (_every(7), "%-d %b"), (_every(14), "%-d %b"), (_months(1), "%b %Y"),
    (_months(3), "%b %Y"), (_months(6), "%b %Y"), (_months(12), "%Y"), (_months(60), "%Y"),
)  # fmt: skip
