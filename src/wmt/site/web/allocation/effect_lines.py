"""The lines behind each figure of the table of effects."""

from collections.abc import Collection, Sequence

from wmt.site import tables
from wmt.site.changes.case_deltas import PostExchange
from wmt.site.changes.moved_lines import MovedLine, moved_lines
from wmt.site.changes.unit_moments import UnitMoment
from wmt.site.web.allocation.effect import in_order
from wmt.site.web.units import labels
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


def lines_tables(
    state: State,
    moments: Sequence[UnitMoment],
    moved: Sequence[PostExchange],
    takers: Collection[str],
    nobody: str = "",
) -> list[tables.Table]:
    """For each row of the table of effects the lines that its points gain and lose, and what stays."""
    return [
        _lines_table(each, number, moved_lines(state, each, moved))
        for number, each in enumerate(in_order(moments, takers, nobody))
    ]


def _lines_table(moment: UnitMoment, number: int, lines: Sequence[MovedLine]) -> tables.Table:
    unit = moment.unit
    columns = [
        tables.Column("state", "What happens"),
        tables.Column("what", "What"),
        tables.Column("crn", "CRN", "code"),
        *([] if unit.level == "post" else [tables.Column("post", "Whose")]),
        tables.Column("now", "Points now", "points"),
        tables.Column("then", "Points then", "points"),
    ]
    rows = [tables.Row(_line(each, unit)) for each in lines]
    total = tables.Row({
        "state": tables.text("Together"), "what": tables.text(""), "crn": tables.text(""),
        "post": tables.text(""), "now": tables.exact(moment.before.points_x100),
        "then": tables.exact(moment.after.points_x100),
    })  # fmt: skip
    caption = f"{unit.name}: the lines behind the points"
    return tables.Table(f"lines-{number}", caption, columns, rows, total=total)


def _line(each: MovedLine, unit: Unit) -> dict[str, tables.Value]:
    if each.pricing is not None:
        what, state = labels.what(each.pricing), "taken off" if each.before_x100 else "put on"
        if not each.before_x100 and not each.after_x100:
            state = "moves, without points"
    elif each.post is not None:
        what = "all else they have"
        state = "counts in another stream then" if each.before_x100 else "counts here then"
    else:
        what, state = "all other lines", "stays"
    return {
        "state": tables.text(state),
        "what": tables.text(what),
        "crn": tables.text(each.ref),
        "post": tables.text(each.post.name if each.post else unit.name),
        "now": tables.exact(each.before_x100),
        "then": tables.exact(each.after_x100),
    }
