"""A chart as a file: an SVG that needs nothing outside itself, and the same as a PNG."""

import re
from collections.abc import Sequence
from functools import cache

from markupsafe import Markup

from wmt.site.web import assets
from wmt.site.web.charts.canvas import LINE, WIDE, Canvas, text_width, wrapped
from wmt.site.web.charts.figure import Chart

STYLES = assets.HERE / "static" / "wmt-charts.css"
#: Fetched at set-up beside the styles of the components: the same letters on every machine.
FONTS = tuple(assets.BUILT / "fonts" / name for name in assets.FONTS)
KINDS = {"svg": "SVG", "png": "PNG"}
CONTENT_TYPES = {"svg": "image/svg+xml", "png": "image/png"}
_EDGE = 20
_ANCHORS = re.compile(r"</?a\b[^>]*>")


class NoFontError(RuntimeError):
    """The fonts are not there, so a PNG would have no words."""


def svg_file(chart: Chart, about: Sequence[str]) -> str:
    """The wide drawing under its title, over its key and what is to be said with it."""
    head, wide, foot = Canvas(WIDE), chart.draw(WIDE), Canvas(WIDE)
    top = _lines(head, [chart.title], 16, tone="heading")
    top = _lines(head, [chart.units, chart.summary], top + LINE)
    # the entries of the key in rows, and where the next text begins
    y = LINE
    x = 0
    for sample in chart.key:
        room = 36 + text_width(sample.words) + 24
        if x and x + room > foot.width:
            x, y = 0, y + LINE + 4
        sample.draw(foot, x, y - 12)
        foot.text((x + 36, y), sample.words)
        x += room
    below = _lines(foot, about, y + LINE + 8 if chart.key else y)
    height = top + wide.height + below
    parts = (
        head.drawing(top).body,
        Markup('<g transform="translate(0 {})">{}</g>').format(top - 4, wide.body),
        Markup('<g transform="translate(0 {})">{}</g>').format(top + wide.height, foot.drawing(below).body),
    )
    body = _ANCHORS.sub("", "".join(parts))  # a file leads nowhere
    box = (-_EDGE, -_EDGE, WIDE + 2 * _EDGE, height + 2 * _EDGE)
    paper = '<rect class="wmt-chart__paper" x="{0}" y="{1}" width="{2}" height="{3}"/>'
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="wmt-chart" viewBox="{0} {1} {2} {3}" width="{2}" '
        'height="{3}" role="img" aria-labelledby="title desc"><title id="title">{4}</title>'
        f'<desc id="desc">{{5}}</desc><style>{{6}}</style>{paper}{{7}}</svg>\n'
    ).format(*box, chart.title, chart.summary, Markup(_styles()), Markup(body))


def png_file(chart: Chart, about: Sequence[str]) -> bytes:
    """The same in pixels, two to a unit. Raises NoFontError."""
    import resvg_py

    if missing := [font.name for font in FONTS if not font.is_file()]:
        raise NoFontError(f"{', '.join(missing)} is missing; python -m wmt.site.web.assets fetches it")
    return resvg_py.svg_to_bytes(
        svg_string=svg_file(chart, about),
        background="#ffffff",
        zoom=2,
        skip_system_fonts=True,
        font_files=[str(font) for font in FONTS],
        font_family="DejaVu Sans",
        sans_serif_family="DejaVu Sans",
    )


@cache
def _styles() -> str:
    return re.sub(r"/\*.*?\*/|\n", "", STYLES.read_text(encoding="utf-8"), flags=re.DOTALL)


def _lines(canvas: Canvas, texts: Sequence[str], y: int, tone: str = "") -> int:
    """Texts below each other, and where the next begins."""
    for text in texts:
        for line in wrapped(text, canvas.width, 20 if tone else 14):
            canvas.text((0, y), line, tone=tone)
            y += LINE + (6 if tone else 0)
    return y
