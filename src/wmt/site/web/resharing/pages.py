"""The page of a search: how far it is, its answer, what is kept for the next one, and its way into a plan."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from wmt.days import written
from wmt.plan.balance.problem import ProblemError
from wmt.plan.plan_file import MOST_STEPS, PlanError, plan_of
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import plans as plan_actions
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.loads import jobs
from wmt.site.plans.models import SavedPlan, SharingSearch
from wmt.site.queries import resharing, resharing_job
from wmt.site.queries.plan_effects import unit_of_plan
from wmt.site.queries.resharing_answer import AskedSharing, plan_steps
from wmt.site.shown import needed_state
from wmt.site.tables import arranged
from wmt.site.web.charts.downloads import offered
from wmt.site.web.resharing import pictures
from wmt.site.web.resharing.answer_tables import MOST_TICKED, ShownAnswer, sentences
from wmt.site.web.resharing.choices import Choices, held_things, names_in
from wmt.site.web.resharing.question_form import ResharingForm, as_query
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


@require_POST
def search_new(request: HttpRequest, level: str, code: str) -> HttpResponse:
    """Has a job look for the best answer to the question of the form. Raises UnknownUnit and Http404."""
    state = needed_state(request).of_now()
    unit = units.find(state, request.user, level, code)  # type: ignore[arg-type]
    if unit.level not in resharing.LEVELS:
        raise Http404("cases are shared again in teams, PDUs and regions")
    sharers = {post.code for post in resharing.sharers_of(state, request.user, unit)}
    form, tab = ResharingForm(request.POST, sharers), unit_url(level, code, "reshare")
    if not form.is_valid():  # the page of the form says what is wrong
        return HttpResponseRedirect(f"{tab}?{urlencode(form.data | {'ask': '1'})}")
    return _ask(request, state, unit, form.question, tab)


def _ask(
    request: HttpRequest, state: State, unit: Unit, question: resharing.SharingQuestion, back: str
) -> HttpResponse:
    """To the page of the search; back where too many are under way."""
    try:
        row, _ = resharing_job.ask_best(actor=request.user, state=state, unit=unit, question=question)
    except RefusedError as refused:
        messages.error(request, f"{'; '.join(fault.said for fault in refused.faults)}.")
        return HttpResponseRedirect(back)
    return HttpResponseRedirect(reverse("sharing", args=[row.key]))


@require_safe
def search_page(request: HttpRequest, key: str) -> HttpResponse:
    """A search: how far it is, or its answer with every move. Raises Http404."""
    return _page(request, _own(request, key))


@require_safe
def search_progress(request: HttpRequest, key: str) -> HttpResponse:
    """The part of the page that says how far it is; of one that has ended the page is fetched anew."""
    row = _own(request, key)
    if not row.is_under_way:
        return HttpResponseClientRefresh()
    return render(request, "resharing/progress.jinja", {"row": row, "is_left": _is_left(row)})


@require_POST
def search_stop(request: HttpRequest, key: str) -> HttpResponse:
    """Ends a search with what it has found. Raises Http404."""
    resharing_job.stop_search(_own(request, key))
    return HttpResponseRedirect(reverse("sharing", args=[key]))


@require_POST
def search_again(request: HttpRequest, key: str) -> HttpResponse:
    """Asks again with what is kept and ruled out. Raises Http404 and UnknownUnit."""
    row, state = _own(request, key), needed_state(request).of_now()
    unit = units.find(state, row.user, row.level, row.code)
    question = resharing.SharingQuestion.of_data(row.question)
    chosen = Choices.of(request.POST, _moves_read(row, state, unit))
    fault, then = chosen.fault, chosen.laid_over(question)
    if not fault and unit.level not in resharing.JOB_ONLY:  # else the job says so
        fault = _why_impossible(state, row.user, unit, then)
    if fault:
        return _page(request, row, fault, 422)
    return _ask(request, state, unit, then, reverse("sharing", args=[key]))


def _why_impossible(state: State, user: Any, unit: Unit, question: resharing.SharingQuestion) -> str:
    """Why no answer can keep all that is to be kept, with people by their names; empty where one can."""
    try:
        with resharing.sharing_now(state, user, unit, question) as now:
            AskedSharing(now)
    except ProblemError as error:
        names = names_in(state, user, unit)
        # one code may be the beginning of another
        codes = "|".join(re.escape(code) for code in sorted(names, key=len, reverse=True))
        said = re.sub(codes, lambda code: names.get(code[0], code[0]), str(error))
        return f"{said[:1].upper()}{said[1:]}"
    return ""


def _moves_read(row: SharingSearch, state: State, unit: Unit) -> Sequence[Mapping[str, Any]]:
    """The moves that are told to who asked: of who may not read the cases, none can be ticked."""
    answer: Any = row.answer
    return answer["moves"] if answer and ShownAnswer(answer, state, row.user, unit).names_cases else ()


@require_POST
def search_plan(request: HttpRequest, key: str) -> HttpResponse:
    """Puts the moves of an answer into a plan. The same answer makes one plan. Raises Http404."""
    row, state = _own(request, key), needed_state(request).of_now()
    unit = units.find(state, row.user, row.level, row.code)
    if not row.answer or not ShownAnswer(row.answer, state, row.user, unit).names_cases:
        raise Http404("there is no answer here whose cases you may read")
    plan_key = f"sharing-{row.key}"
    made = SavedPlan.objects.filter(key=plan_key, owner=row.user).first()
    if made is not None:
        messages.success(request, "These moves were put into this plan already.")
        return HttpResponseRedirect(reverse("plan", args=[made.pk]))
    name = f"Re-share cases of {unit.name}, {written(row.day)}"[:200]
    steps = [
        *plan_steps(row.answer),
        *({"do": "leave", "post": code} for code in row.answer.get("leavers", ())),
    ]
    if len(steps) > MOST_STEPS:
        words = f"A plan holds {MOST_STEPS} steps at most, and these moves are {len(steps):,}"
        return _page(request, row, f"{words}. Ask again with fewer moves, or for a PDU", 422)
    try:
        plan = plan_of({"name": name, "steps": steps})
        made, _ = plan_actions.make_plan(
            actor=row.user, plan=plan, level=unit.level, code=unit.code, key=plan_key
        )
    except PlanError as error:
        return _page(request, row, str(error), 422)
    except RefusedError as refused:
        return _page(request, row, "; ".join(fault.said for fault in refused.faults), 422)
    messages.success(request, "The moves are in a plan. Nothing is moved until somebody does it.")
    return HttpResponseRedirect(reverse("plan", args=[made.pk]))


def _own(request: HttpRequest, key: str) -> SharingSearch:
    """One's own search: nobody finds another's. Raises Http404."""
    user: Any = request.user
    row = SharingSearch.objects.filter(key=key, user=user).first()
    if row is None:
        raise Http404("you have no such search")
    row.user = user  # with the roles that were read for this request
    return row


def _page(request: HttpRequest, row: SharingSearch, fault: str = "", status: int = 200) -> HttpResponse:
    state = needed_state(request).of_now()
    unit = unit_of_plan(state, row.user, row)
    question = resharing.SharingQuestion.of_data(row.question)
    tab = unit_url(unit.level, unit.code, "reshare")
    context: dict[str, Any] = {
        "row": row,
        "unit": unit,
        "fault": fault,
        "is_left": _is_left(row),
        "crumbs": [(unit.name, unit_url(unit.level, unit.code)), ("Re-share cases", tab)],
        "tab": tab,
        "query": urlencode(as_query(question)),
        "day": written(row.day),
        "kept_things": held_things(question, row.user, state, unit),
        "tables": {},
        "said": [],
        "changed": "",
        "ticks": False,
    }
    if row.answer is not None:
        context |= _answer(request, state, unit, row)
    return render(request, "resharing/search.jinja", context, status=status)


def _answer(request: HttpRequest, state: State, unit: Unit, row: SharingSearch) -> dict[str, Any]:
    answer: Any = row.answer
    shown = ShownAnswer(answer, state, row.user, unit)
    ticks = shown.names_cases and not row.is_under_way and len(answer["moves"]) <= MOST_TICKED
    found = shown.told(ticks=ticks) | pictures.tables_of(shown)
    first = next(iter(found))
    return {
        "tables": {
            name: arranged(table if name == first else replace(table, prefix=f"{name}-"), request)
            for name, table in found.items()
        },
        "said": sentences(answer),
        **offered({"dots": shown.chart, **pictures.charts_of(shown)}, request),
        "proved": answer["proved"],
        "stopped": answer["stopped"],
        "ticks": ticks,
        "names_cases": shown.names_cases,
        "moves": len(answer["moves"]),
        "changed": changed_since(shown, row),
    }


def changed_since(shown: ShownAnswer, row: SharingSearch) -> str:
    """What is other by now than what the answer is about; empty where it is not."""
    state = shown.state
    if row.load_id != state.load_id or row.day != state.day:
        return f"The figures shown are of {written(state.day)} by now; this answer is of {written(row.day)}."
    now = {code: (post.points_x100 or 0, post.available_x100) for code, post in shown.posts.items()}
    was = {post["code"]: (post["before_x100"], post["available_x100"]) for post in shown.answer["posts"]}
    others = sum(now.get(code) != figures for code, figures in was.items())
    if not others:
        return ""
    are = "person’s figures have" if others == 1 else "people’s figures have"
    return f"{others} {are} changed since this was worked out."


def _is_left(row: SharingSearch) -> bool:
    """Whether it waits although there is no process for jobs."""
    return row.state == SharingSearch.State.WAITING and jobs.is_left(row.beat_at or row.asked_at)
