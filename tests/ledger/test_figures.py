"""The last division: rounding, bands and shares, against exact fractions."""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wmt.ledger import Moment, capacity_x100, is_over, percentage_points_x100, shown_capacity, shown_points
from wmt.ledger.arithmetic import grouped, shown_difference

points = st.integers(-10_000_000, 10_000_000)
available = st.integers(1, 3_000).map(lambda whole: whole * 100)


@pytest.mark.parametrize(
    ("points_x100", "available_x100", "shown", "over"),
    [
        (222_400, 220_000, "101.1%", False),  # worked example 1
        (115_000, 104_500, "110.0%", True),  # worked example 2: 110.0478… is shown as 110.0% and is over
        (110_000, 100_000, "110.0%", False),  # exactly 110 is not over
        (13_200, 0, "no available hours", False),  # worked example 5
        (-1_700, 220_000, "−0.8%", False),
        (0, 220_000, "0.0%", False),
        (100_050, 100_000, "100.1%", False),  # 100.05: the half goes up
        (-100_050, 100_000, "−100.1%", False),  # and away from zero
    ],
)
def test_capacity_as_shown(points_x100: int, available_x100: int, shown: str, over: bool) -> None:
    assert shown_capacity(points_x100, available_x100) == shown
    assert is_over(points_x100, available_x100, 11_000) is over


@given(points, available)
def test_capacity_is_the_exact_quotient_rounded_half_up(points_x100: int, available_x100: int) -> None:
    exact = Fraction(points_x100 * 100, available_x100)
    shown = Fraction(capacity_x100(points_x100, available_x100) or 0, 100)
    assert abs(shown - exact) <= Fraction(1, 200)
    if abs(shown - exact) == Fraction(1, 200):
        assert abs(shown) > abs(exact)
    assert is_over(points_x100, available_x100, 11_000) == (exact > 110)


@given(points)
def test_whole_points_round_like_the_decimal_module(points_x100: int) -> None:
    expected = (Decimal(points_x100) / 100).quantize(Decimal(1), ROUND_HALF_UP)
    assert shown_points(points_x100) == expected
    assert shown_points(-points_x100) == -expected


@given(
    st.lists(st.tuples(points, st.integers(-50, 50)), min_size=1, max_size=8),
    points,
    st.integers(500, 3_000),
)
def test_percentage_points_add_up_and_stay_close(
    moves: list[tuple[int, int]], start: int, whole: int
) -> None:
    before = Moment(start, whole * 100)
    changes = [{"points_x100": dp, "available_x100": da * 100} for dp, da in moves]
    after = Moment(
        start + sum(dp for dp, _ in moves), before.available_x100 + sum(da * 100 for _, da in moves)
    )
    shares = percentage_points_x100(before, after, changes)
    first, last = capacity_x100(*before), capacity_x100(*after)
    assert shares is not None
    assert first is not None
    assert last is not None
    assert sum(shares) == last - first
    a0, a1 = before.available_x100, after.available_x100
    for change, share in zip(changes, shares, strict=True):
        work = Fraction(change["points_x100"] * (a0 + a1), 2 * a0 * a1)
        time = Fraction(change["available_x100"] * (before.points_x100 + after.points_x100), 2 * a0 * a1)
        assert abs(Fraction(share, 10_000) - (work - time)) <= Fraction(2, 10_000)


def test_no_available_time_has_no_percentage_points() -> None:
    change = [{"points_x100": 100, "available_x100": 0}]
    assert percentage_points_x100(Moment(0, 0), Moment(100, 0), change) is None


def _tenths(exact: Fraction) -> int:
    return int(exact * 10 + Fraction(1, 2))


@given(st.tuples(*[st.integers(0, 400_000), st.integers(1, 300_000)] * 2))
def test_a_difference_is_that_of_the_figures_beside_it_or_explains_itself(sides: tuple[int, ...]) -> None:
    """Whoever takes one shown figure from the other comes to what is said."""
    before, after = Moment(*sides[:2]), Moment(*sides[2:])
    far, explained = shown_difference(before, after)
    first, last = (Fraction(100 * each.points_x100, each.available_x100) for each in (before, after))
    if not explained:
        assert Fraction(far) * 10 == abs(_tenths(last) - _tenths(first))
        assert shown_capacity(*before) != shown_capacity(*after) or far == "0.0"
        return
    was, now = (Fraction(part) for part in re.findall(r"([\d,]+\.\d\d)%", explained.replace(",", "")))
    assert Fraction(far.replace(",", "")) == abs(now - was)
    assert abs(was - first) <= Fraction(1, 200)
    assert abs(now - last) <= Fraction(1, 200)


def test_a_difference_that_rounding_would_spoil() -> None:
    # 100.04% and 100.06% are shown as 100.0% and 100.1%, and differ by 0.02
    assert shown_difference(Moment(100_040, 100_000), Moment(100_060, 100_000)) == (
        "0.02",
        "from 100.04% to 100.06%",
    )
    assert shown_difference(Moment(100_000, 100_000), Moment(110_000, 100_000)) == ("10.0", "")


def test_one_minus_sign() -> None:
    assert shown_capacity(-1_500, 100_000) == "−1.5%"
    assert grouped(-1234) == "−1,234"
