"""A real site for the browser: a small nation on disk, loaded by the command line, served by `wmt serve`."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import polars as pl

from forked import ran
from made_once import alone, made_once
from night_tools import RUN

#: A name as long as the case system takes; it stands at a PDU, a team and a person of the last region.
LONG = (
    "Aberllefenni, Llanfihangel-yng-Ngwynfa and the Three Valleys of the Upper and "
    "Lower River Confluence Delivery Area Team"
)
ACCENTED = ("Żółtańska", "Zoë")
_PATIENCE = 120


@dataclass(frozen=True)
class Site:
    """A running site: its address, its home, and the nation that its figures are of."""

    address: str
    home: Path
    nation: Path

    @property
    def nights(self) -> list[Path]:
        """The folders of the nation's nights, oldest first."""
        return sorted(path for path in self.nation.iterdir() if path.is_dir())


def wmt(home: Path, *words: str, **more: str) -> str:
    """What a command of `wmt` prints, in a home of its own. Raises AssertionError when it fails."""
    done = ran(RUN, list(words), _env(home, more))
    assert done.returncode == 0, f"wmt {' '.join(words)}: {done.stdout}{done.stderr}"
    return done.stdout


def load_night(home: Path, night: Path, **more: str) -> None:
    """Load one night of a nation into a home, with what people entered."""
    wmt(home, "load", str(night / "tidy"), "--people", str(night / "people"), **more)


def loaded_home(home: Path, nation: Path, shared: Path, *, nights: int = 1, database: str = "") -> Path:
    """Fill an empty home with the first nights of a nation; in SQLite once for all workers, then copied."""
    first = sorted(path for path in nation.iterdir() if path.is_dir())[:nights]
    if database:
        for night in first:
            load_night(home, night, wmt_database_url=database)
        return home

    def load(fresh: Path) -> Path:
        if (before := shared / f"browser-home-{nights - 1}").is_dir():
            shutil.copytree(before, fresh)
        for night in first[-1:] if fresh.is_dir() else first:
            load_night(fresh, night)
        return fresh

    with alone(shared / "browser-homes.lock"):  # one is made from the other
        kept = made_once(shared / f"browser-home-{nights}", load)
    shutil.copytree(kept, home, dirs_exist_ok=True)
    return home


def written_nation(shared: Path) -> Path:
    """A nation of about 160 posts, with long and accented names in it."""

    def write(folder: Path) -> Path:
        wmt(shared, "nation", str(folder), "--scale", "0.02", "--nights", "2")
        for night in (path for path in folder.iterdir() if path.is_dir()):
            _rename(night / "tidy")
        return folder

    return made_once(shared / "browser-nation", write)


def _rename(tidy: Path) -> None:
    teams = pl.read_parquet(tidy / "team.parquet")
    ordinary = teams.filter(~pl.col("is_omic")).sort("region_code", "pdu_code", "team_code")
    last = ordinary.row(-1, named=True)
    long, is_last = pl.lit(LONG[:120]), pl.col("team_code") == last["team_code"]
    teams = teams.with_columns(
        pl.when(pl.col("pdu_code") == last["pdu_code"]).then(long).otherwise("pdu_name").alias("pdu_name"),
        pl.when(is_last).then(long).otherwise("team_name").alias("team_name"),
    )
    staff = pl.read_parquet(tidy / "staff.parquet")
    codes = staff.filter(is_last & ~pl.col("is_placeholder"))["staff_code"].sort().to_list()
    one = pl.col("staff_code") == codes[0]
    other = pl.col("staff_code") == codes[-1]
    staff = staff.with_columns(
        pl.when(one).then(long).when(other).then(pl.lit(ACCENTED[0])).otherwise("surname").alias("surname"),
        pl.when(other).then(pl.lit(ACCENTED[1])).otherwise("forename").alias("forename"),
    )
    teams.write_parquet(tidy / "team.parquet")
    staff.write_parquet(tidy / "staff.parquet")
    seal(tidy)


def seal(tidy: Path) -> None:
    """Make the manifest of tidy tables that were changed agree with them again."""
    manifest = json.loads((tidy / "manifest.json").read_text("utf-8"))
    for table in manifest["tables"]:
        table["sha256"] = sha256((tidy / table["file"]).read_bytes()).hexdigest()
        table["rows"] = pl.read_parquet(tidy / table["file"]).height
    (tidy / "manifest.json").write_text(json.dumps(manifest), "utf-8")


@contextmanager
def running(home: Path, nation: Path, shared: Path, **env: str) -> Iterator[Site]:
    """The site of a home as `wmt serve` starts it, until this ends."""
    port = _free_port()
    log = home / "serve.log"
    with open(log, "wb") as heard:
        # the server gathers its styles into one folder of the checkout: one worker at a time
        with alone(shared / "browser-serve.lock"):
            server = subprocess.Popen(
                [sys.executable, "-m", "wmt", "serve", "--port", str(port), "--workers", "1"],
                env=_env(home, env), stdout=heard, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                _wait(server, f"http://127.0.0.1:{port}/health", log)
            except BaseException:
                server.kill()
                server.wait()
                raise
        try:
            yield Site(f"http://127.0.0.1:{port}", home, nation)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)


def _wait(server: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    give_up = time.monotonic() + _PATIENCE
    while time.monotonic() < give_up:
        assert server.poll() is None, f"the server did not start: {log.read_text('utf-8')}"
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                assert {"status", "as_at", "version"} <= set(json.load(answer))
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the server did not answer: {log.read_text('utf-8')}")


def _env(home: Path, more: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WMT_", "DJANGO_"))}
    found = {"WMT_HOME": str(home), "WMT_SECRET_KEY": "a key for the browser", "WMT_DEMO": "1"}
    return kept | found | {name.upper(): value for name, value in more.items() if value}


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
