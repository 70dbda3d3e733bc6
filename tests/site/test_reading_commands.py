"""Commands that only read change nothing: no file of the home is other than before, and none is new."""

import os
from pathlib import Path
from typing import Any

import pytest

from forked import ran
from night_tools import RUN

pytestmark = pytest.mark.process

READING = (("loads", "list"), ("loads", "show", "1"), ("nights", "list"), ("ask", "over"), ("ask", "spread"))
_OF_SQLITE = ("-wal", "-shm")


def files_of(home: Path) -> dict[str, tuple[int, bytes]]:
    """Every file with its time and content, but for what SQLite keeps beside a database that is open."""
    return {
        str(path.relative_to(home)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(home.rglob("*"))
        if path.is_file() and not path.name.endswith(_OF_SQLITE)
    }


def wmt(home: Path, *words: str) -> Any:
    """A command in a process of its own."""
    environment = {**os.environ, "WMT_HOME": str(home)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    environment.pop("WMT_DATABASE_URL", None)
    return ran(RUN, list(words), environment)


def test_without_a_site_reading_makes_none(tmp_path: Path) -> None:
    home = tmp_path / "none"
    told = wmt(home, "loads", "list")
    assert told.returncode == 1, told.stderr
    assert "there is no site in" in told.stderr
    assert not home.exists()


def test_reading_changes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    made = wmt(home, "administrator", "ada@example.org", "--name", "Ada")
    assert made.returncode == 0, made.stderr
    (home / "nights").mkdir(exist_ok=True)
    before = files_of(home)
    assert any(name.endswith(".sqlite3") or "sqlite" in name for name in before), list(before)
    for command in READING:
        told = wmt(home, *command)
        assert told.returncode in (0, 2), (command, told.stderr)
        assert files_of(home) == before, command
