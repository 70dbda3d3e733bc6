"""All plans of a person, a plan with what it would come to, and a new one."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from wmt.plan.plan_file import Plan, PlanError
from wmt.site.audit.reads import note_read
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import plan_apply
from wmt.site.changes import plans as action
from wmt.site.consistent_read import steady
from wmt.site.duties import notices
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.plans import access
from wmt.site.plans.models import SavedPlan
from wmt.site.queries import resharing
from wmt.site.queries.plan_effects import PlanEffect, PlanReading, unit_of_plan
from wmt.site.queries.plan_levels import planned_levels
from wmt.site.shown import needed_state
from wmt.site.tables import arranged
from wmt.site.web.forms import limited_upload
from wmt.site.web.forms.refusable import RefusableForm
from wmt.site.web.plans import apply, demand_tables, leavers, plan_files, rights, room, sharing, step_forms
from wmt.site.web.plans.effect_table import (
    effect_table,
    figure_url,
    state_words,
    step_cohorts,
    steps_table,
    ways_to_do,
)
from wmt.site.web.plans.level_table import level_table
from wmt.site.web.plans.listing import table_of
from wmt.site.web.plans.step_forms import form_of
from wmt.site.web.units.labels import upper_first
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit


class NewPlanForm(RefusableForm):
    """The name of a new plan, or a file that has one."""

    key = forms.CharField(required=False, max_length=64)
    name = forms.CharField(
        required=False, max_length=200,
        error_messages={"max_length": "The name can be 200 characters long at most"},
    )  # fmt: skip
    file = forms.Field(required=False)


@require_safe
def plans_page(request: HttpRequest) -> HttpResponse:
    """Every plan of who asks, whatever it is of."""
    state = needed_state(request).of_now()
    rows, shared = list(access.own(request.user)), list(access.shared_with(request.user))
    found = Unit.objects.filter(
        load_id=state.load_id, whole=True, code__in={row.code for row in (*rows, *shared)}
    )
    names = {(unit.level, unit.code): unit.name for unit in found}
    context = {
        "table": arranged(table_of(rows, "Your plans", names), request),
        "shared": table_of(shared, "Shared with you", names, of_others=True),
    }
    return render(request, "plans/plans.jinja", context)


@require_safe
@steady
def plan_page(request: HttpRequest, number: int) -> HttpResponse:
    """A plan, its steps, and the figures before and after. Raises UnknownPlan, PlanDenied and UnknownUnit."""
    row = access.find(request.user, number, request.GET.get("link", ""))
    notices.mark_read(request.user, row)  # type: ignore[arg-type]
    state = needed_state(request).of_now()
    unit = unit_of_plan(state, request.user, row)
    reading = PlanReading(row.plan, row.owner, request.user, unit, state)
    effect, fault = reading.outcome()
    for holder in reading.read_holders:
        note_read(request.user, holder)
    link_query = room.link_query(request, row)
    found = [] if fault else planned_levels(reading, effect)
    cohorts = step_cohorts(reading)
    leaving = leavers.of_plan(state, request.user, unit, reading.plan)
    fits = leaving.fits() if leaving else {}
    context = {
        "row": row,
        "owns": row.owner_id == request.user.pk,
        "owner": staff_names.person(str(row.owner)),
        "readers": row.shares.count(),
        "comments": sharing.comments_of(row),
        "link_query": link_query,
        "unit": unit,
        "reshare_href": unit_url(unit.level, unit.code, "reshare") if unit.level in resharing.LEVELS else "",
        "note": reading.plan.note,
        "crumbs": room.crumbs(request, state, unit),
        "fault": fault,
        "leaving": leaving,
        "fits": {name: arranged(replace(each, prefix=f"{name}-"), request) for name, each in fits.items()},
        "steps": _steps(row, reading, effect, cohorts),
        "count": len(reading.plan.steps),
        "ways": step_forms.ways(row),
        "may_apply": bool(reading.plan.steps) and plan_apply.may_apply(request.user),
        "applied": apply.applied_of(request, row, state),
        "copy_key": uuid.uuid4().hex,
        "steps_table": arranged(steps_table(effect.steps, cohorts), request, rows_a_page=None),
        "demand": demand_tables.of_plan(request, state, unit, reading.plan),
        "levels": [arranged(level_table(state, each), request, rows_a_page=None) for each in found],
        "table": arranged(
            effect_table(state, effect, lambda each: figure_url(row.pk, each, link_query)), request
        ),
    }  # fmt: skip
    return render(request, "plans/plan.jinja", context)


def _steps(
    row: SavedPlan, reading: PlanReading, effect: PlanEffect, cohorts: Sequence[str]
) -> list[dict[str, Any]]:
    """Each step in words, what could not be done, to whom its reader may not allocate, and its way."""
    ways, barred = ways_to_do(reading), rights.not_yours(reading)
    found = zip(effect.steps, ways, reading.plan.steps, barred, cohorts, strict=False)
    return [
        {"number": each.number, "words": upper_first(each.words), "state": state_words(each),
         "is_done": not each.missing, "way": way, "barred": barred, "cohorts": marked,
         "change": reverse("plan-step-change", args=[row.pk, each.number]) if form_of(step) else ""}
        for each, way, step, barred, marked in found
    ]  # fmt: skip


@csrf_exempt  # the form's token is checked in what reads the body
@require_http_methods(["GET", "HEAD", "POST"])
def plan_new(request: HttpRequest) -> HttpResponse:
    """A new plan of a unit, without steps or from a file. Raises UnknownUnit and InThePast."""
    return limited_upload.limited(
        request, plan_files.MEGABYTES, _new, lambda fault: _new_form(request, NewPlanForm({}), fault, 507)
    )


@csrf_protect
def _new(request: HttpRequest, limited: limited_upload.Limited) -> HttpResponse:
    if request.method != "POST":
        unit = _asked_unit(request)
        return _new_form(
            request, NewPlanForm(initial={"key": uuid.uuid4().hex, "name": f"Plan for {unit.name}"})
        )
    form = NewPlanForm(request.POST)
    if not form.is_valid():
        return _new_form(request, form, status=422)
    unit = _asked_unit(request)
    try:
        plan = _typed(request, form, limited)
        row, is_new = action.make_plan(
            actor=request.user, plan=plan, level=unit.level, code=unit.code, key=form.cleaned_data["key"]
        )
    except PlanError as error:
        return _new_form(request, form, str(error), 422)
    except RefusedError as refused:
        form.refuse(refused.faults)
        return _new_form(request, form, status=422)
    return room.back(request, row, "The plan is made." if is_new else "This was sent twice. It is one plan.")


def _typed(request: HttpRequest, form: NewPlanForm, limited: limited_upload.Limited) -> Plan:
    """The plan of the file that was sent, else one without steps by its name. Raises PlanError and
    RefusedError."""
    name = form.cleaned_data["name"].strip()
    if request.FILES.get("file") or limited.is_over:
        return plan_files.sent_plan(request, limited)
    if not name:
        form.add_error("name", "Enter a name for the plan")
        raise RefusedError([])
    return Plan(name=name, steps=[])


def _asked_unit(request: HttpRequest) -> Unit:
    state = needed_state(request).of_now()
    level, code = request.GET.get("level", units.NATION), request.GET.get("code", units.NATION)
    return room.unit_of(request, state, level, code)


def _new_form(request: HttpRequest, form: NewPlanForm, fault: str = "", status: int = 200) -> HttpResponse:
    if fault:
        form.add_error("file", fault)
    unit = _asked_unit(request)
    context: dict[str, Any] = {
        "form": form,
        "unit": unit,
        "crumbs": room.crumbs(request, needed_state(request), unit),
    }
    return render(request, "plans/new.jinja", context, status=status)
