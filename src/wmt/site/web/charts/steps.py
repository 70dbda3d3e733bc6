"""A value through time as steps, each from the day it comes into force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from wmt.site.web.charts.canvas import LINE, WIDE, Canvas, Drawing, text_width
from wmt.site.web.charts.days import Days
from wmt.site.web.charts.figure import Chart
from wmt.site.web.charts.scale import Scale

_TOP, _TALL, _FOOT = 24, 160, 34


@dataclass(frozen=True)
class ChartStep:
    """A value from a day on: how high it is, and the words of the value and of the day."""

    day: date
    height: int
    words: str
    day_words: str


def steps(
    title: str, units: str, summary: str, found: Sequence[ChartStep], now: date, now_words: str
) -> Chart | None:
    """The chart, with a line on the day that is asked for; None where there is no step."""
    if len(found) < 2:
        return None

    def draw(width: int) -> Drawing:
        return _StepsDrawing(width, found, now).drawing(now_words)

    return Chart("chart", title, units, summary, draw)


class _StepsDrawing:
    def __init__(self, width: int, found: Sequence[ChartStep], now: date) -> None:
        self.canvas, self.steps, self.now = Canvas(width), found, now
        first, last = found[0].day, max(now, found[-1].day)
        room = max((last - first).days // 8, 30)
        self.right = min(width, WIDE) - 8
        self.days = Days(first, date.fromordinal(last.toordinal() + room), 8, self.right)
        self.scale = Scale.holding([step.height for step in found], low=0, high=1)
        self.base = _TOP + _TALL

    def drawing(self, now_words: str) -> Drawing:
        """The line of steps with the value at each, and the days below as far as they have room."""
        canvas = self.canvas
        canvas.path("axis", f"M8 {self.base}H{self.right}")
        foot = self.base + _FOOT
        if self.steps[0].day <= self.now:
            x = self.days.at(self.now)
            canvas.path("edge", f"M{x} 6V{foot - 10}")
            canvas.text_within(x, foot + 4, now_words)
            foot += LINE
        places = [
            (self.days.at(step.day), self.scale.at(step.height, self.base, -_TALL + 10))
            for step in self.steps
        ]
        path = f"M{places[0][0]} {places[0][1]}" + "".join(f"H{x}V{y}" for x, y in places[1:])
        canvas.path("line", f"{path}H{self.right}")
        free = self.canvas.width
        for (x, y), step in reversed(list(zip(places, self.steps, strict=True))):
            canvas.circle("dot", (x, y), 5, f"{step.words} from {step.day_words}")
            widest = max(text_width(step.words), text_width(step.day_words))
            left = max(0, min(x + 6, self.canvas.width - widest))
            if left + widest + 8 <= free or free == self.canvas.width:
                canvas.text((left, y - 10), step.words, tone="title")
                canvas.text((left, self.base + 18), step.day_words)
                free = left
        return canvas.drawing(foot)
