"""Engines for every test that asks for one: each is started when it is first asked for, once for a worker.

Files of tests that wait for servers, processes and a browser come before those of unit tests, the largest
first, so that no worker is left alone with a long file at the end.
"""

import gc
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from bench.engines import local_duckdb, local_postgres, local_sail
from hypothesis import HealthCheck, settings

from how_many import SOAK, examples
from wmt.ledger.engine import SparkEngine

pytest_plugins = ["unit_tests"]

# how quick a machine is that others use too says nothing about the program
settings.register_profile(
    "wmt", max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("wmt")

# a worker holds five thousand tests: to look through all of it for what is forgotten as often as Python does
# takes a twentieth of its time
gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files."""
    whole = Counter(item.path for item in items if not item.get_closest_marker("unit"))
    units = Counter(item.path for item in items if item.path not in whole)
    items.sort(key=lambda item: units[item.path] and 100_000 - units[item.path])


class StoringSpark(SparkEngine):
    """Sail that keeps what is to be stored, instead of working it out again for every question.

    Planning one query that holds all others takes it a minute. The soak lets it.
    """

    def store(self, name: str, sql: str) -> None:
        rows = self._session.sql(sql).toArrow()
        if rows.num_rows:
            self._session.createDataFrame(rows).createOrReplaceTempView(name)
        else:
            super().store(name, sql)  # what is empty has no types


@contextmanager
def sail() -> Iterator[Any]:
    """Sail as most tests use it."""
    with local_sail() as engine:
        yield engine if SOAK else StoringSpark(engine._session)


class Engines(Mapping[str, Any]):
    """All engines of the ledger that need no more than what the set-up fetched, by name."""

    _START = {"duckdb": local_duckdb, "postgres": local_postgres, "sail": sail}  # noqa: RUF012

    def __init__(self, held: ExitStack) -> None:
        self._held = held
        self._running: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._running:
            self._running[name] = self._held.enter_context(self._START[name]())
        return self._running[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._START)

    def __len__(self) -> int:
        return len(self._START)


@pytest.fixture(scope="session")
def engines() -> Iterator[Engines]:
    """The engines; each stops at the end."""
    with ExitStack() as held:
        yield Engines(held)
