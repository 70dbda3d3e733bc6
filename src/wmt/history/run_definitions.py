"""Other readings of 'over for four weeks in a row': by weekly figures, and by the sum of the days.

Both step like `day_steps.Runs`. The agreed reading is 'every day'; these answer what another one would say.
"""

from collections import deque
from typing import Protocol

import numpy as np

from wmt.history import day_steps


class Stepper(Protocol):
    """What walks over the days and tells which runs ended."""

    def grow(self, units: int) -> None: ...

    def follow(self, moves: day_steps.Moves) -> None: ...

    def step(self, cut: day_steps.DayCut, mark: day_steps.RunThreshold) -> day_steps.Ended: ...

    def running(self) -> day_steps.Ended: ...


class Weeks:
    """Weekly figures: Σ points ÷ Σ available of the days of a week, Monday to Sunday.

    A mark's days make so many whole weeks in a row. A week in which nobody has a figure neither counts nor
    ends a run, a week without available time ends it; one that has not ended yet does not count.
    """

    def __init__(self, units: int) -> None:
        self.runs, self.points, self.available = day_steps.Runs(units), _zeros(units), _zeros(units)
        self.there, self.loaded = _zeros(units), False

    def grow(self, units: int) -> None:
        """Make room for units that were not there before."""
        self.runs.grow(units)
        for name in ("points", "available", "there"):
            setattr(self, name, _wider(getattr(self, name), units))

    def follow(self, moves: day_steps.Moves) -> None:
        """The figures of the week so far are those of the new code too."""
        self.runs.follow(moves)
        for vector in (self.points, self.available, self.there):
            _handed_over(vector, moves)

    def step(self, cut: day_steps.DayCut, mark: day_steps.RunThreshold) -> day_steps.Ended:
        """One calendar day further; only a Sunday can end a run."""
        self.points += np.where(cut.present, cut.points, 0)
        self.available += np.where(cut.present, cut.available, 0)
        self.there += cut.present
        self.loaded |= cut.loaded
        # ordinal 1 was a Monday
        if cut.day % 7:
            return day_steps.nobody()
        weekly = day_steps.RunThreshold(
            mark.name, mark.percent_x100, -(-mark.days // 7), -(-mark.longest_absence // 7), 0
        )
        ended = self.runs.step(
            day_steps.DayCut(cut.day, self.loaded, self.there > 0, self.points, self.available), weekly
        )
        self.points, self.available, self.there = (np.zeros_like(self.points) for _ in range(3))
        self.loaded = False
        return _in_days(ended)

    def running(self) -> day_steps.Ended:
        """The runs that have not ended."""
        return _in_days(self.runs.running())


class Sums:
    """The sum of points over the sum of available points of as many days as the mark has, up to each day.

    They are the last days that have figures of anybody. A unit must have been there for so many of them.
    """

    def __init__(self, units: int) -> None:
        self.runs = day_steps.Runs(units)
        self.points, self.available, self.lived, self.absent = (_zeros(units) for _ in range(4))
        self.window: deque[tuple[int, day_steps.Ints, day_steps.Ints]] = deque()
        #: the first of the days that are summed up to a day
        self.first_of: dict[int, int] = {0: 0}
        self.days = 1

    def grow(self, units: int) -> None:
        """Make room for units that were not there before."""
        self.runs.grow(units)
        for name in ("points", "available", "lived", "absent"):
            setattr(self, name, _wider(getattr(self, name), units))
        self.window = deque((day, _wider(points, units), _wider(available, units))
                            for day, points, available in self.window)  # fmt: skip

    def follow(self, moves: day_steps.Moves) -> None:
        """The days that are summed are those of the former code too."""
        self.runs.follow(moves)
        for vector in (self.points, self.available):
            _handed_over(vector, moves)
        for _, points, available in self.window:
            _handed_over(points, moves)
            _handed_over(available, moves)
        new, former = moves
        self.lived[new] = np.maximum(self.lived[new], self.lived[former])
        self.absent[new] = np.minimum(self.absent[new], self.absent[former])
        self.lived[former] = 0

    def step(self, cut: day_steps.DayCut, mark: day_steps.RunThreshold) -> day_steps.Ended:
        if not cut.loaded:
            return day_steps.nobody()
        self.days, present = mark.days, cut.present
        points, available = (np.where(cut.present, each, 0) for each in (cut.points, cut.available))
        self.points, self.available = self.points + points, self.available + available
        self.window.append((cut.day, points, available))
        while len(self.window) > self.days:
            _, points, available = self.window.popleft()
            self.points, self.available = self.points - points, self.available - available
        self.first_of[cut.day] = self.window[0][0]
        self.absent = np.where(present, 0, self.absent + 1)
        here = self.absent <= mark.longest_absence
        self.lived = np.where(here & (present | (self.lived > 0)), self.lived + 1, 0)
        # whoever was not there for long enough has a figure that is over nothing
        counted = np.where(self.lived >= mark.days, self.points, 0)
        daily = day_steps.RunThreshold(mark.name, mark.percent_x100, 1, mark.longest_absence, 0)
        return self._reaching_back(
            self.runs.step(cut._replace(points=counted, available=self.available), daily)
        )

    def running(self) -> day_steps.Ended:
        """The runs that have not ended."""
        return self._reaching_back(self.runs.running())

    def _reaching_back(self, ended: day_steps.Ended) -> day_steps.Ended:
        """A run begins with the first of the days that are summed, and has all of them."""
        began = np.array([self.first_of[day] for day in ended.began.tolist()], np.int64)
        more = self.days - 1
        return ended._replace(began=began, days=ended.days + more, with_figures=ended.with_figures + more)


READINGS: dict[str, type[day_steps.Runs] | type[Weeks] | type[Sums]] = {
    "every day": day_steps.Runs,
    "weekly": Weeks,
    "sum": Sums,
}


def _in_days(ended: day_steps.Ended) -> day_steps.Ended:
    """Runs of weeks as runs of days: they begin with the Monday of the first week."""
    return ended._replace(began=ended.began - 6, days=ended.days * 7, with_figures=ended.with_figures * 7)


def _handed_over(vector: day_steps.Ints, moves: day_steps.Moves) -> None:
    """What units had under their former codes is added to what they have."""
    vector[moves.new] += vector[moves.former]
    vector[moves.former] = 0


def _wider(vector: day_steps.Ints, units: int) -> day_steps.Ints:
    return np.pad(vector, (0, units - len(vector)))


def _zeros(units: int) -> day_steps.Ints:
    return np.zeros(units, np.int64)
