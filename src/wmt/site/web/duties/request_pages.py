"""Requests for relief and concerns: raising one, its page, its answer, and the list of one's own."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.audit.reads import note_read
from wmt.site.availability.change_requests import RefusedError
from wmt.site.availability.labels import day_words
from wmt.site.duties import access, labels, notices, requests
from wmt.site.duties.actor import DutyActor
from wmt.site.duties.models import Request
from wmt.site.duties.recipients import Roles, responsible
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.shown import needed_state
from wmt.site.web.duties import forms
from wmt.site.web.duties.links import duty_url, request_url
from wmt.site.web.duties.step_pages import told_asker
from wmt.site.web.duties.timeline import for_whom
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

_BOTH = ["GET", "HEAD", "POST"]
_LISTED = 500


@require_safe
def requests_page(request: HttpRequest) -> HttpResponse:
    """What the person asked, and what waits for their answer."""
    state = needed_state(request).of_now()
    user: Any = request.user
    mine = Request.objects.filter(asked_by=user).order_by("-pk")[:_LISTED]
    waiting = list(Request.objects.filter(answered_on__isnull=True).order_by("answer_by", "pk"))
    roles = Roles(waiting)
    theirs = [each for each in waiting if user.pk in {owner.pk for owner in roles.of(each).owners}]
    context = {
        "mine": [_listed(each, state) for each in mine],
        "theirs": [_listed(each, state) for each in theirs[:_LISTED]],
    }
    return render(request, "duties/requests.jinja", context)


@require_safe
def request_page(request: HttpRequest, number: int) -> HttpResponse:
    """One request, for those who may read it. Raises UnknownRequest."""
    state = needed_state(request).of_now()
    user: Any = request.user
    found = access.find_request(user, state, number)
    if not access.asked(user, found):
        # who read what somebody asked is written down, as reading single lines is
        unit = units.of_level(state, found.level).filter(code=found.code).first()
        if unit is not None:
            note_read(user, unit)
    if request.method == "GET":
        notices.mark_read(user, found)
    context = {
        "asked": found,
        "title": titled(found),
        "whose": for_whom(found) if found.is_open else "",
        "is_late": found.is_open and found.answer_by < state.day,
        "asked_who": staff_names.person(found.asked_who),
        "answered_who": staff_names.person(found.answered_who),
        "answer": labels.ANSWERS.get(found.answer, ""),
        "may_answer": found.is_open and access.may_answer(user, found, state),
        "readers": readers_words(found),
        "unit_href": unit_url(found.level, found.code, "duties"),
        "duty_href": duty_url(found.duty) if found.duty is not None else "",
    }
    return render(request, "duties/request.jinja", context)


@require_http_methods(_BOTH)
def ask_page(request: HttpRequest, code: str) -> HttpResponse:
    """A practitioner asks for relief of their own workload."""
    state = needed_state(request).of_now()
    unit = units.find(state, request.user, "post", code)  # type: ignore[arg-type]
    if not access.is_own(request.user, _as_request(unit)):
        raise access.NotTheirs(unit.code)
    return _raise(request, state, unit, forms.AskForm, requests.ask, "relief")


@require_http_methods(_BOTH)
def concern_page(request: HttpRequest, level: str, code: str) -> HttpResponse:
    """Anybody signed in raises a concern about a post or a team."""
    state = needed_state(request).of_now()
    if level not in ("post", "team"):
        raise units.UnknownUnit(level, code)
    unit = units.find(state, request.user, level, code)  # type: ignore[arg-type]
    return _raise(request, state, unit, forms.ConcernForm, requests.raise_concern, "concern")


def _raise(
    request: HttpRequest,
    state: State,
    unit: Unit,
    form_class: type[forms.StepForm],
    do: Callable[..., Request],
    kind: str,
) -> HttpResponse:
    form = form_class(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            asker = DutyActor(user=request.user, state=state)  # type: ignore[arg-type]
            try:
                made = do(asker=asker, unit=unit, said=form.cleaned_data["said"])
            except RefusedError as refused:
                form.refuse(refused.faults)
            else:
                messages.success(request, told_asker(made))
                return HttpResponseRedirect(request_url(made))
    about = _as_request(unit, kind=kind, user=request.user)
    people = responsible(about)
    context = {
        "form": form,
        "unit": unit,
        "kind": kind,
        "about": staff_names.shown(unit.name, unit.code) if unit.level == "post" else unit.name,
        "owners": ", ".join(dict.fromkeys(staff_names.person(str(user)) for user in people.owners)),
        "owner_role": people.owner_role,
        "own": unit.level == "post" and access.is_own(request.user, unit),
        "answer_by": day_words(requests.answer_by(state)),
        "back": unit_url(unit.level, unit.code, "duties"),
        "may_ask": kind == "concern" or _may_ask(request.user, state, unit),
        "standing": requests.open_relief(unit.team_code, unit.staff_code) if kind == "relief" else None,
        "concern_href": concern_url(unit),
    }
    return render(request, "duties/raise.jinja", context, status=status)


def _may_ask(user: Any, state: State, unit: Unit) -> bool:
    return requests.may_ask(user, unit, state.over_x100) or requests.has_open_duty(unit)


@require_http_methods(_BOTH)
def answer_page(request: HttpRequest, number: int) -> HttpResponse:
    """The answer to a request, by whoever may give it."""
    need(request, Action.HANDLE_DUTIES)
    state = needed_state(request).of_now()
    found = access.find_request(request.user, state, number)
    access.need_answer(request.user, found, state)
    form = forms.AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        asker = DutyActor(user=request.user, state=state)  # type: ignore[arg-type]
        typed = form.cleaned_data
        try:
            requests.answer(asker=asker, number=number, answer=typed["answer"], said=typed["said"])
        except RefusedError as refused:
            form.refuse(refused.faults)
        else:
            people = requests.askers(found, responsible(found))
            told = (
                f"{staff_names.person(found.asked_who)} was notified."
                if people
                else "No one with an account could be notified."
            )
            messages.success(request, f"Answer recorded. {told}")
            return HttpResponseRedirect(request_url(found))
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form,
        "asked": found,
        "title": titled(found),
        "asked_who": staff_names.person(found.asked_who),
        "choices": list(labels.ANSWERS.items()),
        "back": request_url(found),
        "label": "Can you give relief?" if found.kind == "relief" else "Will something be done?",
    }
    return render(request, "duties/answer.jinja", context, status=status)


def titled(found: Request) -> str:
    if found.kind == Request.Kind.RELIEF:
        return f"Request for relief: {found.shown_name}"
    return f"Concern about {found.shown_name}"


def readers_words(found: Request) -> str:
    is_relief = found.kind == Request.Kind.RELIEF
    who = "the practitioner" if is_relief else "the person who raised it"
    said = f"Only {who}, the team's managers and head, support and administrators can read this."
    if is_relief or not found.staff_code:
        return said
    return f"{said} {found.shown_name} cannot, unless they raised it."


def concern_url(unit: Unit) -> str:
    """Where a concern about a post or a team is raised."""
    return reverse("concern", args=[unit.level, unit.code])


def _listed(found: Request, state: State) -> dict[str, Any]:
    late = found.is_open and found.answer_by < state.day
    if found.is_open:
        when = f"answer due by {day_words(found.answer_by)}{', overdue' if late else ''}"
    else:
        assert found.answered_on is not None
        when = f"answered on {day_words(found.answered_on)}: {labels.ANSWERS.get(found.answer, '').lower()}"
    return {"title": titled(found), "href": request_url(found), "when": when, "is_late": late}


def _as_request(unit: Unit, kind: str = "relief", user: Any = None) -> Request:
    """A request as it would be, to ask whose it is."""
    team = unit.code if unit.level == "team" else unit.team_code
    return Request(
        kind=kind, team_code=team, staff_code=unit.staff_code if unit.level == "post" else "",
        pdu_code=unit.pdu_code, region_code=unit.region_code, asked_by=user,
    )  # fmt: skip
