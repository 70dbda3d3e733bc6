"""What every page shows around its content: who is signed in, where one can go, how old the figures are."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, reverse

from wmt.nights import NightError, open_night
from wmt.rules import shipped
from wmt.site.accounts import access
from wmt.site.accounts.roles import Action
from wmt.site.duties.notices import unread
from wmt.site.queries import waiting_badge
from wmt.site.shown import state_of
from wmt.site.web.as_of import about_past
from wmt.site.workload.state import State

#: Figures come every night; older than this and a night was missed.
OLD = timedelta(hours=36)
_VERSION = version("wmt")


def frame(request: HttpRequest) -> dict[str, Any]:
    """Values every template may use."""
    user = getattr(request, "user", None)
    state = state_of(request) if user is not None and user.is_authenticated else None
    waits = waiting_badge.badge(user, state) if state is not None else None
    return bare() | {
        "user": user,
        "nav": navigation(user, request.path, waits),
        "state": state,
        "freshness": freshness(state),
        "held": held_words(user, state),
        "past": about_past(request, state) if state is not None else None,
        "as_of_href": f"{reverse('as-of')}?{urlencode({'back': request.get_full_path()})}",
        "unread": unread_of(user),
        "messages": get_messages(request),
    }


def bare() -> dict[str, Any]:
    """The same names without asking the database, the session or the request: for pages about faults."""
    return {
        "user": None,
        "nav": [],
        "state": None,
        "freshness": None,
        "held": None,
        "past": None,
        "as_of_href": "",
        "unread": 0,
        "notices_href": address("notices", "/notices/"),
        "messages": (),
        "demo": settings.CONFIG.demo,
        "program_version": _VERSION,
        "home_href": address("home", "/"),
        "search_href": address("search", "/search/"),
        "number_href": address("the-number", "/the-number/"),
        "accessibility_href": address("accessibility", "/accessibility/"),
        "help_href": address("help", "/help/"),
        "privacy_href": address("privacy", "/privacy/"),
        "feedback_href": address("feedback", "/feedback/"),
        "news_href": address("whats-new", "/whats-new/"),
        "account_href": address("account", "/account/"),
        "password_href": address("account_change_password", "/accounts/password/change/"),
        "factor_href": address("mfa_index", "/accounts/2fa/"),
        "tokens_href": address("tokens", "/accounts/tokens/"),
        "sign_in_href": address("account_login", "/accounts/login/"),
        "sign_out_href": address("account_logout", "/accounts/logout/"),
    }


def unread_of(user: Any) -> int:
    """How many notices somebody has not read: one small question to the database."""
    if user is None or not user.is_authenticated:
        return 0
    return unread(user)


def navigation(user: Any, path: str, waits: waiting_badge.WaitingBadge | None = None) -> list[dict[str, Any]]:
    """The places in the navigation, as far as this person may go there. Nobody signed in: none.

    `waits`: the cases they may allocate, if they may; of several units, their own page lists them.
    """
    if user is None or not user.is_authenticated:
        return []
    places: Sequence[tuple[str, str, str, Action | None]] = (
        (home_title(user), "home", "/", None),
        ("England and Wales", "nation", "/nation/", None),
        ("Analysis", "questions", "/questions/", None),
        ("Rules", "rules", "/rules/", None),
        ("About this figure", "the-number", "/the-number/", None),
        ("Loads", "loads", "/loads/", Action.READ_LOADS),
        ("Audit", "audit", "/audit/", Action.READ_AUDIT),
        ("People", "people", "/people/", Action.MANAGE_USERS),
    )
    found: list[dict[str, Any]] = [
        {
            "text": text,
            "count": "",
            "href": href,
            "current": path == href or (href != get_script_prefix() and path.startswith(href)),
        }
        for text, name, fallback, action in places
        if action is None or (access.may(user, action) and access.sees_all(user))
        if name != "nation" or access.sees_all(user)
        for href in (address(name, fallback),)
        # whose own page is the nation's finds it under its own name
        if text
    ]
    if waits is not None:
        href = waits.href or f"{address('home', '/')}#waiting"
        is_here = bool(waits.href) and path == href
        found.insert(1, {"text": "Waiting cases", "href": href, "current": is_here, "count": waits.words})
    return found


_OWN = {"post": "workload", "team": "team", "pdu": "PDU", "region": "region"}


def home_title(user: Any) -> str:
    """What a person calls the page they start at: My workload, My team, My PDUs; empty for the nation."""
    held = access.homes_held(user)
    levels = {level for level, _ in held}
    if levels == {"nation"}:
        return ""
    if len(levels) != 1:
        return "My units" if levels else "My workload"
    own = _OWN[levels.pop()]
    return f"My {own}{'s' if len(held) > 1 and own != 'workload' else ''}"


def address(name: str, fallback: str) -> str:
    """The address with a name, or the fallback while there is no such name."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return fallback


def freshness(state: State | None) -> dict[str, Any] | None:
    """The moment and the rules of the figures, how old they are in words, and whether that is too old."""
    if state is None:
        return None
    return {
        "moment": state.as_at_text,
        "rules": rules_words(state.rules_date, state.night),
        "rules_day": f"{state.rules_date:%-d %B %Y}",
        "overlays": list(state.overlays),
        "day": f"{state.day:%-d %B %Y}" if state.day != state.as_at.date() else "",
        "age": age_words(state.age),
        "is_old": state.age > OLD,
    }


def rules_words(day: date, night: str) -> str:
    """The month since which the points of cases are what they are in some data: 'January 2023'."""
    return _rules_words(day, night, settings.CONFIG.nights)


@lru_cache(maxsize=400)
def _rules_words(day: date, night: str, home: Path) -> str:
    try:
        ruleset = open_night(home / night).rules()  # those it was measured with, whatever is in force by now
    except NightError:
        ruleset = shipped().at(day)
    values = ruleset.under("tier_points").values()
    return f"{max(value.valid_from for value in values):%B %Y}" if values else f"{day:%-d %B %Y}"


def held_words(user: Any, state: State | None) -> dict[str, str] | None:
    """That newer data waits for a decision: what the strip says, and where to decide."""
    if state is None or state.as_of is not None:
        return None
    if state.held is None:
        return None
    href = (
        reverse("load", args=[state.held]) if access.may(user, Action.LOAD) and access.sees_all(user) else ""
    )
    return {"words": "Newer data is held for a check.", "href": href}


def age_words(age: timedelta) -> str:
    """How old something is, as people say it: hours up to two days, then days."""
    hours = age // timedelta(hours=1)
    if age < timedelta(0):
        return "dated ahead of this computer’s clock"
    if hours < 1:
        return "less than 1 hour old"
    if hours < 48:
        return f"{hours} hour{'s' if hours > 1 else ''} old"
    return f"{hours // 24} days old"
