"""How likely a unit is to be over the threshold for four weeks in a row: what was stated on the day shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import polars as pl

from wmt import odds
from wmt.days import written
from wmt.history import HistoryError
from wmt.ledger import OMIC
from wmt.site.figures import units
from wmt.site.queries.histories import history_for_nobody
from wmt.site.queries.periods import KeyedHistory
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


@dataclass(frozen=True)
class OddsAhead:
    """What was stated for some weeks ahead. `state`, `probability`, `band` and `made_by` are as in
    `wmt.odds.ODDS`."""

    weeks: int
    until: date
    state: str
    probability: float | None
    band: str | None
    made_by: str | None


@dataclass(frozen=True)
class UnitOdds:
    """What was stated of a unit on a day of figures, nearest first."""

    day: date
    ahead: Sequence[OddsAhead]

    @property
    def is_stated(self) -> bool:
        """Whether there is anything to say beyond that its four weeks are full, or its past too short."""
        return any(each.state == "stated" for each in self.ahead)


@dataclass(frozen=True)
class OddsScore:
    """How good odds of a level were, for some weeks ahead. `tenths` has the columns `wmt.odds.DECILES`."""

    weeks: int
    day: date
    days: int
    brier: float
    brier_same_as_today: float
    tenths: pl.DataFrame

    @property
    def better_by_percent(self) -> int | None:
        """By how much its errors were smaller than those of saying that all stays as it is, in per cent; None
        where these had no errors at all."""
        same = self.brier_same_as_today
        return round(100 * (1 - self.brier / same)) if same else None


def odds_of(state: State, unit: Unit) -> UnitOdds | None:
    """What was stated of a unit with the figures shown; None where nothing was, or not yet.

    Odds are of the night's figures: what changed since is not in them.
    """
    if unit.level not in odds.LEVELS or unit.stream == OMIC:
        return None
    found = _kept_on(state)
    if found is None:
        return None
    day, stated, _ = found
    rows = stated.filter(level=unit.level, code=unit.code).sort("weeks")
    ahead = [
        OddsAhead(
            row["weeks"],
            day + timedelta(weeks=row["weeks"]),
            *(row[name] for name in ("state", "probability", "band", "made_by")),
        )
        for row in rows.iter_rows(named=True)
    ]
    return UnitOdds(day, ahead) if ahead else None


def counts_below(
    state: State, unit: Unit, level: str, words: Callable[[str, str | None], str]
) -> tuple[date | None, dict[int, dict[str, int]]]:
    """How many units of a level in a unit are how likely to be over, by weeks: the day, and counts by what
    `words` makes of a state and a band. No unit is told apart."""
    found = _kept_on(state)
    if found is None:
        return None, {}
    day, stated, _ = found
    there = units.below(state, unit, level).exclude(stream=OMIC).values_list("code", flat=True)
    mine = stated.filter(pl.col("code").is_in(list(there)), level=level)
    counts: dict[int, dict[str, int]] = {weeks: {} for weeks in odds.WEEKS}
    for weeks, said, band in mine.select("weeks", "state", "band").iter_rows():
        key = words(said, band)
        counts[weeks][key] = counts[weeks].get(key, 0) + 1
    return day, counts if len(mine) else {}


def scores_of(state: State, level: str) -> list[OddsScore]:
    """How good such odds were for units of its level, up to the day of the figures shown, nearest first."""
    found = _kept_on(state)
    if found is None:
        return []
    day, _, scores = found
    return [
        OddsScore(
            weeks,
            day,
            rows["days"][0],
            rows["brier"][0],
            rows["brier_same_as_today"][0],
            rows.select(odds.DECILES.names()),
        )
        for weeks in odds.WEEKS
        if len(rows := scores.filter(level=level, weeks=weeks))
    ]


def _kept_on(state: State) -> tuple[date, pl.DataFrame, pl.DataFrame] | None:
    try:
        past = history_for_nobody()  # rows of one unit are taken out of it, or sums of all
    except HistoryError:
        return None
    day = past.day_until(state.as_at.date())
    found = None if day is None else _kept(KeyedHistory(past), day)
    return None if day is None or found is None else (day, *found)


def _kept(held: KeyedHistory, day: date) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    # what is not kept yet is asked for again; what is there does not change
    with_odds = odds.kept_file(held.past, day)
    return _read(held, day) if with_odds.exists() else None


@lru_cache(maxsize=8)
def _read(held: KeyedHistory, day: date) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    return odds.kept(held.past, day)


def odds_sentence(question: UnitRequest) -> str:
    """What is likely within 4 and 8 weeks; empty where nothing can be said, or the four weeks are full."""
    found = odds_of(question.state, question.unit)
    if found is None:
        return ""
    stated = [each for each in found.ahead if each.state == "stated"]
    if not stated:
        short = any(each.state == "too short a past" for each in found.ahead)
        return (
            "How likely four weeks in a row over the threshold are cannot be said: there are too few days of "
            "figures for this unit."
            if short
            else ""
        )
    said = "; ".join(
        f"{each.band} ({shown_odds(each.probability or 0)}) by {written(each.until)}" for each in stated
    )
    return (
        f"How likely four weeks in a row over {question.state.over_text} are, by the figures of "
        f"{written(found.day)}: {said}. {_made_by(stated)}"
    )


_WAYS = {
    odds.ANALOGY: "from what happened to work like it before",
    odds.EVENTS: "from its own cases, reports and time in the weeks ahead",
}


def _made_by(stated: Sequence[OddsAhead]) -> str:
    """By which way the odds were worked out: in one go where it was the same for all."""
    ways = [(each.until, _WAYS.get(each.made_by or "", _WAYS[odds.ANALOGY])) for each in stated]
    if len({way for _, way in ways}) == 1:
        return f"They were worked out {ways[0][1]}."
    each = "; ".join(f"those for {written(until)} {way}" for until, way in ways)
    return f"They were worked out in two ways: {each}."


def shown_odds(probability: float) -> str:
    """A probability as pages write it: whole per cent, and never as certain as 0% or 100%."""
    percent = int(probability * 100 + 0.5)
    if percent == 0:
        return "less than 1%"
    return "more than 99%" if percent == 100 else f"{percent}%"
