"""A past for the nation: daily figures without lines, ending the day before its first night.

It is made of events, backwards from the first night's lines, and runs into them without a jump: cases come,
change and go (`wmt.demo.stays`); people join, leave, are away and have reductions; on some days nobody loaded
anything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from wmt.days import by_month
from wmt.demo import size
from wmt.demo.stays import Stays, stays_of
from wmt.facts import NOT_KNOWN
from wmt.history.figures import FIGURE, SUMMED, shaped, summed
from wmt.ledger import LEVELS, MEASURES

Progress = Callable[[str, float], None]

#: Shares of posts in a year: who joined, and who left with the work that the other took over.
JOINED, LEFT = 0.05, 0.05
#: Days that somebody is away, on average, and has an allowance. As many begin as end, so that the nation has
#: as much time all the while.
DAYS_AWAY, DAYS_REDUCED = 120, 300
#: Share of days on which nobody loaded, beside one longer hole a year.
MISSED = 0.015
LONGER_HOLE = 5
_TIME = ("available_x100", "contracted_hours_micro", "reduction_hours_micro")
_WORK = tuple(name for name in SUMMED if name not in (*_TIME, "posts", "posts_without_time"))


def write_past(
    folder: Path,
    totals: pl.DataFrame,
    lines: pl.DataFrame,
    day: date,
    days: int,
    seed: int,
    progress: Progress | None = None,
) -> list[Path]:
    """Write the figures of `days` days before `day`, one Parquet file a month (columns `FIGURE`); the files.

    `totals` and `lines` are those of the first night (columns `TOTAL` and `LINE` of `wmt.ledger`), which lies
    on `day`. Units above posts are the exact sums of their posts. The same seed writes the same past.
    """
    folder.mkdir(parents=True, exist_ok=True)
    past = _Past.of(totals, lines, day, days, seed)
    written = []
    for first, last in reversed(list(by_month(day - timedelta(days), day - timedelta(1)))):
        if progress:
            progress(f"the past: {first:%B %Y}", (day - last).days / days)
        path = folder / f"{first:%Y-%m}.parquet"
        past.figures(first, last).write_parquet(path, compression="zstd", compression_level=1)
        written.append(path)
    return sorted(written)


@dataclass(frozen=True)
class PostPeriods:
    """Days of each post from one to another, counted backwards; from < to is none."""

    begin: size.Ints
    end: size.Ints

    def inside(self, back: size.Ints, columns: size.Ints) -> size.Bools:
        """Whether each of some posts was in its stretch on each of some days."""
        found: size.Bools = (back <= self.begin[columns]) & (back >= self.end[columns])
        return found


@dataclass
class _Past:
    """The posts of the past and what befell each. Days are counted backwards from the first night: 1, 2 …"""

    posts: pl.DataFrame
    names: pl.DataFrame
    day: date
    missed: set[int]
    joined: size.Ints  # the first day there, counted backwards
    left: size.Ints  # the last day there; 0 for who still is
    away: PostPeriods
    reduced: PostPeriods
    stays: Stays
    level: dict[str, size.Ints]  # the work of every post on the day after those asked for last

    @classmethod
    def of(cls, totals: pl.DataFrame, lines: pl.DataFrame, day: date, days: int, seed: int) -> "_Past":
        """The posts of a night, and some who left before it."""
        rng = size.stream(seed, "past")
        base = shaped(totals, day, datetime.combine(day, datetime.min.time()), "")
        here = base.filter((pl.col("level") == "post") & (pl.col("team_code") != NOT_KNOWN))
        # people of the same teams who are not there any more, under codes of their own; `copied` is who
        # is like each
        picked = here[rng.choice(len(here), max(1, round(len(here) * (LEFT * days / 365))), replace=False)]
        staff = pl.col("region_code") + pl.int_range(pl.len()).cast(pl.String).str.zfill(4).str.replace(
            "^", "Z"
        )
        left = picked.with_columns(copied="code", staff_code=staff, name=pl.lit(None, pl.String))
        gone = left.with_columns(code=pl.col("team_code") + ":" + pl.col("staff_code"))
        posts = pl.concat([here, gone.select(here.columns)])
        count, who_left = len(posts), np.arange(len(posts)) >= len(here)
        joins = rng.random(count) < JOINED * days / 365
        worked = pl.concat([here["code"], gone["copied"]])
        is_away = ((posts["available_x100"] == 0) & (posts["reduction_hours_micro"] > 0)).to_numpy()
        able = (posts["available_x100"] > 0).to_numpy()
        # lines with the places (`at`) of the posts whose work they are; of two posts of one code, for both
        places = pl.DataFrame({"code": worked}).with_row_index("at").cast({"at": pl.Int64})
        coded = lines.with_columns(code=pl.col("team_code") + ":" + pl.col("staff_code"))
        return cls(
            posts=posts,
            names=base.filter(pl.col("level") != "post").select("level", "code", "name").unique(),
            day=day,
            missed=_missed(days, rng),
            joined=np.where(joins & ~who_left, rng.integers(1, days + 1, count), days + 1),
            left=np.where(who_left, rng.integers(1, days + 1, count), 0),
            away=_stretches(is_away, able, DAYS_AWAY, days, rng),
            reduced=_reduced(posts, days, rng),
            stays=stays_of(coded.join(places, on="code", maintain_order="left_right"), _WORK, days, rng),
            level={name: posts[name].fill_null(0).to_numpy().copy() for name in _WORK},
        )

    def figures(self, first: date, last: date) -> pl.DataFrame:
        """All units on all days of a part of a month. Months are asked for from the latest back."""
        back = np.arange((self.day - last).days, (self.day - first).days + 1)
        change = self.stays.change(int(back[0]), int(back[-1]), len(self.posts))
        work = {name: self.level[name] + change[name].cumsum(axis=0) for name in _WORK}
        self.level = {name: values[-1] for name, values in work.items()}
        there = (back[:, None] <= self.joined) & (back[:, None] > self.left)
        there &= ~np.isin(back, list(self.missed))[:, None]
        columns, rows = np.nonzero(there.T)
        found = {name: pl.Series(values[rows, columns]) for name, values in work.items()}
        posts = self.posts.drop(*MEASURES, "day", "posts_without_time")[columns].with_columns(
            day=pl.Series(self.day.toordinal() - back[rows] - _EPOCH).cast(pl.Int32).cast(pl.Date),
            **found,
            **self._time(back[rows], columns),
        )
        posts = posts.with_columns(
            as_at=pl.col("day").cast(pl.Datetime("us")),
            posts_without_time=(pl.col("available_x100") == 0).cast(pl.Int64),
        )
        units = [
            summed(posts, level)
            .drop("name")
            .join(self.names, on=["level", "code"], how="left")
            .sort("code", "day", "stream")
            for level in LEVELS[1:]
        ]
        return pl.concat([frame.select(FIGURE.names()).cast(FIGURE) for frame in (posts, *units)])

    def _time(self, back: size.Ints, columns: size.Ints) -> dict[str, pl.Series]:
        """Hours and available points of some rows, by who was away and who had an allowance on the day."""
        posts = self.posts
        available, contracted, reduction = (posts[name].to_numpy()[columns] for name in _TIME)
        whole = _all_points(posts)[columns]
        is_away, is_reduced = self.away.inside(back, columns), self.reduced.inside(back, columns)
        had = (available > 0) & (reduction > 0)
        part = np.where(had, available, whole * 4 // 5 // 100 * 100)
        taken = np.where(had, reduction, contracted // 5)
        works = whole > 0
        now = np.where(is_away, 0, np.where(is_reduced, part, whole))
        # who is away now may have reductions of more than the contract, and the file says them all
        whole_time = np.where((available == 0) & (reduction > contracted), reduction, contracted)
        less = np.where(is_away, whole_time, np.where(is_reduced, taken, 0))
        values = (np.where(works, now, available), contracted, np.where(works, less, reduction))
        return {name: pl.Series(found) for name, found in zip(_TIME, values, strict=True)}


_EPOCH = date(1970, 1, 1).toordinal()


def _all_points(posts: pl.DataFrame) -> size.Ints:
    """Available points of each post without reductions: its hours, times what one is worth to its grade."""
    hours, available, reduction = (
        posts[name].to_numpy()
        for name in ("contracted_hours_micro", "available_x100", "reduction_hours_micro")
    )
    grade = posts["grade"].to_numpy()
    whole = np.zeros(len(posts), dtype=np.int64)
    for name in set(grade.tolist()):
        here = grade == name
        plain = here & (reduction == 0) & (hours > 0)
        if plain.any():
            best = int(np.argmax(np.where(plain, hours, 0)))
            whole[here] = hours[here] * available[best] // hours[best] // 100 * 100
    return np.where((reduction == 0) | (whole == 0), available, whole)


def _reduced(posts: pl.DataFrame, days: int, rng: size.Rng) -> PostPeriods:
    """Allowances. What protects the time of a trainee was there before, in a stage that took more."""
    has = ((posts["available_x100"] > 0) & (posts["reduction_hours_micro"] > 0)).to_numpy()
    able = ~has & (posts["available_x100"] > 0).to_numpy()
    found = _stretches(has, able, DAYS_REDUCED, days, rng)
    trainee = has & (posts["grade"] == "TPO").to_numpy()
    return PostPeriods(np.where(trainee, days + 1, found.begin), found.end)


def _stretches(now: size.Bools, able: size.Bools, mean: float, days: int, rng: size.Rng) -> PostPeriods:
    """Stretches of days: who is in one now began some time ago; of those who could be, as many were in one
    before as leave the number what it is."""
    length = 1 + rng.exponential(mean, len(now)).astype(np.int64)
    share = now.sum() / max(int(able.sum()), 1) / mean * days
    had = able & (rng.random(len(now)) < share)
    end = rng.integers(1, days + 1, len(now))
    return PostPeriods(
        np.where(now, length, np.where(had, end + length, 0)), np.where(now, 0, np.where(had, end, 1))
    )


def _missed(days: int, rng: size.Rng) -> set[int]:
    """Days that nobody loaded, counted backwards: single ones, and a longer hole a year."""
    missed = set((np.flatnonzero(rng.random(days) < MISSED) + 1).tolist())
    for year in range(days // 365):
        begin = int(rng.integers(40, 300)) + year * 365
        missed |= set(range(begin, begin + LONGER_HOLE))
    return missed - {1}
