"""Odds by events: what is known of a post's own work and time in the days ahead, and dice for what is not.

Known are the ends of cases and reports, and the time available on each day. Thrown are what comes, what
leaves before its planned end or goes to somebody else, and what changes its points. Every throw is stepped
day by day by the rule itself. The dice of a post are its own: they follow from the day, the weeks and its
code, so that equal input gives equal odds on any machine, whoever else is asked about.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from wmt.history.day_steps import Bools, DayCut, Ints, MarksOf, Runs
from wmt.odds.ratios import MARK, DailyRatios, Floats
from wmt.odds.work_events import KINDS, EventRates, own_rate

DRAWS = 400
#: Who is so unlikely, or so likely, by what happened to others is not asked about again.
LEAST, MOST = 0.005, 0.995
#: Throws that are stepped together: as many as a processor holds close by.
_TOGETHER = 20_000
#: A day of the week that had no figures in so many days before has none in those ahead.
_WEEKDAYS_OVER = 56


@dataclass(frozen=True)
class KnownAhead:
    """What is known of posts on a day, of that day and of those after it.

    `points_x100`: of the day, by code. `available_x100`: by code what is available from each of some days on,
    the first of them not after the first day ahead. `steps_x100`: by code, by how much points change on a day
    that brings other rules. `work`: columns `WORK`. `arrivals`: of the last `days` days, by code and kind.
    """

    day: date
    points_x100: Mapping[str, int]
    available_x100: Mapping[str, Sequence[tuple[date, int]]]
    work: pl.DataFrame
    rates: Mapping[str, EventRates]
    arrivals: Mapping[tuple[str, str], int]
    days: int
    steps_x100: Mapping[str, Sequence[tuple[date, int]]]


@dataclass(frozen=True)
class _PostWork:
    """A post's work: points, on which day ahead each ends (0 is the next day; days or more: not by then)."""

    points: Ints
    ends: Ints
    is_case: Bools


