"""Where a redirect may lead: to a page of this site, checked as it will be sent.

Everything that a browser sends as a place to go on to (`next`, `back`, Referer, HX-Current-URL) comes through
`own_target`. `stays_here` is asked of every answer on its way out, whoever made it.
"""

import re
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import Resolver404, resolve
from django.utils.encoding import iri_to_uri

from wmt.site.workload.as_of_day import ON_DAY

#: Longer addresses are not ours.
LONGEST = 4000
#: Browsers take these out of an address, or for a slash, before they look where it leads.
_BROWSERS_DROP = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")


def own_target(target: str) -> str:
    """The address to redirect to, from what was sent: a path of this site that has a page, and its query.

    Empty for anything else: another site, a scheme, `//`, a backslash, control characters, no such page.
    """
    try:
        target.encode()
    except UnicodeEncodeError:  # half a character
        return ""
    if len(target) > LONGEST or _BROWSERS_DROP.search(target):
        return ""
    sent = iri_to_uri(target.partition("#")[0])
    path = sent.partition("?")[0]
    if not path.startswith("/") or "//" in path or not _has_page(path):
        return ""
    return sent


def came_from(request: HttpRequest) -> str:
    """The page of ours that a form or a part of a page was on; empty where it is not known."""
    for header in ("HX-Current-URL", "Referer"):
        parts = _split(request.headers.get(header, ""))
        if parts and parts.netloc == request.get_host() and parts.scheme in ("http", "https"):
            return own_target(parts.path + (f"?{parts.query}" if parts.query else ""))
    return ""


def redirect_onward(target: str) -> HttpResponse:
    """To where somebody wanted to go, or home where that is no page of ours."""
    return HttpResponseRedirect(own_target(target) or resolve_url(settings.LOGIN_REDIRECT_URL))


def stays_here(request: HttpRequest, location: str) -> bool:
    """Whether a browser that follows `location` stays on this site."""
    parts = _split(location)
    if parts is None or _BROWSERS_DROP.search(location) or location != location.strip():
        return False
    if not parts.scheme and not parts.netloc:
        return not parts.path.startswith("//")
    return parts.scheme in ("http", "https") and parts.netloc == request.get_host()


def _has_page(path: str) -> bool:
    """Whether one of our addresses is `path`, with or without a day in front."""
    plain = unquote(path)
    found = ON_DAY.fullmatch(plain)
    try:
        resolve(found["path"] if found else plain)
    except Resolver404:
        return False
    return True


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:  # such as brackets that hold no address
        return None
