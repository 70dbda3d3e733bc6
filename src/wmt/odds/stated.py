"""What is stated on a day: odds put right by what happened before, kept beside the history.

What was stated stays: a file for each day of figures (`history/odds`), so that it can be held against what
happened. It follows from the history, and is made where it is missing.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl

from wmt.facts import table_of
from wmt.history import History
from wmt.history.day_steps import MarksOf
from wmt.nights.fsync import replace_file
from wmt.odds import analogue, events
from wmt.odds.analogue import ODDS, WEEKS
from wmt.odds.calibration import DECILES, ByEvents, Hindcast, chosen, hindcast_from
from wmt.odds.night_work import TimeAhead, known_on
from wmt.odds.ratios import DailyRatios, Floats, daily_ratios

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


def state_odds(
    ratios: DailyRatios, weeks: int, day: date | None = None, by_events: ByEvents | None = None
) -> StatedOdds | None:
    """The odds on the last day with figures not after `day`; None where there is none.

    `by_events`: what is said by events, on that day and those before. All are put right by hindcasts that had
    ended by then. Raises HistoryError for weeks that odds are not worked out for.
    """
    row = ratios.place(day or ratios.days[-1]) if ratios.days else None
    if row is None:
        return None
    today = ratios.days[row]
    analogues = analogue.Analogues(ratios, weeks)
    analogy, paths = analogues.stated(row)
    raw, own = chosen(analogy, by_events(row, analogy) if by_events else None)
    past = hindcast_from(analogues, weeks, today, by_events)
    found = analogue.RawOdds(raw, own, np.where(own, events.DRAWS, paths))
    table = analogue.table_on(ratios, row, found, past.calibration().corrected(raw, own))
    return StatedOdds(today, weeks, table, past)


@dataclass(frozen=True)
class EventsStated:
    """What was said of posts by events on days before, as kept, and is said now of what is known of a day."""

    past: History
    ratios: DailyRatios
    weeks: int
    marks_of: MarksOf
    known: events.KnownAhead | None = None

    def __call__(self, row: int, raw: Floats) -> Floats:
        """The probability of every unit on a row of days; NaN where it was not worked out by events."""
        day = self.ratios.days[row]
        if self.known is not None and self.known.day == day:
            return events.by_events(self.ratios, row, self.weeks, raw, self.known, self.marks_of)
        found = np.full(len(self.ratios.codes), np.nan)
        was = kept(self.past, day)
        if was is not None:
            own = was[0].filter(level="post", weeks=self.weeks, made_by=analogue.EVENTS)
            place = {code: unit for unit, code in enumerate(self.ratios.codes)}
            for code, share in own.select("code", "raw").iter_rows():
                if code in place:
                    found[place[code]] = share
        return found


def work_out(
    past: History, marks_of: MarksOf, time: Callable[[date], TimeAhead | None] | None = None
) -> None:
    """States the odds of the last day of a history for all levels where they are not kept yet.

    `time` says what posts have available after a day; without it, and where nights do not say enough, the
    odds of posts are by analogy alone. About ten seconds for a nation, and ten more by events. What earlier
    days stated is left as it is. Raises HistoryError where the history is damaged.
    """
    day = past.last
    if day is None or len(past.days) <= analogue.FORTNIGHT + 7 * min(WEEKS):
        return  # too short a past for any
    if all(path.exists() for path in _paths(past, day)):
        return
    ahead = time(day) if time else None
    known = None if ahead is None else known_on(past, day, ahead)
    stated, scores = [], []
    for level in LEVELS:
        ratios = daily_ratios(past, marks_of, level=level)
        for weeks in WEEKS:
            by_events = EventsStated(past, ratios, weeks, marks_of, known) if level == "post" else None
            found = state_odds(ratios, weeks, by_events=by_events)
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
        if "made_by" not in stated.columns:  # from before there was another way
            way = pl.when(pl.col("state") == "stated").then(pl.lit(analogue.ANALOGY))
            stated = stated.with_columns(made_by=way, raw=pl.lit(None, pl.Float64)).select(STATED.names())
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
