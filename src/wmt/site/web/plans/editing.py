"""Changing a plan in the browser: steps added, taken out or moved, another name, a copy, its end."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from wmt.plan.plan_file import Plan, PlanError
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import plans as action
from wmt.site.links import unit_url
from wmt.site.plans import access
from wmt.site.plans.models import SavedPlan
from wmt.site.queries.plan_effects import unit_of_plan
from wmt.site.shown import needed_state
from wmt.site.web.forms.refusable import RefusableForm
from wmt.site.web.forms.sent_key import sent_key
from wmt.site.web.plans import room, step_forms, step_kinds

_STEP = "plans/step.jinja"


class PlanNameForm(RefusableForm):
    """The name of a plan, and what it is for."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(
        max_length=200,
        error_messages={
            "required": "Enter a name for the plan",
            "max_length": "The name can be 200 characters long at most",
        },
    )
    note = forms.CharField(required=False, max_length=2_000)


class OneStepForm(forms.Form):
    """What is done to one step: its number from 1."""

    version = forms.IntegerField(max_value=2**31 - 1)
    number = forms.IntegerField(min_value=1, required=False)
    do = forms.ChoiceField(choices=[(name, name) for name in ("up", "down", "remove", "undo")])


@require_http_methods(["GET", "HEAD", "POST"])
def plan_step(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """The form of a step, which is added as the last one. Raises UnknownPlan, PlanDenied and UnknownUnit."""
    row = access.find_own(request.user, number)
    if kind not in step_kinds.KINDS:
        raise Http404(f"there is no step {kind}")
    choices = _choices(request, row)
    first = {"from": _known(choices, row.code), "post": row.code, "team": row.code, "version": row.version}
    sent = request.POST if request.method == "POST" else None
    form = step_forms.PlanStepForm(kind, choices, request.user, sent, initial=first)
    plan = row.plan
    return _saved(
        request, row, form, lambda step: room.with_step(plan, step), f"Step {len(plan.steps) + 1} is added."
    )


@require_http_methods(["GET", "HEAD", "POST"])
def plan_step_change(request: HttpRequest, number: int, at: int) -> HttpResponse:
    """The form of a step that is there (its number from 1), with what it holds; saved, it stays in its place.
    Raises UnknownPlan, PlanDenied and UnknownUnit."""
    row = access.find_own(request.user, number)
    plan = row.plan
    found = step_forms.form_of(plan.steps[at - 1]) if 0 < at <= len(plan.steps) else None
    if found is None:
        raise Http404(f"the plan has no step {at} that a form can hold")
    kind, first = found
    sent = request.POST if request.method == "POST" else None
    form = step_forms.PlanStepForm(
        kind, _choices(request, row), request.user, sent, initial={**first, "version": row.version}
    )
    return _saved(
        request, row, form, lambda step: room.with_step(plan, step, at), f"Step {at} is changed.", at
    )


def _choices(request: HttpRequest, row: SavedPlan) -> step_forms.StepChoices:
    state = needed_state(request).of_now()
    return step_forms.StepChoices(request.user, unit_of_plan(state, request.user, row), state)


def _saved(
    request: HttpRequest,
    row: SavedPlan,
    form: step_forms.PlanStepForm,
    changed: Callable[[dict[str, Any]], Plan],
    done: str,
    at: int = 0,
) -> HttpResponse:
    """The form of a step; what was sent is saved, and back to the plan."""
    if not form.is_bound:
        return _page(request, row, _STEP, form, at=at)
    if not form.is_valid():
        return _page(request, row, _STEP, form, 422, at=at)
    try:
        action.change_plan(
            actor=request.user, number=row.pk, plan=changed(form.step), version=form.cleaned_data["version"]
        )
    except ConflictError as conflict:
        return _page(request, row, _STEP, form, 409, conflict=str(conflict), at=at)
    except PlanError as error:
        form.add_error(None, str(error))
    except RefusedError as refused:
        form.add_error(None, "; ".join(fault.said for fault in refused.faults))
    if form.errors:
        return _page(request, row, _STEP, form, 422, at=at)
    return room.back(request, row, done)


def _known(choices: step_forms.StepChoices, code: str) -> str:
    return code if any(code == each for each, _ in choices.of("from") or ()) else ""


@require_POST
def plan_steps(request: HttpRequest, number: int) -> HttpResponse:
    """Takes a step out of a plan, or does it earlier or later; or undoes the last change of the plan. Raises
    UnknownPlan and PlanDenied."""
    row = access.find_own(request.user, number)
    form, plan = OneStepForm(request.POST), row.plan
    if form.is_valid() and form.cleaned_data["do"] == "undo":
        return _undone(request, row, form.cleaned_data["version"])
    if not form.is_valid() or not 0 < (form.cleaned_data["number"] or 0) <= len(plan.steps):
        messages.error(request, "This plan has no such step by now. Nothing was changed.")
        return HttpResponseRedirect(room.plan_url(row))
    typed, steps = form.cleaned_data, list(plan.steps)
    at = typed["number"] - 1
    step = steps.pop(at)
    if typed["do"] != "remove":
        steps.insert(max(at + (-1 if typed["do"] == "up" else 1), 0), step)
    try:
        changed = plan.model_copy(update={"steps": steps})
        action.change_plan(actor=request.user, number=row.pk, plan=changed, version=typed["version"])
    except ConflictError as conflict:
        return room.conflicted(request, row, conflict)
    done = {"remove": "is taken out", "up": "is done earlier now", "down": "is done later now"}[typed["do"]]
    return room.back(request, row, f"Step {typed['number']} {done}.", room.STEPS_OPEN)


def _undone(request: HttpRequest, row: SavedPlan, version: int) -> HttpResponse:
    try:
        action.undo_change(actor=request.user, number=row.pk, version=version)
    except ConflictError as conflict:
        return room.conflicted(request, row, conflict)
    except RefusedError as refused:
        messages.error(request, f"{'; '.join(fault.said for fault in refused.faults)}.")
        return HttpResponseRedirect(room.plan_url(row))
    return room.back(request, row, "The plan is as it was before its last change.")


@require_http_methods(["GET", "HEAD", "POST"])
def plan_change(request: HttpRequest, number: int) -> HttpResponse:
    """Another name, and what the plan is for. Raises UnknownPlan and PlanDenied."""
    row = access.find_own(request.user, number)
    plan = row.plan
    if request.method != "POST":
        first = {"version": row.version, "name": plan.name, "note": plan.note}
        return _page(request, row, "plans/change.jinja", PlanNameForm(initial=first))
    form = PlanNameForm(request.POST)
    if not form.is_valid():
        return _page(request, row, "plans/change.jinja", form, status=422)
    typed = form.cleaned_data
    try:
        named = plan.model_copy(update={"name": typed["name"], "note": typed["note"]})
        action.change_plan(actor=request.user, number=row.pk, plan=named, version=typed["version"])
    except ConflictError as conflict:
        return room.conflicted(request, row, conflict)
    except RefusedError as refused:
        form.refuse(refused.faults)
        return _page(request, row, "plans/change.jinja", form, status=422)
    return room.back(request, row, "The plan is renamed.")


@require_POST
def plan_copy(request: HttpRequest, number: int) -> HttpResponse:
    """A plan of one's own with the same steps. Raises UnknownPlan and PlanDenied."""
    row = access.find_own(request.user, number)
    copied = row.plan.model_copy(update={"name": f"Copy of {row.name}"[:200]})
    try:
        made, _ = action.make_plan(
            actor=request.user, plan=copied, level=row.level, code=row.code,
            key=sent_key(request),
        )  # fmt: skip
    except RefusedError as refused:
        messages.error(request, f"{'; '.join(fault.said for fault in refused.faults)}.")
        return HttpResponseRedirect(room.plan_url(row))
    return room.back(request, made, "This is the copy.")


@require_http_methods(["GET", "HEAD", "POST"])
def plan_delete(request: HttpRequest, number: int) -> HttpResponse:
    """Deletes a plan, after asking. Raises UnknownPlan and PlanDenied."""
    row = access.find_own(request.user, number)
    if request.method != "POST":
        return _page(request, row, "plans/delete.jinja", forms.Form())
    sent = request.POST.get("version", "")
    try:
        version = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0
        action.delete_plan(actor=request.user, number=row.pk, version=version)
    except ConflictError as conflict:
        return room.conflicted(request, row, conflict)
    messages.success(request, f"The plan ‘{row.name}’ is deleted.")
    is_gone = unit_of_plan(needed_state(request).of_now(), request.user, row).pk is None
    return HttpResponseRedirect(reverse("plans") if is_gone else unit_url(row.level, row.code, "plans"))


def _page(
    request: HttpRequest,
    row: SavedPlan,
    template: str,
    form: forms.Form,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    state = needed_state(request).of_now()
    unit = unit_of_plan(state, request.user, row)
    crumbs = room.crumbs(request, state, unit, row)
    context = {"form": form, "row": row, "unit": unit, "crumbs": crumbs, "conflict": "", "at": 0, **more}
    return render(request, template, context, status=status)
