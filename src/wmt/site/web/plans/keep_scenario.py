"""A demand scenario kept as a plan: each lever is a step, so that it is compared and shared as plans are."""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from wmt.plan.plan_file import Plan
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import plans as action
from wmt.site.links import NATION, unit_url
from wmt.site.shown import needed_state
from wmt.site.web.plans import room
from wmt.site.web.staffing.scenario_form import ScenarioForm


class ScenarioNameForm(forms.Form):
    """The name of the plan; `key` is that of the page it is sent from."""

    key = forms.CharField(required=False, max_length=64)
    name = forms.CharField(
        max_length=200,
        error_messages={
            "required": "Enter a name for the plan",
            "max_length": "The name can be 200 characters long at most",
        },
    )


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Makes a plan of the levers that were sent. Raises UnknownUnit and InThePast."""
    state = needed_state(request).of_now()
    unit = room.unit_of(request, state, request.GET.get("level", NATION), request.GET.get("code", NATION))
    named, form = ScenarioNameForm(request.POST), ScenarioForm(request.POST)
    back = f"{unit_url(unit.level, unit.code, 'scenario')}?{urlencode(form.typed)}"
    wrong = [
        *(str(said) for texts in named.errors.values() for said in texts),
        *(text for _, text in form.faults),
    ]
    if not wrong and not form.steps:
        wrong = ["Nothing is different from today. Enter at least one change"]
    if wrong:
        return _refused(request, back, wrong)
    plan = Plan(name=named.cleaned_data["name"].strip() or "Scenario", steps=list(form.steps))
    key = named.cleaned_data["key"] or uuid.uuid4().hex
    try:
        row, is_new = action.make_plan(
            actor=request.user, plan=plan, level=unit.level, code=unit.code, key=key
        )
    except RefusedError as refused:
        return _refused(request, back, [fault.said for fault in refused.faults])
    return room.back(request, row, "The plan is made." if is_new else "This was sent twice. It is one plan.")


def _refused(request: HttpRequest, back: str, wrong: list[str]) -> HttpResponseRedirect:
    messages.error(request, f"{'. '.join(each.removesuffix('.') for each in wrong)}. No plan was made.")
    return HttpResponseRedirect(back)
