"""A plugin that holds the rooms of `PACKAGES` at 100% of branches by tests of theirs.

`pytest -p covered` measures while a test of the rooms below runs, in whichever worker, and at no other time:
what a page happens to run through is not tested by that. The run fails where a branch was missed.
"""

import os
import shutil
import sys
from collections.abc import Generator
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import coverage
import pytest

PACKAGES = ("wmt.agreements", "wmt.rules", "wmt.ledger", "wmt.tiering")
#: The folders of tests that count, wherever they lie.
ROOMS = {"agreements", "rules", "spec", "ledger", "tiering"}
_ELSEWHERE = {"site", "browser"}
_FOLDER = Path(__file__).parents[1] / ".cache/coverage"
_IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
#: What no run can come to: mypy's part, what only says what must not be, and what needs Java.
_NOT_COUNTED = ["if TYPE_CHECKING:", "assert_never", "def local_spark"]


def _measure(**more: Any) -> coverage.Coverage:
    found = coverage.Coverage(
        data_file=str(_FOLDER / "data"), branch=True, source_pkgs=list(PACKAGES), config_file=False, **more
    )
    found.exclude("|".join(_NOT_COUNTED))
    return found


def _forget() -> None:
    """Empty what the packages keep for the life of a process: tests of other rooms may have filled it."""
    for name, module in list(sys.modules.items()):
        if name.startswith(PACKAGES):
            for kept in vars(module).values():
                if hasattr(kept, "cache_clear"):
                    kept.cache_clear()


def _counts(node: pytest.Item | pytest.Collector) -> bool:
    parts = set(node.path.parts)
    return bool(parts & ROOMS) and not parts & _ELSEWHERE


class Measured:
    """One process that runs tests."""

    def __init__(self) -> None:
        self.coverage, self.began = _measure(data_suffix=True), True
        with self:  # what stands outside functions runs once, while it is imported
            for name in PACKAGES:
                package = import_module(name)
                for module in walk_packages(package.__path__, f"{name}."):
                    import_module(module.name)
        self.began = False

    def __enter__(self) -> None:
        if not self.began:
            self.began = True
            _forget()
        self.coverage.start()

    def __exit__(self, *_: object) -> None:
        self.coverage.stop()

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, Any]:
        """Look while a file of the rooms is imported: some work out there what their tests compare."""
        with self if isinstance(collector, pytest.Module) and _counts(collector) else nullcontext():
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Look while a test of the rooms runs."""
        if not _counts(item):
            self.began = False  # what it leaves in the caches is forgotten before the next that counts
        with self if _counts(item) else nullcontext():
            return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Leave what was seen where the process that was started first finds it."""
        self.coverage.save()


#: Begins before anything else imports the packages. With workers, they are the ones to look.
_MEASURED = Measured() if _IS_WORKER or not any(arg.startswith(("-n", "--num")) for arg in sys.argv) else None


def pytest_configure(config: pytest.Config) -> None:
    """Begin anew."""
    if not _IS_WORKER:
        shutil.rmtree(_FOLDER, ignore_errors=True)
        _FOLDER.mkdir(parents=True)
    if _MEASURED:
        config.pluginmanager.register(_MEASURED, "measured")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Put together what all processes saw; a branch that was missed fails the run."""
    if _IS_WORKER:
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
