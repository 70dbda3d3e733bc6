"""gunicorn's threads, with two things decided before one is taken: who asks for /health, and who is told at
once that the service is busy.

Both are seen in the first bytes of a request, which are looked at and left where they are. So a flood costs a
few system calls a request, and whoever watches over the site never stands in line behind it.
"""

import selectors
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

_HEALTH = (b"GET /health ", b"HEAD /health ")
#: Of a request that is refused all of it must be there, or the sender could not read the answer.
_MOST = 16_384
#: Whoever connects and sends nothing is let go after so many seconds.
_SILENT_S = 10.0
#: So many connections are taken at once before anything else is looked at.
_TAKEN = 32


class Worker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """Named in `gunicorn_config`."""

    def init_process(self) -> None:
        self.health = ThreadPoolExecutor(4, "health")
        self.closing = ThreadPoolExecutor(4, "closing")
        self.taken = 0
        super().init_process()

    def accept(self, listener: Any) -> None:
        """Take what has come, not one connection a round: a round costs turns among the threads."""
        for _ in range(_TAKEN):
            before = self.taken
            super().accept(listener)
            if self.taken == before:
                return

    def enqueue_req(self, conn: Any) -> None:
        """Pass a connection on that has, or will have, a request."""
        self.taken += 1
        # whether a part of the next request was read with the last one
        first = (
            b""
            if (conn.parser is not None and bool(conn.parser.unreader.buf.getvalue()))
            else _first_bytes(conn.sock)
        )
        conn.only_reads = first.startswith((b"GET ", b"HEAD "))
        if not first and not conn.initialized and not conn.data_ready:
            # come back when there are some. No thread waits with it.
            conn.sock.setblocking(False)
            conn.timeout = time.monotonic() + _SILENT_S
            self.pending_conns.append(conn)
            ready = partial(self.on_pending_socket_readable, conn)
            self.poller.register(conn.sock, selectors.EVENT_READ, ready)
        elif first.startswith(_HEALTH):
            done = self.health.submit(self.handle, conn)
            done.add_done_callback(lambda future: self.method_queue.defer(self.finish_request, conn, future))
        elif self._is_refused(first) and _refuse(conn.sock, self._busy(first)):
            self.nr_conns -= 1
            conn.close()
        else:
            super().enqueue_req(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """As gunicorn does, but nobody waits in this thread until a sender has closed its end too."""
        conn.close = partial(self._close, conn)
        super().finish_request(conn, fs)

    def _close(self, conn: Any, graceful: bool = False) -> None:
        if graceful and not conn.only_reads:
            # something may be on its way yet, for which the system would take the answer back
            self.closing.submit(TConn.close, conn, graceful=True)
        else:
            TConn.close(conn)

    def _is_refused(self, first: bytes) -> bool:
        """Whether a whole request that only reads came while as many wait as may."""
        is_whole = first.startswith(b"GET ") and first.endswith(b"\r\n\r\n") and first.count(b"\r\n\r\n") == 1
        return is_whole and len(first) < _MOST and bool(self.wsgi.app.is_full)

    def _busy(self, first: bytes) -> bytes:
        found: bytes = self.wsgi.app.busy.whole(is_api=first.startswith(b"GET /api/v1/"))
        return found


def _first_bytes(connection: Any) -> bytes:
    """What is there of a request by now; it stays there to be read."""
    try:
        found: bytes = connection.recv(_MOST, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except (OSError, ValueError):
        return b""
    return found


def _refuse(connection: Any, answer: bytes) -> bool:
    """Read the request and answer it, without ever waiting. False where somebody else must."""
    try:
        connection.send(answer, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True  # the sender is gone
    with suppress(OSError):
        # what is left unread would make the system take the answer back
        connection.recv(_MOST, socket.MSG_DONTWAIT)
        connection.shutdown(socket.SHUT_WR)
    return True
