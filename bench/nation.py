"""The nation the bench runs on: built once, and a tenfold one made from it."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import polars as pl

from wmt.demo import write_nation

FOLDER = Path(".bench")


def national() -> Path:
    """The folder of one national night, as workbook, tidy tables and people tables."""
    folder = FOLDER / "nation"
    if not (folder / "truth.json").is_file():
        write_nation(folder)
    return next(path for path in folder.iterdir() if path.is_dir())


def later_nights() -> tuple[Path, Path]:
    """The two nights after the national night: as large, each with what a day changes."""
    folder = _three_nights()
    return folder / "2026-11-21T183000", folder / "2026-11-22T183000"


def past() -> list[Path]:
    """Daily figures of the year before the national night, one file a month."""
    return sorted((_three_nights() / "past").iterdir())


def _three_nights() -> Path:
    folder = FOLDER / "three-nights"
    if not (folder / "truth.json").is_file():
        kinds = ("--format", "tidy", "--format", "people")
        command = (
            sys.executable,
            "-m",
            "wmt",
            "nation",
            folder,
            "--nights",
            "3",
            "--past-days",
            "370",
            *kinds,
        )
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


def tenfold(night: Path) -> Path:
    """The same posts with ten times the cases: every case ten times, under names of its own."""
    folder = FOLDER / "tenfold"
    if folder.is_dir():
        return folder
    folder.mkdir(parents=True)
    manifest = json.loads((night / "tidy" / "manifest.json").read_text(encoding="utf-8"))
    for table in manifest["tables"]:
        frame = pl.read_parquet(night / "tidy" / table["file"])
        if table["name"] in ("case", "case_flag"):
            copies = [frame.with_columns(case_ref=pl.col("case_ref") + f"-{n}") for n in range(10)]
            frame = pl.concat(copies)
        path = folder / table["file"]
        frame.write_parquet(path)
        table["rows"] = len(frame)
        table["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder
