"""A frontier: how little is left of something with at most so many of something else."""

from collections.abc import Sequence
from dataclasses import dataclass

from wmt.site.web.charts import canvas as drawn
from wmt.site.web.charts import figure
from wmt.site.web.charts.scale import Scale

_TOP, _TALL, _FOOT, _LEFT = 24, 200, 48, 64


@dataclass(frozen=True)
class FrontierPoint:
    """At most so many, what is then left (both whole numbers), whether no less is possible, and in words."""

    most: int
    left: int
    proved: bool
    words: str


def frontier(
    title: str, units: str, summary: str, found: Sequence[FrontierPoint], axis: str, by: int = 1
) -> figure.Chart | None:
    """The chart, with `axis` under the horizontal one; None where there are not two points. On the vertical
    axis the values are written divided by `by`."""
    if len(found) < 2:
        return None
    key = [
        figure.Sample("dot", "mark", "the least there is (proved)"),
        figure.Sample("diamond", "diamond", "the least that was found"),
    ]
    return figure.Chart(
        "frontier", title, units, summary, lambda width: _frontier_picture(width, found, axis, by), key
    )


def _frontier_picture(width: int, found: Sequence[FrontierPoint], axis: str, by: int) -> drawn.Drawing:
    canvas, base = drawn.Canvas(width), _TOP + _TALL
    across = Scale.holding(
        [point.most for point in found], low=0, high=1, most=5 if width < drawn.WIDE else 12
    )
    up = Scale.holding([point.left for point in found], low=0, high=by)
    room = width - _LEFT - 24
    for value in up.ticks:
        y = up.at(value, base, -_TALL)
        canvas.path("rule", f"M{_LEFT} {y}h{room}")
        canvas.text((_LEFT - 8, y + 5), f"{value // by:,}", anchor="end")
    for value in across.ticks:
        x = across.at(value, _LEFT, room)
        canvas.path("axis", f"M{x} {base}v5")
        canvas.text_within(x, base + 20, f"{value:,}")
    canvas.path("axis", f"M{_LEFT} {base}h{room}")
    canvas.text((_LEFT, base + 40), axis)
    places = [
        (across.at(point.most, _LEFT, room), up.at(point.left, base, -_TALL)) for point in found
    ]  # fmt: skip
    canvas.path("line", f"M{places[0][0]} {places[0][1]}" + "".join(f"H{x}V{y}" for x, y in places[1:]))
    for (x, y), point in zip(places, found, strict=True):
        if point.proved:
            canvas.circle("mark", (x, y), 5, point.words)
        else:
            canvas.path("diamond", figure.diamond(x, y), point.words)
    return canvas.drawing(base + _FOOT)
