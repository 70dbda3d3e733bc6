"""Publications kept beside each other: what was known when, and that no back-test sees what came later."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from how_many import examples
from wmt.staffing import forecast as method
from wmt.staffing import kept_statistics as kept
from wmt.staffing.rates import StaffingError
from wmt.staffing.series import DatedSeries, SeriesBreak, SeriesValue, packaged
from wmt.staffing.vintages import forecast_of, origins

JULY, OCTOBER = date(2026, 7, 30), date(2026, 10, 29)
MARCH, JUNE = date(2026, 3, 31), date(2026, 6, 30)


def quarter(place: int) -> date:
    year, month = divmod(place, 4)
    return date(2000 + year + (month == 3), (month * 3 + 4) % 12 or 12, 1) - timedelta(1)


def a_series(
    lags: Sequence[int], values: Sequence[float], revised: Sequence[tuple[int, int, float]]
) -> DatedSeries:
    """Quarters that were published some days later, a few of them again, later still and differently."""
    found = [
        SeriesValue(quarter(n), value, quarter(n) + timedelta(lag))
        for n, (value, lag) in enumerate(zip(values, lags, strict=True))
    ]
    for place, later, value in revised:
        first = found[place % len(values)]
        found.append(SeriesValue(first.as_at, value, first.published_on + timedelta(later)))
    return DatedSeries("x", "x", "people", 3, found)


SERIES = st.builds(
    a_series,
    st.lists(st.integers(1, 700), min_size=18, max_size=18),
    st.lists(st.floats(50, 150), min_size=18, max_size=18),
    st.lists(st.tuples(st.integers(0, 17), st.integers(1, 900), st.floats(50, 150)), max_size=6),
)


@settings(max_examples=examples(100))
@given(SERIES, st.integers(0, 17), st.floats(1, 1e6))
def test_a_back_test_uses_no_value_published_after_its_origin(
    series: DatedSeries, place: int, otherwise: float
) -> None:
    """Whatever is published after a day, forecasts made by then and bands told by then are the same."""
    known = series.comparable_on()
    day = known[place % len(known)].published_on
    changed = replace(
        series,
        values=[
            replace(each, value=otherwise) if each.published_on > day else each for each in series.values
        ],
    )
    by_then = {each.as_at for each in series.known_on(day)}
    counts = {n for n, each in enumerate(known, 1) if each.as_at in by_then}
    before, after = (
        [
            (each.known, each.values)
            for each in origins(of, known)
            if each.known in counts and _made_by(of, each, day)
        ]
        for of in (series, changed)
    )
    assert before == after


def _made_by(series: DatedSeries, origin: method.ForecastOrigin, day: date) -> bool:
    """Whether all that an origin knows was published by a day."""
    last = series.comparable_on()[origin.known - 1].as_at
    return series.first_published()[last].published_on <= day


@settings(max_examples=examples(100))
@given(SERIES)
def test_what_happened_was_known_when_a_band_uses_it(series: DatedSeries) -> None:
    known = series.comparable_on()
    first = series.first_published()
    days: dict[int, date] = {}
    for when in sorted({first[each.as_at].published_on for each in known}):
        last = series.comparable_on(when)[-1].as_at
        for place in (n for n, each in enumerate(known, 1) if each.as_at == last):
            days.setdefault(place, when)
    for origin in origins(series, known):
        for each, (_, seen) in zip(known[origin.known :], origin.later, strict=True):
            if seen in days and seen < len(known):
                assert first[each.as_at].published_on <= days[seen]


def test_values_published_together_leave_nothing_to_try() -> None:
    """Forty quarters of one publication: a band would be made of what nobody knew then."""
    values = [SeriesValue(quarter(n), 100 + n, date(2012, 1, 1)) for n in range(40)]
    found = forecast_of(DatedSeries("x", "x", "people", 3, values), 4)
    assert (found.method, found.misses, found.steps[0].low) == ("mean of three", [], None)


def test_a_revision_counts_from_its_own_day_on() -> None:
    series = a_series([30] * 20, [100.0] * 20, [(12, 400, 140.0)])
    told = {
        each.known: each.values[12] for each in origins(series, series.comparable_on()) if each.known > 12
    }
    # the quarters are 90 to 92 days apart: the fourth publication after the first of it comes 366 days later
    assert [told[count] for count in (13, 17, 18)] == [100, 100, 140]
    assert [happened for happened, _ in origins(series, series.comparable_on())[11].later] == [100.0] * 8


def test_a_forecast_from_before_a_break_is_held_against_what_its_own_count_would_have_been() -> None:
    plain = a_series([30] * 16, [*[100.0] * 14, 107.0, 107.0], [])
    bridged = replace(plain, breaks=(SeriesBreak(quarter(14), 7, "another count"),))
    later = origins(bridged, bridged.comparable_on())[11].later
    assert later == [(100, 13), (100, 14), (100, 15), (100, 16)]
    unknown = replace(plain, breaks=(SeriesBreak(quarter(14), None, "another count"),))
    assert origins(unknown, unknown.comparable_on())[-1].known == 2


@pytest.mark.parametrize("name", ["prison", "income-support"])
def test_series_that_were_never_revised_are_tried_as_before(name: str) -> None:
    series = packaged()[name]
    values = [each.value for each in series.comparable_on()]
    assert forecast_of(series, 8) == method.forecast(values, 8)


def a_table(published_on: date, *values: tuple[str, date, float]) -> kept.KeptTable:
    rows = [kept.KeptValue(*each, "B4") for each in values]
    return kept.KeptTable("caseload", published_on, rows, "tables.ods", "00")


def test_what_was_read_is_kept_and_joined_by_its_day_of_publication(tmp_path: Path) -> None:
    july = a_table(JULY, ("caseload", MARCH, 258_332))
    october = a_table(OCTOBER, ("caseload", MARCH, 258_900), ("caseload", JUNE, 259_700))
    for each in (july, october):
        (tmp_path / each.name).write_bytes(each.as_csv())
    (tmp_path / "notes.txt").write_text("of somebody", "utf-8")
    assert kept.read_folder(tmp_path) == [july, october]
    series = kept.all_series(tmp_path)["caseload"]

    def on(day: date) -> dict[date, float]:
        return {each.as_at: each.value for each in series.known_on(day)}

    assert on(OCTOBER - timedelta(1))[MARCH] == 258_332
    assert JUNE not in on(OCTOBER - timedelta(1))
    assert (on(OCTOBER)[MARCH], on(OCTOBER)[JUNE]) == (258_900, 259_700)
    assert (
        series.known_on()[-1].source_id
        == "Offender management statistics quarterly, published 29 October 2026"
    )
    assert kept.all_series(tmp_path / "nothing").keys() == packaged().keys()


@pytest.mark.parametrize(
    "text",
    ["", "series,as_at\n", "series,as_at,value,cell,file,sha256\nnone,2026-03-31,1,B4,f,0\n",
     "series,as_at,value,cell,file,sha256\ncaseload,2026-03-31,nan,B4,f,0\n",
     "series,as_at,value,cell,file,sha256\ncaseload,2026-09-30,1,B4,f,0\n",
     "series,as_at,value,cell,file,sha256\ncaseload,2026-03-31,1,B4,f,0\ncaseload,2026-03-31,2,B4,f,0\n"],
)  # fmt: skip
def test_a_kept_file_that_was_changed_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "caseload-2026-07-30.csv").write_text(text, "utf-8")
    with pytest.raises(StaffingError, match=r"caseload-2026-07-30\.csv cannot be read; move it out"):
        kept.read_folder(tmp_path)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (259_700, []),
        (2_597_000, ["caseload: 258,332 on 31 March 2026 and 2,597,000 on 30 June 2026 (cell B4)"]),
        (25_970, ["caseload: 258,332 on 31 March 2026 and 25,970 on 30 June 2026 (cell B4)"]),
        (0, ["caseload: 258,332 on 31 March 2026 and 0 on 30 June 2026 (cell B4)"]),
    ],
)
def test_a_jump_is_a_question(value: float, words: list[str]) -> None:
    assert kept.questions(a_table(OCTOBER, ("caseload", JUNE, value)), packaged(), 25, 2) == words


def test_a_large_revision_and_another_value_of_the_same_publication_are_questions() -> None:
    revised = a_table(OCTOBER, ("caseload", date(2025, 12, 31), 255_000))
    assert "248,568 as published on 30 July 2026" in kept.questions(revised, packaged(), 25, 2)[0]
    same_day = a_table(JULY, ("caseload", MARCH, 258_333))
    assert "258,332 as published on 30 July 2026" in kept.questions(same_day, packaged(), 25, 2)[0]
    assert kept.questions(a_table(JULY, ("caseload", MARCH, 258_332)), packaged(), 25, 2) == []
