"""The guide to the API is true: its examples are run in their order, and its words are those of the code."""

# ruff: noqa: F811 - fixtures come by import
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from api_fixtures import Program, fresh_counts, program  # noqa: F401

from wmt.site.api.api import document

pytestmark = pytest.mark.one_database

GUIDE = Path(__file__).parents[2] / "docs" / "api.md"
_EXAMPLE = re.compile(r"```console\n(?P<asked>.*?)```\n(?:```json\n(?P<answer>.*?)```)?", re.DOTALL)
MORE = "…"


def examples() -> list[tuple[list[str], Any]]:
    """The commands of each example and what the answer to one of them must hold."""
    found = []
    for match in _EXAMPLE.finditer(GUIDE.read_text(encoding="utf-8")):
        commands = [line.removeprefix("$ ") for line in match["asked"].splitlines()]
        found.append((commands, json.loads(plain(match["answer"]))))
    return found


def plain(shown: str) -> str:
    """The JSON of an example without the signs for more."""
    without = re.sub(rf",?\s*{MORE}(?=\s*[}}\]])", "", shown)
    return re.sub(r"([{\[])\s*,", r"\1", without)


def run(program: Program, command: str, known: dict[str, str]) -> Any:
    """What a command of the guide gets, with the keys of this run in place of the guide's."""
    for shown, mine in known.items():
        command = command.replace(shown, mine)
    words = shlex.split(command)
    assert words[0] == "ask"
    options = dict(zip(words[1:-1:2], words[2::2], strict=False)) if words[1].startswith("-") else {}
    address = next(word for word in words if word.startswith("$WMT/"))
    parts = urlsplit(address.removeprefix("$WMT/"))
    body = words[words.index("-d") + 1] if "-d" in words else None
    method = options.get("-X", "GET")
    return program.ask(method, parts.path, json.loads(body) if body else None, **dict(parse_qsl(parts.query)))


def differences(shown: Any, found: Any, known: dict[str, str], place: str = "") -> list[str]:
    """Where an answer is not what the guide shows. Keys are made anew in every run, and learnt here."""
    if isinstance(shown, dict):
        missing = [f"{place}.{name}" for name in shown if name not in found]
        return missing + [
            wrong
            for name, part in shown.items()
            if name in found
            for wrong in differences(part, found[name], known, f"{place}.{name}")
        ]
    if isinstance(shown, list):
        if len(found) < len(shown) or (not shown and found):
            return [f"{place} has {len(found)}"]
        pairs = enumerate(zip(shown, found, strict=False))
        return [wrong for n, (a, b) in pairs for wrong in differences(a, b, known, f"{place}[{n}]")]
    if place.endswith(".key"):
        known.setdefault(shown, found)
        return [] if known[shown] == found else [f"{place}: {found}"]
    return [] if shown == found and type(shown) is type(found) else [f"{place}: {shown!r}, but is {found!r}"]


def test_the_examples_of_the_guide_are_true(program: Callable[..., Program], nation: Any) -> None:  # noqa: ARG001
    ada = program("administrator", name="Ada Ministrator", token={"name": "the guide"})
    known: dict[str, str] = {}
    for commands, shown in examples():
        answers = [run(ada, command, known) for command in commands]
        found = [answer.json() for answer in answers]
        wrong = [differences(_renumbered(shown, each), each, known) for each in found]
        assert [] in wrong, (commands, wrong)
        assert all(answer.status_code < 500 for answer in answers)


def _renumbered(shown: Any, found: Any) -> Any:
    """Changes are counted from the first of an installation, which a test's database has behind it."""
    if isinstance(shown, dict) and "change" in shown:
        assert isinstance(found["change"], int)
        return {**shown, "change": found["change"]}
    return shown


def test_the_guide_has_examples_of_every_kind() -> None:
    asked = " ".join(command for commands, _ in examples() for command in commands)
    assert len(examples()) >= 15
    assert all(f"-X {method} " in asked for method in ("PUT", "POST", "DELETE"))


def test_the_guide_names_every_address() -> None:
    guide = re.sub(r"\{[a-z_]+\}", "{}", GUIDE.read_text(encoding="utf-8"))
    for address in document()["paths"]:
        path = re.sub(r"\{[a-z_]+\}", "{}", address.removeprefix("/api/v1"))
        within = path.removesuffix("/{}") if path.endswith("s/{}") else path  # "with its key"
        assert path in guide or within in guide, address


def test_the_guide_names_every_code() -> None:
    site = Path(__file__).parents[2] / "src" / "wmt" / "site"
    named = ("api/api", "api/authentication", "problems", "past_problems")
    texts = [(site / f"{name}.py").read_text(encoding="utf-8") for name in named]
    codes = set(re.findall(r"(?:code=|_problem\(\s*\d+, |\": \(\s*)\"([A-Z_]{4,})\"", "".join(texts)))
    assert len(codes) > 12
    guide = GUIDE.read_text(encoding="utf-8")
    assert [code for code in sorted(codes) if f"`{code}`" not in guide] == []
