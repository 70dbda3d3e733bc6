"""A command imports what it uses: the command line is there in a third of a second, not in one."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from wmt.cli.commands import COMMANDS, NIGHTS, LateCommand
from wmt.late_imports import modules_of

HEAVY = {"polars", "duckdb", "ibis", "pyarrow", "django", "numpy"}
RUN = """
import sys
from wmt.cli.main import _outcome
outcome = _outcome()
sys.stdout.flush()
print(outcome, *sys.modules, file=sys.stderr)
"""


@pytest.mark.process
@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("--help", set()),
        ("--version", set()),
        ("nights --help", set()),
        ("nope", set()),
        ("rules show report_points", set()),
        ("rules show nope", set()),
        ("nights list --nights nowhere", {"polars"}),
    ],
)
def test_what_is_not_used_is_not_imported(tmp_path: Path, typed: str, used: set[str]) -> None:
    command = [sys.executable, "-c", RUN, *typed.split()]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    outcome, *modules = ran.stderr.splitlines()[-1].split()
    assert outcome == ("2" if "nope" in typed else "0")
    assert HEAVY & set(modules) == used


@pytest.mark.parametrize("table", [COMMANDS, NIGHTS], ids=["wmt", "wmt nights"])
def test_the_table_says_what_the_commands_say_of_themselves(table: dict[str, tuple[str, str]]) -> None:
    for name, (place, line) in table.items():
        command = LateCommand(name, place, line).real()
        assert command.name == name or place.endswith(":app"), name
        assert " ".join((command.help or "").split("\n\n")[0].split()) == line, name


@pytest.mark.parametrize("package", ["wmt.ledger", "wmt.nights", "wmt.history"])
def test_a_package_offers_what_it_lists_and_no_name_is_a_module_beside_it(package: str) -> None:
    found = import_module(package)
    names = set(modules_of(str(found.__file__)))
    assert names == set(found.__all__)
    assert names & {path.stem for path in Path(str(found.__file__)).parent.glob("*.py")} == set()
    assert all(getattr(found, name) is not None for name in names)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = found.nothing
