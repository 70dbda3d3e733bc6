"""Other readings of 'over for four weeks in a row': by weekly figures, and by the sum of the days.

Both step like `steps.Runs`. The agreed reading is 'every day'; these answer what another one would say.
"""

from collections import deque
from typing import Protocol

import numpy as np

from wmt.history.steps import Cut, Ended, Ints, Mark, Runs


class Stepper(Protocol):
    """What walks over the days and tells which runs ended."""

    def grow(self, units: int) -> None: ...

    def step(self, cut: Cut, mark: Mark) -> Ended: ...

    def running(self) -> Ended: ...


class Weeks:
    """Weekly figures: Σ points ÷ Σ available of the days of a week, Monday to Sunday.

    A mark's days make so many whole weeks in a row. A week without a figure or without available time breaks
    a run; one that has not ended yet does not count.
    """

    def __init__(self, units: int) -> None:
        self.runs, self.points, self.available = Runs(units), _zeros(units), _zeros(units)

    def grow(self, units: int) -> None:
        """Make room for units that were not there before."""
        self.runs.grow(units)
        self.points, self.available = (
            np.pad(each, (0, units - len(each))) for each in (self.points, self.available)
        )

    def step(self, cut: Cut, mark: Mark) -> Ended:
        """One calendar day further; only a Sunday can end a run."""
        self.points += np.where(cut.present, cut.points, 0)
        self.available += np.where(cut.present, cut.available, 0)
        # ordinal 1 was a Monday
        if cut.day % 7:
            return _nobody()
        weekly = Mark(mark.name, mark.percent_x100, -(-mark.days // 7), 0, 0)
        ended = self.runs.step(_of_everybody(cut, self.points, self.available), weekly)
        self.points, self.available = np.zeros_like(self.points), np.zeros_like(self.available)
        return _in_days(ended)

    def running(self) -> Ended:
        """The runs that have not ended."""
        return _in_days(self.runs.running())


class Sums:
    """The sum of points over the sum of available points of the days of the mark, up to and with each day.

    A unit must have been there for so many days, without a hole longer than the mark allows.
    """

    def __init__(self, units: int) -> None:
        self.runs = Runs(units)
        self.points, self.available, self.lived, self.missing = (_zeros(units) for _ in range(4))
        self.window: deque[tuple[Ints, Ints]] = deque()
        self.days = 1

    def grow(self, units: int) -> None:
        """Make room for units that were not there before."""
        self.runs.grow(units)
        for name in ("points", "available", "lived", "missing"):
            vector = getattr(self, name)
            setattr(self, name, np.pad(vector, (0, units - len(vector))))

    def step(self, cut: Cut, mark: Mark) -> Ended:
        """One calendar day further."""
        self.days, present = mark.days, cut.present
        today = (np.where(present, cut.points, 0), np.where(present, cut.available, 0))
        self._slide(today)
        self.missing = np.where(present, 0, self.missing + 1)
        here = self.missing <= mark.longest_hole
        self.lived = np.where(here & (present | (self.lived > 0)), self.lived + 1, 0)
        whole = self.lived >= mark.days
        # whoever was not there for long enough has a figure that is over nothing
        counted = np.where(whole, self.points, 0)
        daily = Mark(mark.name, mark.percent_x100, 1, 0, 0)
        summed = _of_everybody(cut, counted, self.available)
        return self._reaching_back(self.runs.step(summed, daily))

    def _slide(self, today: tuple[Ints, Ints]) -> None:
        self.points, self.available = self.points + today[0], self.available + today[1]
        self.window.append(today)
        while len(self.window) > self.days:
            for total, old in zip((self.points, self.available), self.window.popleft(), strict=True):
                total[: len(old)] -= old

    def running(self) -> Ended:
        """The runs that have not ended."""
        return self._reaching_back(self.runs.running())

    def _reaching_back(self, ended: Ended) -> Ended:
        """A run begins with the first of the days that are summed, and has all of them."""
        return ended._replace(began=ended.began - self.days + 1, days=ended.days + self.days - 1)


READINGS: dict[str, type[Runs] | type[Weeks] | type[Sums]] = {"every day": Runs, "weekly": Weeks, "sum": Sums}


def _in_days(ended: Ended) -> Ended:
    """Runs of weeks as runs of days: they begin with the Monday of the first week."""
    return ended._replace(began=ended.began - 6, days=ended.days * 7)


def _of_everybody(cut: Cut, points: Ints, available: Ints) -> Cut:
    """The same day with a figure of every unit."""
    return Cut(cut.day, True, np.ones(len(points), np.bool_), points, available)


def _zeros(units: int) -> Ints:
    return np.zeros(units, np.int64)


def _nobody() -> Ended:
    return Ended(*(_zeros(0) for _ in range(7)))
