"""A chart as a page and a file have it: its drawings, its words and its key."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from wmt.site.web.charts.canvas import NARROW, WIDE, Canvas, Drawing

_SAMPLE = 28
_TALL = 14


@dataclass(frozen=True)
class Sample:
    """An entry of the key: how it is drawn (`shape`, the tone of the mark) and what it means."""

    shape: str
    tone: str
    words: str

    def draw(self, canvas: Canvas, x: int = 0, y: int = 0) -> None:
        """The mark, with its upper left corner at a place."""
        middle = y + _TALL // 2
        if self.shape == "line":
            canvas.path(self.tone, f"M{x} {middle}H{x + _SAMPLE}")
        elif self.shape == "dot":
            canvas.circle(self.tone, (x + _SAMPLE // 2, middle), 5)
        elif self.shape == "triangle":
            canvas.path(self.tone, triangle(x + _SAMPLE // 2, middle))
        elif self.shape == "diamond":
            canvas.path(self.tone, diamond(x + _SAMPLE // 2, middle))
        else:
            canvas.rect(self.tone, (x, y, _SAMPLE, _TALL))

    @property
    def drawing(self) -> Drawing:
        canvas = Canvas(_SAMPLE)
        self.draw(canvas)
        return canvas.drawing(_TALL)


@dataclass(frozen=True)
class Chart:
    """A chart; `draw` gives its drawing in a width, `units` says what is measured in what.

    `name` is that of its files, `linked`: its marks have links. `exports` are pairs of a kind of file and its
    address, for whoever may take figures out.
    """

    name: str
    title: str
    units: str
    summary: str
    draw: Callable[[int], Drawing]
    key: Sequence[Sample] = ()
    linked: bool = False
    exports: Sequence[tuple[str, str]] = field(default=())

    @property
    def drawings(self) -> list[tuple[str, Drawing]]:
        """Both widths, with the words that tell them apart."""
        return [("wide", self.draw(WIDE)), ("narrow", self.draw(NARROW))]


def triangle(x: int, y: int) -> str:
    """The path of a mark that is over a threshold."""
    return f"M{x} {y - 6}l6 11h-12z"


def diamond(x: int, y: int) -> str:
    """The path of a mark that was corrected later."""
    return f"M{x} {y - 7}l7 7l-7 7l-7-7z"


def svg(drawing: Drawing) -> Markup:
    """The marks of a small drawing as an SVG of their own, for a key on a page."""
    return Markup('<svg width="{}" height="{}" aria-hidden="true">{}</svg>').format(
        drawing.width, drawing.height, drawing.body
    )
