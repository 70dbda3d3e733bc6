"""Every address as of a day: `/on/2026-03-12/…` is the page … as it stood on that day.

The prefix is taken off before the address is looked up and put before every address that the page makes, so
that one stays on that day until one leaves it. Nothing can be changed in the past.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, set_script_prefix
from django.utils.encoding import escape_uri_path, iri_to_uri
from django.views.decorators.http import require_safe

from wmt.days import read_day
from wmt.site import problems
from wmt.site.links import on_day
from wmt.site.loads import past_nights
from wmt.site.past_problems import RETRY_SECONDS, past_problem
from wmt.site.redirects import own_target
from wmt.site.shown import needed_state
from wmt.site.web import as_of_gaps
from wmt.site.workload import as_of_day
from wmt.site.workload.state import State, today

#: Addresses that are about the site itself, which has no past: they leave the day.
_TIMELESS = (
    "/accounts/", "/people/", "/people-tables/", "/loads/", "/audit/", "/demo/", "/gallery/", "/health",
    "/as-of/", "/notices/", "/files/", "/account/", "/help/", "/feedback/", "/privacy/", "/whats-new/",
)  # fmt: skip
_SAFE = ("GET", "HEAD", "OPTIONS")


class AsOfDay:
    """Takes the day out of an address and lets everything be about it. Innermost of our middleware that
    needs the address, outermost of those that read figures."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted, path = _wanted(request)
        if wanted is None:
            return self.get_response(request)
        if path.startswith(_TIMELESS):
            query = request.META.get("QUERY_STRING", "")
            # 308: a form, such as that to sign out, is sent on as it is
            return HttpResponse(status=308, headers={"Location": _address(path, query)})
        if path != request.path_info:
            request.path_info = path
            set_script_prefix(f"/on/{wanted.text}/")
        try:
            with as_of_day.as_of(wanted):
                return self.get_response(request)
        finally:
            set_script_prefix("/")

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """The answer instead of the page, where something would be changed in the past."""
        if as_of_day.asked() is None or request.method in _SAFE:
            return None
        return nothing_changes(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """The pages of a day that cannot be shown, or not yet."""
        if problems.is_asked(request):
            return past_problem(fault)
        if isinstance(fault, as_of_day.InThePast):
            return nothing_changes(request)
        if isinstance(fault, past_nights.Fetching):
            return _fetching(request, fault)
        if isinstance(fault, past_nights.Ahead):
            # of today there is only now
            return HttpResponseRedirect(here_now(request))
        if isinstance(fault, past_nights.NotThere):
            return as_of_gaps.not_there(request, fault, here_now(request))
        if isinstance(fault, past_nights.ToCome):
            return as_of_gaps.to_come(request, fault, here_now(request))
        if isinstance(fault, past_nights.TotalsOnly):
            return as_of_gaps.totals_only(request, fault, here_now(request))
        return None


def _wanted(request: HttpRequest) -> tuple[as_of_day.AsOf | None, str]:
    """The day an address asks for, and the address without it. A day that is none is no address."""
    path = request.path_info
    found = as_of_day.ON_DAY.fullmatch(path)
    if found is not None:
        return _as_of(found["day"], found["revision"]), found["path"]
    if path.startswith(problems.PATH) and (text := request.GET.get("on")) is not None:
        parts = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(?:\.(\d{1,6}))?", text)
        return (_as_of(parts[1], parts[2]) if parts else None) or _NEVER, path
    return None, path


_NEVER = as_of_day.AsOf(date.min)


def _as_of(day: str, revision: str | None) -> as_of_day.AsOf | None:
    try:
        return as_of_day.AsOf(date.fromisoformat(day), None if revision is None else int(revision))
    except ValueError:
        return None


def here_now(request: HttpRequest) -> str:
    """The address of the same page now."""
    query = request.META.get("QUERY_STRING", "") if request.method in _SAFE else ""
    return _address(request.path_info, query)


def _address(path: str, query: str) -> str:
    """A path as the server reads it and its query, as an address that is sent."""
    return iri_to_uri(escape_uri_path(path) + (f"?{query}" if query else ""))


def nothing_changes(request: HttpRequest) -> HttpResponse:
    """409: nothing can be changed in the past."""
    if problem := problems.is_asked(request) and past_problem(as_of_day.InThePast()):
        return problem
    return render(request, "asof/nothing_changes.jinja", {"now_href": here_now(request)}, status=409)


def _fetching(request: HttpRequest, fault: past_nights.Fetching) -> HttpResponse:
    """202: a page that asks again by itself."""
    context = {"day": fault.wanted.day, "percent": fault.past.percent, "again": request.get_full_path()}
    with as_of_day.as_of(None):  # the page around it is of now: the figures of that day are not there yet
        response = render(request, "asof/fetching.jinja", context, status=202)
    response["Cache-Control"] = "no-store"
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


@require_safe
def choose_day(request: HttpRequest) -> HttpResponse:
    """Sends to the page one was on, as of the day that was chosen; without one, asks for it."""
    # the page to go back to: one of this site, as it is now
    back = own_target(request.GET.get("back", ""))
    found = as_of_day.ON_DAY.fullmatch(back)
    back = (found["path"] if found else back) or reverse("home")
    typed = request.GET.get("on", "").strip()
    as_at = needed_state(request).as_at.date()
    last = today(as_at)
    error = "Enter a real date, like 27/3/2026 or 27 March 2026"
    day = read_day(typed)
    if day is not None:
        if day <= last:
            # today is now, unless the figures shown are today's night: how that stood can be looked at too
            return HttpResponseRedirect(back if as_at < day == last else on_day(back, day))
        error = f"Enter a day up to {last:%-d %B %Y}: later days are in the future"
    context = {
        "typed": typed,
        "back": back,
        "first": past_nights.first_day(),
        "error": error if typed else "",
    }
    return render(request, "asof/choose.jinja", context, status=400 if typed else 200)


def about_past(request: HttpRequest, state: State) -> dict[str, Any] | None:
    """What the strip says of a day in the past; None where the page is about now."""
    if state.as_of is None:
        return None
    later = [
        {
            "text": f"{loaded:%-d %B %Y}",
            "href": f"/on/{as_of_day.AsOf(state.as_of.day, name.revision).text}{here_now(request)}",
        }
        for name, loaded in past_nights.corrections_of(state)
    ]
    return {
        "day": f"{state.as_of.day:%-d %B %Y}",
        "now_href": here_now(request),
        "missing": (state.as_of.day - state.as_at.date()).days,
        "is_correction": state.as_of.revision is not None,
        "later": later,
    }
