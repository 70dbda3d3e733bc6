"""What each fault of our code becomes in an answer of the API."""

import logging
import secrets
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from wmt.nights import NightError
from wmt.site import problems
from wmt.site.accounts.access import Denied
from wmt.site.accounts.middleware import note_denied
from wmt.site.api import authentication
from wmt.site.api.payloads import said
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.figures.units import UnknownUnit
from wmt.site.loads import past_nights
from wmt.site.past_problems import past_problem
from wmt.site.workload.as_of_day import InThePast
from wmt.site.workload.state import NoDataYet

log = logging.getLogger(__name__)


def answer_faults(api: NinjaAPI) -> None:
    """Has an API answer them so."""
    for kind, answer in _FAULTS.items():
        api.add_exception_handler(kind, answer)


def _problem(
    status: int, code: str, message: str, remedy: str = "", faults: list[problems.ProblemField] | None = None
) -> problems.Problem:
    return problems.Problem(status=status, code=code, message=message, remedy=remedy, faults=faults or ())


def _stopped(request: HttpRequest, fault: Any) -> HttpResponse:
    headers = {"WWW_Authenticate": "Bearer"} if fault.problem.status == 401 else {}
    return fault.problem.answer(**headers, **fault.headers)  # type: ignore[no-any-return]


def _nobody(request: HttpRequest, fault: Any) -> HttpResponse:
    return authentication.NOBODY.answer(WWW_Authenticate="Bearer")


def _of_ninja(request: HttpRequest, fault: Any) -> HttpResponse:
    if fault.status_code == 403:
        return problems.of_page("form_expired", 403, {})
    text = "The body is not valid JSON."
    return _problem(400, "BAD_REQUEST", text, "Send it as application/json in UTF-8.").answer()


def _denied(request: HttpRequest, fault: Any) -> HttpResponse:
    note_denied(request, fault)
    return _problem(403, "DENIED", fault.sentence, fault.remedy).answer()


def _not_allowed(request: HttpRequest, fault: Any) -> HttpResponse:
    return problems.of_page("denied", 403, {})


def _unknown_unit(request: HttpRequest, fault: Any) -> HttpResponse:
    text = "The unit does not exist in the figures shown, or you cannot view it."
    return _problem(404, "UNKNOWN_UNIT", text, "Look it up under /api/v1/units/<level>.").answer()


def _nothing(request: HttpRequest, fault: Any) -> HttpResponse:
    said = str(fault)
    text = f"{said[:1].upper()}{said[1:200]}." if said else "There is nothing at this address."
    return _problem(404, "NOT_FOUND", text).answer()


def _no_data(request: HttpRequest, fault: Any) -> HttpResponse:
    return _problem(503, "NO_FIGURES_YET", "No extract has been loaded yet.", "Load one first.").answer()


def _other_day(request: HttpRequest, fault: Any) -> HttpResponse:
    answer = past_problem(fault)
    assert answer is not None
    return answer


def _conflict(request: HttpRequest, fault: Any) -> HttpResponse:
    text = "Someone else has changed this record. Nothing was saved."
    remedy = "Read the record again and send your change with its current version."
    return _problem(409, "CHANGED", text, remedy, said(fault.faults)).answer()


def _refused(request: HttpRequest, fault: Any) -> HttpResponse:
    text = "The request could not be processed. Nothing was saved."
    return _problem(422, "REFUSED", text, "Each fault says what to correct.", said(fault.faults)).answer()


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


def _too_large(request: HttpRequest, fault: Any) -> HttpResponse:
    return problems.of_page("too_large", 413, {})


def _night_missing(request: HttpRequest, fault: Any) -> HttpResponse:
    return _logged(request, "night_missing", 500, fault)


def _away(request: HttpRequest, fault: Any) -> HttpResponse:
    answer = _logged(request, "database_away", 503, fault)
    answer["Retry-After"] = "60"
    return answer


def _fault(request: HttpRequest, fault: Any) -> HttpResponse:
    return _logged(request, "server_error", 500, fault)


def _logged(request: HttpRequest, name: str, status: int, fault: BaseException) -> HttpResponse:
    reference = secrets.token_hex(4).upper()
    log.error("fault %s at %s %s", reference, request.method, request.path, exc_info=fault)
    return problems.of_page(name, status, {"reference": reference})


_FAULTS: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    authentication.Stopped: _stopped,
    AuthenticationError: _nobody,
    HttpError: _of_ninja,
    Denied: _denied,
    PermissionDenied: _not_allowed,
    UnknownUnit: _unknown_unit,
    Http404: _nothing,
    NoDataYet: _no_data,
    InThePast: _other_day,
    past_nights.Fetching: _other_day,
    past_nights.Ahead: _other_day,
    past_nights.NotThere: _other_day,
    past_nights.ToCome: _other_day,
    past_nights.TotalsOnly: _other_day,
    ConflictError: _conflict,
    RefusedError: _refused,
    ValidationError: _invalid,
    RequestDataTooBig: _too_large,
    NightError: _night_missing,
    OperationalError: _away,
    InterfaceError: _away,
    Exception: _fault,
}
