"""Room for cases in a scenario: what a unit could still take of each kind, and when it would be full."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from wmt.plan import full, full_ahead
from wmt.plan.full_odds import Inflow
from wmt.staffing import rates
from wmt.staffing.need import Need
from wmt.staffing.scenario import ScenarioMonth

Inflows = Mapping[tuple[str, ...], Inflow]


def pool_then(pool: full.Pool, now: Need, then: Need) -> full.Pool:
    """A unit's pool with the work of a scenario: cases of each kind in proportion, reports and other work by
    the shares of who does it. The time of each grade stays as it is."""
    was, points = _points(now), _points(then)
    demands = []
    for each in pool.demands:
        has_other = each.kind != rates.OTHER and was.get(each.kind)  # other work stays with its author, below
        factor = points.get(each.kind, Fraction(0)) / was[each.kind] if has_other else Fraction(1)
        demands.append(replace(each, points_x100=round(each.points_x100 * factor)))
    fixed = {grade: Fraction(0) for grade in pool.grades}
    for kind in (rates.REPORTS, rates.OTHER):
        more = points.get(kind, Fraction(0)) - was.get(kind, Fraction(0))
        for grade, share in then.rates.shares(kind).items():
            if grade in fixed:
                fixed[grade] += share * more
    grades = {
        grade: replace(time, fixed_x100=time.fixed_x100 + round(fixed[grade] * 100))
        for grade, time in pool.grades.items()
    }
    return full.Pool(demands, grades)


def _points(need: Need) -> dict[str, Fraction]:
    return {each.kind: each.points for each in need.kinds}


def room_then(
    pool: full.Pool, ceiling_x100: int, at: ScenarioMonth, inflows: Inflows | None
) -> list[dict[str, Any]]:
    """By kind of case: points left and average cases with the best re-sharing, today and at both ends, and
    days until the unit is full at the net inflow of late (None: never at it, or not known)."""
    now = at.scenario.now()
    rooms = [full.rooms(pool, ceiling_x100)]
    rooms += [
        full.rooms(pool_then(pool, now, need), _x100(path[-1].ceiling))
        for need, path in zip(at.needs, at.paths, strict=True)
    ]
    return [_kind(of_kind, inflows) for of_kind in zip(*rooms, strict=True)]


def _x100(percent: Decimal) -> int:
    return int(percent * 100)


def _spare(room: full.KindRoom) -> int:
    return room.spare_x100


def _kind(rooms: Sequence[full.KindRoom], inflows: Inflows | None) -> dict[str, Any]:
    """A kind today, and in a scenario where the least and where the most room is left."""
    now, *then = rooms
    few, many = min(then, key=_spare), max(then, key=_spare)
    days = [None if inflows is None else full_ahead.ahead_of(room, inflows).days for room in (now, few, many)]
    return {
        "kind": now.kind,
        **{
            f"{name}_{end}": value
            for end, room in (("now", now), ("least", few), ("most", many))
            for name, value in (("spare_x100", room.spare_x100), ("cases", room.cases))
        },
        "days_now": days[0],
        "days_least": days[1],
        "days_most": days[2],
    }
