"""What was known on days of the past: a back-test that uses nothing published after the day of a forecast."""

from collections.abc import Sequence
from datetime import date

from wmt.staffing.forecast import Forecast, ForecastOrigin, forecast
from wmt.staffing.series import DatedSeries, SeriesValue


def forecast_of(series: DatedSeries, ahead: int, day: date | None = None) -> Forecast:
    """A series carried on from what was published by a day, or from all, tried on what was known before.

    Raises ValueError where nothing was published by then.
    """
    known = series.comparable_on(day)
    return forecast([each.value for each in known], ahead, origins(series, known, day))


def origins(
    series: DatedSeries, known: Sequence[SeriesValue], day: date | None = None
) -> list[ForecastOrigin]:
    """The days on which values of a run were published first: what was known then, and what came after.

    What came is the value that was published first, in the way of counting of the origin.
    """
    first = series.first_published(day)
    place = {each.as_at: number for number, each in enumerate(known, 1)}
    runs: dict[int, list[SeriesValue]] = {}
    days: dict[int, date] = {}
    for when in sorted({first[each.as_at].published_on for each in known}):
        run = series.comparable_on(when)
        count = place.get(run[-1].as_at)
        if count is not None and count not in runs:
            runs[count], days[count] = run, when
    return [
        ForecastOrigin(
            count,
            [each.value for each in run],
            [
                _outcome(series, run[-1].as_at, first[each.as_at], days, (place[each.as_at], len(known)))
                for each in known[count:]
            ],
        )
        for count, run in runs.items()
    ]


def _outcome(
    series: DatedSeries, origin: date, value: SeriesValue, days: dict[int, date], places: tuple[int, int]
) -> tuple[float | None, int]:
    """The value as it would have been counted at an origin, and how many values are known when it is.

    `days` are those of the origins; `places` its own place among the values, and that of the last.
    """
    own, last = places
    shift = series.shift_between(origin, value.as_at)
    seen = (count for count, when in days.items() if when >= value.published_on and count >= own)
    return (None if shift is None else value.value - shift), min(seen, default=last)
