"""When a unit with room would be full: days at a steady net inflow, and the odds when it comes and goes.

Estimates: the only place of this room where numbers are floats. What is left is taken to wander with a steady
drift (`inflow`) and the spread of the daily changes seen; first passage of it is an inverse Gaussian.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import erf, exp, sqrt

#: The share of outcomes between the two days of an interval.
INTERVAL = 0.8
LONGEST = 36_525.0  # days; what takes longer is not told
_FEWEST = 8  # changes from which a spread can be told


@dataclass(frozen=True)
class Inflow:
    """Net inflow in points a day, and its daily spread; None where too few days are known to tell one."""

    points_a_day: float
    spread: float | None
    first: date
    last: date


def inflow(days: Sequence[tuple[date, int]]) -> Inflow | None:
    """The net inflow of what was held on some days, by day and in hundredths of points; None of one day.

    The spread is that of a random walk whose steps are as long as the days between two figures.
    """
    if len(days) < 2:
        return None
    (first, had), (last, has) = days[0], days[-1]
    rate = (has - had) / 100 / (last - first).days
    steps = [((b - a).days, (y - x) / 100) for (a, x), (b, y) in pairwise(days)]
    spread = None
    if len(steps) >= _FEWEST:
        spread = sqrt(sum((change - rate * gap) ** 2 / gap for gap, change in steps) / (len(steps) - 1))
    return Inflow(rate, spread, first, last)


def days_until(slack_x100: int, points_a_day: float) -> float | None:
    """Days until nothing is left at a steady inflow; 0 where nothing is, None where it never happens."""
    if slack_x100 <= 0:
        return 0.0
    return slack_x100 / 100 / points_a_day if points_a_day > 0 else None


@dataclass(frozen=True)
class FirstPassage:
    """What is left, in points, with what comes in a day and the daily spread of it."""

    left: float
    points_a_day: float
    spread: float

    def within(self, days: float) -> float:
        """The probability that nothing is left at some time within so many days."""
        if self.left <= 0:
            return 1.0
        if days <= 0:
            return 0.0
        b, r, s, root = self.left, self.points_a_day, self.spread, sqrt(days)
        if s <= 0:
            return float(r * days >= b)
        back = 2 * r * b / s**2
        # e^x Φ(−y) where x is large: both are of the same size, and one alone would overflow
        second = 0.0 if back > 700 else exp(back) * _normal(-(r * days + b) / (s * root))
        return min(1.0, _normal((r * days - b) / (s * root)) + second)

    def day_of(self, share: float) -> float | None:
        """The days within which this share of outcomes has nothing left; None where it is never that many."""
        low, high = 0.0, 1.0
        while self.within(high) < share:
            low, high = high, 2 * high
            if high > LONGEST:
                return None
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self.within(middle) < share else (low, middle)
        return high


def _normal(x: float) -> float:
    return 0.5 * (1 + erf(x / sqrt(2)))
