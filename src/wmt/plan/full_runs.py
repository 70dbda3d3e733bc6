"""Since when a unit is full: days with no room in a row, stepped by the engine of the four-week rule.

A day of which only totals are kept is told by what all grades together had: it counts where even that was
full, and else it ends the run, because nobody knows more of it. So nothing is called full that may not be.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

import numpy as np

from wmt.history.day_steps import DayCut, Runs, RunThreshold
from wmt.plan.full import GradeSet, KindRoom


@dataclass(frozen=True)
class DayRoom:
    """A unit on a past day: the room for each kind, or only what all grades together had (`whole`)."""

    day: date
    rooms: Mapping[str, KindRoom]
    whole: GradeSet | None = None


@dataclass(frozen=True)
class FullRun:
    """Days without room in a row, up to the last day known; `of_totals` of them told by totals alone.

    `full_since` is the day the run reached the days of the rule, `full_on` the day it will if it goes on.
    """

    length: int
    since: date | None
    full_since: date | None
    full_on: date | None
    of_totals: int


NO_RUN = FullRun(0, None, None, None, 0)


def full_run(
    days: Iterable[DayRoom], kind: str, case_x100: Fraction, mark: RunThreshold, nights: Sequence[date]
) -> FullRun:
    """The run of a kind on the last of some days, ascending. `nights` are all days that have figures.

    `case_x100` is an average case where a day does not say what one was then.
    """
    by_day = {each.day: each for each in days}
    if not by_day:
        return NO_RUN
    runs, of_totals, last = Runs(1), 0, max(by_day)
    for day in sorted({*by_day, *(each for each in nights if min(by_day) <= each <= last)}):
        found = by_day.get(day)
        taken, time = (0, 0) if found is None else _held(found, kind, case_x100)
        there = found is not None and (kind in found.rooms or found.whole is not None)
        vectors = np.array([there]), np.array([taken], np.int64), np.array([time], np.int64)
        runs.step(DayCut(day.toordinal(), True, *vectors), mark)
        if not runs.length[0]:
            of_totals = 0
        elif found is not None and runs.last_over[0] == day.toordinal():
            of_totals += kind not in found.rooms
    length = int(runs.length[0])
    left = mark.days - length
    return FullRun(
        length,
        _day(runs.since[0]),
        _day(runs.excess_since[0]),
        last + timedelta(left) if length and left > 0 else None,
        of_totals,
    )


def _held(found: DayRoom, kind: str, case_x100: Fraction) -> tuple[int, int]:
    """What is held with one case more, and the time up to the ceiling: over it where there is no room."""
    room = found.rooms.get(kind)
    binding = room.binding if room else found.whole
    if binding is None:
        return 0, 0
    case = ceil(room.case_x100 if room else case_x100)
    return binding.time_x100 - binding.slack_x100 + case, binding.time_x100


def _day(ordinal: int) -> date | None:
    return date.fromordinal(int(ordinal)) if ordinal else None
