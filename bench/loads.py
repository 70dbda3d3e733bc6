"""Whole loads: from the file to the results in the night's folder, in a fresh process each."""

import shutil
from pathlib import Path

from bench.nation import FOLDER
from bench.timing import Ran, wmt


def load(source: Path, people: Path) -> Ran:
    """One `wmt load` into an empty folder of nights."""
    nights = FOLDER / "nights"
    shutil.rmtree(nights, ignore_errors=True)
    return wmt("load", source, "--people", people, "--nights", nights, "--names")


def loads(night: Path, tenfold: Path) -> dict[str, Ran]:
    """The national night through both doors, and ten times its cases through the tidy one."""
    people = night / "people"
    best = {
        "tidy": min(load(night / "tidy", people) for _ in range(3)),
        "workbook": min(load(night / "extract.xlsx", people) for _ in range(2)),
    }
    return {**best, "tidy, ten times the cases": load(tenfold, people)}
