"""A what-if on minutes put into a plan, as a step that changes rules."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from wmt.plan.plan_file import PlanError
from wmt.rules import RulesError
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import plans as action
from wmt.site.plans import access
from wmt.site.web.minutes import pages
from wmt.site.web.plans import room


class IntoPlanForm(forms.Form):
    """The number of the plan; what it has now is what it is added to."""

    plan = forms.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        error_messages={"required": "Choose a plan", "invalid": "Choose a plan"},
    )


@require_POST
def into_plan(request: HttpRequest) -> HttpResponse:
    """Adds the step that lays the points of a what-if. Raises UnknownPlan, PlanDenied and UnknownUnit."""
    form, asked = IntoPlanForm(request.POST), pages.asked_by(request, request.POST)
    try:
        points = pages.tried(asked).points
    except RulesError as error:
        return _back(request, asked, f"{error}")
    if not points:
        return _back(request, asked, "No points change, so there is nothing to put into a plan")
    if not form.is_valid():
        return _back(request, asked, "Choose a plan")
    row = access.find_own(request.user, form.cleaned_data["plan"])
    step = {"do": "rules", "reference": f"what-if on minutes: {pages.reference(asked)}", "values": points}
    try:
        longer = room.with_step(row.plan, step)
        if row.plan.steps[-1:] == longer.steps[-1:]:  # sent twice
            return room.back(request, row, "This what-if is in the plan already, as its last step.")
        action.change_plan(actor=request.user, number=row.pk, plan=longer, version=row.version)
    except (PlanError, ConflictError, RefusedError) as error:
        return _back(request, asked, f"{error}")
    return room.back(request, row, f"The what-if is added as step {len(longer.steps)}.")


def _back(request: HttpRequest, asked: pages.AskedWhatIf, wrong: str) -> HttpResponse:
    messages.error(request, f"{wrong.removesuffix('.')}. Nothing was added.")
    return HttpResponseRedirect(asked.href())
