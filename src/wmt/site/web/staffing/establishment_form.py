"""Entering targets, agency staff, fixed terms, people coming back and vacancies of a unit, row by row."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from wmt.facts import NOT_KNOWN
from wmt.grades import STAFF_GRADES
from wmt.site import tables
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.availability.models import Establishment
from wmt.site.changes import establishment as action
from wmt.site.date_field import DayField
from wmt.site.figures import units
from wmt.site.links import NATION, unit_url
from wmt.site.queries.staffing import reads
from wmt.site.shown import needed_state
from wmt.site.web.forms.refusable import RefusableForm
from wmt.site.web.staffing import establishment_tables
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: So long may the reason of a target be.
WHY = 200


class AmountForm(RefusableForm):
    """What of a row can be changed: how many, until when, and why."""

    fte = forms.CharField(required=False, max_length=40)
    last_day = DayField("the last day", required=False)
    why = forms.CharField(required=False, max_length=10 * WHY)
    sure = forms.BooleanField(required=False)

    def cells(self) -> dict[str, str]:
        """What was typed as the texts of a table's columns."""
        told = {name: self.cleaned_data.get(name) for name in self.fields if name not in ("sure", "place")}
        return {name: "" if value is None else str(value) for name, value in told.items()}


class RowForm(AmountForm):
    """A new row: what it is, of which grade and where, beside how many and when."""

    kind = forms.CharField(required=False, max_length=40)
    grade = forms.CharField(required=False, max_length=40)
    place = forms.CharField(required=False, max_length=60)
    first_day = DayField("the first day", required=False)
    field_order = ("kind", "grade", "place", "fte", "first_day", "last_day", "why")


