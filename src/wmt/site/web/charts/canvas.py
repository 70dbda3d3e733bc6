"""A drawing in SVG: marks at whole-number places, styled by the classes of `wmt-charts.css`, text escaped.

The same drawing serves a page, a file and a PNG, so it needs nothing outside itself but the style sheet.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from markupsafe import Markup, escape

#: A page has every chart in two widths and shows the one that fits, so that text is never shrunk or cut.
WIDE, NARROW = 960, 330
SIZE, LINE = 14, 18
#: Parts of the size of a letter, as wide as the widest usual sans-serif draws them.
_WIDTHS = dict.fromkeys("iljI.,:;'|!()[] ’·", 0.4) | dict.fromkeys("mwMW%@—+−", 0.98)


def text_width(words: str, size: int = SIZE) -> int:
    return int(sum(_WIDTHS.get(sign, 0.77 if sign.isupper() else 0.64) for sign in words) * size) + 1


def wrapped(words: str, room: int, size: int = SIZE) -> list[str]:
    """A text in lines that fit a width; a word that is longer than that has a line of its own."""
    found: list[str] = []
    for word in words.split():
        if found and text_width(f"{found[-1]} {word}", size) <= room:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


@dataclass(frozen=True)
class Drawing:
    """Marks and the frame they are within."""

    width: int
    height: int
    body: Markup


class Canvas:
    """Collects marks. `tone` has the ends of classes of the style sheet, `title` what a pointer is told."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._parts: list[str] = []

    def path(self, tone: str, d: str, title: str = "") -> None:
        self._mark("path", tone, f'd="{d}"', title)

    def rect(self, tone: str, box: tuple[int, int, int, int], title: str = "") -> None:
        """A box: left, top, width, height."""
        x, y, width, height = box
        self._mark("rect", tone, f'x="{x}" y="{y}" width="{width}" height="{height}"', title)

    def circle(self, tone: str, at: tuple[int, int], radius: float, title: str = "") -> None:
        self._mark("circle", tone, f'cx="{at[0]}" cy="{at[1]}" r="{radius}"', title)

    def text(self, at: tuple[int, int], words: str, *, anchor: str = "", tone: str = "") -> None:
        """A line of text that begins, ends (`end`) or has its middle (`middle`) at a place."""
        anchored = f' text-anchor="{anchor}"' if anchor else ""
        known = f' class="wmt-chart__{tone}"' if tone else ""
        self._parts.append(f'<text x="{at[0]}" y="{at[1]}"{anchored}{known}>{escape(words)}</text>')

    def text_within(self, x: int, y: int, words: str) -> None:
        """A text with its middle at `x`, moved as far as it must be to stay within the drawing."""
        half = text_width(words) // 2
        x = max(half, min(x, self.width - half))
        self.text((x, y), words, anchor="middle")

    @contextmanager
    def link(self, href: str, label: str = "") -> Iterator[None]:
        """Marks within it lead somewhere; by keyboard the same links are in the table."""
        if not href:
            yield
            return
        named = f' aria-label="{escape(label)}"' if label else ""
        self._parts.append(f'<a href="{escape(href)}" tabindex="-1"{named}>')
        yield
        self._parts.append("</a>")

    def drawing(self, height: int) -> Drawing:
        return Drawing(self.width, height, Markup("".join(self._parts)))

    def _mark(self, tag: str, tone: str, places: str, title: str) -> None:
        inside = f"><title>{escape(title)}</title></{tag}>" if title else "/>"
        classes = " ".join(f"wmt-chart__{each}" for each in tone.split())
        self._parts.append(f'<{tag} class="{classes}" {places}{inside}')
