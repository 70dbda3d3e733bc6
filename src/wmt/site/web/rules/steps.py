"""A small chart of a value through time: whole-number geometry for an SVG beside the table of the figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from wmt.rules import Value
from wmt.site.web.rules.words import day_words, number, worth, worth_with_unit

WIDTH, HEIGHT = 640, 220
_LEFT, _RIGHT, _TOP, _FOOT = 70, 24, 30, 40


@dataclass(frozen=True)
class Mark:
    """One value: where its step begins, and the words beside it."""

    x: int
    y: int
    worth: str
    day: str
    anchor: str


@dataclass(frozen=True)
class Steps:
    """The drawing. `path` is the line of steps; `now_x` the day that is asked for, None outside the chart."""

    width: int
    height: int
    path: str
    marks: tuple[Mark, ...]
    base: int
    left: int
    right: int
    now_x: int | None
    summary: str


def steps(values: Sequence[Value], day: date) -> Steps | None:
    """The chart of a parameter's values up to a day or the last change; None where no step is."""
    known = [(value, found) for value in values if (found := number(value)) is not None]
    if len(known) < 2 or len(known) != len(values):
        return None
    first, last = values[0].valid_from, max(day, values[-1].valid_from)
    room = max((last - first).days // 8, 30)
    span = (last - first).days + room
    top = max(found for _, found in known)
    base = HEIGHT - _FOOT

    def across(when: date) -> int:
        return _LEFT + (when - first).days * (WIDTH - _LEFT - _RIGHT) // span

    def up(found: Decimal) -> int:
        return base - int(max(found, Decimal(0)) * (base - _TOP) / top) if top > 0 else base

    marks = tuple(_mark(value, across(value.valid_from), up(found)) for value, found in known)
    return Steps(
        width=WIDTH,
        height=HEIGHT,
        path=_line(marks),
        marks=marks,
        base=base,
        left=_LEFT,
        right=WIDTH - _RIGHT,
        now_x=across(day) if first <= day else None,
        summary=_summary(values),
    )


def _mark(value: Value, x: int, y: int) -> Mark:
    anchor = "end" if x > WIDTH - 150 else "start"
    return Mark(x, y, worth(value.value), day_words(value.valid_from), anchor)


def _line(marks: Sequence[Mark]) -> str:
    begin = f"M{marks[0].x} {marks[0].y}"
    return " ".join([begin, *(f"H{mark.x} V{mark.y}" for mark in marks[1:]), f"H{WIDTH - _RIGHT}"])


def _summary(values: Sequence[Value]) -> str:
    said = (f"{worth_with_unit(value)} from {day_words(value.valid_from)}" for value in values)
    return "; ".join(said)
