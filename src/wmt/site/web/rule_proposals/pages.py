"""Proposals as everybody reads them, and the steps that are taken with one."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from wmt.rules import amendments, rule_tables
from wmt.rules import load as rules_in_force
from wmt.rules.overlay_text import overlay_text
from wmt.site.accounts.access import NATION, may, need
from wmt.site.accounts.roles import Action
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import rule_checks
from wmt.site.changes import rule_proposals as action
from wmt.site.clock import calendar_day
from wmt.site.rule_proposals.in_force import tree_beneath
from wmt.site.rule_proposals.models import RuleProposal
from wmt.site.rule_proposals.reading import find, listed
from wmt.site.tables import arranged
from wmt.site.web.rule_proposals import forms, presenters

_S = RuleProposal.State


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every proposal with what became of it, and the values of rules that are ahead."""
    table = presenters.listing(listed(), names=may_see_names(request.user))
    context = {
        "table": arranged(table, request), "proposes": _may(request.user, Action.PROPOSE_RULES),
        "roots": rule_tables.table_roots(rules_in_force()), "crumbs": [("Rules", reverse("rules"))],
    }  # fmt: skip
    return render(request, "rule_proposals/index.jinja", context)


@require_safe
def proposal(request: HttpRequest, number: int) -> HttpResponse:
    """One proposal. Raises UnknownRuleProposal."""
    return _page(request, find(number))


@require_safe
def overlay_file(request: HttpRequest, number: int) -> HttpResponse:
    """A proposal as an overlay file. What follows it in the rules is written in, so that a what-if with the
    file gives what approval would. Raises UnknownRuleProposal."""
    need(request, Action.EXPORT)
    row = find(number)
    said = f"{request.user} downloaded the overlay file of proposal {row.pk}."
    record("export", said, request=request)
    text = overlay_text(amendments.as_overlay(tree_beneath(row), row.overlay))
    answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="rules-proposal-{row.pk}.yaml"'
    return answer


@require_POST
def submit(request: HttpRequest, number: int) -> HttpResponse:
    """Asks for approval. Raises Denied and UnknownRuleProposal."""
    return _step(
        request, number, Action.PROPOSE_RULES, "It waits for somebody else to approve it.",
        lambda sent: action.submit(
            actor=request.user, number=number, edition=sent["edition"], checked=sent["checked"]
        ),
    )  # fmt: skip


@require_POST
def approve(request: HttpRequest, number: int) -> HttpResponse:
    """Makes a proposal a rule. Raises Denied and UnknownRuleProposal."""
    return _step(
        request, number, Action.APPROVE_RULES, "It is approved, and holds from its first day by itself.",
        lambda sent: action.approve(
            actor=request.user, number=number, edition=sent["edition"], checked=sent["checked"]
        ),
    )  # fmt: skip


@require_POST
def decline(request: HttpRequest, number: int) -> HttpResponse:
    """Says no. Raises Denied and UnknownRuleProposal."""
    return _step(
        request, number, Action.APPROVE_RULES, "It is declined.",
        lambda sent: action.decline(
            actor=request.user, number=number, edition=sent["edition"], why=sent["why"]
        ),
    )  # fmt: skip


@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Takes a proposal back, or ends it. Raises Denied and UnknownRuleProposal."""
    return _step(
        request, number, Action.PROPOSE_RULES, "It is withdrawn.",
        lambda sent: action.withdraw(
            actor=request.user, number=number, edition=sent["edition"], why=sent["why"], ends=sent["ends"],
            checked=sent["checked"],
        ),
    )  # fmt: skip


def may_see_names(user: Any) -> bool:
    """Whether somebody reads who proposed and who decided: those who do that, and who reads the audit."""
    return any(_may(user, each) for each in (Action.PROPOSE_RULES, Action.APPROVE_RULES, Action.READ_AUDIT))


def _may(user: Any, wanted: Action) -> bool:
    level, code = NATION
    return may(user, wanted, level=level, code=code)


def _step(
    request: HttpRequest,
    number: int,
    needed: Action,
    done: str,
    take: Callable[[dict[str, Any]], RuleProposal],
) -> HttpResponse:
    level, code = NATION
    need(request, needed, level=level, code=code)
    row, form = find(number), forms.ProposalStepForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form=form, status=422)
    try:
        take(form.cleaned_data)
    except RefusedError as refused:  # a conflict is one
        form.refuse(refused.faults)
        return _page(request, find(number), form=form, status=422)
    messages.success(request, done)
    return HttpResponseRedirect(reverse("rule-proposal", args=[number]))


def _page(
    request: HttpRequest, row: RuleProposal, *, form: forms.ProposalStepForm | None = None, status: int = 200
) -> HttpResponse:
    proposes, approves = (_may(request.user, each) for each in (Action.PROPOSE_RULES, Action.APPROVE_RULES))
    is_own = row.proposed_by_id == request.user.pk
    names = may_see_names(request.user)
    is_open = row.state in (_S.DRAFT, _S.SUBMITTED)
    asks_end = row.state == _S.APPROVED and not presenters.is_ahead(row)
    context = {
        "row": row, "form": form or forms.ProposalStepForm(initial={"edition": row.edition}),
        "about": presenters.about(row, names=names),
        "values": arranged(presenters.values_table(row), request),
        "steps": presenters.steps_table(row, names=names),
        "questions": rule_checks.questions(row) if is_open and (is_own or approves) else [],
        "missing": rule_checks.missing(row) if row.state == _S.DRAFT and is_own else [],
        "can_edit": proposes and is_own and row.state == _S.DRAFT,
        "can_decide": approves and row.state == _S.SUBMITTED, "is_own": is_own,
        "can_withdraw": (is_open and is_own and proposes) or (approves and row.state == _S.APPROVED),
        "asks_end": asks_end, "ending": rule_checks.ending(row, calendar_day()) if asks_end else [],
        "puts_back": row.state == _S.APPROVED and not asks_end and row.supersedes_id,
        "can_supersede": proposes and row.state == _S.APPROVED,
        "unfit": presenters.lost(row),
        "crumbs": [("Rules", reverse("rules")), ("Proposed changes", reverse("rule-proposals"))],
    }  # fmt: skip
    return render(request, "rule_proposals/proposal.jinja", context, status=status)
