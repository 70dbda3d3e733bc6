"""The command line in this process: a small nation, and `wmt` as a function."""

import sys
from functools import partial
from pathlib import Path

import pytest

from made_once import made_once, shared_folder
from night_tools import Nation, Ran, Run, make_nation
from wmt.cli import console
from wmt.cli.main import _outcome
from wmt.nights import Order
from wmt.nights.load import load


@pytest.fixture(scope="session")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Nation:
    return made_once(shared_folder(tmp_path_factory) / "cli-nation", partial(make_nation, nights=2))


@pytest.fixture(scope="session")
def night(nation: Nation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    order = Order(paths=[nation.tidy(0)], people=nation.people(0), names=True)
    found = made_once(
        shared_folder(tmp_path_factory) / "cli-nights", lambda nights: load(nights, order).night
    )
    assert found is not None
    return found.path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setattr(console.out, "_width", 160)

    def ran(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["wmt", *map(str, arguments)])
        capsys.readouterr()
        code = _outcome()
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return ran
