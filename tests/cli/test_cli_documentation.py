"""The examples of docs/command-line.md run as they are written."""

import re
import shlex
from pathlib import Path

import pytest

from night_tools import Run

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"
BLOCK = re.compile(r"```(console|yaml file=(\S+))\n(.*?)```", re.DOTALL)
COMMAND = re.compile(r"\$ wmt (.*?)(?:  # exit (\d))?")


def test_the_examples_run(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said: list[tuple[str, str]] = []
    for kind, file, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind != "console":
            Path(file).write_text(text, encoding="utf-8")
            continue
        for line in text.splitlines():
            found = COMMAND.fullmatch(line)
            assert found, line
            ran = run(*shlex.split(found[1]))
            assert ran.code == int(found[2] or 0), (line, ran.err)
            said.append((line, ran.out))
    assert len(said) == 26
    (explained,) = (out for line, out in said if "explain" in line)
    (case,) = (line for line in explained.splitlines() if "community A3" in line)
    assert {"128", "7.32"} <= set(case.split())
    (rule,) = (line for line in explained.splitlines() if line.startswith("tier_points.pc16.community.A3 "))
    assert {"128", "2023-01-06"} <= set(rule.split())
    assert any("Nothing has changed" in out for _, out in said)
    assert Path("pack/figures.xlsx").exists()


@pytest.mark.parametrize("command", ["check", "measure", "explain", "compare", "load", "recompute", "nation"])
def test_every_option_of_the_page_is_there(run: Run, command: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert f"`wmt {command} " in page
    for line in re.findall(rf"\$ wmt {command} (.*)", page):
        for option in re.findall(r"--[a-z-]+", line):
            assert option in run(command, "--help").out
