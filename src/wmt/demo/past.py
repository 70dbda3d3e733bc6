"""A past for the nation: daily figures without lines, ending the day before its first night.

It is made backwards from the first night's totals, so that it runs smoothly into them. Work rises and falls
in slow waves and in steps of a case or so, dips at Christmas and a little at weekends; people join, leave,
are away and have reductions; on some days nobody loaded anything.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from wmt.demo.size import Bools, Floats, Ints, Rng, stream
from wmt.facts import NOT_KNOWN
from wmt.history.figures import FIGURE, SUMMED, shaped, summed
from wmt.ledger import COMPONENTS, LEVELS, MEASURES

Progress = Callable[[str, float], None]

#: Shares of posts: who joined during the past, who was there and left, who was away once, who had less time.
JOINED, LEFT, AWAY, REDUCED = 0.10, 0.03, 0.25, 0.15
#: Share of days on which nobody loaded, beside one longer hole a year.
MISSED = 0.015
LONGER_HOLE = 5
#: How far work is from the first night's at the crest of a wave, and the weight of one step.
WAVE, STEP, STEPS_A_DAY = 0.13, 0.012, 0.06
_TIME = ("available_x100", "contracted_hours_micro", "reduction_hours_micro")
_HOLIDAYS = ((12, 20, 31), (1, 1, 4))  # month, first and last day


def write_past(
    folder: Path, totals: pl.DataFrame, day: date, days: int, seed: int, progress: Progress | None = None
) -> list[Path]:
    """Write the figures of `days` days before `day`, one Parquet file a month (columns `FIGURE`); the files.

    `totals` are those of the first night (columns `wmt.ledger.TOTAL`), which lies on `day`. Units above posts
    are the exact sums of their posts. The same seed writes the same past.
    """
    folder.mkdir(parents=True, exist_ok=True)
    past = _Past.of(totals, day, days, seed)
    written = []
    for first, last in reversed(list(_months(day - timedelta(days), day - timedelta(1)))):
        if progress:
            progress(f"the past: {first:%B %Y}", (day - last).days / days)
        path = folder / f"{first:%Y-%m}.parquet"
        past.figures(first, last).write_parquet(path, compression="zstd", compression_level=1)
        written.append(path)
    return sorted(written)


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        following = (first.replace(day=28) + timedelta(4)).replace(day=1)
        yield first, min(last, following - timedelta(1))
        first = following


@dataclass
class _Past:
    """The posts of the past and what befell each. Days are counted backwards from the first night: 1, 2 …"""

    posts: pl.DataFrame
    names: pl.DataFrame
    day: date
    rng: Rng
    missed: set[int]
    joined: Ints  # the first day there, counted backwards
    left: Ints  # the last day there; 0 for who still is
    away: tuple[Ints, Ints]  # from and to, counted backwards; from < to is never away
    reduced: tuple[Ints, Ints]
    waves: tuple[Floats, Floats]  # length in days and phase
    level: Floats  # where the steps have led so far

    @classmethod
    def of(cls, totals: pl.DataFrame, day: date, days: int, seed: int) -> "_Past":
        """The posts of a night, and some who left before it."""
        rng = stream(seed, "past")
        base = shaped(totals, day, datetime.combine(day, datetime.min.time()), "")
        here = base.filter((pl.col("level") == "post") & (pl.col("team_code") != NOT_KNOWN))
        gone = _leavers(here, rng)
        posts = pl.concat([here, gone])
        count, who_left = len(posts), np.arange(len(posts)) >= len(here)
        joins = rng.random(count) < JOINED
        return cls(
            posts=posts,
            names=base.filter(pl.col("level") != "post").select("level", "code", "name").unique(),
            day=day,
            rng=rng,
            missed=_missed(days, rng),
            joined=np.where(joins & ~who_left, rng.integers(10, days + 20, count), days + 1),
            left=np.where(who_left, rng.integers(5, days + 5, count), 0),
            away=_stretch(rng, count, AWAY, days, 3, 25),
            reduced=_stretch(rng, count, REDUCED, days, 30, 200),
            waves=(rng.uniform(90, 420, count), rng.uniform(0, 2 * np.pi, count)),
            level=np.zeros(count),
        )

    def figures(self, first: date, last: date) -> pl.DataFrame:
        """All units on all days of a part of a month. Months are asked for from the latest back."""
        back = np.arange((self.day - last).days, (self.day - first).days + 1)
        share = self._share(back)
        there = (back[:, None] <= self.joined) & (back[:, None] > self.left)
        there &= ~np.isin(back, list(self.missed))[:, None]
        columns, rows = np.nonzero(there.T)
        posts = self.posts.drop(*MEASURES, "day", "posts_without_time")[columns].with_columns(
            day=pl.Series(self.day.toordinal() - back[rows] - _EPOCH).cast(pl.Int32).cast(pl.Date),
            **self._measures(share[rows, columns], back[rows], columns),
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

    def _share(self, back: Ints) -> Floats:
        """What part of the first night's work a post has: days × posts."""
        count = len(self.level)
        rng = self.rng
        steps = (rng.random((len(back), count)) < STEPS_A_DAY) * rng.choice([-STEP, STEP], (len(back), count))
        walked = self.level + np.cumsum(steps, axis=0)
        # a long way from the first night it finds back
        self.level = walked[-1] * 0.97
        length, phase = self.waves
        turns = 2 * np.pi * back[:, None] / length
        wave = WAVE * (np.sin(turns + phase) - np.sin(phase)) * np.minimum(1, back / 60)[:, None]
        season = np.array([_season(self.day - timedelta(int(number))) for number in back])
        share: Floats = np.clip(1 + wave + walked + season[:, None] - _season(self.day), 0.2, 2.5)
        return share

    def _measures(self, share: Floats, back: Ints, columns: Ints) -> dict[str, pl.Series]:
        """Every measure of some rows, whole numbers that add up as a ledger's do."""
        found = {
            name: np.rint(self.posts[name].fill_null(0).to_numpy()[columns] * share).astype(np.int64)
            for name in SUMMED
            if name not in (*_TIME, "posts", "posts_without_time", "points_x100")
        }
        parts = [f"{name}_x100" for name in COMPONENTS]
        for name in (name for name in found if name.endswith("_x100")):
            found[name] = found[name] // 100 * 100  # whole points
        found["points_x100"] = np.sum([found[name] for name in parts], axis=0)
        away = _inside(self.away, back, columns)
        reduced = _inside(self.reduced, back, columns)
        for name in _TIME:
            found[name] = self.posts[name].to_numpy()[columns].copy()
        found["reduction_hours_micro"][away] = found["contracted_hours_micro"][away]
        tenth = found["contracted_hours_micro"] // 5
        found["reduction_hours_micro"] = np.where(
            reduced & ~away, found["reduction_hours_micro"] + tenth, found["reduction_hours_micro"]
        )
        less = found["available_x100"] * 4 // 5 // 100 * 100
        found["available_x100"] = np.where(away, 0, np.where(reduced, less, found["available_x100"]))
        return {name: pl.Series(values) for name, values in found.items()}


