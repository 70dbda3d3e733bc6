"""A what-if on minutes made the draft of a change of rules, by whoever may propose one."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from wmt.rules import Overlay, RulesError
from wmt.site.accounts.access import NATION, need
from wmt.site.accounts.roles import Action
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import rule_proposals as action
from wmt.site.clock import calendar_day
from wmt.site.web.forms.sent_key import sent_key
from wmt.site.web.minutes import pages

NAME = "What-if on minutes"


@require_POST
def into_proposal(request: HttpRequest) -> HttpResponse:
    """Makes a draft that begins tomorrow: its day, source and reason are written before it is sent. Raises
    Denied and UnknownUnit."""
    level, code = NATION
    need(request, Action.PROPOSE_RULES, level=level, code=code)
    asked = pages.asked_by(request, request.POST)
    try:
        found = pages.tried(asked)
        if not found.tiers:
            return _back(request, asked, "Nothing differs, so there is nothing to propose")
        first = calendar_day() + timedelta(1)
        entries = tuple((path, first, value) for path, value in found.overlay_values.items())
        wanted = action.ProposalRequest(
            overlay=Overlay(NAME, "", entries, reason=pages.reference(asked)),
            key=sent_key(request),
        )
        row, _ = action.propose(actor=request.user, wanted=wanted)
    except (RulesError, RefusedError) as error:
        return _back(request, asked, f"{error}")
    return HttpResponseRedirect(reverse("rule-proposal-edit", args=[row.pk]))


def _back(request: HttpRequest, asked: pages.AskedWhatIf, wrong: str) -> HttpResponse:
    messages.error(request, f"{wrong.removesuffix('.')}. Nothing was proposed.")
    return HttpResponseRedirect(asked.href())
