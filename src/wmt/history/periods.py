"""Days → periods: weeks, months, runs of 7 or 28 days, the whole range. No day is ever dropped."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from wmt.history.figures import SUMMED, total
from wmt.history.index import HistoryError
from wmt.ledger.arithmetic import divide_half_up

STEPS = ("day", "week", "month", "7", "28", "range")
_ABOUT = ("level", "code", "name", "grade", "team_code", "pdu_code", "region_code", "staff_code")


def in_steps(
    frame: pl.DataFrame,
    step: str,
    key: Sequence[str] = (),
    *,
    first: date | None = None,
    last: date | None = None,
) -> pl.DataFrame:
    """Figures summed over periods: a row for every key and every period in which it has a figure.

    Columns: those of `key`, `first` and `last` (the days of the period, within the range), `days` (how many
    of them have figures), what is told of a unit as it was on the last of those days, and the sums over the
    days; a measure that a day lacks is null.
    The capacity of a period is Σ points ÷ Σ available. Weeks begin on Monday; '7' and '28' are counted
    back from the last day, so that the first of them may be shorter. The range is that of the frame unless
    `first` and `last` give it. Raises HistoryError for an unknown step.
    """
    if step not in STEPS:
        raise HistoryError(f"there is no step '{step}'; choose one of {', '.join(STEPS)}")
    told = [name for name in _ABOUT if name in frame.columns and name not in key]
    sums = [name for name in SUMMED if name in frame.columns]
    days = frame.select(first=pl.col("day").min(), last=pl.col("day").max()).row(0)
    first, last = first or days[0], last or days[1]
    if first is None or last is None:
        first = last = date.min
    begins, ends = _bounds(step, first, last)
    return (
        frame.sort("day")
        .with_columns(
            first=pl.max_horizontal(begins, pl.lit(first)), last=pl.min_horizontal(ends, pl.lit(last))
        )
        .group_by(*key, "first", "last")
        .agg(
            pl.len().cast(pl.Int64).alias("days"),
            *(pl.col(name).last() for name in told),
            *(total(name) for name in sums),
        )
        .sort(*key, "first")
    )


def _bounds(step: str, first: date, last: date) -> tuple[pl.Expr, pl.Expr]:
    """The first and the last day of the period in which `day` lies."""
    day = pl.col("day")
    if step == "day":
        return day, day
    if step == "range":
        return pl.lit(first), pl.lit(last)
    if step == "week":
        monday = day.dt.truncate("1w")
        return monday, monday.dt.offset_by("6d")
    if step == "month":
        return day.dt.month_start(), day.dt.month_end()
    length = int(step)
    back = (pl.lit(last) - day).dt.total_days() // length
    ends = pl.lit(last) - pl.duration(days=back * length)
    return ends - pl.duration(days=length - 1), ends


def mean_x100(sum_x100: int, days: int) -> int | None:
    """A sum in hundredths over days → the mean of a day in hundredths, half-up; None without a day."""
    return divide_half_up(sum_x100, days) if days > 0 else None
