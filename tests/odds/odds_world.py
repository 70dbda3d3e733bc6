"""A small world whose work comes, ends as planned or before, and goes, by dice of its own: nothing of the
program makes it, so odds can be held against it."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
import polars as pl
from odds_paths import FIRST, MARK, OVER

from wmt.history.day_steps import DayCut, Runs
from wmt.odds import DailyRatios, KnownAhead, by_events, work_events
from wmt.odds.work_events import WORK

AVAILABLE = 200_000
#: A case in two hundred a day leaves before its planned end; posts differ in how much comes to them.
EARLY, LENGTHS = 0.002, (60, 400)
POINTS = np.array([3_000, 6_000, 9_000])


def marks(_day: date) -> tuple[object, ...]:
    return (MARK,)


@dataclass
class SmallWorld:
    """Cases (post, came, ends as planned, first day gone, points) over some days; nobody's time changes."""

    days: int
    posts: int
    post: np.ndarray
    came: np.ndarray
    ends: np.ndarray
    gone: np.ndarray
    points: np.ndarray

    def __post_init__(self) -> None:
        self.work = cache(self._work)
        self._events = cache(self._between)

    def _work(self, day: int) -> pl.DataFrame:
        """What was known on the evening of a day: columns `WORK`."""
        here = np.flatnonzero((self.came <= day) & (self.gone > day))
        return pl.DataFrame(
            {
                "code": [f"T:{post:04}" for post in self.post[here]],
                "grade": ["PO"] * len(here),
                "kind": ["case"] * len(here),
                "ref": [f"C{each}" for each in here],
                "points_x100": self.points[here],
                "ends": [FIRST + timedelta(int(end)) for end in self.ends[here]],
            },
            schema=WORK,
        )

    def totals(self) -> np.ndarray:
        """Points in hundredths by day and post."""
        change = np.zeros((self.days + 2, self.posts), np.int64)
        last = self.days + 1
        np.add.at(change, (np.clip(self.came, 0, last), self.post), self.points)
        np.add.at(change, (np.clip(self.gone, 0, last), self.post), -self.points)
        return change.cumsum(axis=0)[: self.days]

    def ratios(self) -> DailyRatios:
        points, runs, run, full = self.totals(), Runs(self.posts), [], []
        there, time = np.ones(self.posts, np.bool_), np.full(self.posts, AVAILABLE)
        for day in range(self.days):
            runs.step(DayCut(FIRST.toordinal() + day, True, there, points[day], time), MARK)
            run.append(runs.length.copy())
            full.append(runs.excess_since > 0)
        logs = np.log(np.maximum(points / AVAILABLE, 0.05))
        return DailyRatios(
            tuple(FIRST + timedelta(day) for day in range(self.days)),
            tuple(f"T:{post:04}" for post in range(self.posts)),
            logs, logs, np.array(run), np.zeros((self.days, self.posts), np.int64), np.array(full),
            np.full(self.days, OVER), MARK.days,
        )  # fmt: skip

    def known(self, day: int) -> KnownAhead | None:
        """What was known on a day; None where fewer than 91 days lie before it."""
        if day < work_events.DAYS:
            return None
        weeks = range(day - work_events.DAYS, day, work_events.EVERY)
        events = [self._events(each, each + work_events.EVERY) for each in weeks]
        today = FIRST + timedelta(day)
        codes = [f"T:{post:04}" for post in range(self.posts)]
        return KnownAhead(
            today,
            dict(zip(codes, self.totals()[day].tolist(), strict=True)),
            {code: [(today, AVAILABLE)] for code in codes},
            self.work(day),
            work_events.rates_by_grade(events),
            work_events.arrivals_of(events),
            work_events.DAYS,
            {},
        )

    def _between(self, first: int, second: int) -> work_events.WorkEvents:
        days = FIRST + timedelta(first), FIRST + timedelta(second)
        return work_events.events_between(days[0], self.work(first), days[1], self.work(second))

    def by_events(self, ratios: DailyRatios, weeks: int, row: int, raw: np.ndarray) -> np.ndarray:
        known = self.known(row)
        if known is None:
            return np.full(len(raw), np.nan)
        return by_events(ratios, row, weeks, raw, known, marks)  # type: ignore[arg-type]


def small_world(posts: int = 150, days: int = 230, seed: int = 11) -> SmallWorld:
    """It has run for two years before its first day, so that as much ends as comes."""
    dice = np.random.default_rng(seed)
    rate = dice.gamma(20, 0.16 / 20, posts)
    number = dice.poisson(rate * (days + 730))
    post = np.repeat(np.arange(posts), number)
    came = dice.integers(-730, days, len(post))
    ends = came + dice.integers(*LENGTHS, len(post))
    gone = np.minimum(ends, came + dice.geometric(EARLY, len(post)))
    return SmallWorld(days, posts, post, came, ends, gone, dice.choice(POINTS, len(post)))
