"""The command line in this process: a small nation, and `wmt` as a function."""

import sys
from pathlib import Path

import pytest

from night_tools import Nation, Ran, Run, make_nation
from wmt.cli import console
from wmt.cli.main import _outcome
from wmt.nights import Order
from wmt.nights.load import load


@pytest.fixture(scope="session")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Nation:
    return make_nation(tmp_path_factory.mktemp("cli-nation"), nights=2)


@pytest.fixture(scope="session")
def night(nation: Nation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    nights = tmp_path_factory.mktemp("cli-nights") / "nights"
    loaded = load(nights, Order(paths=[nation.tidy(0)], people=nation.people(0), names=True))
    assert loaded.night is not None
    return loaded.night.path


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
