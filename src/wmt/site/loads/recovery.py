"""Jobs whose worker process was killed: begun once more, or told as failed.

A worker holds a lock on a file of its own for as long as it lives; the operating system drops the lock with
the process, however it ends. A job under way whose worker's lock is free has nobody who does it.
"""

import fcntl
import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from wmt.private_files import make_private_folder

log = logging.getLogger(__name__)
#: A job is begun so often at most: what ended two processes may have ended them because of the job itself.
ATTEMPTS = 2
#: The file of a worker that began less than this ago, in seconds, may not be locked yet.
NEW = 60.0
#: Told that the worker of a job was killed, with the job's arguments and whether it is begun once more. Says
#: whether it shall be.
Killed = Callable[..., bool]
_killed: dict[str, Killed] = {}


def when_killed(task: Any) -> Callable[[Killed], Killed]:
    """Registers what is to be done for a killed job of `task`: `killed(*args, again=…)`, in a transaction."""

    def register(killed: Killed) -> Killed:
        _killed[task.module_path] = killed
        return killed

    return register


@contextmanager
def at_work() -> Iterator[str]:
    """Inside, this process is a worker that is alive; gives its name."""
    make_private_folder(_folder())
    name = f"{os.getpid()}-{secrets.token_hex(8)}"
    path = _folder() / name
    with open(path, "x", opener=lambda path, flags: os.open(path, flags, 0o600), encoding="ascii") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        try:
            yield name
        finally:
            path.unlink(missing_ok=True)


def is_alive(worker: str) -> bool:
    """Whether the process of a worker is there."""
    try:
        with open(_folder() / Path(worker).name, encoding="ascii") as held:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def anybody_works() -> bool:
    """Whether there is a process for jobs at all."""
    return _folder().is_dir() and any(is_alive(path.name) for path in _folder().iterdir())


def recover() -> int:
    """Look after the jobs whose process was killed; how many there were. Their old files go."""
    for path in _folder().iterdir() if _folder().is_dir() else ():
        with suppress(FileNotFoundError):  # another may have been quicker
            if time.time() - path.stat().st_mtime > NEW and not is_alive(path.name):
                path.unlink()
    dead = [
        job
        for job in DBTaskResult.objects.running()
        if not is_alive(str(job.worker_ids[-1]) if job.worker_ids else "nobody")
    ]
    return sum(_recover(job) for job in dead)


def _recover(job: DBTaskResult) -> bool:
    """Whether it was this process that looked after the job: another may have been quicker."""
    again = len(job.worker_ids) < ATTEMPTS
    mine = DBTaskResult.objects.filter(pk=job.pk, status=TaskResultStatus.RUNNING, started_at=job.started_at)
    with transaction.atomic():
        if not mine.update(**(_READY if again else _given_up())):
            return False
        killed = _killed.get(job.task_path)
        args, kwargs = job.args_kwargs["args"], job.args_kwargs["kwargs"]
        if killed is not None and not killed(*args, again=again, **kwargs) and again:
            DBTaskResult.objects.filter(pk=job.pk).update(**_given_up())
    log.warning("the process that did %s %s was killed", job.task_path, job.args_kwargs["args"])
    return True


_READY = {"status": TaskResultStatus.READY}


def _given_up() -> dict[str, Any]:
    return {
        "status": TaskResultStatus.FAILED,
        "finished_at": timezone.now(),
        "exception_class_path": "builtins.ChildProcessError",
        "traceback": "The process that did this job was killed.",
    }


def _folder() -> Path:
    folder: Path = settings.CONFIG.home / "workers"
    return folder
