"""How unusual a count is: the chance of at least so many, where events come in bunches."""

import math

#: Terms that change a sum by less are left out.
_SMALLEST = 1e-12


def chance_log10(number: int, mean: float, spread: float) -> float:
    """The logarithm (base 10) of the chance of `number` or more events.

    `mean`: how many are to be expected, above 0. `spread`: the variance as a multiple of the mean, above 1: a
    negative binomial count, which is what bunches of events add up to. 0 for a number of none.
    """
    if number <= 0:
        return 0.0
    size = mean / (spread - 1)  # the shape of the counts
    rest = 1 - 1 / spread
    first = (
        math.lgamma(number + size)
        - math.lgamma(size)
        - math.lgamma(number + 1)
        - size * math.log(spread)
        + number * math.log(rest)
    )
    total, term, k = 1.0, 1.0, number
    while term > _SMALLEST * total or k < mean:
        term *= rest * (k + size) / (k + 1)
        total += term
        k += 1
    return min(0.0, (first + math.log(total)) / math.log(10))
