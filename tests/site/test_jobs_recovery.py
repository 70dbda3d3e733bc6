"""The files by which workers show that they are alive: old ones that nobody holds go, all others stay."""

import fcntl
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wmt.site.loads import recovery

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path)
    (tmp_path / "workers").mkdir()
    return tmp_path / "workers"


def made(path: Path, *, seconds: float) -> Path:
    """The file of a worker that began so long ago."""
    path.touch()
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def test_the_file_of_a_worker_killed_without_a_job_goes_after_a_minute(folder: Path) -> None:
    made(folder / "1-killed", seconds=61)
    young = made(folder / "2-young", seconds=50)  # its worker may be about to lock it
    assert not recovery.anybody_works()
    assert recovery.recover() == 0
    assert list(folder.iterdir()) == [young]


def test_the_file_of_a_worker_that_lives_stays_however_old_it_is(folder: Path) -> None:
    with recovery.at_work() as name:
        made(folder / name, seconds=100_000)
        recovery.recover()
        assert recovery.is_alive(name)
        assert [path.name for path in folder.iterdir()] == [name]
    assert not list(folder.iterdir())


def test_who_looks_after_workers_is_not_taken_for_one(folder: Path) -> None:
    with open(made(folder / "1-killed", seconds=1), encoding="ascii") as other:
        fcntl.flock(other, fcntl.LOCK_SH)  # another process is looking in this moment
        assert not recovery.anybody_works()


def test_without_any_worker_so_far_there_is_nothing_to_look_after(folder: Path) -> None:
    folder.rmdir()
    assert recovery.recover() == 0
    assert not recovery.anybody_works()
