"""Where the trainee pipeline of a unit starts: officers, the need of its work, its share of the intake."""

from dataclasses import dataclass, replace

from wmt.site.queries import staffing
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, rules_of
from wmt.staffing import pipeline, rates


@dataclass(frozen=True)
class OfficersAhead:
    """Officers by contract and needed, in FTE; the levers by the rules, with the intake of the unit's `share`
    of all officers."""

    officers: float
    need: float
    share: float
    levers: pipeline.Levers


def of_unit(state: State, unit: Unit) -> OfficersAhead:
    """Of a region or the nation. Raises StaffingError where the rules give no number of people."""
    of_rules = rates.Rates(rules_of(state))
    staffed = staffing.staffing_of(state, unit)
    grade = staffed.supply.grades.get("PO")
    officers = float(grade.contracted) if grade else 0.0
    share = officers / float(of_rules.number("staffing.pipeline.officers"))
    base = pipeline.levers_of(of_rules.kinds.of_day)
    # without single points of contact: who is one is known by reductions, whose reasons are private
    need = float(staffed.need.work_by_grade.get("PO", 0))
    return OfficersAhead(officers, need, share, replace(base, intake=round(base.intake * share, 1)))
