"""The forms of a duty: shown, checked and done by the actions; no word typed is ever lost."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.availability import change_requests
from wmt.site.duties import access
from wmt.site.duties.actor import DutyActor
from wmt.site.duties.models import Duty
from wmt.site.shown import needed_state
from wmt.site.web.duties import step_pages, timeline
from wmt.site.web.duties.links import duty_url
from wmt.site.workload.state import State


def step_page(name: str) -> Callable[[HttpRequest, int], HttpResponse]:
    """The view of one thing that can be done with a duty."""
    kind = step_pages.KINDS[name]

    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, number: int) -> HttpResponse:
        if not kind.own:
            need(request, Action.HANDLE_DUTIES)
        state = needed_state(request).of_now()
        duty = access.find(request.user, state, number)
        if kind.own:
            access.need_own(request.user, duty)
        else:
            access.need_handle(request.user, duty, state)
        return _step(request, state, duty, kind)

    view.__doc__ = kind.title
    return view


def _step(request: HttpRequest, state: State, duty: Duty, kind: step_pages.StepPage) -> HttpResponse:
    initial = {"version": duty.steps_count, **kind.initial(duty, state)}
    form = kind.form(request.POST if request.method == "POST" else None, initial=initial)
    if request.method != "POST":
        return _shown(request, state, duty, kind, form)
    if not form.is_valid():
        return _shown(request, state, duty, kind, form, status=422)
    asker = DutyActor(user=request.user, state=state)  # type: ignore[arg-type]
    try:
        kind.do(asker=asker, number=duty.pk, **form.given())
    except change_requests.ConflictError as conflict:
        duty.refresh_from_db()
        data = request.POST.copy()
        data["version"] = str(duty.steps_count)
        form.data = data
        return _shown(request, state, duty, kind, form, conflicts=conflict.faults, status=409)
    except change_requests.RefusedError as refused:
        form.refuse(refused.faults)
        return _shown(request, state, duty, kind, form, status=422)
    duty.refresh_from_db()
    messages.success(request, kind.done(duty, state))
    return HttpResponseRedirect(duty_url(duty))


def _shown(
    request: HttpRequest,
    state: State,
    duty: Duty,
    kind: step_pages.StepPage,
    form: Any,
    *,
    conflicts: Sequence[change_requests.ChangeFault] = (),
    status: int = 200,
) -> HttpResponse:
    context = {
        "duty": duty,
        "kind": kind,
        "form": form,
        "conflicts": conflicts,
        "can_save": (duty.is_open or kind.closed_too)
        and not (conflicts and kind.name in ("acknowledge", "ask", "answer", "close", "keep")),
        "back": duty_url(duty),
        "crumbs": timeline.crumbs_of(request, state, duty),
        "last_review": step_pages.last_review(state),
        "asked": timeline.asked_for(duty) if kind.name == "answer" else None,
        "confirm": timeline.confirm_of(list(duty.steps.order_by("number"))) if duty.confirm_by else "",
        "choices": list(form.fields[kind.form.parts[0]].choices)
        if (kind.name in ("decide", "answer"))
        else [],
    }
    return render(request, "duties/form.jinja", context, status=status)
