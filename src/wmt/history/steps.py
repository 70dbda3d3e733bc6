"""The day-step rule: how a run of days over a mark goes on, pauses and breaks. NumPy vectors over units."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wmt.rules import Overlay, RuleSet, load

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: What a unit was on a day.
NOTHING, OVER, NOT_OVER, NO_TIME = 0, 1, 2, 3


@dataclass(frozen=True)
class Mark:
    """A mark and the run of days it looks at, as the rules of a day give it."""

    name: str
    percent_x100: int
    days: int
    #: days without a figure that a run survives; those without a load take the last figure
    longest_hole: int = 3
    #: days without available time that a run survives, standing still
    longest_pause: int = 7


MarksOf = Callable[[date], Sequence[Mark]]

#: The marks that duties and registers are about, the rule itself first.
NAMES = ("excessive_workload", "double_red")


def marks(ruleset: RuleSet) -> tuple[Mark, ...]:
    """The marks of a day: excessive workload first, then what lies beyond, as far as in force."""
    hole, pause = (
        _days(ruleset, f"four_week_rule.{name}") for name in ("gap_days", "no_available_time_days")
    )
    return tuple(
        Mark(name, percent.hundredths, _days(ruleset, f"thresholds.{name}.days"), hole, pause)
        for name in NAMES
        if (percent := ruleset.get(f"thresholds.{name}.percent")) is not None
    )


def _days(ruleset: RuleSet, path: str) -> int:
    return ruleset[path].hundredths // 100


def dated_marks(overlays: Sequence[Overlay] = ()) -> MarksOf:
    """The marks by the day, from the packaged rules with overlays laid over them. Quick to ask."""
    tree = load()
    days = sorted({*tree.days, *(since for overlay in overlays for _, since, _ in overlay.entries)})

    @cache
    def of(number: int) -> tuple[Mark, ...]:
        return marks(tree.at(days[max(number, 0)], overlays))

    def of_day(day: date) -> tuple[Mark, ...]:
        return of(bisect_right(days, day) - 1)

    return of_day


class Runs:
    """The runs of many units under one mark, vectors with an entry for each unit.

    Days are ordinals, 0 for none. After a step, `broke` says whose run ended on the day, and `Ended` keeps
    what those runs were.
    """

    def __init__(self, units: int) -> None:
        self.state, self.length, self.since, self.excess_since = (_zeros(units) for _ in range(4))
        self.last_over, self.paused, self.missing, self.peak_x100 = (_zeros(units) for _ in range(4))
        #: units of which the whole state is known, wherever the steps began: a run of theirs broke since
        self.settled: Bools = np.zeros(units, np.bool_)
        #: units that the last load had not: they have gone, or were set aside
        self.absent: Bools = np.zeros(units, np.bool_)

    def grow(self, units: int) -> None:
        """Make room for units that were not there before."""
        for name, vector in vars(self).items():
            setattr(self, name, np.pad(vector, (0, units - len(vector))))

    def step(self, cut: "Cut", mark: Mark) -> "Ended":
        """One calendar day further."""
        day, loaded, present, points, available = cut
        over = (available > 0) & (points * 10_000 > mark.percent_x100 * available)
        figure = np.where(available <= 0, NO_TIME, np.where(over, OVER, NOT_OVER))
        self.missing = np.where(present, 0, self.missing + 1)
        self.absent = ~present if loaded else self.absent
        hole = self.missing > mark.longest_hole
        self.state = np.where(present, figure, np.where(hole, NOTHING, self.state))
        self.paused = np.where(self.state == NO_TIME, self.paused + 1, 0)
        known = (self.state == NOT_OVER) | hole
        self.settled |= known
        broke = known | (self.paused > mark.longest_pause)
        ended = self._end(day, np.flatnonzero(broke & (self.length > 0)))
        # a day without a load takes the last figure; a load that has no figure of a unit lends it none
        self._lengthen(day, (self.state == OVER) & ~self.absent, mark)
        capacity = capacity_x100(points, available, present & over)
        self.peak_x100 = np.maximum(self.peak_x100, capacity)
        return ended

    def _end(self, day: int, units: Ints) -> "Ended":
        """End the runs of some units, telling what they were."""
        ended = self._told(units, day)
        for vector in (self.since, self.excess_since, self.last_over, self.length, self.peak_x100):
            vector[units] = 0
        return ended

    def _lengthen(self, day: int, over: Bools, mark: Mark) -> None:
        self.since = np.where(over & (self.length == 0), day, self.since)
        self.last_over = np.where(over, day, self.last_over)
        self.length = self.length + over
        reached = np.where(self.excess_since == 0, day, self.excess_since)
        self.excess_since = np.where(self.length >= mark.days, reached, 0)

    def running(self) -> "Ended":
        """The runs that have not ended, told in the same way with no day of end."""
        return self._told(np.flatnonzero(self.length > 0), 0)

    def _told(self, units: Ints, ended: int) -> "Ended":
        return Ended(
            unit=units,
            began=self.since[units],
            excess_from=self.excess_since[units],
            last_over=self.last_over[units],
            days=self.length[units],
            peak_x100=self.peak_x100[units],
            ended=np.full(len(units), ended),
        )


class Cut(NamedTuple):
    """One calendar day of many units: its ordinal, whether any night stands for it, an entry for each unit.

    `points` and `available`, in hundredths, count only where `present`.
    """

    day: int
    loaded: bool
    present: Bools
    points: Ints
    available: Ints


class Ended(NamedTuple):
    """Runs, one entry each: the unit's number, days as ordinals (0 for none), days over, highest capacity."""

    unit: Ints
    began: Ints
    excess_from: Ints
    last_over: Ints
    days: Ints
    peak_x100: Ints
    ended: Ints


def _zeros(units: int) -> Ints:
    return np.zeros(units, np.int64)


def capacity_x100(points: Ints, available: Ints, where: Bools) -> Ints:
    """Capacity in hundredths of a per cent, half-up; 0 elsewhere. Points over a mark are positive."""
    doubled = np.where(where, 2 * available, 1)
    return np.where(where, (points * 20_000 + available) // doubled, 0)
