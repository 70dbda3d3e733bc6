"""Pages of a held night: what it was compared with, and the two decisions. Also what the strip says of it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from wmt.nights.plausibility import Difference, verdict_of
from wmt.nights.plausibility_labels import moment, row
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.loads import held
from wmt.site.loads.jobs import accept_held
from wmt.site.tables import Column, Row, Table, text
from wmt.site.workload.models import Load

_LONGEST_REASON = 1_000


class DecisionForm(forms.Form):
    """Why a held night is accepted or rejected, and which of the two."""

    reason = forms.CharField(
        max_length=_LONGEST_REASON,
        error_messages={"required": "Enter a reason"},
    )
    decision = forms.ChoiceField(
        choices=[("accept", "accept"), ("reject", "reject")],
        error_messages={"required": "Choose whether to accept or reject the data"},
    )


@require_POST
def load_decide(request: HttpRequest, number: int) -> HttpResponse:
    """Accept a held night, or reject it."""
    need(request, Action.LOAD)
    from wmt.site.web.loads.views import load_page

    form = DecisionForm(request.POST)
    if not form.is_valid():
        return load_page(request, number, form, status=422)
    reason = form.cleaned_data["reason"]
    try:
        if form.cleaned_data["decision"] == "accept":
            accept_held(number, reason=reason, user=request.user)
        else:
            held.reject(number, reason=reason, who=str(request.user), user=request.user)
            messages.success(request, f"Load {number} has been rejected. The figures shown have not changed.")
    except held.CannotDecideError as error:
        form.add_error("reason", str(error))
        return load_page(request, number, form, status=409)
    return HttpResponseRedirect(reverse("load", args=[number]))


def tables(load: Load) -> list[Table]:
    """What a night was compared with: one table for each night beside it."""
    verdict = verdict_of(load.verdict)
    columns = (Column("what", "Measure"), Column("before", "Before"), Column("now", "Now"),
               Column("change", "Change"), Column("limit", "Limit"),
               Column("verdict", "Over the limit"))  # fmt: skip
    return [
        Table(
            f"beside-{number}",
            f"Compared with data from {_named(name)}",
            columns,
            [_row(each) for night, each in verdict.differences if night == name],
        )
        for number, name in enumerate(verdict.beside)
    ]


def _named(name: str) -> str:
    day, _, clock = name.partition("T")
    return moment(f"{day}T{clock[:2]}:{clock[2:4]}") + (", as corrected" if "." in name else "")


def _row(difference: Difference) -> Row:
    what, before, now, change, limit = row(difference)
    return Row(
        {
            "what": text(what),
            "before": text(before),
            "now": text(now),
            "change": text(change),
            "limit": text(limit),
            "verdict": text("Yes" if difference.beyond else "No"),
        }
    )


def decided(load: Load) -> str:
    """What somebody decided on a load, in a sentence; empty where nobody had to."""
    decision: dict[str, Any] = load.decision
    if not decision.get("reason") or not load.verdict:
        return ""
    return f"{decision['by']} {decision['is']} it. Reason: {decision['reason']}"
