"""Writing a proposal, and changing a draft: what is said of it, and values one by one or as a table."""

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wmt import rules
from wmt.rules import rule_tables
from wmt.site.accounts.access import NATION, need
from wmt.site.accounts.roles import Action
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import rule_proposals as action
from wmt.site.clock import calendar_day
from wmt.site.rule_proposals.in_force import tree_under
from wmt.site.rule_proposals.models import RuleProposal
from wmt.site.rule_proposals.reading import find
from wmt.site.web.rule_proposals import forms

_METHODS = ["GET", "HEAD", "POST"]
#: A form has at most so many values; larger tables are sent as files.
MOST_FIELDS = 400


@require_http_methods(_METHODS)
def new(request: HttpRequest) -> HttpResponse:
    """The form of a new proposal: of one rule (`?rule=`) or of a table (`?table=`). Raises Denied."""
    _need(request)
    tomorrow = calendar_day() + timedelta(1)
    former = _superseded(request)
    first: dict[str, Any] = {"key": uuid.uuid4().hex, "first_day": tomorrow}
    if former is not None:
        begins = max(tomorrow, former.first_day)
        first |= forms.said_of(former) | {"supersedes": former.pk, "edition": None, "first_day": begins}
    return _answer(request, None, first, former)


@require_http_methods(_METHODS)
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """The form of a draft. Raises Denied and UnknownRuleProposal."""
    _need(request)
    row = find(number)
    return _answer(request, row, forms.said_of(row), row)


def _need(request: HttpRequest) -> None:
    level, code = NATION
    need(request, Action.PROPOSE_RULES, level=level, code=code)


def _superseded(request: HttpRequest) -> RuleProposal | None:
    asked = request.GET.get("supersedes", "")
    return find(int(asked)) if asked.isdecimal() and len(asked) < 10 else None


def _answer(
    request: HttpRequest, row: RuleProposal | None, first: dict[str, Any], filled: RuleProposal | None
) -> HttpResponse:
    if request.method != "POST":
        inputs = _inputs(request, filled, first["first_day"])
        return _page(request, row, forms.ProposalForm(initial=first), inputs)
    tree, form = rules.load(), forms.ProposalForm(request.POST)
    is_valid = form.is_valid()
    day = form.cleaned_data["first_day"] if is_valid else first["first_day"]
    former = form.cleaned_data["supersedes"] if is_valid else None
    under = tree if former is None else tree_under(find(former))
    inputs, entries = forms.read_values(tree, request.POST, day, under)
    wrong = any(each.fault for each in inputs)
    if wrong or not is_valid:
        return _page(request, row, form, inputs, status=422)
    try:
        wanted = form.wanted(entries)
        if row is None:
            saved, is_new = action.propose(actor=request.user, wanted=wanted)
        else:
            edition = form.cleaned_data["edition"] or 0
            saved = action.edit(actor=request.user, number=row.pk, edition=edition, wanted=wanted)
            is_new = True
    except ConflictError as conflict:
        return _page(request, row, form, inputs, conflict=str(conflict), status=409)
    except RefusedError as refused:
        form.refuse(refused.faults)
        return _page(request, row, form, inputs, status=422)
    messages.success(request, "The draft is saved." if is_new else "This was sent twice. The draft is saved.")
    return HttpResponseRedirect(reverse("rule-proposal", args=[saved.pk]))


def _inputs(request: HttpRequest, filled: RuleProposal | None, first_day: date) -> list[forms.ValueInput]:
    """The fields: the values that are proposed, then the rule or the table that is asked for."""
    tree, found = rules.load(), list[forms.ValueInput]()
    there: set[str] = set()
    for path, day, value in _held_from(filled, first_day) if filled is not None else ():
        if path in tree.parameters:
            own = day if day > first_day else None
            found.append(forms.input_of(tree, path, first_day, forms.as_typed(value), own))
            there.add(path)
    for path in _asked(request, tree):
        if path not in there:
            found.append(forms.input_of(tree, path, first_day, None))
    return found


def _held_from(row: RuleProposal, first_day: date) -> list[tuple[str, date, rules.Scalar]]:
    """The values of a proposal from a day on: those that begin later, and of each rule the last before."""
    entries = sorted(row.overlay.entries, key=lambda each: each[1])
    last = {path: day for path, day, _ in entries if day <= first_day}
    order = {path: at for at, path in enumerate(row.overlay.paths)}
    kept = [each for each in entries if each[1] > first_day or last[each[0]] == each[1]]
    return sorted(kept, key=lambda each: (order[each[0]], each[1]))


def _asked(request: HttpRequest, tree: rules.Tree) -> Sequence[str]:
    """The rules that are asked for in the address. Raises NoRuleError's page where there are none such."""
    path, root = request.GET.get("rule", "").strip(), request.GET.get("table", "")
    if path:
        return [path] if path in tree.parameters else []
    if root in rule_tables.table_roots(tree):
        return list(rule_tables.rule_table(tree, root).paths.values())[:MOST_FIELDS]
    return []


def _page(
    request: HttpRequest,
    row: RuleProposal | None,
    form: forms.ProposalForm,
    inputs: Sequence[forms.ValueInput],
    *,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    tree = rules.load()
    asked = request.GET.get("rule", "").strip()
    root = request.GET.get("table", "")
    root = root if root in rule_tables.table_roots(tree) else ""
    by_path = {each.path: each for each in inputs if each.day is None}
    table = rule_tables.rule_table(tree, root) if root else None
    in_table = set(table.paths.values()) if table else set()
    faults = [(each.field, f"{each.path}: {each.fault}") for each in inputs if each.fault]
    for messages_of in form.errors.values():
        faults += [("", str(message)) for message in messages_of]
    context = {
        "row": row, "form": form, "conflict": conflict, "faults": faults,
        "inputs": [each for each in inputs if each.path not in in_table or each.day is not None],
        "table": table, "by_path": by_path,
        "unknown": asked if asked and asked not in tree.parameters else "",
        "roots": rule_tables.table_roots(tree), "paths": tree.paths,
        "crumbs": [("Rules", reverse("rules")), ("Proposed changes", reverse("rule-proposals"))],
        "is_large": bool(table and len(table.paths) > MOST_FIELDS),
        "here": request.path,
    }  # fmt: skip
    return render(request, "rule_proposals/form.jinja", context, status=status)
