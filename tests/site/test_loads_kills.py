"""Real kills of `wmt load` while the figures are read: every read finds the old ones or the new, whole.

Every other kill waits until figures go into the database, because that is where a mixture could be born.
WMT_SOAK=1 runs 50 kills instead of 2.
"""

import os
import random
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from loads_fixtures import Written, night_of
from loads_homes import Figures, Home

from night_tools import start, wmt

KILLS = 50 if os.environ.get("WMT_SOAK") == "1" else 2


def arguments(written: Written, number: int) -> tuple[object, ...]:
    night = night_of(written, number)
    return "load", night / "tidy", "--people", night / "people"


@pytest.fixture(scope="module")
def former(kept_home: Home) -> Home:
    """A home that shows the night before."""
    return kept_home


@pytest.fixture(scope="module")
def undisturbed(
    written_nation: Written, former: Home, tmp_path_factory: pytest.TempPathFactory
) -> tuple[float, Figures]:
    """How long a load lives that nobody kills, in seconds, and the figures it brings."""
    with former.copied(tmp_path_factory.mktemp("life") / "home") as home:
        began = time.monotonic()
        assert wmt(*arguments(written_nation, 1), **home.env).returncode == 0
        return time.monotonic() - began, home.figures()


class Reader(threading.Thread):
    """Somebody who reads figures all the time, as pages do."""

    def __init__(self, home: Home) -> None:
        super().__init__()
        self.home = home
        self.seen: list[Figures] = []
        self.faults: list[BaseException] = []
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.is_set():
            try:
                self.seen.append(self.home.figures())
            except BaseException as fault:
                self.faults.append(fault)
            self.done.wait(0.1)

    def __enter__(self) -> "Reader":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.join()


def kill(process: subprocess.Popen[str], home: Home, number: int, life: float) -> None:
    """Kill at a seeded random instant: anywhere in its life, or a moment after the database's turn came."""
    chance = random.Random(number)
    if number % 2:
        putting = "SELECT COUNT(*) FROM workload_load WHERE state = 'running' AND percent >= 50"
        while process.poll() is None and home.ask(putting) == [(0,)]:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 1))
    else:
        time.sleep(chance.uniform(0, life))
    process.send_signal(signal.SIGKILL)
    process.communicate()


@pytest.mark.parametrize("number", range(KILLS))
def test_a_killed_load_shows_old_figures_or_new(
    written_nation: Written, former: Home, undisturbed: tuple[float, Figures], tmp_path: Path, number: int
) -> None:
    life, new = undisturbed
    old = former.figures()
    assert old != new
    with former.copied(tmp_path / "home") as home:
        with Reader(home) as reader:
            kill(start(*arguments(written_nation, 1), **home.env), home, number, life)
            shown = home.figures()
            again = wmt(*arguments(written_nation, 1), **home.env)
        assert reader.faults == []
        assert reader.seen
        assert set(reader.seen) <= {old, new}
        assert reader.seen == sorted(reader.seen, key=lambda seen: seen == new)  # never back again
        assert shown in (old, new)
        assert again.returncode == 0, again.stderr
        assert ("Nothing was done" in again.stdout) == (shown == new)
        assert home.figures() == new
        assert home.ask("SELECT COUNT(*) FROM workload_load WHERE state = 'running'") == [(0,)]
        loads = home.ask("SELECT DISTINCT load_id FROM workload_unit")
        assert len(loads) == 2  # the shown and the one before: nothing of a killed load is left


def test_the_second_of_two_loads_says_who_is_first(
    written_nation: Written, former: Home, tmp_path: Path
) -> None:
    with former.copied(tmp_path / "home") as home:
        first = start(*arguments(written_nation, 1), **home.env)
        lock = home.path / ".lock"
        while first.poll() is None and not (lock.exists() and lock.read_text()):
            time.sleep(0.001)
        first.send_signal(signal.SIGSTOP)
        try:
            second = wmt(*arguments(written_nation, 1), **home.env)
        finally:
            first.send_signal(signal.SIGCONT)
        said = first.communicate(timeout=120)
        assert first.returncode == 0, said
        assert second.returncode == 1
        assert "another load is under way" in second.stderr
        assert f"process {first.pid}" in second.stderr
        states = home.ask("SELECT state FROM workload_load ORDER BY id")
        assert states == [("loaded",), ("loaded",), ("failed",)]
