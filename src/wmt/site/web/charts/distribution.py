"""The strip: how units spread over capacity. The figures are the table's own."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from wmt import ledger
from wmt.site import tables
from wmt.site.links import stream_of, unit_url
from wmt.site.web.charts import figure
from wmt.site.web.charts.canvas import LINE, WIDE, Canvas, Drawing, text_width
from wmt.site.web.charts.scale import Scale
from wmt.site.workload.models import Unit

#: More marks than this, or higher stacks, are a blot: then bars count how many lie in each step of 5%.
MOST_MARKS, _MOST_STACKED = 150, 18
_DOT, _HEAD, _FOOT, _TALL, _SIDE = 9, 24, 28, 110, 16
_BIN_X100 = 500
#: What lies beyond is drawn at the end and counted: a post with hardly any time has thousands of per cent.
_FAR_X100, _USUAL_X100 = 20_000, 14_000
FULL_X100 = 10_000


@dataclass(frozen=True)
class _Spot:
    unit: Unit
    capacity_x100: int
    over: bool

    @property
    def words(self) -> str:
        return f"{self.unit.name}: {ledger.shown_capacity(self.unit.points_x100, self.unit.available_x100)}"


def strip(
    listed: Sequence[Unit], band: tuple[int, int], title: str, *, named: bool = True
) -> figure.Chart | None:
    """The strip of some units, those without available time left out; None where fewer than two remain.

    `band` is shaded, from the low mark to that of excessive workload, in hundredths of a per cent. Where
    units are not `named`, bars count them, however few they are.
    """
    over_x100 = band[1]
    spots = sorted(
        (
            _Spot(
                unit,
                ledger.capacity_x100(unit.points_x100, unit.available_x100) or 0,
                ledger.is_over(unit.points_x100, unit.available_x100, over_x100),
            )
            for unit in listed
            if unit.available_x100 > 0
        ),
        key=lambda spot: spot.capacity_x100,
    )
    if len(spots) < 2:
        return None
    low_text, over_text = (tables.exact(mark).text for mark in band)
    marked = named and len(spots) <= MOST_MARKS
    return figure.Chart(
        name="chart",
        title=title,
        units="Capacity, % of available points" + ("" if marked else "; height is the number in each 5%"),
        summary=_summary(spots, over_text),
        draw=lambda width: _DistributionDrawing(width, spots, band, over_text, marked=marked).drawing(),
        key=[
            *_samples(over_text, marked=marked),
            figure.Sample("area", "band", f"{low_text}% to {over_text}%"),
            figure.Sample("line", "full", "100%"),
        ],
        linked=marked,
    )


def _samples(over_text: str, *, marked: bool) -> list[figure.Sample]:
    if not marked:
        return [
            figure.Sample("area", "bar", f"{over_text}% or under"),
            figure.Sample("area", "bar bar--over", f"over {over_text}%"),
        ]
    return [
        figure.Sample("dot", "mark", f"{over_text}% or under"),
        figure.Sample("triangle", "mark mark--over", f"over {over_text}%"),
    ]


def _summary(spots: Sequence[_Spot], over_text: str) -> str:
    lowest, highest = (
        ledger.shown_capacity(spot.unit.points_x100, spot.unit.available_x100)
        for spot in (spots[0], spots[-1])
    )
    over = sum(spot.over for spot in spots)
    return f"{len(spots):,} shown, from {lowest} to {highest}; {over:,} over {over_text}%."


class _DistributionDrawing:
    def __init__(
        self, width: int, spots: Sequence[_Spot], band: tuple[int, int], over_text: str, *, marked: bool
    ) -> None:
        self.canvas, self.spots = Canvas(width), spots
        (self.low_x100, self.over_x100), self.over_text, self.marked = band, over_text, marked
        highest = min(_FAR_X100, max(_USUAL_X100, spots[-1].capacity_x100))
        self.scale = Scale.holding([], low=0, high=highest, most=10 if width == WIDE else 5)
        self.far = sum(spot.capacity_x100 > self.scale.high for spot in spots)
        self.left = _SIDE + (0 if marked else text_width(f"{len(spots):,}"))
        self.room = width - self.left - _SIDE - 8
        self.base = _HEAD

    def drawing(self) -> Drawing:
        """The band, the marks or bars, the axis."""
        stacks: dict[int, list[_Spot]] = {}
        for spot in self.spots:
            stacks.setdefault(self._at(spot.capacity_x100) // _DOT, []).append(spot)
        dot = min(_DOT, max(3, _MOST_STACKED * _DOT // max(map(len, stacks.values()))))
        tallest = max(map(len, stacks.values())) * dot + 8
        self.base = _HEAD + (max(40, tallest) if self.marked else _TALL)
        canvas, base, at = self.canvas, self.base, self._at
        low, over = at(self.low_x100), at(self.over_x100)
        canvas.rect("band", (low, _HEAD, over - low, base - _HEAD))
        canvas.path("full", f"M{at(FULL_X100)} {_HEAD}V{base}")
        canvas.text((over + 4, _HEAD - 8), f"over {self.over_text}%")
        canvas.path("edge", f"M{over} {_HEAD - 18}V{base}")
        canvas.path("axis", f"M{self.left} {base}H{self.left + self.room}")
        for value in self.scale.ticks:
            canvas.path("axis", f"M{at(value)} {base}v5")
            canvas.text_within(at(value), base + 20, f"{value // 100}%")
        if self.far:
            words = f"{self.far:,} beyond {self.scale.high // 100}%, at the end"
            canvas.text((self.left + self.room, base + 40), words, anchor="end")
        if self.marked:
            self._marks(stacks, dot)
        else:
            self._bars()
        return self.canvas.drawing(self.base + _FOOT + (LINE if self.far else 0))

    def _at(self, x100: int) -> int:
        return self.scale.at(x100, self.left, self.room)

    def _marks(self, stacks: dict[int, list[_Spot]], dot: int) -> None:
        """A mark for each unit; those that would hide another are stacked."""
        for stack in stacks.values():
            for number, spot in enumerate(stack):
                at = (self._at(spot.capacity_x100), self.base - 7 - number * dot)
                unit = spot.unit
                href = unit_url(unit.level, unit.code, stream=stream_of(unit.level, unit.stream))
                with self.canvas.link(href, spot.words):
                    if spot.over:
                        self.canvas.path("mark mark--over", figure.triangle(*at), spot.words)
                    else:
                        self.canvas.circle("mark", at, 4.5, spot.words)

    def _bars(self) -> None:
        """A bar for each step of capacity that has any unit in it, and how high a bar of how many is."""
        last = self.scale.high // _BIN_X100 - 1
        counts = Counter(min(last, max(0, spot.capacity_x100) // _BIN_X100) for spot in self.spots)
        heights = Scale.holding([], low=0, high=max(counts.values()), most=3)
        for value in heights.ticks:
            y = heights.at(value, self.base, _HEAD - self.base)
            self.canvas.path("rule", f"M{self.left} {y}H{self.left + self.room}")
            self.canvas.text((self.left - 6, y + 5), f"{value:,}", anchor="end")
        for step, units in sorted(counts.items()):
            left, right = self._at(step * _BIN_X100), self._at((step + 1) * _BIN_X100)
            y = heights.at(units, self.base, _HEAD - self.base)
            until = "over" if step == last and self.far else f"to under {step * 5 + 5}%"
            over = " bar--over" if step * _BIN_X100 >= self.over_x100 else ""
            box = (left, y, max(1, right - left - 1), max(1, self.base - y))
            self.canvas.rect(f"bar{over}", box, f"{step * 5}% {until}: {units:,}")
