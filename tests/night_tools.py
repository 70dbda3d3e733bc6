"""What tests of nights, of kills and of the command line share: a small nation, and `wmt` as a process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl

from forked import fork
from wmt.demo import write_nation
from wmt.facts import Facts
from wmt.ledger import Ledger
from wmt.nights import night_name
from wmt.nights.write import Content, results, write_night
from wmt.rules import RuleSet

RUN = "from wmt.cli.main import run; run()"


@dataclass(frozen=True)
class Ran:
    """What a command came to in this process."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@dataclass(frozen=True)
class Nation:
    """A few consecutive nights on disk, without faults."""

    folder: Path
    as_at: tuple[datetime, ...]
    story: str
    jump: str

    def tidy(self, number: int) -> Path:
        return self._night(number) / "tidy"

    def workbook(self, number: int) -> Path:
        return self._night(number) / "extract.xlsx"

    def people(self, number: int) -> Path:
        return self._night(number) / "people"

    def _night(self, number: int) -> Path:
        return self.folder / f"{self.as_at[number]:%Y-%m-%dT%H%M%S}"


def make_nation(
    folder: Path, *, nights: int = 3, formats: Sequence[str] = ("workbook", "tidy", "people")
) -> Nation:
    truth = write_nation(folder, seed=11, posts=80, cases=2000, nights=nights, formats=formats)
    return Nation(folder, tuple(truth.as_at()), *(story["post"] for story in truth.stories[:2]))


def spoil(workbook: Path, to: Path, *posts: str) -> Path:
    """A copy of a workbook in which one count of each of the posts is no number."""
    book = openpyxl.load_workbook(workbook)
    sheet = book["WMT_Extract_Filtered"]
    heads = [str(cell.value).strip() for cell in sheet[1]]
    team, key, tier = (heads.index(name) for name in ("Team_Code", "OM_Key", "CommTierB1"))
    spoiled = 0
    for row in sheet.iter_rows(min_row=2):
        if f"{row[team].value}:{row[key].value}" in posts:
            row[tier].value = "n/a"
            spoiled += 1
    assert spoiled == len(posts)
    book.save(to)
    return to


def start(*arguments: object, code: str = RUN, **environment: str) -> Any:
    """`wmt` with these arguments, in a process of its own; a server starts from nothing, as in truth."""
    # wide enough that no sentence is broken
    told, env = [str(each) for each in arguments], {**os.environ, "COLUMNS": "200", **environment}
    if told[:1] != ["serve"]:
        return fork(code, told, env)
    command = [sys.executable, "-W", "ignore", "-c", code, *told]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)


def wmt(*arguments: object, code: str = RUN, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same, run to its end."""
    with start(*arguments, code=code, **environment) as process:
        stdout, stderr = process.communicate(timeout=120)
        returncode = process.wait()
    return subprocess.CompletedProcess(process.args, returncode, stdout, stderr)


def write_facts(nights: Path, ruleset: RuleSet, facts: Facts, former: pl.DataFrame | None = None) -> Path:
    """A night made of facts, without an extract."""
    tables = results(Ledger(facts, ruleset, former=former))
    content = Content(facts=facts, ruleset=ruleset, former=former, inputs={}, results=tables, report={})
    about = {
        "format": "wmt-night/1",
        "as_at": facts.as_at,
        "layout": "tidy",
        "tier_scheme": facts.tier_scheme,
        "rules_date": ruleset.day,
        "overlays": [],
        "sources": [],
        "inputs": night_name(facts.as_at),
        "revision": 0,
        "program": "test",
    }
    nights.mkdir(exist_ok=True)
    return write_night(nights, content, about)
