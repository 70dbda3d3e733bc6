"""Frames of the history as stretches of days: by day, by week, by month, or over some days."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from wmt import rules
from wmt.history import History, in_steps
from wmt.site.queries.period_figures import FigurePeriod
from wmt.site.workload.models import Unit

#: What pages over time show of a day; fewer columns are read faster.
SUMS = (
    "points_x100", "available_x100", "contacts_x100", "cases", "contracted_hours_micro",
    "reduction_hours_micro",
)  # fmt: skip
COLUMNS = ("day", "code", "name", "grade", "stream", *SUMS)
STEPS = {"day": "each day", "week": "each week", "month": "each month"}

#: How far back a page over time looks where nobody asked for more.
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class DayOrigins:
    """The days of a range whose figures are a correction's, those of an archive's, and of these those of all
    streams together; all ascending."""

    first: date
    last: date
    corrected: Sequence[date]
    archived: Sequence[date]
    together: Sequence[date] = ()

    @classmethod
    def of(cls, past: History, first: date, last: date) -> "DayOrigins":
        days = past.days[bisect_left(past.days, first) : bisect_right(past.days, last)]
        known = [(day, past.standing(day)) for day in days]
        return cls(
            first,
            last,
            [day for day, each in known if each and each.revision],
            [day for day, each in known if each and not each.night],
            [day for day, each in known if each and each.together],
        )


def series_of(
    past: History,
    level: str,
    code: str,
    first: date,
    last: date,
    grade: str = "",
    stream: str | None = None,
    columns: tuple[str, ...] = COLUMNS,
) -> pl.DataFrame:
    """The days of a unit, kept until the history changes: columns `COLUMNS`, or others."""
    return _series(KeyedHistory(past), level, code, first, last, grade, stream, columns)


class KeyedHistory:
    """A history beside a key that says which: two are the same when their keys are.

    The rules in force are part of it: runs and answers are judged by the marks of days gone by, which an
    approved change may move.
    """

    def __init__(self, past: History) -> None:
        self.past, self._rules = past, rules.load()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeyedHistory) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[Path, str, rules.Tree]:
        return self.past.nights, self.past.version, self._rules


@lru_cache(maxsize=200)
def _series(
    held: KeyedHistory,
    level: str,
    code: str,
    first: date,
    last: date,
    grade: str,
    stream: str | None,
    columns: tuple[str, ...],
) -> pl.DataFrame:
    return held.past.series(level, code, first, last, grade, columns, stream)


def periods_below(
    past: History,
    unit: Unit,
    child: str,
    step: str,
    first: date,
    last: date,
    columns: tuple[str, ...] = COLUMNS,
) -> pl.DataFrame:
    """The periods of all units of a level under a unit, as `wmt.history.in_steps` gives them by code.

    Kept until the history changes, but for every post of the nation, which are too many to keep.
    """
    found = _periods.__wrapped__ if (unit.level, child) == ("nation", "post") else _periods
    key = (unit.level, unit.code, child, step, first, last, unit.stream, columns)
    return found(KeyedHistory(past), *key)


@lru_cache(maxsize=50)
def _periods(
    held: KeyedHistory,
    level: str,
    code: str,
    child: str,
    step: str,
    first: date,
    last: date,
    stream: str,
    columns: tuple[str, ...],
) -> pl.DataFrame:
    frame = held.past.below(level, code, child, first, last, stream, columns)
    return in_steps(frame, step, ("code",), first=first, last=last)


def stretches(frame: pl.DataFrame, step: str, standing: DayOrigins) -> list[FigurePeriod]:
    """Rows of the history of one unit, in the order of their days, as stretches of a step."""
    if frame.is_empty():
        return []
    periods = in_steps(frame, step, first=standing.first, last=standing.last)
    return [stretch for _, stretch in as_stretches(periods, standing, ())]


def as_stretches(
    periods: pl.DataFrame, standing: DayOrigins, key: tuple[str, ...]
) -> list[tuple[tuple[Any, ...], FigurePeriod]]:
    """Periods of units (`wmt.history.in_steps`) as pairs of the values of `key` and a stretch."""
    return [
        (tuple(row[name] for name in key), _stretch(row, standing)) for row in periods.iter_rows(named=True)
    ]


def _stretch(row: dict[str, Any], standing: DayOrigins) -> FigurePeriod:
    first, last = row["first"], row["last"]
    kinds = (standing.corrected, standing.archived, standing.together)
    return FigurePeriod(first, last, row["days"], row, *(_within(days, first, last) for days in kinds))


def _within(days: Sequence[date], first: date, last: date) -> int:
    """How many of some days lie in a range."""
    return bisect_right(days, last) - bisect_left(days, first)