def by_events(
    ratios: DailyRatios, row: int, weeks: int, raw: Floats, known: KnownAhead, marks_of: MarksOf
) -> Floats:
    """The probability by events for every unit whose odds `raw` leave open; NaN for all others.

    It is NaN too for a post of which too little is known: no figure or time, no work, or cases of which none
    has a planned end. `known` is of the day of the row.
    """
    odds = np.full(len(ratios.codes), np.nan)
    asked = {ratios.codes[unit]: unit for unit in np.flatnonzero((raw > LEAST) & (raw < MOST)).tolist()}
    asked = {code: unit for code, unit in asked.items() if code in known.points_x100}
    works = _works(known, weeks * 7, [code for code in asked if known.available_x100.get(code)])
    units = [unit for code, unit in asked.items() if code in works]
    some = max(1, _TOGETHER // DRAWS)
    for start in range(0, len(units), some):
        part = units[start : start + some]
        points = np.stack([_points(known, ratios.codes[unit], works, weeks) for unit in part], axis=1)
        odds[part] = _share_full(ratios, row, part, points, known, marks_of)
    return odds


def _works(known: KnownAhead, days: int, codes: Sequence[str]) -> dict[str, tuple[str, _PostWork]]:
    """The grade and the work of each of some posts of which enough is known, by code."""
    ends = (pl.col("ends") - known.day).dt.total_days() - 1
    rows = known.work.filter(pl.col("code").is_in(codes)).sort("code", "kind", "ref")
    rows = rows.with_columns(ahead=ends.clip(0, days).fill_null(days))
    first = rows.with_row_index("at").group_by("code", maintain_order=True).agg(pl.first("at", "grade"))
    points, ahead = rows["points_x100"].to_numpy(), rows["ahead"].to_numpy()
    is_case = (rows["kind"] == "case").to_numpy()
    has_end = is_case & rows["ends"].is_not_null().to_numpy()
    begins = [*first["at"].to_list(), len(rows)]
    found = {}
    for number, (code, grade) in enumerate(first.select("code", "grade").iter_rows()):
        mine = slice(begins[number], begins[number + 1])
        if is_case[mine].any() and not has_end[mine].any():
            continue
        found[code] = grade, _PostWork(points[mine], ahead[mine], is_case[mine])
    return found


def _points(known: KnownAhead, code: str, works: Mapping[str, tuple[str, _PostWork]], weeks: int) -> Ints:
    """Points on each day ahead by each throw: days × draws."""
    days, (grade, work) = weeks * 7, works[code]
    rates = known.rates.get(grade) or EventRates.nothing()
    seed = hashlib.sha256(f"{known.day} {weeks} {code}".encode()).digest()
    dice = np.random.Generator(np.random.PCG64(int.from_bytes(seed[:16])))
    change = np.zeros((days, DRAWS), np.int64)
    soon = work.ends < days
    np.add.at(change, work.ends[soon], -work.points[soon, None])
    for day, step in known.steps_x100.get(code, ()):
        if 0 < (day - known.day).days <= days:
            change[(day - known.day).days - 1] += step
    thrown = [_leaving(dice, work, rates.left, days), _changing(dice, work, rates, days)]
    for kind in KINDS:
        rate = own_rate(known.arrivals.get((code, kind), 0), known.days, rates.came[kind])
        thrown += _coming(dice, rate, *rates.sizes[kind], days)
    for on, draw, amount in thrown:
        inside = on < days
        place = on[inside] * DRAWS + draw[inside]
        # whole hundredths below 2^53: a sum of them is exact
        sums = np.bincount(place, amount[inside].astype(np.float64), days * DRAWS)
        change += sums.astype(np.int64).reshape(days, DRAWS)
    points: Ints = np.maximum(known.points_x100[code] + change.cumsum(axis=0), 0)
    return points


_Throw = tuple[Ints, Ints, Ints]


def _leaving(dice: np.random.Generator, work: _PostWork, rate: float, days: int) -> _Throw:
    """Cases that leave before their planned end: their points go then, and do not go again on that day."""
    points, ends = work.points[work.is_case], work.ends[work.is_case]
    by_day = 1 - (1 - rate) ** np.arange(1, days + 1)
    die = dice.random((DRAWS, len(points)))
    draw, case = np.nonzero(die < by_day[-1])
    on = np.searchsorted(by_day, die[draw, case], side="right")
    early = on < ends[case]
    on, draw, case = on[early], draw[early], case[early]
    return (
        np.concatenate([on, ends[case]]),
        np.concatenate([draw, draw]),
        np.concatenate([-points[case], points[case]]),
    )


def _changing(dice: np.random.Generator, work: _PostWork, rates: EventRates, days: int) -> _Throw:
    """Cases that get another tier, place or state: each change like one that there was."""
    changes = rates.changes
    draw = np.repeat(np.arange(DRAWS), _how_many(dice, rates.changed * work.is_case.sum() * days))
    on, which = _whole(dice, days, len(draw)), _whole(dice, max(len(changes), 1), len(draw))
    return on, draw, changes[which] if len(changes) else np.zeros(len(draw), np.int64)


def _coming(
    dice: np.random.Generator, rate: float, points: Ints, lasts: Ints, days: int
) -> tuple[_Throw, ...]:
    """What comes, each like something that came; and goes again where that lasted less than the days left."""
    if not len(points):
        return ()
    draw = np.repeat(np.arange(DRAWS), _how_many(dice, rate * days))
    on, which = _whole(dice, days, len(draw)), _whole(dice, len(points), len(draw))
    ends = np.where(lasts[which] > 0, on + lasts[which], days)
    return (on, draw, points[which]), (ends, draw, -points[which])


def _how_many(dice: np.random.Generator, mean: float) -> Ints:
    """A Poisson number for each draw, by the shares of the numbers: the same on any machine."""
    shares, total, number = [], 0.0, 0
    share = float(np.exp(-mean))
    while total + share < 1 - 1e-12 and number < mean + 60:
        total += share
        shares.append(total)
        number += 1
        share *= mean / number
    return np.searchsorted(np.array(shares), dice.random(DRAWS), side="right").astype(np.int64)


def _whole(dice: np.random.Generator, below: int, count: int) -> Ints:
    return (dice.random(count) * below).astype(np.int64)


def _share_full(
    ratios: DailyRatios,
    row: int,
    units: Sequence[int],
    points: Ints,
    known: KnownAhead,
    marks_of: MarksOf,
) -> Floats:
    """In what share of their throws (days × units × draws) the run of each unit becomes full."""
    days, count, draws = points.shape
    runs = Runs(count * draws)
    runs.length = np.repeat(ratios.run[row, units], draws)
    runs.paused = np.repeat(ratios.paused[row, units], draws)
    weekdays = {day.weekday() for day in ratios.days[: row + 1] if (known.day - day).days < _WEEKDAYS_OVER}
    there, full = np.ones(count * draws, np.bool_), np.zeros(count * draws, np.bool_)
    available = _available(known, [ratios.codes[unit] for unit in units], days)
    ahead = [known.day + timedelta(number + 1) for number in range(days)]
    marks = [next(mark for mark in marks_of(day) if mark.name == MARK) for day in ahead]
    shortest, places = min(mark.days for mark in marks), np.arange(count * draws)
    for number, (day, mark) in enumerate(zip(ahead, marks, strict=True)):
        if number % 7 == 0:
            # what is full stays so, and what lacks more days than are left cannot become it
            open_still = ~full[places] & (runs.length + days - number >= shortest)
            runs.keep(open_still)
            places = places[open_still]
        time = available[number, places // draws]
        cut = DayCut(
            day.toordinal(), day.weekday() in weekdays, there[places], points[number].ravel()[places], time
        )
        runs.step(cut, mark)
        full[places] |= runs.excess_since > 0
    share = full.reshape(count, draws).mean(axis=1)
    # nothing is stated as certain: half a throw is left at either end
    odds: Floats = np.clip(share, 0.5 / draws, 1 - 0.5 / draws)
    return odds


def _available(known: KnownAhead, codes: Sequence[str], days: int) -> Ints:
    found = np.zeros((days, len(codes)), np.int64)
    for place, code in enumerate(codes):
        for number, (day, x100) in enumerate(known.available_x100[code]):
            begins = max(0, (day - known.day).days - 1) if number else 0
            found[begins:, place] = x100
    return found
