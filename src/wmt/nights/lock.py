"""One load at a time for a folder of nights. The operating system drops the lock when a process dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path


class NightBusyError(Exception):
    """Another load holds the folder; the message says which."""


@contextmanager
def loading(nights: Path, what: str) -> Iterator[None]:
    """Hold the folder for one load. Raises NightBusyError at once when another load has it."""
    nights.mkdir(parents=True, exist_ok=True)
    with open(nights / ".lock", "a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            raise NightBusyError(
                f"another load is under way in {nights}: {holder}. "
                "Nothing was changed; try again when it is done"
            ) from None
        lock.seek(0)
        lock.truncate()
        lock.write(f"{what}, process {os.getpid()}, since {datetime.now(UTC):%H:%M:%S} UTC\n")
        lock.flush()
        yield
