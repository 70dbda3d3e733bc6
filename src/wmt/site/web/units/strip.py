"""The strip: how units spread over capacity, as geometry for a template. The figures are the table's own."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from wmt.ledger import capacity_x100, is_over, shown_capacity
from wmt.site.web import tables
from wmt.site.web.addresses import unit_url
from wmt.site.workload.models import Unit

WIDTH, HEIGHT, LEFT, RIGHT, BASE = 900, 120, 20, 20, 92
_DOT, _ROWS = 7, 11
_STEP_X100 = 2_000
#: More words than this run into each other; a post with hardly any time can have thousands of per cent.
_MOST_TICKS = 10
#: More marks than this are a blot: then the strip shows how many lie in each step of five per cent.
MOST_MARKS = 150
_BIN_X100 = 500


@dataclass(frozen=True)
class Mark:
    """A unit on the strip: where, its words, where it leads, whether over the mark."""

    x: int
    y: int
    title: str
    href: str
    over: bool


@dataclass(frozen=True)
class Bar:
    """How many units lie in one step of capacity: the place of the bar and its words."""

    x: int
    y: int
    width: int
    height: int
    title: str
    over: bool


@dataclass(frozen=True)
class Strip:
    """A strip as it is drawn. `ticks` are (x, label); `band` and `over_at` are on the same axis."""

    title: str
    summary: str
    width: int
    height: int
    base: int
    ticks: list[tuple[int, str]]
    band: tuple[int, int]
    agreed: int
    marks: list[Mark]
    bars: list[Bar]

    @property
    def linked(self) -> bool:
        """Whether the marks lead somewhere."""
        return bool(self.marks)


def strip(listed: Sequence[Unit], over_x100: int, title: str) -> Strip | None:
    """The strip of some units, those without available time left out; None where fewer than two remain."""
    timed = [unit for unit in listed if unit.available_x100 > 0]
    if len(timed) < 2:
        return None
    capacities = [capacity_x100(unit.points_x100, unit.available_x100) or 0 for unit in timed]
    axis = _Axis.up_to(max(14_000, *capacities))
    are_marks = len(timed) <= MOST_MARKS
    over = sum(is_over(unit.points_x100, unit.available_x100, over_x100) for unit in timed)
    lowest, *_, highest = (
        shown_capacity(unit.points_x100, unit.available_x100)
        for _, unit in sorted(zip(capacities, timed, strict=True), key=lambda pair: pair[0])
    )
    summary = (
        f"{len(timed):,} shown, from {lowest} to {highest}; {over:,} over {tables.exact(over_x100).text}%. "
        "The same figures are in the table."
    )
    return Strip(
        title=title,
        summary=summary,
        width=WIDTH,
        height=HEIGHT,
        base=BASE,
        ticks=[(axis.place(at), f"{at // 100}%") for at in range(0, axis.top + 1, axis.step)],
        band=(axis.place(9_000), axis.place(over_x100)),
        agreed=axis.place(10_000),
        marks=_marks(timed, capacities, axis, over_x100) if are_marks else [],
        bars=[] if are_marks else _bars(capacities, axis, over_x100),
    )


@dataclass(frozen=True)
class _Axis:
    top: int
    step: int

    @classmethod
    def up_to(cls, highest: int) -> "_Axis":
        """An axis that holds a capacity, with few ticks at round numbers."""
        steps = (_STEP_X100 * size * 10**power for power in range(20) for size in (1, 2, 5))
        step = next(step for step in steps if highest <= step * _MOST_TICKS)
        return cls(-(-highest // step) * step, step)

    def place(self, x100: int) -> int:
        """Where a capacity in hundredths of a per cent stands."""
        return LEFT + max(0, x100) * (WIDTH - LEFT - RIGHT) // self.top


def _marks(timed: Sequence[Unit], capacities: Sequence[int], axis: _Axis, over_x100: int) -> list[Mark]:
    """A mark for each unit; those that would hide another are stacked."""
    heights: dict[int, int] = {}
    found = []
    for capacity, unit in sorted(zip(capacities, timed, strict=True), key=lambda pair: pair[0]):
        x = axis.place(capacity)
        heights[x // _DOT] = heights.get(x // _DOT, 0) + 1
        y = BASE - 6 - (min(heights[x // _DOT], _ROWS) - 1) * _DOT
        words = f"{unit.name}: {shown_capacity(unit.points_x100, unit.available_x100)}"
        is_marked = is_over(unit.points_x100, unit.available_x100, over_x100)
        found.append(Mark(x, y, words, unit_url(unit.level, unit.code), is_marked))
    return found


def _bars(capacities: Sequence[int], axis: _Axis, over_x100: int) -> list[Bar]:
    """A bar for each step of capacity that has any unit in it."""
    counts = Counter(max(0, capacity) // _BIN_X100 for capacity in capacities)
    most = max(counts.values())
    found = []
    for step, units in sorted(counts.items()):
        start, end = axis.place(step * _BIN_X100), axis.place((step + 1) * _BIN_X100)
        height = max(1, units * (BASE - 10) // most)
        words = f"{step * 5}% to under {step * 5 + 5}%: {units:,}"
        is_marked = step * _BIN_X100 >= over_x100
        found.append(Bar(start, BASE - height, max(1, end - start - 1), height, words, is_marked))
    return found
