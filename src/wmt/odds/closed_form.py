"""The odds of a plain random walk, by formula: what the other methods are checked against."""

from math import erf, exp, log, sqrt

#: A walk that is looked at once a day reaches a line less often than one that is looked at all the time:
#: the line is moved by so many of its daily steps (Siegmund's correction, -zeta(1/2) / sqrt(2 pi)).
DAILY = 0.5826


def closed_form(margin: float, days: int, sigma: float, drift: float = 0.0) -> float:
    """How likely a walk stays above a line for some days.

    `margin`: logarithm of the capacity less that of the threshold; `sigma` and `drift`: the deviation and the
    mean of its daily changes. 0 where it is not above the line now, 1 where no day is left. Raises
    ValueError where sigma is not positive.
    """
    if sigma <= 0:
        raise ValueError(f"sigma must be more than 0, not {sigma}")
    if margin <= 0:
        return 0.0
    if days <= 0:
        return 1.0
    line, spread = margin + DAILY * sigma, sigma * sqrt(days)
    above = _normal((line + drift * days) / spread)
    back = exp(-2 * drift * line / sigma**2) * _normal((-line + drift * days) / spread)
    return min(1.0, max(0.0, above - back))


def log_margin(points: float, available: float, percent: float) -> float:
    """The margin of points over a threshold in per cent of available points, as a logarithm."""
    return log(points / available) - log(percent / 100)


def _normal(value: float) -> float:
    return (1 + erf(value / sqrt(2))) / 2
