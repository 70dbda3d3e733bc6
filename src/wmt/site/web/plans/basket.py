"""Cases of somebody, or of any table, ticked and added to a plan, with their sum."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from wmt import ledger
from wmt.allocation.cases import CaseToGive
from wmt.plan.plan_file import PlanError
from wmt.site import tables
from wmt.site.accounts import visibility
from wmt.site.audit.reads import note_read
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import plans as action
from wmt.site.changes import spread
from wmt.site.changes.plan_cases import readable_cases
from wmt.site.links import unit_url
from wmt.site.plans import access
from wmt.site.shown import needed_state
from wmt.site.web.forms.refusable import RefusableForm
from wmt.site.web.plans import room, step_forms
from wmt.site.web.units import cohort_column
from wmt.site.web.units.labels import upper_first
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import counted

#: So many cases of a table are shown at once, to be ticked.
MOST_AT_ONCE = 200


class HeldCase(NamedTuple):
    """A case, and the post that holds it."""

    holder: Unit
    case: CaseToGive


class BasketForm(RefusableForm):
    """Which cases, who would get them, and the plan they are added to."""

    plan = forms.ChoiceField(
        error_messages={"required": "Choose a plan", "invalid_choice": "Choose a plan from the list"}
    )
    to = forms.ChoiceField(
        error_messages={"required": "Choose who", "invalid_choice": "Choose who from the list"}
    )
    case = forms.Field(required=False)


@require_http_methods(["GET", "HEAD", "POST"])
def basket_page(request: HttpRequest, post: str) -> HttpResponse:
    """The cases of a post, for whoever reads them. Raises UnknownUnit, InThePast and Http404."""
    state = needed_state(request).of_now()
    holder = room.unit_of(request, state, "post", post)
    if not visibility.cases(request.user, state).covers(holder):
        raise Http404("there are no cases here that you may read")
    cases = [HeldCase(holder, case) for case in spread.listed(state, holder, request.user)]
    return _shown(request, state, cases, [holder])


@require_http_methods(["GET", "HEAD", "POST"])
def cases_page(request: HttpRequest) -> HttpResponse:
    """Cases of any table by their CRNs (`crn`), each for whoever reads it. Raises InThePast."""
    state = needed_state(request).of_now()
    typed = re.split(r"[\s,;]+", " ".join(request.GET.getlist("crn")).upper())
    refs = [ref for ref in dict.fromkeys(typed) if ref][:MOST_AT_ONCE]
    found = readable_cases(request.user, refs, state)
    holders = list({post.code: post for post in found.values()}.values())
    listed = {
        case.ref: HeldCase(holder, case)
        for holder in holders
        for case in spread.listed(state, holder, request.user)
    }
    return _shown(request, state, [listed[ref] for ref in refs if ref in listed], holders, refs)


def _shown(
    request: HttpRequest,
    state: State,
    cases: Sequence[HeldCase],
    holders: Sequence[Unit],
    asked: Sequence[str] = (),
) -> HttpResponse:
    """The cases to tick and their sum; those that were sent are added. `asked`: which CRNs were asked for."""
    for holder in holders:
        note_read(request.user, holder)
    alone = holders[0].code if len(holders) == 1 else ""
    choices = [
        (code, words)
        for code, words in (step_forms.StepChoices(request.user, holders[0], state).posts if holders else ())
        if code != alone
    ]
    form = BasketForm(request.POST if request.method == "POST" else None)
    plans = [(str(row.pk), row.name) for row in access.own(request.user)]
    for name, found in (("plan", plans), ("to", choices)):
        field: Any = form.fields[name]
        field.choices = found
    known = {each.case.ref for each in cases}
    ticked = [ref for ref in dict.fromkeys(request.POST.getlist("case")) if ref in known]
    if request.method != "POST" or request.POST.get("do") == "sum":
        form.is_bound = False
        form.initial = {name: request.POST.get(name, "") for name in ("plan", "to")}
    elif form.is_valid() and (done := _added(request, form, ticked)):
        return done
    unknown = [ref for ref in asked if ref not in known]
    return _page(request, state, form, cases, ticked, unknown)


def _added(request: HttpRequest, form: BasketForm, ticked: Sequence[str]) -> HttpResponse | None:
    """Back to the plan, which has one step more; None where the form says what is wrong."""
    if not ticked:
        form.add_error("case", "Tick at least one case")
        return None
    row = access.find_own(request.user, int(form.cleaned_data["plan"]))
    step = {"do": "move", "cases": list(ticked), "to": form.cleaned_data["to"]}
    try:
        longer = room.with_step(row.plan, step)
        if row.plan.steps[-1:] == longer.steps[-1:]:  # sent twice
            return room.back(request, row, "These cases are in the plan already, as its last step.")
        action.change_plan(actor=request.user, number=row.pk, plan=longer, version=row.version)
    except (PlanError, ConflictError) as error:
        form.add_error(None, str(error))
        return None
    except RefusedError as refused:
        form.refuse(refused.faults)
        return None
    return room.back(request, row, f"{counted(len(ticked), 'case')} added as step {len(longer.steps)}.")


def _page(
    request: HttpRequest,
    state: State,
    form: BasketForm,
    cases: Sequence[HeldCase],
    ticked: Sequence[str],
    unknown: Sequence[str],
) -> HttpResponse:
    holders = {each.holder.code: each.holder for each in cases}
    first = next(iter(holders.values()), None)
    context = {
        "form": form,
        "holder": first if len(holders) == 1 else None,
        "table": cohort_column.with_cohorts(
            _table(cases, ticked, one_holder=len(holders) < 2), request.user, state
        ),
        "sum": _sum(cases, ticked) if ticked else "",
        "unknown": unknown,
        "plans": form.fields["plan"].choices,  # type: ignore[attr-defined]
        "people": form.fields["to"].choices,  # type: ignore[attr-defined]
        "crumbs": [(each.name, unit_url("post", each.code, "caseload")) for each in holders.values()][:1]
        if len(holders) == 1
        else [("Plans", reverse("plans"))],
        "new_query": urlencode({"level": "team", "code": first.team_code}) if first else "",
    }
    return render(request, "plans/basket.jinja", context, status=422 if form.errors else 200)


def _table(cases: Sequence[HeldCase], ticked: Sequence[str], *, one_holder: bool) -> tables.Table:
    columns = [
        tables.Column("case", "Add", "way"),
        tables.Column("crn", "CRN", "code"),
        tables.Column("what", "Case"),
        *([] if one_holder else [tables.Column("holder", "Held by")]),
        tables.Column("points", "Points", "points"),
    ]
    rows = [
        tables.Row(
            {
                "case": tables.Value(
                    case.ref, f"Add {case.ref}", tone="ticked" if case.ref in ticked else "tick"
                ),
                "crn": tables.text(case.ref or ""),
                "what": tables.text(upper_first(case.words)),
                "holder": tables.text(staff_names.shown(holder.name, holder.code) or holder.code),
                "points": tables.exact(case.points_x100),
            }
        )
        for holder, case in cases
    ]
    who = f" of {cases[0].holder.name}" if one_holder and cases else ""
    return tables.Table("cases", f"Cases{who}", columns, rows, empty="No case is listed by its CRN here.")


def _sum(cases: Sequence[HeldCase], ticked: Sequence[str]) -> str:
    """How many points the cases ticked have, and what whoever holds them would have without."""
    mine: dict[str, list[HeldCase]] = {}
    for each in cases:
        if each.case.ref in ticked:
            mine.setdefault(each.holder.code, []).append(each)
    sums = {code: sum(each.case.points_x100 for each in held) for code, held in mine.items()}
    said = [f"{counted(len(ticked), 'case')} ticked: {tables.exact(sum(sums.values())).text} points."]
    for code, held in mine.items():
        holder = held[0].holder
        if not holder.available_x100:  # nobody's, or of somebody without hours: there is no share to tell
            continue
        after = ledger.shown_capacity(holder.points_x100 - sums[code], holder.available_x100)
        now = ledger.shown_capacity(holder.points_x100, holder.available_x100)
        them = "them" if len(held) > 1 else "it"
        said.append(f"{holder.name} would have {after} without {them}, and has {now} now.")
    return " ".join(said)
