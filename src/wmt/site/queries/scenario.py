"""What a unit's work would need with other demand, by the figures shown: figures that everybody reads."""

from collections.abc import Sequence
from typing import Any

from wmt.plan.plan_file import DemandStep
from wmt.site.figures import line_queries
from wmt.site.queries import full, staffing
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, rules_of
from wmt.staffing import rates, room_then, scenario, scenario_told


def scenario_of(
    state: State, unit: Unit, steps: Sequence[DemandStep], *, chain: str = "", by: str = "points"
) -> scenario.Scenario:
    """A scenario of a unit's part in sentence management."""
    lines = line_queries.sums_of(state, [unit], by_grade=False)
    work = staffing.work_of(lines.get(unit.code, ()))
    return scenario.Scenario(rates.Rates(rules_of(state), chain or None), work, steps, by)


def told(
    state: State,
    unit: Unit,
    steps: Sequence[DemandStep],
    *,
    months: int = scenario.USUAL_MONTH,
    chain: str = "",
    by: str = "points",
) -> dict[str, Any]:
    """A scenario as plain data (`scenario_told`). Raises StaffingError where no number of people follows."""
    found = scenario_of(state, unit, steps, chain=chain, by=by)
    return scenario_told.present(found, unit.available_x100 or 0, months)


def rooms(
    state: State, unit: Unit, steps: Sequence[DemandStep], *, months: int = scenario.USUAL_MONTH
) -> list[dict[str, Any]]:
    """Room for cases by kind in the scenario (`room_then`), by points. Raises StaffingError."""
    found = full.full_of(state, unit)
    inflows = found.outlook.inflows if found.outlook else None
    at = scenario_of(state, unit, steps).at(months)
    return room_then.room_then(found.state.pool, found.state.rules.ceiling_x100, at, inflows)
