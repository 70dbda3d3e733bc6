"""Two loads at once: one holds the folder, the other says who does and changes nothing."""

import signal
import subprocess
import time
from pathlib import Path

from night_tools import Nation, start, wmt
from wmt.nights import Order, saved_nights
from wmt.nights.load import load
from wmt.nights.recompute import recompute


def arguments(nation: Nation, number: int, nights: Path) -> tuple[object, ...]:
    return "load", nation.tidy(number), "--people", nation.people(number), "--nights", nights


def order(nation: Nation, number: int) -> Order:
    return Order(paths=[nation.tidy(number)], people=nation.people(number), history=True)


def wait_for_the_lock(process: subprocess.Popen[str], nights: Path) -> None:
    lock = nights / ".lock"
    while process.poll() is None and not (lock.exists() and lock.read_text()):
        time.sleep(0.0005)


def test_the_second_load_says_who_holds_the_folder(nation: Nation, tmp_path: Path) -> None:
    nights = tmp_path / "nights"
    first = start(*arguments(nation, 0, nights))
    wait_for_the_lock(first, nights)
    first.send_signal(signal.SIGSTOP)
    try:
        second = wmt(*arguments(nation, 1, nights))
    finally:
        first.send_signal(signal.SIGCONT)
    assert first.communicate(timeout=60)[1] == ""
    assert first.returncode == 0
    assert second.returncode == 1
    assert f"process {first.pid}" in second.stderr
    assert "another load is under way" in second.stderr
    assert "Nothing was changed" in second.stderr
    assert len(second.stderr.splitlines()) == 1
    assert [night.manifest.as_at for night in saved_nights(nights)] == [nation.as_at[0]]

    assert load(nights, order(nation, 1)).is_new
    assert [night.manifest.as_at for night in saved_nights(nights)] == list(nation.as_at)


def test_two_that_start_at_the_same_moment(nation: Nation, tmp_path: Path) -> None:
    nights = tmp_path / "nights"
    # whichever wins: the earlier night joins after the later one only where that is asked for
    both = [start(*arguments(nation, number, nights), "--history") for number in (0, 1)]
    said = [process.communicate(timeout=60)[1] for process in both]
    codes = [process.returncode for process in both]
    assert sorted(codes) in ([0, 1], [0, 0])
    winners = [nation.as_at[number] for number in (0, 1) if codes[number] == 0]
    assert [night.manifest.as_at for night in saved_nights(nights)] == winners
    for number in (0, 1):
        if codes[number] == 1:
            assert "another load is under way" in said[number]
            assert load(nights, order(nation, number)).is_new
    whole = saved_nights(nights)
    assert [night.manifest.as_at for night in whole] == list(nation.as_at)
    assert all(recompute(night).same for night in whole)


def test_a_killed_holder_holds_nothing(nation: Nation, tmp_path: Path) -> None:
    nights = tmp_path / "nights"
    first = start(*arguments(nation, 0, nights))
    wait_for_the_lock(first, nights)
    first.kill()
    first.communicate()
    assert load(nights, order(nation, 1)).is_new
