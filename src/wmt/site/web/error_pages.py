"""Pages for what went wrong: what happened, whether anything was lost, and what to do.

A page is shown in the full frame where the database answers, and in a bare one where it does not.
"""

import logging
import secrets
import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse

from wmt.history import HistoryError, open_history
from wmt.nights import NightError
from wmt.site import problems
from wmt.site.accounts.middleware import API
from wmt.site.figures.units import TITLES, UnknownUnit
from wmt.site.redirects import came_from
from wmt.site.web.context import address, bare
from wmt.site.workload import as_of_day
from wmt.site.workload.state import NoDataYet

log = logging.getLogger(__name__)

_AWAY = (OperationalError, InterfaceError)
_TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
_RETRY_SECONDS = 60
#: When even a bare page cannot be made, such as when the styles were never built.
_PLAIN = (
    '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Something went wrong</title></head>'
    "<body><main><h1>Something went wrong</h1><p>Try again in a minute. If it stays, tell the people who look"
    " after this site{reference}.</p></main></body></html>"
)


class FaultPages:
    """Turns the faults that our own code names into pages; Django turns the others by the handlers below."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """The page for a fault, or None where it is none of these."""
        if isinstance(fault, UnknownUnit):
            return moved_to(request, fault) or unknown_unit(request, fault)
        if isinstance(fault, NoDataYet):
            return no_data_yet(request)
        if isinstance(fault, NightError):
            return night_missing(request, fault)
        if isinstance(fault, _AWAY):
            return database_away(request, fault)
        return None


def moved_to(request: HttpRequest, fault: UnknownUnit) -> HttpResponse | None:
    """A unit that has another code now: its former address leads there. None where nobody knows one."""
    match = request.resolver_match
    if request.method not in ("GET", "HEAD") or as_of_day.asked() is not None or match is None:
        return None
    try:
        links = open_history(settings.CONFIG.nights).links
        code = links.present_codes(fault.level).get(fault.code, fault.code)
    except HistoryError:
        log.exception("whether %s has another code cannot be read", fault.code)
        return None
    if code == fault.code or match.kwargs.get("code") != fault.code or request.path.startswith(f"/{API}"):
        return None
    address = reverse(match.view_name, kwargs={**match.kwargs, "code": code})
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """404: there is no such page."""
    return _page(request, "not_found", 404, path=request.path)


def unknown_unit(request: HttpRequest, fault: UnknownUnit) -> HttpResponse:
    """404: there is no such unit in the figures that are shown."""
    return _page(
        request,
        "unknown_unit",
        404,
        title=TITLES.get(fault.level, fault.level),
        code=fault.code,
        nation_href=address("nation", "/nation/"),
    )


def denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: not with the roles this person has."""
    return _page(
        request,
        "denied",
        403,
        sentence=getattr(exception, "sentence", "Your roles do not allow this."),
        remedy=getattr(exception, "remedy", ""),
    )


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was made before the last sign-in, or comes from elsewhere. `reason` is for the log."""
    log.warning("form refused at %s: %s", request.path, reason)
    return _page(request, "form_expired", 403, again=_form_address(request))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request makes no sense; 413 where it is only too large."""
    if isinstance(exception, _TOO_LARGE):
        return too_large(request)
    return _page(request, "bad_request", 400)


def too_large(request: HttpRequest) -> HttpResponse:
    """413: more was sent than one request may carry."""
    return _page(request, "too_large", 413, again=_form_address(request))


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """429: too many tries."""
    response = _page(request, "too_many", 429)
    response["Retry-After"] = str(_RETRY_SECONDS)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault in the program, with a number to find it in the log; 503 where the database is away."""
    fault = sys.exc_info()[1]
    if isinstance(fault, _AWAY):
        return database_away(request, fault)
    return _bare_page(request, "server_error", 500, reference=_logged(request, fault))


def database_away(request: HttpRequest, fault: BaseException) -> HttpResponse:
    """503: the database is locked or not reachable. Nothing is asked of it, nor of the session."""
    response = _bare_page(
        request, "database_away", 503, reference=_logged(request, fault), again=request.get_full_path()
    )
    response["Retry-After"] = str(_RETRY_SECONDS)
    return response


def no_data_yet(request: HttpRequest) -> HttpResponse:
    """No extract was loaded so far: not a fault, so 200."""
    from wmt.site.accounts.access import may
    from wmt.site.accounts.roles import Action

    may_load = may(getattr(request, "user", None), Action.LOAD)
    return _page(request, "no_data_yet", 200, may_load=may_load, load_href=address("load-new", "/loads/new/"))


def night_missing(request: HttpRequest, fault: NightError) -> HttpResponse:
    """500: the folder of a night is gone or damaged; the message says which, without the machine's paths."""
    said = settings.CONFIG.without_paths(str(fault))
    return _page(request, "night_missing", 500, said=said, reference=_logged(request, fault))


def _page(request: HttpRequest, name: str, status: int, **context: Any) -> HttpResponse:
    """A page in the full frame, or in the bare one where the full one cannot be had; words for programs."""
    if problems.is_asked(request):
        return problems.of_page(name, status, context)
    try:
        content = render_to_string(f"faults/{name}.jinja", dict(context), request)  # it puts more into it
    except Exception:
        return _bare_page(request, name, status, **context)
    return _sent(request, content, status)


def _bare_page(request: HttpRequest, name: str, status: int, **context: Any) -> HttpResponse:
    if problems.is_asked(request):
        return problems.of_page(name, status, context)
    try:
        content = str(render_to_string(f"faults/{name}.jinja", bare() | context))
    except Exception:
        log.exception("the page %s cannot be made", name)
        reference = context.get("reference", "")
        content = _PLAIN.format(reference=f" and give them the number {reference}" if reference else "")
    return _sent(request, content, status)


def _sent(request: HttpRequest, content: str, status: int) -> HttpResponse:
    """For htmx the page takes the place of the whole page, not of the part that was asked for."""
    response = HttpResponse(content, status=status)
    response["Cache-Control"] = "no-store"
    if request.headers.get("HX-Request") == "true":
        response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML show:window:top"
        response["HX-Reselect"] = "body"
    return response


def _logged(request: HttpRequest, fault: BaseException | None) -> str:
    """Write the fault to the log with a number by which people can name it; the number."""
    reference = secrets.token_hex(4).upper()
    log.error("fault %s at %s %s", reference, request.method, request.path, exc_info=fault)
    return reference


def _form_address(request: HttpRequest) -> str:
    """The page the form was on; where that is not known, the address it was sent to."""
    return came_from(request) or request.path
