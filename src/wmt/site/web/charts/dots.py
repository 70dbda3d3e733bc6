"""Dots: what each of several has before and after, a row each, with the way between."""

from collections.abc import Sequence
from dataclasses import dataclass

from wmt.site.web.charts import canvas as drawn
from wmt.site.web.charts import figure
from wmt.site.web.charts.scale import Scale

_ROW, _HEAD, _MOST_LABEL = 24, 40, 240
#: What lies beyond is drawn at the end: somebody with hardly any time has thousands of per cent.
_FAR_X100, _USUAL_X100 = 20_000, 14_000


@dataclass(frozen=True)
class DotPair:
    """One row: a name, two capacities in hundredths of a per cent, and how both are written."""

    label: str
    before_x100: int
    after_x100: int
    over: bool  # after
    words: str


def dots(
    title: str, summary: str, found: Sequence[DotPair], over_x100: int, over: str
) -> figure.Chart | None:
    """The chart; None where there are no rows. `over` is the threshold in words."""
    if not found:
        return None
    key = [
        figure.Sample("diamond", "diamond", "now"),
        figure.Sample("dot", "mark", "after"),
        figure.Sample("triangle", "mark mark--over", f"after, over {over}"),
        figure.Sample("line", "edge", over),
    ]
    return figure.Chart(
        "dots", title, "Capacity, % of available points", summary,
        lambda width: _dots_picture(width, found, over_x100, over), key,
    )  # fmt: skip


def _dots_picture(width: int, found: Sequence[DotPair], over_x100: int, over: str) -> drawn.Drawing:
    canvas, above = drawn.Canvas(width), width < drawn.WIDE
    start = 10 if above else min(_MOST_LABEL, max(drawn.text_width(pair.label) for pair in found)) + 18
    room = width - start - 26
    most = max(max(pair.before_x100, pair.after_x100) for pair in found)
    scale = Scale.holding([], low=0, high=min(_FAR_X100, max(_USUAL_X100, most)), most=4 if above else 10)
    mark, y = scale.at(over_x100, start, room), _HEAD
    for pair in found:
        lines = drawn.wrapped(pair.label, width if above else start - 18)
        for number, line in enumerate(lines):
            canvas.text((0, y + 14 + number * drawn.LINE), line)
        y += len(lines) * drawn.LINE if above else 0
        one, other = (scale.at(x100, start, room) for x100 in (pair.before_x100, pair.after_x100))
        canvas.path("axis", f"M{one} {y + 10}H{other}")
        canvas.path("diamond", figure.diamond(one, y + 10), pair.words)
        if pair.over:
            canvas.path("mark mark--over", figure.triangle(other, y + 10), pair.words)
        else:
            canvas.circle("mark", (other, y + 10), 5, pair.words)
        y += _ROW if above else max(_ROW, len(lines) * drawn.LINE + 6)
    canvas.path("edge", f"M{mark} {_HEAD - 8}V{y}")
    canvas.text_within(mark, 16, over)
    canvas.path("axis", f"M{start} {y}H{start + room}")
    for value in scale.ticks:
        canvas.path("axis", f"M{scale.at(value, start, room)} {y}v5")
        canvas.text_within(scale.at(value, start, room), y + 22, f"{value // 100}%")
    return canvas.drawing(y + 30)
