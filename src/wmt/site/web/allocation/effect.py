"""What allocations would do to the figures, as a table; the lines behind it are in `effect_lines`."""

from collections.abc import Collection, Mapping, Sequence

from wmt import ledger
from wmt.site import tables
from wmt.site.changes import unit_moments
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.workload.state import State

_ORDER = {level: place for place, level in enumerate(ledger.LEVELS)}


def effect_table(
    state: State,
    moments: Sequence[unit_moments.UnitMoment],
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
    for each in in_order(moments, takers, nobody):
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


def in_order(
    moments: Sequence[unit_moments.UnitMoment], takers: Collection[str], nobody: str
) -> list[unit_moments.UnitMoment]:
    """What is shown, from posts up: first who gets cases, without the placeholder `nobody`."""
    found = [each for each in moments if each.unit.level != "post" or each.unit.code != nobody]
    return sorted(found, key=lambda one: (_ORDER[one.unit.level], one.unit.code not in takers))
