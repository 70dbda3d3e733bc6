"""Connections to engines that an organisation runs: PostgreSQL, a Spark session, a DuckDB file."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from wmt.ledger.engine import DuckDBEngine, Engine, PostgresEngine, SparkEngine

ENGINES = ("duckdb", "postgres", "spark")
#: Where tables are: a schema, or a catalogue and a schema in it, of plain names.
PLACE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?", re.ASCII)
#: The name that the file of a DuckDB has here: its tables are `extract.<schema>.<table>`.
FILE = "extract"


#: Spark on one machine: no pages, no bars, and no two hundred parts of what is small.
_LOCAL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "8",
    "spark.log.level": "ERROR",
}


class EngineError(ValueError):
    """An engine that cannot be reached, is not installed or does not let its tables be read, in words.

    Never an address: there may be a password in it.
    """


def kind_of(error: BaseException) -> str:
    """What sort of error an engine met. Its own words may quote a value, so they are left out."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__).lower()


@contextmanager
def connected(engine: str, address: str | None = None) -> Iterator[Engine]:
    """An engine of this name at an address, as long as it is used.

    - duckdb: in this process; the address is a file, which is read and never written to.
    - postgres: the address is libpq's, such as 'postgresql://user@host/database', or left out where libpq's
      own variables (PGHOST and others) say it. Needs the right to make temporary tables.
    - spark: 'sc://host:port' is a Spark Connect server, 'local[2]' Spark on this machine; without an address
      the session that is there, such as that of `spark-submit`. Makes views of this session alone.

    Raises EngineError.
    """
    with _OPEN[engine](address) as opened:
        yield opened


@contextmanager
def _duckdb(address: str | None) -> Iterator[Engine]:
    import duckdb

    engine = DuckDBEngine()
    if address:
        try:
            engine.attach(address, FILE)
        except duckdb.Error as error:
            raise EngineError(
                "the file of --connection cannot be opened as a DuckDB database; give one that exists, of "
                f"a version that DuckDB {duckdb.__version__} reads"
            ) from error
    with _told("DuckDB", duckdb.Error):
        try:
            yield engine
        finally:
            engine.close()


@contextmanager
def _postgres(address: str | None) -> Iterator[Engine]:
    import psycopg

    try:
        engine = PostgresEngine(address or "")
        # all tables as they are at one moment, however long they take
        engine.hold_moment()
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        raise EngineError(
            "PostgreSQL cannot be reached as --connection says; try the same address with psql"
        ) from error
    with _told("PostgreSQL", psycopg.Error):
        try:
            yield engine
        finally:
            engine.close()


@contextmanager
def _spark(address: str | None) -> Iterator[Engine]:
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise EngineError(
            "PySpark is not installed here; install 'pyspark[connect]>=4.0,<4.1' beside wmt"
        ) from error
    builder: Any = SparkSession.builder
    if address and address.startswith("sc://"):
        builder = builder.remote(address)
    elif address:
        for name, value in _LOCAL.items():
            builder = builder.config(name, value)
        builder = builder.master(address)
    try:
        session = builder.getOrCreate()
    except Exception as error:  # Spark and Spark Connect have many, of classes of their own
        raise EngineError(
            "Spark cannot be reached as --connection says; give sc://host:port of a Spark Connect server, or "
            "local[2] for Spark on this machine, which needs Java 17"
        ) from error
    with _told("Spark", PySparkException):
        try:
            yield SparkEngine(session)
        finally:
            if address:
                session.stop()


@contextmanager
def _told(engine: str, errors: type[Exception]) -> Iterator[None]:
    """Say in words what an engine refuses: a right that is not there, a disk that is full."""
    try:
        yield
    except errors as error:
        raise EngineError(f"{engine} could not do what was asked of it: {kind_of(error)}") from error


_OPEN: dict[str, Callable[[str | None], Any]] = {
    "duckdb": _duckdb,
    "postgres": _postgres,
    "spark": _spark,
}
