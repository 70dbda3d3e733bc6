"""The responsive figure of a PDU whose priority level a plan sets, before and after, as a table."""

from wmt.site import tables
from wmt.site.queries.plan_levels import PlannedLevel
from wmt.site.web.plans.effect_table import change_of, shown_name
from wmt.site.workload.state import State


def level_table(state: State, found: PlannedLevel) -> tables.Table:
    """The PDU, its teams and its posts at the level of now and at that of the plan."""
    columns = [
        tables.Column("name", "Who"),
        tables.Column("now", f"Capacity now, at {found.now}", "percent"),
        tables.Column("then", f"With the plan, at {found.then}", "percent"),
        tables.Column("change", "Change", "number", "In percentage points of capacity."),
        tables.Column("points_now", "Points now", "points"),
        tables.Column("points", "Points with the plan", "points"),
    ]
    rows = []
    for each in found.units:
        unit, before, after = each.unit, each.before, each.after
        values = {
            "name": shown_name(unit),
            "now": tables.capacity(*before, state.over_x100, unit.stream),
            "then": tables.capacity(*after, state.over_x100, unit.stream),
            "change": change_of(unit, before, after),
            "points_now": tables.points(before.points_x100),
            "points": tables.points(after.points_x100),
        }
        rows.append(tables.Row(values, unit.level, unit.code))
    title = f"Responsive figure: {found.pdu.name} from {found.now} to {found.then}"
    notes = [
        "What the work is worth at the priority level of the PDU, with all steps of the plan. A level leaves "
        "business as usual as it is."
    ]
    if all(each.before == each.after for each in found.units):
        notes.append("Nothing differs: the rules put no work aside at these levels, or no step changes it.")
    key = f"level-{found.pdu.code}"
    return tables.Table(key, title, columns, rows, notes=notes, prefix=f"{key}-")
