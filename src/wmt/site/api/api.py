"""The API put together: its operations, its document, and what each fault of our code becomes."""

import logging
import secrets
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from wmt.nights import NightError
from wmt.site import problems  # fmt: skip
from wmt.site.accounts.access import Denied
from wmt.site.accounts.middleware import API, note_denied
from wmt.site.api import (
    allocation_batches,
    allocations,
    authentication,
    carrying,
    case_changes,
    case_history,
    changes,
    colleagues,
    duties,
    events,
    figures,
    full,
    history,
    lines,
    me,
    nights,
    posts,
    protections,
    questions,
    reasons,
    records,
    requests,
    rules,
    tables,
    time,
    waiting_cases,
)
from wmt.site.api.payloads import said
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.consistent_read import steady
from wmt.site.figures.units import UnknownUnit
from wmt.site.loads import past_nights
from wmt.site.past_problems import past_problem
from wmt.site.workload.as_of_day import InThePast
from wmt.site.workload.state import NoDataYet

log = logging.getLogger(__name__)

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


def _of_one_moment(operation: Callable[..., Any]) -> Callable[..., Any]:
    """What is read is of one moment, though somebody changes hours meanwhile; changes are made once."""
    read: Callable[..., Any] = steady(operation)

    @wraps(operation)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return (read if request.method == "GET" else operation)(request, *args, **kwargs)

    return inner


api.add_decorator(_of_one_moment)
for router, tag in (
    (me.router, "Who and when"),
    (figures.router, "Figures"),
    (lines.router, "Figures"),
    (tables.router, "Figures"),
    (full.router, "Figures"),
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
    (protections.router, "Allocation"),
    (events.router, "Allocation"),
    (reasons.router, "Reasons"),
    (duties.router, "Excessive workload"),
    (requests.router, "Excessive workload"),
    (rules.router, "Rules"),
    (nights.router, "Nights"),
):
    api.add_router("", router, tags=[tag])


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document: every operation, what it takes and every answer it can give."""
    return dict(api.get_openapi_schema(path_prefix=f"/{API}"))


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


def _problem(
    status: int, code: str, message: str, remedy: str = "", faults: list[problems.ProblemField] | None = None
) -> problems.Problem:
    return problems.Problem(status=status, code=code, message=message, remedy=remedy, faults=faults or ())


@api.exception_handler(authentication.Stopped)
def _stopped(request: HttpRequest, fault: Any) -> HttpResponse:
    headers = {"WWW_Authenticate": "Bearer"} if fault.problem.status == 401 else {}
    return fault.problem.answer(**headers, **fault.headers)  # type: ignore[no-any-return]


@api.exception_handler(AuthenticationError)
def _nobody(request: HttpRequest, fault: Any) -> HttpResponse:
    return authentication.NOBODY.answer(WWW_Authenticate="Bearer")


@api.exception_handler(HttpError)
def _of_ninja(request: HttpRequest, fault: Any) -> HttpResponse:
    if fault.status_code == 403:
        return problems.of_page("form_expired", 403, {})
    text = "The body is not valid JSON."
    return _problem(400, "BAD_REQUEST", text, "Send it as application/json in UTF-8.").answer()


@api.exception_handler(Denied)
def _denied(request: HttpRequest, fault: Any) -> HttpResponse:
    note_denied(request, fault)
    return _problem(403, "DENIED", fault.sentence, fault.remedy).answer()


@api.exception_handler(PermissionDenied)
def _not_allowed(request: HttpRequest, fault: Any) -> HttpResponse:
    return problems.of_page("denied", 403, {})


@api.exception_handler(UnknownUnit)
def _unknown_unit(request: HttpRequest, fault: Any) -> HttpResponse:
    text = "The unit does not exist in the figures shown, or you cannot view it."
    return _problem(404, "UNKNOWN_UNIT", text, "Look it up under /api/v1/units/<level>.").answer()


@api.exception_handler(Http404)
def _nothing(request: HttpRequest, fault: Any) -> HttpResponse:
    said = str(fault)
    text = f"{said[:1].upper()}{said[1:200]}." if said else "There is nothing at this address."
    return _problem(404, "NOT_FOUND", text).answer()


@api.exception_handler(NoDataYet)
def _no_data(request: HttpRequest, fault: Any) -> HttpResponse:
    return _problem(503, "NO_FIGURES_YET", "No extract has been loaded yet.", "Load one first.").answer()


@api.exception_handler(InThePast)
@api.exception_handler(past_nights.Fetching)
@api.exception_handler(past_nights.Ahead)
@api.exception_handler(past_nights.NotThere)
@api.exception_handler(past_nights.ToCome)
@api.exception_handler(past_nights.TotalsOnly)
def _other_day(request: HttpRequest, fault: Any) -> HttpResponse:
    answer = past_problem(fault)
    assert answer is not None
    return answer


@api.exception_handler(ConflictError)
def _conflict(request: HttpRequest, fault: Any) -> HttpResponse:
    text = "Someone else has changed this record. Nothing was saved."
    remedy = "Read the record again and send your change with its current version."
    return _problem(409, "CHANGED", text, remedy, said(fault.faults)).answer()


@api.exception_handler(RefusedError)
def _refused(request: HttpRequest, fault: Any) -> HttpResponse:
    text = "The request could not be processed. Nothing was saved."
    return _problem(422, "REFUSED", text, "Each fault says what to correct.", said(fault.faults)).answer()


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, fault: Any) -> HttpResponse:
    faults = [_invalid_field(error) for error in fault.errors]
    text = "A value is not of the expected type."
    return _problem(422, "INVALID", text, "Each fault names the field.", faults).answer()


def _invalid_field(error: dict[str, Any]) -> problems.ProblemField:
    # the first of a place is where it was sent: path, query or body
    place = [part for part in error["loc"][1:] if part not in ("payload", "paging")]
    index = next((part for part in place if isinstance(part, int)), None)
    return problems.ProblemField(
        code=str(error["type"]).upper()[:60],
        message=str(error["msg"]),
        field=".".join(str(part)[:60] for part in place)[:300],
        index=index,
    )


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, fault: Any) -> HttpResponse:
    return problems.of_page("too_large", 413, {})


@api.exception_handler(NightError)
def _night_missing(request: HttpRequest, fault: Any) -> HttpResponse:
    return _logged(request, "night_missing", 500, fault)


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def _away(request: HttpRequest, fault: Any) -> HttpResponse:
    answer = _logged(request, "database_away", 503, fault)
    answer["Retry-After"] = "60"
    return answer


@api.exception_handler(Exception)
def _fault(request: HttpRequest, fault: Any) -> HttpResponse:
    return _logged(request, "server_error", 500, fault)


def _logged(request: HttpRequest, name: str, status: int, fault: BaseException) -> HttpResponse:
    reference = secrets.token_hex(4).upper()
    log.error("fault %s at %s %s", reference, request.method, request.path, exc_info=fault)
    return problems.of_page(name, status, {"reference": reference})
