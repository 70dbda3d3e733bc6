"""Every answer has the headers of security, and only what is the same for everybody may be kept anywhere."""

import socket
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from conftest import Nation
from wmt.site.config import read_config
from wmt.site.security.server import write_error

pytestmark = pytest.mark.one_database

FAULTS: dict[int, Exception] = {
    400: SuspiciousOperation("odd"),
    403: PermissionDenied("no"),
    413: RequestDataTooBig("much"),
    500: ValueError("program"),
    503: OperationalError("away"),
}


def fail(request: HttpRequest, status: int) -> HttpResponse:  # noqa: ARG001
    raise FAULTS[status]


urlpatterns = [path("fail/<int:status>/", fail), path("", include("wmt.site.urls"))]
handler400 = "wmt.site.web.error_pages.bad_request"
handler403 = "wmt.site.web.error_pages.denied"
handler404 = "wmt.site.web.error_pages.not_found"
handler429 = "wmt.site.accounts.views.too_many"
handler500 = "wmt.site.web.error_pages.server_error"


def check(response: Any) -> None:
    """All headers that every answer has. Raises AssertionError."""
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    policy = response["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(policy)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status"),
    [
        *((f"/fail/{status}/", status) for status in FAULTS),
        ("/nowhere/", 404), ("/api/v1/nowhere", 404), ("/demo/sign-in/", 405), ("/api/v1/units", 400),
        ("/health", 200), ("/", 302), ("/nation/", 200), ("/nation/files/none.csv", 404), ("/api/v1/me", 200),
        ("/nation", 301), ("/accounts/tokens/", 200),
    ],
)  # fmt: skip
def test_every_answer(address: str, status: int, nation: Nation, signed_in: Callable[..., Client]) -> None:  # noqa: ARG001
    client = signed_in("analyst", level="nation")
    client.raise_request_exception = False
    response = client.get(address, HTTP_HX_REQUEST="true") if address == "/nation/" else client.get(address)
    if address != "/api/v1/units":
        assert response.status_code == status
    check(response)
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/nation/", "/api/v1/me", "/accounts/login/", "/people/1/"])
def test_answers_to_strangers(address: str) -> None:
    response = Client().get(address)
    check(response)
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_a_host_that_is_not_ours(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["wmt.example.org"]
    response = Client().get("/nation/", HTTP_HOST="evil.example")
    assert response.status_code == 400
    check(response)


@pytest.mark.django_db
def test_https_is_asked_for_with_the_headers(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get("/nation/?a=b")
    assert (response.status_code, response["Location"]) == (301, "https://testserver/nation/?a=b")
    check(response)


@pytest.mark.django_db
def test_static_files_have_the_headers_and_are_kept(tmp_path: Any, settings: Any) -> None:
    (tmp_path / "page.0123456789ab.css").write_text("p {}")
    settings.STATIC_ROOT = tmp_path
    response = Client().get("/static/page.0123456789ab.css")
    response.close()
    check(response)
    assert response.status_code == 200
    assert "max-age" in response["Cache-Control"]
    assert "no-store" not in response["Cache-Control"]
    missing = Client().get("/static/none.css")
    check(missing)
    assert missing["Cache-Control"] == "no-store"


def test_what_the_server_answers_to_no_request() -> None:
    here, there = socket.socketpair()
    with here, there:
        write_error(here, 400, "Bad Request", "Invalid Request Line '<script>'")
        head, _, page = there.recv(10_000).decode().partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert first == "HTTP/1.1 400 Bad Request"
    check(headers)
    assert len(page.encode()) == int(headers["Content-Length"])
    assert "script" not in page


@pytest.mark.process
def test_cookies_are_of_this_host_alone_with_https() -> None:
    import os
    import subprocess
    import sys

    said = "from wmt.site import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME)"
    env = {**os.environ, "WMT_HTTPS": "1", "WMT_HOSTS": "wmt.example.org", "WMT_DEMO": "0"}
    done = subprocess.run((sys.executable, "-c", said), env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["__Host-sessionid", "__Host-csrftoken"]
    assert read_config({"WMT_HTTPS": "1", "WMT_SECRET_KEY": "x"}).https
