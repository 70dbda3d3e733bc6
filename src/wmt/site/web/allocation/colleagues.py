"""Naming who covers the cases of somebody away, who co-works or mentors on one, and ending it."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from wmt import ledger
from wmt.allocation.candidates import Candidate
from wmt.site import tables
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.allocation import access
from wmt.site.allocation.models import CaseColleague
from wmt.site.audit.reads import note_read
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import allocation_preview as preview
from wmt.site.changes import colleagues as action
from wmt.site.changes import spread
from wmt.site.date_field import DayField
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.queries import case_history
from wmt.site.queries.colleagues import Colleagues
from wmt.site.shown import needed_state
from wmt.site.web.allocation.crumbs import crumbs
from wmt.site.web.forms.refusable import RefusableForm
from wmt.site.web.units.labels import upper_first
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import counted

_Role = CaseColleague.Role
#: No code or reference is longer, and no page sends more of them.
_LONGEST, _MOST = 1_200, 1_000


class ColleagueForm(RefusableForm):
    """From when until when, and of one case who, as which. `key` makes sending it twice one decision."""

    key = forms.CharField(required=False, max_length=64)
    first_day = DayField("the first day")
    last_day = DayField("the last day", required=False)
    role = forms.CharField(required=False)
    post = forms.CharField(required=False)

    def save(
        self, request: HttpRequest, holder: str, role: str, given: Sequence[action.CaseNamed]
    ) -> str | None:
        """Name them; '' where it is done, a conflict in words, or None where the form says what is wrong."""
        if not self.is_valid():
            return None
        typed = self.cleaned_data
        wanted = action.ColleaguesRequest(
            holder=holder, role=role, given=given, first_day=typed["first_day"], last_day=typed["last_day"],
            key=typed["key"],
        )  # fmt: skip
        try:
            rows, is_new = action.name_colleagues(actor=request.user, wanted=wanted)
        except ConflictError as conflict:
            return str(conflict)
        except RefusedError as refused:
            self.refuse(refused.faults)
            return None
        done = f"Colleagues are named for {counted(len(rows), 'case')}."
        messages.success(request, done if is_new else f"This was sent twice. {done}")
        return ""


@require_http_methods(["GET", "HEAD", "POST"])
def cover_page(request: HttpRequest, post: str) -> HttpResponse:
    """Who covers which cases of somebody away, from a day on. Raises Denied, InThePast and UnknownUnit."""
    need(request, Action.ALLOCATE_CASES)
    state = needed_state(request).of_now()
    try:
        holder = preview.holder_of(request.user, post, state)
    except RefusedError:
        raise units.UnknownUnit("post", post) from None
    note_read(request.user, holder)
    first = {"key": uuid.uuid4().hex, "first_day": state.day}
    if request.method != "POST":
        return _cover(request, state, holder, ColleagueForm(initial=first), {}, ())
    # no database keeps NUL
    sent = {
        name: [each.replace("\0", "")[:_LONGEST] for each in request.POST.getlist(name)[:_MOST]]
        for name in ("ref", "to", "case", "person")
    }
    to = dict(zip(sent["ref"], sent["to"], strict=False))
    do, form = request.POST.get("do", ""), ColleagueForm(request.POST)
    if do == "save":
        given = [action.CaseNamed(*each) for each in to.items() if each[1]]
        conflict = form.save(request, post, _Role.COVER, given)
        if conflict == "":
            return HttpResponseRedirect(unit_url("post", post, "allocations"))
        status = 409 if conflict else 422
        return _cover(request, state, holder, form, to, sent["case"], sent["person"], conflict or "", status)
    unsaved = ColleagueForm(initial={name: request.POST.get(name, "") for name in ColleagueForm.base_fields})
    ticked = sent["ref"] if do == "all" else sent["case"]
    if do == "fill" and sent["person"]:
        people = sent["person"]
        to |= {ref: people[place % len(people)] for place, ref in enumerate(ticked)}
    return _cover(request, state, holder, unsaved, to, ticked, sent["person"])


def _cover(
    request: HttpRequest,
    state: State,
    holder: Unit,
    form: ColleagueForm,
    to: Mapping[str, str],
    ticked: Sequence[str],
    people: Sequence[str] = (),
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    found = Colleagues.of_posts(state, [holder.code])
    open_ones = [each.row for each in found.found if not each.end and each.row.role == _Role.COVER]
    covered = {row.ref for row in open_ones if row.holder == holder.code}
    there = spread.people(request.user, holder, state)
    chosen = {*people, *to.values()}
    # who is offered for each case: those ticked, or the team while nobody is; a PDU has sixty people
    offered = [
        each for each in there
        if each.code in chosen or not (people or each.team_code != holder.team_code)
    ]  # fmt: skip
    teams = _by_team(there)
    own = teams.pop(holder.team_code, [])
    names = units.names_of(units.of_level(state, "team").filter(code__in=teams))
    context = {
        "form": form, "holder": holder, "conflict": conflict, "people": people,
        "is_away": action.is_away(state, holder, state.day),
        "crumbs": crumbs(request, state, holder),
        "cases": [
            {
                "ref": case.ref, "what": case.words, "points": tables.exact(case.points_x100).text,
                "ticked": case.ref in ticked, "to": to.get(case.ref or "", ""),
            }
            for case in spread.listed(state, holder, request.user) if case.ref not in covered
        ],
        "covered": counted(len(covered), "case"),
        "options": [(each.code, _in_words(each)) for each in offered],
        "own": own, "rest": [(names.get(code, code), rows) for code, rows in teams.items()],
        "rest_open": not own or any(code in people for rows in teams.values() for _, code, _ in rows),
    }  # fmt: skip
    return render(request, "allocation/cover.jinja", context, status=status)


def _in_words(one: Candidate) -> str:
    return f"{one.name or one.code}, {one.grade}, {ledger.shown_capacity(*one.now)} now"


def _by_team(there: Sequence[Candidate]) -> dict[str, list[tuple[int, str, str]]]:
    """Colleagues by their team, in the order they come in: number, code and words of each."""
    found: dict[str, list[tuple[int, str, str]]] = {}
    for number, each in enumerate(there, 1):
        found.setdefault(each.team_code, []).append((number, each.code, _in_words(each)))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def colleague_page(request: HttpRequest) -> HttpResponse:
    """Who is to be beside the holder of one case (`crn`). Raises Denied, InThePast and UnknownCase."""
    need(request, Action.ALLOCATE_CASES)
    state = needed_state(request).of_now()
    case = case_history.find(request.user, state, request.GET.get("crn", ""))
    holder = case.posts[0]
    need(request, Action.ALLOCATE_CASES, level="post", code=holder.code, state=state)
    note_read(request.user, holder)
    here = f"{reverse('case')}?{urlencode({'crn': case.ref})}"
    form, conflict = ColleagueForm(initial={"key": uuid.uuid4().hex, "first_day": state.day}), None
    if request.method == "POST":
        form = ColleagueForm(request.POST)
        given = [action.CaseNamed(case.ref, request.POST.get("post", "").replace("\0", "")[:_LONGEST])]
        conflict = form.save(request, holder.code, request.POST.get("role", ""), given)
        if conflict == "":
            return HttpResponseRedirect(here)
    context: dict[str, Any] = {
        "form": form, "ref": case.ref, "holder": holder, "conflict": conflict, "case_href": here,
        "crumbs": crumbs(request, state, holder),
        "roles": [(value, upper_first(words)) for value, words in reversed(_Role.choices)],
        "people": [
            (each.code, f"{each.name or each.code}, {each.grade}, {each.team_code}")
            for each in spread.people(request.user, holder, state)
        ],
    }  # fmt: skip
    status = 200 if request.method != "POST" else 409 if conflict else 422
    return render(request, "allocation/colleague.jinja", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def colleague_end(request: HttpRequest, number: int) -> HttpResponse:
    """Asks whether it is to end, and ends it. Raises Denied, InThePast and UnknownColleague."""
    need(request, Action.ALLOCATE_CASES)
    state = needed_state(request).of_now()
    row = access.find_colleague(request.user, state, number)
    back = unit_url("post", row.holder, "allocations")
    if request.method == "POST":
        try:
            action.end_colleague(actor=request.user, number=row.pk)
        except ConflictError as conflict:
            messages.error(request, f"{conflict}.")
        else:
            messages.success(request, "It has ended.")
        return HttpResponseRedirect(back)
    posts = units.of_level(state, "post").filter(code__in=[row.holder, row.post])
    context = {"row": row, "names": units.names_of(posts), "back": back}
    return render(request, "allocation/colleague_end.jinja", context)
