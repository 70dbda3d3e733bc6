"""A flow: how many go from each of some on the left to each of some on the right, as bands between bars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wmt.site.web.charts import canvas as drawn
from wmt.site.web.charts import figure

_HEAD, _GAP, _BAR, _FOOT = 34, 10, 12, 8
#: On a small screen: the usual width of names, and the least of the bands between them.
_NARROW, _BANDS = 96, 76
#: Heights of all bands together, and the least of one: few that go are still to be seen.
_TALL, _LEAST = 320, 2


@dataclass(frozen=True)
class FlowBand:
    """So many from one (a name) to another, and how that is written."""

    giver: str
    receiver: str
    number: int
    words: str


def flow(title: str, units: str, summary: str, found: Sequence[FlowBand]) -> figure.Chart | None:
    """The chart; None where nothing goes. Bands lie in the order in which they are given."""
    if not found:
        return None
    return figure.Chart("flow", title, units, summary, lambda width: _FlowDrawing(width, found).drawing())


class _FlowDrawing:
    def __init__(self, width: int, found: Sequence[FlowBand]) -> None:
        self.canvas, self.found = drawn.Canvas(width), found
        total = sum(band.number for band in found)
        self.high = [max(_LEAST, band.number * _TALL // total) for band in found]
        self.label = 260 if width >= drawn.WIDE else self._narrow(width)
        self.left, self.right = self.label + 8, width - self.label - 8

    def _narrow(self, width: int) -> int:
        """The room for names on a small screen: a whole word, as long as the bands keep some room."""
        words = {word for band in self.found for name in (band.giver, band.receiver) for word in name.split()}
        longest = max(drawn.text_width(word) for word in words)
        return min(max(_NARROW, longest), (width - _BANDS) // 2)

    def drawing(self) -> drawn.Drawing:
        """Bars on both sides with their names, and the bands between them."""
        givers, foot = self._side([band.giver for band in self.found], self.left, names_end=True)
        receivers, other = self._side([band.receiver for band in self.found], self.right, names_end=False)
        self.canvas.text((self.left, 16), "From", anchor="end", tone="title")
        self.canvas.text((self.right, 16), "To", tone="title")
        start, end = self.left + _BAR // 2, self.right - _BAR // 2
        middle = (start + end) // 2
        for band, high, one, two in zip(self.found, self.high, givers, receivers, strict=True):
            curve = f"M{start} {one}C{middle} {one} {middle} {two} {end} {two}"
            back = f"V{two + high}C{middle} {two + high} {middle} {one + high} {start} {one + high}Z"
            self.canvas.path("band", curve + back, band.words)
        return self.canvas.drawing(max(foot, other) + _FOOT)

    def _side(self, names: Sequence[str], x: int, *, names_end: bool) -> tuple[list[int], int]:
        """The bars of one side: where each band meets its bar, and where the side ends."""
        heights: dict[str, int] = {}
        for name, high in zip(names, self.high, strict=True):
            heights[name] = heights.get(name, 0) + high
        y, tops = _HEAD, dict[str, int]()
        for name, high in heights.items():
            lines = drawn.wrapped(name, self.label)
            tops[name] = y
            self.canvas.rect("mark", (x - _BAR // 2, y, _BAR, high))
            at = x - _BAR if names_end else x + _BAR
            for number, line in enumerate(lines):
                self.canvas.text((at, y + 12 + number * drawn.LINE), line, anchor="end" if names_end else "")
            y += max(high, len(lines) * drawn.LINE) + _GAP
        return _places(names, self.high, tops), y


def _places(names: Sequence[str], heights: Sequence[int], tops: Mapping[str, int]) -> list[int]:
    """Where each band begins on its bar: one below the other."""
    free, found = dict(tops), []
    for name, high in zip(names, heights, strict=True):
        found.append(free[name])
        free[name] += high
    return found
