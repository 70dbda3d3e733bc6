"""The strip: how units spread over capacity, as geometry for a template. The figures are the table's own."""

from collections.abc import Sequence
from dataclasses import dataclass

from wmt.ledger import capacity_x100, is_over, shown_capacity
from wmt.site.web.addresses import unit_url
from wmt.site.workload.models import Unit

WIDTH, HEIGHT, LEFT, RIGHT, BASE = 900, 120, 20, 20, 92
_DOT, _ROWS = 7, 11
_STEP_X100 = 2_000
#: More marks than this are a blot; the table pages, the strip then shows shares of a hundred.
MOST_LINKS = 150


@dataclass(frozen=True)
class Mark:
    """A unit on the strip: where, its words, where it leads, whether over the mark."""

    x: int
    y: int
    title: str
    href: str
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
    linked: bool


def strip(listed: Sequence[Unit], over_x100: int, title: str) -> Strip | None:
    """The strip of some units, those without available time left out; None where fewer than two remain."""
    timed = [unit for unit in listed if unit.available_x100 > 0]
    if len(timed) < 2:
        return None
    capacities = [capacity_x100(unit.points_x100, unit.available_x100) or 0 for unit in timed]
    top = max(14_000, -(-max(capacities) // _STEP_X100) * _STEP_X100)

    def place(x100: int) -> int:
        return LEFT + max(0, x100) * (WIDTH - LEFT - RIGHT) // top

    heights: dict[int, int] = {}
    marks = []
    for capacity, unit in sorted(zip(capacities, timed, strict=True), key=lambda pair: pair[0]):
        column = place(capacity) // _DOT
        heights[column] = heights.get(column, 0) + 1
        words = f"{unit.name}: {shown_capacity(unit.points_x100, unit.available_x100)}"
        is_marked = is_over(unit.points_x100, unit.available_x100, over_x100)
        y = BASE - 6 - (min(heights[column], _ROWS) - 1) * _DOT
        marks.append(Mark(place(capacity), y, words, unit_url(unit.level, unit.code), is_marked))
    ticks = [(place(at), f"{at // 100}%") for at in range(0, top + 1, _STEP_X100)]
    over = sum(mark.over for mark in marks)
    summary = (
        f"{len(marks)} shown, from {min(capacities) // 100}% to {max(capacities) // 100}%; "
        f"{over} over {over_x100 // 100}%. The same figures are in the table."
    )
    return Strip(
        title, summary, WIDTH, HEIGHT, BASE, ticks, (place(9_000), place(over_x100)), place(10_000), marks,
        len(marks) <= MOST_LINKS,
    )  # fmt: skip
