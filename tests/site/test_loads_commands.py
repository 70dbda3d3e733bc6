"""`wmt load`, `wmt serve` and their like as processes: exit codes, words, killed jobs."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from loads_fixtures import Written, night_of, spoiled
from loads_homes import Home

from night_tools import RUN, start, wmt

pytestmark = pytest.mark.process

#: The system lets no file grow beyond so many bytes, as on a disk without room.
NO_ROOM = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000)); " + RUN
#: Root may write anywhere; without its capabilities it is a user like any other.
AS_ANYBODY = (
    "import ctypes, os\n"
    "if os.geteuid() == 0:\n"
    "    header, nothing = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()\n"
    "    assert ctypes.CDLL(None).capset(header, nothing) == 0\n" + RUN
)
ASK = """
import sys
from wmt.site.start import set_up
set_up(print)
from wmt.site.loads.jobs import load_extract
from wmt.site.loads.load_request import LoadRequest
from wmt.site.loads.loading import ask
load = ask(wish=LoadRequest(paths=[sys.argv[1]], people=sys.argv[2]), who="a page")
load_extract.enqueue(load.pk)
print(load.pk)
"""


def arguments(written: Written, number: int) -> tuple[object, ...]:
    night = night_of(written, number)
    return "load", night / "tidy", "--people", night / "people"


@pytest.fixture(scope="module")
def former(kept_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home that shows the first night."""
    with kept_home.copied(tmp_path_factory.mktemp("former") / "home") as home:
        yield home


def test_a_refused_input_is_told_and_ends_with_two(
    written_nation: Written, former: Home, tmp_path: Path
) -> None:
    bad = spoiled(written_nation, 1, tmp_path / "bad")
    before = former.figures()
    refused = wmt("load", bad, "--json", **former.env)
    assert refused.returncode == 2
    assert "refuse BAD_VALUE" in refused.stderr
    assert "the former figures stand" in refused.stderr
    said = json.loads(refused.stdout)
    assert (said["night"], said["new"], said["report"]["accepted"]) == (None, False, False)
    assert former.figures() == before
    again = wmt(*arguments(written_nation, 0), **former.env)
    assert again.returncode == 0, again.stderr
    assert "Nothing was done" in " ".join(again.stdout.split())


def test_a_home_that_may_not_be_written(written_nation: Written, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    home = Home(closed / "home", f"sqlite:///{closed / 'home' / 'wmt.sqlite3'}")
    refused = wmt(*arguments(written_nation, 0), code=AS_ANYBODY, **home.env)
    assert refused.returncode == 1
    assert "Permission denied" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_disk_without_room(written_nation: Written, tmp_path: Path) -> None:
    home = Home(tmp_path / "home", f"sqlite:///{tmp_path / 'home' / 'wmt.sqlite3'}")
    full = wmt(*arguments(written_nation, 0), code=NO_ROOM, **home.env)
    assert full.returncode == 1
    assert "Traceback" not in full.stderr
    assert wmt(*arguments(written_nation, 0), **home.env).returncode == 0


def test_a_setting_that_makes_no_sense(written_nation: Written, former: Home) -> None:
    env = former.env | {"WMT_READ_SCOPE": "world"}
    refused = wmt(*arguments(written_nation, 0), **env)
    assert "WMT_READ_SCOPE must be nation or region" in refused.stderr
    assert refused.returncode in (1, 2)
    assert "Traceback" not in refused.stderr


def test_commands_without_the_site_do_not_import_django() -> None:
    code = "import sys, wmt.cli.main; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_administrator_gets_a_link_and_only_with_a_sound_address(former: Home) -> None:
    made = wmt("administrator", "first@example.org", "--name", "First", **former.env)
    assert made.returncode == 0, made.stderr
    assert "/accounts/first-password/" in made.stdout
    refused = wmt("administrator", "nonsense", "--name", "First", **former.env)
    assert refused.returncode == 2
    assert "not an email address" in refused.stderr


def test_a_night_is_shown_again(former: Home, tmp_path: Path) -> None:
    with former.copied(tmp_path / "home") as home:
        done = wmt("show-night", "2026-11-20T183000", **home.env)
        assert done.returncode == 0, done.stderr
        assert home.figures() == former.figures()
        missing = wmt("show-night", "2020-01-01T000000", **home.env)
        assert (missing.returncode, "is not saved data" in missing.stderr) == (2, True)


def _until(done: object, process: subprocess.Popen[str]) -> None:
    """Wait until something is so, as long as the process lives."""
    give_up = time.monotonic() + 120
    while not done():  # type: ignore[operator]
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < give_up
        time.sleep(0.01)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _works_jobs(process: psutil.Process) -> bool:
    """Whether a process works jobs; one that ended between two questions does not."""
    try:
        return _lives(process) and "wmt.site.serving.worker" in process.cmdline()
    except psutil.NoSuchProcess:
        return False


def _jobs_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return [child for child in psutil.Process(process.pid).children() if _works_jobs(child)]


def test_serving_and_a_process_for_jobs_that_is_killed(
    written_nation: Written, former: Home, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        busy = wmt("serve", "--port", port, **former.env)
        assert (busy.returncode, f"port {port} is taken" in busy.stderr) == (1, True)
    with former.copied(tmp_path / "home") as home:
        server = start("serve", "--port", port, "--workers", 1, **home.env)
        try:
            _serve_and_kill(written_nation, home, server, port)
        finally:
            parts = psutil.Process(server.pid).children(recursive=True)
            server.send_signal(signal.SIGINT)
            said = server.communicate(timeout=60)
        assert server.returncode == 0, said
        assert not [part for part in parts if _lives(part)]


def _serve_and_kill(written: Written, home: Home, server: subprocess.Popen[str], port: int) -> None:
    old = home.figures()
    assert server.stdout is not None
    assert f"http://127.0.0.1:{port}/" in server.stdout.readline()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=30) as answer:
        assert json.load(answer)["as_at"] == "2026-11-20T18:30:00"
    night = night_of(written, 1)
    asked = wmt(night / "tidy", night / "people", code=ASK, **home.env)
    assert asked.returncode == 0, asked.stderr
    _until(lambda: home.ask("SELECT 1 FROM workload_load WHERE state = 'running'"), server)
    (jobs,) = _jobs_of(server)
    jobs.kill()
    assert home.figures() == old
    _until(lambda: _jobs_of(server) not in ([], [jobs]), server)

    # the process that was started in its place begins the load once more
    number = int(asked.stdout.splitlines()[-1])
    state = "SELECT state FROM workload_load WHERE id = ?"
    _until(lambda: home.ask(state, number)[0][0] not in ("waiting", "running"), server)
    assert home.ask(state, number) == [("loaded",)]
    assert home.figures() != old
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=30) as answer:
        assert json.load(answer)["as_at"] == night.name[:13] + ":30:00"
