"""A disk that is full, a folder that may not be written: plain words, exit code 1, nothing changed."""

import errno
import os
from pathlib import Path

import pytest

import wmt.nights.write as writing
from night_tools import RUN, Nation, wmt
from wmt.nights import NightError, Order, saved_nights
from wmt.nights.load import load
from wmt.nights.recompute import recompute

#: The system lets no file grow beyond so many bytes, as on a disk without room.
NO_ROOM = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0})); " + RUN

#: Root may write anywhere; without its capabilities it is a user like any other.
AS_ANYBODY = (
    "import ctypes, os\n"
    "if os.geteuid() == 0:\n"
    "    header, nothing = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()\n"
    "    assert ctypes.CDLL(None).capset(header, nothing) == 0\n" + RUN
)


@pytest.fixture
def nights(nation: Nation, tmp_path: Path) -> Path:
    folder = tmp_path / "nights"
    load(folder, Order(paths=[nation.tidy(0)], people=nation.people(0)))
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.mark.parametrize("room", [1_000, 20_000])
def test_no_room_for_a_file(nation: Nation, nights: Path, room: int) -> None:
    before = tree(nights)
    arguments = ("load", nation.tidy(1), "--people", nation.people(1), "--nights", nights)
    refused = wmt(*arguments, code=NO_ROOM.format(room))
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert len(refused.stderr.splitlines()) == 1
    assert refused.stderr.startswith("wmt: ")
    assert "File too large" in refused.stderr
    assert "Nothing was changed" in refused.stderr
    assert tree(nights) == before
    assert not list(nights.glob(".incoming-*"))
    assert load(nights, Order(paths=[nation.tidy(1)], people=nation.people(1))).is_new


@pytest.mark.parametrize("step", ["sha256", "sync"])
def test_a_full_disk_at_every_step(
    nation: Nation, nights: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = tree(nights)
    order = Order(paths=[nation.tidy(1)], people=nation.people(1))
    with monkeypatch.context() as patched:
        patched.setattr(writing, step, full)
        with pytest.raises(OSError, match="No space left"):
            load(nights, order)
    assert tree(nights) == before
    assert not list(nights.glob(".incoming-*"))
    assert load(nights, order).is_new
    assert all(recompute(night).same for night in saved_nights(nights))


def test_a_folder_that_may_not_be_written(nation: Nation, nights: Path) -> None:
    before = tree(nights)
    nights.chmod(0o555)
    try:
        refused = wmt("load", nation.tidy(1), "--nights", nights, code=AS_ANYBODY)
    finally:
        nights.chmod(0o755)
    assert refused.returncode == 1
    assert "Permission denied" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert tree(nights) == before


def test_an_extract_that_may_not_be_read(tmp_path: Path) -> None:
    closed = tmp_path / "closed.xlsx"
    closed.write_bytes(b"PK")
    closed.chmod(0)
    refused = wmt("load", closed, "--nights", tmp_path / "nights", code=AS_ANYBODY)
    assert refused.returncode == 2
    assert "is not readable" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_file_where_the_folder_should_be(nation: Nation, tmp_path: Path) -> None:
    place = tmp_path / "nights"
    place.write_text("notes")
    with pytest.raises(NightError, match="is a file"):
        load(place, Order(paths=[nation.tidy(0)]))
    assert place.read_text() == "notes"
