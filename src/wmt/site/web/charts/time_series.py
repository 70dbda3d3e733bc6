"""Lines over time: panels one above the other on one axis of days.

Days without a figure are gaps: nothing is drawn across them. A period of another kind of figure is shaded.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from wmt.site.web.charts import figure
from wmt.site.web.charts.canvas import LINE, WIDE, Canvas, Drawing, text_width
from wmt.site.web.charts.days import Days
from wmt.site.web.charts.scale import Scale

_TOP, _GAP, _FOOT = 26, 46, 34
_HEIGHTS = {WIDE: (230, 84)}
_NARROW_HEIGHTS = (190, 84)
#: Up to so many places each has a dot with its words; more would be a blot.
_MOST_DOTS = {WIDE: 62}
_NARROW_DOTS = 31
#: Names at the ends of lines take no more room than this share of the width.
_NAME_SHARE = 6
#: Up to so many tones of lines there are in the style sheet.
TONES = 4


@dataclass(frozen=True)
class DataPoint:
    """A figure on the axis: the days it is of, its value (None: none), what says it, whether corrected."""

    first: date
    last: date
    value: int | None
    words: Callable[[], str] = str
    corrected: bool = False


@dataclass(frozen=True)
class Series:
    """One line: its name, how it is drawn (`tone` 0 to 3), its places in the order of their days."""

    name: str
    places: Sequence[DataPoint]
    tone: int = 0


@dataclass(frozen=True)
class ChartPanel:
    """A panel: its title with the unit, its lines, its scale and how a value on it is written.

    `band` are the values between which it is tinted, `full` the value that has a line of its own.
    """

    title: str
    series: Sequence[Series]
    scale: Scale
    words: Callable[[int], str]
    band: tuple[int, int] | None = None
    full: int | None = None


@dataclass(frozen=True)
class Period:
    """Days that are shaded, what is written on them, and what the key says of them."""

    first: date
    last: date
    label: str
    meaning: str


def time_chart(
    name: str,
    title: str,
    units: str,
    summary: str,
    panels: Sequence[ChartPanel],
    periods: Sequence[Period] = (),
    key: Sequence[figure.Sample] = (),
) -> figure.Chart | None:
    """The chart; None where fewer than two figures are there to be joined. `key` stands after the lines."""
    known = [place for series in panels[0].series for place in series.places if place.value is not None]
    if len({place.first for place in known}) < 2:
        return None
    first, last = min(place.first for place in known), max(place.last for place in known)
    named = [
        figure.Sample("line", f"line line--{series.tone}", series.name)
        for panel in panels
        if len(panel.series) > 1
        for series in panel.series
        if any(place.value is not None for place in series.places)
    ]
    meanings = dict.fromkeys(period.meaning for period in periods)
    shaded = [figure.Sample("area", "shade", meaning) for meaning in meanings]
    corrected = any(place.corrected for place in known)
    marks = [figure.Sample("diamond", "diamond", "corrected later")] if corrected else []

    def draw(width: int) -> Drawing:
        return _TimeSeriesDrawing(width, panels, periods, first, last).drawing()

    return figure.Chart(name, title, units, summary, draw, key=[*named, *key, *shaded, *marks])


class _TimeSeriesDrawing:
    def __init__(
        self, width: int, panels: Sequence[ChartPanel], periods: Sequence[Period], first: date, last: date
    ) -> None:
        self.canvas, self.panels, self.periods = Canvas(width), panels, periods
        labels = [panel.words(value) for panel in panels for value in panel.scale.ticks]
        self.left = max(text_width(label) for label in labels) + 12
        names = [
            text_width(series.name)
            for panel in panels
            for series in (panel.series if len(panel.series) > 1 else ())
        ]
        self.named = {name for name in names if name <= width // _NAME_SHARE}
        self.days = Days(first, last, self.left, width - max(self.named, default=12) - 12)

    def drawing(self) -> Drawing:
        """All panels, and the days below the last."""
        top = _TOP
        heights = _HEIGHTS.get(self.canvas.width, _NARROW_HEIGHTS)
        for number, panel in enumerate(self.panels):
            height = heights[min(number, 1)]
            self._panel(panel, top, height, is_first=number == 0)
            top += height + _GAP
        base = top - _GAP
        for x, words in self.days.ticks():
            self.canvas.text_within(x, base + 22, words)
        return self.canvas.drawing(base + _FOOT)

    def _panel(self, panel: ChartPanel, top: int, height: int, *, is_first: bool) -> None:
        canvas, left, right = self.canvas, self.days.left, self.days.right

        def at(value: int) -> int:
            return panel.scale.at(value, top + height, -height)

        for period in self.periods:
            start, end = self.days.at(period.first), self.days.at(period.last)
            self.canvas.rect("shade", (start, top, max(2, end - start), height))
            self.canvas.path("edge", f"M{start} {top}v{height}M{max(start + 2, end)} {top}v{height}")
            # where the whole of it has no room, what stands before the comma
            labels = (period.label, period.label.partition(",")[0]) if is_first else ()
            fitting = [label for label in labels if text_width(label) + 10 <= end - start]
            if fitting:
                self.canvas.text((start + 6, top + height - 8), fitting[0], tone="period")
        canvas.text((left, top - 10), panel.title, tone="title")
        if panel.band:
            upper = at(panel.band[1])
            canvas.rect("band", (left, upper, right - left, at(panel.band[0]) - upper))
        for value in panel.scale.ticks:
            canvas.path("rule", f"M{left} {at(value)}H{right}")
            canvas.text((left - 8, at(value) + 5), panel.words(value), anchor="end")
        if panel.full is not None:
            canvas.path("full", f"M{left} {at(panel.full)}H{right}")
        for x, _ in self.days.ticks():
            canvas.path("axis", f"M{x} {top + height}v5")
        canvas.path("axis", f"M{left} {top + height}H{right}")
        ends = [(self._line(series, at), series) for series in panel.series]
        self._names([(end, series) for end, series in ends if end], panel, top + height)

    def _line(self, series: Series, at: Callable[[int], int]) -> tuple[int, int] | None:
        """Draws a line and its dots; where it ends, None where nothing of it is known."""
        # places that follow each other without a day between them, and have a value
        runs: list[list[tuple[int, int, DataPoint]]] = []
        known = [place for place in series.places if place.value is not None]
        for before, place in pairwise([None, *known]):
            assert place is not None
            if before is None or place.first - before.last != timedelta(1):
                runs.append([])
            runs[-1].append((self.days.middle(place.first, place.last), at(place.value or 0), place))
        if not runs:
            return None
        d = "".join("M" + "L".join(f"{x} {y}" for x, y, _ in run) for run in runs)
        self.canvas.path(f"line line--{series.tone}", d)
        few = sum(map(len, runs)) <= _MOST_DOTS.get(self.canvas.width, _NARROW_DOTS)
        for run in runs:  # a figure alone between two gaps is no line: it needs a dot to be seen
            for x, y, place in run:
                if place.corrected:
                    self.canvas.path("diamond", figure.diamond(x, y), place.words())
                elif few or len(run) == 1:
                    self.canvas.circle(f"dot dot--{series.tone}", (x, y), 3.5, place.words())
        return runs[-1][-1][:2]

    def _names(self, ends: Sequence[tuple[tuple[int, int], Series]], panel: ChartPanel, base: int) -> None:
        """The names at the ends of lines, so far apart that they can be read, none below the axis."""
        if len(panel.series) < 2 or any(text_width(each.name) not in self.named for each in panel.series):
            return
        ordered = sorted(ends, key=lambda each: each[0][1])
        places = [end[1] for end, _ in ordered]
        for number in range(1, len(places)):
            places[number] = max(places[number], places[number - 1] + LINE - 2)
        if places and places[-1] > base:
            places[-1] = base
            for number in range(len(places) - 2, -1, -1):
                places[number] = min(places[number], places[number + 1] - LINE + 2)
        for y, (end, series) in zip(places, ordered, strict=True):
            self.canvas.text((end[0] + 8, y + 5), series.name)
