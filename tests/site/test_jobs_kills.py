"""Workers that are killed in the middle of a load: it is begun once more, and twice begun is loaded once.

Every other kill waits until figures go into the database. WMT_SOAK=1 kills 50 workers instead of 1.
"""

import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from loads_fixtures import Written, night_of
from loads_homes import Figures, Home

from forked import Forked, fork
from night_tools import wmt

KILLS = 50 if os.environ.get("WMT_SOAK") == "1" else 1
TASK = "wmt.site.loads.jobs.load_extract"
JOBS = f"SELECT status FROM django_tasks_database_dbtaskresult WHERE task_path = '{TASK}'"
TABLES = [f"workload_{name}" for name in ("unit", "line", "cell", "pricing", "rulevalue", "fault", "load")]
TABLES += ["availability_reduction", "audit_auditevent"]
#: What the upload page does with the files: they lie in a folder of the home until the load is done.
ASK = """
import shutil, sys
from wmt.site.start import set_up
set_up(print)
from django.conf import settings
from django_tasks_db.models import DBTaskResult
DBTaskResult.objects.all().delete()
from wmt.site.loads.jobs import load_extract
from wmt.site.loads.load_request import LoadRequest
from wmt.site.loads.loading import ask
folder = settings.CONFIG.uploads / "one"
shutil.copytree(sys.argv[1], folder / "extract")
shutil.copytree(sys.argv[2], folder / "people")
wish = LoadRequest(paths=[str(folder / "extract")], people=str(folder / "people"))
load_extract.enqueue(ask(wish=wish, who="a page").pk)
"""

WORK = "from runpy import run_module; run_module('wmt.site.serving.worker', run_name='__main__')"


def worker(home: Home) -> Forked:
    """A worker that ends when there is nothing left to do."""
    options = ["--batch", "--no-startup-delay", "--verbosity", "0"]
    return fork(WORK, options, {**os.environ, **home.env})


def finish(home: Home) -> None:
    """Let a worker do what there is."""
    working = worker(home)
    _, said = working.communicate(timeout=300)
    assert working.returncode == 0, said


def until(process: Forked, so: Callable[[], bool]) -> None:
    while process.poll() is None and not so():
        time.sleep(0.002)


def _has_begun(home: Home, times: int) -> bool:
    """Whether a worker does the job for the so-manieth time."""
    ((status, workers),) = home.ask(JOBS.replace("status", "status, worker_ids"))
    names = json.loads(workers) if isinstance(workers, str) else workers
    return (status, len(names)) == ("RUNNING", times)


@contextmanager
def asking(kept: Home, written: Written, path: Path) -> Iterator[Home]:
    """A home in which somebody asked for the second night."""
    night = night_of(written, 1)
    with kept.copied(path / "home") as home:
        done = wmt(night / "tidy", night / "people", code=ASK, **home.env)
        assert done.returncode == 0, done.stderr
        yield home


@dataclass(frozen=True)
class Outcome:
    """What a load comes to: the nation's figures, the rows of each table, and the state it ended in."""

    figures: Figures
    rows: list[int]
    state: str

    @classmethod
    def of(cls, home: Home) -> "Outcome":
        rows = [int(home.ask(f"SELECT COUNT(*) FROM {table}")[0][0]) for table in TABLES]
        ((state,),) = home.ask("SELECT state FROM workload_load WHERE who = 'a page'")
        return cls(home.figures(), rows, state)


@pytest.fixture(scope="module")
def undisturbed(
    kept_home: Home, written_nation: Written, tmp_path_factory: pytest.TempPathFactory
) -> tuple[float, Outcome]:
    """How long a worker lives that nobody kills, in seconds, and what the load comes to."""
    with asking(kept_home, written_nation, tmp_path_factory.mktemp("calm")) as home:
        began = time.monotonic()
        finish(home)
        return time.monotonic() - began, Outcome.of(home)


@pytest.mark.parametrize("number", range(1, KILLS + 1))
def test_a_load_whose_worker_is_killed_is_loaded_once(
    kept_home: Home,
    written_nation: Written,
    undisturbed: tuple[float, Outcome],
    tmp_path: Path,
    number: int,
) -> None:
    life, wanted = undisturbed
    assert wanted.state == "loaded"
    with asking(kept_home, written_nation, tmp_path) as home:
        before = home.figures()
        chance, working = random.Random(number), worker(home)
        if number % 2:
            running = "SELECT COUNT(*) FROM workload_load WHERE state = 'running' AND percent >= 50"
            until(working, lambda: home.ask(running) != [(0,)])
            time.sleep(chance.uniform(0, 0.5))
        else:
            time.sleep(chance.uniform(0, life))
        working.send_signal(signal.SIGKILL)
        working.communicate()
        assert home.figures() in (before, wanted.figures)
        for left in (home.path / "workers").glob("*"):  # of a worker that began a while ago
            os.utime(left, (0, 0))
        finish(home)
        assert Outcome.of(home) == wanted
        assert home.ask(JOBS) == [("SUCCESSFUL",)]
        assert not list((home.path / "uploads").iterdir())
        assert not list((home.path / "workers").iterdir())


def test_a_load_that_kills_its_worker_twice_is_told_as_failed(
    kept_home: Home, written_nation: Written, tmp_path: Path
) -> None:
    with asking(kept_home, written_nation, tmp_path) as home:
        before = home.figures()
        for time_ in (1, 2):
            working = worker(home)
            until(working, partial(_has_begun, home, time_))
            working.send_signal(signal.SIGKILL)
            working.communicate()
        finish(home)
        ((state, message),) = home.ask("SELECT state, message FROM workload_load WHERE who = 'a page'")
        assert state == "failed"
        assert message.startswith("The process stopped twice before the load had finished.")
        assert message.endswith("The figures shown were not changed.")
        assert home.ask(JOBS) == [("FAILED",)]
        assert home.figures() == before
        assert not list((home.path / "uploads").iterdir())
