"""Odds by analogy: how often a run became full for units whose last fortnight was like this one's.

Within the days of a threshold a run can become full in one way only: by living as many days more as it lacks,
because one that begins later is too late. So one number tells of a path whether it would have: the lowest it
fell to in those days. The odds are the share of paths that stayed above the threshold, seen from where the
unit is now. Over a longer time a whole run that begins later counts too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import polars as pl

from wmt.facts import table_of
from wmt.history import HistoryError
from wmt.history.day_steps import Bools, Ints
from wmt.odds.bands import band_of
from wmt.odds.ratios import DailyRatios, Floats

#: How far one may look ahead, in weeks.
WEEKS = (4, 8)
#: How odds were worked out: by what happened to others like it, or by its own work (`wmt.odds.events`).
ANALOGY, EVENTS = "analogy", "events"
#: Days of the past that classes are made from, and that a unit must have behind it.
FORTNIGHT = 14
#: Paths begin on every so many days, within so many days before.
EVERY, REACH = 7, 250
#: Classes by how the capacity rose in a fortnight, and by how unsteady it was.
SLOPES, VOLATILITIES = 12, 3
#: A class is as many paths at most; with fewer than the least, unsteadiness is left aside, then both.
MOST, LEAST = 4_000, 200

ODDS = table_of(
    {
        "code": pl.String,
        "state": pl.String,  # 'stated', 'full already' or 'too short a past'
        "probability": pl.Float64,  # null unless stated
        "band": pl.String,  # the same in words; null unless stated
        "capacity_x100": pl.Int64,  # of the day, in hundredths of a per cent; null without available time
        "run": pl.Int64,  # days over in the run so far
        "paths": pl.Int64,  # how many paths told it: of others, or its own as thrown; 0 unless stated
        "made_by": pl.String,  # 'analogy' or 'events': how it was worked out; null unless stated
        "raw": pl.Float64,  # before it was corrected by what happened; null unless stated
    }
)


@dataclass(frozen=True)
class _Paths:
    """Paths of units from one day on: the class of each is told by `slope` and `volatility`.

    `stays`: row d − 1 has the lowest change within d days; for a longer horizon, or the best of all runs that
    begin later where that is higher.
    """

    slope: Floats
    volatility: Floats
    stays: Floats

    def __len__(self) -> int:
        return len(self.slope)


class Analogues:
    """The paths of a history for one horizon, made once for all days that ask for them."""

    def __init__(self, ratios: DailyRatios, weeks: int) -> None:
        if weeks not in WEEKS:
            raise HistoryError(f"odds are for {' or '.join(map(str, WEEKS))} weeks ahead, not {weeks}")
        self.ratios, self.ahead = ratios, timedelta(weeks=weeks)
        self._of_row: dict[int, _Paths] = {}

    def stated(self, row: int) -> tuple[Floats, Ints]:
        """For every unit the probability on a row of days, and how many paths told it (0 where none could).

        Only paths that had ended by that day are used.
        """
        ratios = self.ratios
        odds = np.full(len(ratios.codes), np.nan)
        paths = np.zeros(len(ratios.codes), np.int64)
        asked = np.flatnonzero(_askable(ratios, row))
        pool = self._pool(row)
        if not len(asked) or len(pool) < LEAST:
            return odds, paths
        slope, volatility = (each[asked] for each in _past(ratios, row))
        margin = ratios.carried[row, asked] - ratios.mark[row]
        lacks = ratios.window - ratios.run[row, asked]
        for chosen, mine in _classes(pool, slope, volatility):
            stays = np.sort(pool.stays[:, chosen], axis=1)
            count = len(chosen)
            for days in np.unique(lacks[mine]):
                units = mine[lacks[mine] == days]
                below = np.searchsorted(stays[days - 1], -margin[units], side="right")
                odds[asked[units]] = np.clip((count - below) / count, 0.5 / count, 1 - 0.5 / count)
            paths[asked[mine]] = count
        return odds, paths

    def end_of(self, row: int) -> int:
        """The last row of days within the weeks after a row: nights that nobody had are not made up for."""
        found = self.ratios.place(self.ratios.days[row] + self.ahead)
        assert found is not None
        return found

    def _pool(self, row: int) -> _Paths:
        last = self.ratios.place(self.ratios.days[row] - self.ahead)
        starts = range(-1 if last is None else last, max(FORTNIGHT, row - REACH) - 1, -EVERY)
        found = [self._paths(start) for start in starts]
        if not found:
            none = np.zeros(0)
            return _Paths(none, none, np.zeros((self.ratios.window, 0)))
        return _Paths(
            np.concatenate([each.slope for each in found]),
            np.concatenate([each.volatility for each in found]),
            np.concatenate([each.stays for each in found], axis=1),
        )

    def _paths(self, start: int) -> _Paths:
        if start not in self._of_row:
            self._of_row[start] = self._made(start)
        return self._of_row[start]

    def _made(self, start: int) -> _Paths:
        ratios, window = self.ratios, self.ratios.window
        slope, volatility = _past(ratios, start)
        known = ~np.isnan(slope)
        carried = ratios.carried[:, known]
        change = carried[start + 1 : self.end_of(start) + 1] - carried[start]
        # where nothing is carried on any more, a run has broken
        change = np.where(np.isnan(change), -np.inf, change)
        stays = np.full((window, len(carried[start])), -np.inf)
        # with fewer nights than days of the threshold, a run that lacks more of them cannot become full
        stays[: len(change)] = np.minimum.accumulate(change[:window], axis=0)
        for begins in range(1, len(change) - window + 1):
            later = change[begins : begins + window].min(axis=0)
            stays = np.maximum(stays, later)
        return _Paths(slope[known], volatility[known], stays)


def odds_on(ratios: DailyRatios, weeks: int, day: date | None = None) -> pl.DataFrame:
    """How likely every unit is to have a full run within some weeks, by analogy: columns `ODDS`, by code.

    `day`: the day it is said on, the last of the history unless given. Units that have no figure then are
    left out. Raises HistoryError for weeks that are not among `WEEKS`.
    """
    analogues = Analogues(ratios, weeks)
    row = ratios.place(day or ratios.days[-1]) if ratios.days else None
    if row is None:
        return pl.DataFrame(schema=ODDS)
    raw, paths = analogues.stated(row)
    return table_on(ratios, row, RawOdds(raw, np.zeros(len(raw), np.bool_), paths), raw)


class RawOdds(NamedTuple):
    """Probabilities by unit as worked out, which of them by events, and how many paths told each."""

    probability: Floats
    by_events: Bools
    paths: Ints


def table_on(ratios: DailyRatios, row: int, raw: RawOdds, odds: Floats) -> pl.DataFrame:
    """The table of a row of days from probabilities by unit: as worked out, and put right."""
    there = np.flatnonzero(~np.isnan(ratios.carried[row]))
    full, stated = ratios.full[row, there], odds[there]
    capacity, unknown = ratios.capacity[row, there], np.isnan(stated)
    states = np.where(full, "full already", np.where(unknown, "too short a past", "stated"))
    ways = np.where(raw.by_events[there], EVENTS, ANALOGY)
    return pl.DataFrame(
        {
            "code": [ratios.codes[unit] for unit in there],
            "state": states.tolist(),
            "probability": _or_null(stated),
            "band": [None if np.isnan(each) else band_of(float(each)) for each in stated],
            "capacity_x100": [
                None if np.isnan(each) else int(np.exp(each) * 10_000 + 0.5) for each in capacity
            ],
            "run": ratios.run[row, there],
            "paths": raw.paths[there],
            "made_by": [None if none else str(way) for none, way in zip(unknown, ways, strict=True)],
            "raw": _or_null(np.where(unknown, np.nan, raw.probability[there])),
        },
        schema=ODDS,
    ).sort("code")


def _or_null(values: Floats) -> list[float | None]:
    return [None if np.isnan(each) else float(each) for each in values]


def _askable(ratios: DailyRatios, row: int) -> Bools:
    """Units whose run is not full, and which have a figure now and a fortnight ago."""
    known = ~np.isnan(_past(ratios, row)[0])
    found: Bools = known & ~ratios.full[row] & (ratios.run[row] < ratios.window)
    return found


def _past(ratios: DailyRatios, row: int) -> tuple[Floats, Floats]:
    """How each unit's capacity rose in the fortnight up to a row, and the deviation of its daily changes."""
    if row < FORTNIGHT:
        none = np.full(len(ratios.codes), np.nan)
        return none, none
    past = ratios.carried[row - FORTNIGHT : row + 1]
    slope = past[-1] - past[0]
    changes = np.diff(past, axis=0)
    whole = ~np.isnan(changes).any(axis=0)
    slope = np.where(whole, slope, np.nan)
    return slope, np.where(whole, np.where(whole, changes, 0).std(axis=0), np.nan)


