"""What allocations would do to the figures, as a table, and the lines behind each of its figures."""

from collections.abc import Collection, Mapping, Sequence

from wmt import ledger
from wmt.site import tables
from wmt.site.changes import allocation_preview
from wmt.site.changes.case_deltas import PostExchange
from wmt.site.changes.moved_lines import MovedLine, moved_lines
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.web.units import labels
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

_ORDER = {level: place for place, level in enumerate(ledger.LEVELS)}


def effect_table(
    state: State,
    moments: Sequence[allocation_preview.UnitMoment],
    takers: Mapping[str, str],
    nobody: str = "",
) -> tables.Table:
    """The figures of posts and of what is above them, now and then: first those of who gets cases.

    `takers` says beside each what they get, or ''; the placeholder `nobody` has no row.
    """
    columns = [
        tables.Column("name", "Who"),
        tables.Column("now", "Capacity now", "percent"),
        tables.Column("then", "Capacity then", "percent"),
        tables.Column("points_now", "Points now", "points"),
        tables.Column("points", "Points then", "points"),
        tables.Column("left", "Points left then", "points"),
    ]
    rows = []
    for each in _in_order(moments, takers, nobody):
        unit = each.unit
        note = takers.get(unit.code, "") if unit.level == "post" else units.TITLES[unit.level]
        left = ledger.remaining_x100(*each.after) if each.after.available_x100 else None
        values = {
            "name": tables.text(unit.name, unit_url(unit.level, unit.code), note),
            "now": tables.percent(*each.before, state.over_x100),
            "then": tables.percent(*each.after, state.over_x100),
            "points_now": tables.points(each.before.points_x100),
            "points": tables.points(each.after.points_x100),
            "left": tables.points(left),
        }
        rows.append(tables.Row(values, unit.level, unit.code))
    return tables.Table("effect", "What it would do", columns, rows)


def _in_order(
    moments: Sequence[allocation_preview.UnitMoment], takers: Collection[str], nobody: str
) -> list[allocation_preview.UnitMoment]:
    found = [each for each in moments if each.unit.level != "post" or each.unit.code != nobody]
    return sorted(found, key=lambda one: (_ORDER[one.unit.level], one.unit.code not in takers))


def lines_tables(
    state: State,
    moments: Sequence[allocation_preview.UnitMoment],
    moved: Sequence[PostExchange],
    takers: Collection[str],
    nobody: str = "",
) -> list[tables.Table]:
    """For each row of the table of effects the lines that its points gain and lose, and what stays."""
    return [
        _lines_table(each, number, moved_lines(state, each, moved))
        for number, each in enumerate(_in_order(moments, takers, nobody))
    ]


def _lines_table(
    moment: allocation_preview.UnitMoment, number: int, lines: Sequence[MovedLine]
) -> tables.Table:
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
