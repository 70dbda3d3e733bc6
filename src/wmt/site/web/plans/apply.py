"""Applying a plan in the browser: what its steps would become, ticking them, and doing them."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from wmt.days import moment_words
from wmt.plan.plan_file import Plan
from wmt.site.allocation import labels
from wmt.site.allocation.queries import limited_before
from wmt.site.audit.reads import note_read
from wmt.site.availability.change_requests import ChangeFault, ConflictError, RefusedError
from wmt.site.changes import allocate, allocation_messages, plan_again, plan_apply, plan_steps, priority
from wmt.site.changes.plan_cases import names_of_pdus
from wmt.site.figures import units
from wmt.site.outbox import mail_server
from wmt.site.plans import access
from wmt.site.plans.models import SavedPlan
from wmt.site.queries.plan_applied import applied_steps
from wmt.site.queries.plan_effects import PlanEffect, PlanReading, unit_of_plan
from wmt.site.shown import needed_state, state_anew
from wmt.site.web.allocation.forms import SHOWN, ReasonsForm
from wmt.site.web.plans import room
from wmt.site.web.plans.effect_table import effect_table
from wmt.site.web.units.labels import upper_first
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import counted


class PlanApplyForm(ReasonsForm):
    """Which steps of a plan are applied, and why. `shown` stands for what they were seen to become."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    shown = forms.CharField(required=False, max_length=64)
    change_reason = forms.CharField(required=False, max_length=40)
    reduction_reason = forms.CharField(required=False, max_length=40)
    level_why = forms.CharField(required=False, max_length=10 * priority.MOST)

    def refuse(self, faults: Sequence[ChangeFault]) -> None:
        for fault in faults:
            self.add_error(
                fault.field if fault.field in (*SHOWN, *plan_apply.CHOSEN) else None, fault.message
            )

    def need(self, faults: Sequence[ChangeFault]) -> None:
        """What is missing, where nothing is said of the field yet."""
        self.refuse([fault for fault in faults if fault.field not in self.errors])

    def request(self, number: int, link: str, steps: Sequence[int] | None) -> plan_apply.PlanRequest:
        """The request that the form makes; `seen` is what it showed."""
        typed = dict(self.cleaned_data) if self.is_bound else {}
        seen = typed.pop("shown", "")
        return plan_apply.PlanRequest(number=number, link=link, steps=steps, seen=seen, **typed)


@require_http_methods(["GET", "HEAD", "POST"])
def plan_apply_page(request: HttpRequest, number: int) -> HttpResponse:
    """What the steps of a plan would become, and doing those that are ticked. Raises UnknownPlan, PlanDenied,
    Denied and InThePast."""
    link = request.GET.get("link", "")
    row = access.find(request.user, number, link)
    needed_state(request).of_now()
    if request.method != "POST":
        form = PlanApplyForm(initial={"key": uuid.uuid4().hex, "version": row.version, "tell_previous": True})
        return _page(request, row, form, plan_apply.PlanRequest(number=row.pk, link=link))
    form = PlanApplyForm(request.POST)
    there = {str(number): number for number in range(1, len(row.plan.steps) + 1)}
    ticked = [there[each] for each in request.POST.getlist("step") if each in there]
    if not form.is_valid():
        return _page(request, row, form, plan_apply.PlanRequest(number=row.pk, link=link), 422)
    wanted = form.request(row.pk, link, ticked)
    if request.POST.get("do") != "apply":
        return _page(request, row, form, wanted)
    return _apply(request, row, form, wanted)


def _apply(
    request: HttpRequest, row: SavedPlan, form: PlanApplyForm, wanted: plan_apply.PlanRequest
) -> HttpResponse:
    if not wanted.seen or request.POST.get("looked") != _numbers(wanted.steps or ()):
        form.add_error(None, "This is not what you last looked at. See what it would do, then apply it")
        return _page(request, row, form, wanted, 422)
    try:
        made, is_new = plan_apply.apply_plan(actor=request.user, wanted=wanted)
    except ConflictError as conflict:
        return _page(request, row, form, wanted, 409, str(conflict))
    except RefusedError as refused:
        form.refuse(refused.faults)
        return _page(request, row, form, wanted, 422)
    if is_new:
        messages.success(request, f"{counted(len(wanted.steps or ()), 'step is', 'steps are')} applied.")
    else:
        messages.info(request, f"This was sent twice and done once: {made.told}.")
    return HttpResponseRedirect(f"{room.plan_url(row)}{room.link_query(request, row)}")


