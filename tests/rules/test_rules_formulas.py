"""Hours to points: both formulas give every published cell, and differ where they are said to."""

from decimal import Decimal
from fractions import Fraction

import pytest
from rules_published import COMMUNITY, CONTACTS, EARNING, LICENCE

from wmt.rules.formulas import (
    cms_annual_hours,
    monthly_hours,
    points_f1,
    points_f1_exact,
    points_f2,
    points_f2_exact,
)

HALF_HOURS = [Fraction(step, 2) for step in range(1, 301)]


def test_twenty_eight_tiers_earn() -> None:
    assert len(EARNING) == 28
    assert sum(row.new == 0 for row in LICENCE.values()) == 4
    assert sum(row.new == 0 for row in COMMUNITY.values()) == 0


@pytest.mark.parametrize("row", EARNING, ids=str)
def test_published_points_and_months_follow_from_annual_hours(row) -> None:
    assert points_f1(row.annual) == row.new
    assert points_f2(row.annual) == row.new
    assert monthly_hours(row.annual) == row.monthly


def test_no_hours_are_no_points() -> None:
    assert (points_f1(0), points_f2(0), monthly_hours(0)) == (0, 0, 0)


@pytest.mark.parametrize("row", CONTACTS.values(), ids=CONTACTS)
def test_contact_minutes_become_points(row) -> None:
    hours = cms_annual_hours(row.new_minutes)
    assert points_f1(hours) == row.f1
    assert points_f2(hours) == row.f2


def test_columns_of_contact_minutes() -> None:
    rows = CONTACTS.values()
    assert [sum(row.old_minutes[level] for row in rows) for level in range(3)] == [330, 555, 795]
    assert sum(row.new_minutes for row in rows) == 485


def test_old_contact_points_follow_rounding_up() -> None:
    pairs = {
        (m, p) for row in CONTACTS.values() for m, p in zip(row.old_minutes, row.old_points, strict=True)
    }
    assert pairs == {(15, 5), (30, 9), (45, 13), (60, 18), (90, 26)}
    # One constant gives all five by rounding up. None does by nearest rounding: 5 needs more than 26 allows.
    assert all(points_f2(minutes, Fraction(2885, 10000), 1) == points for minutes, points in pairs)
    assert Fraction(9, 2) / 15 > Fraction(53, 2) / 90


def test_formulas_differ_in_53_of_300_half_hours_by_one_point() -> None:
    differing = [hours for hours in HALF_HOURS if points_f1(hours) != points_f2(hours)]
    assert len(differing) == 53
    assert sum(hours < 35 for hours in differing) == 23
    assert {abs(points_f1(hours) - points_f2(hours)) for hours in differing} == {1}
    assert not [hours for hours in differing if Fraction(69, 2) <= hours <= 106]


#: The bounds within which a constant gives all 28 cells, exactly; in brackets as they are usually printed.
DIVISOR_OVER, DIVISOR_TO = Fraction(14200, 1089), Fraction(3560, 273)  # over 13.0395 to 13.0403
NEAREST_FROM, NEAREST_BELOW = Fraction(103, 77), Fraction(245, 183)  # from 1.33766 to below 1.33880
UP_OVER, UP_TO = Fraction(157, 118), Fraction(4, 3)  # over 1.33051 to 1.33333
STEP = Fraction(1, 10**9)


def test_the_bounds_are_the_printed_ones() -> None:
    assert [round(bound, 4) for bound in (DIVISOR_OVER, DIVISOR_TO)] == [
        Fraction("13.0395"),
        Fraction("13.0403"),
    ]
    assert [round(bound, 5) for bound in (NEAREST_FROM, NEAREST_BELOW)] == [
        Fraction("1.33766"),
        Fraction("1.33880"),
    ]
    assert [round(bound, 5) for bound in (UP_OVER, UP_TO)] == [Fraction("1.33051"), Fraction("1.33333")]


@pytest.mark.parametrize(
    ("divisor", "fits"),
    [
        (DIVISOR_OVER, False),
        (DIVISOR_OVER + STEP, True),
        (Decimal("13.04"), True),
        (DIVISOR_TO, True),
        (DIVISOR_TO + STEP, False),
    ],
)
def test_only_divisors_near_13_04_give_the_printed_months(divisor, fits) -> None:
    assert all(monthly_hours(row.annual, divisor) == row.monthly for row in EARNING) is fits


def test_a_twelfth_of_a_year_gives_none_of_the_printed_months() -> None:
    assert not any(monthly_hours(row.annual, 12) == row.monthly for row in EARNING)


@pytest.mark.parametrize(
    ("constant", "fits"),
    [
        (NEAREST_FROM - STEP, False),
        (NEAREST_FROM, True),
        (NEAREST_BELOW - STEP, True),
        (NEAREST_BELOW, False),
    ],
)
def test_allowed_points_per_hour_by_nearest_rounding(constant, fits) -> None:
    # With no NAT and 60 / constant weeks, F1 is hours x constant, rounded half up.
    assert all(points_f1(row.annual, 0, 60 / constant) == row.new for row in EARNING) is fits


@pytest.mark.parametrize(
    ("constant", "fits"), [(UP_OVER, False), (UP_OVER + STEP, True), (UP_TO, True), (UP_TO + STEP, False)]
)
def test_allowed_points_per_hour_by_rounding_up(constant, fits) -> None:
    assert all(points_f2(row.annual, constant, 1) == row.new for row in EARNING) is fits


def test_printed_months_are_too_coarse_for_f1() -> None:
    tables = {"community": COMMUNITY, "licence": LICENCE}
    missed = [
        (name, tier)
        for name, table in tables.items()
        for tier, row in table.items()
        if row.new and points_f1(row.monthly * Decimal("13.04")) != row.new
    ]
    assert missed == [("community", "D2"), ("licence", "C1")]


def test_what_if_tiers() -> None:
    assert round(points_f1_exact(60), 3) == Fraction("80.285")
    assert (points_f1(60), points_f2(60), monthly_hours(60)) == (80, 80, Decimal("4.60"))
    assert points_f2_exact(60) == 80
    hours = Decimal("20.5")
    assert (points_f1(hours), points_f2(hours)) == (27, 28)


def test_halves_go_up() -> None:
    assert points_f1(1, 0, 24) == 3  # 60 / 24 = 2.5
    assert monthly_hours(1, 8) == Decimal("0.13")  # 0.125


@pytest.mark.parametrize("number", [95.5, True, "95.5"])
def test_inexact_hours_are_refused(number) -> None:
    with pytest.raises(TypeError, match="not exact"):
        points_f1(number)


def test_negative_hours_are_refused() -> None:
    with pytest.raises(ValueError, match="below 0"):
        monthly_hours(-1)
