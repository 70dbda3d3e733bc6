"""What happened to the work of posts between two days, and how often that is: what dice are thrown by.

Work is told apart by post, kind and reference. What is with a post on the later day and was not on the
earlier one has come; what is not there any more, though it was not planned to end by then, has left early;
what earns another number of points has changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from wmt.facts import table_of
from wmt.history.day_steps import Ints

#: The past that rates are counted over, looked at on every so many days.
DAYS, EVERY = 91, 7
#: A post is taken to have had so many arrivals at its grade's rate beside its own.
PRIOR = 4

#: Work that has points on a day, a row each.
WORK = table_of(
    {
        "code": pl.String,  # of the post
        "grade": pl.String,
        "kind": pl.String,  # 'case', or 'report' for what counts some days and then no more
        "ref": pl.String,
        "points_x100": pl.Int64,
        "ends": pl.Date,  # the first day on which it does not count any more, where that is known; nullable
    }
)
KINDS = ("case", "report")
_KEY = ("code", "kind", "ref")
_CAME = table_of({"code": pl.String, "grade": pl.String, "kind": pl.String, "points_x100": pl.Int64,
                  "lasts": pl.Int64})  # fmt: skip
_BY_GRADE = table_of({"grade": pl.String, "case_days": pl.Int64, "left": pl.Int64})
_CHANGED = table_of({"grade": pl.String, "by_x100": pl.Int64})


@dataclass(frozen=True)
class WorkEvents:
    """What happened between two days.

    `came`: work by post with the days it lasts (null: not known). `by_grade`: days that cases were there with
    no end planned by the later day, and how many of these left all the same. `changed`: of cases alone, by
    how much in hundredths.
    """

    days: int
    posts: Mapping[str, int]  # by grade, on the later day
    came: pl.DataFrame
    by_grade: pl.DataFrame
    changed: pl.DataFrame


@dataclass(frozen=True)
class EventRates:
    """How often things happen to a grade: arrivals a post and day by kind, the others a case and day."""

    came: Mapping[str, float]
    #: points and days of what came, by kind; the days are 0 where they are not known
    sizes: Mapping[str, tuple[Ints, Ints]]
    left: float
    changed: float
    changes: Ints

    @classmethod
    def nothing(cls) -> "EventRates":
        """Of a grade of which nothing is known: nothing happens to it."""
        none = np.zeros(0, np.int64)
        return cls(dict.fromkeys(KINDS, 0.0), dict.fromkeys(KINDS, (none, none)), 0.0, 0.0, none)


def events_between(first: date, earlier: pl.DataFrame, second: date, later: pl.DataFrame) -> WorkEvents:
    """What happened from the first day to the second: two tables with the columns `WORK`."""
    days = (second - first).days
    both = earlier.join(
        later.select(*_KEY, "points_x100", "ends", "grade"), on=list(_KEY), how="full", suffix="_now"
    )
    came = both.filter(pl.col("code").is_null()).select(
        *(pl.col(f"{name}_now").alias(name) for name in ("code", "grade", "kind", "points_x100")),
        lasts=(pl.col("ends_now") - second).dt.total_days(),
    )
    stays = both.filter(
        pl.col("kind") == "case",
        pl.col("ends").is_null() | (pl.col("ends") > second),
        pl.col("code").is_not_null(),
    )
    gone = pl.col("code_now").is_null()
    by_grade = stays.group_by("grade").agg(
        case_days=pl.len().cast(pl.Int64) * days, left=gone.sum().cast(pl.Int64)
    )
    by = pl.col("points_x100_now") - pl.col("points_x100")
    changed = stays.filter(~gone).select("grade", by_x100=by).filter(pl.col("by_x100") != 0)
    posts = later.select("code", "grade").unique("code")["grade"].value_counts()
    return WorkEvents(
        days,
        dict(posts.iter_rows()),
        came.cast(_CAME),
        by_grade.cast(_BY_GRADE),
        changed.cast(_CHANGED),
    )


def rates_by_grade(events: Sequence[WorkEvents]) -> dict[str, EventRates]:
    """The rates of every grade over some stretches of days, each beginning where the one before ended."""
    came = pl.concat([each.came for each in events]).sort(_CAME.names())
    changed = pl.concat([each.changed for each in events]).sort(_CHANGED.names())
    sums = pl.concat([each.by_grade for each in events]).group_by("grade").sum()
    known = {row["grade"]: row for row in sums.iter_rows(named=True)}
    found = {}
    for grade in sorted({name for each in events for name in each.posts}):
        post_days = sum(each.days * each.posts.get(grade, 0) for each in events)
        mine = {kind: came.filter(grade=grade, kind=kind) for kind in KINDS}
        changes = changed.filter(grade=grade)["by_x100"].to_numpy()
        row: Mapping[str, Any] = known.get(grade, {"case_days": 0, "left": 0})
        case_days = max(row["case_days"], 1)
        found[grade] = EventRates(
            {kind: len(rows) / post_days if post_days else 0.0 for kind, rows in mine.items()},
            {
                kind: (rows["points_x100"].to_numpy(), rows["lasts"].fill_null(0).to_numpy())
                for kind, rows in mine.items()
            },
            row["left"] / case_days,
            len(changes) / case_days,
            changes,
        )
    return found


def arrivals_of(events: Sequence[WorkEvents]) -> dict[tuple[str, str], int]:
    """How much came to each post, by its code and the kind of work."""
    came = pl.concat([each.came for each in events]).group_by("code", "kind").len()
    return {(code, kind): count for code, kind, count in came.iter_rows()}


def own_rate(arrivals: int, days: int, of_grade: float) -> float:
    """Arrivals a day of a post: its own, and `PRIOR` more at the rate of its grade."""
    return (arrivals + PRIOR) / (days + PRIOR / of_grade) if of_grade > 0 else 0.0
