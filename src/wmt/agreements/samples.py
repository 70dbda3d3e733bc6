"""What a few counted values say of the mean of all: an interval, wide where there are few."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

#: Two-sided 95% points of Student's t by degrees of freedom; above 30 that of 30 is kept, which is wider.
_T_95 = [
    "12.706",
    "4.303",
    "3.182",
    "2.776",
    "2.571",
    "2.447",
    "2.365",
    "2.306",
    "2.262",
    "2.228",
    "2.201",
    "2.179",
    "2.160",
    "2.145",
    "2.131",
    "2.120",
    "2.110",
    "2.101",
    "2.093",
    "2.086",
    "2.080",
    "2.074",
    "2.069",
    "2.064",
    "2.060",
    "2.056",
    "2.052",
    "2.048",
    "2.045",
    "2.042",
]


def interval(values: Sequence[Fraction]) -> tuple[Fraction, Fraction] | None:
    """The 95% interval of the mean, to a thousandth; None of fewer than two values, which say nothing of it.

    It assumes that the values are a random few of many and roughly normal, which nobody has checked.
    """
    if len(values) < 2:
        return None
    mean = sum(values, Fraction()) / len(values)
    spread = sum(((value - mean) ** 2 for value in values), Fraction()) / (len(values) - 1)
    of_mean = spread / len(values)
    root = (Decimal(of_mean.numerator) / Decimal(of_mean.denominator)).sqrt()
    half = Decimal(_T_95[min(len(values) - 1, len(_T_95)) - 1]) * root
    half = half.quantize(Decimal("0.001"))
    return mean - Fraction(half), mean + Fraction(half)
