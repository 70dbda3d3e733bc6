"""Advising courts of what a unit cannot take: the form, the notice to print, and ending it."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wmt.ledger import HEADLINE
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.advice import given_advice
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import court_advice as action
from wmt.site.date_field import DayField
from wmt.site.duties.due_dates import rules_on
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.queries.court_basis import basis_of
from wmt.site.queries.unit_request import question_of
from wmt.site.shown import needed_state
from wmt.site.web.forms.refusable import RefusableForm
from wmt.site.web.full import advice_table
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


class AdviceForm(RefusableForm):
    """Advice as it is typed."""

    key = forms.CharField(required=False, max_length=64)
    cannot = forms.CharField(required=False, max_length=10 * action.MOST)
    effect = forms.CharField(required=False, max_length=10 * action.MOST)
    first_day = DayField("the first day")
    last_day = DayField("the last day", required=False)
    although = forms.CharField(required=False, max_length=10 * action.MOST)


@require_http_methods(["GET", "HEAD", "POST"])
def new_page(request: HttpRequest, level: str, code: str) -> HttpResponse:
    """The form, with what the figures say of the unit. Raises Denied, InThePast and UnknownUnit."""
    need(request, Action.ADVISE_COURTS)
    question = question_of(request, level, code).in_stream(HEADLINE)
    state, unit = needed_state(request).of_now(), question.unit
    if level not in action.LEVELS:
        raise units.UnknownUnit(level, code)
    need(request, Action.ADVISE_COURTS, level=level, code=code, state=state)
    basis = basis_of(state, unit)
    if request.method != "POST":
        first = {"key": uuid.uuid4().hex, "first_day": state.day}
        return _form(request, state, unit, basis, AdviceForm(initial=first))
    form = AdviceForm(request.POST)
    if not form.is_valid():
        return _form(request, state, unit, basis, form, status=422)
    wanted = action.AdviceRequest(level=level, code=code, **form.cleaned_data)
    try:
        row, is_new = action.advise(actor=request.user, wanted=wanted, basis=basis)
    except RefusedError as refused:
        form.refuse(refused.faults)
        return _form(request, state, unit, basis, form, status=422)
    done = f"The advice is recorded, {action.period(row)}. Print the notice, or send its text."
    messages.success(request, done if is_new else f"This was sent twice. {done}")
    return HttpResponseRedirect(reverse("court-advice", args=[row.pk]))


@require_safe
def advice_page(request: HttpRequest, number: int) -> HttpResponse:
    """The notice, to print: for everybody who may sign in. Raises UnknownAdvice."""
    row, state = given_advice.find(number), needed_state(request)
    unit = units.of_level(state, row.level).filter(code=row.code).first()
    now = state.as_of is None
    ends = now and row.ended_at is None and row.last_day >= state.day
    context = {
        "row": row,
        "period": action.period(row),
        "state_words": advice_table.state_words(row, state),
        "by": staff_names.person(row.who),
        "unit": unit,
        "ends": ends and unit is not None and action.may_advise(request.user, unit, state),
        "certificate": unit_url(row.level, row.code, "certificate") if unit else "",
        "crumbs": [(unit.name, unit_url(unit.level, unit.code, "full"))] if unit else [],
    }
    return render(request, "full/advice.jinja", context)


@require_POST
def advice_end(request: HttpRequest, number: int) -> HttpResponse:
    """Ends advice at once. Raises Denied, InThePast and UnknownAdvice."""
    need(request, Action.ADVISE_COURTS)
    try:
        action.end_advice(actor=request.user, number=number)
    except ConflictError as conflict:
        messages.error(request, f"{conflict}.")
    else:
        messages.success(request, "The advice has ended.")
    return HttpResponseRedirect(reverse("court-advice", args=[number]))


def _form(
    request: HttpRequest,
    state: State,
    unit: Unit,
    basis: action.AdviceBasis,
    form: AdviceForm,
    *,
    status: int = 200,
) -> HttpResponse:
    rules = rules_on(state.day)
    context: dict[str, Any] = {
        "form": form,
        "unit": unit,
        "basis": basis,
        "example": rules["court_advice_examples.dorset"].value,
        "source": rules["court_advice_examples.dorset"].source,
        "most": action.MOST,
        "longest": action.longest(state.day),
        "crumbs": [(unit.name, unit_url(unit.level, unit.code, "full"))],
    }
    return render(request, "full/advice_form.jinja", context, status=status)
