"""One load at a time for a folder of nights. The operating system drops the lock when a process dies."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from wmt.errors import NotNowError
from wmt.nights.folder import NightError
from wmt.private_files import make_private_folder

_PATIENCE = 0.2
_LOOK_AGAIN = 0.5


class NightBusyError(NotNowError):
    """Another load holds the folder; the message says which."""


@contextmanager
def loading(nights: Path, what: str) -> Iterator[None]:
    """Hold the folder for one load. Raises NightBusyError at once when another load has it."""
    if nights.exists() and not nights.is_dir():
        raise NightError(f"{nights} is a file; --nights names the folder that holds the saved data")
    make_private_folder(nights)
    with open(nights / ".lock", "a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NightBusyError(
                f"another load is under way in {nights}: {_holder(lock)}. "
                "Nothing was changed; try again when it is done"
            ) from None
        try:
            lock.truncate(0)
            lock.write(f"{what}, process {os.getpid()}, since {datetime.now(UTC):%H:%M:%S} UTC\n")
            lock.flush()
            yield
        finally:
            lock.truncate(0)


@contextmanager
def loading_in_turn(
    nights: Path, what: str, patience: float, waiting: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """The same, waiting for another load to end; `waiting` is called while it does.

    Raises NightBusyError when that one is still under way after `patience` seconds.
    """
    give_up = time.monotonic() + patience
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(loading(nights, what))
                break
            except NightBusyError:
                if time.monotonic() >= give_up:
                    raise
            waiting()
            time.sleep(_LOOK_AGAIN)
        yield


def _holder(lock: TextIO) -> str:
    """What the holder wrote; it may need a moment to write it after it took the lock."""
    give_up = time.monotonic() + _PATIENCE
    while time.monotonic() < give_up:
        lock.seek(0)
        if found := lock.read().strip():
            return found
        time.sleep(0.01)
    return "another process"
