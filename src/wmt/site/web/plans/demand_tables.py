"""What the work of a plan's unit would need by its steps on demand: of one plan, and side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from wmt.plan.demand_text import set_twice, typed_of
from wmt.plan.plan_file import Plan
from wmt.site import tables
from wmt.site.links import unit_url
from wmt.site.plans.models import SavedPlan
from wmt.site.queries import scenario as query
from wmt.site.web.staffing import scenario_tables
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.staffing.rates import StaffingError


@dataclass(frozen=True)
class PlannedDemand:
    """The tables of a plan's steps on demand; `refused` says why there are none. `href` opens its levers, of
    which it has one of each: `twice` names those that the plan sets more than once. `questions` are to be
    asked about the result."""

    tables: Sequence[tables.Table]
    refused: str
    href: str
    twice: Sequence[str] = ()
    questions: Sequence[str] = ()


def of_plan(request: HttpRequest, state: State, unit: Unit, plan: Plan) -> PlannedDemand | None:
    """The people that the work needs with the plan's steps on demand; None where it has none."""
    if not plan.demand:
        return None
    if not _has_figures(unit):
        return PlannedDemand([], "Scenarios are worked out for teams, PDUs, regions and the nation", "")
    href = f"{unit_url(unit.level, unit.code, 'scenario')}?{urlencode(typed_of(plan.demand))}"
    twice = set_twice(plan.demand)
    try:
        told = query.told(state, unit, plan.demand)
    except StaffingError as error:
        return PlannedDemand([], str(error), href, twice)
    every = scenario_tables.tables_of(unit.name, told, ())
    wanted = [every[name] for name in ("when", "levers", "contracts", "lines", "sources") if name in every]
    return PlannedDemand(
        [tables.arranged(each, request, rows_a_page=None) for each in _apart(wanted)],
        "", href, twice, told["questions"],
    )  # fmt: skip


def _has_figures(unit: Unit) -> bool:
    return bool(unit.pk) and unit.level != "post"


def _apart(found: Sequence[tables.Table]) -> list[tables.Table]:
    """Tables with names and fields of their own beside the others of a plan."""
    return [replace(each, name=f"demand-{each.name}", prefix=f"demand-{each.name}-") for each in found]


def beside(state: State, plans: Sequence[SavedPlan], units: Sequence[Unit]) -> tables.Table | None:
    """The people that the work would need with each plan, where one of them has steps on demand; a plan is of
    its own unit."""
    if not any(row.plan.demand for row in plans):
        return None
    columns = [
        tables.Column("plan", "Plan"),
        tables.Column("unit", "For"),
        tables.Column("now", "Needed today (FTE)", "number"),
        *(
            tables.Column(f"{end}_{months}", f"In {months} months, {words} (FTE)", "number")
            for months in _MONTHS
            for end, words in (("least", "at least"), ("most", "at most"))
        ),
        tables.Column("note", "Note", "words"),
    ]
    rows = [tables.Row(_beside(state, row, unit)) for row, unit in zip(plans, units, strict=True)]
    return tables.Table("demand", "People needed, side by side", columns, rows, prefix="demand-")


_MONTHS = (12, 24)


def _beside(state: State, row: SavedPlan, unit: Unit) -> dict[str, tables.Value]:
    values = {"plan": tables.text(row.name), "unit": tables.text(unit.name), "note": tables.text("")}
    told: dict[str, Any] | None = None
    if not _has_figures(unit):
        values["note"] = tables.text("not worked out for one person")
    else:
        try:
            told = query.told(state, unit, row.plan.demand)
        except StaffingError as error:
            values["note"] = tables.text(str(error))
        else:
            values["note"] = tables.text(" ".join(told["questions"]))
    values["now"] = scenario_tables.number(told["now"]["need"] if told else None)
    by_month = {each["months"]: each for each in told["when"]} if told else {}
    for months in _MONTHS:
        for end in ("least", "most"):
            value = by_month[months][f"need_{end}"] if told else None
            values[f"{end}_{months}"] = scenario_tables.number(value)
    return values
