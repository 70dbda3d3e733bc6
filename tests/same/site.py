"""A small invented nation in a home of its own, loaded and served by the source of a commit."""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.served import serving

SEED, SCALE, PAST = "7", "0.02", "60"
TODAY = "2026-11-22"  # the day after the last night of every invented nation


@dataclass(frozen=True)
class Place:
    """The source of a commit and the folder where everything it makes is kept."""

    source: Path
    work: Path

    @property
    def home(self) -> Path:
        """All that the site writes."""
        return self.work / "home"

    def environment(self) -> dict[str, str]:
        """What a process of that source is started with."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("WMT_")}
        return {
            **ours,
            "PYTHONPATH": str(self.source),
            "WMT_HOME": str(self.home),
            "WMT_DEMO": "1",
            "WMT_TODAY": TODAY,
            "WMT_SECRET_KEY": "the same on both sides",
            "POLARS_MAX_THREADS": "1",
            "COLUMNS": "120",
            "NO_COLOR": "1",
        }

    def run(self, *commands: tuple[str, ...]) -> list[str]:
        """What each of these commands of `wmt` says, and how it ended; one after another."""
        with tempfile.TemporaryDirectory(dir=self.work) as said:
            subprocess.run(
                (sys.executable, "-W", "ignore", Path(__file__).with_name("runner.py"), said),
                input=json.dumps(commands), text=True, check=True, cwd=self.work, env=self.environment(),
            )  # fmt: skip
            texts = [(Path(said) / f"{n}.said").read_text(encoding="utf-8") for n in range(len(commands))]
        return [text.replace(str(self.work), "WORK") for text in texts]

    def must(self, *commands: tuple[str, ...]) -> dict[str, str]:
        """The same, by command, where each has to succeed."""
        found = dict(zip((named(self, each) for each in commands), self.run(*commands), strict=True))
        for name, said in found.items():
            if not said.endswith("exit 0"):
                sys.exit(f"{name} failed with the source of {self.source}:\n{said}")
        return found

    @contextmanager
    def served(self) -> Iterator[str]:
        """The address of the site, while this lasts."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        said = self.work / "serve.log"
        with ExitStack() as stack:
            log = stack.enter_context(said.open("w"))
            try:
                address = stack.enter_context(
                    serving(self.environment(), port, workers=1, folder=self.work, log=log)
                )
            except RuntimeError as error:
                sys.exit(f"{error}: {said.read_text()[-2000:]}")
            yield address


def named(place: Place, command: tuple[str, ...]) -> str:
    """What a command is called in a recording."""
    return f"wmt {' '.join(command)}".replace(str(place.work), "WORK")


def build(place: Place) -> dict[str, str]:
    """Writes the nation and loads its past, its earlier nights and its last two. What each command said."""
    nation = place.work / "nation"
    key = place.home / "nights/history/archive.key"  # else made by chance: names in archives depend on it
    key.parent.mkdir(parents=True)
    key.write_bytes(b"k" * 32)
    sizes = ("--scale", SCALE, "--seed", SEED, "--nights", "2", "--earlier", "3", "--past-days", PAST)
    said = place.must(("nation", str(nation), *sizes, "--format", "tidy", "--format", "people"))
    return said | place.must(
        ("nights", "import-archive", *sorted(str(each) for each in (nation / "past").iterdir())),
        ("load-earlier", str(nation / "earlier")),
        *(("load", str(night / "tidy"), "--people", str(night / "people")) for night in nights(place)),
    )


def nights(place: Place) -> list[Path]:
    """The folders of the last two nights of the nation."""
    return sorted((place.work / "nation").glob("2*"))
