"""Forecasts: figures known from published values, bands that come from what was missed, and no look ahead."""

from datetime import date, timedelta
from math import prod
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wmt.staffing import forecast as method
from wmt.staffing import published
from wmt.staffing.rates import StaffingError
from wmt.staffing.series import DatedSeries, SeriesBreak, SeriesValue, of_file, packaged

YEAR_ENDS = [217359, 241144, 267146, 264649, 256010, 247759, 223973, 238500, 240431, 238765, 240362]
EIGHT = 8


def values(name: str) -> list[float]:
    return [each.value for each in packaged()[name].comparable_on()]


def test_eleven_year_ends() -> None:
    known = np.array(YEAR_ENDS, float)
    assert [round(float(each), 1) for each in method.theta(known, 2)] == [240_075.4, 239_807.3]
    assert [round(float(each), 1) for each in method.mean_of_three(known, 2)] == pytest.approx(
        [240_541.4, 240_673.3], abs=0.11
    )
    assert list(method.last_value(known, 2)) == [240_362, 240_362]
    on_the_day = packaged()["caseload-yearly"].known_on(date(2025, 5, 1))
    assert [each.value for each in on_the_day] == YEAR_ENDS


def test_a_straight_line_is_carried_on_and_fades() -> None:
    line = np.arange(10.0, 40.0)
    assert method.theta(line, 1)[0] == pytest.approx(39.5, abs=0.02)  # half of its slope
    damped = method.damped_trend(line, 3)
    assert 39 < damped[0] < damped[1] < damped[2] < 42
    assert damped[2] - damped[1] < damped[1] - damped[0]


@pytest.mark.parametrize("told", [method.mean_of_three, method.theta, method.damped_trend, method.last_value])
def test_what_never_changes_stays(told: method.Method) -> None:
    assert list(told(np.full(15, 7.0), 3)) == pytest.approx([7, 7, 7])


def test_the_default_is_no_worse_than_no_change_and_its_bands_hold() -> None:
    """On the open series that come with the program: the mean ratio, and all bands together."""
    found = [method.forecast(values(name), EIGHT) for name in ("prison", "income-support")]
    ratios = [each.against_naive or 9 for each in found]
    assert prod(ratios) ** (1 / len(ratios)) <= 1
    held = [each.held_percent() or (0, 0) for each in found]
    together = sum(share * number for share, number in held) / sum(number for _, number in held)
    assert 75 <= together <= 90


@given(st.lists(st.floats(50, 150), min_size=14, max_size=30), st.integers(12, 13), st.floats(1, 1e6))
def test_a_back_test_never_looks_ahead(known: list[float], origin: int, otherwise: float) -> None:
    """What was told at an origin is the same whatever came after it."""
    changed = [*known[:origin], *(otherwise for _ in known[origin:])]
    first, second = (
        [miss.told for miss in method.back_test(of, 4, method.mean_of_three) if miss.origin == origin]
        for of in (known, changed)
    )
    assert first == second


