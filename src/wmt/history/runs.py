"""The four-week rule on a history: the run of every unit on a day, and all runs there were.

Runs follow who got another code, was moved to another team or whose team was renamed (`succession`).
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from wmt.facts import table_of
from wmt.history import day_steps, matrices
from wmt.history.index import HistoryError
from wmt.history.reader import History
from wmt.history.run_definitions import READINGS, Stepper

RUN = table_of(
    {
        "level": pl.String,
        "code": pl.String,
        "name": pl.String,  # nullable
        "mark": pl.String,
        "day": pl.Date,
        "over": pl.Boolean,  # on the last day that has a figure of it
        "length": pl.Int64,  # days over in the run
        "since": pl.Date,  # first of them; null when there is no run
        "excess_since": pl.Date,  # the day the run reached the days of the mark; null when it has not
        "full_on": pl.Date,  # the day it will, if every day from now on is over; null when reached, or no run
        "last_over": pl.Date,  # the last day over; null when there is no run
        "with_figures": pl.Int64,  # days with figures from `since` to `last_over`
        "missing_nights": pl.Int64,  # days of these on which nobody has a figure
        "absent_nights": pl.Int64,  # days of these on which others have figures and the unit has none
        "paused": pl.Int64,  # days in a row without available time, up to the day
        "missing": pl.Int64,  # days in a row without a figure, up to the day
        "absent": pl.Int64,  # nights in a row that have figures of others and none of the unit, up to the day
    }
)

SPELL = table_of(
    {
        "level": pl.String,
        "code": pl.String,
        "name": pl.String,  # nullable
        "began": pl.Date,
        "excess_from": pl.Date,  # null when the run never reached the days of the mark
        "last_over": pl.Date,
        "ended": pl.Date,  # the day that broke the run; null while it runs
        "end_reason": pl.String,  # 'under', 'no time' or 'gone'; null while it runs
        "days": pl.Int64,  # days over
        "with_figures": pl.Int64,  # days with figures from `began` to `last_over`
        "missing_nights": pl.Int64,  # days of these on which nobody has a figure
        "absent_nights": pl.Int64,  # days of these on which others have figures and the unit has none
        "peak_x100": pl.Int64,  # the highest capacity, in hundredths of a per cent
    }
)

#: How many days with figures a few units are looked at first; more where their runs are longer.
_LOOK_BACK = 120


def runs_on(
    history: History,
    marks_of: day_steps.MarksOf,
    *,
    day: date | None = None,
    level: str = "post",
    codes: Collection[str] | None = None,
    stream: str | None = None,
    look_back: int = _LOOK_BACK,
) -> pl.DataFrame:
    """How the run of every unit stands on a day (columns `RUN`), by code and then in the order of the marks.

    `day` is the last day of the history unless another is given. Units that are gone by the day, or go by
    another code by then, are left out. `marks_of` gives the marks in force on a day. `codes` asks for a few
    units only, which is quick: `look_back` days with figures are read first, and more where a run is longer.
    `stream`: units and people have runs of their headline unless another is named; posts have theirs in any
    stream that has a capacity, which OMiC has not.
    """
    day = day or history.last
    if day is None or history.first is None or day < history.first:
        return pl.DataFrame(schema=RUN)
    wanted = None if codes is None else history.links.lineage(level, codes)
    last = bisect_right(history.days, day) - 1
    back = last if wanted is None else min(last, look_back)
    while True:
        units = matrices.Units()
        first = history.days[last - back]
        found = matrices.blocks(history, units, level, first, day, wanted, stream=stream)
        runs = _stepped(history, units, found, marks_of, level)
        if back == last or all(each.settled.all() for each in runs.values()):
            break
        back = min(last, 4 * back)
    table = _as_table(history, level, units, day, {mark.name: mark for mark in marks_of(day)}, runs)
    return table if codes is None else table.filter(pl.col("code").is_in(list(codes)))


def _stepped(
    history: History,
    units: matrices.Units,
    found: Iterator[matrices.Block],
    marks_of: day_steps.MarksOf,
    level: str,
) -> dict[str, day_steps.Runs]:
    runs: dict[str, day_steps.Runs] = {}
    moved = history.links.moves(level)
    for block in found:
        for each in runs.values():
            each.grow(len(units))
        for today, cut in block.cuts(history):
            moves = units.moves(moved.get(today, ()))
            for mark in marks_of(today):
                run = runs.setdefault(mark.name, day_steps.Runs(len(units)))
                if moves is not None:
                    run.follow(moves)
                run.step(cut, mark)
    return runs


def _as_table(
    history: History,
    level: str,
    units: matrices.Units,
    day: date,
    marks: dict[str, day_steps.RunThreshold],
    runs: dict[str, day_steps.Runs],
) -> pl.DataFrame:
    frames = [
        _table_of_mark(history, level, units, day, mark, runs[name])
        for name, mark in marks.items()
        if name in runs
    ]
    if not frames:
        return pl.DataFrame(schema=RUN)
    return pl.concat(frames).sort("code", maintain_order=True)


def _table_of_mark(
    history: History,
    level: str,
    units: matrices.Units,
    day: date,
    mark: day_steps.RunThreshold,
    runs: day_steps.Runs,
) -> pl.DataFrame:
    left = np.where(
        (runs.length > 0) & (runs.length < mark.days), day.toordinal() + mark.days - runs.length, 0
    )
    runs_now = runs.length > 0
    frame = pl.DataFrame(
        {
            "code": units.codes,
            "name": [units.names[code] for code in units.codes],
            "over": runs.state == day_steps.OVER,
            "length": runs.length,
            "since": _dates(runs.since),
            "excess_since": _dates(runs.excess_since),
            "full_on": _dates(left),
            "last_over": _dates(np.where(runs_now, runs.last_over, 0)),
            "with_figures": runs.with_figures,
            **_holes(history, runs.since, runs.last_over, runs.with_figures),
            "paused": runs.paused,
            "missing": day.toordinal() - runs.last_figure,
            "absent": runs.absent,
            "there": runs.last_figure > 0,
        },
        schema_overrides={"name": pl.String},
    )
    frame = frame.filter("there", pl.col("absent") <= mark.longest_absence)
    frame = frame.with_columns(level=pl.lit(level), mark=pl.lit(mark.name), day=pl.lit(day))
    return frame.select(RUN.names()).cast(RUN)


def _holes(
    history: History, began: day_steps.Ints, last_over: day_steps.Ints, with_figures: day_steps.Ints
) -> dict[str, day_steps.Ints]:
    """Days without a figure from the first to the last day over: nobody's, and the unit's alone."""
    loaded = np.array([day.toordinal() for day in history.days], np.int64)
    there = began > 0
    nights = np.searchsorted(loaded, last_over, "right") - np.searchsorted(loaded, began, "left")
    return {
        "missing_nights": np.where(there, last_over - began + 1 - nights, 0),
        "absent_nights": np.where(there, nights - with_figures, 0),
    }


def _dates(ordinals: day_steps.Ints) -> pl.Series:
    """Ordinals as days, 0 as null."""
    days = pl.Series(ordinals, dtype=pl.Int64) - date(1970, 1, 1).toordinal()
    return (
        pl.DataFrame({"days": days, "none": ordinals == 0})
        .select(pl.when("none").then(None).otherwise(pl.col("days").cast(pl.Int32).cast(pl.Date)))
        .to_series()
    )


def spells(
    history: History,
    mark: day_steps.RunThreshold | Callable[[date], day_steps.RunThreshold],
    *,
    level: str = "post",
    first: date | None = None,
    last: date | None = None,
    code: str | None = None,
    grade: str = "",
    reading: str = "every day",
    seen: Callable[[matrices.Block, matrices.Units], None] | None = None,
    stream: str | None = None,
) -> pl.DataFrame:
    """Every run over a mark that touches the days from `first` to `last`: columns `SPELL`, by code, began.

    A mark that changes by the day is given as a function. Runs are followed to `last`, not beyond. With a
    grade, the figures of posts of that grade count alone. `reading` is one of `READINGS`; `seen` is shown
    every day that is walked over; `stream` is as in `runs_on`. Raises HistoryError for an unknown level,
    reading or stream.
    """
    if reading not in READINGS:
        raise HistoryError(f"there is no reading '{reading}'; choose one of {', '.join(READINGS)}")
    last = last or history.last
    if last is None or history.first is None or last < history.first:
        return pl.DataFrame(schema=SPELL)
    units = matrices.Units()
    of_day = mark if callable(mark) else lambda _day: mark
    codes = None if code is None else history.links.lineage(level, [code])
    found = matrices.blocks(history, units, level, history.first, last, codes, grade, stream)
    moved = history.links.moves(level)
    collected = list(_ended(history, found, seen, units, of_day, READINGS[reading](0), moved))
    frame = _spell_table(history, level, units, collected)
    if code is not None:
        frame = frame.filter(pl.col("code") == code)
    if first is not None:
        # a run that a day broke was still there on the day before
        frame = frame.filter(pl.col("ended").is_null() | (pl.col("ended") > first))
    return frame


def _ended(
    history: History,
    found: Iterator[matrices.Block],
    seen: Callable[[matrices.Block, matrices.Units], None] | None,
    units: matrices.Units,
    of_day: Callable[[date], day_steps.RunThreshold],
    runs: Stepper,
    moved: Mapping[date, Sequence[tuple[str, str]]],
) -> Iterator[day_steps.Ended]:
    for block in found:
        if seen is not None:
            seen(block, units)
        runs.grow(len(units))
        for today, cut in block.cuts(history):
            moves = units.moves(moved.get(today, ()))
            if moves is not None:
                runs.follow(moves)
            yield runs.step(cut, of_day(today))
    yield runs.running()


def _spell_table(
    history: History, level: str, units: matrices.Units, collected: Sequence[day_steps.Ended]
) -> pl.DataFrame:
    def whole(name: str) -> day_steps.Ints:
        return np.concatenate([getattr(each, name) for each in collected])

    codes = pl.DataFrame(
        {"unit": range(len(units)), "code": units.codes, "name": [units.names[code] for code in units.codes]},
        schema={"unit": pl.Int64, "code": pl.String, "name": pl.String},
    )
    columns: dict[str, Any] = {name: whole(name) for name in ("unit", "days", "peak_x100", "with_figures")}
    columns |= _holes(history, whole("began"), whole("last_over"), whole("with_figures"))
    columns |= {name: _dates(whole(name)) for name in ("began", "excess_from", "last_over", "ended")}
    columns["end_reason"] = [day_steps.REASONS[number] or None for number in whole("why").tolist()]
    frame = pl.DataFrame(columns, schema_overrides={"end_reason": pl.String})
    frame = frame.join(codes, on="unit", how="left").with_columns(level=pl.lit(level))
    return frame.select(SPELL.names()).cast(SPELL).sort("code", "began")
