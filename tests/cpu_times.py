"""A plugin that writes the CPU seconds of each test: `pytest -p cpu_times`.

Wall time says how busy the machine was; CPU time of the test's own process and of the children it waited for
says what a test costs. Servers are children that are waited for at the end, or by nobody: they are not in it.
WMT_CPU_TIMES names the folder; each worker appends to a file of its own. `python tests/cpu_times.py FOLDER`
prints the table by files, with --tests by tests.
"""

import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest


def spent() -> float:
    """CPU seconds of this process and of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """What a test spends, with what it sets up and takes down."""
    began, clock, stood = spent(), time.monotonic(), held_up()
    done = yield
    wall = time.monotonic() - clock
    _write(item.nodeid, spent() - began, wall, wall - (held_up() - stood))
    return done


def held_up() -> float:
    """Seconds that this thread ran or could have run; the rest it waited for a disk, a child or a clock."""
    try:
        ran, ready, _ = Path("/proc/thread-self/schedstat").read_text("ascii").split()
    except OSError:
        return time.thread_time()
    return (int(ran) + int(ready)) / 1e9


def pytest_sessionstart() -> None:
    """What it takes to start and to collect is counted from here."""
    _write("(start)", spent(), 0, 0)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Until all tests are known."""
    _write("(start and collection)", spent(), 0, 0)


def _write(name: str, cpu: float, wall: float, waited: float) -> None:
    folder = Path(os.environ["WMT_CPU_TIMES"])
    folder.mkdir(parents=True, exist_ok=True)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with open(folder / f"{worker}.jsonl", "a", encoding="utf-8") as to:
        to.write(json.dumps([name, round(cpu, 4), round(wall, 4), round(waited, 4)]) + "\n")


def main(folder: Path, tests: bool) -> None:
    """Print the table: files, or single tests, the dearest first."""
    found: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0, 0])
    for path in folder.glob("*.jsonl"):
        for name, *spent in map(json.loads, path.read_text("utf-8").splitlines()):
            row = found[name if tests else name.partition("::")[0]]
            row[:] = [have + more for have, more in zip(row, (1, *spent), strict=True)]
    rooms: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0, 0])
    for name, row in sorted(found.items(), key=lambda each: -each[1][1]):
        print(_told(name, row))
        room = rooms["/".join(name.split("/")[:2]).partition("::")[0]]
        room[:] = [have + more for have, more in zip(room, row, strict=True)]
    for name, row in sorted(rooms.items(), key=lambda each: -each[1][1]):
        print(_told(name, row))


def _told(name: str, row: list[float]) -> str:
    return f"{row[1]:9.1f} s CPU {row[2]:9.1f} s, waited {row[3]:9.1f} s {row[0]:6.0f}  {name}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--tests" in sys.argv)
