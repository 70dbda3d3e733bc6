"""Recording a case that waits, seeing what is recorded of it, changing and removing it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from wmt.facts import LOCATIONS, TIERS
from wmt.site.accounts import limited_access, visibility
from wmt.site.accounts.access import need
from wmt.site.accounts.models import LimitedAccess
from wmt.site.accounts.roles import Action
from wmt.site.allocation import access
from wmt.site.allocation.models import WaitingCase
from wmt.site.audit.reads import note_read
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import case_limits, coming_cases
from wmt.site.changes import waiting_cases as action
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.queries import waiting_cases as query
from wmt.site.shown import needed_state
from wmt.site.web.allocation import waiting_forms, waiting_labels
from wmt.site.web.units.labels import upper_first
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

_MOST = 160


@require_safe
def waiting_page(request: HttpRequest, number: int) -> HttpResponse:
    """What is recorded of a waiting case, for those who read cases of its team. Raises UnknownWaitingCase."""
    state = needed_state(request).of_now()
    row = access.find_waiting(request.user, state, number)
    team = _team(state, row)
    note_read(request.user, team or Unit(level="team", code=row.team_code, name=row.team_code))
    posts = units.of_level(state, "post")
    versions = list(WaitingCase.objects.filter(key=row.key).order_by("version"))
    held = [row.held_by, *([row.allocation.to_post] if row.allocation else [])]
    held += [post for each in versions for post in each.previous_posts]
    names = units.names_of(posts.filter(code__in=held))
    waits = row.state == WaitingCase.State.WAITING
    tier = row.tier if row.tier in TIERS[state.tier_scheme] else "0"
    seen = waits and row.ref in query.seen_refs(request.user, state, [row.ref])
    allowed = visibility.ReachOfPosts(visibility.allowed(request.user, Action.ALLOCATE_CASES), state)
    may = waits and allowed((row.team_code, ""))
    asked = {"type": row.location, "tier": tier, "kind": "t2a" if row.is_t2a else ""}
    why_not, can_state = ("", False) if seen or not waits else _why_not(state, row)
    if may and not why_not:
        asked = {"crn": row.ref}
    choose = unit_url("team", row.team_code, "candidates", **asked)
    context = {
        "row": row,
        "facts": waiting_labels.facts(row, names, team),
        "versions": waiting_labels.versions(versions, names),
        "crumbs": _crumbs(request, state, team),
        "waits": waits,
        "seen": seen,
        "may": may,
        "limited": bool(limited_access.limits([row.ref])),
        "why_not": why_not if may else "",
        "state_href": unit_url("team", row.team_code, "candidates", crn=row.ref) if may and can_state else "",
        "choose_href": choose if waits and team and row.location in LOCATIONS else "",
    }
    return render(request, "allocation/waiting_case.jinja", context)


def _why_not(state: State, row: WaitingCase) -> tuple[str, bool]:
    """Why a case that waits cannot be allocated as it is recorded, '' where it can be; and whether it could
    with another tier. Its record alone is asked: whether others have it in the data is not told here."""
    try:
        coming_cases.as_recorded(row, state)
    except RefusedError as refused:
        return str(refused), refused.faults[0].code in ("TIER_MISSING", "TIER")
    return "", False


@require_http_methods(["GET", "HEAD", "POST"])
def waiting_new(request: HttpRequest) -> HttpResponse:
    """The form of a case that waits, and recording it. Raises Denied and InThePast."""
    need(request, Action.ALLOCATE_CASES)
    state = needed_state(request).of_now()
    if request.method == "POST":
        return _save(request, state, waiting_forms.WaitingForm(request.POST), None)
    asked = {name: " ".join(request.GET.get(name, "").replace("\0", "").split())[:_MOST] for name in
             ("crn", "team", "type", "tier")}  # fmt: skip
    initial = {
        "ref": asked["crn"], "team_code": asked["team"], "location": asked["type"], "event_number": 1,
        "tier": asked["tier"] if asked["tier"] != "0" else "", "arrived_on": state.day, "appointment": "",
    }  # fmt: skip
    return _form(request, state, waiting_forms.WaitingForm(initial=initial), None)


@require_http_methods(["GET", "HEAD", "POST"])
def waiting_change(request: HttpRequest, number: int) -> HttpResponse:
    """The same of one that is recorded. Raises Denied, InThePast and UnknownWaitingCase."""
    need(request, Action.ALLOCATE_CASES)
    state = needed_state(request).of_now()
    row = access.find_waiting(request.user, state, number)
    need(request, Action.ALLOCATE_CASES, level="team", code=row.team_code, state=state)
    if request.method == "POST":
        return _save(request, state, waiting_forms.WaitingForm(request.POST), row)
    if row.state != WaitingCase.State.WAITING:
        return HttpResponseRedirect(reverse("waiting-case", args=[row.pk]))
    initial = waiting_forms.initial_of(row, _limits_of(request, state, row))
    return _form(request, state, waiting_forms.WaitingForm(initial=initial), row)


@require_http_methods(["GET", "HEAD", "POST"])
def waiting_remove(request: HttpRequest, number: int) -> HttpResponse:
    """Taking one off the list, with a reason. Raises Denied, InThePast and UnknownWaitingCase."""
    need(request, Action.ALLOCATE_CASES)
    state = needed_state(request).of_now()
    row = access.find_waiting(request.user, state, number)
    need(request, Action.ALLOCATE_CASES, level="team", code=row.team_code, state=state)
    form = waiting_forms.RemoveForm(request.POST or None, initial={"version": row.version})
    status = 200
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            action.remove(
                actor=request.user, number=row.pk, version=typed["version"] or row.version, why=typed["why"]
            )
        except ConflictError as conflict:
            messages.error(request, f"{conflict}.")
            return HttpResponseRedirect(reverse("waiting-case", args=[row.pk]))
        except RefusedError as refused:
            form.add_error("why", str(refused))
            status = 422
        else:
            messages.success(request, "The case is off the list of waiting cases.")
            return HttpResponseRedirect(unit_url("team", row.team_code, "waiting"))
    context = {"form": form, "row": row, "crumbs": _crumbs(request, state, _team(state, row))}
    return render(request, "allocation/waiting_remove.jinja", context, status=status)


def _save(
    request: HttpRequest, state: State, form: waiting_forms.WaitingForm, row: WaitingCase | None
) -> HttpResponse:
    if not form.is_valid():
        return _form(request, state, form, row, status=422)
    number = row.pk if row else None
    version = form.cleaned_data["version"] or (row.version if row else 0)
    try:
        saved, is_new = action.record_case(
            actor=request.user, wanted=form.wanted, number=number, version=version, limits=form.limits,
            limits_seen=form.cleaned_data["limits_read"] or 0,
        )  # fmt: skip
    except ConflictError as conflict:
        if row is not None:
            row.refresh_from_db()
        return _form(request, state, form, row, conflict=str(conflict), status=409)
    except RefusedError as refused:
        form.refuse(refused.faults)
        return _form(request, state, form, row, status=422)
    if limited_access.is_hidden(request.user, saved.ref):
        messages.success(request, "The waiting case is saved. By its lists you may not see it any more.")
        return HttpResponseRedirect(unit_url("team", saved.team_code, "waiting"))
    done = "The waiting case is saved." if is_new else "This is recorded already. Nothing was changed."
    messages.success(request, done)
    return HttpResponseRedirect(reverse("waiting-case", args=[saved.pk]))


def _form(
    request: HttpRequest,
    state: State,
    form: waiting_forms.WaitingForm,
    row: WaitingCase | None,
    *,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    teams = visibility.allowed(request.user, Action.ALLOCATE_CASES).among(units.of_level(state, "team"))
    limits = _limits_of(request, state, row) if row and conflict else None
    context: dict[str, Any] = {
        "form": form,
        "row": row,
        "conflict": conflict,
        "crumbs": _crumbs(request, state, _team(state, row)) if row else [],
        "teams": [(code, f"{name} ({code})") for code, name in teams.values_list("code", "name")],
        "types": waiting_forms.TYPES,
        "tiers": [(tier, tier) for tier in TIERS[state.tier_scheme] if tier != "0"],
        "appointments": [(value, upper_first(words)) for value, words in WaitingCase.Appointment.choices],
        # who was told that somebody else changed it saves over what is there by then
        "read": row.version if row and conflict else form["version"].value() or "",
        "limits_read": limits.pk if limits else form["limits_read"].value() or "",
        "cancel_href": reverse("waiting-case", args=[row.pk]) if row else "",
    }
    return render(request, "allocation/waiting_form.jinja", context, status=status)


def _limits_of(request: HttpRequest, state: State, row: WaitingCase) -> LimitedAccess | None:
    """Who may see a case, for who may read and change that."""
    try:
        return case_limits.find(request.user, row.ref, state)[1]
    except RefusedError:
        return None


def _team(state: State, row: WaitingCase) -> Unit | None:
    return units.of_level(state, "team").filter(code=row.team_code).first()


def _crumbs(request: HttpRequest, state: State, team: Unit | None) -> list[tuple[str, str]]:
    if team is None:
        return []
    above = [*units.above(state, request.user, team), team]  # type: ignore[arg-type]
    return [
        (each.name, unit_url(each.level, each.code, "waiting"))
        for each in above
        if each.level in ("pdu", "team")
    ]
