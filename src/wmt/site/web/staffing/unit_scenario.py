"""Demand and scenarios: what the work of a unit would need if demand were other than today."""

import uuid
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from wmt.ledger import HEADLINE
from wmt.site.links import unit_url
from wmt.site.queries import scenario as query
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.staffing import scenario_tables
from wmt.site.web.staffing.scenario_form import GROUPS, ScenarioForm, hint_of
from wmt.site.workload.models import Unit
from wmt.staffing.rates import StaffingError

TITLE = "Demand and scenarios"
TEMPLATE = "unit/scenario.jinja"


def applies(unit: Unit) -> bool:
    """Units above posts."""
    return unit.level != "post"


def content(question: UnitRequest) -> dict[str, Any]:
    """The form; where it sets anything, what that comes to."""
    question = question.in_stream(HEADLINE)
    unit, state = question.unit, question.state
    if not applies(unit):
        return {"tables": {}, "why_not": "level"}
    form = ScenarioForm(question.request.GET)
    form.is_valid()
    months, asked = int(form.found("months")), {"chain": form.found("chain"), "by": form.found("by")}
    context: dict[str, Any] = {
        "why_not": "",
        "form": form,
        "filters": form,
        "groups": [(title, [(name, hint_of(name)) for name in names]) for title, names in GROUPS],
        "has_levers": bool(form.steps),
        "key": uuid.uuid4().hex,
        "is_now": state.as_of is None,
        "keep_href": f"{reverse('scenario-plan')}?{urlencode({'level': unit.level, 'code': unit.code})}",
        "staffing_href": unit_url(unit.level, unit.code, "staffing"),
        "tables": {},
    }
    try:
        told = query.told(state, unit, form.steps, months=months, **asked)
        rooms = query.rooms(state, unit, form.steps, months=months) if form.steps else []
    except StaffingError as error:
        return context | {"why_not": "rules", "refused": str(error)}
    return context | {
        "first": scenario_tables.first_sentence(unit.name, told) if form.steps else "",
        "tables": scenario_tables.tables_of(unit.name, told, rooms) if form.steps else {},
        "questions": told["questions"],
    }
