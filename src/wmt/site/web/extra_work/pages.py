"""Noting extra work on a case, what a note says, and deciding it."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wmt.site.audit.reads import note_read
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import extra_work as action
from wmt.site.date_field import DayField
from wmt.site.duties import notices
from wmt.site.extra_work import noted
from wmt.site.extra_work.hours_beside import hours_words
from wmt.site.extra_work.note_states import CLOSED, NoteState
from wmt.site.links import unit_url
from wmt.site.shown import needed_state
from wmt.site.web.extra_work import labels, note_tables
from wmt.site.web.forms.refusable import RefusableForm
from wmt.site.web.rules.activity_tables import plain
from wmt.site.web.units.labels import upper_first
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


class ExtraWorkForm(RefusableForm):
    """Extra work as it is typed."""

    key = forms.CharField(required=False, max_length=64)
    crn = forms.CharField(required=False, max_length=200)
    activity = forms.CharField(required=False, max_length=60)
    times = forms.DecimalField(
        max_digits=8, decimal_places=2,
        error_messages={
            "required": "Enter how many times more in four weeks",
            "invalid": "How many times must be a number, such as 4",
            "max_digits": "That is too many times",
            "max_decimal_places": "How many times can have two decimals at most",
        },
    )  # fmt: skip
    first_day = DayField("the first day")
    last_day = DayField("the last day")
    words = forms.CharField(required=False, max_length=10 * action.MOST)

    def wanted(self) -> action.ExtraWorkRequest:
        """What was typed."""
        typed = dict(self.cleaned_data)
        return action.ExtraWorkRequest(ref=typed.pop("crn"), **typed)


class ExtraWorkDecisionForm(forms.Form):
    """What is decided of a note, and why."""

    do = forms.ChoiceField(choices=[(each, each) for each in ("confirmed", "declined", "ended", "undo")])
    reason = forms.CharField(required=False, max_length=10 * action.MOST)


@require_http_methods(["GET", "HEAD", "POST"])
def new_page(request: HttpRequest) -> HttpResponse:
    """The form, for whoever holds the case. Raises UnknownExtraWork, ExtraWorkDenied and InThePast."""
    state, user = needed_state(request).of_now(), request.user
    typed = request.POST if request.method == "POST" else request.GET
    ref, holder = action.find_case(user, typed.get("crn", ""), state)
    if not action.may_note(user, holder):
        raise action.ExtraWorkDenied(holder.code)
    if request.method != "POST":
        first = {"key": uuid.uuid4().hex, "first_day": state.day, "crn": ref}
        return _form(request, state, ref, holder, ExtraWorkForm(initial=first))
    form = ExtraWorkForm(request.POST)
    if not form.is_valid():
        return _form(request, state, ref, holder, form, status=422)
    try:
        row, is_new = action.note(actor=user, wanted=form.wanted())
    except ConflictError as conflict:
        return _form(request, state, ref, holder, form, conflict=str(conflict), status=409)
    except RefusedError as refused:
        form.refuse(refused.faults)
        return _form(request, state, ref, holder, form, status=422)
    done = "The extra work is noted. Your manager confirms it."
    messages.success(request, done if is_new else f"This was sent twice. {done}")
    return HttpResponseRedirect(reverse("extra-work", args=[row.pk]))


@require_safe
def note_page(request: HttpRequest, number: int) -> HttpResponse:
    """One note: what it is made of, its history, what can be decided. Whoever opens it has
    read what they were told of it. Raises UnknownExtraWork."""
    state = needed_state(request)
    found = noted.find(request.user, state, number)
    notices.mark_read(request.user, found.row)  # type: ignore[arg-type]
    return _note(request, state, found, ExtraWorkDecisionForm())


@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Confirms, declines, ends or undoes. Raises UnknownExtraWork, Denied and InThePast."""
    state = needed_state(request).of_now()
    form = ExtraWorkDecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose what to do with the note. Nothing was changed.")
        return HttpResponseRedirect(reverse("extra-work", args=[number]))
    do, reason = form.cleaned_data["do"], form.cleaned_data["reason"]
    try:
        if do == "undo":
            action.undo(actor=request.user, number=number)
        else:
            action.decide(actor=request.user, number=number, kind=do, reason=reason)
    except ConflictError as conflict:
        messages.error(request, f"{conflict}. Nothing was changed.")
        return HttpResponseRedirect(reverse("extra-work", args=[number]))
    except RefusedError as refused:
        form.add_error("reason", "; ".join(fault.message for fault in refused.faults))
        return _note(request, state, noted.find(request.user, state, number), form, status=422)
    messages.success(request, "It is undone." if do == "undo" else f"The note is {do}.")
    return HttpResponseRedirect(reverse("extra-work", args=[number]))


def _note(
    request: HttpRequest, state: State, found: noted.NotedWork, form: ExtraWorkDecisionForm, status: int = 200
) -> HttpResponse:
    user, holder = request.user, found.holder
    if holder is not None:
        note_read(user, holder)
    is_now, is_open = state.as_of is None, found.standing not in CLOSED
    decides = is_now and is_open and found.standing != NoteState.GONE and action.may_decide(user, found)
    context: dict[str, Any] = {
        "found": found,
        "form": form,
        "title": labels.activity_words(found),
        "made_of": labels.made_of(found),
        "hours": hours_words(found.line.hours) if found.line else "",
        "state_words": labels.state_words(found),
        "by": staff_names.person(found.row.who),
        "steps": [
            (each.get_kind_display(), labels.decided_words(each), each.reason, each.post)
            for each in found.decisions
        ],
        "may_confirm": decides and found.standing not in (NoteState.CONFIRMED, NoteState.COMING),
        "may_decline": decides and found.standing != NoteState.DECLINED,
        "may_end": is_now and is_open and action.may_end(user, found),
        "may_undo": is_now and action.may_undo(user, found),
        "case_href": f"{reverse('case')}?{urlencode({'crn': found.row.ref})}",
        "crumbs": [(staff_names.shown(holder.name, holder.code), unit_url("post", holder.code, "extra"))]
        if holder
        else [],
    }
    return render(request, "extra_work/note.jinja", context, status=status)


def _form(
    request: HttpRequest, state: State, ref: str, holder: Unit, form: ExtraWorkForm, *,
    conflict: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    known = action.activities_for(state, ref)
    context = {
        "form": form,
        "ref": ref,
        "conflict": conflict,
        "choices": [
            (each.id, f"{upper_first(each.name)} ({plain(each.minutes)} minutes)") for each in known.values()
        ],
        "is_warrant": bool(known) and all(each.kind == "beside" for each in known.values()),
        "about": labels.ABOUT,
        "crumbs": [(staff_names.shown(holder.name, holder.code), unit_url("post", holder.code, "extra"))],
    }
    return render(request, "extra_work/new.jinja", context, status=status)


def of_case(user: Any, state: State, ref: str) -> Any:
    """The table of a case's page."""
    return note_tables.notes(
        noted.of_case(user, state, ref), "Extra work on this case, not in the points", total=False
    )
