"""Units before and after cases move: the posts, and what lies above them by the difference."""

from collections.abc import Sequence
from dataclasses import dataclass

from wmt import ledger
from wmt.site.changes.case_deltas import PostExchange
from wmt.site.figures import units
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: Units above a post whose figures an allocation may move. What lies above both sides keeps its figures, as
#: regions and the nation mostly do: they are told where they do not.
_ABOVE = ("team", "pdu", "region", "nation")
_WIDE = ("region", "nation")


@dataclass(frozen=True)
class UnitMoment:
    """A unit's points and available points before and after an allocation."""

    unit: Unit
    before: ledger.Moment
    after: ledger.Moment


def moments_with(state: State, moved: Sequence[PostExchange]) -> list[UnitMoment]:
    """The posts whose cases are others then, and the teams and PDUs they are in, before and after, by the
    lines that posts give and take; regions and the nation where their figures change."""
    found = [UnitMoment(each.unit, *each.moments) for each in moved]
    for level in _ABOVE:
        wanted = {above_code(each.unit, level) for each in moved}
        above = Unit.objects.filter(load_id=state.load_id, level=level, whole=True, code__in=wanted)
        moments = [_above(unit, moved) for unit in above.order_by("code")]
        found += [each for each in moments if level not in _WIDE or each.before != each.after]
    return found


def above_code(unit: Unit, level: str) -> str:
    """The code of the unit of a level that a post is in."""
    return units.NATION if level == units.NATION else str(getattr(unit, f"{level}_code"))


def _above(unit: Unit, moved: Sequence[PostExchange]) -> UnitMoment:
    """The headline of a unit: what its posts were in it, and will be."""
    points_x100, available_x100 = unit.points_x100, unit.available_x100
    for each in moved:
        if above_code(each.unit, unit.level) != unit.code:
            continue
        streams = each.unit.stream, each.lines.stream or each.unit.stream
        for stream, moment, sign in zip(streams, each.moments, (-1, 1), strict=True):
            if stream == ledger.HEADLINE:
                points_x100 += sign * moment.points_x100
                available_x100 += sign * moment.available_x100
    before = ledger.Moment(unit.points_x100, unit.available_x100)
    return UnitMoment(unit, before, ledger.Moment(points_x100, available_x100))
