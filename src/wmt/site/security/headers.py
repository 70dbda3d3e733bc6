"""Headers on every answer of the site: pages, files, static files, the API, redirects and faults alike."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from wmt.site.redirects import stays_here
from wmt.site.security import common_headers

log = logging.getLogger(__name__)

#: The only address whose redirect leads elsewhere: to the organisation's sign-on, as its settings name it.
_LEADS_AWAY = frozenset({"openid_connect_login"})
_TARGETS = ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "HX-Replace-Url")


class SecurityHeaders:
    """The outermost of our middleware: no answer leaves without these headers, nor to another site.

    Nothing but static files, which are the same for everybody, may be kept by a browser or a proxy.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in common_headers.ALWAYS.items():
            response.setdefault(name, value)
        response.setdefault("Content-Security-Policy", common_headers.BARE_POLICY)
        if not (
            request.path_info.startswith(settings.STATIC_URL) and response.status_code in (200, 206, 304)
        ):
            response["Cache-Control"] = common_headers.NO_STORE
        _keep_here(request, response)
        return response


def _keep_here(request: HttpRequest, response: HttpResponse) -> None:
    """A redirect that would lead to another site leads home instead, and the log says so."""
    for name in _TARGETS:
        target = response.get(name)
        if not target or stays_here(request, target) or _may_lead_away(request):
            continue
        log.error("a redirect of %s to another place was stopped: %s", request.path, target[:200])
        response[name] = "/"


def _may_lead_away(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.url_name in _LEADS_AWAY
