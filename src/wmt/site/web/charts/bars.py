"""Bars, one a row: the parts of a figure side by side, with their words and figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from wmt.site.web.charts.canvas import LINE, WIDE, Canvas, Drawing, text_width, wrapped
from wmt.site.web.charts.figure import Chart
from wmt.site.web.charts.scale import Scale

_BAR, _AIR, _MOST_LABEL = 18, 10, 260


@dataclass(frozen=True)
class Bar:
    """A part: what it is called, how long its bar is, how that is written."""

    label: str
    amount: int
    words: str


def bars(name: str, title: str, units: str, summary: str, found: Sequence[Bar]) -> Chart | None:
    """The chart; None where no part has anything. A part below nought goes to the left."""
    if not any(bar.amount for bar in found):
        return None
    return Chart(name, title, units, summary, lambda width: _picture(width, found))


def _picture(width: int, found: Sequence[Bar]) -> Drawing:
    canvas, above = Canvas(width), width < WIDE
    start = 0 if above else min(_MOST_LABEL, max(text_width(bar.label) for bar in found)) + 12
    room = width - start - max(text_width(bar.words) for bar in found) - 12
    scale = Scale.holding([bar.amount for bar in found], low=0, high=1)
    nought, y = scale.at(0, start, room), 4
    for bar in found:
        lines = wrapped(bar.label, width if above else start)
        for number, line in enumerate(lines):
            canvas.text((0, y + 14 + number * LINE), line)
        y += len(lines) * LINE if above else 0
        end = scale.at(bar.amount, start, room)
        left, right = min(nought, end), max(nought, end)
        tone = "bar" if bar.amount >= 0 else "bar bar--over"
        canvas.rect(tone, (left, y, max(1, right - left), _BAR), f"{bar.label}: {bar.words}")
        canvas.text((right + 6, y + 14), bar.words)
        y += (_BAR if above else max(_BAR, len(lines) * LINE)) + _AIR
    return canvas.drawing(y)
