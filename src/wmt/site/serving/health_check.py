"""Asking the server's /health again and again, as anybody would who watches over it."""

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Say = Callable[[str], None]
#: Addresses to listen on that are no address to call.
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


@dataclass(frozen=True)
class Times:
    """In seconds: how often to ask, how long an answer may take, how long a start may; and so many unanswered
    questions in a row mean that nothing answers."""

    every: float = 5.0
    answer: float = 10.0
    start: float = 60.0
    misses: int = 3


class Watch:
    """What /health said last, asked in a thread of its own."""

    def __init__(self, host: str, port: int, say: Say, times: Times | None = None) -> None:
        self.host, self.port, self.say, self.times = _EVERYWHERE.get(host, host), port, say, times or Times()
        self.last: dict[str, Any] | None = None
        self.misses = 0
        self._heard = time.monotonic()
        self._is_well = True
        self._over: threading.Event | None = None

    def begin(self) -> None:
        """Ask a server that was started just now."""
        self.end()
        self.last, self.misses, self._heard = None, 0, time.monotonic()
        self._over = threading.Event()
        threading.Thread(target=self._ask_on, args=(self._over,), name="watch", daemon=True).start()

    def end(self) -> None:
        """Ask no more."""
        if self._over is not None:
            self._over.set()

    @property
    def silent_for(self) -> float:
        """Seconds since the last answer, or since the start."""
        return time.monotonic() - self._heard

    @property
    def is_silent(self) -> bool:
        """Whether it must be taken for dead."""
        if self.last is None:
            return self.silent_for > self.times.start
        return self.misses >= self.times.misses

    @property
    def turn_is_due(self) -> bool:
        """Whether the figures are of another day than today."""
        return self.last is not None and self.last.get("is_today") is False

    def _ask_on(self, over: threading.Event) -> None:
        while not over.is_set():
            found = ask(self.host, self.port, self.times.answer)
            if over.is_set():
                return
            self._hear(found)
            # until the first answer somebody waits for it
            over.wait(self.times.every if self.last is not None else 0.05)

    def _hear(self, found: dict[str, Any] | None) -> None:
        if found is None:
            self.misses += 1
            return
        self.misses, self._heard, self.last = 0, time.monotonic(), found
        is_well = found.get("status") in ("ok", "no data")
        if is_well != self._is_well:
            self.say("the database answers again" if is_well else "the database does not answer")
        self._is_well = is_well


def ask(host: str, port: int, patience: float) -> dict[str, Any] | None:
    """What /health says; None where nothing answers in time."""
    connection = http.client.HTTPConnection(host, port, timeout=patience)
    try:
        connection.request("GET", "/health", headers={"Connection": "close"})
        found = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return found if isinstance(found, dict) else None
