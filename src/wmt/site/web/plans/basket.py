"""Cases of somebody, ticked and added to a plan, with their sum."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
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
from wmt.site.links import unit_url
from wmt.site.plans import access
from wmt.site.shown import needed_state
from wmt.site.web.forms.refusable import RefusableForm
from wmt.site.web.plans import room, step_forms
from wmt.site.web.units.labels import upper_first
from wmt.site.workload.models import Unit
from wmt.text import counted


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
    cases = spread.listed(state, holder, request.user)
    note_read(request.user, holder)
    choices = [(code, words) for code, words in step_forms.StepChoices(request.user, holder, state).posts
               if code != holder.code]  # fmt: skip
    form = BasketForm(request.POST if request.method == "POST" else None)
    plans = [(str(row.pk), row.name) for row in access.own(request.user)]
    for name, found in (("plan", plans), ("to", choices)):
        field: Any = form.fields[name]
        field.choices = found
    known = {case.ref for case in cases}
    ticked = [ref for ref in dict.fromkeys(request.POST.getlist("case")) if ref in known]
    if request.method != "POST" or request.POST.get("do") == "sum":
        form.is_bound = False
        form.initial = {name: request.POST.get(name, "") for name in ("plan", "to")}
    elif form.is_valid() and (done := _added(request, form, ticked)):
        return done
    return _page(request, holder, form, cases, ticked)


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
    holder: Unit,
    form: BasketForm,
    cases: Sequence[CaseToGive],
    ticked: Sequence[str],
) -> HttpResponse:
    columns = [
        tables.Column("case", "Add", "way"),
        tables.Column("crn", "CRN", "code"),
        tables.Column("what", "Case"),
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
                "points": tables.exact(case.points_x100),
            }
        )
        for case in cases
    ]
    sum_x100 = sum(case.points_x100 for case in cases if case.ref in ticked)
    after = ledger.shown_capacity(holder.points_x100 - sum_x100, holder.available_x100)
    context = {
        "form": form,
        "holder": holder,
        "table": tables.Table("cases", f"Cases of {holder.name}", columns, rows,
                              empty="No case is listed by its CRN here."),
        "sum": f"{counted(len(ticked), 'case')} ticked: {tables.exact(sum_x100).text} points. "
        f"{holder.name} would have {after} without them, and has "
        f"{ledger.shown_capacity(holder.points_x100, holder.available_x100)} now." if ticked else "",
        "plans": form.fields["plan"].choices,  # type: ignore[attr-defined]
        "people": form.fields["to"].choices,  # type: ignore[attr-defined]
        "crumbs": [(holder.name, unit_url("post", holder.code, "caseload"))],
        "new_query": urlencode({"level": "team", "code": holder.team_code}),
    }  # fmt: skip
    return render(request, "plans/basket.jinja", context, status=422 if form.errors else 200)
