"""A series carried on: last value, damped trend and Theta, their mean, and bands from its own errors.

Seasons and long trends make quarterly caseloads worse, and no method sees a change of policy coming. So the
mean of three plain methods is told with the last value beside it, and the width of its band is what it missed
by before, at the same distance. Written from published descriptions of the methods (Holt 1957, Gardner and
McKenzie 1985, Assimakopoulos and Nikolopoulos 2000, Hyndman and Billah 2003).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
#: A method: the values so far and how far ahead → the values ahead.
Method = Callable[[Values, int], Values]
#: Fewer values than this are carried on as they are, without a band.
FEWEST = 12
#: Misses at a distance from which a band there is told.
FEWEST_MISSES = 8

_ALPHA = np.linspace(0.01, 0.99, 50)
_BETA = np.linspace(0.0, 0.5, 11)
_PHI = np.array([0.8, 0.85, 0.9, 0.95, 0.98])
_GRID = [each.ravel() for each in np.meshgrid(_ALPHA, _BETA, _PHI, indexing="ij")]
#: The first differences whose mean is the trend at the beginning.
_FIRST_STEPS = 4


def last_value(values: Values, ahead: int) -> Values:
    """Nothing changes."""
    return np.full(ahead, values[-1])


def damped_trend(values: Values, ahead: int) -> Values:
    """Level and trend, smoothed; the trend fades. Of a grid of smoothings it is the one that missed least."""
    alpha, beta, phi = _GRID
    steps = min(_FIRST_STEPS, len(values) - 1)
    level = np.full(alpha.shape, values[0])
    trend = np.full(alpha.shape, (values[steps] - values[0]) / steps)
    missed = np.zeros(alpha.shape)
    for value in values[1:]:
        told = level + phi * trend
        error = value - told
        missed += error**2
        level, trend = told + alpha * error, phi * trend + alpha * beta * error
    best = int(np.argmin(missed))
    fading = np.cumsum(phi[best] ** np.arange(1, ahead + 1))
    found: Values = level[best] + trend[best] * fading
    return found


def theta(values: Values, ahead: int) -> Values:
    """Exponential smoothing with half the slope of the straight line through all values as its drift."""
    n = len(values)
    slope = np.polyfit(np.arange(n), values, 1)[0]
    level, missed = np.full(_ALPHA.shape, values[0]), np.zeros(_ALPHA.shape)
    for value in values[1:]:
        error = value - level
        missed += error**2
        level = level + _ALPHA * error
    best = int(np.argmin(missed))
    alpha = _ALPHA[best]
    steps = np.arange(ahead) + (1 - (1 - alpha) ** n) / alpha
    found: Values = level[best] + slope / 2 * steps
    return found


def mean_of_three(values: Values, ahead: int) -> Values:
    """The mean of last value, damped trend and Theta: the default."""
    all_three = last_value(values, ahead) + damped_trend(values, ahead) + theta(values, ahead)
    return all_three / 3


METHODS: Mapping[str, Method] = {
    "mean of three": mean_of_three,
    "last value": last_value,
    "damped trend": damped_trend,
    "Theta": theta,
}


@dataclass(frozen=True)
class Miss:
    """A forecast of a back-test: made when `origin` values were known, for the value `ahead` of them."""

    origin: int
    ahead: int
    told: float
    happened: float
    #: how many values must be known before this miss is, where that is not `origin` and `ahead` together
    seen_from: int | None = None

    @property
    def share(self) -> float:
        """How far off it was, as a share of what was told."""
        return abs(self.happened - self.told) / abs(self.told) if self.told else 0.0

    @property
    def known_from(self) -> int:
        """How many values must be known before this miss is."""
        return self.origin + self.ahead if self.seen_from is None else self.seen_from


@dataclass(frozen=True)
class ForecastOrigin:
    """A day of the past: how many values of the series were known, what they were then, and what came.

    `later` has, for each value after them, what it turned out to be (None where that cannot be compared) and
    how many values were known when it was.
    """

    known: int
    values: Sequence[float]
    later: Sequence[tuple[float | None, int]]


def back_test(
    values: Sequence[float], most: int, method: Method, past: Sequence[ForecastOrigin] | None = None
) -> list[Miss]:
    """Every forecast that could have been made since twelve values were known, and what happened.

    Each is made from what was known then: of `past`, else from the values before it alone.
    """
    found = []
    for origin in _plain_origins(values) if past is None else past:
        ahead = min(most, len(origin.later))
        if len(origin.values) < FEWEST or not ahead:
            continue
        told = method(np.asarray(origin.values, np.float64), ahead)
        for h, ((happened, seen), value) in enumerate(zip(origin.later, told, strict=False), 1):
            if happened is not None:
                found.append(Miss(origin.known, h, float(value), float(happened), seen))
    return found


def _plain_origins(values: Sequence[float]) -> list[ForecastOrigin]:
    """Values that were published one after the other and never changed."""
    return [
        ForecastOrigin(
            known, values[:known], [(value, known + h) for h, value in enumerate(values[known:], 1)]
        )
        for known in range(FEWEST, len(values))
    ]


def half_width(misses: Sequence[Miss], ahead: int, level: float, known: int) -> float | None:
    """The share by which a band goes up and down: conformal, from misses known by then.

    Of n misses at a distance it is the ⌈(n + 1) · level⌉-th smallest, and never less than nearer by. None for
    fewer than eight, or too few for the level: 95% needs nineteen.
    """
    widths = [_width([miss for miss in misses if miss.ahead == h], level, known) for h in range(1, ahead + 1)]
    return None if widths[-1] is None else max(width for width in widths if width is not None)


def _width(misses: Sequence[Miss], level: float, known: int) -> float | None:
    shares = sorted(miss.share for miss in misses if miss.known_from <= known)
    place = ceil((len(shares) + 1) * level)
    return shares[place - 1] if len(shares) >= FEWEST_MISSES and place <= len(shares) else None


@dataclass(frozen=True)
class StepAhead:
    """One step ahead: what is told, its band of 80%, and of 95% where enough misses are known."""

    ahead: int
    value: float
    low: float | None
    high: float | None
    low_95: float | None
    high_95: float | None


@dataclass(frozen=True)
class Forecast:
    """A series carried on. `misses` are of its back-test, `naive` those of carrying the last value on."""

    method: str
    last: float
    steps: Sequence[StepAhead]
    misses: Sequence[Miss]
    naive: Sequence[Miss]

    def off_percent(self, ahead: int, *, naive: bool = False) -> float | None:
        """By how many per cent it was off on average at a distance; None where nothing is known."""
        shares = [
            abs(miss.happened - miss.told) / abs(miss.happened)
            for miss in (self.naive if naive else self.misses)
            if miss.ahead == ahead and miss.happened
        ]
        return 100 * sum(shares) / len(shares) if shares else None

    def held_percent(self, level: float = 0.8) -> tuple[float, int] | None:
        """How often its bands held, of how many: each from the misses known when the forecast was made."""
        held = []
        for miss in self.misses:
            width = half_width(self.misses, miss.ahead, level, miss.origin)
            if width is not None:
                held.append(miss.share <= width)
        return (100 * sum(held) / len(held), len(held)) if held else None

    @property
    def against_naive(self) -> float | None:
        """Its mean absolute error ÷ that of the last value: below 1 is better. None where none is known."""
        own = [abs(miss.happened - miss.told) for miss in self.misses]
        naive = [abs(miss.happened - miss.told) for miss in self.naive]
        return sum(own) / sum(naive) if naive and sum(naive) else None


def forecast(values: Sequence[float], ahead: int, past: Sequence[ForecastOrigin] | None = None) -> Forecast:
    """The default: mean of three with conformal bands; of fewer than 12 values the last one, without a band.

    `past` is what was known on days of the past (`vintages.origins`); without it, each value counts as
    published when its turn came.

    Raises ValueError for no values, for values that are no numbers, and for nothing ahead.
    """
    known = np.asarray(values, np.float64)
    if not len(known) or not np.isfinite(known).all():
        raise ValueError("a series needs values, all of them numbers")
    if ahead < 1:
        raise ValueError("at least one step ahead")
    if len(known) < FEWEST:
        steps = [StepAhead(h + 1, float(known[-1]), None, None, None, None) for h in range(ahead)]
        return Forecast("last value", float(known[-1]), steps, [], [])
    misses = back_test(values, ahead, mean_of_three, past)
    steps = []
    for h, value in enumerate(mean_of_three(known, ahead)):
        low, high = _band(misses, h + 1, 0.8, float(value), len(known))
        low_95, high_95 = _band(misses, h + 1, 0.95, float(value), len(known))
        steps.append(StepAhead(h + 1, float(value), low, high, low_95, high_95))
    naive = back_test(values, ahead, last_value, past)
    return Forecast("mean of three", float(known[-1]), steps, misses, naive)


def _band(
    misses: Sequence[Miss], ahead: int, level: float, value: float, known: int
) -> tuple[float | None, float | None]:
    width = half_width(misses, ahead, level, known)
    return (None, None) if width is None else (value - abs(value) * width, value + abs(value) * width)
