"""The last step: whole numbers → what is shown. Division happens here, once, in integers."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple


def divide_half_up(numerator: int, denominator: int) -> int:
    """numerator ÷ denominator to the nearest whole number, halves away from zero. Denominator > 0."""
    quotient, rest = divmod(abs(numerator), denominator)
    quotient += 2 * rest >= denominator
    return quotient if numerator >= 0 else -quotient


def capacity_x100(points_x100: int, available_x100: int) -> int | None:
    """Capacity in hundredths of a per cent, half-up; None where there is no available hours."""
    if available_x100 == 0:
        return None
    return divide_half_up(points_x100 * 10_000, available_x100)


def is_over(points_x100: int, available_x100: int, percent_x100: int) -> bool:
    """Whether capacity is strictly over a mark, by the exact value, whatever the screen rounds it to.

    A post without available time is in no band.
    """
    return available_x100 > 0 and points_x100 * 10_000 > percent_x100 * available_x100


def remaining_x100(points_x100: int, available_x100: int) -> int:
    """The points there is time for beyond those held, in hundredths; negative when over."""
    return available_x100 - points_x100


def decimal(hundredths: int | None) -> Decimal | None:
    """Hundredths as a decimal number with two places."""
    return None if hundredths is None else Decimal(hundredths).scaleb(-2)


#: The sign of numbers below zero wherever people read them; files for programs have the plain hyphen.
MINUS = "−"


def grouped(number: int | Decimal) -> str:
    """A number as people read it: thousands apart, and a true minus sign."""
    return f"{number:,}".replace("-", MINUS)


def shown_points(points_x100: int) -> int:
    """Whole points as people see them: half-up, so that a debit and its credit look alike."""
    return divide_half_up(points_x100, 100)


def shown_capacity(points_x100: int, available_x100: int) -> str:
    """Capacity as people see it: one decimal, or the words for no available hours."""
    if available_x100 == 0:
        return "no available hours"
    tenths = divide_half_up(points_x100 * 1_000, available_x100)
    sign = MINUS if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}%"


class Moment(NamedTuple):
    """Points and available points at one moment, in hundredths."""

    points_x100: int
    available_x100: int


def shown_difference(before: Moment, after: Moment) -> tuple[str, str]:
    """How far a capacity moved, without its sign, and what explains it where that must be said.

    One decimal where it is the difference of the two capacities as they are shown. Where rounding would make
    it another, the difference has two decimals, and the explanation gives both capacities with as many.
    Both moments must have available time.
    """
    shown = [divide_half_up(moment.points_x100 * 1_000, moment.available_x100) for moment in (before, after)]
    exact = [divide_half_up(moment.points_x100 * 10_000, moment.available_x100) for moment in (before, after)]
    moved, between = abs(exact[1] - exact[0]), abs(shown[1] - shown[0])
    if divide_half_up(moved, 10) == between and (between or not moved):
        return f"{between // 10}.{between % 10}", ""
    both = (grouped(Decimal(each).scaleb(-2)) for each in exact)
    return f"{Decimal(moved).scaleb(-2):,}", "from {}% to {}%".format(*both)


def percentage_points_x100(
    before: Moment, after: Moment, changes: Sequence[Mapping[str, int]]
) -> list[int] | None:
    """How many hundredths of a percentage point each change moved the capacity; None where undefined.

    With P points and A available points, P₁/A₁ − P₀/A₀ is exactly the sum over all changes (dP, dA) of
    [dP·(A₀+A₁) − dA·(P₀+P₁)] ÷ (2·A₀·A₁): work is valued at the mean of the two times, time at the mean of
    the two workloads, so no order of telling favours one cause. Shares are then rounded so that they add
    up to the difference of the two capacities as shown with two decimals (largest remainders first).
    """
    first, last = capacity_x100(*before), capacity_x100(*after)
    if first is None or last is None:
        return None
    scale = 2 * before.available_x100 * after.available_x100
    shares = [
        10_000
        * (
            change["points_x100"] * (before.available_x100 + after.available_x100)
            - change["available_x100"] * (before.points_x100 + after.points_x100)
        )
        for change in changes
    ]
    return _apportion(shares, scale, last - first)


def capacity_parts_x100(parts_x100: Sequence[int], available_x100: int) -> list[int] | None:
    """Each part of the points in hundredths of a per cent of the available points; None where there are none.

    They add up to the capacity of the whole as shown with two decimals (largest remainders first).
    """
    whole = capacity_x100(sum(parts_x100), available_x100)
    if whole is None:
        return None
    return _apportion([part * 10_000 for part in parts_x100], available_x100, whole)


def _apportion(shares: Sequence[int], scale: int, total: int) -> list[int]:
    """shares ÷ scale as whole numbers that add up to `total`."""
    if not shares:
        return []
    whole = [share // scale for share in shares]
    by_rest = sorted(range(len(shares)), key=lambda n: (-(shares[n] % scale), n))
    missing = total - sum(whole)
    # the two capacities are rounded on their own, so the total may be one off what the shares make
    for turn in range(abs(missing)):
        at = by_rest[turn % len(by_rest)] if missing > 0 else by_rest[-1 - turn % len(by_rest)]
        whole[at] += 1 if missing > 0 else -1
    return whole
