"""The lines behind a figure before and after cases move: which it loses, which it gains, and what stays.

They are those of the cases that move, so whoever may move these cases reads them.
"""

from collections.abc import Sequence
from typing import NamedTuple

from wmt import ledger
from wmt.site.changes import unit_moments
from wmt.site.changes.case_deltas import PostExchange
from wmt.site.figures import line_queries
from wmt.site.workload import models
from wmt.site.workload.state import State


class MovedLine(NamedTuple):
    """A line that the figure of a unit has before or after; points are in hundredths.

    Without `pricing` it is all else: of `post`, where that counts in another stream then, or of the unit.
    """

    post: models.Unit | None
    pricing: models.Pricing | None
    ref: str
    before_x100: int
    after_x100: int


def moved_lines(
    state: State, moment: unit_moments.UnitMoment, moved: Sequence[PostExchange]
) -> list[MovedLine]:
    """What the points of a unit are made of before and after: they add up to both. What stays is one line,
    the last."""
    unit, found = moment.unit, list[MovedLine]()
    for each in moved:
        if unit.level == "post":
            if each.unit.pk == unit.pk:
                found += _lines(state, each, is_there=True, stays=True)
        elif unit_moments.above_code(each.unit, unit.level) == unit.code:
            found += _above(state, each)
    rest = moment.before.points_x100 - sum(line.before_x100 for line in found)
    return [*found, MovedLine(None, None, "", rest, rest)]


def _above(state: State, each: PostExchange) -> list[MovedLine]:
    """What a post takes from and adds to the headline of the units it is in."""
    is_there = each.unit.stream == ledger.HEADLINE
    stays = (each.lines.stream or each.unit.stream) == ledger.HEADLINE
    found = _lines(state, each, is_there=is_there, stays=stays)
    if is_there != stays:  # with its last case, or its first one, all of a post counts elsewhere
        rest = each.unit.points_x100 - sum(line.points_x100 for line in each.lines.old)
        found.append(MovedLine(each.unit, None, "", rest * is_there, rest * stays))
    return found


def _lines(state: State, each: PostExchange, *, is_there: bool, stays: bool) -> list[MovedLine]:
    pricing = line_queries.pricing_of(state)

    def line_of(line: models.Line, *, is_new: bool) -> MovedLine:
        points = (0, line.points_x100) if is_new else (line.points_x100, 0)
        return MovedLine(each.unit, pricing[line.pricing], line.ref, *points)

    off = [line_of(line, is_new=False) for line in each.lines.old if is_there]
    return off + [line_of(line, is_new=True) for line in each.lines.new if stays]
