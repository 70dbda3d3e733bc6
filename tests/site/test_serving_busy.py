"""What somebody reads when more comes than can be answered."""

import json
from typing import Any

import pytest

from wmt.site.serving.overloaded import RETRY_S, Busy


def said(path: str, method: str = "GET", **more: str) -> tuple[str, dict[str, str], str]:
    found: list[Any] = []
    environ = {"PATH_INFO": path, "REQUEST_METHOD": method, **more}
    body = b"".join(Busy()(environ, lambda status, headers: found.extend((status, headers))))
    return found[0], dict(found[1]), body.decode()


def test_a_person_is_told_that_nothing_was_saved() -> None:
    status, headers, page = said("/nation/", "POST")
    assert status == "503 Service Unavailable"
    assert headers["Retry-After"] == str(RETRY_S)
    assert headers["Content-Type"].startswith("text/html")
    assert "no-store" in headers["Cache-Control"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Content-Length"] == str(len(page.encode()))
    assert "<h1" in page
    assert "Sorry, the service is busy" in page
    assert "Nothing you sent was saved" in page


def test_a_program_is_told_in_its_own_way() -> None:
    status, headers, body = said("/api/v1/state")
    problem = json.loads(body)
    assert (status[:3], headers["Content-Type"]) == ("503", "application/json")
    assert (problem["status"], problem["code"]) == (503, "BUSY")
    assert problem["remedy"]


def test_a_page_that_renews_itself_shows_it_whole() -> None:
    _, headers, _ = said("/nation/", HTTP_HX_REQUEST="true")
    assert (headers["HX-Retarget"], headers["HX-Reselect"]) == ("body", "body")
    assert "HX-Retarget" not in said("/nation/")[1]


def test_head_has_no_body() -> None:
    assert said("/nation/", "HEAD")[2] == ""


def test_a_page_that_cannot_be_made_is_told_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> str:
        raise ValueError("no templates")

    monkeypatch.setattr("wmt.site.serving.overloaded.render_to_string", fails)
    assert "Nothing was saved" in said("/nation/")[2]
