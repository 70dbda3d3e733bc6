"""What is done about a state of an agreement: the form, the document to print, and its receipt."""

import uuid
from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wmt.agreements.states import shown
from wmt.days import moment_words, written
from wmt.site import tables
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.agreements import in_force
from wmt.site.agreements.models import StateAnswer
from wmt.site.audit.reads import note_read
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import agreement_answers as action
from wmt.site.date_field import DayField
from wmt.site.duties.access import is_own
from wmt.site.links import unit_url
from wmt.site.queries import agreements as query
from wmt.site.queries.unit_request import question_of
from wmt.site.shown import needed_state
from wmt.site.web.forms.refusable import RefusableForm
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: The kinds of duties that are answered with a document.
KINDS = tuple(str(kind) for kind in StateAnswer.Kind)
#: So many of a unit are listed, the last first.
MOST_SHOWN = 50


class StateAnswerForm(RefusableForm):
    """An answer as it is typed."""

    key = forms.CharField(required=False, max_length=64)
    words = forms.CharField(required=False, max_length=10 * action.MOST)
    until = DayField("the last day", required=False)


@require_http_methods(["GET", "HEAD", "POST"])
def answer_new(request: HttpRequest, number: int, level: str, code: str, measure: str) -> HttpResponse:
    """The form. Raises Denied, InThePast, UnknownUnit, and Http404 where the state asks for no document."""
    need(request, Action.HANDLE_DUTIES)
    state, unit = needed_state(request).of_now(), question_of(request, level, code).unit
    action.need_answer(request.user, unit, state)
    basis = _basis(state, unit, number, measure)
    if request.method != "POST":
        return _form(request, unit, basis, StateAnswerForm(initial={"key": uuid.uuid4().hex}))
    form = StateAnswerForm(request.POST)
    if not form.is_valid():
        return _form(request, unit, basis, form, status=422)
    wanted = action.AnswerRequest(**form.cleaned_data)
    try:
        row, is_new = action.answer(actor=request.user, unit=unit, state=state, basis=basis, wanted=wanted)
    except RefusedError as refused:
        form.refuse(refused.faults)
        return _form(request, unit, basis, form, status=422)
    messages.success(request, "It is recorded." if is_new else "This was sent twice. It is recorded once.")
    return HttpResponseRedirect(reverse("agreement-answer", args=[row.pk]))


@require_safe
def answer_page(request: HttpRequest, number: int) -> HttpResponse:
    """The document, to print. Raises UnknownAnswer and UnknownUnit."""
    state = needed_state(request)
    row = action.find(request.user, state, number)
    unit = action.unit_of(state, row)
    assert unit is not None  # `find` has found it
    if not action.is_open(row):
        note_read(request.user, unit)
    earlier = action.before(row)
    context = {
        "row": row,
        "unit": unit,
        "title": title(row, len(earlier)),
        "earlier": earlier,
        "written": written,
        "by": staff_names.person(row.who),
        "received": receipt_words(row, state),
        "receives": row.kind == StateAnswer.Kind.LETTER and row.received_at is None
        and state.as_of is None and is_own(request.user, unit),
        "crumbs": [(unit.name, unit_url(unit.level, unit.code, "agreements"))],
    }  # fmt: skip
    return render(request, "agreements/answer.jinja", context)


@require_POST
def answer_received(request: HttpRequest, number: int) -> HttpResponse:
    """The person says that they have the letter. Raises UnknownAnswer, Denied and InThePast."""
    try:
        action.receive(actor=request.user, number=number, state=needed_state(request).of_now())
    except ConflictError as conflict:
        messages.error(request, f"{conflict}.")
    else:
        messages.success(request, "The receipt is recorded.")
    return HttpResponseRedirect(reverse("agreement-answer", args=[number]))


def title(row: StateAnswer, earlier: int) -> str:
    """What a document is called: a second plan for the same state says so."""
    if row.kind == StateAnswer.Kind.LETTER:
        return row.state.capitalize()
    return f"{row.get_kind_display()} {earlier + 1}" if earlier else str(row.get_kind_display())


def receipt_words(row: StateAnswer, state: State) -> str:
    """Whether and when a letter was received; of a day in the past, by the end of that day."""
    if row.kind != StateAnswer.Kind.LETTER:
        return ""
    received = None if row.received_at is None else timezone.localtime(row.received_at)
    if received is None or (state.as_of is not None and received.date() > state.day):
        return "not received yet"
    return f"received {moment_words(received)}, by {staff_names.person(row.received_by)}"


def answers_table(
    user: Any, unit: Unit, state: State, now: list[query.AgreementFinding]
) -> tables.Table | None:
    """What was done about states of a unit, with the state it was to cure and the one there is now."""
    rows = list(action.of_unit(user, unit, state).select_related("agreement").defer("agreement__text"))
    if not rows:
        return None
    counts, earlier = Counter[tuple[str, ...]](), dict[int, int]()
    for row in reversed(rows):
        same = (row.kind, row.measure_key, row.state, row.agreement.pack_key)
        earlier[row.pk], counts[same] = counts[same], counts[same] + 1
    states = {
        (each.row.pack_key, each.found.measure_key): each.found.state.state
        if each.found.state
        else "not known"
        for each in now
    }
    columns = [
        tables.Column("what", "What was done"),
        tables.Column("day", "On", "date"),
        tables.Column("measure", "About"),
        tables.Column("state", "State then"),
        tables.Column("now", "State now"),
        tables.Column("until", "Until", "date"),
        tables.Column("by", "By"),
        tables.Column("receipt", "Receipt"),
    ]
    made = []
    for row in rows[:MOST_SHOWN]:
        values = {
            "what": tables.text(title(row, earlier[row.pk]), reverse("agreement-answer", args=[row.pk])),
            "day": tables.day(row.day),
            "measure": tables.text(row.measure),
            "state": tables.text(row.state),
            "now": tables.text(states.get((row.agreement.pack_key, row.measure_key), "not measured now")),
            "until": tables.day(row.until),
            "by": tables.text(staff_names.person(row.who)),
            "receipt": tables.text(receipt_words(row, state)),
        }
        made.append(tables.Row(values))
    caption = "Action plans, letters and decisions"
    return tables.Table("agreements-answers", caption, columns, made, prefix="agreements-answers-")


def _basis(state: State, unit: Unit, number: int, measure: str) -> action.AnswerBasis:
    """What the agreement says of the unit now. Raises Http404 where its state asks for no document."""
    rows = [row for row in in_force.on_day(unit, state) if row.pk == number]
    for each in query.findings_of(state, rows, [unit]):
        found = each.found
        if found.measure_key != measure or found.state is None or each.in_shadow:
            continue
        for duty in found.state.duties:
            if duty.kind in KINDS:
                return action.AnswerBasis(
                    agreement=each.row, kind=duty.kind, measure_key=measure, measure=found.measure.name,
                    state=found.state.state, value=f"{shown(found.value)} {found.measure.unit}",
                    clause=found.clause, duty=f"{duty.text}, {duty.clock}",
                )  # fmt: skip
    raise Http404("this state asks for no plan, letter or decision")


def _form(
    request: HttpRequest, unit: Unit, basis: action.AnswerBasis, form: StateAnswerForm, *, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "unit": unit,
        "basis": basis,
        "kind": StateAnswer.Kind(basis.kind).label,
        "most": action.MOST,
        "crumbs": [(unit.name, unit_url(unit.level, unit.code, "agreements"))],
    }
    return render(request, "agreements/answer_form.jinja", context, status=status)
