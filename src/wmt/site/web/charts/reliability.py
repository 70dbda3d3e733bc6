"""A reliability diagram: what was said, by classes, against how often it happened, with how many of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from wmt.site.web.charts import canvas as drawn
from wmt.site.web.charts import figure
from wmt.site.web.charts.scale import Scale

_TOP, _TALL, _LEFT, _FOOT, _MOST_ROOM = 16, 300, 52, 84, 620


@dataclass(frozen=True)
class SaidClass:
    """A class of what was said: its middle and its mean and what happened, in hundredths of a per cent, how
    many there were, whether they are few, and all of it in words."""

    middle_x100: int
    said_x100: int
    happened_x100: int
    count: int
    is_few: bool
    words: str


def reliability(name: str, title: str, summary: str, found: Sequence[SaidClass]) -> figure.Chart | None:
    """The chart; None where there are no classes."""
    if not found:
        return None
    key = [
        figure.Sample("line", "full", "what was said is what happened"),
        figure.Sample("dot", "mark", "what happened"),
    ]
    if any(each.is_few for each in found):
        key.append(figure.Sample("diamond", "diamond", "what happened, of a few only"))
    return figure.Chart(
        name, title, "Said and happened, %", summary, lambda width: _reliability_picture(width, found), key
    )


def _reliability_picture(width: int, found: Sequence[SaidClass]) -> drawn.Drawing:
    canvas, base = drawn.Canvas(width), _TOP + _TALL
    room = min(_MOST_ROOM, width - _LEFT - 24)
    scale = Scale(0, 10_000, 2_000)
    for value in scale.ticks:
        x, y = scale.at(value, _LEFT, room), scale.at(value, base, -_TALL)
        canvas.path("rule", f"M{_LEFT} {y}h{room}")
        canvas.text((_LEFT - 8, y + 5), f"{value // 100}%", anchor="end")
        canvas.path("axis", f"M{x} {base}v5")
        canvas.text_within(x, base + 20, f"{value // 100}%")
    canvas.path("axis", f"M{_LEFT} {base}h{room}")
    canvas.path("full", f"M{_LEFT} {base}L{_LEFT + room} {_TOP}")
    for place, each in enumerate(found):
        at = scale.at(each.said_x100, _LEFT, room), scale.at(each.happened_x100, base, -_TALL)
        if each.is_few:
            canvas.path("diamond", figure.diamond(*at), each.words)
        else:
            canvas.circle("mark", at, 6, each.words)
        # on a narrow page every other number is a line lower, so that none is written over the next
        lower = drawn.LINE * (place % 2) if width < drawn.WIDE else 0
        canvas.text_within(scale.at(each.middle_x100, _LEFT, room), base + 42 + lower, f"{each.count:,}")
    lines = drawn.wrapped("Across: said. Up: happened. The numbers: how often it was said.", width)
    for number, line in enumerate(lines):
        canvas.text((0, base + _FOOT + number * drawn.LINE), line)
    return canvas.drawing(base + _FOOT + len(lines) * drawn.LINE)
