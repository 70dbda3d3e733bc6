"""Lines over time as geometry for a template: panels one above the other on one axis of days.

Days without a figure are gaps: nothing is drawn across them. All numbers are whole; a template only places.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

WIDTH, LEFT, RIGHT, TOP, GAP, FOOT = 960, 64, 64, 26, 46, 34
_TALL, _LOW = 230, 84
_MOST_TICKS = 12
#: Names at the ends of lines have little room.
_SHORT = 6
#: Up to so many places each has a dot with its words; more would be a blot.
_MOST_DOTS = 62


@dataclass(frozen=True)
class Place:
    """A figure on the axis: the days it is of, its value (None: none), what says it, what marks it."""

    first: date
    last: date
    value: int | None
    words: Callable[[], str] = str
    mark: str = ""


@dataclass(frozen=True)
class Series:
    """One line: its name, how it is drawn (`tone` 0 to 3), its places in the order of their days."""

    name: str
    places: Sequence[Place]
    tone: int = 0


@dataclass(frozen=True)
class Scale:
    """Which values a panel shows: lowest, highest, the step between its ticks, and how a tick is written."""

    low: int
    high: int
    step: int
    words: Callable[[int], str]


@dataclass(frozen=True)
class Dot:
    """A mark on a line. `shape` is 'dot', 'corrected' or 'archive'."""

    x: int
    y: int
    words: str
    shape: str


@dataclass(frozen=True)
class Drawn:
    """A line as it is drawn, with its name at its end."""

    name: str
    tone: int
    path: str
    dots: list[Dot]
    end: tuple[int, int]


@dataclass(frozen=True)
class Panel:
    """One panel. `band` is (top, height) and `full` a height, where it has them."""

    title: str
    top: int
    base: int
    ticks: list[tuple[int, str]]
    lines: list[Drawn]
    band: tuple[int, int] | None = None
    full: int | None = None
    named: bool = False


@dataclass(frozen=True)
class Wish:
    """A panel that is asked for: its title, its lines, its scale, its band and its full line."""

    title: str
    series: Sequence[Series]
    scale: Scale
    band: tuple[int, int] | None = None
    full: int | None = None


@dataclass(frozen=True)
class Chart:
    """Panels over one axis of days, with the words that say the same."""

    title: str
    summary: str
    width: int
    height: int
    left: int
    right: int
    base: int
    ticks: list[tuple[int, str]]
    panels: list[Panel]
    key: list[tuple[int, str]] = field(default_factory=list)
    shapes: frozenset[str] = frozenset()


def chart(title: str, summary: str, wishes: Sequence[Wish]) -> Chart | None:
    """The picture; None where fewer than two figures are there to be joined."""
    places = [place for wish in wishes[:1] for series in wish.series for place in series.places]
    known = [place for place in places if place.value is not None]
    if len({place.first for place in known}) < 2:
        return None
    axis = _Axis(min(place.first for place in known), max(place.last for place in known))
    panels, top = [], TOP
    for number, wish in enumerate(wishes):
        height = _LOW if number else _TALL
        panels.append(_panel(wish, axis, top, height))
        top += height + GAP
    base = panels[-1].base
    dots = [dot for panel in panels for line in panel.lines for dot in line.dots]
    return Chart(
        title=title,
        summary=summary,
        width=WIDTH,
        height=base + FOOT,
        left=LEFT,
        right=WIDTH - RIGHT,
        base=base,
        ticks=axis.ticks(),
        panels=panels,
        key=[(line.tone, line.name) for wish in wishes if len(wish.series) > 1 for line in wish.series],
        shapes=frozenset(dot.shape for dot in dots) - {"dot"},
    )


@dataclass(frozen=True)
class _Axis:
    first: date
    last: date

    @property
    def _days(self) -> int:
        return max(1, (self.last - self.first).days)

    def at(self, day: date) -> int:
        """Where a day stands."""
        return LEFT + (day - self.first).days * (WIDTH - LEFT - RIGHT) // self._days

    def of(self, place: Place) -> int:
        """Where a figure stands: in the middle of its days, as far as they are on the axis."""
        first, last = max(place.first, self.first), min(place.last, self.last)
        return self.at(first + (last - first) // 2)

    def ticks(self) -> list[tuple[int, str]]:
        """Few days at round places of the calendar, with their words."""
        for starts, shape in _CALENDARS:
            days = [day for day in starts(self.first, self.last) if self.first <= day <= self.last]
            if 2 <= len(days) <= _MOST_TICKS:
                return [(self.at(day), f"{day:{shape}}") for day in days]
        ends = sorted({self.first, self.last})
        return [(self.at(day), f"{day:%-d %b %Y}") for day in ends]


def _every(days: int) -> Callable[[date, date], Iterable[date]]:
    def starts(first: date, last: date) -> Iterable[date]:
        # weeks begin on Mondays
        begin = first - timedelta(first.weekday()) if days > 1 else first
        return (begin + timedelta(at) for at in range(0, min((last - begin).days, 400) + 1, days))

    return starts


def _months(months: int) -> Callable[[date, date], Iterable[date]]:
    def starts(first: date, last: date) -> Iterable[date]:
        numbers = range(first.year * 12, last.year * 12 + 12, months)
        return (date(number // 12, number % 12 + 1, 1) for number in numbers)

    return starts


_CALENDARS: Sequence[tuple[Callable[[date, date], Iterable[date]], str]] = (
    (_every(1), "%-d %b"), (_every(7), "%-d %b"), (_every(14), "%-d %b"), (_months(1), "%b %Y"),
    (_months(3), "%b %Y"), (_months(6), "%b %Y"), (_months(12), "%Y"), (_months(60), "%Y"),
)  # fmt: skip


def _panel(wish: Wish, axis: _Axis, top: int, height: int) -> Panel:
    scale = wish.scale
    reach = max(1, scale.high - scale.low)

    def at(value: int) -> int:
        return top + height - (value - scale.low) * height // reach

    lines = [_drawn(series, axis, at) for series in wish.series]
    return Panel(
        title=wish.title,
        top=top,
        base=top + height,
        ticks=[(at(value), scale.words(value)) for value in range(scale.low, scale.high + 1, scale.step)],
        lines=_apart(lines),
        band=(at(wish.band[1]), at(wish.band[0]) - at(wish.band[1])) if wish.band else None,
        full=at(wish.full) if wish.full is not None else None,
        named=len(lines) > 1 and all(len(line.name) < _SHORT for line in lines),
    )


def _drawn(series: Series, axis: _Axis, at: Callable[[int], int]) -> Drawn:
    parts: list[str] = []
    dots: list[Dot] = []
    end = (0, 0)
    few = sum(place.value is not None for place in series.places) <= _MOST_DOTS
    before: Place | None = None
    runs: list[list[tuple[int, int, Place]]] = []
    for place in series.places:
        if place.value is None:
            before = None
            continue
        x, y = axis.of(place), at(place.value)
        joined = before is not None and place.first - before.last == timedelta(1)
        parts.append(f"{'L' if joined else 'M'}{x} {y}")
        if not joined:
            runs.append([])
        runs[-1].append((x, y, place))
        end, before = (x, y), place
    for run in runs:  # a figure alone between two gaps is no line: it needs a dot to be seen
        dots += [
            Dot(x, y, place.words(), place.mark or "dot")
            for x, y, place in run
            if few or place.mark or len(run) == 1
        ]
    return Drawn(series.name, series.tone, "".join(parts), dots, end)


def _apart(lines: list[Drawn]) -> list[Drawn]:
    """The same lines with the names at their ends moved so far apart that they can be read."""
    found, floor = [], -100
    for line in sorted(lines, key=lambda each: each.end[1]):
        y = max(line.end[1], floor + 15)
        found.append(Drawn(line.name, line.tone, line.path, line.dots, (line.end[0], y)))
        floor = y
    return sorted(found, key=lambda each: each.tone)


def scale_of(
    values: Iterable[int | None], *, low: int, high: int, words: Callable[[int], str], most: int = 6
) -> Scale:
    """A scale that holds some values and at least `low` to `high`, with at most `most` round steps."""
    known = [value for value in values if value is not None]
    least, highest = min([low, *known]), max([high, *known])
    sizes = (size * 10**power for power in range(20) for size in (1, 2, 5))
    step = next(size for size in sizes if -(-highest // size) - least // size <= most)
    return Scale(least // step * step, max(-(-highest // step), least // step + 1) * step, step, words)
