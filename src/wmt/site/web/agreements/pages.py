"""Switching an agreement on for a unit, ending it, and the agreement itself as everybody may read it."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wmt.agreements import reading
from wmt.agreements.measured import FIGURES
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.agreements import in_force
from wmt.site.agreements.models import UnitAgreement
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import agreements as action
from wmt.site.date_field import DayField
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.shown import needed_state
from wmt.site.web.agreements import agreement_rows, tab
from wmt.site.web.forms.refusable import RefusableForm
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: No file of an agreement is larger.
_MOST_BYTES = 200_000


class AgreementForm(RefusableForm):
    """An agreement as it is chosen, typed or uploaded."""

    key = forms.CharField(required=False, max_length=64)
    pack = forms.CharField(required=False, max_length=60)
    text = forms.CharField(required=False, max_length=100_000, strip=False)
    file = forms.FileField(required=False)
    levels = forms.CharField(required=False, max_length=4_000)
    mode = forms.CharField(required=False, max_length=10)
    first_day = DayField("the first day")
    last_day = DayField("the last day", required=False)

    def clean(self) -> dict[str, Any]:
        """The text of an uploaded file in place of what was typed."""
        cleaned: dict[str, Any] = super().clean() or {}
        file = cleaned.pop("file", None)
        if file is None:
            return cleaned
        if file.size > _MOST_BYTES:
            self.add_error("file", f"The file is larger than {_MOST_BYTES // 1000} KB. Upload a smaller one")
            return cleaned
        try:
            cleaned["text"] = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", "The file is not text in UTF-8. Save it as a plain text file")
        return cleaned


@require_http_methods(["GET", "HEAD", "POST"])
def unit_agreements(request: HttpRequest, level: str, code: str) -> HttpResponse:
    """The form, and what can be ended. Raises Denied, InThePast and UnknownUnit."""
    state, unit = _switched(request, level, code)
    if request.method != "POST":
        return _form(request, state, unit, AgreementForm(initial=_first(state)))
    form = AgreementForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form(request, state, unit, form, status=422)
    wanted = action.AgreementRequest(level=level, code=code, **form.cleaned_data)
    try:
        row, is_new = action.switch_on(actor=request.user, wanted=wanted)
    except ConflictError as conflict:
        return _form(request, state, unit, form, conflict=str(conflict), status=409)
    except RefusedError as refused:
        form.refuse(refused.faults)
        return _form(request, state, unit, form, status=422)
    done = f"The agreement ‘{row.name}’ is switched on for {unit.name}."
    messages.success(request, done if is_new else f"This was sent twice. {done}")
    return HttpResponseRedirect(unit_url(level, code, "agreements"))


@require_http_methods(["GET", "HEAD", "POST"])
def rows_page(request: HttpRequest, level: str, code: str) -> HttpResponse:
    """An agreement of one measure as rows; sent, the form that switches it on, with its text. Saves nothing.

    Raises Denied, InThePast and UnknownUnit.
    """
    state, unit = _switched(request, level, code)
    form = agreement_rows.AgreementRowsForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        made = _first(state) | {"text": form.cleaned_data["text"]}
        return _form(request, state, unit, AgreementForm(initial=made))
    context: dict[str, Any] = {
        "form": form,
        "unit": unit,
        "states": agreement_rows.STATES,
        "figures": ", ".join(FIGURES),
        "hows": agreement_rows.HOWS,
        "crumbs": [(unit.name, unit_url(unit.level, unit.code, "agreements"))],
    }  # fmt: skip
    return render(request, "agreements/rows.jinja", context, status=422 if form.is_bound else 200)


def _switched(request: HttpRequest, level: str, code: str) -> tuple[State, Unit]:
    """The unit whose agreements are switched. Raises Denied, InThePast and UnknownUnit."""
    need(request, Action.SET_AGREEMENTS)
    state = needed_state(request).of_now()
    unit = units.find(state, request.user, level, code)  # type: ignore[arg-type]
    if level not in action.LEVELS:
        raise units.UnknownUnit(level, code)
    need(request, Action.SET_AGREEMENTS, level=level, code=code, state=state)
    return state, unit


def _first(state: State) -> dict[str, Any]:
    return {"key": uuid.uuid4().hex, "first_day": state.day, "mode": "live"}


@require_safe
def agreement_page(request: HttpRequest, number: int) -> HttpResponse:
    """The agreement a unit goes by, for everybody who may sign in. Raises UnknownAgreement."""
    row, state = in_force.find(number), needed_state(request)
    unit = units.of_level(state, row.level).filter(code=row.code).first()
    now = state.as_of is None
    open_still = row.ended_at is None and not (row.last_day and row.last_day < state.day)
    context = {
        "row": row,
        "pack": in_force.pack_of(row),
        "unit": unit,
        "by": staff_names.person(row.who),
        "state_words": tab.row_state(row, state),
        "ends": now and open_still and unit is not None and action.may_switch(request.user, unit, state),
        "crumbs": [(unit.name, unit_url(unit.level, unit.code, "agreements"))] if unit else [],
    }
    return render(request, "agreements/agreement.jinja", context)


@require_POST
def agreement_end(request: HttpRequest, number: int) -> HttpResponse:
    """Ends an agreement of a unit at once. Raises Denied, InThePast and UnknownAgreement."""
    need(request, Action.SET_AGREEMENTS)
    row = in_force.find(number)
    try:
        action.end(actor=request.user, number=number)
    except ConflictError as conflict:
        messages.error(request, f"{conflict}.")
    else:
        messages.success(request, f"The agreement ‘{row.name}’ has ended.")
    return HttpResponseRedirect(reverse("agreement", args=[number]))


def _form(
    request: HttpRequest,
    state: State,
    unit: Unit,
    form: AgreementForm,
    *,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    own = UnitAgreement.objects.filter(level=unit.level, code=unit.code).order_by("-first_day", "-pk")
    context: dict[str, Any] = {
        "form": form,
        "unit": unit,
        "conflict": conflict,
        "packs": [
            ("", "One of my own, below"),
            *((pack.key, pack.name) for pack in reading.shipped().values()),
        ],
        "modes": UnitAgreement.Mode.choices,
        "unstated": [(pack.name, pack.unstated) for pack in reading.shipped().values() if pack.unstated],
        "table": tab.history_table(state, list(own)),
        "crumbs": [
            (each.name, unit_url(each.level, each.code, "agreements"))
            for each in [*units.above(state, request.user, unit), unit]  # type: ignore[arg-type]
        ],
    }
    return render(request, "agreements/form.jinja", context, status=status)
