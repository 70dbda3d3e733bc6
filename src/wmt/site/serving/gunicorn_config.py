"""What gunicorn is told. Its first process only starts the others: it imports nothing of the site.

Whatever starts threads (Polars, DuckDB) would leave every process forked after it with locks that nobody
opens.
"""

import os
import threading
from typing import Any

from gunicorn.errors import HaltServer

#: The exit code when the first process has threads of its own.
THREADED = 5

wsgi_app = "wmt.site.serving.application:application()"
worker_class = "wmt.site.serving.threads.Worker"
#: Threads that only pass requests on; see `admission` for how many are worked on.
threads = 128
timeout = 120
graceful_timeout = 30
max_requests = 20_000
max_requests_jitter = 2_000
loglevel = "warning"
control_socket_disable = True
preload_app = False
logger_class = "wmt.site.security.server.ServerLog"


def pre_fork(server: Any, worker: Any) -> None:  # noqa: ARG001 - gunicorn names them
    """Refuse to divide while there is a second thread. Raises HaltServer."""
    found = threads_of_this_process()
    if found > 1:
        said = f"the first process of the server has {found} threads; no worker is started from it"
        server.log.critical(said)
        raise HaltServer(said, THREADED)


def threads_of_this_process() -> int:
    """How many threads there are, those of libraries too where the system tells."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()
