"""Nothing in a home can be reached by another account of the machine, whatever started the process."""

import json
import os
import signal
import socket
import stat
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from loads_homes import Home, empty_home

from night_tools import start, wmt
from wmt.demo import Truth
from wmt.private_files import make_private_folder, tighten

pytestmark = pytest.mark.process


@contextmanager
def open_umask() -> Iterator[None]:
    """Files that are made without a thought are open to everybody."""
    former = os.umask(0)
    try:
        yield
    finally:
        os.umask(former)


def wider(folder: Path) -> dict[str, str]:
    """What others could reach, by path, with its mode."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode) and mode & 0o077:
            found[str(path.relative_to(folder))] = stat.filemode(mode)
    return found


def ran(*arguments: object, home: Home) -> str:
    done = wmt(*arguments, **home.env)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_whatever_is_written_into_a_home_is_private(
    written_nation: tuple[Path, Truth], kept_home: Home, tmp_path: Path
) -> None:
    folder, truth = written_nation
    first, second = (folder / night.folder for night in truth.nights)
    with open_umask(), kept_home.copied(tmp_path / "home") as home:
        ran("load", second / "tidy", home=home)
        ran("people", "import", first / "people", home=home)
        ran("people", "export", home.path / "people", home=home)
        _served(home)
        assert (home.path / "nights" / "history").is_dir()
        assert wider(home.path) == {}


def _served(home: Home) -> None:
    """The site started and asked once; files it has only while it runs are looked at too."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    server = start("serve", "--port", port, "--workers", 1, **home.env)
    try:
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
                    assert json.load(answer)["status"] == "ok"
                break
            except OSError:
                assert server.poll() is None
        assert wider(home.path) == {}
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)


def test_what_is_there_already_is_narrowed_and_said(tmp_path: Path) -> None:
    with empty_home(tmp_path / "home") as home:
        wmt("retention", "--dry-run", **home.env)  # makes the database
        for path in (home.path, *home.path.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
        outside = tmp_path / "elsewhere"
        receiver = {"name": "one", "url": "https://example.org/", "secret": "s" * 32}
        outside.write_text(json.dumps([receiver]))
        outside.chmod(0o644)
        (home.path / "link").symlink_to(outside)
        done = wmt("retention", "--dry-run", **home.env, WMT_WEBHOOKS=str(outside))
        assert f"others on this machine may reach {outside}" in done.stderr
        assert "could be reached by others on this machine: no longer" in done.stderr
        assert wider(home.path) == {}
        assert stat.S_IMODE(outside.stat().st_mode) == 0o644
        outside.chmod(0o600)
        assert "WMT_WEBHOOKS" not in wmt("webhooks", **home.env, WMT_WEBHOOKS=str(outside)).stderr


def test_tighten_leaves_what_belongs_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "theirs").write_text("x")
    (tmp_path / "theirs").chmod(0o640)
    (tmp_path / "ours").write_text("x")
    (tmp_path / "ours").chmod(0o751)
    tmp_path.chmod(0o700)
    change = Path.chmod

    def refuse(path: Path, mode: int, **more: Any) -> None:
        if path.name == "theirs":
            raise PermissionError
        change(path, mode, **more)

    monkeypatch.setattr(Path, "chmod", refuse)
    assert tighten(tmp_path) == (1, 1)
    assert stat.S_IMODE((tmp_path / "ours").stat().st_mode) == 0o700
    assert tighten(tmp_path / "not there") == (0, 0)


def test_private_folders(tmp_path: Path) -> None:
    with open_umask():
        make_private_folder(tmp_path / "a" / "b")
        make_private_folder(tmp_path / "a" / "b")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "a", tmp_path / "a" / "b")] == [
        0o700
    ] * 2
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError, match="file"):
        make_private_folder(tmp_path / "file")
