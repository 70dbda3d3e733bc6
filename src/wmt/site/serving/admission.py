"""How many requests are worked on at once, and what becomes of the rest.

The server has many threads, which only pass requests on to the few that work. So a request waits in one
place, where it is counted: when too many wait, the next is answered at once that the site is busy. A request
that waited too long, or whose sender is gone, is not worked on at all. Requests that may change something
take half of the working threads at most, because they may have to wait for one another.
"""

import logging
import sys
import tempfile
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, BinaryIO

from wmt.site.security.client import is_gone

log = logging.getLogger(__name__)

#: Requests worked on at once in one process, and how many of them may be changes.
WORKING, CHANGING = 4, 2
#: Requests that may wait; of changes more, because what somebody typed is worth more than a page.
WAITING, WAITING_CHANGES = 24, 40
#: After so many seconds nobody waits for the answer any more.
PATIENCE_S = 8.0
#: Of a larger answer the rest is kept in a file until it is sent, in bytes.
IN_MEMORY = 4_000_000
_SAFE = ("GET", "HEAD", "OPTIONS")

Environ = dict[str, Any]
App = Callable[[Environ, Any], Iterable[bytes]]
Headers = list[tuple[str, str]]


@dataclass
class Ticket:
    """A request on its way: what came of it is there when `ready` is set."""

    environ: Environ
    came: float = field(default_factory=time.monotonic)
    ready: threading.Event = field(default_factory=threading.Event)
    begun: float | None = None
    thread: int = 0
    status: str = ""
    headers: Headers = field(default_factory=list)
    body: Iterable[bytes] | None = None
    fault: BaseException | None = None

    @property
    def is_change(self) -> bool:
        """Whether it may change something."""
        return self.environ.get("REQUEST_METHOD") not in _SAFE

    def is_stale(self, now: float) -> bool:
        """Whether nobody waits for it any more."""
        return now - self.came > PATIENCE_S or is_gone(self.environ)

    def work(self, app: App) -> None:
        """Let the application answer. Nothing is raised: the thread that passes it on does."""
        try:
            self.body = _kept(app(self.environ, self._start), self.environ)
        except BaseException as fault:
            self.fault = fault

    def _start(self, status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], None]:
        if exc_info and self.status:
            raise exc_info[1]
        self.status, self.headers = status, headers
        return _no_writing


def _no_writing(_: bytes) -> None:
    raise NotImplementedError("answers are given back, not written")


class Admission:
    """The application as the server sees it. `busy` answers what is not taken."""

    def __init__(
        self,
        app: App,
        *,
        busy: App,
        working: int = WORKING,
        changing: int = CHANGING,
        waiting: tuple[int, int] = (WAITING, WAITING_CHANGES),
    ) -> None:
        self.app, self.busy, self.changing = app, busy, changing
        self.waiting = dict(zip((False, True), waiting, strict=True))
        self._turn = threading.Condition()
        self._waiting: dict[bool, deque[Ticket]] = {False: deque(), True: deque()}
        self._at_work: dict[int, Ticket] = {}
        self._numbers = count()
        for number in range(working):
            threading.Thread(target=self._work, name=f"working {number}", daemon=True).start()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        ticket = Ticket(environ)
        if not self._offered(ticket):
            return self.busy(environ, start_response)
        ticket.ready.wait()
        if ticket.fault is not None:
            raise ticket.fault
        if ticket.body is None:
            return self.busy(environ, start_response)
        start_response(ticket.status, ticket.headers)
        return ticket.body

    @property
    def is_full(self) -> bool:
        """Whether the next request that only reads would be told to come back."""
        return len(self._waiting[False]) >= self.waiting[False]

    def longest(self) -> Ticket | None:
        """The request that has been worked on for the longest time, if any is."""
        with self._turn:
            return min(self._at_work.values(), key=lambda ticket: ticket.begun or 0, default=None)

    def _offered(self, ticket: Ticket) -> bool:
        with self._turn:
            lane = self._waiting[ticket.is_change]
            if len(lane) >= self.waiting[ticket.is_change]:
                return False
            lane.append(ticket)
            self._turn.notify()
        return True

    def _work(self) -> None:
        while True:
            number, ticket = self._taken()
            try:
                if not ticket.is_stale(time.monotonic()):
                    ticket.work(self.app)
            finally:
                with self._turn:
                    del self._at_work[number]
                    self._turn.notify()
                ticket.ready.set()

    def _taken(self) -> tuple[int, Ticket]:
        """The next request in turn; waits for one."""
        with self._turn:
            while (ticket := self._next()) is None:
                self._turn.wait()
            ticket.begun, ticket.thread = time.monotonic(), threading.get_ident()
            number = next(self._numbers)
            self._at_work[number] = ticket
            return number, ticket

    def _next(self) -> Ticket | None:
        changes_at_work = sum(ticket.is_change for ticket in self._at_work.values())
        lanes = [self._waiting[False]]
        if changes_at_work < self.changing:
            lanes.append(self._waiting[True])
        heads = [lane for lane in lanes if lane]
        return min(heads, key=lambda lane: lane[0].came).popleft() if heads else None


def where(ticket: Ticket) -> str:
    """Where the thread that works on a request stands just now, for the log."""
    frame = sys._current_frames().get(ticket.thread)
    return "".join(traceback.format_stack(frame)) if frame else ""


def _kept(answer: Iterable[bytes], environ: Environ) -> Iterable[bytes]:
    """The whole answer, so that the working thread is free while it is sent. A file is sent as it is."""
    wrapper = environ.get("wsgi.file_wrapper")
    if wrapper is not None and isinstance(answer, wrapper):
        file: Iterable[bytes] = answer
        return file
    try:
        return _read(iter(answer))
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()


def _read(parts: Iterator[bytes]) -> Iterable[bytes]:
    found, size = [], 0
    for part in parts:
        found.append(part)
        size += len(part)
        if size > IN_MEMORY:
            # its name is gone as soon as it is made, and the file with the process
            file = tempfile.TemporaryFile()  # noqa: SIM115 - the server closes it when it is sent
            file.writelines(found)
            file.writelines(parts)
            file.seek(0)
            return _FromFile(file)
    return found


class _FromFile:
    """An answer that is read from a file while it is sent."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def __iter__(self) -> "_FromFile":
        return self

    def __next__(self) -> bytes:
        if part := self.file.read(65_536):
            return part
        raise StopIteration

    def close(self) -> None:
        self.file.close()
