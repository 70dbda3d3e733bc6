"""The day-step rule: how a run of days over a mark goes on, pauses and breaks. NumPy vectors over units."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wmt import rules

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: What a unit was on the last day on which it had a figure.
NOTHING, OVER, NOT_OVER, NO_TIME = 0, 1, 2, 3
#: What ended a run, by its number: the words are `REASONS`.
REASONS = ("", "under", "no time", "gone")
UNDER, IDLE, GONE = 1, 2, 3


@dataclass(frozen=True)
class RunThreshold:
    """A mark and the run of days it looks at, as the rules of a day give it."""

    name: str
    percent_x100: int
    days: int
    #: nights in a row with figures of others and none of a unit, after which it counts as gone
    longest_absence: int = 7
    #: days in a row without available time that a run survives, standing still
    longest_pause: int = 7


MarksOf = Callable[[date], Sequence[RunThreshold]]

#: The marks that duties and registers are about, the rule itself first.
NAMES = ("excessive_workload", "double_red")


def marks(ruleset: rules.RuleSet) -> tuple[RunThreshold, ...]:
    """The marks of a day: excessive workload first, then what lies beyond, as far as in force."""
    absence, pause = (
        _days(ruleset, f"four_week_rule.{name}") for name in ("absent_nights", "no_available_time_days")
    )
    return tuple(
        RunThreshold(name, percent.hundredths, _days(ruleset, f"thresholds.{name}.days"), absence, pause)
        for name in NAMES
        if (percent := ruleset.get(f"thresholds.{name}.percent")) is not None
    )


def _days(ruleset: rules.RuleSet, path: str) -> int:
    return ruleset[path].hundredths // 100


def dated_marks(overlays: Sequence[rules.Overlay] = (), tree: rules.Tree | None = None) -> MarksOf:
    """The marks by the day, from a tree (else that in force) with overlays laid over it. Quick to ask."""
    tree = tree or rules.load()
    days = sorted({*tree.days, *(since for overlay in overlays for _, since, _ in overlay.entries)})

    @cache
    def of(number: int) -> tuple[RunThreshold, ...]:
        return marks(tree.at(days[max(number, 0)], overlays))

    def of_day(day: date) -> tuple[RunThreshold, ...]:
        return of(bisect_right(days, day) - 1)

    return of_day


class Runs:
    """The runs of many units under one mark, vectors with an entry for each unit.

    Days are ordinals, 0 for none. Only days with figures are stepped over: a night that nobody has changes
    nothing, and a figure that one unit lacks leaves that unit as it was until it counts as gone.
    """

    def __init__(self, units: int) -> None:
        self.state, self.length, self.since, self.excess_since = (_zeros(units) for _ in range(4))
        self.last_over, self.last_figure, self.peak_x100 = (_zeros(units) for _ in range(3))
        #: days in a row without available time, and nights in a row that had others and not the unit
        self.paused, self.absent = _zeros(units), _zeros(units)
        #: days with figures since the run began: up to now, and up to its last day over
        self.seen, self.with_figures = _zeros(units), _zeros(units)
        #: units of which the whole state is known, wherever the steps began: a run of theirs broke since
        self.settled: Bools = np.zeros(units, np.bool_)

    def grow(self, units: int) -> None:
        """Make room for units that were not there before."""
        if units == len(self.state):
            return  # as on nearly every block of days
        for name, vector in vars(self).items():
            setattr(self, name, np.pad(vector, (0, units - len(vector))))

    def keep(self, units: Bools) -> None:
        """Go on with some units alone."""
        for name, vector in vars(self).items():
            setattr(self, name, vector[units])

    def follow(self, moves: "Moves") -> None:
        """Units that have another code from this day on: the new one goes on with the run of the former.

        One that had a run of its own, as where somebody held both posts for a while, keeps the longer.
        """
        new, former = moves
        longer = self.length[former] >= self.length[new]
        new, old = new[longer], former[longer]
        for vector in vars(self).values():
            vector[new] = vector[old]
        left = np.setdiff1d(former, new)
        for vector in vars(self).values():
            vector[left] = 0
        self.settled[left] = True

    def step(self, cut: "DayCut", mark: RunThreshold) -> "Ended":
        if not cut.loaded:
            return nobody()
        day, _, present, points, available = cut
        over = present & (available > 0) & (points * 10_000 > mark.percent_x100 * available)
        figure = np.where(available <= 0, NO_TIME, np.where(over, OVER, NOT_OVER))
        self.absent = np.where(present, 0, self.absent + 1)
        gone = self.absent > mark.longest_absence
        self.state = np.where(present, figure, np.where(gone, NOTHING, self.state))
        self.paused = np.where(self.state == NO_TIME, self.paused + present, 0)
        self.last_figure = np.where(present, day, self.last_figure)
        known = (self.state == NOT_OVER) | gone
        self.settled |= known
        idle = self.paused > mark.longest_pause
        # end the runs of some units, telling what they were and what ended them
        broke = (known | idle) & (self.length > 0)
        if not broke.any():  # of a few units on nearly every day
            ended = nobody()
        else:
            units = np.flatnonzero(broke)
            why = np.where(gone, GONE, np.where(idle, IDLE, UNDER))[units]
            end = self._told(units, day, why)
            for name in ("since", "excess_since", "last_over", "length", "peak_x100", "seen", "with_figures"):
                getattr(self, name)[units] = 0
            ended = end
        if not (over.any() or self.length.any()):  # nothing runs and nothing begins: of few units, most days
            return ended
        self.since = np.where(over & (self.length == 0), day, self.since)
        self.last_over = np.where(over, day, self.last_over)
        self.length = self.length + over
        self.seen = np.where(self.length > 0, self.seen + present, 0)
        self.with_figures = np.where(over, self.seen, self.with_figures)
        reached = np.where(self.excess_since == 0, day, self.excess_since)
        self.excess_since = np.where(self.length >= mark.days, reached, 0)
        self.peak_x100 = np.maximum(self.peak_x100, capacity_x100(points, available, over))
        return ended

    def running(self) -> "Ended":
        """The runs that have not ended, told in the same way with no day of end."""
        units = np.flatnonzero(self.length > 0)
        return self._told(units, 0, np.zeros_like(units))

    def _told(self, units: Ints, ended: int, why: Ints) -> "Ended":
        return Ended(
            unit=units,
            began=self.since[units],
            excess_from=self.excess_since[units],
            last_over=self.last_over[units],
            days=self.length[units],
            peak_x100=self.peak_x100[units],
            with_figures=self.with_figures[units],
            ended=np.full(len(units), ended),
            why=why,
        )


class Moves(NamedTuple):
    """Units with another code from a day on, by number: the new ones, and what each was until then."""

    new: Ints
    former: Ints


class DayCut(NamedTuple):
    """One calendar day of many units: its ordinal, whether any night stands for it, an entry for each unit.

    `points` and `available`, in hundredths, count only where `present`.
    """

    day: int
    loaded: bool
    present: Bools
    points: Ints
    available: Ints


class Ended(NamedTuple):
    """Runs, one entry each: the unit's number, days as ordinals (0 for none), days over, highest capacity.

    `with_figures`: days with figures from the first to the last day over. `why`: what ended it (`REASONS`).
    """

    unit: Ints
    began: Ints
    excess_from: Ints
    last_over: Ints
    days: Ints
    peak_x100: Ints
    with_figures: Ints
    ended: Ints
    why: Ints


def nobody() -> Ended:
    return _NOBODY


def _zeros(units: int) -> Ints:
    return np.zeros(units, np.int64)


_NOBODY = Ended(*(_zeros(0) for _ in Ended._fields))


def capacity_x100(points: Ints, available: Ints, where: Bools) -> Ints:
    """Capacity in hundredths of a per cent, half-up; 0 elsewhere. Points over a mark are positive."""
    doubled = np.where(where, 2 * available, 1)
    return np.where(where, (points * 20_000 + available) // doubled, 0)
