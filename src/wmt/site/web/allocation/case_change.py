"""A case that is of another tier or type by now: recording it, what was recorded, and undoing it."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wmt import ledger
from wmt.facts import TIERS
from wmt.site.accounts import visibility
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.allocation import access
from wmt.site.allocation.labels import KIND_REASONS
from wmt.site.allocation.models import CaseKindChange
from wmt.site.audit.reads import note_read
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import allocate, allocation_preview, case_kinds
from wmt.site.changes.case_deltas import holders_of
from wmt.site.date_field import DayField
from wmt.site.figures import units
from wmt.site.shown import needed_state, state_anew
from wmt.site.web.allocation import labels
from wmt.site.web.allocation.effect import effect_table
from wmt.site.web.allocation.effect_lines import lines_tables
from wmt.site.web.allocation.waiting_forms import TYPES
from wmt.site.web.forms.refusable import RefusableForm
from wmt.site.workload.models import Unit


class KindChangeForm(RefusableForm):
    """By the names of `KindChangeRequest`; `do` is `look` or `save`."""

    key = forms.CharField(required=False, max_length=64)
    seen = forms.CharField(required=False)
    location = forms.CharField(required=False)
    tier = forms.CharField(required=False)
    suspended = forms.BooleanField(required=False)
    reason = forms.CharField(required=False)
    changed_on = DayField("the day it changed", required=False)
    notes = forms.CharField(required=False)
    do = forms.CharField(required=False)

    def wanted(self, ref: str) -> case_kinds.KindChangeRequest:
        """What was typed of a case."""
        typed = {name: value for name, value in self.cleaned_data.items() if name != "do"}
        return case_kinds.KindChangeRequest(ref=ref, **typed)


@require_http_methods(["GET", "HEAD", "POST"])
def case_change_page(request: HttpRequest) -> HttpResponse:
    """What a case (`crn`) is by now, what that would do, and recording it. Raises Denied, InThePast and
    UnknownAllocation."""
    need(request, Action.ALLOCATE_CASES)
    crn = request.GET.get("crn", "").replace("\0", "")
    if request.method != "POST":
        return _form(request, crn)
    form = KindChangeForm(request.POST)
    if not form.is_valid():
        return _form(request, crn, form, status=422)
    try:
        if form.cleaned_data["do"] == "look":
            state = needed_state(request).of_now()
            found = case_kinds.look(actor=request.user, wanted=form.wanted(crn), state=state)
            return _form(request, crn, form, found=found)
        row, is_new = case_kinds.change_kind(actor=request.user, wanted=form.wanted(crn))
    except ConflictError as conflict:
        return _form(request, crn, form, conflict=str(conflict), status=409)
    except RefusedError as refused:
        form.refuse(refused.faults)
        return _form(request, crn, form, status=422)
    if is_new:
        messages.success(request, _told(request, row, "The case is changed."))
    else:
        messages.info(request, "This was sent twice. The case was changed once.")
    return HttpResponseRedirect(reverse("case-changed", args=[row.pk]))


def _form(
    request: HttpRequest,
    crn: str,
    form: KindChangeForm | None = None,
    *,
    found: case_kinds.KindChangePreview | None = None,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    state = state_anew(request).of_now()
    try:
        holder, case = allocation_preview.case_of(actor=request.user, typed=crn, state=state)
    except RefusedError:
        raise access.UnknownAllocation("there is no such case that you may allocate") from None
    note_read(request.user, holder)
    begun = {"key": uuid.uuid4().hex, "location": case.location, "suspended": case.suspended}
    context = {
        "form": form or KindChangeForm(initial=begun),
        "case": case,
        "holder": holder,
        "mark": allocation_preview.mark_of(case),
        "conflict": conflict,
        "types": TYPES,
        "tiers": [(tier, "No tier" if tier == "0" else tier) for tier in TIERS[state.tier_scheme]],
        "reasons": list(KIND_REASONS.items()),
        "most": allocate.NOTES,
        "table": effect_table(state, found.moments, {}) if found else None,
        "lines": lines_tables(state, found.moments, found.moved, []) if found else [],
        "then": found.case.words if found else "",
    }
    return render(request, "allocation/case_change.jinja", context, status=status)


def _told(request: HttpRequest, row: CaseKindChange, done: str) -> str:
    """What was done, and what the capacity of the post is now."""
    posts = units.of_level(state_anew(request), "post").filter(code=row.post, available_x100__gt=0)
    for post in posts:
        done += f" {post.name} is now at {ledger.shown_capacity(post.points_x100, post.available_x100)}."
    return done


@require_safe
def case_changed_page(request: HttpRequest, number: int) -> HttpResponse:
    """One change of tier or type, for those who may read cases of its post. Raises UnknownAllocation."""
    state = needed_state(request).of_now()
    row = access.find_change(request.user, state, number)
    team, staff = access.codes(row.post)
    there = units.of_level(state, "post").filter(code=row.post).first()
    post = there or Unit(level="post", code=row.post, name=row.post, team_code=team, staff_code=staff)
    note_read(request.user, post)
    may = visibility.ReachOfPosts(visibility.allowed(request.user, Action.ALLOCATE_CASES), state)
    is_new = row.state == CaseKindChange.State.GIVEN and row.first_day == state.day
    context: dict[str, Any] = {
        "row": row,
        "post_name": post.name,
        "facts": labels.change_facts(row, state.day, there),
        "can_undo": is_new
        and all(may(access.codes(code)) for code in (row.post, *holders_of(state, [row.ref]))),
        "case_href": f"{reverse('case')}?{urlencode({'crn': row.ref})}" if row.ref else "",
    }
    return render(request, "allocation/case_changed.jinja", context)


@require_POST
def case_change_undo(request: HttpRequest, number: int) -> HttpResponse:
    """Takes a change back on its day. Raises Denied, InThePast and UnknownAllocation."""
    need(request, Action.ALLOCATE_CASES)
    row = access.find_change(request.user, needed_state(request).of_now(), number)
    try:
        row = case_kinds.undo_kind(actor=request.user, row=row)
    except ConflictError as conflict:
        messages.error(request, f"{conflict}.")
    else:
        messages.success(request, _told(request, row, "The change is undone."))
    return HttpResponseRedirect(reverse("case-changed", args=[row.pk]))
