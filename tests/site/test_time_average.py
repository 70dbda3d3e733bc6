"""The average of a period lies between its lowest and its highest, whatever days had no available hours."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from wmt.site.queries.period_figures import FigurePeriod
from wmt.site.web.time.over_tables import key_figures

FIRST = date(2026, 11, 1)
SUMS = ("points_x100", "available_x100")


def figures(*days: tuple[int, int]) -> dict[str, tuple[str, str]]:
    """The key figures of days with points and available points: value and words by title."""
    found = [
        FigurePeriod(
            first=(day := FIRST + timedelta(number)), last=day, days=1, corrected=0, archived=0,
            sums=dict(zip(SUMS, (points * 100, available * 100), strict=True)),
        )
        for number, (points, available) in enumerate(days)
    ]  # fmt: skip
    state = SimpleNamespace(over_x100=11_000, over_text="110%")
    asked: Any = SimpleNamespace(is_omic=False, sums=SUMS, step="day", question=SimpleNamespace(state=state))
    return {title: (value.text, words) for title, value, words in key_figures(asked, found)}


def test_days_without_available_hours_are_in_no_average_of_capacity() -> None:
    found = figures((1000, 1000), (1200, 1000), (1100, 0))
    assert found["Average over period"] == ("110.0%", "2 days with available hours")
    assert (found["Highest"][0], found["Lowest"][0]) == ("120.0%", "100.0%")


def test_where_all_days_have_hours_all_count() -> None:
    assert figures((1000, 1000), (1200, 1000))["Average over period"] == ("110.0%", "2 days with figures")


def test_without_any_hours_there_is_no_capacity() -> None:
    found = figures((1100, 0))
    assert found["Average over period"] == (found["Last"][0], "1 day with figures")
    assert "Highest" not in found
