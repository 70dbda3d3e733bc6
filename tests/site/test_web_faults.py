"""The pages for what went wrong say what happened and what to do, also when the database is away."""

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path
from web_fixtures import show

from headless import browser
from wmt.nights import NightError
from wmt.site.accounts.models import User
from wmt.site.figures.units import UnknownUnit
from wmt.site.web import error_pages
from wmt.site.workload.state import NoDataYet

SECRET = "a secret that no page may show"
FAULTS: dict[str, Callable[[], Exception]] = {
    "program": lambda: ValueError(SECRET),
    "locked": lambda: OperationalError("database is locked"),
    "gone": lambda: InterfaceError("connection already closed"),
    "no-data": NoDataYet,
    "night": lambda: NightError(f"{settings.CONFIG.nights}/2026-11-20T1830: manifest.json is missing"),
    "unit": lambda: UnknownUnit("team", "N01<ZZZ"),
    "pdu": lambda: UnknownUnit("pdu", "N01"),
    "forbidden": PermissionDenied,
    "odd": lambda: SuspiciousOperation("odd"),
}


def fail(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001
    raise FAULTS[name]()


def form(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(request.POST)))


def often(request: HttpRequest) -> HttpResponse:
    return error_pages.too_many(request)


urlpatterns = [
    path("fail/<name>/", fail),
    path("form/", form),
    path("often/", often),
    path("", include("wmt.site.urls")),
]
handler400 = "wmt.site.web.error_pages.bad_request"
handler403 = "wmt.site.web.error_pages.denied"
handler404 = "wmt.site.web.error_pages.not_found"
handler500 = "wmt.site.web.error_pages.server_error"
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def reader(signed_in: Callable[..., Client]) -> Client:
    client = signed_in("analyst")
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/nowhere/at/all", 404, ["Page not found", "/nowhere/at/all", 'href="/search/"']),
        ("/fail/unit/", 404, ["No team with the code N01&lt;ZZZ", "renamed, merged", "/search/?q=N01%3CZZZ"]),
        ("/fail/pdu/", 404, ["No PDU with the code N01", 'href="/nation/"']),
        ("/fail/forbidden/", 403, ["You do not have permission", "ask an administrator"]),
        ("/fail/odd/", 400, ["could not understand"]),
        ("/often/", 429, ["Too many attempts", "Wait a few minutes"]),
        ("/fail/program/", 500, ["problem with the service", "give them this reference"]),
        ("/fail/locked/", 503, ["The figures are safe", "Try again in a minute", 'href="/fail/locked/"']),
        ("/fail/gone/", 503, ["The figures are safe"]),
        ("/fail/no-data/", 200, ["No data yet", "dministrators load extracts"]),
        ("/fail/night/", 500, ["nights/2026-11-20T1830: manifest.json is missing", "from a backup"]),
    ],
)
def test_a_fault_is_said_in_words(reader: Client, address: str, status: int, words: list[str]) -> None:
    response = reader.get(address)
    assert response.status_code == status
    assert len(re.findall("<h1", response.text)) == 1
    for word in words:
        assert word in response.text
    assert str(settings.CONFIG.home) not in response.text
    assert SECRET not in response.text
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_the_number_of_a_fault_finds_it_in_the_log(reader: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        page = reader.get("/fail/program/").text
    number = re.search(r"\b[0-9A-F]{8}\b", page)
    assert number is not None
    ours = [entry for entry in caplog.records if entry.name == error_pages.__name__]
    assert [number[0] in entry.getMessage() for entry in ours] == [True]
    assert ours[0].exc_info is not None
    assert SECRET in str(ours[0].exc_info[1])


def test_who_may_load_is_led_there(signed_in: Callable[..., Client]) -> None:
    page = signed_in("administrator").get("/fail/no-data/").text
    assert 'href="/loads/new/"' in page
    assert "Ask an administrator" not in page


@pytest.fixture
def away() -> Any:
    """Every question to the database fails, as when it is locked or gone."""

    def refuse(*_: Any) -> None:
        raise OperationalError("database is locked")

    return connection.execute_wrapper(refuse)


@pytest.mark.parametrize("address", ["/rules/", "/fail/program/"])
def test_without_the_database_the_fault_page_still_comes(reader: Client, away: Any, address: str) -> None:
    with away:
        response = reader.get(address)
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert len(re.findall("<h1", response.text)) == 1
    assert "Main" not in re.findall(r'aria-label="([^"]+)"', response.text)


def test_a_page_that_cannot_have_the_full_frame_has_the_bare_one(away: Any, signed_in: Any) -> None:
    request = RequestFactory().get("/nowhere/")
    request.user = User.objects.get(pk=signed_in().session["_auth_user_id"])
    with away:
        response = error_pages.not_found(request)
    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


def test_a_page_comes_even_if_templates_fail(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> str:
        raise ValueError("Missing staticfiles manifest entry")

    monkeypatch.setattr(error_pages, "render_to_string", refuse)
    response = reader.get("/fail/program/")
    assert response.status_code == 500
    assert re.search(r"the number [0-9A-F]{8}", response.text)


def test_an_old_form_leads_back_to_where_it_was(signed_in: Callable[..., Client]) -> None:
    signed = signed_in()
    client = Client(enforce_csrf_checks=True, cookies=signed.cookies)
    client.cookies = signed.cookies
    response = client.post("/form/", {"a": 1}, headers={"referer": "http://testserver/rules/?q=a"})
    assert response.status_code == 403
    assert "This form has expired" in response.text
    assert "still there if you go back" in response.text
    assert 'href="/rules/?q=a"' in response.text
    elsewhere = client.post("/form/", {"a": 1}, headers={"referer": "http://elsewhere.test/rules/"})
    assert 'href="/form/"' in elsewhere.text


def test_too_much_is_refused_as_too_much(reader: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    response = reader.post("/form/", {"a": "b" * 200})
    assert response.status_code == 413
    assert "too large" in response.text


def test_htmx_gets_the_same_page_in_place_of_the_whole(reader: Client) -> None:
    response = reader.get("/fail/unit/", headers={"hx-request": "true"})
    assert response["HX-Retarget"] == "body"
    assert "No team with the code" in response.text
    assert "HX-Retarget" not in reader.get("/fail/unit/")


def test_fault_pages_can_be_used_by_everyone(reader: Client) -> None:
    names = ["/nowhere/", "/often/", "/form/", *(f"/fail/{name}/" for name in FAULTS)]
    pages = {name: reader.get(name) for name in names if name != "/form/"}
    with browser() as chromium:
        for name, response in pages.items():
            page = chromium.new_page(viewport={"width": 360, "height": 700})
            said = show(page, response)
            found = Axe().run(page)
            assert found.violations_count == 0, (name, found.generate_report())
            assert said == [], name
            page.close()
