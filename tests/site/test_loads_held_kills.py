"""Real kills while a held night is accepted: what is shown is old or new, and it can be decided again.

WMT_SOAK=1 runs 20 kills instead of 1.
"""

import json
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from loads_fixtures import Written, night_of
from loads_homes import Figures, Home

from how_many import SOAK
from night_tools import start, wmt
from spoiled_nights import read_tables, write_tables

ACCEPT = ("loads", "accept", 2, "--reason", "It is right")


@pytest.fixture(scope="module")
def waiting(
    kept_home: Home, written_nation: Written, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Home]:
    """A home in which load 2 is held, of a file that is gone by now."""
    folder = tmp_path_factory.mktemp("held")
    tidy = night_of(written_nation, 1) / "tidy"
    tables = read_tables(tidy)
    manifest = json.loads((tidy / "manifest.json").read_text())
    small = write_tables({**tables, "case": tables["case"].head(900)}, manifest, folder / "small")
    with kept_home.copied(folder / "home") as home:
        held = wmt("load", small, **home.env)
        assert held.returncode == 3, held.stderr
        again = wmt("load", small, **home.env)
        assert (again.returncode, "held for a decision already" in again.stderr) == (3, True)
        (small / "manifest.json").unlink()
        yield home


@pytest.fixture(scope="module")
def undisturbed(waiting: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[float, Figures]:
    """How long accepting takes, in seconds, and the figures it brings."""
    with waiting.copied(tmp_path_factory.mktemp("whole") / "home") as home:
        moved(home, waiting)
        began = time.monotonic()
        done = wmt(*ACCEPT, **home.env)
        assert done.returncode == 0, done.stderr
        return time.monotonic() - began, home.figures()


def moved(home: Home, source: Home) -> None:
    """The copy's loads know their files by where they lie now."""
    (order,) = home.ask('SELECT "order" FROM workload_load WHERE id = 2')[0]
    text = order if isinstance(order, str) else json.dumps(order)
    there = text.replace(str(source.path), str(home.path))
    home.tell('UPDATE workload_load SET "order" = ? WHERE id = 2', there)


@pytest.mark.parametrize("number", range(20 if SOAK else 1))
def test_a_killed_acceptance_leaves_old_or_new(
    waiting: Home, undisturbed: tuple[float, Figures], tmp_path: Path, number: int
) -> None:
    life, new = undisturbed
    old = waiting.figures()
    assert old != new
    with waiting.copied(tmp_path / "home") as home:
        moved(home, waiting)
        process = start(*ACCEPT, **home.env)
        time.sleep(random.Random(number).uniform(0.3, 1) * life)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        shown = home.figures()
        assert shown in (old, new)
        give_up = time.monotonic() + 60
        while home.figures() != new and time.monotonic() < give_up:
            again = wmt(*ACCEPT, **home.env)  # until the killed one is known to be dead
            assert again.returncode in (0, 2), again.stderr
        assert home.figures() == new
        assert home.ask("SELECT state FROM workload_load WHERE id = 2") == [("loaded",)]
