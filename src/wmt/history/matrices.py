"""All units of a level, month by month, as matrices of units × days: what the stepping and counting read."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from wmt.days import by_month
from wmt.history import day_steps, wide_months
from wmt.history.figures import in_stream
from wmt.history.reader import History, check_levels

_COLUMNS = ("day", "code", "name", "points_x100", "available_x100")


@dataclass
class Units:
    """The units met so far, each with a number in the order of their coming, and the last name of each."""

    numbers: dict[str, int] = field(default_factory=dict)
    names: dict[str, str | None] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def codes(self) -> list[str]:
        """Their codes in the order of their numbers."""
        return list(self.numbers)

    def moves(self, links: Sequence[tuple[str, str]]) -> day_steps.Moves | None:
        """New and former codes as numbers; None where none of the units met so far is among them."""
        known = self.numbers
        pairs = [(known[new], known[former]) for new, former in links if new in known and former in known]
        if not pairs:
            return None
        return day_steps.Moves(*(np.array(side, np.int64) for side in zip(*pairs, strict=True)))


@dataclass(frozen=True)
class Block:
    """Part of a month: rows are units by number, columns the calendar days from `first` on.

    Points and available points in hundredths; they count only where `present`.
    """

    first: date
    present: day_steps.Bools
    points: day_steps.Ints
    available: day_steps.Ints

    @property
    def days(self) -> Iterator[tuple[int, date]]:
        """The columns and their days."""
        return ((column, self.first + timedelta(column)) for column in range(self.present.shape[1]))

    def cuts(self, history: History) -> Iterator[tuple[date, day_steps.DayCut]]:
        """Its days, one after the other; which of them have a night is the history's to say."""
        for column, day in self.days:
            loaded = history.standing(day) is not None
            present, points, available = (
                self.present[:, column],
                self.points[:, column],
                self.available[:, column],
            )
            yield day, day_steps.DayCut(day.toordinal(), loaded, present, points, available)


def blocks(
    history: History,
    units: Units,
    level: str,
    first: date,
    last: date,
    codes: Collection[str] | None = None,
    grade: str = "",
    stream: str | None = None,
) -> Iterator[Block]:
    """Every calendar day from `first` to `last`, at most a month at a time. `units` grows on the way.

    `stream` as in `figures.in_stream`.

    Months without any figure come too, with nobody present.
    """
    check_levels(level)
    if codes is not None:
        yield from _of_few(history, units, level, first, last, codes, grade, stream)
        return
    paths = dict(history.months(first, last))
    for begin, end in by_month(first, last):
        month = f"{begin:%Y-%m}"
        if month not in paths:
            yield _empty(units, begin, end)
        elif history.whole and not grade:
            yield _whole(wide_months.wide_path(history.nights, month), units, level, begin, end, stream)
        else:
            found = history.figures(level, begin, end, _COLUMNS, grade, stream)
            yield _block(found, units, begin, end)


def _of_few(
    history: History,
    units: Units,
    level: str,
    first: date,
    last: date,
    codes: Collection[str],
    grade: str,
    stream: str | None,
) -> Iterator[Block]:
    """The months of a few units, from their rows by code and day: so few are quicker put one by one."""
    months: dict[tuple[int, int], list[tuple[date, str, str | None, int, int]]] = {}
    columns = (*_COLUMNS, "stream")
    found = [history.series(level, code, first, last, grade, columns, stream) for code in sorted(set(codes))]
    for frame in found:
        for row in frame.filter(in_stream(level, stream)).select(_COLUMNS).iter_rows():
            months.setdefault((row[0].year, row[0].month), []).append(row)
    for begin, end in by_month(first, last):
        rows = months.get((begin.year, begin.month), [])
        for _, code, name, _, _ in rows:
            units.numbers.setdefault(code, len(units.numbers))
            units.names[code] = name
        block = _empty(units, begin, end)
        for day, code, _, points, available in rows:
            place = units.numbers[code], (day - begin).days
            block.present[place], block.points[place], block.available[place] = True, points, available
        yield block


def _whole(path: Path, units: Units, level: str, first: date, last: date, stream: str | None) -> Block:
    """All units of a level, from the file beside the month."""
    codes, names, points, available = wide_months.read_wide(path, level, first, last, stream)
    # the file has every unit of the month; who has no figure within the days is left out
    there = (available != wide_months.ABSENT).any(axis=0)
    met = [(code, name) for code, name, is_there in zip(codes, names, there, strict=True) if is_there]
    known = units.numbers
    numbers = np.array([known.setdefault(code, len(known)) for code, _ in met], np.int64)
    units.names.update(met)
    if not there.all():
        points, available = points[:, there], available[:, there]
    block = _empty(units, first, last)
    # day by day, because a row at a time is what a machine puts in its place quickly
    for day in range(len(points)):
        here = available[day] != wide_months.ABSENT
        of_day = numbers[here]
        block.present.T[day][of_day] = True
        block.points.T[day][of_day] = points[day][here]
        block.available.T[day][of_day] = available[day][here]
    return block


def _block(frame: pl.DataFrame, units: Units, first: date, last: date) -> Block:
    if frame.is_empty():
        return _empty(units, first, last)
    kept = frame.group_by("code", maintain_order=True).agg(pl.len(), pl.col("name").last())
    numbers = [units.numbers.setdefault(code, len(units.numbers)) for code in kept["code"]]
    units.names.update(zip(kept["code"], kept["name"], strict=True))
    rows = np.repeat(np.array(numbers, np.int64), kept["len"].to_numpy())
    columns = (frame["day"] - first).dt.total_days().to_numpy()
    block = _empty(units, first, last)
    block.present[rows, columns] = True
    block.points[rows, columns] = frame["points_x100"].to_numpy()
    block.available[rows, columns] = frame["available_x100"].to_numpy()
    return block


def _empty(units: Units, first: date, last: date) -> Block:
    # day by day is how they are read, so days lie apart and units together
    shape = ((last - first).days + 1, len(units))
    return Block(first, np.zeros(shape, np.bool_).T, np.zeros(shape, np.int64).T, np.zeros(shape, np.int64).T)
