"""A withdrawn night is as if it had never been loaded, and comes back with the bytes it had.

WMT_SOAK=1 runs 60 kills instead of 2.
"""

import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from night_tools import Nation, start
from wmt.history import compact, open_history
from wmt.history.check import check_history
from wmt.nights import NightError, Order, open_night, saved_nights
from wmt.nights.accepted_losses import accept_missing, accepted_missing
from wmt.nights.forget import forget_nights
from wmt.nights.load import load
from wmt.nights.lock import loading
from wmt.nights.verify import verify_nights
from wmt.nights.withdrawal import (
    WithdrawnError,
    ask_restoring,
    ask_withdrawal,
    finish,
    put_away,
    withdrawals,
)

KILLS = 60 if os.environ.get("WMT_SOAK") == "1" else 2


def bytes_of(nights: Path) -> dict[str, bytes]:
    """Every file of a folder of nights, its history and its records."""
    files = (path for path in nights.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(nights)): path.read_bytes() for path in files}


@pytest.fixture(scope="session")
def three(named: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three nights with their history. Nobody may write into them."""
    nights: Path = shutil.copytree(named, tmp_path_factory.mktemp("three") / "nights")
    compact(nights)
    return nights


@pytest.fixture
def nights(three: Path, tmp_path: Path) -> Path:
    return shutil.copytree(three, tmp_path / "nights")


def withdraw(nights: Path, name: str) -> None:
    with loading(nights, "a test"):
        ask_withdrawal(nights, name, "the wrong file", "a test")
        finish(nights)
        compact(nights)


def restore(nights: Path, name: str) -> None:
    with loading(nights, "a test"):
        ask_restoring(nights, name)
        finish(nights)
        compact(nights)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_withdrawn_night_leaves_what_would_be_without_it(
    nights: Path, three: Path, tmp_path: Path, number: int
) -> None:
    name = saved_nights(nights)[number].name
    other = shutil.copytree(three, tmp_path / "never", ignore=shutil.ignore_patterns(name, "history"))
    compact(other)
    before = bytes_of(nights)
    withdraw(nights, name)
    now = bytes_of(nights)
    assert {path: found for path, found in now.items() if not path.startswith("withdrawn/")} == bytes_of(
        other
    )
    assert open_history(nights).days == open_history(other).days
    assert [each.words.partition(" by ")[2] for each in withdrawals(nights)] == ["a test: the wrong file"]
    assert not check_history(nights)
    assert not verify_nights(nights).faults
    restore(nights, name)
    assert bytes_of(nights) == before
    assert not (nights / "withdrawn").exists()


def test_its_input_is_told_of_and_a_correction_stands_beside_it(nights: Path, nation: Nation) -> None:
    name = saved_nights(nights)[2].name
    withdraw(nights, name)
    again = Order(paths=[nation.tidy(2)], people=nation.people(2), names=True)
    with pytest.raises(WithdrawnError, match=f"wmt nights restore {name}") as told:
        load(nights, again)
    assert told.value.night == name
    with pytest.raises(NightError, match="was withdrawn"):
        open_night(nights / name)
    # what is loaded instead needs no word of correction, and leaves the other its name
    instead = load(nights, Order(paths=[nation.workbook(2)], people=nation.people(2), names=True)).night
    assert instead is not None
    assert instead.name == f"{name}.1"
    restore(nights, name)
    assert [night.name for night in saved_nights(nights)][-2:] == [name, f"{name}.1"]
    standing = open_history(nights).standing(instead.manifest.as_at.date())
    assert standing is None or standing.night in (name, f"{name}.1")


def test_what_cannot_be(nights: Path) -> None:
    name = saved_nights(nights)[0].name
    with loading(nights, "a test"):
        with pytest.raises(NightError, match="not saved data"):
            ask_withdrawal(nights, "2020-01-01T000000", "wrong", "a test")
        with pytest.raises(NightError, match="say why"):
            ask_withdrawal(nights, name, "  ", "a test")
        with pytest.raises(NightError, match="is not withdrawn"):
            ask_restoring(nights, name)
    withdraw(nights, name)
    with loading(nights, "a test"), pytest.raises(WithdrawnError, match="the wrong file"):
        ask_withdrawal(nights, name, "once more", "a test")
    shutil.copytree(nights / "withdrawn" / name, nights / name)
    assert [fault.wrong for fault in verify_nights(nights).faults] == [
        "it is withdrawn, and there is another folder of it"
    ]
    with loading(nights, "a test"), pytest.raises(NightError, match="move one of the two"):
        ask_restoring(nights, name)


def test_forgetting_reaches_withdrawn_nights(nights: Path) -> None:
    from test_nights_forget import LATER, figures, words

    first, *_, last = saved_nights(nights)
    names = set(first.table("facts/post")["name"].drop_nulls())
    before = figures(first)
    withdraw(nights, first.name)
    with loading(nights, "a test"):
        done = forget_nights(nights, LATER)
    assert first.name in done.forgotten
    assert done.kept == (last.name,)
    away = open_night(nights / "withdrawn" / first.name)
    assert not names & set(words(away))
    assert figures(away).equals(before)
    restore(nights, first.name)
    assert not verify_nights(nights, replay=True).faults


_DEED = """
import sys
from pathlib import Path
from wmt.history import compact
from wmt.nights.lock import loading
from wmt.nights.withdrawal import ask_restoring, ask_withdrawal, finish
nights, name = Path(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
with loading(nights, "a test"):
    ask_withdrawal(nights, name, "wrong", "a test")
    finish(nights)
    compact(nights)
    ask_restoring(nights, name)
    finish(nights)
    compact(nights)
"""


@pytest.mark.parametrize("number", range(KILLS))
def test_a_killed_withdrawal_is_whole_or_is_finished(nights: Path, number: int) -> None:
    name, before = saved_nights(nights)[1].name, bytes_of(nights)
    with start(nights, name, code=_DEED) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(random.Random(number).random() * 0.25)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with loading(nights, "a test"):
        finish(nights)
        compact(nights)
    assert not verify_nights(nights).faults
    assert not check_history(nights)
    if withdrawals(nights):
        assert not (nights / name).exists()
        restore(nights, name)
    assert {path: found for path, found in bytes_of(nights).items() if ".writing-" not in path} == before


def test_a_lost_record_leaves_the_night_restorable(nights: Path) -> None:
    name, before = saved_nights(nights)[1].name, bytes_of(nights)
    withdraw(nights, name)
    (nights / "withdrawn" / f"{name}.json").write_text("{")
    assert withdrawals(nights)[0].reason == "its record was lost"
    put_away(nights, name)  # done already: nothing
    restore(nights, name)
    assert bytes_of(nights) == before


def test_a_record_whose_field_lost_its_name_is_damaged(nights: Path) -> None:
    name = saved_nights(nights)[1].name
    withdraw(nights, name)
    record = nights / "withdrawn" / f"{name}.json"
    record.write_text(record.read_text().replace('"shown"', '"shovn"'))
    assert withdrawals(nights)[0].reason == "its record was lost"
    accept_missing(nights, "2019-01-01-x", "the disk is lost", "a test")
    accepted = nights / "accepted-missing.json"
    accepted.write_text(accepted.read_text().replace('"stamp"', '"stanp"'))
    with pytest.raises(NightError, match="is damaged"):
        accepted_missing(nights)
