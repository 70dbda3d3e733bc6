"""Protecting a post from new cases, what was decided of that before, and ending it."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from wmt.days import moment_words, written
from wmt.facts import LOCATIONS
from wmt.site import tables
from wmt.site.accounts import visibility
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.allocation import protection
from wmt.site.allocation.models import PostProtection
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import protect as action
from wmt.site.date_field import DayField
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.shown import needed_state
from wmt.site.web.allocation.crumbs import crumbs
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

_TIERS = {f"tiers_{where}": where for where in LOCATIONS}


class ProtectionForm(forms.Form):
    """How a post is to be protected, as it is typed."""

    key = forms.CharField(required=False, max_length=64)
    first_day = DayField("the first day")
    last_day = DayField("the last day", required=False)
    reason = forms.CharField(required=False)
    no_new = forms.BooleanField(required=False)
    most_cases = forms.IntegerField(
        required=False, error_messages={"invalid": "The number of cases must be a whole number, like 30"}
    )
    most_percent = forms.DecimalField(
        required=False, max_digits=5, decimal_places=2,
        error_messages={"invalid": "The capacity must be a number, like 90"},
    )  # fmt: skip
    tiers_community = forms.CharField(required=False, max_length=200)
    tiers_custody = forms.CharField(required=False, max_length=200)
    tiers_licence = forms.CharField(required=False, max_length=200)

    def wanted(self, post: str) -> action.ProtectionRequest:
        """What was typed, for a post."""
        typed: dict[str, Any] = dict(self.cleaned_data)
        tiers = {where: typed.pop(name) for name, where in _TIERS.items()}
        percent = typed.pop("most_percent")
        most_x100 = None if percent is None else int(percent * 100)
        return action.ProtectionRequest(post=post, not_tiers=tiers, most_x100=most_x100, **typed)


@require_http_methods(["GET", "HEAD", "POST"])
def protect_page(request: HttpRequest, post: str) -> HttpResponse:
    """The form, and what was decided of the post before. Raises Denied, InThePast and UnknownUnit."""
    need(request, Action.ALLOCATE_CASES)
    state = needed_state(request).of_now()
    unit = units.find(state, request.user, "post", post)  # type: ignore[arg-type]
    need(request, Action.ALLOCATE_CASES, level="post", code=post, state=state)
    if request.method != "POST":
        first = {"key": uuid.uuid4().hex, "first_day": state.day}
        return _form(request, state, unit, ProtectionForm(initial=first))
    form = ProtectionForm(request.POST)
    if not form.is_valid():
        return _form(request, state, unit, form, status=422)
    try:
        _, is_new = action.protect(actor=request.user, wanted=form.wanted(post))
    except ConflictError as conflict:
        return _form(request, state, unit, form, conflict=str(conflict), status=409)
    except RefusedError as refused:
        for fault in refused.faults:
            name = "most_percent" if fault.field == "most_x100" else fault.field
            form.add_error(name if name in form.fields else None, fault.message)
        return _form(request, state, unit, form, status=422)
    done = "The post is protected." if is_new else "This was sent twice. The post is protected once."
    messages.success(request, done)
    return HttpResponseRedirect(reverse("protect", args=[post]))


@require_POST
def protection_end(request: HttpRequest, number: int) -> HttpResponse:
    """Ends one. Raises Denied, InThePast and UnknownProtection."""
    need(request, Action.ALLOCATE_CASES)
    row = protection.find(number)
    try:
        action.end_protection(actor=request.user, number=row.pk)
    except ConflictError as conflict:
        messages.error(request, f"{conflict}.")
    else:
        messages.success(request, "The protection has ended.")
    return HttpResponseRedirect(reverse("protect", args=[row.post]))


def _form(
    request: HttpRequest,
    state: State,
    unit: Unit,
    form: ProtectionForm,
    *,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    rows = PostProtection.objects.filter(post=unit.code).order_by("-first_day", "-pk")
    context = {
        "form": form,
        "unit": unit,
        "conflict": conflict,
        "crumbs": crumbs(request, state, unit),
        "reasons": list(protection.reasons_on(state.day).items()),
        "types": [(f"tiers_{where}", where) for where in LOCATIONS],
        "open": [row for row in rows if _is_open(row, state)],
        "table": protected_table(request.user, state, rows, {unit.code: unit}, of_team=False),
    }
    return render(request, "allocation/protect.jinja", context, status=status)


def _is_open(row: PostProtection, state: State) -> bool:
    return row.ended_at is None and (row.last_day is None or row.last_day >= state.day)


def protected_table(
    user: Any, state: State, rows: Iterable[PostProtection], posts: dict[str, Unit], *, of_team: bool
) -> tables.Table:
    """Protections of posts: that there is one for everybody, limits and why for those who read reasons."""
    reads, names = visibility.reasons(user), protection.reasons_on(state.day)
    columns = [
        *([tables.Column("name", "Practitioner")] if of_team else []),
        tables.Column("first", "From", "date"),
        tables.Column("last", "Until", "date"),
        tables.Column("what", "Limits", "words"),
        tables.Column("why", "Reason"),
        tables.Column("by", "By"),
        tables.Column("state", "State"),
    ]
    made, withheld = [], tables.Value(None, "withheld")
    for row in rows:
        post = posts[row.post]
        may = reads.covers(post)
        values = {
            "name": tables.text(staff_names.shown(post.name, post.code), unit_url("post", post.code)),
            "first": tables.day(row.first_day),
            "last": tables.day(row.last_day),
            "what": tables.text("; ".join(row.limits.words)) if may else withheld,
            "why": tables.text(names.get(row.reason, row.reason)) if may else withheld,
            "by": tables.text(staff_names.person(row.who)) if may else withheld,
            "state": tables.text(state_words(row, state, reads=may)),
        }
        made.append(tables.Row({each.key: values[each.key] for each in columns}, "post", post.code))
    return tables.Table(
        "protected", "Protected from new cases", columns, made,
        notes=[visibility.REASONS_WITHHELD] * any(not reads.covers(posts[row.post]) for row in rows),
        empty="This post has not been protected before.",
    )  # fmt: skip


def state_words(row: PostProtection, state: State, *, reads: bool) -> str:
    """Whether it is in force, is to begin, or how it ended: of a day in the past, as it stood then. By whom
    is for those who read who protected it."""
    if row.ended_at is not None and (state.as_of is None or timezone.localdate(row.ended_at) <= state.day):
        when = moment_words(timezone.localtime(row.ended_at))
        return f"ended {when}" + (f", by {staff_names.person(row.ended_by)}" if reads else "")
    if row.last_day and row.last_day < state.day:
        return f"ended: its last day was {written(row.last_day)}"
    return "in force" if row.first_day <= state.day else "not begun"