def _classes(pool: _Paths, slope: Floats, volatility: Floats) -> Iterator[tuple[Ints, Ints]]:
    """The paths of each class and the units in it, as positions; every unit is in one."""
    of_paths = _parts(pool.slope, pool.slope, SLOPES), _parts(pool.volatility, pool.volatility, VOLATILITIES)
    of_units = _parts(pool.slope, slope, SLOPES), _parts(pool.volatility, volatility, VOLATILITIES)
    for steep in np.unique(of_units[0]):
        for unsteady in np.unique(of_units[1][of_units[0] == steep]):
            mine = np.flatnonzero((of_units[0] == steep) & (of_units[1] == unsteady))
            chosen = np.flatnonzero((of_paths[0] == steep) & (of_paths[1] == unsteady))
            if len(chosen) < LEAST:
                chosen = np.flatnonzero(of_paths[0] == steep)
            if len(chosen) < LEAST:
                chosen = np.arange(len(pool))
            if len(chosen) > MOST:
                # evenly over all of them, so that equal input gives the same answer everywhere
                chosen = chosen[np.linspace(0, len(chosen) - 1, MOST).astype(np.int64)]
            yield chosen, mine


def _parts(pool: Floats, values: Floats, parts: int) -> Ints:
    """Which of so many equal parts of the pool each value falls into."""
    bounds = np.quantile(pool, np.arange(1, parts) / parts)
    return np.searchsorted(bounds, values, side="right").astype(np.int64)