@require_http_methods(["GET", "HEAD", "POST"])
def establishment_page(request: HttpRequest, level: str = NATION, code: str = NATION) -> HttpResponse:
    """What stands for a unit and those right below it, and the form for one row more.

    Raises Denied, InThePast and UnknownUnit.
    """
    need(request, Action.ENTER_ESTABLISHMENT)
    state = needed_state(request).of_now()
    if level == "post":
        raise Http404("an establishment is of teams, PDUs, regions and the nation")
    unit = units.find(state, request.user, level, code)  # type: ignore[arg-type]
    action.need_enter(request.user, unit, state)
    places = {_place_key(each): each for each in [unit, *_below(state, unit)]}
    if request.method != "POST":
        first = {"place": _place_key(unit), "first_day": state.day}
        return _page(request, state, unit, RowForm(initial=first), places)
    form, asks = RowForm(request.POST), False
    if form.is_valid():
        where = places.get(form.cleaned_data["place"])
        if where is None:
            form.add_error("place", "Choose where")
        else:
            try:
                row, is_new = action.enter(
                    actor=request.user, unit=where, state=state, cells=form.cells(),
                    reads_ends=reads(request.user, where, state),
                    **_sure(form),
                )  # fmt: skip
            except RefusedError as refused:
                asks = _refuse(form, refused)
            else:
                _done(request, row, where, "entered" if is_new else "there already, with the same values")
                return HttpResponseRedirect(_address(unit))
    return _page(request, state, unit, form, places, asks=asks, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def row_page(request: HttpRequest, number: int) -> HttpResponse:
    """One row: changing it, or taking it back. Raises UnknownEstablishment, Denied and InThePast."""
    row, unit, state = _row(request, number)
    if request.method != "POST":
        first = {"fte": f"{Decimal(row.fte_x100) / 100:f}", "last_day": row.last_day, "why": row.why}
        return _row_page(request, row, unit, _amounts(request, row, unit, state, initial=first))
    form, asks = _amounts(request, row, unit, state, request.POST), False
    if form.is_valid():
        try:
            made, is_new = action.change(
                actor=request.user, number=number, state=state, cells=form.cells(),
                reads_ends=reads(request.user, unit, state), **_sure(form),
            )  # fmt: skip
        except ConflictError as conflict:
            messages.error(request, f"{conflict}.")
            return HttpResponseRedirect(_address(unit))
        except RefusedError as refused:
            asks = _refuse(form, refused)
        else:
            _done(request, made, unit, "changed" if is_new else "as it was")
            return HttpResponseRedirect(_address(unit))
    return _row_page(request, row, unit, form, asks=asks, status=422)


@require_POST
def row_back(request: HttpRequest, number: int) -> HttpResponse:
    """Takes a row back. Raises UnknownEstablishment, Denied and InThePast."""
    row, unit, state = _row(request, number)
    try:
        action.take_back(actor=request.user, number=number, state=state)
    except ConflictError as conflict:
        messages.error(request, f"{conflict}.")
    else:
        _done(request, row, unit, "taken back")
    return HttpResponseRedirect(_address(unit))


def enter_href(user: Any, state: State, unit: Unit) -> str:
    """Where the establishment of a unit is entered; empty for who may not, and on a past day."""
    return _address(unit) if state.as_of is None and action.may_enter(user, unit, state) else ""


def _row(request: HttpRequest, number: int) -> tuple[Establishment, Unit, State]:
    need(request, Action.ENTER_ESTABLISHMENT)
    state = needed_state(request).of_now()
    row, unit = action.find(number, state)
    action.need_enter(request.user, unit, state)
    return row, unit, state


def _sure(form: AmountForm) -> dict[str, Any]:
    return {"sure": form.cleaned_data["sure"]}


def _refuse(form: AmountForm, refused: RefusedError) -> bool:
    """Say why on the form; whether it is a question alone."""
    form.refuse(refused.faults)
    return {fault.code for fault in refused.faults} == {"UNLIKELY"}


def _done(request: HttpRequest, row: Establishment, unit: Unit, did: str) -> None:
    what = establishment_tables.KINDS[row.kind]
    messages.success(request, f"{unit.name}: {row.fte_x100 / 100:.2f} {row.grade}, {what}, is {did}.")


def _address(unit: Unit) -> str:
    if unit.level == NATION:
        return reverse("establishment-nation")
    return reverse("establishment", args=[unit.level, unit.code])


def _below(state: State, unit: Unit) -> list[Unit]:
    if unit.level == "team":
        return []
    found = units.below(state, unit, units.child_level(unit.level))
    return [each for each in found if each.code != NOT_KNOWN]


def _place_key(unit: Unit) -> str:
    return f"{unit.level}:{unit.code}"


def _amounts(
    request: HttpRequest, row: Establishment, unit: Unit, state: State, sent: Any = None, **given: Any
) -> AmountForm:
    """The form of a row, without its last day for those who may not know it: it stays as it is."""
    form = AmountForm(sent, **given)
    if _hides_end(request, row.kind, unit, state):
        del form.fields["last_day"]
    return form


def _hides_end(request: HttpRequest, kind: str, unit: Unit, state: State) -> bool:
    """Whether the last day of a kind of row in a unit is kept from whoever asks."""
    return action.is_of_few(kind, unit.level) and not reads(request.user, unit, state)


def _shown_end(request: HttpRequest, row: Establishment, unit: Unit, state: State) -> Any:
    """The last day of a row, where it does not say when the contract of one person in a team ends."""
    return None if _hides_end(request, row.kind, unit, state) else row.last_day


def _rows_table(request: HttpRequest, state: State, places: dict[str, Unit], of: Unit) -> tables.Table:
    rows = action.rows_of(of, list(places.values()))
    shown = [
        (row, where, _shown_end(request, row, where, state))
        for row in rows
        for where in [places[f"{row.level}:{row.code}"]]
    ]
    links = [reverse("establishment-row", args=[row.pk]) for row in rows]
    return establishment_tables.entered(shown, links)


def _page(
    request: HttpRequest,
    state: State,
    unit: Unit,
    form: RowForm,
    places: dict[str, Unit],
    *,
    asks: bool = False,
    status: int = 200,
) -> HttpResponse:
    below = list(places.values())[1:]
    context: dict[str, Any] = {
        "form": form,
        "asks": asks,
        "unit": unit,
        "kinds": [(kind, words.capitalize()) for kind, words in establishment_tables.KINDS.items()],
        "grades": [(grade, grade) for grade in STAFF_GRADES],
        "places": [(key, each.name) for key, each in places.items()],
        "deeper": [(each.name, _address(each)) for each in below] if _has_deeper(below) else [],
        "level": below[0].level if below else "",
        # it is for those who enter rows: files have the table of the page of the unit
        "table": replace(tables.arranged(_rows_table(request, state, places, unit), request), exports=()),
        "crumbs": _crumbs(unit),
    }
    return render(request, "unit/establishment.jinja", context, status=status)


def _has_deeper(below: Sequence[Unit]) -> bool:
    return bool(below) and below[0].level != "team"


def _row_page(
    request: HttpRequest,
    row: Establishment,
    unit: Unit,
    form: AmountForm,
    *,
    asks: bool = False,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "asks": asks,
        "row": row,
        "unit": unit,
        "what": establishment_tables.KINDS[row.kind],
        "stands": row.ended_change is None and not row.withdrawn,
        "crumbs": [*_crumbs(unit), ("Establishment", _address(unit))],
    }
    return render(request, "unit/establishment_row.jinja", context, status=status)


def _crumbs(unit: Unit) -> list[tuple[str, str]]:
    return [(unit.name, unit_url(unit.level, unit.code, "staffing"))]
