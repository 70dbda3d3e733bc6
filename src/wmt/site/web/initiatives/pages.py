"""The register of initiatives, one of them, entering one and withdrawing it."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wmt.facts import LOCATIONS
from wmt.site import tables
from wmt.site.accounts.access import home_of, need
from wmt.site.accounts.roles import Action
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import initiatives as action
from wmt.site.date_field import DayField
from wmt.site.figures import units
from wmt.site.initiatives import register
from wmt.site.initiatives.models import Initiative
from wmt.site.links import unit_url
from wmt.site.queries.initiative_costs import UnitCases
from wmt.site.shown import needed_state
from wmt.site.web.forms.refusable import RefusableForm
from wmt.site.web.initiatives import cost_tables, labels
from wmt.site.workload import staff_names
from wmt.site.workload.state import State


def _number(said: str) -> forms.DecimalField:
    words = f"Enter {said} as a number, such as 30"
    names = ("required", "invalid", "max_digits", "max_decimal_places", "max_whole_digits")
    return forms.DecimalField(max_digits=8, decimal_places=2, error_messages=dict.fromkeys(names, words))


class InitiativeForm(RefusableForm):
    """An initiative as it is typed."""

    key = forms.CharField(required=False, max_length=64)
    title = forms.CharField(required=False, max_length=1_000)
    source = forms.CharField(required=False, max_length=2_000)
    minutes = _number("the minutes each time")
    times = _number("how many times a year")
    share = _number("the share of cases")
    case_type = forms.CharField(required=False, max_length=40)
    tiers = forms.CharField(required=False, max_length=40)
    first_day = DayField("the first day")
    last_day = DayField("the last day", required=False)

    def wanted(self, level: str, code: str) -> action.InitiativeRequest:
        """What was typed, for a unit."""
        return action.InitiativeRequest(level=level, code=code, **self.cleaned_data)


class WithdrawalForm(RefusableForm):
    """Why an initiative is withdrawn."""

    why = forms.CharField(required=False, max_length=10 * action.MOST_WHY)


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Everything that was entered, withdrawn ones too. Raises NoDataYet."""
    state = needed_state(request)
    columns = [
        tables.Column("title", "Instruction"),
        tables.Column("of", "For"),
        tables.Column("cases", "Cases"),
        tables.Column("each", "On each"),
        tables.Column("first", "From", "date"),
        tables.Column("last", "Until", "date"),
        tables.Column("by", "Entered by"),
        tables.Column("state", "State"),
    ]
    rows = [
        tables.Row(
            {
                "title": tables.text(row.title, reverse("initiative", args=[row.pk])),
                "of": tables.text(labels.place(state, row)),
                "cases": tables.text(labels.cases(row)),
                "each": tables.text(labels.each(row)),
                "first": tables.day(row.first_day),
                "last": tables.day(row.last_day),
                "by": tables.text(staff_names.person(row.who)),
                "state": tables.text(labels.state_words(row, state)),
            }
        )
        for row in register.known_on(state)
    ]
    empty = "No new instruction is entered."
    table = tables.Table("initiatives", "New instructions", columns, rows, empty=empty)
    return render(request, "initiatives/listing.jinja", {"table": tables.arranged(table, request)})


@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One initiative with its cost at a unit and around it. Raises UnknownInitiative and UnknownUnit."""
    state = needed_state(request)
    row = _known(state, number)
    return _one(request, state, row, WithdrawalForm())


@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Withdraws one. Raises UnknownInitiative, Denied and InThePast."""
    need(request, Action.ENTER_INITIATIVES)
    state, form = needed_state(request).of_now(), WithdrawalForm(request.POST)
    row = register.find(number)
    try:
        why = form.cleaned_data["why"] if form.is_valid() else ""
        action.withdraw(actor=request.user, number=number, why=why)
    except ConflictError as conflict:
        messages.error(request, f"{conflict}.")
        return HttpResponseRedirect(reverse("initiative", args=[number]))
    except RefusedError as refused:
        form.refuse(refused.faults)
        return _one(request, state, row, form, status=422)
    messages.success(request, "The instruction is withdrawn.")
    return HttpResponseRedirect(reverse("initiative", args=[number]))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form for a unit. Raises Denied, InThePast and UnknownUnit."""
    need(request, Action.ENTER_INITIATIVES)
    state, user = needed_state(request).of_now(), request.user
    level, code = request.GET.get("level", ""), request.GET.get("code", "")
    if level not in register.LEVELS:
        level, code = home_of(user, state)
    if level not in register.LEVELS:
        level, code = units.NATION, units.NATION
    unit = units.find(state, user, level, code)  # type: ignore[arg-type]
    need(request, Action.ENTER_INITIATIVES, level=level, code=unit.code, state=state)
    first = {"key": uuid.uuid4().hex, "share": 100, "case_type": "any", "tiers": "all"}
    form = InitiativeForm(request.POST) if request.method == "POST" else InitiativeForm(initial=first)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                row, is_new = action.enter(actor=user, wanted=form.wanted(level, unit.code))
            except RefusedError as refused:
                form.refuse(refused.faults)
            else:
                done = "The instruction is entered."
                messages.success(request, done if is_new else f"This was sent twice. {done}")
                return HttpResponseRedirect(cost_tables.address(row, unit))
    context = {
        "form": form,
        "unit": unit,
        "types": [("any", "All types"), *((each, each.capitalize()) for each in LOCATIONS)],
        "tiers": [(key, labels.tier_words(key)) for key in action.tier_choices(state)],
        "crumbs": [("New instructions", reverse("initiatives"))],
        "back": unit_url(unit.level, unit.code, "extra"),
    }
    return render(request, "initiatives/new.jinja", context, status=status)


def _known(state: State, number: int) -> Initiative:
    row = register.known_on(state).filter(pk=number).first()
    if row is None:
        raise register.UnknownInitiative(f"there is no initiative {number}")
    return row


def _one(
    request: HttpRequest, state: State, row: Initiative, form: WithdrawalForm, status: int = 200
) -> HttpResponse:
    user: Any = request.user
    level, code = request.GET.get("level", ""), request.GET.get("code", "")
    there = units.of_level(state, row.level).filter(code=row.code).exists()
    if level not in units.DOWN:
        level, code = (row.level, row.code) if there else (units.NATION, units.NATION)
    unit = units.find(state, user, level, code)
    is_here = register.reaches(row, unit) or (unit.level in register.LEVELS and not there)
    cost = UnitCases(state, [unit]).cost(row, unit.code) if is_here else None
    above = units.above(state, user, unit)
    may = state.as_of is None and action.may_enter(user, row.level, row.code, state)
    found: dict[str, tables.Table] = {}
    if cost is not None:
        found = {
            "cost": cost_tables.levels(state, row, above, unit),
            "grades": cost_tables.by_grade(cost, unit.name),
            "lines": cost_tables.lines(row, cost, unit.name),
        }
    context = {
        "row": row,
        "form": form,
        "unit": unit,
        "place": labels.place(state, row),
        "each": labels.each(row),
        "cases": labels.cases(row),
        "by": staff_names.person(row.who),
        "state_words": labels.state_words(row, state),
        "shown": cost_tables.values(cost) if cost is not None else None,
        "tables": {name: tables.arranged(table, request, rows_a_page=None) for name, table in found.items()},
        "may_withdraw": may and row.withdrawn_at is None,
        "crumbs": [("New instructions", reverse("initiatives"))],
    }
    return render(request, "initiatives/one.jinja", context, status=status)
