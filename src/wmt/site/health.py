"""Whether the site answers, for whatever watches over it.

Answered before anything else is asked: no session, no name of a host, no HTTPS, no turn in the queue.
"""

import json
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import Error, close_old_connections

import wmt
from wmt.site.security import common_headers
from wmt.site.security.client import is_on_this_machine
from wmt.site.workload.state import NoDataYet, current_state, today

PATH = "/health"
#: How long who asks waits for the database, and how long a process that has just begun does, in seconds.
_PATIENCE, _FIRST_PATIENCE = 0.8, 3.0
#: For so long the last answer stands while the database takes its time: a busy moment is no outage.
_STANDS = 10.0


@dataclass(frozen=True)
class Health:
    """`status`: 'ok', 'no data' before the first load, or 'database does not answer'.

    `day` is the day that hours and reductions are judged on; `is_today`: whether that is the day it is now.
    """

    status: str
    as_at: str | None = None
    day: str | None = None
    is_today: bool = True
    version: str = wmt.__version__

    @property
    def is_well(self) -> bool:
        """Whether pages can be shown."""
        return self.status != AWAY.status

    def answer(self, environ: dict[str, Any]) -> tuple[int, bytes]:
        """The status and the words: everything on this machine, elsewhere no more than 'ok'."""
        if is_on_this_machine(environ):
            told = asdict(self)
        else:
            told = {"status": "ok" if self.is_well else "unavailable"}
        return 200 if self.is_well else 503, json.dumps(told).encode()


AWAY = Health("database does not answer")


def examine() -> Health:
    """How it is now: one query."""
    try:
        state = current_state()
    except NoDataYet:
        return Health("no data")
    except Error:
        return AWAY
    as_at = state.as_at.replace(tzinfo=None)
    return Health("ok", as_at.isoformat(), state.day.isoformat(), state.day == today(as_at.date()))


def headers(body: bytes) -> list[tuple[str, str]]:
    """What goes with an answer that Django's middleware never sees."""
    found = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", common_headers.NO_STORE),
        ("Content-Security-Policy", common_headers.BARE_POLICY),
        *common_headers.ALWAYS.items(),
    ]
    if settings.SECURE_HSTS_SECONDS:
        found.append(("Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}"))
    return found


class HealthFirst:
    """Answers /health from a thread and a database connection of its own, and hands on everything else."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self._thread = ThreadPoolExecutor(1, "health")
        self._lock = threading.Lock()
        self._asked: Any = None
        self._last: tuple[float, Health] | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH or environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            found: Iterable[bytes] = self.app(environ, start_response)
            return found
        code, body = self._health().answer(environ)
        start_response(f"{code} {HTTPStatus(code).phrase}", headers(body))
        return [body] if environ["REQUEST_METHOD"] == "GET" else []

    def _health(self) -> Health:
        """Many who ask at once get one answer. A database that takes too long is one that does not answer."""
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = self._thread.submit(_examined)
            asked = self._asked
        try:
            found: Health = asked.result(_PATIENCE if self._last else _FIRST_PATIENCE)
        except TimeoutError:
            when, last = self._last or (0.0, AWAY)
            return last if time.monotonic() - when < _STANDS else AWAY
        self._last = time.monotonic(), found
        return found


def _examined() -> Health:
    close_old_connections()
    try:
        return examine()
    finally:
        close_old_connections()
