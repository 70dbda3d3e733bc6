"""What is stated on a day: odds put right by what happened before, kept beside the history.

What was stated stays: a file for each day of figures (`history/odds`), so that it can be held against what
happened. It follows from the history, and is made where it is missing.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import polars as pl

from wmt.facts import table_of
from wmt.history import History
from wmt.history.day_steps import MarksOf
from wmt.nights.fsync import replace_file
from wmt.odds.analogue import FORTNIGHT, ODDS, WEEKS, Analogues, table_on
from wmt.odds.calibration import DECILES, Hindcast, hindcast_from
from wmt.odds.ratios import DailyRatios, daily_ratios

#: Levels that odds are stated for.
LEVELS = ("post", "team", "pdu", "region")
_KEPT = "history/odds"
#: What was stated is kept for so many days: long enough to be held against a year of what happened.
KEEP_DAYS = 430

STATED = table_of({"level": pl.String, "weeks": pl.Int64, **dict(ODDS)})
SCORES = table_of(
    {
        "level": pl.String,
        "weeks": pl.Int64,
        "brier": pl.Float64,  # the mean square of stated less happened, over all; the same in every row
        "brier_same_as_today": pl.Float64,  # of saying that everything stays as it is
        "days": pl.Int64,  # on so many days it was looked back
        **dict(DECILES),
    }
)


@dataclass(frozen=True)
class StatedOdds:
    """The odds of the units of a level on a day (`table`, columns `ODDS`), and how good such odds were."""

    day: date
    weeks: int
    table: pl.DataFrame
    past: Hindcast


def state_odds(ratios: DailyRatios, weeks: int, day: date | None = None) -> StatedOdds | None:
    """The odds on the last day with figures not after `day`; None where there is none.

    They are put right by hindcasts that had ended by then. Raises HistoryError for weeks that odds are not
    worked out for.
    """
    row = ratios.place(day or ratios.days[-1]) if ratios.days else None
    if row is None:
        return None
    today = ratios.days[row]
    analogues = Analogues(ratios, weeks)
    raw, paths = analogues.stated(row)
    past = hindcast_from(analogues, weeks, today)
    table = table_on(ratios, row, past.calibration().corrected(raw), paths)
    return StatedOdds(today, weeks, table, past)


def work_out(past: History, marks_of: MarksOf) -> None:
    """States the odds of the last day of a history for all levels where they are not kept yet.

    About ten seconds for a nation. What earlier days stated is left as it is. Raises HistoryError where the
    history is damaged.
    """
    day = past.last
    if day is None or len(past.days) <= FORTNIGHT + 7 * min(WEEKS):
        return  # too short a past for any
    if all(path.exists() for path in _paths(past, day)):
        return
    stated, scores = [], []
    for level in LEVELS:
        ratios = daily_ratios(past, marks_of, level=level)
        for weeks in WEEKS:
            found = state_odds(ratios, weeks)
            if found is not None:
                stated.append(_with(found.table, level, weeks).select(STATED.names()).cast(STATED))
                scores.append(_scores(found.past, level))
    # the odds last: who finds them finds their scores too
    for path, frames in zip(reversed(_paths(past, day)), (scores, stated), strict=True):
        content = BytesIO()
        pl.concat(frames).write_parquet(content)
        with suppress(OSError):  # a folder that cannot be written to goes without
            replace_file(path, content.getvalue())
    _forget_old(past, day)


def kept(past: History, day: date) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """What was stated on a day (columns `STATED`) and how good it was (`SCORES`); None where none is kept."""
    with suppress(OSError, pl.exceptions.PolarsError):
        stated, scores = (pl.read_parquet(path) for path in _paths(past, day))
        if stated.schema == STATED and scores.schema == SCORES:
            return stated, scores
    return None


def kept_file(past: History, day: date) -> Path:
    """Where what was stated on a day is kept, whether it is there or not."""
    return _paths(past, day)[0]


def _paths(past: History, day: date) -> tuple[Path, Path]:
    """Where a day's are kept: of another night that stands for the same day, elsewhere."""
    stem = f"{day:%Y-%m-%d} {past.night_of(day) or 'archive'}"
    folder = past.nights / _KEPT
    return folder / f"{stem}.parquet", folder / f"{stem} scores.parquet"


def _forget_old(past: History, day: date) -> None:
    first = f"{day - timedelta(KEEP_DAYS):%Y-%m-%d}"
    for path in (past.nights / _KEPT).glob("*.parquet"):
        if path.name < first:
            with suppress(OSError):
                path.unlink()


def _scores(past: Hindcast, level: str) -> pl.DataFrame:
    found = _with(past.deciles(), level, past.weeks).with_columns(
        brier=pl.lit(past.brier, pl.Float64),
        brier_same_as_today=pl.lit(past.brier_same_as_today, pl.Float64),
        days=pl.lit(len(past.days)),
    )
    return found.select(SCORES.names()).cast(SCORES)


def _with(frame: pl.DataFrame, level: str, weeks: int) -> pl.DataFrame:
    return frame.with_columns(level=pl.lit(level), weeks=pl.lit(weeks))
