"""A database connection that was left inside a transaction is thrown away, never used again.

Django gives a connection back only between transactions. One that a fault left inside one would fail, or hold
its locks, for every request that comes after in the same thread.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.http import HttpRequest, HttpResponse

log = logging.getLogger(__name__)


def depth() -> int:
    """How deep inside transactions this thread's connection is; 0: in none."""
    return len(connection.atomic_blocks)


def discard_if_left_open(before: int, what: str) -> bool:
    """Close the connection where it is deeper inside transactions than before, and log that it was `what`.

    The next question opens another. Whatever was not committed is rolled back by the database.
    """
    is_broken = connection.needs_rollback and not connection.in_atomic_block
    if depth() <= before and not is_broken:
        return False
    log.error("the database connection was left inside a transaction by %s: it is closed", what)
    left = connections[DEFAULT_DB_ALIAS]
    del connections[DEFAULT_DB_ALIAS]  # Django refuses to reopen one that was closed inside a transaction
    try:
        if left.connection is not None:
            left.connection.close()
    except Exception:
        log.exception("the connection could not be closed")
    return True


class ConnectionMiddleware:
    """Looks at the connection after each request. Outermost, so that it sees what all the others did."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = depth()
        try:
            return self.get_response(request)
        finally:
            discard_if_left_open(before, f"{request.method} {request.path!r}")


def look_after_jobs() -> None:
    """The same after each job of the process for jobs."""
    from django_tasks.signals import task_finished, task_started

    before: list[int] = []

    def started(**_: Any) -> None:
        before[:] = [depth()]

    def finished(task_result: Any, **_: Any) -> None:
        discard_if_left_open(before[0] if before else depth(), f"the job {task_result.task.module_path}")

    task_started.connect(started, weak=False, dispatch_uid="wmt connection before a job")
    task_finished.connect(finished, weak=False, dispatch_uid="wmt connection after a job")
