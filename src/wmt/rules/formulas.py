"""From hours to points: the formulas that agree with every published cell. Exact; only the end is rounded.

The published tables are the authority; these serve new and what-if tiers. Worked out from the WMT FAQ,
6 January 2023, Appendix A. A 'month' is four weeks, a 13.04th of a year.
"""

from decimal import Decimal
from fractions import Fraction

Exact = int | Decimal | Fraction

PERIODS_PER_YEAR = Decimal("13.04")
WEEKS_PER_YEAR = Decimal("52.14")
NAT_PERCENT = 14
FULL_TARGET = 2200
HOURS_FOR_TARGET = 1650


def monthly_hours(annual_hours: Exact, periods_per_year: Exact = PERIODS_PER_YEAR) -> Decimal:
    """Hours in a four-week month, rounded half up to 2 decimals."""
    hundredths = _half_up(_exact(annual_hours) * 100 / _exact(periods_per_year))
    return Decimal(hundredths).scaleb(-2)


def points_f1_exact(
    annual_hours: Exact, nat_percent: Exact = NAT_PERCENT, weeks_per_year: Exact = WEEKS_PER_YEAR
) -> Fraction:
    """Minutes of contracted time a week: case time made whole for the share that is not attributable."""
    share_left = 1 - _exact(nat_percent) / 100
    return _exact(annual_hours) * 60 / (_exact(weeks_per_year) * share_left)


def points_f1(
    annual_hours: Exact, nat_percent: Exact = NAT_PERCENT, weeks_per_year: Exact = WEEKS_PER_YEAR
) -> int:
    """Formula F1, the default: whole points, rounded half up."""
    return _half_up(points_f1_exact(annual_hours, nat_percent, weeks_per_year))


def points_f2_exact(
    annual_hours: Exact, full_target: Exact = FULL_TARGET, hours_for_target: Exact = HOURS_FOR_TARGET
) -> Fraction:
    """A share of the full target, which stands for so many hours a year."""
    return _exact(annual_hours) * _exact(full_target) / _exact(hours_for_target)


def points_f2(
    annual_hours: Exact, full_target: Exact = FULL_TARGET, hours_for_target: Exact = HOURS_FOR_TARGET
) -> int:
    """Formula F2: whole points, rounded up."""
    exact = points_f2_exact(annual_hours, full_target, hours_for_target)
    return -(-exact.numerator // exact.denominator)


def cms_annual_hours(minutes: Exact, periods_per_year: Exact = PERIODS_PER_YEAR) -> Fraction:
    """The annual hours that a contact's minutes stand for, once in every four weeks; exact, for F1 or F2."""
    return _exact(minutes) * _exact(periods_per_year) / 60


def _exact(number: Exact) -> Fraction:
    """Raises TypeError for a float, ValueError for a negative number: hours and shares are never below 0."""
    if isinstance(number, bool) or not isinstance(number, int | Decimal | Fraction):
        raise TypeError(f"{number!r} is not exact; give an int, a Decimal or a Fraction")
    if number < 0:
        raise ValueError(f"{number} is below 0")
    return Fraction(number)


def _half_up(number: Fraction) -> int:
    return (2 * number.numerator + number.denominator) // (2 * number.denominator)
