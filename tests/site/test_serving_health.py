"""Who is told what by /health: everything on the machine itself, 'ok' and no more elsewhere."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from wmt.site import health
from wmt.site.security.client import is_on_this_machine

pytestmark = pytest.mark.one_database

ON_IT = {"REMOTE_ADDR": "127.0.0.1", "SERVER_PROTOCOL": "HTTP/1.1"}
OK = {"status": "ok"}


class Socket:
    """A connection that was made to an address of this machine."""

    def __init__(self, address: str) -> None:
        self.address = address

    def getsockname(self) -> tuple[str, int]:
        return self.address, 8000


@pytest.mark.parametrize(
    ("more", "is_here"),
    [
        ({}, True),
        ({"REMOTE_ADDR": "127.8.9.1"}, True),
        ({"REMOTE_ADDR": "::1"}, True),
        ({"REMOTE_ADDR": "::ffff:127.0.0.1"}, True),
        ({"REMOTE_ADDR": "10.0.0.5", "gunicorn.socket": Socket("10.0.0.5")}, True),
        ({"REMOTE_ADDR": "10.0.0.6", "gunicorn.socket": Socket("10.0.0.5")}, False),
        ({"REMOTE_ADDR": "10.0.0.6"}, False),
        ({"REMOTE_ADDR": ""}, False),
        ({"REMOTE_ADDR": "localhost"}, False),
        ({"REMOTE_ADDR": "10.0.0.6", "HTTP_HOST": "127.0.0.1"}, False),
        ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, False),
        ({"HTTP_FORWARDED": "for=127.0.0.1"}, False),
        ({"HTTP_X_FORWARDED_PROTO": "https"}, False),
        ({"HTTP_X_REAL_IP": "127.0.0.1"}, False),
        ({"HTTP_VIA": "1.1 proxy"}, False),
        ({"SERVER_PROTOCOL": "HTTP/1.0"}, False),
    ],
)
def test_who_is_on_this_machine(more: dict[str, Any], is_here: bool) -> None:
    assert is_on_this_machine(ON_IT | more) is is_here


@pytest.fixture(params=["by the middleware", "by the server"])
def ask(request: Any, client: Client) -> Callable[..., tuple[int, Any]]:
    """Ask in either way that there is: the status, and what was said."""
    if request.param == "by the middleware":

        def by_middleware(**more: Any) -> tuple[int, Any]:
            answer = client.get("/health", **more)
            return answer.status_code, json.loads(answer.content)

        return by_middleware
    return by_server


def by_server(**more: Any) -> tuple[int, Any]:
    found: list[str] = []
    server = health.HealthFirst(lambda *_: pytest.fail("it went on to the application"))
    server._health = health.examine  # type: ignore[method-assign] # not in its thread: the tests' transaction
    environ = {**ON_IT, "PATH_INFO": "/health", "REQUEST_METHOD": "GET", **more}
    body = b"".join(server(environ, lambda status, _: found.append(status)))
    return int(found[0].partition(" ")[0]), json.loads(body)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "wmt.example.org", "evil.example", ""])
@pytest.mark.parametrize("https", [False, True])
@pytest.mark.usefixtures("nation")
def test_it_answers_whatever_the_hosts_and_https_are(
    ask: Callable[..., tuple[int, Any]], settings: Any, host: str, https: bool
) -> None:
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["wmt.example.org"], https
    settings.CONFIG = replace(settings.CONFIG, hosts=("wmt.example.org",), https=https)
    code, said = ask(HTTP_HOST=host)
    assert (code, said["status"], said["as_at"]) == (200, "ok", "2026-11-20T18:30:00")
    assert ask(HTTP_HOST=host, REMOTE_ADDR="192.0.2.7") == (200, OK)
    assert ask(HTTP_HOST="127.0.0.1", HTTP_X_FORWARDED_FOR="127.0.0.1") == (200, OK)


@pytest.mark.django_db
def test_without_figures_outsiders_learn_nothing(ask: Callable[..., tuple[int, Any]]) -> None:
    assert ask()[1]["status"] == "no data"
    assert ask(REMOTE_ADDR="192.0.2.7") == (200, OK)


@pytest.mark.usefixtures("nation")
def test_a_database_that_is_away(
    ask: Callable[..., tuple[int, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError("host db-7 refuses")

    monkeypatch.setattr(health, "current_state", away)
    assert ask()[0] == 503
    assert ask()[1]["status"] == "database does not answer"
    assert ask(REMOTE_ADDR="192.0.2.7") == (503, {"status": "unavailable"})


def test_a_database_that_takes_its_time_is_one_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    answers = Event()

    def slow() -> health.Health:
        answers.wait(60)
        return health.Health("ok")

    monkeypatch.setattr(health, "examine", lambda: well)
    well = health.Health("ok")
    server = health.HealthFirst(lambda *_: [])
    assert server._health() == well
    monkeypatch.setattr(health, "examine", slow)
    monkeypatch.setattr(health, "_PATIENCE", 0)
    assert server._health() == well, "a busy moment is no outage"
    monkeypatch.setattr(health, "_STANDS", 0)
    assert server._health() == health.AWAY
    monkeypatch.setattr(health, "_PATIENCE", 60)
    answers.set()
    assert server._health() == well
