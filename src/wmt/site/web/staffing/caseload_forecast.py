"""Caseload forecast: published series carried on, with bands, breaks and how well that did before."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from wmt.site import query_form, tables
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.charts import figure, time_series
from wmt.site.web.charts.scale import Scale
from wmt.site.workload.models import Unit
from wmt.staffing import forecast_told, kept_statistics, series
from wmt.staffing.rates import StaffingError

TITLE = "Caseload forecast"
TEMPLATE = "unit/forecast.jinja"
_STEPS = 8
#: How many of the last published values the chart has.
_SHOWN = 24


class ForecastForm(query_form.QueryForm):
    """Which published series is carried on: of those that ship and those that were read."""

    def __init__(self, query: Mapping[str, str], known: Mapping[str, series.DatedSeries]) -> None:
        self._known = known
        super().__init__(query)

    def add_fields(self) -> None:
        """The series there are."""
        choices = [(name, each.title) for name, each in self._known.items()]
        self.fields["series"] = query_form.ChoiceOrDefault(choices, initial="caseload")


def applies(unit: Unit) -> bool:
    """Series are published for England and Wales."""
    return unit.level == "nation"


def content(question: UnitRequest) -> dict[str, Any]:
    """The chart, its table, and the back-test in plain words."""
    if not applies(question.unit):
        return {"tables": {}, "elsewhere": True}
    all_known, damaged = known_series()
    form = ForecastForm(question.request.GET, all_known)
    form.is_valid()
    of = all_known[form.found("series")]
    today = question.state.day
    known = of.comparable_on(today)
    if not known:
        return {"tables": {}, "elsewhere": False, "form": form, "nothing": True, "damaged": damaged}
    told = forecast_told.of_series(of, _STEPS, today)
    return {
        "elsewhere": False,
        "form": form,
        "nothing": False,
        "damaged": damaged,
        "told": told,
        "sure": forecast_told.sure_words(told, of.months),
        "chart": forecast_chart(of, known, told),
        "tables": {"ahead": _ahead(of, told), "test": _test(told), "published": _values(of, known)},
    }


def known_series() -> tuple[Mapping[str, series.DatedSeries], str]:
    """All series; where a table that was read cannot be used, those that ship, and what to say."""
    try:
        return kept_statistics.all_series(settings.CONFIG.home / kept_statistics.FOLDER), ""
    except StaffingError as error:
        return series.packaged(), str(error)


def forecast_chart(
    of: series.DatedSeries, known: Sequence[series.SeriesValue], told: Mapping[str, Any]
) -> figure.Chart | None:
    """What is published, carried on, with its band and ‘no change’ beside it."""
    shown = known[-_SHOWN:]
    published = _places([(each.as_at, each.value) for each in shown])
    join = (shown[-1].as_at, shown[-1].value)
    lines = [time_series.Series("published", published, 0)]
    # long names are in the key alone: what is published ends in the middle, where its name covers lines
    names = [(f"carried on by {told['method']}", "value", 1), ("no change: the last value", "last_value", 2)]
    if told["steps"][0]["low"] is not None:
        names += [("lower end of the band of 80%", "low", 3), ("upper end of the band of 80%", "high", 3)]
    for name, key, tone in names:
        ahead = [(each["as_at"], each[key]) for each in told["steps"] if each[key] is not None]
        lines.append(time_series.Series(name, _places([join, *ahead]), tone))
    values = [place.value for line in lines for place in line.places]
    scale = Scale.holding(values, low=min(value for value in values if value is not None), high=0)
    breaks = [
        time_series.Period(each["as_at"], each["as_at"] + timedelta(1), "", f"a break: {each['why']}")
        for each in told["breaks"]
    ]
    panel = time_series.ChartPanel(
        f"Thousands of {of.unit}", lines, scale, lambda value: f"{value / 1000:,.0f}"
    )
    last = told["steps"][-1]
    summary = f"Up to {_day(last['as_at'])}. ‘No change’ is always drawn beside the forecast"
    return time_series.time_chart(
        "forecast", of.title, f"Thousands of {of.unit}", f"{summary}.", [panel], breaks
    )


def _places(values: Sequence[tuple[date, float]]) -> list[time_series.DataPoint]:
    """Places that join each other: a value is of the days since the one before."""
    found = []
    for place, (as_at, value) in enumerate(values):
        first = values[place - 1][0] + timedelta(1) if place else as_at
        words = f"{_day(as_at)}: {value:,.0f}"
        found.append(time_series.DataPoint(first, as_at, round(value), lambda words=words: words))  # type: ignore[misc]
    return found


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"


def _number(value: float | None) -> tables.Value:
    return tables.Value(None, "none") if value is None else tables.Value(round(value), f"{value:,.0f}")


def _ahead(of: series.DatedSeries, told: Mapping[str, Any]) -> tables.Table:
    columns = [
        tables.Column("day", "Day", "date"),
        tables.Column("value", "Forecast", "number"),
        tables.Column("low", "80%, lower end", "number"),
        tables.Column("high", "80%, upper end", "number"),
        tables.Column("last", "No change", "number", "The last published value carried on."),
    ]
    rows = [
        tables.Row(
            {
                "day": tables.day(each["as_at"]),
                "value": _number(each["value"]),
                "low": _number(each["low"]),
                "high": _number(each["high"]),
                "last": _number(each["last_value"]),
            }
        )
        for each in told["steps"]
    ]
    return tables.Table("ahead", f"Ahead: {of.title}", columns, rows)


def _test(told: Mapping[str, Any]) -> tables.Table:
    columns = [
        tables.Column("ahead", "Steps ahead", "count"),
        tables.Column("off", "Forecast was off by", "number", "On average, of all past forecasts."),
        tables.Column("naive", "No change was off by", "number"),
    ]
    test = told["back_test"]
    rows = [
        tables.Row(
            {
                "ahead": tables.count(ahead),
                "off": _percent(off),
                "naive": _percent(test["last_value_off_percent"][ahead]),
            }
        )
        for ahead, off in test["off_percent"].items()
        if off is not None
    ]
    empty = "Too few values are known to try any forecast on the past."
    return tables.Table("test", "How well this would have done before", columns, rows, empty=empty)


def _percent(value: float | None) -> tables.Value:
    return tables.Value(value, "–" if value is None else f"{value:.1f}%")


def _values(of: series.DatedSeries, known: Sequence[series.SeriesValue]) -> tables.Table:
    columns = [
        tables.Column("day", "Day", "date"),
        tables.Column("value", "Value used", "number", "Before a break its shift is added."),
        tables.Column("published", "Published on", "date"),
    ]
    rows = [
        tables.Row(
            {
                "day": tables.day(each.as_at),
                "value": _number(each.value),
                "published": tables.day(each.published_on),
            }
        )
        for each in reversed(known)
    ]
    return tables.Table("published", f"What is published: {of.title}", columns, rows)
