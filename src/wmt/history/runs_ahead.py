"""The run of days over a threshold in the weeks ahead: what of it a case would begin, keep going or change.

Days are stepped by the rule itself (`wmt.history.day_steps`). Work stays what it is; available points are
what the ledger says of each day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from wmt.history.day_steps import NO_TIME, DayCut, Runs, RunThreshold


class PostAhead(NamedTuple):
    """A post in the days ahead: its run so far (a row of `wmt.history.RUN`) and its points; and what is
    available from each of some days on, the first of them not after the first day ahead."""

    run: Mapping[str, Any] | None
    points_x100: int
    available_x100: Sequence[tuple[date, int]]


@dataclass(frozen=True)
class RunAhead:
    """What becomes of a run within the days of its threshold, every day having a figure.

    `begins` is the first day of a run that is not there yet, also of one after that which is there; `ends`
    the day that breaks the first run, there already or not; `full_on` the day on which a run is as long as
    the threshold asks. Each is None where it does not happen.
    """

    begins: date | None
    ends: date | None
    full_on: date | None


def runs_ahead(mark: RunThreshold, first: date, posts: Sequence[PostAhead]) -> list[RunAhead]:
    """The runs of posts, from the first day that has no figure yet for as many days as the threshold asks."""
    runs = Runs(len(posts))
    available = np.zeros((mark.days, len(posts)), np.int64)
    for place, post in enumerate(posts):
        if post.run is not None:
            runs.length[place], runs.paused[place] = post.run["length"], post.run["paused"]
            runs.state[place] = NO_TIME if post.run["paused"] else 0
            for name in ("since", "excess_since", "last_over"):
                getattr(runs, name)[place] = post.run[name].toordinal() if post.run[name] else 0
        for day, x100 in post.available_x100:
            available[max(0, (day - first).days) :, place] = x100
    points = np.array([post.points_x100 for post in posts], np.int64)
    there = np.ones(len(posts), np.bool_)
    begins, ends = (np.zeros(len(posts), np.int64) for _ in range(2))
    full_on = runs.excess_since.copy()
    for number in range(mark.days):
        today = first.toordinal() + number
        broke = runs.step(DayCut(today, True, there, points, available[number]), mark).unit
        ends[broke] = np.where(ends[broke] == 0, today, ends[broke])
        begins = np.where((begins == 0) & (runs.since == today), today, begins)
        full_on = np.where(full_on == 0, runs.excess_since, full_on)
    days = zip(begins.tolist(), ends.tolist(), full_on.tolist(), strict=True)
    return [RunAhead(*(date.fromordinal(each) if each else None for each in found)) for found in days]
