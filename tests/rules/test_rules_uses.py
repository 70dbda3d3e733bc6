"""What a rule is for, and the numbers and days that a value may be asked for."""

from datetime import date
from decimal import Decimal

import pytest

from wmt import rules
from wmt.rules import Overlay, RulesError
from wmt.rules.uses import has_start, is_historical, prices_nothing
from wmt.rules.values import DatedValue

DAY = date(2026, 11, 20)


def value(given: object, valid_from: date = DAY) -> DatedValue:
    """A value of a rule of the tests."""
    return DatedValue("a.b", given, valid_from, "points", "a test", "a test", "default")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "historical", "for_information"),
    [
        ("thresholds.local_amber", True, False),
        ("activity_timings.local.unpaid_work_contacts", True, True),
        ("activity_timings.home_visit", False, True),
        ("responsive_time.max_percent", False, True),
        ("staffing.chain", False, True),
        ("thresholds.caseload_ceiling.cases_per_fte", False, False),
        ("tier_points.pc16.community.A3", False, False),
    ],
)
def test_what_a_rule_is_for(path: str, historical: bool, for_information: bool) -> None:
    assert (is_historical(path), prices_nothing(path)) == (historical, for_information)


def test_no_rule_that_points_come_from_is_for_information() -> None:
    paths = {found.path for found in rules.load().at(DAY)}
    assert any(map(prices_nothing, paths))
    assert not any(map(prices_nothing, (path for path in paths if path.startswith("tier_points."))))


def test_what_began_with_the_first_extract_has_no_published_start() -> None:
    assert not has_start(value(1, date(2017, 5, 1)))
    assert has_start(value(1, date(2017, 5, 2)))
    assert has_start(value(1, date(2017, 4, 30)))


@pytest.mark.parametrize(("given", "whole"), [(0, 0), (28, 28), (Decimal("28.00"), 28), (-3, -3)])
def test_a_whole_number(given: object, whole: int) -> None:
    assert value(given).whole == whole


@pytest.mark.parametrize("given", [Decimal("28.5"), Decimal("-0.01")])
def test_no_whole_number(given: object) -> None:
    with pytest.raises(RulesError, match=rf"^a\.b is {given}, which is no whole number"):
        _ = value(given).whole


@pytest.mark.parametrize("given", ["NaN", "Infinity", "-Infinity"])
def test_a_number_without_end_is_none(given: str) -> None:
    overlay = Overlay("what-if", "a test", (("nat_percent", DAY, Decimal(given)),))
    with pytest.raises(
        RulesError, match=rf"nat_percent: {given} is not a number of percent of time; write digits"
    ):
        rules.load().at(DAY, [overlay])


@pytest.mark.parametrize(
    "path", ["thresholds.caseload_ceiling.cases_per_fte", "tier_points.pc16.community.A3", "nat_percent"]
)
def test_a_number_has_two_decimals_and_no_more(path: str) -> None:
    fits = Decimal("7.01")
    laid = rules.load().at(DAY, [Overlay("what-if", "a test", ((path, DAY, fits),))])
    assert laid[path].value == fits
    with pytest.raises(RulesError, match="is too fine"):
        rules.load().at(DAY, [Overlay("what-if", "a test", ((path, DAY, fits + Decimal("0.001")),))])
