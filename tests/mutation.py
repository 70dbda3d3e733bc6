"""`make mutation`: do the tests of a room notice when its code is changed? A seeded sample of mutants.

    python tests/mutation.py ROOM=COUNT ...

changes one place of a copy of the program at a time by an operator of Cosmic Ray, runs the tests of the room
against the copy until one fails, and prints how many mutants were killed and which survived.
The same seed takes the same places of the same code. A survivor is either a hole in the tests or a change
that changes nothing: somebody has to look.
"""

import difflib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SEED = 12
#: By room: the modules that are changed, and the tests that have to notice, the quickest first.
ROOMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "rules": (("src/wmt/rules",), ("-m", "unit", "tests/rules")),
    "ledger": (("src/wmt/ledger",), ("-m", "unit", "tests/spec", "tests/ledger")),
    "availability": (
        tuple(f"src/wmt/site/availability/{name}.py" for name in ("validation", "limits", "allowances")),
        (
            "tests/site/test_hours_fields.py", "tests/site/test_people_files_changes.py",
            "tests/site/test_hours_forms.py", "tests/site/test_hours_guided.py",
            "tests/site/test_people_pages_edit.py", "tests/site/test_review_people.py",
            "tests/site/test_api_changes.py",
        ),
    ),
}  # fmt: skip
#: What changes nothing (a cache that is taken away) or only how a type is written (`int | None`). What stands
#: in the line of a decorator is left alone too.
_IDLE = ("RemoveDecorator", "BitOr")
_PATIENCE = 900


@dataclass(frozen=True)
class Place:
    """One place of a file that an operator can change."""

    path: str
    line: int
    operator: str
    occurrence: int


def places(path: str) -> Iterator[Place]:
    """All places of a file."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    text = (ROOT / path).read_text("utf-8")
    nodes, lines = list(ast_nodes(get_ast(text))), text.splitlines()
    for name in operator_names():
        operator = get_operator(name)
        if operator.arguments() or any(idle in name for idle in _IDLE):
            continue
        found = (start for node in nodes for start, _ in operator().mutation_positions(node))
        for occurrence, (line, _column) in enumerate(found):
            if not lines[line - 1].lstrip().startswith("@"):
                yield Place(path, line, name, occurrence)


def sample(modules: tuple[str, ...], count: int) -> list[Place]:
    """So many places, one of a line at most, by the seed."""
    by_line: dict[tuple[str, int], list[Place]] = {}
    for module in modules:
        whole = ROOT / module
        for path in sorted(whole.rglob("*.py")) if whole.is_dir() else [whole]:
            for place in places(str(path.relative_to(ROOT))):
                by_line.setdefault((place.path, place.line), []).append(place)
    chance = random.Random(SEED)
    lines = chance.sample(sorted(by_line), min(count, len(by_line)))
    return [chance.choice(by_line[line]) for line in lines]


def mutated(place: Place) -> str | None:
    """The file with that place changed."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    found: Any = mutate_code(
        (ROOT / place.path).read_text("utf-8"), get_operator(place.operator)(), place.occurrence
    )
    return found


def passes(copy: Path, tests: tuple[str, ...]) -> bool:
    """Whether all tests pass against the copy. Those that never come to an end do not."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    env |= {"PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1", "POLARS_MAX_THREADS": "1"}
    command = [str(ROOT / ".venv/bin/python"), "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(command, cwd=copy, env=env, capture_output=True, timeout=_PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def difference(before: str, after: str) -> str:
    """The lines that differ."""
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return " → ".join(
        line[1:].strip() for line in found if line[:1] in "+-" and not line.startswith(("+++", "---"))
    )


def look(room: str, count: int, copy: Path) -> None:
    """Change place after place of a room."""
    modules, tests = ROOMS[room]
    assert passes(copy, tests), f"the tests of {room} fail before anything is changed"
    survived = killed = 0
    for place in sample(modules, count):
        before = (ROOT / place.path).read_text("utf-8")
        after = mutated(place)
        if after is None or after == before:
            continue
        began = time.monotonic()
        (copy / place.path).write_text(after, "utf-8")
        alive = passes(copy, tests)
        (copy / place.path).write_text(before, "utf-8")
        survived, killed = survived + alive, killed + (not alive)
        told = f"{place.path}:{place.line} {difference(before, after)}"
        print(f"{'SURVIVED' if alive else 'killed  '} {time.monotonic() - began:4.0f} s {told}", flush=True)
    print(f"{room}: {killed} of {killed + survived} killed", flush=True)


def main(wanted: list[str]) -> None:
    """Look at all rooms asked for."""
    with tempfile.TemporaryDirectory(prefix="wmt-mutants-") as folder:
        copy = Path(folder)
        for name in ("src", "tests", "bench", "docs", "examples", "requirements"):
            shutil.copytree(
                ROOT / name, copy / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__")
            )
        for name in ("pyproject.toml", "README.md", "CHANGELOG.md", "Makefile"):
            shutil.copy(ROOT / name, copy / name)
        for each in wanted or ["rules=40", "ledger=40", "availability=30"]:
            room, _, count = each.partition("=")
            look(room, int(count or 20), copy)


if __name__ == "__main__":
    main(sys.argv[1:])
