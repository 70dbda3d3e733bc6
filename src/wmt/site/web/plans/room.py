"""What pages of plans share: a plan as its reader finds it, the unit it is of, and ways to it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from wmt.plan.plan_file import MOST_STEPS, Plan, PlanError, step_of
from wmt.site.availability.change_requests import ConflictError
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.plans.models import SavedPlan
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


def unit_of(request: HttpRequest, state: State, level: str, code: str) -> Unit:
    """The unit that a new plan is made from. Raises UnknownUnit."""
    user: Any = request.user
    return units.find(state, user, level, code)


def crumbs(request: HttpRequest, state: State, unit: Unit, row: SavedPlan | None = None) -> list[Any]:
    """The way to a page below the plans of a unit, or below one plan."""
    user: Any = request.user
    if not unit.pk:  # it is gone
        return [("Plans", reverse("plans")), *([(row.name, plan_url(row))] if row else [])]
    way = [
        (each.name, unit_url(each.level, each.code, "plans"))
        for each in (*units.above(state, user, unit), unit)
    ]
    return [*way, (row.name, plan_url(row))] if row else way


#: Of a plan of many steps, which are folded away: whoever changes them wants to see them.
STEPS_OPEN = "?steps=open"


def link_query(request: HttpRequest, row: SavedPlan) -> str:
    """What leads on from a plan that was found by its link; nothing where it was not."""
    return f"?{urlencode({'link': row.link})}" if request.GET.get("link") else ""


def plan_url(row: SavedPlan) -> str:
    return reverse("plan", args=[row.pk])


def back(request: HttpRequest, row: SavedPlan, done: str, query: str = "") -> HttpResponseRedirect:
    """To the page of a plan, with what was done."""
    messages.success(request, done)
    return HttpResponseRedirect(plan_url(row) + query)


def conflicted(request: HttpRequest, row: SavedPlan, conflict: ConflictError) -> HttpResponseRedirect:
    """To the page of a plan, where somebody changed it meanwhile: nothing was done."""
    messages.error(request, f"{conflict}. Nothing was changed. The plan as it is now is below.")
    return HttpResponseRedirect(plan_url(row))


def with_step(plan: Plan, step: dict[str, Any], at: int = 0) -> Plan:
    """A plan with one step more, as the last, or in place of that at `at` (from 1). Raises PlanError."""
    if at:
        steps = list(plan.steps)
        steps[at - 1] = step_of(step)
        return plan.model_copy(update={"steps": steps})
    if len(plan.steps) >= MOST_STEPS:
        raise PlanError(f"A plan can have {MOST_STEPS} steps at most; make another plan for more")
    return plan.model_copy(update={"steps": [*plan.steps, step_of(step)]})
