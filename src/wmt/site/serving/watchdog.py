"""A process that is stuck ends by itself, so that a new one takes its place."""

import logging
import os
import signal
import threading
import time

from wmt.site.serving.admission import Admission, Ticket, where
from wmt.site.serving.gunicorn_config import graceful_timeout, timeout

log = logging.getLogger(__name__)

_EVERY_S = 5.0


def watch(admission: Admission) -> None:
    """Begin to look, in a thread of its own, for a request that is worked on for too long."""
    threading.Thread(target=_watch, args=(admission,), name="watchdog", daemon=True).start()


def _watch(admission: Admission) -> None:
    while (stuck := stuck_in(admission, time.monotonic())) is None:
        time.sleep(_EVERY_S)
    method, path = (stuck.environ.get(name, "") for name in ("REQUEST_METHOD", "PATH_INFO"))
    log.error("%s %r takes over %d s: this process ends\n%s", method, path, timeout, where(stuck))
    os.kill(os.getpid(), signal.SIGTERM)  # the others it works on may end first
    time.sleep(graceful_timeout)
    os._exit(1)  # what is stuck would hold up an orderly end


def stuck_in(admission: Admission, now: float) -> Ticket | None:
    """The request that has been worked on for longer than any may take."""
    longest = admission.longest()
    if longest is None or longest.begun is None or now - longest.begun < timeout:
        return None
    return longest
