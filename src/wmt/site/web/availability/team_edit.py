"""A team's hours and reductions on one page: the effect of everything together, then all of it or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from wmt.site.accounts.access import need
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import Action
from wmt.site.availability import change_requests, queries
from wmt.site.changes import actions
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.shown import needed_state
from wmt.site.web.availability import effect_tables, team_form
from wmt.site.web.availability.ending_soon import post_of
from wmt.site.web.availability.forms import reason_groups
from wmt.site.web.availability.team_rows import rows_of
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, current_state

#: A form has a thousand fields at most; of more people than these it takes several pages.
PEOPLE_A_PAGE = 60
_LARGEST = 2**62


@dataclass(frozen=True)
class TeamRequest:
    """The team that is changed, in one request: its people on this page."""

    request: HttpRequest
    state: State
    unit: Unit
    page: Any

    @property
    def user(self) -> User:
        user: User = self.request.user  # type: ignore[assignment]
        return user

    def people(self, at: int | None = None) -> list[team_form.Person]:
        """The people with their records as they stand, or stood after a change."""
        posts = list(self.page)
        plans = queries.plans_of([post_of(post) for post in posts], at=at)
        return team_form.people_of(posts, plans, queries.every_reason(), self.state.day)


@require_http_methods(["GET", "HEAD", "POST"])
def team_edit(request: HttpRequest, code: str) -> HttpResponse:
    """The form of a team, the effect of what was typed, and saving it. Raises Denied and UnknownUnit."""
    state = needed_state(request)
    need(request, Action.EDIT_AVAILABILITY, level="team", code=code, state=state)
    unit = units.find(state, request.user, "team", code)  # type: ignore[arg-type]
    posts = units.everybody(state, unit)
    page = Paginator(posts, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    team = TeamRequest(request, state, unit, page)
    if request.method == "POST":
        # the change that the page was made at. What makes no sense is taken for the last.
        text = team.request.POST.get("seen", "")
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else _LARGEST
        form = team_form.TeamForm(team.request.POST, people=team.people(at=min(number, _LARGEST)))
        wanted = form.wanted() if form.is_valid() else team_form.TeamChanges()
        if form.is_valid() and not wanted.changes:
            form.add_error(None, "You have not changed anything yet. Enter what you want to change")
        # what a new reduction is for its reason says
        asks_why = any(change.key or change.kind == "hours" for change in wanted.changes)
        if asks_why and team.request.POST.get("do") == "save" and not form.cleaned_data.get("why"):
            form.add_error("why", "Enter why, for the history")
        if form.errors:
            return _page(team, form, status=422)
        preview = actions.preview(changes=wanted.changes, state=team.state, actor=team.user)
        if preview.checked.conflicts:
            return _conflict(team, form, wanted, preview.checked.conflicts)
        if preview.checked.faults:
            return _refused(team, form, wanted, preview.checked.faults)
        shown = effect_tables.digest(wanted.changes, preview.effects)
        if team.request.POST.get("do") == "save" and form.cleaned_data["shown"] == shown:
            return _save(team, form, wanted)
        return _page(team, form, preview=preview, shown=shown)
    start = {"seen": state.revision, "first_day": state.day}
    return _page(team, team_form.TeamForm(people=team.people(), initial=start))


def _save(team: TeamRequest, form: team_form.TeamForm, wanted: team_form.TeamChanges) -> HttpResponse:
    try:
        saved = actions.save(actor=team.user, changes=wanted.changes, why=form.cleaned_data["why"])
    except change_requests.ConflictError as conflict:
        return _conflict(team, form, wanted, conflict.faults)
    except change_requests.RefusedError as refused:
        return _refused(team, form, wanted, refused.faults)
    messages.success(team.request, effect_tables.words_of(saved, team.state))
    for fault in saved.warnings:
        messages.warning(team.request, fault.said)
    return HttpResponseRedirect(unit_url("team", team.unit.code, "hours"))


def _refused(
    team: TeamRequest,
    form: team_form.TeamForm,
    wanted: team_form.TeamChanges,
    faults: Sequence[change_requests.ChangeFault],
) -> HttpResponse:
    _say(form, wanted, faults)
    return _page(team, form, status=422)


def _say(
    form: team_form.TeamForm, wanted: team_form.TeamChanges, faults: Sequence[change_requests.ChangeFault]
) -> None:
    for fault in faults:
        index = effect_tables.place_of(fault, wanted.changes)
        places = wanted.places[index] if index is not None else {}
        # A fault with whose it is before it: many people are on the page
        post = fault.post if index is None else wanted.changes[index].post
        name = next((person.post.name for person in form.people if post_of(person.post) == post), "")
        words = " ".join(
            [f"{name}: {fault.message}" if name else fault.message, *(f"{record}." for record in fault.shown)]
        )
        form.say(places, fault.field, words)


def _conflict(
    team: TeamRequest,
    form: team_form.TeamForm,
    wanted: team_form.TeamChanges,
    conflicts: Sequence[change_requests.ChangeFault],
) -> HttpResponse:
    """What was typed stays, over what stands now: saving again means it. All else is read anew."""
    data = team.request.POST.copy()
    data["seen"] = str(current_state().revision)
    people = team.people()
    touched = {change.key for change in wanted.changes if change.kind == "reduction"}
    for person in form.people:
        for each in person.reductions:
            if each.cut.key not in touched:
                data.pop(each.last, None)
                data.pop(each.amount, None)
    for name, value in team_form.TeamForm(people=people).starts():
        data.setdefault(name, value)
    renewed = team_form.TeamForm(data, people=people)
    renewed.is_valid()
    _say(renewed, wanted, conflicts)
    return _page(team, renewed, status=409)


def _page(
    team: TeamRequest, form: team_form.TeamForm, *, preview: Any = None, shown: str = "", status: int = 200
) -> HttpResponse:
    """The form, and above it the effect, where there is one. `shown` is what saving it will mean."""
    unit, state = team.unit, team.state
    reasons = queries.reasons_on(state.day)
    context = {
        "unit": unit,
        "form": form,
        "rows": rows_of(form, state),
        "reason_groups": reason_groups(reasons.values()),
        "effect": effect_tables.effect_table(preview.effects, state) if preview else None,
        "warnings": [fault.said for fault in preview.checked.warnings] if preview else [],
        "shown": shown,
        "again": preview is not None and team.request.POST.get("do") == "save",
        "changes": len(form.wanted().changes) if preview else 0,
        "page": team.page,
        "back": unit_url("team", unit.code, "hours"),
        "crumbs": [
            *((each.name, unit_url(each.level, each.code, "hours" if each.level != "nation" else ""))
              for each in units.above(state, team.user, unit)),
            (unit.name, unit_url("team", unit.code, "hours")),
        ],
    }  # fmt: skip
    return render(team.request, "availability/team_edit.jinja", context, status=status)
