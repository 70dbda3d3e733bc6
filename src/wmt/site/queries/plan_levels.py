"""What PDUs have to do at the priority levels that a plan sets: the responsive figure before and after it."""

from collections.abc import Sequence
from dataclasses import dataclass

from wmt import ledger
from wmt.plan.at_levels import differences_x100
from wmt.site.changes.unit_moments import UnitMoment
from wmt.site.figures import units
from wmt.site.priorities import levels
from wmt.site.queries.plan_effects import PlanEffect, PlanReading
from wmt.site.workload.models import Unit


@dataclass(frozen=True)
class PlannedLevel:
    """A PDU whose priority level a plan sets, its level now and then, and the responsive figures of it, its
    teams (both in sentence management) and its posts before and after the whole plan."""

    pdu: Unit
    now: str
    then: str
    units: Sequence[UnitMoment]


def planned_levels(reading: PlanReading, effect: PlanEffect) -> list[PlannedLevel]:
    """The PDUs whose level a plan sets, as far as its reader sees them. Raises PlanError."""
    change = reading.change
    if change is None or not change.laid.levels:
        return []
    then, not_green = change.laid.levels, levels.not_green(reading.state)
    now = {pdu: not_green[pdu].level if pdu in not_green else levels.GREEN for pdu in then}
    with change.ledgers() as ledger_of:
        was = differences_x100(ledger_of(change.before, change.old), change.old, now)
        moved = differences_x100(ledger_of(change.laid.facts, change.new), change.new, then)
    usual = {(each.unit.level, each.unit.code): each for each in effect.moments}
    found = []
    for code in sorted(then):
        there = _units_of(reading, code)
        if not there:
            continue
        there += [each.unit for each in effect.moments if each.unit.pdu_code == code and each.unit.pk is None]
        both = [_at_levels(unit, usual.get((unit.level, unit.code)), was, moved) for unit in there]
        found.append(PlannedLevel(there[0], now[code], then[code], both))
    return found


def _units_of(reading: PlanReading, code: str) -> list[Unit]:
    """A PDU, its teams and its posts; OMiC left out."""
    state, reader = reading.state, reading.reader
    pdu = units.seen(state, reader, "pdu").filter(code=code).first()
    if pdu is None:
        return []
    below = [
        units.seen(state, reader, level).filter(pdu_code=code).exclude(stream=ledger.OMIC)
        for level in ("team", "post")
    ]
    return [pdu, *below[0], *below[1]]


def _at_levels(
    unit: Unit,
    usual: UnitMoment | None,
    was: dict[tuple[str, str], int],
    then: dict[tuple[str, str], int],
) -> UnitMoment:
    """A unit before and after a plan with what its level then changes."""
    as_now = ledger.Moment(unit.points_x100 or 0, unit.available_x100 or 0)
    before, after = (usual.before, usual.after) if usual else (as_now, as_now)
    key = unit.level, unit.code
    return UnitMoment(
        unit,
        before._replace(points_x100=before.points_x100 + was.get(key, 0)),
        after._replace(points_x100=after.points_x100 + then.get(key, 0)),
    )