@given(st.lists(st.floats(10, 1000), min_size=21, max_size=40))
def test_a_band_is_made_of_misses_known_by_then(known: list[float]) -> None:
    found = method.forecast(known, 2)
    widest = 0.0
    for step in found.steps:
        shares = sorted(miss.share for miss in found.misses if miss.ahead == step.ahead)
        place = -(-(len(shares) + 1) * 8 // 10)
        widest = max(widest, shares[place - 1])  # no band is narrower than one nearer by
        assert step.high is not None
        assert (step.high - step.value) / abs(step.value) == pytest.approx(widest, abs=1e-9)


def test_a_band_of_95_needs_nineteen_misses() -> None:
    of = [method.Miss(20, 1, 100, 100 + each) for each in range(18)]
    assert method.half_width(of, 1, 0.95, 30) is None
    assert method.half_width([*of, method.Miss(20, 1, 100, 118)], 1, 0.95, 30) == pytest.approx(0.18)
    assert method.half_width(of[:7], 1, 0.8, 30) is None
    assert method.half_width(of, 1, 0.8, 20) is None  # none of them was known yet


def test_fewer_than_twelve_values_are_carried_on_without_a_band() -> None:
    found = method.forecast(YEAR_ENDS, 2)
    assert (found.method, found.steps[1].value, found.steps[1].low) == ("last value", 240_362, None)
    assert (found.held_percent(), found.against_naive, found.off_percent(1)) == (None, None, None)


@pytest.mark.parametrize(("known", "ahead"), [([], 1), ([1.0, float("nan")], 1), ([1.0], 0)])
def test_no_forecast_of_nothing(known: list[float], ahead: int) -> None:
    with pytest.raises(ValueError, match=r"series needs|one step"):
        method.forecast(known, ahead)


def test_a_break_is_bridged_or_cuts_the_series() -> None:
    """31 March 2026 counts 7,707 more: with them the last step is that of the months before."""
    caseload = packaged()["caseload"]
    *before, last = [each.value for each in caseload.comparable_on()]
    assert last == 258_332
    assert before[-1] == 248_568 + 7_707
    earlier = caseload.comparable_on(date(2025, 12, 1))
    assert earlier[-1].value == 244_209  # no value after the break is known, so nothing is shifted
    cut = DatedSeries("x", "x", "", 3, caseload.values, (SeriesBreak(date(2026, 3, 31), None, "unknown"),))
    assert [each.value for each in cut.comparable_on()] == [258_332]


def test_a_value_is_what_was_published_by_a_day() -> None:
    def on(day: date) -> dict[date, float]:
        return {each.as_at: each.value for each in packaged()["caseload"].known_on(day)}

    march = date(2025, 3, 31)
    assert march not in on(date(2025, 7, 30))
    assert (on(date(2025, 7, 31))[march], on(date(2026, 7, 30))[march]) == (241_540, 242_397)


@given(st.integers(0, 1500))
def test_no_value_is_known_before_it_is_published(days: int) -> None:
    day = date(2022, 1, 1) + timedelta(days)
    for series in packaged().values():
        assert all(each.published_on <= day for each in series.known_on(day))


def test_only_the_latest_run_without_a_gap_is_used() -> None:
    days = [date(2020, 3, 31), date(2020, 6, 30), date(2021, 3, 31), date(2021, 6, 30)]
    series = DatedSeries("x", "x", "", 3, [SeriesValue(day, n, day) for n, day in enumerate(days)])
    assert [each.value for each in series.known_on()] == [2, 3]
    assert series.next_days(2) == [date(2021, 9, 30), date(2021, 12, 31)]


def test_every_series_says_where_it_is_from() -> None:
    known = published.sources()
    assert all(each.source_id in known for series in packaged().values() for each in series.values)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("day,value\n2020-03-31,1\n", "needs the columns as_at and value"),
        ("as_at,value\n31/3/2020,1\n", "row 2: as_at and published_on are days"),
        ("as_at,value\n2020-03-31,many\n", "row 2: 'many' is no number"),
        ("as_at,value\n2020-03-31,\n", "leave the row out"),
        ("as_at,value\n2020-03-31,1\n2020-03-31,2\n", "a day twice"),
        ("as_at,value\n2020-03-30,1\n2020-03-31,2\n", "within one month"),
        ("as_at,value\n", "has no values"),
        ("as_at,value,value\n2020-03-31,1,2\n", "has a column twice"),
        ("as_at,value\n9999-12-31,1\n", "row 2: a day is outside 1800 to 2200"),
        ("as_at,value\n1800-12-31,1\n2200-12-31,2\n", "more than ten years between values"),
        ("", "cannot be read|needs the columns"),
    ],
)
def test_a_file_that_is_no_series_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(StaffingError, match=words):
        of_file(path)


def test_a_series_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text('as_at,value,published_on\n2020-03-31,"1,200",2020-05-01\n2020-06-30,1300,\n', "utf-8")
    series = of_file(path)
    assert (series.months, [each.value for each in series.known_on()]) == (3, [1200, 1300])
    assert [each.value for each in series.known_on(date(2020, 4, 1))] == []
