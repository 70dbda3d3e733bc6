"""Reductions: why a post has fewer hours than its contract, and from when to when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from wmt.demo import size

REDUCTION_SCHEMA = pl.Schema(
    {
        "reduction_id": pl.String,
        "post_no": pl.Int64,
        "reason": pl.String,
        "hours_x100": pl.Int64,
        "percent_x100": pl.Int64,
        "first_day": pl.Date,
        "last_day": pl.Date,
        "notes": pl.String,
    }
)


@dataclass(frozen=True)
class Habit:
    """How often a reason is used among posts of some grades, and how much it takes.

    `percents` are whole percentages of the contract to choose from; `months` is how long it lasts;
    `as_hours` writes it in hours as managers often do.
    """

    reason: str
    share: float
    percents: tuple[int, ...]
    months: int
    grades: tuple[str, ...] = ("PO", "PSO")
    as_hours: bool = False
    whole_post: bool = False
    note: str | None = None


#: The shares are ours: nine or ten in a hundred away for long (parents, and six sick), and allowances.
HABITS = (
    Habit("5", 0.036, (100,), 6, whole_post=True),  # maternity
    Habit("2", 0.060, (100,), 4, ("PO", "PSO", "TPO"), whole_post=True),  # long-term sickness
    Habit("6", 0.001, (100,), 6, whole_post=True),  # adoption
    Habit("7", 0.001, (100,), 2, whole_post=True),  # special leave
    Habit("10", 0.002, (100,), 12, whole_post=True),  # unpaid leave
    Habit("3", 0.012, (25, 40, 50, 60), 3, as_hours=True, note="Phased return, reviewed every two weeks"),
    Habit("1", 0.010, (10, 15, 20), 24, note="Reasonable adjustment"),
    Habit("4", 0.008, (10, 20), 5),
    Habit("8", 0.012, (5, 10, 20, 50), 24, note="Branch office"),
    Habit("15", 0.160, (20,), 9, ("PO",)),  # newly qualified
    Habit("16", 0.090, (20,), 6, ("PSO",)),
    Habit("17", 0.020, (5,), 6, ("PSO",)),
    Habit("18", 0.015, (10,), 6, ("PSO",)),
    Habit("26", 0.060, (5,), 24, note="Lead for domestic abuse"),
    Habit(
        "24", 0.012, (40, 50, 60), 24, ("PO", "PSO", "SPO"), as_hours=True, note="Also programmes facilitator"
    ),
    Habit("20", 0.008, (10,), 24, ("PSO",), as_hours=True),
    Habit("22", 0.010, (10, 20), 24, as_hours=True, note="Court duty on Mondays"),
    Habit("11", 0.045, (5, 10), 12, ("PO",), note="Mentors a trainee"),
    Habit("19", 0.004, (5,), 6, ("PO", "PSO", "TPO"), as_hours=True),
)
#: Months of PQiP, reason and percentage of the three stages. A stage ends the day before the next begins.
STAGES = (("12", 80), ("13", 60), ("14", 40))
STAGE_DAYS = 183
SHARE_EXPIRED, SHARE_PLANNED = 0.10, 0.01


def build_reductions(seed: int, posts: pl.DataFrame, day: date) -> pl.DataFrame:
    """All reductions known on the day: in force, expired and planned."""
    rng = size.stream(seed, "reductions")
    rows = [*_trainee_stages(rng, posts, day)]
    absent = np.zeros(len(posts), dtype=np.bool_)
    for habit in HABITS:
        fits = (posts["grade"].is_in(habit.grades) & (posts["hours"] > 0)).to_numpy() & ~absent
        holders: size.Ints = np.flatnonzero(fits & (rng.random(len(posts)) < habit.share))
        absent[holders] |= habit.whole_post
        days = habit.months * 30
        for post in holders.tolist():
            gone = int(rng.integers(0, days))
            first, last = day - timedelta(days=gone), day + timedelta(days=days - gone)
            is_open = habit.months >= 24 and rng.random() < 0.5
            percent, hours = int(rng.choice(habit.percents)), int(posts["hours"][post])
            about = (habit.as_hours, habit.note)
            end = None if is_open else last
            rows.append(reduction_row(post, habit.reason, hours, percent, first, end, *about))
    # those that do not count today: over, or still to come
    working = (posts["hours"] > 0).to_numpy()
    for post in np.flatnonzero(working & (rng.random(len(posts)) < SHARE_EXPIRED)).tolist():
        last = day - timedelta(days=int(rng.integers(1, 400)))
        rows.append(reduction_row(post, "3", 0, 40, last - timedelta(days=60), last, False, None))
    for post in np.flatnonzero(working & (rng.random(len(posts)) < SHARE_PLANNED)).tolist():
        first = day + timedelta(days=int(rng.integers(2, 60)))
        rows.append(reduction_row(post, "5", 0, 100, first, first + timedelta(days=180), False, None))
    rows.sort(key=lambda row: (row["post_no"], row["first_day"], row["reason"]))
    for number, row in enumerate(rows, start=1):
        row["reduction_id"] = f"R{number:07d}"
    return pl.DataFrame(rows, schema=REDUCTION_SCHEMA)


def reduction_row(
    post: int,
    reason: str,
    hours: int,
    percent: int,
    first: date,
    last: date | None,
    as_hours: bool,
    note: str | None,
) -> dict[str, object]:
    """One reduction of a post with these contracted hours (hundredths), in hours or as a percentage."""
    return {
        "reduction_id": "",
        "post_no": post,
        "reason": reason,
        "hours_x100": hours * percent // 100 if as_hours else None,
        "percent_x100": None if as_hours else percent * 100,
        "first_day": first,
        "last_day": last,
        "notes": note,
    }


def _trainee_stages(rng: size.Rng, posts: pl.DataFrame, day: date) -> Iterator[dict[str, object]]:
    """PQiP: three stages one after the other. One trainee in forty has a stage nobody entered in time."""
    for post in np.flatnonzero((posts["grade"] == "TPO").to_numpy()).tolist():
        start = day - timedelta(days=int(rng.integers(0, 3 * STAGE_DAYS - 20)))
        forgotten = int(rng.integers(3)) if rng.random() < 1 / 40 else None
        for stage, (reason, percent) in enumerate(STAGES):
            first = start + timedelta(days=stage * STAGE_DAYS)
            last = first + timedelta(days=STAGE_DAYS - 1)
            if stage != forgotten:
                yield reduction_row(post, reason, 0, percent, first, last, False, None)


def in_force(reductions: pl.DataFrame, day: date) -> pl.DataFrame:
    """The reductions that count on a day: both ends included."""
    open_ended = pl.col("last_day").is_null()
    return reductions.filter(pl.col("first_day") <= day, open_ended | (pl.col("last_day") >= day))


def time_left(posts: pl.DataFrame, reductions: pl.DataFrame, day: date) -> size.Ints:
    """Hours left to each post on the day, in ten-thousandths of an hour, never below 0. Exact."""
    hours = posts["hours"].to_numpy()
    current = in_force(reductions, day)
    at = current["post_no"].to_numpy()
    taken = current["hours_x100"].fill_null(0).to_numpy() * 100
    taken = taken + hours[at] * current["percent_x100"].fill_null(0).to_numpy() // 100
    left: size.Ints = hours * 100
    np.subtract.at(left, at, taken)
    return np.maximum(left, 0)
