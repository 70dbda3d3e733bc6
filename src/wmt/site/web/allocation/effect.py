"""What an allocation would do to the figures, as a table."""

from wmt import ledger
from wmt.site import tables
from wmt.site.changes import allocation_preview
from wmt.site.figures import units
from wmt.site.links import unit_url


def effect_table(found: allocation_preview.AllocationPreview) -> tables.Table:
    """The figures of both posts and of what is above them, now and then."""
    columns = [
        tables.Column("name", "Who"),
        tables.Column("now", "Capacity now", "percent"),
        tables.Column("then", "Capacity then", "percent"),
        tables.Column("points_now", "Points now", "points"),
        tables.Column("points", "Points then", "points"),
        tables.Column("left", "Points left then", "points"),
    ]
    over, rows = found.state.over_x100, []
    order = {level: place for place, level in enumerate(ledger.LEVELS)}
    for each in sorted(
        found.moments, key=lambda one: (order[one.unit.level], one.unit.code != found.to.code)
    ):
        unit = each.unit
        if found.was_waiting and unit.code == found.holder.code:
            continue  # nobody
        note = "" if unit.level == "post" else units.TITLES[unit.level]
        left = ledger.remaining_x100(*each.after) if each.after.available_x100 else None
        values = {
            "name": tables.text(unit.name, unit_url(unit.level, unit.code), note),
            "now": tables.percent(*each.before, over),
            "then": tables.percent(*each.after, over),
            "points_now": tables.points(each.before.points_x100),
            "points": tables.points(each.after.points_x100),
            "left": tables.points(left),
        }
        rows.append(tables.Row(values, unit.level, unit.code))
    return tables.Table("effect", "What it would do", columns, rows)
