"""A plugin that holds `wmt.rules` and `wmt.ledger` at 100% of branches, by the tests of their own rooms.

`pytest -p covered` measures while a test of the rooms below runs, in whichever worker, and at no other time:
what a page happens to run through is not tested by that. The run fails where a branch was missed.
"""

import os
import shutil
from collections.abc import Generator
from importlib import import_module
from pathlib import Path
from typing import Any

import coverage
import pytest

PACKAGES = ("wmt.rules", "wmt.ledger")
#: The folders of tests that count, wherever they lie.
ROOMS = {"rules", "spec", "ledger"}
_ELSEWHERE = {"site", "browser"}
_FOLDER = Path(__file__).parents[1] / ".cache/coverage"
#: What no run can come to: mypy's part, and what only says what must not be.
_NOT_COUNTED = ["if TYPE_CHECKING:", "assert_never"]


def _measure(**more: Any) -> coverage.Coverage:
    found = coverage.Coverage(
        data_file=str(_FOLDER / "data"), branch=True, source_pkgs=list(PACKAGES), config_file=False, **more
    )
    found.exclude("|".join(_NOT_COUNTED))
    return found


class Measured:
    """One process that runs tests."""

    def __init__(self) -> None:
        self.coverage = _measure(data_suffix=True)
        with self:  # what stands outside functions runs once, while it is imported
            for name in PACKAGES:
                import_module(name)
            import_module("wmt.rules").load()  # so are the packaged rules read once for a process

    def __enter__(self) -> None:
        self.coverage.start()

    def __exit__(self, *_: object) -> None:
        self.coverage.stop()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Look while a test of the rooms runs."""
        parts = set(item.path.parts)
        if parts & ROOMS and not parts & _ELSEWHERE:
            with self:
                return (yield)
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Leave what was seen where the process that was started first finds it."""
        self.coverage.save()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Begin before anything imports the packages; with workers, they are the ones to look."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(_FOLDER, ignore_errors=True)
        _FOLDER.mkdir(parents=True)
        if getattr(early_config.known_args_namespace, "numprocesses", None):
            return
    early_config.pluginmanager.register(Measured(), "measured")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Put together what all processes saw; a branch that was missed fails the run."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    whole = _measure()
    whole.combine([str(_FOLDER)])
    with open(_FOLDER / "report.txt", "w", encoding="utf-8") as told:
        share = whole.report(show_missing=True, skip_covered=True, precision=2, file=told)
    if share < 100 and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was missed."""
    terminalreporter.section("branches of " + " and ".join(PACKAGES))
    terminalreporter.write((_FOLDER / "report.txt").read_text("utf-8"))
