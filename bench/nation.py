"""The nation the bench runs on: built once, and a tenfold one made from it."""

import hashlib
import json
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


def next_night() -> Path:
    """The night after the national night: as large, with what a day changes."""
    folder = FOLDER / "two-nights"
    if not (folder / "truth.json").is_file():
        write_nation(folder, nights=2, formats=("tidy", "people"))
    return sorted(path for path in folder.iterdir() if path.is_dir())[-1]


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