def _page(
    request: HttpRequest,
    row: SavedPlan,
    form: PlanApplyForm,
    wanted: plan_apply.PlanRequest,
    status: int = 200,
    conflict: str = "",
) -> HttpResponse:
    user: Any = request.user
    state = state_anew(request).of_now()
    row.refresh_from_db()
    if wanted.version not in (None, row.version):  # its steps are others by now
        conflict, status = conflict or plan_apply.changed_since(row, wanted.version or 0), 409
        wanted = replace(wanted, steps=None)
    found = plan_apply.look(actor=user, wanted=replace(wanted, version=None, seen=""))
    if status != 200:
        form.need(plan_apply.faults_of(found))
    unit = unit_of_plan(state, user, row)
    for post in Unit.objects.filter(load_id=state.load_id, level="post", code__in=found.posts_read):
        note_read(user, post)
    refs = [change.ref for change in found.changes if change.kind == "allocation"]
    context = {
        "row": row, "form": form, "found": found, "conflict": conflict, "over_text": state.over_text,
        "crumbs": room.crumbs(request, state, unit, row), "query": room.link_query(request, row),
        "steps": _steps(found, row.plan, PlanReading(row.plan, row.owner, user, unit, state).spoken()),
        "looked": _numbers(each.outcome.number for each in found.fit),
        "table": effect_table(state, PlanEffect([], found.moments), lambda _: ""),
        "reasons": list(labels.reasons_of(waiting=False).items()),
        "change_reasons": list(labels.KIND_REASONS.items()),
        "reduction_reasons": list(plan_steps.reduction_reasons(state.day).items()),
        "most": allocate.NOTES, "gives": bool(refs), "first": labels.INITIAL,
        "mail_is_on": mail_server.is_on(), "domains": allocation_messages.domains(),
        "limited": ", ".join(sorted(limited_before(refs))),
    }  # fmt: skip
    return render(request, "plans/apply.jinja", context, status=status)


def _steps(found: plan_apply.PlanToApply, plan: Plan, said: Sequence[str]) -> list[dict[str, Any]]:
    """Every step of a plan: what it would become if it is ticked, and why it cannot be applied."""
    posts = {code for each in found.changes for code in (each.post, each.from_post)}
    there = Unit.objects.filter(load_id=found.work.state.load_id, level="post", whole=True, code__in=posts)
    names = units.names_of(there) | names_of_pdus(found.work.state, plan.pdus)
    looked = {each.outcome.number: each for each in found.steps}
    steps = []
    for number, words in enumerate(said, 1):
        each = looked.get(number)
        # what is never done here has no box, whatever else was looked at
        never = plan_steps.ELSEWHERE.get(getattr(plan.steps[number - 1], "do", ""), "")
        steps.append({
            "number": number, "words": upper_first(words), "ticked": each is not None and not each.why_not,
            "why_not": each.why_not if each else never,
            "missing": "; ".join(each.outcome.missing) if each else "",
            "becomes": _become_words(each.changes, names) if each else [],
        })  # fmt: skip
    return steps


def _become_words(changes: Sequence[plan_steps.PlanChange], names: Mapping[str, str]) -> list[str]:
    """What a step becomes, in words; `names` of posts by their codes."""
    words = []
    for each in changes:
        to, from_post = names.get(each.post, each.post), names.get(each.from_post, each.from_post)
        said = {
            "allocation": f"{each.ref} ({each.words}): allocated from {from_post} to {to}",
            "case change": f"{each.ref}: {each.words}",
        }
        words.append(said.get(each.kind, f"{to}: {each.words}"))
    return words


def _numbers(numbers: Iterable[int]) -> str:
    return ",".join(map(str, sorted(set(numbers))))


@require_POST
def plan_again_page(request: HttpRequest, number: int, applied: int) -> HttpResponse:
    """Puts what was undone of an applied step back into a plan. Raises UnknownPlan and PlanDenied."""
    row = access.find_own(request.user, number)
    try:
        plan_again.put_back(actor=request.user, number=row.pk, applied=applied)
    except ConflictError as conflict:
        return room.conflicted(request, row, conflict)
    return room.back(request, row, "The step is in the plan again.")


def applied_of(request: HttpRequest, row: SavedPlan, state: State) -> list[dict[str, Any]]:
    """The applied steps of a plan, for its page."""
    return [
        {
            "pk": each.row.pk, "words": upper_first(each.words), "ways": each.ways,
            "who": staff_names.person(each.row.application.who),
            "when": moment_words(timezone.localtime(each.row.application.at)),
            "undone": "" if not each.undone else "undone since" if each.undone == each.made
            else f"{each.undone} of {each.made} undone since",
            "again": not each.to_return,
        } for each in applied_steps(row, request.user, state)
    ]  # fmt: skip
