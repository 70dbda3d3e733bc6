"""Who else reads a plan, and what readers write to it."""

import uuid
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from wmt.days import moment_words
from wmt.site.accounts.models import User
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import plans as action
from wmt.site.plans import access
from wmt.site.plans.models import SavedPlan
from wmt.site.queries.plan_effects import unit_of_plan
from wmt.site.shown import needed_state
from wmt.site.web.forms.refusable import RefusableForm
from wmt.site.web.plans import room
from wmt.site.workload import staff_names


class ShareForm(RefusableForm):
    """The address of somebody who is to read a plan."""

    email = forms.CharField(
        max_length=254,
        error_messages={
            "required": "Enter an email address",
            "max_length": "An email address has 254 characters at most",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def plan_share(request: HttpRequest, number: int) -> HttpResponse:
    """Who may read a plan: people by name, and whoever has the link. Raises UnknownPlan and PlanDenied."""
    row = access.find_own(request.user, number)
    do = request.POST.get("do", "add")
    if request.method != "POST":
        return _page(request, row, ShareForm())
    if do in ("link", "end-link"):
        action.link_plan(actor=request.user, number=row.pk, wanted=do == "link")
        return _done(request, row, "There is a link to this plan." if do == "link" else "The link is ended.")
    if do == "remove":
        sent = request.POST.get("reader", "")
        reader = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0
        action.unshare_plan(actor=request.user, number=row.pk, reader=reader)
        return _done(request, row, "They can no longer read this plan.")
    form = ShareForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form, 422)
    try:
        share, _ = action.share_plan(actor=request.user, number=row.pk, email=form.cleaned_data["email"])
    except RefusedError as refused:
        form.refuse(refused.faults)
        return _page(request, row, form, 422)
    return _done(request, row, f"{_called(share.user)} can read this plan. They find it under ‘Plans’.")


@require_POST
def plan_comment(request: HttpRequest, number: int) -> HttpResponse:
    """Writes a comment. Raises UnknownPlan and PlanDenied."""
    link, words = request.GET.get("link", ""), request.POST.get("words", "")
    row = access.find(request.user, number, link)
    back = f"{room.plan_url(row)}{'?' + urlencode({'link': link}) if link else ''}#comments"
    # a form that somebody goes back to has its key still: other words are another comment
    sent = f"{request.POST.get('key', '')} {words.strip()}"
    try:
        action.comment_plan(
            actor=request.user, number=row.pk, link=link, words=words,
            key=sha256(f"{request.user.pk} {row.pk} {sent}".encode("utf-8", "replace")).hexdigest(),
        )  # fmt: skip
    except RefusedError as refused:
        messages.error(request, f"{'; '.join(fault.said for fault in refused.faults)}.")
    return HttpResponseRedirect(back)


def comments_of(row: SavedPlan) -> list[dict[str, str]]:
    """What was written to a plan, the oldest first."""
    return [
        {
            "who": staff_names.person(each.who),
            "when": moment_words(timezone.localtime(each.at)),
            "words": each.words,
        }
        for each in row.comments.order_by("at", "pk")
    ]


def _called(reader: User) -> str:
    """Somebody by name, or by the address that was typed where names of staff are withheld."""
    return reader.email if staff_names.withheld() else str(reader)


def _done(request: HttpRequest, row: SavedPlan, done: str) -> HttpResponseRedirect:
    messages.success(request, done)
    return HttpResponseRedirect(reverse("plan-share", args=[row.pk]))


def _page(request: HttpRequest, row: SavedPlan, form: ShareForm, status: int = 200) -> HttpResponse:
    state = needed_state(request).of_now()
    unit = unit_of_plan(state, request.user, row)
    link = request.build_absolute_uri(f"{room.plan_url(row)}?{urlencode({'link': row.link})}")
    context: dict[str, Any] = {
        "form": form,
        "row": row,
        "crumbs": room.crumbs(request, state, unit, row),
        "readers": [
            (each.user_id, _called(each.user)) for each in row.shares.select_related("user").order_by("pk")
        ],
        "link": link if row.link else "",
        "key": uuid.uuid4().hex,
    }
    return render(request, "plans/share.jinja", context, status=status)
