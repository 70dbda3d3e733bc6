"""When a unit that has room would be full for a kind, at the net inflow of late: estimates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from wmt.plan import full, full_odds

#: The days within which the odds of being full are told.
WITHIN = (28, 56, 91)
#: A net inflow is told from figures that are at least so many days apart.
_SHORTEST = 7

Held = Mapping[tuple[str, ...], int]


def held_by_sets(pool: full.Pool, ceiling_x100: int) -> dict[tuple[str, ...], int]:
    """What each set of grades had to hold on a day, in hundredths of points."""
    return {each.grades: each.demand_x100 for each in full.grade_sets(pool, ceiling_x100)}


@dataclass(frozen=True)
class FullAhead:
    """Days until a kind is full. `days` is None where it never is at this rate, or where no rate is known.

    `complete` is whether the net inflow of every set of grades concerned is known: else it may be sooner.
    `odds` by the days of `WITHIN`; `median` and `interval` (80%) in days, None where it is never so.
    """

    days: float | None
    complete: bool
    grades: tuple[str, ...]
    rate: full_odds.Inflow | None
    odds: Mapping[int, float] = field(default_factory=dict)
    median: float | None = None
    interval: tuple[float | None, float | None] = (None, None)


def inflows(
    history: Sequence[tuple[date, Held]], last: date, days: int
) -> dict[tuple[str, ...], full_odds.Inflow]:
    """The net inflow of each set of grades over the last so many days, where figures reach back a week."""
    recent = [(day, held) for day, held in history if last - timedelta(days) <= day <= last]
    found = {}
    for grades in {grades for _, held in recent for grades in held}:
        of_set = [(day, held[grades]) for day, held in recent if grades in held]
        rate = full_odds.inflow(of_set)
        if rate is not None and (rate.last - rate.first).days >= _SHORTEST:
            found[grades] = rate
    return found


def ahead_of(room: full.KindRoom, rates: Mapping[tuple[str, ...], full_odds.Inflow]) -> FullAhead:
    """When a kind would be full: of the sets of grades that its cases fall on, the first to be."""
    known = [(each, rates[each.grades]) for each in room.sets if each.grades in rates]
    reached = [(days, each, rate) for each, rate in known if (days := _days(each, rate)) is not None]
    complete = len(known) == len(room.sets)
    if room.spare_x100 <= 0 or not reached:
        days = 0.0 if room.spare_x100 <= 0 else None
        return FullAhead(days, complete, room.binding.grades, rates.get(room.binding.grades))
    days, first, rate = min(reached, key=lambda each: each[0])
    if rate.spread is None:
        return FullAhead(days, complete, first.grades, rate)
    path = full_odds.FirstPassage(first.slack_x100 / 100, rate.points_a_day, rate.spread)
    edge = (1 - full_odds.INTERVAL) / 2
    odds = {within: path.within(within) for within in WITHIN}
    interval = path.day_of(edge), path.day_of(1 - edge)
    return FullAhead(days, complete, first.grades, rate, odds, path.day_of(0.5), interval)


def _days(each: full.GradeSet, rate: full_odds.Inflow) -> float | None:
    return full_odds.days_until(each.slack_x100, rate.points_a_day)
