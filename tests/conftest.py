"""Engines for every test that asks for one: each is started once for a worker and stopped at the end."""

from collections.abc import Iterator
from typing import Any

import pytest
from bench.engines import local_duckdb, local_postgres, local_sail
from hypothesis import HealthCheck, settings

from how_many import examples

# how quick a machine is that others use too says nothing about the program
settings.register_profile(
    "wmt", max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("wmt")


@pytest.fixture(scope="session")
def engines() -> Iterator[dict[str, Any]]:
    """All engines of the ledger that need no more than what the set-up fetched, by name."""
    with local_duckdb() as duckdb, local_postgres() as postgres, local_sail() as sail:
        yield {"duckdb": duckdb, "postgres": postgres, "sail": sail}
