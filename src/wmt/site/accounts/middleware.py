"""Nobody gets past the door without signing in, and no local account without its second factor."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from wmt.site.accounts.access import Denied
from wmt.site.accounts.visibility import has_role
from wmt.site.audit.record import record
from wmt.site.redirects import came_from, own_target
from wmt.site.workload import staff_names

#: Addresses (by name) that need no sign-in. Everything else does, also what is added later.
OPEN = frozenset(
    {
        "account_login",
        "account_inactive",
        "mfa_authenticate",
        "openid_connect_login",
        "openid_connect_callback",
        "socialaccount_login_cancelled",
        "socialaccount_login_error",
        "first-password",
        "demo-sign-in",
        "health",
    }
)
#: How addresses of the API begin.
API = "api/v1/"
#: How those begin that the allocation screens of HMPPS ask.
COMPAT = "compat/hmpps-workload/"
#: What is open to a local account that has no second factor yet: setting one up, and leaving.
_SETTING_UP = OPEN | {"mfa_activate_totp", "account_reauthenticate", "account_logout"}


class Gate:
    """Sends whoever is not signed in to the sign-in page, and shows who is denied what would help."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with staff_names.fresh():
            return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """The response instead of the page, where the person may not go on."""
        name = request.resolver_match.url_name if request.resolver_match else None
        if name == "health":
            return None  # answers without a session: quick, and also when the database is slow or gone
        user = request.user
        if user.is_authenticated and user.is_demonstration and not settings.CONFIG.demo:
            logout(request)  # the demonstration is over: its people are out at once
        if name in OPEN or is_api(request):
            return None
        if not request.user.is_authenticated:
            query = {"next": _where(request)}
            # a cookie whose session is gone, or a session whose person is: they were signed in before
            sent = bool(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
            if sent and (SESSION_KEY in request.session or not request.session.session_key):
                request.session.flush()
                query["ended"] = "1"
            kept = urlencode({name: value for name, value in query.items() if value})
            return _redirect(request, reverse("account_login") + (f"?{kept}" if kept else ""))
        if name not in _SETTING_UP and lacks_second_factor(request):
            return _redirect(request, reverse("mfa_activate_totp"))
        staff_names.withhold(wanted=not has_role(request.user))
        return None

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """The page for a denied attempt, which is written down here and nowhere else."""
        if not isinstance(fault, Denied):
            return None
        note_denied(request, fault)
        return render(request, "accounts/denied.jinja", {"denied": fault}, status=403)


def is_api(request: HttpRequest) -> bool:
    """Whether an address is of the API, which has a door of its own: `wmt.site.api.authentication`."""
    match = request.resolver_match
    return match is not None and match.route.startswith((API, COMPAT))


def note_denied(request: HttpRequest, fault: Denied) -> None:
    """Writes down a denied attempt."""
    sentence = f"{request.user} tried to {fault.action} and was denied."
    record("denied", sentence, request=request, level=fault.level, code=fault.code)


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether this person must set up a second factor before anything else.

    The organisation's sign-on asks for its own, and people of the demonstration have none.
    """
    user = request.user
    if not settings.CONFIG.second_factor or user.is_anonymous or user.is_demonstration:
        return False
    if any(used["method"] == "socialaccount" for used in get_authentication_records(request, user)):
        return False
    return not is_mfa_enabled(user, ["totp"])


def _where(request: HttpRequest) -> str:
    """Where to go on after signing in: this page, or the one whose form or part this was."""
    if request.method in ("GET", "HEAD") and not _is_part(request):
        return own_target(request.get_full_path())
    return came_from(request)


def _redirect(request: HttpRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if _is_part(request) else HttpResponseRedirect(address)


def _is_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page, which a redirect would put in the middle of it."""
    return request.headers.get("HX-Request") == "true"
