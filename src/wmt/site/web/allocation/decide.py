"""Deciding who gets a case: which case, what it would do to both sides, why, and doing it."""

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from wmt import ledger
from wmt.site import tables
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.allocation import labels
from wmt.site.allocation.models import CaseAllocation
from wmt.site.allocation.queries import limited_before
from wmt.site.audit.reads import note_read
from wmt.site.availability.change_requests import ChangeFault, ConflictError, RefusedError
from wmt.site.changes import allocate, allocation_messages, allocation_preview, stated_kinds
from wmt.site.links import unit_url
from wmt.site.outbox import mail_server
from wmt.site.shown import needed_state, state_anew
from wmt.site.web.allocation.crumbs import crumbs
from wmt.site.web.allocation.effect import effect_table
from wmt.site.web.allocation.effect_lines import lines_tables
from wmt.site.web.allocation.forms import AllocateForm, stated_in, stated_query
from wmt.site.workload.models import Unit

#: So much of what stands in an address is looked at.
_MOST = 1_200


@require_http_methods(["GET", "HEAD", "POST"])
def allocate_page(request: HttpRequest) -> HttpResponse:
    """Which case; with `crn` the way to who could hold it; with `to` too what it would do, and doing it.

    Raises Denied and InThePast.
    """
    need(request, Action.ALLOCATE_CASES)
    crn, to = (
        " ".join(request.GET.get(name, "").replace("\0", "").split())[:_MOST] for name in ("crn", "to")
    )
    if crn and to:
        if request.method == "POST":
            return _give(request, crn, to)
        begun = {"key": uuid.uuid4().hex, "tell_previous": True, "kind_reason": "assessed_again"}
        return _decide(request, crn, to, AllocateForm(initial=begun))
    if "crn" not in request.GET:
        return _find(request)
    state = needed_state(request).of_now()
    try:
        holder, case = allocation_preview.case_of(actor=request.user, typed=crn, state=state)
    except RefusedError as refused:
        return _find(request, crn, refused.faults if crn else [ChangeFault("CRN", "Enter a CRN", "ref")])
    return HttpResponseRedirect(unit_url("pdu", holder.pdu_code, "candidates", crn=case.ref or ""))


def _find(
    request: HttpRequest,
    crn: str = "",
    faults: Sequence[ChangeFault] = (),
    written: Sequence[str] = (),
    conflict: str = "",
) -> HttpResponse:
    """The question which case; or why there is nothing to decide, with what was written so far."""
    errors = [("crn" if fault.field == "ref" else "", fault.message) for fault in faults]
    of_post = any(fault.field == "to_post" for fault in faults)
    context = {
        "crn": crn, "errors": errors, "written": written, "conflict": conflict,
        "choose_href": f"{reverse('allocate')}?{urlencode({'crn': crn})}" if of_post else "",
    }  # fmt: skip
    return render(request, "allocation/find.jinja", context, status=422 if faults else 200)


def _give(request: HttpRequest, crn: str, to: str) -> HttpResponse:
    form = AllocateForm(request.POST)
    if not form.is_valid():
        return _decide(request, crn, to, form, status=422)
    typed = dict(form.cleaned_data)
    stated = stated_in(request.GET, typed.pop("kind_reason"))
    wanted = allocation_preview.AllocationRequest(ref=crn, to_post=to, **typed)
    try:
        if stated is None:
            row, is_new = allocate.allocate(actor=request.user, wanted=wanted)
        else:
            row, is_new = stated_kinds.allocate_as(actor=request.user, wanted=wanted, stated=stated)
    except ConflictError as conflict:
        if conflict.faults[0].code == "UNDONE":
            form.renew()
        return _decide(request, crn, to, form, conflict=str(conflict), status=409)
    except RefusedError as refused:
        form.refuse(refused.faults)
        return _decide(request, crn, to, form, status=422)
    if is_new:
        messages.success(request, told("The case is allocated.", request, row))
    else:
        messages.info(request, "This was sent twice. The case was allocated once.")
    return HttpResponseRedirect(reverse("allocation", args=[row.pk]))


def told(done: str, request: HttpRequest, row: CaseAllocation) -> str:
    """What was done, and what the capacity of both sides is now."""
    state = state_anew(request)
    posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True)
    found = posts.filter(code__in=[row.from_post, row.to_post], available_x100__gt=0)
    for post in sorted(found, key=lambda each: each.code != row.to_post):
        done += f" {post.name} is now at {ledger.shown_capacity(post.points_x100, post.available_x100)}."
    return done


def _decide(
    request: HttpRequest, crn: str, to: str, form: AllocateForm, *, conflict: str = "", status: int = 200
) -> HttpResponse:
    state, stated = state_anew(request).of_now(), stated_in(request.GET)
    try:
        wanted = allocation_preview.AllocationRequest(ref=crn, to_post=to)
        if stated is None:
            found = allocation_preview.look(actor=request.user, wanted=wanted, state=state)
        else:
            found = stated_kinds.look(actor=request.user, wanted=wanted, stated=stated, state=state)
    except RefusedError as refused:
        return _find(request, crn, refused.faults, form.written(), conflict)
    note_read(request.user, found.holder)
    (effect,) = found.candidate.effects
    people = allocation_messages.known_at([found])
    nobody = found.holder.code if found.was_waiting else ""
    context = {
        "form": form,
        "found": found,
        "conflict": conflict,
        "crumbs": crumbs(request, state, found.to, "candidates", crn=crn)[:-1],
        "before": ledger.shown_capacity(*found.candidate.now),
        "after": ledger.shown_capacity(*found.candidate.together),
        "may": effect.eligibility,
        "worth": tables.exact(found.case.points_x100).text,
        "since": tables.day(next((line.since for line in found.lines if line.since), None)).text,
        "first": labels.INITIAL,
        "reasons": list(labels.reasons_of(waiting=found.was_waiting).items()),
        "table": effect_table(state, found.moments, {found.to.code: ""}, nobody),
        "lines": lines_tables(state, found.moments, found.moved, [found.to.code], nobody),
        "choose_href": unit_url("pdu", found.to.pdu_code, "candidates", crn=crn, **stated_query(stated)),
        "seen": found.before or found.mark,
        "kind_reasons": list(labels.KIND_REASONS.items()),
        "most": allocate.NOTES,
        "mail_is_on": mail_server.is_on(),
        "unknown": [post.name for post in (found.to, found.holder) if people.get(post.code, True) == []],
        "domains": allocation_messages.domains(),
        "limited": "This case" if limited_before([found.case.ref or ""]) else "",
    }
    return render(request, "allocation/decide.jinja", context, status=status)
