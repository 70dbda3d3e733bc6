"""What comes of it if people leave, kept as a plan: the moves of cases that fit, then each who leaves."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from wmt.days import written
from wmt.plan.balance.problem import ProblemError
from wmt.plan.plan_file import PlanError, plan_of
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import plans as plan_actions
from wmt.site.links import unit_url
from wmt.site.queries.unit_request import UnitRequest, question_of
from wmt.site.shown import needed_state
from wmt.site.web.forms.sent_key import sent_key
from wmt.site.web.plans import leavers, room
from wmt.site.web.plans.leavers_form import LeaversForm
from wmt.text import counted


@require_POST
def leavers_plan(request: HttpRequest, level: str, code: str) -> HttpResponse:
    """Makes a plan of what was asked. Sent twice it is one. Raises UnknownUnit, InThePast and Http404."""
    state, question = needed_state(request).of_now(), question_of(request, level, code)
    if not leavers.applies(question.unit):
        raise Http404("people leave teams and PDUs")
    form = LeaversForm(request.POST, question.unit, state.day)
    chosen = leavers.chosen_of(request.POST, leavers.people(state, question.unit))
    asked = {name: request.POST.getlist(name) for name in ("leaver", "day", "within") if name in request.POST}
    back = f"{unit_url(level, code, 'leavers')}?{urlencode({**asked, 'ask': '1'}, doseq=True)}"
    if not chosen or leavers.faults_of(request.POST, chosen, form):  # the page of the form says what is wrong
        return HttpResponseRedirect(back)
    try:
        answer = leavers.answer_to(UnitRequest(request, state, question.unit), form, chosen)
        day = written(form.found("day"))
        name = f"{counted(len(chosen), 'person leaves', 'people leave')}: {question.unit.name}"
        plan = plan_of({
            "name": f"{name}, {day}"[:200], "steps": answer.found.steps,
            "note": f"From {day}, by the figures of {written(state.day)}.",
        })  # fmt: skip
        row, is_new = plan_actions.make_plan(
            actor=request.user, plan=plan, level=level, code=code,
            key=sent_key(request),
        )  # fmt: skip
    except (PlanError, ProblemError) as error:
        messages.error(request, f"{error}. No plan was made.")
        return HttpResponseRedirect(back)
    except RefusedError as refused:
        messages.error(request, f"{'; '.join(fault.said for fault in refused.faults)}. No plan was made.")
        return HttpResponseRedirect(back)
    done = "The plan is made. Nobody leaves and nothing is moved until somebody does it."
    return room.back(request, row, done if is_new else "This was sent twice. It is one plan.")
