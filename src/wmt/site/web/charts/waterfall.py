"""Causes as steps from one figure to another: each begins where the last ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from wmt.site.web.charts import canvas
from wmt.site.web.charts.figure import Chart, Sample
from wmt.site.web.charts.scale import Scale

_BAR, _AIR, _TOP, _THIN = 22, 12, 8, 3
#: The labels on the left are as wide as they are between these; the first has room for a day in full.
_LEAST_LABEL, _MOST_LABEL = 180, 300


@dataclass(frozen=True)
class WaterfallStep:
    """What moved a figure: its words, how far, that in words, and where its details are."""

    label: str
    amount: int
    words: str
    href: str = ""


def fall(
    title: str,
    units: str,
    summary: str,
    start: tuple[str, str],
    end: tuple[str, str],
    causes: Sequence[WaterfallStep],
) -> Chart | None:
    """The chart of causes; `start` and `end` are (day, figure). None where nothing moved."""
    if not causes:
        return None

    def draw(width: int) -> canvas.Drawing:
        return _WaterfallDrawing(width, causes).drawing(start, end)

    key = [Sample("area", "up", "raises it"), Sample("area", "down", "lowers it")]
    return Chart("chart", title, units, summary, draw, key=key, linked=True)


class _WaterfallDrawing:
    """The drawing in one width: labels on the left, or above the bars where there is no room."""

    def __init__(self, width: int, causes: Sequence[WaterfallStep]) -> None:
        self.canvas, self.causes = canvas.Canvas(width), causes
        self.above = width < canvas.WIDE
        labels = max(canvas.text_width(cause.label) for cause in causes)
        self.label_room = width if self.above else max(_LEAST_LABEL, min(labels, _MOST_LABEL))
        self.left = 0 if self.above else self.label_room + 12
        ends = max(canvas.text_width(cause.words) for cause in causes)
        self.room = width - self.left - ends - 10
        self.sums = list(accumulate((cause.amount for cause in causes), initial=0))
        self.scale = Scale(min(self.sums), max(*self.sums, min(self.sums) + 1), 1)

    def drawing(self, start: tuple[str, str], end: tuple[str, str]) -> canvas.Drawing:
        """The figure before, a bar for each cause, the figure after."""
        y = self._figure(_TOP, start, self.sums[0])
        for cause, (before, after) in zip(self.causes, pairwise(self.sums), strict=True):
            start_x, end_x = self._at(before), self._at(after)
            lines = canvas.wrapped(cause.label, self.label_room)
            with self.canvas.link(cause.href):
                for number, line in enumerate(lines):
                    self.canvas.text((0, y + 16 + number * canvas.LINE), line)
            if self.above:
                y += len(lines) * canvas.LINE + 4
            left, right = min(start_x, end_x), max(start_x, end_x, min(start_x, end_x) + _THIN)
            tone = "up" if cause.amount > 0 else "down" if cause.amount < 0 else "none"
            self.canvas.rect(tone, (left, y, right - left, _BAR), f"{cause.label}: {cause.words}")
            self.canvas.text((right + 6, y + 16), cause.words)
            below = y + max(_BAR, 0 if self.above else len(lines) * canvas.LINE + 4)
            self.canvas.path("step", f"M{end_x} {y + _BAR}V{below + _AIR}")
            y = below + _AIR
        return self.canvas.drawing(self._figure(y, end, self.sums[-1]))

    def _at(self, amount: int) -> int:
        return self.scale.at(amount, self.left, self.room)

    def _figure(self, y: int, figure: tuple[str, str], amount: int) -> int:
        """A figure with its day; gives the height where the next begins."""
        day, words = figure
        x = self._at(amount)
        if self.above:
            self.canvas.text((0, y + 14), f"{day}: {words}", tone="title")
            y += canvas.LINE
            self.canvas.path("full", f"M{max(1, x)} {y + 4}v{_BAR - 4}")
            return y + _BAR + _AIR
        self.canvas.text((0, y + 16), day, tone="title")
        self.canvas.path("full", f"M{x} {y}v{_BAR}")
        if x + 8 + canvas.text_width(words) + 10 <= self.canvas.width:
            self.canvas.text((x + 8, y + 16), words, tone="title")
        else:
            self.canvas.text((x - 8, y + 16), words, anchor="end", tone="title")
        return y + _BAR + _AIR
