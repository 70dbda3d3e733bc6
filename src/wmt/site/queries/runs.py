"""The run of days over the thresholds, in words for the person it is about."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from copy import copy
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from wmt import history
from wmt.days import written
from wmt.site.queries import periods
from wmt.site.queries.histories import history_of
from wmt.site.queries.movement import marks_on
from wmt.site.queries.unit_request import UnitRequest
from wmt.text import counted

#: What people call the marks of the rules.
_MAIN = "excessive_workload"
NAMES = {_MAIN: "Excessive workload", "double_red": "Higher threshold (called ‘double red’ in one area)"}


def run_words(question: UnitRequest, past: history.History) -> list[str]:
    """A sentence for each mark that a post is over on the last day that is shown; none where it is not."""
    day = past.day_until(question.state.as_at.date())
    known = {mark.name: mark for mark in marks_on(day)} if day else {}
    return [_sentence(row, known[row["mark"]]) for row in runs_of(question, past) if row["length"] > 0]


def runs_of(question: UnitRequest, past: history.History) -> list[dict[str, Any]]:
    """The runs of a post on the last day that is shown, a row for each mark: columns `wmt.history.RUN`, and
    since when in words."""
    day = past.day_until(question.state.as_at.date())
    if day is None:
        return []
    found = _runs(periods.KeyedHistory(past), question.unit.code, day).iter_rows(named=True)
    return [row | {"since_words": _since(row["since"], past.first)} for row in found]


def _since(first: date | None, known: date | None) -> str:
    """The first day of a run; one that begins with the first day there is may have begun before it."""
    if first is None:
        return ""
    return f"{written(first)}{' or earlier' if first == known else ''}"


@lru_cache(maxsize=500)
def _runs(held: periods.KeyedHistory, code: str, day: date) -> pl.DataFrame:
    recent = _Recent(held.past, code, day)
    return history.runs_on(
        recent, marks_on, day=day, level="post", codes=[code], look_back=2 * periods.YEAR.days
    )


class _Recent(history.History):
    """A history of a post that reads the year before a day at once: the page shows it anyway.

    It begins with the last day that broke every run: nothing before it is part of one.
    """

    def __init__(self, past: history.History, code: str, day: date) -> None:
        self.__dict__.update(past.__dict__)
        self._past, self._last = past, day
        # the last day of the year with available time that was not over any mark, if there is one
        lowest = min((mark.percent_x100 for mark in marks_on(self._last)), default=0)
        year = periods.series_of(self._past, "post", code, self._last - periods.YEAR, self._last)
        points, available = pl.col("points_x100"), pl.col("available_x100")
        found = year.filter((available > 0) & (points * 10_000 <= lowest * available))["day"]
        last = found[-1] if len(found) else None
        # the marks of that day may have been others
        same = last is not None and lowest <= min((mark.percent_x100 for mark in marks_on(last)), default=0)
        first = last if same else None
        if first is not None:
            self.days = past.days[bisect_left(past.days, first) :]

    def series(
        self,
        level: str,
        code: str,
        first: date,
        last: date,
        grade: str = "",
        columns: Sequence[str] = periods.COLUMNS,
        stream: str | None = None,
    ) -> pl.DataFrame:
        """The days of a unit, out of the year where they lie in it."""
        begin = self._last - periods.YEAR
        if grade or first < begin or last > self._last or not set(columns) <= set(periods.COLUMNS):
            return self._past.series(level, code, first, last, grade, columns, stream)
        year = periods.series_of(self._past, level, code, begin, self._last)
        return year.filter(pl.col("day").is_between(first, last)).select(columns)


def _sentence(row: dict[str, Any], mark: Any) -> str:
    percent, rest = divmod(mark.percent_x100, 100)
    over = f"{percent}.{rest:02d}%" if rest else f"{percent}%"
    name = NAMES.get(row["mark"], row["mark"].replace("_", " ").capitalize())
    said = [
        f"{name}: over {over} since {row['since_words']}, on {row['length']:,} of "
        f"{counted(row['with_figures'], 'day')} with figures{_holes(row)}."
    ]
    if row["excess_since"]:
        said.append(f"{mark.days} days were full on {written(row['excess_since'])}.")
    elif row["full_on"]:
        full = written(row["full_on"])
        said.append(f"If this continues, {mark.days} days are full on {full}.")
    if row["paused"]:
        said.append(f"The last {counted(row['paused'], 'day')} had no available hours and are not counted.")
    if row["absent"]:
        said.append(
            f"There was no figure for this post on the last {_nights(row['absent'])}, although other posts "
            f"had one. After more than {_nights(mark.longest_absence)} the run ends."
        )
    elif row["missing"]:
        said.append(f"There is no data for the last {counted(row['missing'], 'day')}. They are not counted.")
    return " ".join(said)


def _holes(row: dict[str, Any]) -> str:
    """Days of the run without figures, with the reason."""
    said = []
    if row["missing_nights"]:
        said.append(f"{_nights(row['missing_nights'])} missing")
    if row["absent_nights"]:
        said.append(f"{_nights(row['absent_nights'])} without a figure for this post")
    return f" ({'; '.join(said)})" if said else ""


def _nights(number: int) -> str:
    return counted(number, "night")


def run_of(question: UnitRequest) -> dict[str, Any] | None:
    """The run of days over the threshold; None where the history is away or does not know the post."""
    try:
        found = runs_of(question, history_of(question.unit))
    except history.HistoryError:
        return None
    return next((row for row in found if row["mark"] == _MAIN and row["length"] > 0), None)


#: So many days with figures tell nearly every run that is not as long as a threshold asks for yet.
_RECENT = 45


def runs_of_posts(past: history.History, day: date, codes: Collection[str]) -> dict[str, dict[str, Any]]:
    """The runs over the threshold of some posts on the last day up to `day`, by code (rows of `RUN`).

    Runs that are as long as the threshold asks for may be told as shorter than they are: what is more than
    that is not looked into here.
    """
    until = past.day_until(day)
    if until is None:
        return {}
    found = _runs_of_nation(periods.KeyedHistory(past), until).filter(pl.col("code").is_in(list(codes)))
    return {row["code"]: row for row in found.iter_rows(named=True)}


@lru_cache(maxsize=4)
def _runs_of_nation(held: periods.KeyedHistory, day: date) -> pl.DataFrame:
    recent, mark = copy(held.past), marks_on(day)[0]
    recent.days = recent.days[: bisect_right(recent.days, day)][-_RECENT:]
    mine = pl.col("mark") == mark.name, pl.col("length") > 0
    found = history.runs_on(recent, marks_on, day=day, level="post").filter(mine)
    # with pauses or absences, one of them may be longer than it looks here: those few are asked in full
    few = found.filter(
        pl.col("length") < mark.days, pl.col("since") <= recent.days[max(0, len(recent.days) - mark.days)]
    )
    codes = few["code"].to_list()
    if not codes or recent.days[0] == held.past.first:
        return found
    whole = history.runs_on(held.past, marks_on, day=day, level="post", codes=codes).filter(mine)
    return pl.concat([found.filter(~pl.col("code").is_in(codes)), whole]).sort("code")
