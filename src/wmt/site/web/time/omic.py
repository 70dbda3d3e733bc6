"""Over time in OMiC: cases and their points in custody and on licence. No capacity is claimed of it."""

from collections.abc import Callable, Sequence

from wmt.site.queries.period_figures import FigurePeriod, summed
from wmt.site.tables import Column, Value
from wmt.site.web.charts import time_series
from wmt.site.web.charts.figure import Chart
from wmt.site.web.forms.date_range import days_words
from wmt.site.web.time import over_chart
from wmt.site.web.time.over_request import OverTimeRequest
from wmt.site.web.units.labels import in_stream
from wmt.text import counted

_WORTH = (("In custody", "omic_x100"), ("On licence", "omic_licence_x100"))
SAID = "OMiC work is not measured against hours, so there is no capacity, and nothing is over a threshold."


def columns(head: Callable[[str], str], *, by_day: bool) -> list[Column]:
    """The columns in place of capacity, points and available points."""
    return [
        Column("omic_cases", head("OMiC cases"), "count" if by_day else "number"),
        Column("omic", head("Points in custody"), "points"),
        Column("omic_licence", head("Points on licence"), "points", "points the same cases would have on "
               "licence"),
    ]  # fmt: skip


def values(each: FigurePeriod) -> dict[str, Value]:
    """The cells of these columns."""
    return {
        "omic_cases": each.count("omic_cases"),
        "omic": each.points("omic_x100"),
        "omic_licence": each.points("omic_licence_x100"),
    }


def key_figures(found: Sequence[FigurePeriod], sums: tuple[str, ...]) -> list[tuple[str, Value, str]]:
    """What to see first: the cases of the last days, over all days, the most and the fewest."""
    whole = summed(list(found), sums)
    assert whole is not None
    days = counted(whole.days, "day")
    figures = [
        _cases("OMiC cases, last", found[-1]),
        ("Average over period", whole.count("omic_cases"), f"mean of {days} with figures"),
    ]
    known = [each for each in found if each.mean("omic_cases") is not None]
    if known:
        figures += [_cases("Most", max(known, key=_mean)), _cases("Fewest", min(known, key=_mean))]
    return [*figures, ("Points in custody, last", found[-1].points("omic_x100"), _days(found[-1]))]


def _mean(each: FigurePeriod) -> int:
    return each.mean("omic_cases", 100) or 0


def _cases(title: str, each: FigurePeriod) -> tuple[str, Value, str]:
    return title, each.count("omic_cases"), _days(each)


def _days(each: FigurePeriod) -> str:
    return days_words(each.first, each.last)


def picture(asked: OverTimeRequest, found: Sequence[FigurePeriod]) -> Chart | None:
    """Cases, points and reductions, without a percentage; None where too little is known for a line."""
    cases = [_line("OMiC cases", "omic_cases", found, lambda number: f"{number:,} OMiC cases")]
    worth = [
        _line(name, field, found, lambda x100: counted(over_chart.shown(x100), "point"), tone)
        for tone, (name, field) in enumerate(_WORTH)
    ]
    # the same in words: no percentage is among them
    first, last = found[0], found[-1]
    begin, end = (each.count("omic_cases").text for each in (first, last))
    return time_series.time_chart(
        "chart",
        f"{in_stream(asked.unit)}: OMiC cases, points and reductions, {asked.span.words}",
        "Cases, points, reductions in hours a week",
        (
            f"From {begin} OMiC cases ({_days(first)}) to {end} ({_days(last)}). "
            "OMiC work is not measured against hours, so there is no capacity."
        ),
        [
            time_series.ChartPanel(
                "OMiC cases", cases, over_chart.scale(cases, least=4), lambda number: f"{number:,}"
            ),
            time_series.ChartPanel("Points of OMiC cases", worth, over_chart.scale(worth), over_chart.shown),
            over_chart.reductions(found),
        ],
        over_chart.periods(asked, found),
    )


def _line(
    name: str, field: str, found: Sequence[FigurePeriod], words: Callable[[int], str], tone: int = 0
) -> time_series.Series:
    return time_series.Series(name, [over_chart.plain(each, each.mean(field), words) for each in found], tone)
