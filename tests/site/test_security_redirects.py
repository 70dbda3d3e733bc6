"""No address that takes a place to go on to leads away from the site, whatever is sent as that place."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import Nation
from how_many import examples
from wmt.site.accounts.models import User
from wmt.site.redirects import own_target, stays_here
from wmt.site.security.headers import SecurityHeaders

pytestmark = pytest.mark.one_database

EVIL = "evil.example"
KNOWN = [
    f"https://{EVIL}/", f"//{EVIL}/", f"///{EVIL}", f"/\\{EVIL}/", f"\\\\{EVIL}", f"/\t/{EVIL}/",
    f"/\n/{EVIL}", f"/on/2026-01-01//{EVIL}/", f"/on/2026-01-01/\\{EVIL}/",
    f"/on/2026-01-01///{EVIL}/nation/", f"/on/2026-01-01/on/2026-01-01//{EVIL}/", f"/nation//{EVIL}",
    f"/%2f{EVIL}/", f"/%5c{EVIL}/", f"/.//{EVIL}", f"/..//{EVIL}", f"https:/{EVIL}", f"https:{EVIL}",
    "javascript:alert(1)", "data:text/html,x", f"/@{EVIL}", f" //{EVIL}", f"\u00a0//{EVIL}",
    f"/\u2044{EVIL}", f"http://testserver@{EVIL}/", f"http://{EVIL}:testserver/", f"//testserver.{EVIL}/",
    "/\ud800/", "/nation/\r\nSet-Cookie: a=b", f"/nation/?next=//{EVIL}/", "http://[",
    "/on/2026-13-45//x/", "/on/0000-00-00//x/", f"/nation/#//{EVIL}",
]  # fmt: skip
_PIECES = [
    "/", "//", "\\", "\t", "\n", "%2f", "%5C", "on/2026-01-01", "nation", EVIL, "https:", ":", "@", "?", "#",
    ".", "..", ";", "http://", "testserver", " ", "\u2028", "\u202e", "é", "%00", "&", "[", "]",
]  # fmt: skip
_built = st.lists(st.sampled_from(_PIECES), max_size=7).map("".join)
targets = st.sampled_from(KNOWN) | _built | st.text(max_size=20)
#: Every address that takes a place to go on to, as what is sent to it.
ASKED: dict[str, Callable[[Client, str, User], Any]] = {
    "as of a day": lambda client, to, _: client.get("/as-of/", {"on": "2026-01-01", "back": to}),
    "as of a day ahead": lambda client, to, _: client.get("/as-of/", {"on": "2027-01-01", "back": to}),
    "the day taken off": lambda client, to, _: client.get(f"/on/2027-01-01/{to.replace('?', '')}"),
    "out of the past": lambda client, to, _: client.get(f"/on/2026-01-01/accounts/{to.replace('?', '')}"),
    "sign in": lambda _, to, user: Client().post(
        "/accounts/login/", {"login": user.email, "password": "right-and-long-enough", "next": to}
    ),
    "sign in, asked": lambda client, to, _: client.get("/accounts/login/", {"next": to}),
    "sign out": lambda client, to, _: client.get("/accounts/logout/", {"next": to}),
    "the demonstration": lambda _, to, user: Client().post("/demo/sign-in/", {"person": user.pk, "next": to}),
    "referer": lambda _, to, __: Client().post("/people/1/change/", HTTP_REFERER=f"http://testserver{to}"),
    "htmx": lambda _, to, __: Client().get(
        "/people/", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL=f"http://testserver{to}"
    ),
}


def lands(response: HttpResponse) -> str:
    """The host a browser would ask next: it drops tabs and line ends, and takes a backslash for a slash."""
    told = response.get("Location") or response.get("HX-Redirect") or ""
    seen = "".join(each for each in told.strip() if each not in "\t\r\n").replace("\\", "/")
    return urlsplit(urljoin("http://testserver/on/2026-01-01/here/", seen)).netloc


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ASKED)
@settings(max_examples=examples(180), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(target=targets)
def test_no_place_that_is_sent_leads_away(
    asked: str, target: str, people: tuple[Client, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allauth.core.internal.ratelimit.consume", lambda *_, **__: _Free())
    client, user = people
    response = ASKED[asked](client, target.encode("utf-8", "replace").decode(), user)
    assert response.status_code < 500, target
    assert lands(response) == "testserver", (target, response.get("Location"))
    if "next=" in response.get("Location", ""):  # and from the sign-in page on
        onward = client.get(response["Location"]).context
        assert onward is None or EVIL not in urlsplit(str(onward.get("onward", ""))).netloc


class _Free:
    def rollback(self) -> None:
        """Nothing was counted."""


@pytest.fixture
def people(nation: Nation, settings: Any, signed_in: Callable[..., Client]) -> tuple[Client, User]:  # noqa: ARG001
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, demo=True)
    settings.RATELIMIT = False
    client = signed_in("administrator")
    user = User.objects.create_user(
        "going@example.org", name="Going", password="right-and-long-enough", is_demonstration=True
    )
    return client, user


@pytest.mark.parametrize("target", [each for each in KNOWN if "?" not in each and "#" not in each])
def test_places_that_are_none_of_ours(target: str) -> None:
    assert own_target(target) == ""


@pytest.mark.parametrize(
    ("target", "sent"),
    [
        ("/nation/", "/nation/"),
        ("/on/2026-11-20.1/nation/reports/?grade=PO", "/on/2026-11-20.1/nation/reports/?grade=PO"),
        ("/search/?q=O'Neill //x", "/search/?q=O'Neill%20//x"),
        ("/team/N01 A/", "/team/N01%20A/"),
        ("/nation/#figures", "/nation/"),
        ("", ""),
        ("nation/", ""),
        ("/no-such-page/", ""),
        ("/nation/?" + "a" * 4000, ""),
    ],
)
def test_places_of_ours_as_they_are_sent(target: str, sent: str) -> None:
    assert own_target(target) == sent


@pytest.mark.parametrize("name", ["Location", "HX-Redirect"])
def test_a_redirect_that_would_lead_away_leads_home(name: str, caplog: pytest.LogCaptureFixture) -> None:
    def answer(_: HttpRequest) -> HttpResponse:
        return HttpResponse(status=302, headers={name: f"//{EVIL}/"})

    response = SecurityHeaders(answer)(RequestFactory().get("/nation/"))
    assert (response[name], EVIL in caplog.text) == ("/", True)


def test_a_redirect_of_ours_is_left_alone() -> None:
    request = RequestFactory().get("/nation/")
    for location in ("/team/A/", "http://testserver/", "https://testserver/nation/", "?page=2", "../x/"):
        assert stays_here(request, location)
        sent = HttpResponseRedirect(location)
        assert SecurityHeaders(lambda _, sent=sent: sent)(request)["Location"] == location
