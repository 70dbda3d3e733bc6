"""Setting the priority level of a PDU, ending it, and undoing that."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import priority as action
from wmt.site.date_field import DayField
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.priorities import levels
from wmt.site.priorities.models import PriorityLevel
from wmt.site.shown import needed_state
from wmt.site.web.forms.refusable import RefusableForm
from wmt.site.web.priorities import labels
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


class PriorityForm(RefusableForm):
    """A level as it is typed."""

    key = forms.CharField(required=False, max_length=64)
    level = forms.CharField(required=False, max_length=40)
    first_day = DayField("the first day")
    last_day = DayField("the last day", required=False)
    why = forms.CharField(required=False, max_length=10 * action.MOST)

    def wanted(self, pdu: str) -> action.PriorityRequest:
        """What was typed, for a PDU."""
        return action.PriorityRequest(pdu=pdu, **self.cleaned_data)


class PriorityEndForm(forms.Form):
    """The last day of a level; without one it ends at once."""

    last_day = DayField("the last day", required=False)


@require_http_methods(["GET", "HEAD", "POST"])
def level_page(request: HttpRequest, pdu: str) -> HttpResponse:
    """The form, and what can be ended. Raises Denied, InThePast and UnknownUnit."""
    need(request, Action.SET_PRIORITIES)
    state = needed_state(request).of_now()
    unit = units.find(state, request.user, "pdu", pdu)  # type: ignore[arg-type]
    need(request, Action.SET_PRIORITIES, level="pdu", code=pdu, state=state)
    if request.method != "POST":
        first = {"key": uuid.uuid4().hex, "first_day": state.day}
        return _form(request, state, unit, PriorityForm(initial=first))
    form = PriorityForm(request.POST)
    if not form.is_valid():
        return _form(request, state, unit, form, status=422)
    try:
        row, is_new = action.set_level(actor=request.user, wanted=form.wanted(pdu))
    except ConflictError as conflict:
        return _form(request, state, unit, form, conflict=str(conflict), status=409)
    except RefusedError as refused:
        form.refuse(refused.faults)
        return _form(request, state, unit, form, status=422)
    done = f"{unit.name} is set to {row.level}, {action.period(row)}."
    messages.success(request, done if is_new else f"This was sent twice. {done}")
    return HttpResponseRedirect(unit_url("pdu", pdu, "priority"))


@require_POST
def level_end(request: HttpRequest, number: int) -> HttpResponse:
    """Ends a level. Raises Denied, InThePast and UnknownPriorityLevel."""
    need(request, Action.SET_PRIORITIES)
    row, form = levels.find(number), PriorityEndForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(said[0]) for said in form.errors.values()))
        return HttpResponseRedirect(reverse("priority-level", args=[row.pdu]))
    try:
        action.end_level(actor=request.user, number=row.pk, last_day=form.cleaned_data["last_day"])
    except RefusedError as refused:  # a conflict is one
        messages.error(request, f"{refused}.")
        return HttpResponseRedirect(reverse("priority-level", args=[row.pdu]))
    messages.success(request, "The level has ended." if not form.cleaned_data["last_day"] else "It is saved.")
    return HttpResponseRedirect(unit_url("pdu", row.pdu, "priority"))


@require_POST
def level_undo(request: HttpRequest, number: int) -> HttpResponse:
    """Undoes a level of today. Raises Denied, InThePast and UnknownPriorityLevel."""
    need(request, Action.SET_PRIORITIES)
    row = levels.find(number)
    try:
        action.undo_level(actor=request.user, number=row.pk)
    except ConflictError as conflict:
        messages.error(request, f"{conflict}.")
        return HttpResponseRedirect(reverse("priority-level", args=[row.pdu]))
    messages.success(request, "The level is undone.")
    return HttpResponseRedirect(unit_url("pdu", row.pdu, "priority"))


def _form(
    request: HttpRequest,
    state: State,
    unit: Unit,
    form: PriorityForm,
    *,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "unit": unit,
        "conflict": conflict,
        "crumbs": [
            (each.name, unit_url(each.level, each.code, "priority"))
            for each in [*units.above(state, request.user, unit), unit]  # type: ignore[arg-type]
        ],
        "choices": [
            (level, f"{name}: {labels.MEANINGS[level]}") for level, name in PriorityLevel.Level.choices
        ],
        "open": [
            (row, action.period(row), labels.state_words(row, state))
            for row in levels.of_pdu(unit.code)
            if labels.is_open(row, state.day)
        ],
    }
    return render(request, "priorities/form.jinja", context, status=status)
