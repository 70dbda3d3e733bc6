"""Which tests are unit tests (`make test-unit`): no database, process, browser or loaded nation.

A test is one unless it asks for a fixture below, lies in a folder below, or is marked `process`. While it
runs it can start no process and reach no other machine or server: who tries is told to mark the test.
"""

import socket
import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

#: Fixtures that bring a database, a nation that was written or loaded, a server or a browser.
_NEEDS = {"db", "nation", "night", "written_nation", "kept_home", "site", "chromium"}
#: Folders of tests that write nations of their own, load them, or look at the site.
_FOLDERS = {"browser", "cli", "demo", "faults", "generative"}
#: Engines of the ledger that are servers, as parameters of tests.
_SERVERS = {"postgres", "sail"}


def is_unit(item: pytest.Item) -> bool:
    """Whether a test is a unit test."""
    values = getattr(item, "callspec", None)
    return not (
        _NEEDS & set(getattr(item, "fixturenames", ()))
        or _FOLDERS & set(item.path.parts)
        or item.get_closest_marker("process")
        or item.get_closest_marker("django_db")
        or (values and any(isinstance(each, str) and each in _SERVERS for each in values.params.values()))
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them."""
    for item in items:
        if is_unit(item):
            item.add_marker("unit")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Run it with nothing but this process."""
    if item.get_closest_marker("unit") is None:
        return (yield)
    with _alone():
        return (yield)


@contextmanager
def _alone() -> Iterator[None]:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a unit test needs this process alone: mark it `process`")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(subprocess.Popen, "__init__", refused)
        patched.setattr(socket.socket, "connect", refused)
        yield
