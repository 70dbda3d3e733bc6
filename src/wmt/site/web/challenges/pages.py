"""Saying that something is wrong, what a challenge says and comes to, answering it and taking it back."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from wmt.days import moment_words, written
from wmt.site import tables
from wmt.site.audit.reads import note_read
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.challenges import register
from wmt.site.challenges.models import Challenge
from wmt.site.changes import challenges as action
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.shown import needed_state
from wmt.site.web.challenges import labels
from wmt.site.web.forms.refusable import RefusableForm
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


class ChallengeForm(RefusableForm):
    """A challenge as it is typed."""

    key = forms.CharField(required=False, max_length=64)
    fact = forms.CharField(required=False, max_length=40)
    ref = forms.CharField(required=False, max_length=200)
    words = forms.CharField(required=False, max_length=10 * action.MOST)


class ChallengeAnswerForm(RefusableForm):
    """An answer as it is typed."""

    outcome = forms.CharField(required=False, max_length=20)
    words = forms.CharField(required=False, max_length=10 * action.MOST)


@require_http_methods(["GET", "HEAD", "POST"])
def new_page(request: HttpRequest, code: str) -> HttpResponse:
    """The form, about a post. Raises UnknownUnit and InThePast."""
    state = needed_state(request).of_now()
    post = units.find(state, request.user, "post", code)  # type: ignore[arg-type]
    if request.method != "POST":
        first = {name: request.GET.get(name, "")[:200].replace("\0", "") for name in ("fact", "ref")}
        return _new(request, state, post, ChallengeForm(initial={"key": uuid.uuid4().hex, **first}))
    form = ChallengeForm(request.POST)
    if not form.is_valid():
        return _new(request, state, post, form, status=422)
    wanted = action.ChallengeRequest(**form.cleaned_data)
    try:
        row, is_new = action.ask(actor=request.user, post=post, state=state, wanted=wanted)
    except ConflictError as conflict:
        return _new(request, state, post, form, conflict=f"{conflict}.", status=409)
    except RefusedError as refused:
        form.refuse(refused.faults)
        return _new(request, state, post, form, status=422)
    done = f"It is recorded. An answer is due by {written(row.due)}."
    messages.success(request, done if is_new else f"This was sent twice. {done}")
    return HttpResponseRedirect(reverse("challenge", args=[row.pk]))


@require_http_methods(["GET", "HEAD", "POST"])
def challenge_page(request: HttpRequest, number: int) -> HttpResponse:
    """One challenge, and answering it. Raises UnknownChallenge, Denied and InThePast."""
    state = needed_state(request)
    row = register.find(request.user, state, number)
    if request.method != "POST":
        return _page(request, state, row, ChallengeAnswerForm())
    form = ChallengeAnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, state, row, form, status=422)
    try:
        action.answer(actor=request.user, number=number, state=state.of_now(), **form.cleaned_data)
    except ConflictError as conflict:
        messages.error(request, f"{conflict}. Nothing was changed.")
    except RefusedError as refused:
        form.refuse(refused.faults)
        return _page(request, state, row, form, status=422)
    else:
        messages.success(request, "The answer is recorded.")
    return HttpResponseRedirect(reverse("challenge", args=[number]))


@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Takes it back. Raises UnknownChallenge, NotTheirChallenge and InThePast."""
    try:
        action.withdraw(actor=request.user, number=number, state=needed_state(request).of_now())
    except ConflictError as conflict:
        messages.error(request, f"{conflict}. Nothing was changed.")
    else:
        messages.success(request, "It is taken back.")
    return HttpResponseRedirect(reverse("challenge", args=[number]))


def _new(
    request: HttpRequest,
    state: State,
    post: Unit,
    form: ChallengeForm,
    *,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    name = staff_names.shown(post.name, post.code)
    context: dict[str, Any] = {
        "form": form,
        "name": name,
        "conflict": conflict,
        "facts": [(rule.fact, rule.name) for rule in register.facts_on(state).values()],
        "about": labels.ABOUT,
        "most": action.MOST,
        "back": unit_url("post", post.code, "challenges"),
        "crumbs": [(name, unit_url("post", post.code, "challenges"))],
    }
    return render(request, "challenges/new.jinja", context, status=status)


def _page(
    request: HttpRequest, state: State, row: Challenge, form: ChallengeAnswerForm, *, status: int = 200
) -> HttpResponse:
    post = units.of_level(state, "post").filter(code=row.post).first()
    if post is not None:
        note_read(request.user, post)
    name = staff_names.shown(post.name, post.code) if post else row.post
    now = register.line_now_x100(state, row, post)
    context: dict[str, Any] = {
        "row": row,
        "form": form,
        "name": name,
        "fact": register.facts_on(state)[row.fact].name,
        "asked": f"{moment_words(timezone.localtime(row.asked_at))}, by {staff_names.person(row.asked_who)}",
        "answered": f"{moment_words(timezone.localtime(row.answered_at))}, by "
        f"{staff_names.person(row.answered_who)}"
        if row.answered_at
        else "",
        "state_words": labels.state_words(row, state),
        "asked_of": labels.asked_of(row),
        "owner": labels.OWNERS[row.owner],
        "then": None if row.line_x100 is None else tables.exact(row.line_x100).text,
        "now": None if now is None else tables.exact(now).text,
        "change": None if now is None else tables.exact(now - (row.line_x100 or 0)).text,
        "capacity_then": _capacity(row, post),
        "capacity_now": _capacity(post, post) if post else "",
        "outcomes": [(str(each), each.label) for each in Challenge.Outcome],
        "may_answer": action.may_answer(request.user, row, state),
        "may_withdraw": row.is_open and state.as_of is None and row.asked_by_id == request.user.pk,
        "most": action.MOST,
        "crumbs": [(name, unit_url("post", post.code, "challenges"))] if post else [],
    }
    return render(request, "challenges/challenge.jinja", context, status=status)


def _capacity(figure: Challenge | Unit, post: Unit | None) -> str:
    stream = post.stream if post else ""
    return tables.capacity(figure.points_x100, figure.available_x100, 0, stream).text
