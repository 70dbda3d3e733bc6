"""The units and the container file of docs/install start what there is, with settings that there are."""

import re
import shlex
from pathlib import Path

import pytest

from wmt.cli.commands import COMMANDS, LateCommand
from wmt.site.config import read_config

INSTALL = Path(__file__).parent.parent / "docs" / "install"
PAGE = INSTALL.parent / "operations.md"


def started() -> list[list[str]]:
    """What the units and the container start, without the program's name."""
    units = [line for path in INSTALL.glob("*.service") for line in path.read_text().splitlines()]
    orders = [line.split("/bin/wmt ")[1] for line in units if line.startswith("ExecStart")]
    (given,) = re.findall(r"^CMD \[(.*)\]$", (INSTALL / "Containerfile").read_text(), re.MULTILINE)
    return [*(shlex.split(order) for order in orders), re.findall(r'"(.*?)"', given)]


def test_commands_are_known_with_their_options() -> None:
    for name, *arguments in started():
        command = LateCommand(name, *COMMANDS[name]).real()
        command.make_context(name, arguments)  # raises for what the command does not know
    assert sorted(order[0] for order in started()) == ["load", "serve", "serve", "verify-live"]


def test_the_settings_make_sense() -> None:
    lines = (INSTALL / "environment").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    config = read_config({**given, "WMT_SECRET_KEY": "x"})
    assert (str(config.home), config.https, config.hosts[0]) == ("/var/lib/wmt", True, "wmt.example.org")
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"`{name}`" in page for name in given)


@pytest.mark.parametrize("path", sorted(INSTALL.iterdir()), ids=lambda path: path.name)
def test_every_file_is_told_of_in_operations(path: Path) -> None:
    assert path.name in PAGE.read_text(encoding="utf-8")
