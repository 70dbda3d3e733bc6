"""A plugin that writes which statements each test makes the site's database run: `pytest -p sql_shapes`.

It answers what the pass on PostgreSQL must hold: `python tests/sql_shapes.py FOLDER` names every shape of a
statement that only tests marked `one_database` come to. A shape is a statement without its values.
WMT_SQL_SHAPES names the folder; each worker appends to a file of its own.

With the folder of `cpu_times` of the same run, `python tests/sql_shapes.py FOLDER CPU` prints the dear tests
whose every statement others run too: `tests/site/seen_elsewhere.txt` is taken from it. Tests of what happens
between two people, or after a fault, are left out of that by hand.
"""

import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Generator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

_SPACES = re.compile(r"\s+")
_VALUES = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b")
_MANY = re.compile(r"\(\s*(?:%s|\?|NULL)(?:\s*,\s*(?:%s|\?|NULL))*\s*\)")
_ROWS = re.compile(r"(\(…\))(?:\s*,\s*\(…\))+")
_SAVEPOINT = re.compile(r"^(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT) .*")


def shape(sql: str) -> str:
    """A statement without its values, however many there are."""
    plain = _SAVEPOINT.sub(r"\1", _SPACES.sub(" ", str(sql)).strip())
    return _ROWS.sub(r"\1", _MANY.sub("(…)", _VALUES.sub("?", plain)))


class Heard:
    """The shapes of one test."""

    def __init__(self) -> None:
        self.shapes: set[str] = set()
        self.paused = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not self.paused:
            self.shapes.add(shape(sql))
        return execute(sql, params, many, context)


heard = Heard()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any) -> Generator[None, Any, Any]:
    """What is set up for the whole session is set up on every database."""
    former, heard.paused = heard.paused, heard.paused or fixturedef.scope == "session"
    try:
        return (yield)
    finally:
        heard.paused = former


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Listen from the set-up of a test to its end."""
    from django.db import connection

    heard.shapes = set()
    with connection.execute_wrapper(heard):
        done = yield
    once = item.get_closest_marker("one_database") and not item.get_closest_marker("both_databases")
    _write(item.nodeid, bool(once), heard.shapes)
    return done


def _write(name: str, once: bool, shapes: set[str]) -> None:
    folder = Path(os.environ["WMT_SQL_SHAPES"])
    folder.mkdir(parents=True, exist_ok=True)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with open(folder / f"{worker}.jsonl", "a", encoding="utf-8") as to:
        to.write(json.dumps([name, once, sorted(shapes)]) + "\n")


#: CPU seconds from which a test is dear.
_DEAR = 0.6


def seen_elsewhere(folder: Path, cpu: Path) -> list[str]:
    """The dear tests that PostgreSQL need not run for their statements: others of both have them all.

    Those are kept first that have the most new statements for their time.
    """
    told = [
        json.loads(line) for path in folder.glob("*.jsonl") for line in path.read_text("utf-8").splitlines()
    ]
    times = [
        json.loads(line) for path in cpu.glob("*.jsonl") for line in path.read_text("utf-8").splitlines()
    ]
    spent = {name: seconds for name, seconds, *_ in times}
    shapes = {name: set(found) for name, once, found in told if not once}
    dear = {name for name in shapes if spent.get(name, 0) >= _DEAR}
    have = {shape for name in shapes.keys() - dear for shape in shapes[name]}
    while dear:
        best = max(dear, key=lambda name: len(shapes[name] - have) / spent[name])
        if shapes[best] <= have:
            break
        have |= shapes[best]
        dear.remove(best)
    return sorted(dear)


def main(folder: Path) -> None:
    """Print the shapes that only tests of one database come to, each with a test; exit 1 if there are any."""
    twice: set[str] = set()
    once: dict[str, str] = defaultdict(str)
    for path in folder.glob("*.jsonl"):
        for name, marked, shapes in map(json.loads, path.read_text("utf-8").splitlines()):
            if marked:
                once |= dict.fromkeys(shapes, name)
            else:
                twice |= set(shapes)
    missed = sorted(set(once) - twice)
    for sql in missed:
        print(f"{sha256(sql.encode()).hexdigest()[:6]} {once[sql]}\n    {sql[:400]}")
    print(f"{len(twice)} shapes on both databases, {len(missed)} on one alone")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    if sys.argv[2:]:
        print("\n".join(seen_elsewhere(Path(sys.argv[1]), Path(sys.argv[2]))))
    else:
        main(Path(sys.argv[1]))
