"""Which cause a difference is, and what it did, for the lines of work. Each row has up to four parts."""

from dataclasses import dataclass
from typing import Any

import ibis

from wmt.ledger.enums import Cause

Table = Any  # an Ibis table expression


@dataclass(frozen=True)
class CauseColumns:
    """What one kind of line's differences are: an expression each, over rows and their part 0, 1, 2 or 3.

    `always` 1 keeps a move that moved no points, such as an untiered case in.
    """

    cause: Table
    points: Table
    available: Table
    always: Table


def nothing() -> Table:
    return ibis.literal(0, type="int64")


def by_part(rows: Table, *parts: Table) -> Table:
    """The first for part 0, the second for part 1 …; nothing for a part beyond them."""
    branches = [(rows.part == number, value) for number, value in enumerate(parts)]
    return ibis.cases(*branches, else_=nothing())


def flag(condition: Table) -> Table:
    """1 where a condition holds, else 0."""
    return ibis.ifelse(condition, 1, 0).cast("int64")


def listed_cases(rows: Table) -> CauseColumns:
    """Cases in, out, or changed: first the status, then the type, the tier and whether it is suspended.

    Where more than one changed, each is valued by what the steps in between are worth by the rules:
    `mid_x100` the old type and tier in the new status, `late_x100` the old tier in the new type and status,
    `tiered_x100` the new tier, still suspended or not as it was.
    """
    old, new = rows.work_before_x100, rows.work_after_x100
    stays = (rows.lines_before > 0) & (rows.lines_after > 0)
    status = stays & (rows.status_before != rows.status_after)
    place = stays & (
        (rows.stream_before != rows.stream_after) | (rows.location_before != rows.location_after)
    )
    tier = stays & (rows.tier_before != rows.tier_after)
    paused = stays & (rows.suspended_before != rows.suspended_after)
    # a step that the rules before have no price for is worth what came of it, so that nothing is lost
    mid, late, tiered = (rows[f"{step}_x100"].fill_null(new) for step in ("mid", "late", "tiered"))
    by_status = ibis.ifelse(status, ibis.ifelse(place | tier | paused, mid, new), old)
    by_place = ibis.ifelse(place, ibis.ifelse(tier | paused, late, new), by_status)
    by_tier = ibis.ifelse(tier, ibis.ifelse(paused, tiered, new), by_place)
    # what changed though nothing about it did: posts that keep older figures have rules of their own
    same = ~status & ~place & ~tier & ~paused
    first_points = ibis.ifelse(same, new - old, by_status - old)
    paused_points = ibis.ifelse(paused, new - by_tier, nothing())
    first = ibis.cases(
        (rows.lines_before == 0, _of_arrival(rows)),
        (rows.lines_after == 0, _of_departure(rows)),
        (status, _of_status(rows)),
        else_=_word(Cause.RULE),
    )
    return CauseColumns(
        cause=ibis.cases(
            (rows.part == 0, first),
            (rows.part == 1, _of_type(rows)),
            (rows.part == 2, _word(Cause.RETIERED)),
            else_=ibis.ifelse(rows.suspended_after == 1, str(Cause.SUSPENDED), str(Cause.RESUMED)),
        ),
        points=by_part(rows, first_points, by_place - by_status, by_tier - by_place, paused_points),
        available=nothing(),
        always=by_part(rows, flag(~stays | status), flag(place), flag(tier), flag(paused)),
    )


def _word(cause: Cause) -> Table:
    return ibis.literal(str(cause))


_NEW, _ALLOCATED = str(Cause.NEW_CASE), str(Cause.ALLOCATED_IN)
_ENDED, _MOVED = str(Cause.ENDED), str(Cause.MOVED_OUT)
_IN, _OUT = str(Cause.CASES_IN), str(Cause.CASES_OUT)


def _of_arrival(rows: Table) -> Table:
    """A case that is listed at last need not be new: its post may have had it among those only counted."""
    return ibis.cases(
        (rows.other_before.notnull(), _ALLOCATED), (rows.unlisted_at_after < 0, _IN), else_=_NEW
    )


def _of_departure(rows: Table) -> Table:
    """Nor has every case ended that is listed no more."""
    return ibis.cases((rows.other_after.notnull(), _MOVED), (rows.unlisted_at_before > 0, _OUT), else_=_ENDED)


def _of_status(rows: Table) -> Table:
    old, new = rows.status_before, rows.status_after
    counts = new == "active"
    return ibis.cases(
        (new == "warrant", str(Cause.ON_WARRANT)),
        (new == "overdue", str(Cause.OVERDUE)),
        (new == "uncommenced", str(Cause.NOT_COMMENCED)),
        (counts & (old == "warrant"), str(Cause.BACK_FROM_WARRANT)),
        (counts & (old == "overdue"), str(Cause.NO_LONGER_OVERDUE)),
        (counts & (old == "uncommenced"), str(Cause.COMMENCED)),
        else_=str(Cause.STATUS_CHANGED),
    )


def _of_type(rows: Table) -> Table:
    same_stream = rows.stream_before == rows.stream_after
    old, new = rows.location_before, rows.location_after
    return ibis.cases(
        (same_stream & (old == "custody") & (new == "licence"), str(Cause.CUSTODY_TO_LICENCE)),
        (same_stream & (old == "licence") & (new == "custody"), str(Cause.RECALLED)),
        else_=str(Cause.TYPE_CHANGED),
    )


def counted_cases(rows: Table) -> CauseColumns:
    """Counted cells: more cases of a kind are cases in, fewer are cases out."""
    more = rows.quantity_after_micro - rows.quantity_before_micro
    return CauseColumns(
        cause=ibis.ifelse(more > 0, _IN, _OUT),
        points=by_part(rows, rows.work_after_x100 - rows.work_before_x100),
        available=nothing(),
        always=by_part(rows, flag(more != 0)),
    )


def contacts(rows: Table) -> CauseColumns:
    """Help on colleagues' cases. Within a unit it gives as much as it takes, and is nothing to the unit."""
    before, after = rows.work_before_x100, rows.work_after_x100
    given = ibis.greatest(after, nothing()) - ibis.greatest(before, nothing())
    received = ibis.least(after, nothing()) - ibis.least(before, nothing())
    cause = ibis.ifelse(rows.part == 0, str(Cause.HELP_GIVEN), str(Cause.HELP_RECEIVED))
    return CauseColumns(cause, by_part(rows, given, received), nothing(), nothing())


def whole(rows: Table, cause: Cause) -> CauseColumns:
    return CauseColumns(
        cause=_word(cause),
        points=by_part(rows, rows.work_after_x100 - rows.work_before_x100),
        available=by_part(rows, rows.time_after_x100 - rows.time_before_x100),
        always=nothing(),
    )
