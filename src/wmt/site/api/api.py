"""The API put together: its operations and its document."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from ninja import NinjaAPI

from wmt.site import problems  # fmt: skip
from wmt.site.accounts.middleware import API
from wmt.site.api import (
    activities,
    agreements,
    allocation_batches,
    allocations,
    authentication,
    carrying,
    case_changes,
    case_history,
    case_limits,
    case_mix,
    challenges,
    changes,
    colleagues,
    counted_figures,
    court_advice,
    data_quality,
    duties,
    events,
    extra_work,
    faults,
    figures,
    full,
    history,
    initiatives,
    lines,
    me,
    month_report,
    nights,
    odds,
    plan_applying,
    plans,
    posts,
    priority_levels,
    protections,
    questions,
    reasons,
    records,
    requests,
    resharing,
    rule_books,
    rule_proposals,
    rules,
    scenarios,
    staffing,
    staffing_pack,
    tables,
    tiers,
    time,
    unusual,
    waiting_cases,
)
from wmt.site.api.one_moment import of_one_moment
from wmt.site.api.openapi import SharedSchemas

ABOUT = """Figures of the Workload Measurement Tool, and entering hours and reductions.

Everything here is also on a page; the API shows the same figures to the same people and does the same
actions with the same checks. Numbers are exact. Every reading takes a day, `?on=2026-03-12`: the answer is
then as the figures stood on it. The guide is docs/api.md."""

api = NinjaAPI(
    title="Workload Measurement Tool",
    version="1",
    description=ABOUT,
    auth=[authentication.Token(), authentication.Session()],
    docs_url=None,
    openapi_url=None,
)

faults.answer_faults(api)
api.add_decorator(of_one_moment)
for router, tag in (
    (me.router, "Who and when"),
    (figures.router, "Figures"),
    (lines.router, "Figures"),
    (tables.router, "Figures"),
    (case_mix.router, "Figures"),
    (priority_levels.router, "Figures"),
    (agreements.router, "Figures"),
    (counted_figures.router, "Figures"),
    (initiatives.router, "Figures"),
    (full.router, "Figures"),
    (month_report.router, "Figures"),
    (staffing.router, "Figures"),
    (staffing_pack.router, "Figures"),
    (scenarios.router, "Figures"),
    (odds.router, "Figures"),
    (data_quality.router, "Figures"),
    (time.router, "Trends and changes"),
    (questions.router, "Trends and changes"),
    (records.router, "Hours and reductions"),
    (history.router, "Hours and reductions"),
    (posts.router, "Hours and reductions"),
    (changes.router, "Changes"),
    (carrying.router, "Changes"),
    (allocations.router, "Allocation"),
    (allocation_batches.router, "Allocation"),
    (case_changes.router, "Allocation"),
    (case_history.router, "Allocation"),
    (waiting_cases.router, "Allocation"),
    (colleagues.router, "Allocation"),
    (extra_work.router, "Allocation"),
    (unusual.router, "Figures"),
    (challenges.router, "Changes"),
    (case_limits.router, "Allocation"),
    (protections.router, "Allocation"),
    (events.router, "Allocation"),
    (plans.router, "Plans"),
    (court_advice.router, "Figures"),
    (plan_applying.router, "Plans"),
    (resharing.router, "Plans"),
    (reasons.router, "Reasons"),
    (duties.router, "Excessive workload"),
    (requests.router, "Excessive workload"),
    (rules.router, "Rules"),
    (rule_proposals.router, "Rules"),
    (rule_books.router, "Rules"),
    (activities.router, "Rules"),
    (tiers.router, "Rules"),
    (nights.router, "Nights"),
):
    api.add_router("", router, tags=[tag])


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document: every operation, what it takes and every answer it can give."""
    return dict(SharedSchemas(api, f"/{API}"))


@api.get("openapi.json", url_name="api-document", include_in_schema=False)
def _document(request: HttpRequest) -> HttpResponse:
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False, "indent": 1})


def addresses() -> list[URLPattern]:
    """The addresses of the API: one for each path, whatever can be done there, named like its first."""
    found: dict[str, URLPattern] = {}
    for pattern in api.urls[0]:
        assert isinstance(pattern, URLPattern)
        route = str(pattern.pattern)
        if route and route not in found:
            found[route] = path(route, _in_words(pattern.callback), name=pattern.name)
    return list(found.values())


def _in_words(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view whose answers are never kept, and which says in our words that it has no such method."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = view(request, *args, **kwargs)
        if answer.status_code == 405:
            allowed = answer["Allow"]
            text = f"There is no {request.method} at this address, only {allowed}."
            return problems.Problem(status=405, code="NO_SUCH_METHOD", message=text).answer(Allow=allowed)
        answer["Cache-Control"] = "no-store"
        state = request.__dict__.get("_wmt_state")
        if request.method == "GET" and state is not None:
            answer["WMT-Load"], answer["WMT-Revision"] = str(state.load_id), str(state.revision)
        return answer

    return inner
