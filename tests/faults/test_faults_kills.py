"""Real kills: a load that dies at any instant leaves the whole new night or none, and a rerun succeeds.

Every other kill waits until the folder is being written, because that is where a half night could be born.
WMT_SOAK=1 runs 100 kills instead of 3.
"""

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from night_tools import Nation, start, wmt
from wmt.nights import Order, saved_nights
from wmt.nights.load import load
from wmt.nights.recompute import recompute

KILLS = 100 if os.environ.get("WMT_SOAK") == "1" else 3


@pytest.fixture(scope="module")
def former(nation: Nation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the night before."""
    nights: Path = tmp_path_factory.mktemp("former") / "nights"
    load(nights, Order(paths=[nation.tidy(0)], people=nation.people(0)))
    return nights


@pytest.fixture(scope="module")
def life(nation: Nation, former: Path, tmp_path_factory: pytest.TempPathFactory) -> float:
    """How long an undisturbed load lives, in seconds."""
    nights = shutil.copytree(former, tmp_path_factory.mktemp("life") / "nights")
    began = time.monotonic()
    assert wmt("load", nation.tidy(1), "--people", nation.people(1), "--nights", nights).returncode == 0
    return time.monotonic() - began


def kill(process: subprocess.Popen[str], nights: Path, number: int, life: float) -> None:
    """Kill at a seeded random instant: anywhere in its life, or a moment after writing began."""
    chance = random.Random(number)
    if number % 2:
        while process.poll() is None and not list(nights.glob(".incoming-*")):
            time.sleep(0.0005)
        time.sleep(chance.uniform(0, 0.08))
    else:
        time.sleep(chance.uniform(0, life * 1.05))
    process.send_signal(signal.SIGKILL)
    process.communicate()


@pytest.mark.parametrize("number", range(KILLS))
def test_a_killed_load_leaves_a_whole_night_or_none(
    nation: Nation, former: Path, life: float, tmp_path: Path, number: int
) -> None:
    nights = shutil.copytree(former, tmp_path / "nights")
    arguments = ("load", nation.tidy(1), "--people", nation.people(1), "--nights", nights)
    process = start(*arguments)
    kill(process, nights, number, life)

    listed = saved_nights(nights)
    assert [night.manifest.as_at for night in listed] in ([nation.as_at[0]], list(nation.as_at))
    assert all(recompute(night).same for night in listed)

    again = load(nights, Order(paths=[nation.tidy(1)], people=nation.people(1)))
    assert again.is_new == (len(listed) == 1)
    assert not list(nights.glob(".incoming-*"))
    assert [night.manifest.as_at for night in saved_nights(nights)] == list(nation.as_at)
    assert again.night is not None
    assert recompute(again.night).same
