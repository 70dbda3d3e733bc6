"""Odds looked back at over a nation whose work comes, changes and goes by events, a night at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import numpy as np

from wmt.demo import Size
from wmt.demo.rolled_past import RolledNight, rolled_nights
from wmt.history.day_steps import DayCut, Runs, dated_marks
from wmt.odds import DailyRatios, Hindcast, KnownAhead, by_events, hindcast, work_events
from wmt.odds.ratios import LOWEST, MARK, carried_over

MARKS = dated_marks()
ORIGINS = 14


@dataclass
class RolledYear:
    """The daily figures of a nation, and what was known on the nights that odds may be stated on."""

    ratios: DailyRatios
    nights: Mapping[int, RolledNight]

    def __post_init__(self) -> None:
        self._between: dict[int, work_events.WorkEvents] = {}

    def known(self, row: int) -> KnownAhead | None:
        """What was known on a row of days; None where there were fewer than 91 days before it."""
        starts = range(row - work_events.DAYS, row, work_events.EVERY)
        if starts[0] < 0 or row not in self.nights:
            return None
        weeks, night = [self._events(start) for start in starts], self.nights[row]
        assert night.work is not None
        assert night.ahead is not None
        turns = np.diff(night.ahead, axis=0, prepend=night.ahead[:1] - 1) != 0
        available = {
            code: [
                (night.day + timedelta(int(day) + 1), int(night.ahead[day, place]))
                for day in np.flatnonzero(turns[:, place])
            ]
            for place, code in enumerate(night.codes)
        }
        return KnownAhead(
            night.day,
            dict(zip(night.codes, night.points_x100.tolist(), strict=True)),
            available,
            night.work,
            work_events.rates_by_grade(weeks),
            work_events.arrivals_of(weeks),
            sum(each.days for each in weeks),
            {},
        )

    def _events(self, start: int) -> work_events.WorkEvents:
        if start not in self._between:
            first, second = self.nights[start], self.nights[start + work_events.EVERY]
            assert first.work is not None
            assert second.work is not None
            self._between[start] = work_events.events_between(first.day, first.work, second.day, second.work)
        return self._between[start]

    def events(self, weeks: int, row: int, raw: np.ndarray) -> np.ndarray:
        """What is said by events on a row of days; NaN where nothing is."""
        known = self.known(row)
        if known is None:
            return np.full(len(raw), np.nan)
        return by_events(self.ratios, row, weeks, raw, known, MARKS)

    def looked_back(self, weeks: int) -> Hindcast:
        return hindcast(self.ratios, weeks, events=partial(self.events, weeks))


def rolled_year(size: Size, days: int, seed: int = 2026) -> RolledYear:
    """A nation of a size over so many nights; runs are stepped by the rule itself."""
    # the nights that a look back of either length may be made on, and those before them by whole weeks
    told = {night for night in range(days) if (days - 1 - night) % work_events.EVERY == 0}
    nights, capacity, run, paused, full, mark = {}, [], [], [], [], []
    days_seen, runs = [], Runs(size.posts)
    there = np.ones(size.posts, np.bool_)
    for number, night in enumerate(rolled_nights(seed, size, days, told, 56)):
        nights[number] = night
        threshold = next(each for each in MARKS(night.day) if each.name == MARK)
        points, available = night.points_x100, night.available_x100
        runs.step(DayCut(night.day.toordinal(), True, there, points, available), threshold)
        ratio = np.where(available > 0, points, 1) / np.maximum(available, 1)
        capacity.append(np.where(available > 0, np.log(np.maximum(ratio, LOWEST)), np.nan))
        run.append(runs.length.copy())
        paused.append(runs.paused.copy())
        full.append(runs.excess_since > 0)
        mark.append(np.log(threshold.percent_x100 / 10_000))
        days_seen.append(night.day)
    carried = carried_over(np.array(capacity), threshold.longest_pause)
    ratios = DailyRatios(
        tuple(days_seen), tuple(night.codes), np.array(capacity), carried,
        np.array(run), np.array(paused), np.array(full), np.array(mark), threshold.days,
    )  # fmt: skip
    return RolledYear(ratios, {row: each for row, each in nights.items() if row in told})