_EPOCH = date(1970, 1, 1).toordinal()


def _season(day: date) -> float:
    """What the calendar does to work: less over Christmas, a little less at weekends."""
    holiday = any(day.month == month and low <= day.day <= high for month, low, high in _HOLIDAYS)
    return -0.05 * holiday - 0.004 * (day.weekday() >= 5)


def _leavers(posts: pl.DataFrame, rng: Rng) -> pl.DataFrame:
    """People of the same teams who are not there any more, under codes of their own."""
    picked = posts[rng.choice(len(posts), max(1, round(len(posts) * LEFT)), replace=False)]
    staff = pl.col("region_code") + pl.int_range(pl.len()).cast(pl.String).str.zfill(4).str.replace("^", "Z")
    left = picked.with_columns(staff_code=staff, name=pl.lit(None, pl.String))
    return left.with_columns(code=pl.col("team_code") + ":" + pl.col("staff_code"))


def _missed(days: int, rng: Rng) -> set[int]:
    """Days that nobody loaded, counted backwards: single ones, and a longer hole a year."""
    missed = set((np.flatnonzero(rng.random(days) < MISSED) + 1).tolist())
    for year in range(days // 365):
        begin = int(rng.integers(40, 300)) + year * 365
        missed |= set(range(begin, begin + LONGER_HOLE))
    return missed - {1}


def _stretch(rng: Rng, count: int, share: float, days: int, least: int, most: int) -> tuple[Ints, Ints]:
    """A stretch of days for a share of the posts, counted backwards: from and to; none for the others."""
    has = rng.random(count) < share
    ends = rng.integers(2, days + 2, count)
    begins = ends + rng.integers(least, most + 1, count)
    return np.where(has, begins, 0), np.where(has, ends, 1)


def _inside(stretch: tuple[Ints, Ints], back: Ints, columns: Ints) -> Bools:
    inside: Bools = (back <= stretch[0][columns]) & (back >= stretch[1][columns])
    return inside
