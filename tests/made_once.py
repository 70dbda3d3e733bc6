"""What all workers of one run read: the first that asks makes it, the others find it made."""

import fcntl
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

Made = TypeVar("Made")


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run share."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def made_once(folder: Path, make: Callable[[Path], Made]) -> Made:
    """What `make` makes in a shared folder, and the folder's value for whoever comes later.

    Nobody may change what lies there: tests copy it.
    """
    value = folder.with_name(f"{folder.name}.made")
    with alone(folder.with_name(f"{folder.name}.lock")):
        if not value.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of one that failed
            value.write_bytes(pickle.dumps(make(folder)))
    found: Made = pickle.loads(value.read_bytes())
    return found


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """One worker of several at a time."""
    with open(lock, "a", encoding="ascii") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
