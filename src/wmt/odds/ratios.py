"""A history as logarithms of capacity, day by day and unit by unit, with the run of every day beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from wmt.history import History, day_steps, matrices

Floats = npt.NDArray[np.float64]

#: The lowest capacity whose logarithm is taken: lower ones, and none at all, are as far from any threshold.
LOWEST = 0.05
#: The threshold that odds are about: the four-week rule.
MARK = "excessive_workload"


@dataclass(frozen=True)
class DailyRatios:
    """What odds are worked out from: rows are the days that have figures, columns the units.

    `capacity`: the natural logarithm of points ÷ available points; NaN without a figure or without available
    time. `carried`: the same, carried over as many days as a run survives. `run`: days over in the run up to
    the day. `paused`: days in a row without available time up to it. `full`: whether the run had reached the
    days of the threshold. `mark`: logarithm of the threshold of the day.
    """

    days: tuple[date, ...]
    codes: tuple[str, ...]
    capacity: Floats
    carried: Floats
    run: day_steps.Ints
    paused: day_steps.Ints
    full: day_steps.Bools
    mark: Floats
    #: how many days over make a full run, by the last day's rules
    window: int

    def place(self, day: date) -> int | None:
        """The row of the last day with figures not after `day`; None where there is none."""
        found = int(np.searchsorted(np.array(self.days, "datetime64[D]"), np.datetime64(day), "right"))
        return found - 1 if found else None


def daily_ratios(
    history: History,
    marks_of: day_steps.MarksOf,
    *,
    level: str = "post",
    last: date | None = None,
    stream: str | None = None,
) -> DailyRatios:
    """All days up to `last` (the last of the history unless given) of the units of a level.

    Runs are stepped by the rule itself. A unit that goes on under another code has one column, that of its
    last code. Raises HistoryError for an unknown level or stream.
    """
    last = last or history.last
    units, rows = matrices.Units(), _Rows()
    if history.first is not None and last is not None and last >= history.first:
        moved = history.links.moves(level)
        for block in matrices.blocks(history, units, level, history.first, last, stream=stream):
            for today, cut in block.cuts(history):
                moves = units.moves(moved.get(today, ()))
                rows.step(cut, _mark_of(marks_of, today), moves)
    return rows.gathered(units)


def _mark_of(marks_of: day_steps.MarksOf, day: date) -> day_steps.RunThreshold:
    return next(mark for mark in marks_of(day) if mark.name == MARK)


class _Rows:
    def __init__(self) -> None:
        self.runs = day_steps.Runs(0)
        self.days: list[date] = []
        self.capacity: list[Floats] = []
        self.run: list[day_steps.Ints] = []
        self.paused: list[day_steps.Ints] = []
        self.full: list[day_steps.Bools] = []
        self.mark: list[float] = []
        self.moves: list[tuple[int, day_steps.Moves]] = []
        self.window, self.pause = 28, 7

    def step(
        self, cut: day_steps.DayCut, mark: day_steps.RunThreshold, moves: day_steps.Moves | None
    ) -> None:
        self.runs.grow(len(cut.present))
        if moves is not None:
            self.runs.follow(moves)
            self.moves.append((len(self.days), moves))
        self.runs.step(cut, mark)
        if not cut.loaded:
            return
        self.window, self.pause = mark.days, mark.longest_pause
        counted = cut.present & (cut.available > 0)
        ratio = np.where(counted, cut.points, 1) / np.where(counted, cut.available, 1)
        self.days.append(date.fromordinal(cut.day))
        self.capacity.append(np.where(counted, np.log(np.maximum(ratio, LOWEST)), np.nan))
        self.run.append(self.runs.length.copy())
        self.paused.append(self.runs.paused.copy())
        self.full.append(self.runs.excess_since > 0)
        self.mark.append(float(np.log(mark.percent_x100 / 10_000)))

    def gathered(self, units: matrices.Units) -> DailyRatios:
        capacity = _stacked(self.capacity, len(units), np.nan)
        run, full = _stacked(self.run, len(units), 0), _stacked(self.full, len(units), False)
        paused = _stacked(self.paused, len(units), 0)
        for row, moves in self.moves:
            _joined(row, moves, capacity, run, paused, full)
        return DailyRatios(
            tuple(self.days),
            tuple(units.codes),
            capacity,
            carried_over(capacity, self.pause),
            run,
            paused,
            full,
            np.array(self.mark, np.float64),
            self.window,
        )


def _stacked(rows: Sequence[npt.NDArray[Any]], units: int, none: float | bool) -> npt.NDArray[Any]:
    found = [np.pad(row, (0, units - len(row)), constant_values=none) for row in rows]
    return np.array(found) if found else np.full((0, units), none)


def _joined(row: int, moves: day_steps.Moves, *tables: npt.NDArray[Any]) -> None:
    """What a unit was under its former code is its own past, unless it had one; the former code has none."""
    capacity = tables[0]
    own = ~np.isnan(capacity[:row, moves.new]).all(axis=0)
    new, former = moves.new[~own], moves.former[~own]
    for table in tables:
        table[:row, new] = table[:row, former]
    capacity[:row, former] = np.nan


def carried_over(capacity: Floats, pause: int) -> Floats:
    """Values carried over gaps of at most `pause` rows."""
    found, age = capacity.copy(), np.zeros(capacity.shape[1], np.int64)
    for row in range(1, len(found)):
        gap = np.isnan(found[row])
        age = np.where(gap, age + 1, 0)
        found[row] = np.where(gap & (age <= pause), found[row - 1], found[row])
    return found
