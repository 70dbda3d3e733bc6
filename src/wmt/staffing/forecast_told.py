"""A forecast as plain data, which every way out tells."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from wmt.staffing import published
from wmt.staffing.forecast import Forecast
from wmt.staffing.series import DatedSeries, SeriesValue
from wmt.staffing.vintages import forecast_of


def present(
    series: DatedSeries, known: Sequence[SeriesValue], found: Forecast, as_known: date | None, steps: int
) -> dict[str, Any]:
    """A series carried on by so many steps, the last value beside it, its breaks, sources and back-test."""
    held = found.held_percent()
    return {
        "series": series.name,
        "title": series.title,
        "method": found.method,
        "values": len(known),
        "last_as_at": known[-1].as_at,
        "last_value": round(known[-1].value, 1),
        "breaks": [
            {"as_at": each.as_at, "shift": each.shift, "why": each.why}
            for each in series.breaks
            if each.as_at <= known[-1].as_at
        ],
        "steps": [
            {
                "as_at": day,
                "value": round(step.value, 1),
                **{name: _rounded(getattr(step, name)) for name in ("low", "high", "low_95", "high_95")},
                "last_value": round(found.last, 1),
            }
            for day, step in zip(series.next_days(steps, as_known), found.steps, strict=True)
        ],
        "back_test": {
            "off_percent": {ahead: _rounded(found.off_percent(ahead), 2) for ahead in range(1, steps + 1)},
            "last_value_off_percent": {
                ahead: _rounded(found.off_percent(ahead, naive=True), 2) for ahead in range(1, steps + 1)
            },
            "error_against_last_value": _rounded(found.against_naive, 3),
            "band_held_percent": None if held is None else round(held[0], 1),
            "bands": 0 if held is None else held[1],
        },
        "sources": _sources(known),
    }


def sure_words(told: Mapping[str, Any], months: int) -> str:
    """How sure the forecast is, in plain words."""
    test = told["back_test"]
    if told["method"] == "last value":
        return (
            f"Only {told['values']} values are known without a gap, too few to test a method or to give a "
            "band. So the last value is carried on: read it as ‘no change’, not as a prediction."
        )
    ahead = 12 // months if months <= 12 else 1
    off, naive = test["off_percent"][ahead], test["last_value_off_percent"][ahead]
    held = "" if test["band_held_percent"] is None else (
        f" Its bands of 80% held {test['band_held_percent']:.0f}% of the {test['bands']:,} times."
    )  # fmt: skip
    ratio = test["error_against_last_value"]
    better = "" if ratio is None else (
        f" Over all distances its errors were {ratio:.2f} times those of ‘no change’."
    )  # fmt: skip
    first = "" if off is None else (
        f"In the past it was {off:.1f}% off a year ahead on average; carrying the last value on was "
        f"{naive:.1f}% off."
    )  # fmt: skip
    return f"{first}{better}{held}".strip() or (
        "It cannot be tried on the past: the values that are known were published together, or nothing has "
        "been published since there were twelve. So there is no band either."
    )


def _rounded(value: float | None, places: int = 1) -> float | None:
    return None if value is None else round(value, places)


def _sources(known: Sequence[SeriesValue]) -> list[str]:
    named: Mapping[str, Mapping[str, str]] = published.sources()
    ids = dict.fromkeys(each.source_id for each in known if each.source_id)
    return [f"{named[each]['title']} ({named[each]['publisher']})" if each in named else each for each in ids]


def of_series(series: DatedSeries, steps: int, day: date) -> dict[str, Any]:
    """A series carried on from what was published by a day. Raises ValueError where that is nothing."""
    known = series.comparable_on(day)
    return present(series, known, forecast_of(series, steps, day), day, steps)
