"""`wmt tour`: the demonstration that `make demo` gives: each command as one would type it, and its answer."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from wmt.cli.console import RefusedInput, out

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `wmt nation` wrote.")]

NEXT = """[bold]Try next[/]
  wmt explain {night}/tidy --people {night}/people --post {post} --out lines.xlsx
  wmt check {night}/extract.xlsx
  wmt load {night}/extract.xlsx --people {night}/people --nights {folder}/nights --names
  wmt compare {night}/tidy --people {night}/people --rules-date-before 2023-01-05 --level nation
  wmt rules show tier_points.pc16.community.A3
  wmt --help
(The commands are in .venv/bin: run [bold]. .venv/bin/activate[/] first.)"""


def tour(folder: Folder) -> None:
    """Walk through what the tool does, on a demonstration nation."""
    written = folder / "truth.json"
    if not written.is_file():
        raise RefusedInput(f"{folder} holds no demonstration nation; write one with: wmt nation {folder}")
    truth = json.loads(written.read_text(encoding="utf-8"))
    nights = sorted(path for path in folder.iterdir() if (path / "people").is_dir())
    night, post = nights[-1], truth["stories"][0]["post"]
    people = ("--people", night / "people")
    _step("The nation and its regions", "measure", night / "tidy", *people)
    _step("The ten most loaded teams", "measure", night / "tidy", *people, "--level", "team", "--top", 10)
    _step("One post, line by line", "explain", night / "tidy", *people, "--post", post)
    if len(nights) > 1:
        before = (nights[-2] / "tidy", night / "tidy", "--people-before", nights[-2] / "people")
        _step("What changed since the day before", "compare", *before, *people, "--level", "nation")
    overlay = Path("examples/overlays/draft-reform-community-c2.yaml")
    if overlay.is_file():
        what_if = ("--overlay", overlay, "--level", "nation", "--level", "region")
        _step("A draft reform, laid over the rules", "compare", night / "tidy", *people, *what_if)
    pack = folder / "pack.xlsx"
    _step(
        "An Excel pack, a sheet for each level", "measure", night / "tidy", *people, "--out", pack, "--top", 3
    )
    out.print(NEXT.format(night=night, folder=folder, post=post))


def _step(title: str, *arguments: object) -> None:
    """Say what comes, show the command, run it in a process of its own as a reader would."""
    words = [str(argument) for argument in arguments]
    out.rule(f"[bold]{title}[/]", align="left")
    out.print(f"$ wmt {' '.join(words)}\n", style="dim", highlight=False)
    sys.stdout.flush()
    subprocess.run((sys.executable, "-m", "wmt", *words), check=True)
    out.print()
