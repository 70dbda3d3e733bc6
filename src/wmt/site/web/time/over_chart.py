"""The chart of a unit over time: capacity, then points and available points, then reductions."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from wmt.ledger import STREAM_NAMES, shown_points
from wmt.site import tables
from wmt.site.queries.period_figures import FigurePeriod
from wmt.site.web.charts import time_series
from wmt.site.web.charts.distribution import FULL_X100
from wmt.site.web.charts.figure import Chart, Sample
from wmt.site.web.charts.scale import Scale
from wmt.site.web.forms.date_range import days_words
from wmt.site.web.time.over_request import OverTimeRequest
from wmt.site.web.units.labels import in_stream, inside
from wmt.text import counted

#: What days of an imported archive are called on the chart, and what the key says of them.
TOTALS_ONLY = "Totals only"
#: What an archive is of that added the streams together.
TOGETHER = "all streams together"
_NO_DETAILS = "we hold no details for these days"


def picture(
    asked: OverTimeRequest, found: Sequence[FigurePeriod], by_grade: Mapping[str, Sequence[FigurePeriod]]
) -> Chart | None:
    """The panels of a unit; None where too little is known to draw a line."""
    low, over = asked.question.low_x100, asked.question.state.over_x100
    rows = by_grade or {"Capacity": found}
    lines = [
        time_series.Series(name, [_place(each) for each in each_rows], tone)
        for tone, (name, each_rows) in enumerate(rows.items())
    ]
    values = [place.value for line in lines for place in line.places]
    heights = Scale.holding(values, low=8_000, high=max(12_000, over))
    capacity = time_series.ChartPanel(
        "Capacity, %", lines, heights, lambda x100: f"{x100 // 100:,}%", (low, over), FULL_X100
    )
    return time_series.time_chart(
        "chart",
        f"{in_stream(asked.unit)}: capacity, points and reductions, {asked.span.words}",
        "Capacity in %, points, reductions in hours a week",
        _summary(asked, found),
        [capacity, _points(found), reductions(found)],
        periods(asked, found),
        [
            Sample("area", "band", f"{tables.exact(low).text}% to {tables.exact(over).text}%"),
            Sample("line", "full", "100%"),
        ],
    )


def periods(asked: OverTimeRequest, found: Sequence[FigurePeriod]) -> list[time_series.Period]:
    """The runs of days of an archive, each as one: of one basis, all streams together or a stream alone."""
    shaded = []
    for (archived, together), run in groupby(found, lambda each: (each.archived > 0, each.together > 0)):
        if archived:
            days = list(run)
            basis = TOGETHER if together else basis_of(asked)
            said = f"imported totals only, {basis}: {_NO_DETAILS}"
            shaded.append(time_series.Period(days[0].first, days[-1].last, f"{TOTALS_ONLY}, {basis}", said))
    return shaded


def basis_of(asked: OverTimeRequest) -> str:
    """What figures of an archive that kept streams apart are of."""
    return "this post alone" if asked.question.is_post else f"{inside(STREAM_NAMES[asked.stream])} alone"


def _place(each: FigurePeriod) -> time_series.DataPoint:
    said = ", corrected" if each.corrected else ", total only" if each.archived else ""
    return time_series.DataPoint(
        each.first,
        each.last,
        each.capacity_x100,
        lambda: f"{days_words(each.first, each.last)}: {each.capacity_words}{said}",
        each.corrected > 0,
    )


def plain(each: FigurePeriod, value: int | None, words: Callable[[int], str]) -> time_series.DataPoint:
    """A value on the axis with its days; one that is not known is a gap."""

    def said() -> str:
        return f"{days_words(each.first, each.last)}: {'not known' if value is None else words(value)}"

    return time_series.DataPoint(each.first, each.last, value, said)


def _points(found: Sequence[FigurePeriod]) -> time_series.ChartPanel:
    def line(name: str, field: str, tone: int) -> time_series.Series:
        places = [
            plain(each, each.mean(field), lambda x100: f"{name.lower()} {shown(x100)}") for each in found
        ]
        return time_series.Series(name, places, tone)

    lines = [line("Points", "points_x100", 0), line("Available points", "available_x100", 1)]
    return time_series.ChartPanel("Points and available points", lines, scale(lines), shown)


def reductions(found: Sequence[FigurePeriod]) -> time_series.ChartPanel:
    """The hours taken off, the last panel."""
    name = "reduction_hours_micro"

    def place(each: FigurePeriod) -> time_series.DataPoint:
        return plain(each, each.mean(name), lambda _: counted(each.hours(name).text, "hour"))

    lines = [time_series.Series("Reductions", [place(each) for each in found])]
    axis = scale(lines, least=4_000_000)
    return time_series.ChartPanel(
        "Reductions, hours a week", lines, axis, lambda micro: tables.hours(micro).text
    )


def scale(lines: Sequence[time_series.Series], least: int = 1_000) -> Scale:
    """A scale that holds every value of some lines, and is no less high than `least`."""
    values = [place.value for line in lines for place in line.places if place.value is not None]
    return Scale.holding(values, low=min(values, default=0), high=max(values, default=0) + least, most=3)


def shown(x100: int) -> str:
    """Hundredths of points as they are shown."""
    return f"{shown_points(x100):,}"


def _summary(asked: OverTimeRequest, found: Sequence[FigurePeriod]) -> str:
    """The same in words: where it began and ended, the highest and the lowest, how often over the mark."""
    state = asked.question.state
    timed = [each for each in found if each.capacity_x100 is not None]
    if not timed:
        return "There were no available hours on any of these days, so there is no capacity. See the table."
    first, last = timed[0], timed[-1]
    top = max(timed, key=lambda each: each.capacity_x100 or 0)
    low = min(timed, key=lambda each: each.capacity_x100 or 0)
    over = sum(each.is_over(state.over_x100) for each in timed)
    steps = {"day": "days", "week": "weeks", "month": "months"}[asked.step]
    return (
        f"From {first.capacity_words} ({days_words(first.first, first.last)}) to {last.capacity_words} "
        f"({days_words(last.first, last.last)}); highest {top.capacity_words}, lowest {low.capacity_words}; "
        f"over {state.over_text} on {over:,} of {len(found):,} {steps} with figures."
    )
