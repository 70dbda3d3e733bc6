"""Engines: where the expressions run. DuckDB in process unless another is given.

Ibis turns an expression into one SQL text for each dialect; an engine stores tables and runs the text.
Same expressions, same figures: the tests hold all engines to the same bytes.
"""

import os
import re
import warnings
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import duckdb
import ibis
import polars as pl


class Engine(Protocol):
    dialect: str

    def put(self, name: str, frame: pl.DataFrame) -> None:
        """Store a table under a name, replacing what stood there."""

    def run(self, sql: str) -> pl.DataFrame:
        """The rows of a query, in the order the engine gives."""

    def store(self, name: str, sql: str) -> None:
        """Keep the rows of a query under a name, replacing what stood there."""

    def view(self, name: str, sql: str) -> None:
        """Give a query a name, replacing what had it."""


class DuckDBEngine:
    """An in-process DuckDB. Extensions are never loaded, because they cannot be downloaded everywhere."""

    dialect = "duckdb"

    def __init__(self, threads: int | None = None, *, few_rows: bool = False) -> None:
        """`few_rows`: queries run as they are written, because for a few rows planning takes longest."""
        self._connection = duckdb.connect(config={"threads": threads} if threads else {})
        if few_rows:
            self._connection.execute("PRAGMA disable_optimizer")
        self._shapes: dict[str, pl.Schema] = {}
        self._prepared: dict[str, str] = {}

    def put(self, name: str, frame: pl.DataFrame) -> None:
        self._connection.register("_incoming", frame.to_arrow())
        if self._shapes.get(name) == frame.schema:
            # a table that is emptied and filled, not made anew, leaves prepared queries as they are
            self._connection.execute(f'BEGIN; DELETE FROM "{name}"')
            self._connection.execute(f'INSERT INTO "{name}" SELECT * FROM _incoming')
            self._connection.execute("COMMIT")
        else:
            self._connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM _incoming')
            self._shapes[name] = frame.schema
        self._connection.unregister("_incoming")

    def run(self, sql: str) -> pl.DataFrame:
        if sql not in self._prepared:
            self._prepared[sql] = f"query_{len(self._prepared)}"
            self._connection.execute(f"PREPARE {self._prepared[sql]} AS {sql}")
        with warnings.catch_warnings():
            # DuckDB advises con.sql() here, which plans the query twice: on the ledger's long queries that
            # costs more than the copy it saves
            warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")
            result = self._connection.execute(f"EXECUTE {self._prepared[sql]}")
            rows: Any = result.to_arrow_reader(1_000_000)
            return pl.DataFrame(pl.from_arrow(rows.read_all()))

    def store(self, name: str, sql: str) -> None:
        self._shapes.pop(name, None)
        self._connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS {sql}')

    def view(self, name: str, sql: str) -> None:
        self._connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS {sql}')

    def attach(self, path: str, name: str) -> None:
        """Read the tables of a file under a name of its own. It is never written to."""
        quoted = path.replace("'", "''")
        self._connection.execute(f"ATTACH '{quoted}' AS {name} (READ_ONLY)")

    def close(self) -> None:
        """End the session and drop its tables."""
        self._connection.close()


#: Up to so many rows of facts planning takes longer than summing; one thread that runs a query as it is
#: written then needs two thirds of the time (of four times as many rows still less).
FEW_ROWS = 50_000


def in_process(rows: int) -> Engine:
    """A DuckDB of its own for facts of about so many rows, as long as somebody holds it."""
    return LentEngine() if rows <= FEW_ROWS else DuckDBEngine()


#: Where a query names what it reads.
_READS = re.compile(r'\b(?:FROM|JOIN)\s+"?(\w+)"?')


class KeptEngine(DuckDBEngine):
    """A DuckDB that is asked the same questions again and again about other facts.

    It remembers what it was given: a table that says the same is not put again, nor is such a view made anew,
    and what is stored goes into the table that is there. So its prepared queries stay as they are, which for
    a few rows takes longer than running them.
    """

    def __init__(self, threads: int | None = None, *, few_rows: bool = False) -> None:
        super().__init__(threads, few_rows=few_rows)
        self._frames: dict[str, pl.DataFrame] = {}
        self._texts: dict[str, str] = {}
        self._views: set[str] = set()
        self._read: dict[str, frozenset[str]] = {}

    @property
    def planned(self) -> int:
        """How many queries it has planned."""
        return len(self._prepared)

    def put(self, name: str, frame: pl.DataFrame) -> None:
        known = self._frames.get(name)
        if known is not None and (known is frame or (known.schema == frame.schema and known.equals(frame))):
            return
        super().put(name, frame)
        self._frames[name] = frame
        self._texts.pop(name, None)

    def reads(self, sql: str) -> set[str]:
        """The tables and views it has that a query reads, also through its views."""
        found, asked = set[str](), [sql]
        while asked:
            text = asked.pop()
            if text not in self._read:
                self._read[text] = frozenset(_READS.findall(text))
            new = {name for name in self._read[text] if name in self._frames or name in self._texts} - found
            asked += [self._texts[name] for name in new & self._views]
            found |= new
        return found

    def store(self, name: str, sql: str) -> None:
        self._frames.pop(name, None)
        self._views.discard(name)
        if self._texts.get(name) != sql:
            super().store(name, sql)
            self._texts[name] = sql
            return
        insert = f'INSERT INTO "{name}" {sql}'
        if insert not in self._prepared:
            self._prepared[insert] = f"query_{len(self._prepared)}"
            self._connection.execute(f"PREPARE {self._prepared[insert]} AS {insert}")
        self._connection.execute(f'DELETE FROM "{name}"')
        self._connection.execute(f"EXECUTE {self._prepared[insert]}")

    def view(self, name: str, sql: str) -> None:
        self._frames.pop(name, None)
        if self._texts.get(name) != sql:
            super().view(name, sql)
            self._texts[name] = sql
            self._views.add(name)


#: Engines that nobody holds at the moment, with their queries planned: those that `in_process` lends.
_unused: list[KeptEngine] = []
#: So many of them wait at most, and none that has planned so many queries: they differ in what they ask for.
_MOST_UNUSED, _MOST_QUERIES = 3, 300


class LentEngine:
    """A kept engine for few rows. It waits for the next who needs one when nobody holds this any more.

    Tables of those who had it before are still there. A query that would read one raises RuntimeError: their
    figures would look right.
    """

    dialect = KeptEngine.dialect

    def __init__(self) -> None:
        try:
            self._kept = _unused.pop()
        except IndexError:
            self._kept = KeptEngine(threads=1, few_rows=True)
        self._goes_back = weakref.finalize(self, _wait_for_use, self._kept)
        self._goes_back.atexit = False
        self._own: set[str] = set()

    def put(self, name: str, frame: pl.DataFrame) -> None:
        with self._kept_if_it_works():
            self._kept.put(name, frame)
            self._own.add(name)

    def run(self, sql: str) -> pl.DataFrame:
        with self._kept_if_it_works():
            self._read_own(sql)
            return self._kept.run(sql)

    def store(self, name: str, sql: str) -> None:
        with self._kept_if_it_works():
            self._read_own(sql)
            self._kept.store(name, sql)
            self._own.add(name)

    def view(self, name: str, sql: str) -> None:
        with self._kept_if_it_works():
            self._kept.view(name, sql)
            self._own.add(name)

    def _read_own(self, sql: str) -> None:
        if others := self._kept.reads(sql) - self._own:
            raise RuntimeError(f"a query reads tables of another question: {', '.join(sorted(others))}")

    @contextmanager
    def _kept_if_it_works(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            # what a question that broke off left behind must not meet the next one
            self._goes_back.detach()
            raise


def _wait_for_use(engine: KeptEngine) -> None:
    if len(_unused) < _MOST_UNUSED and engine.planned < _MOST_QUERIES:
        _unused.append(engine)
    else:
        engine.close()


def _leave_to_parent() -> None:
    """A process that was forked has engines of its own; those it came with stay as they are."""
    global _unused, _of_parent
    _of_parent, _unused = _unused, []


_of_parent: list[KeptEngine] = []
os.register_at_fork(after_in_child=_leave_to_parent)


class PostgresEngine:
    """PostgreSQL at a libpq address such as 'postgresql://user@host/db'; tables live in the session."""

    dialect = "postgres"

    def __init__(self, uri: str) -> None:
        import psycopg

        # tables are made anew under their names: a plan kept for one does not fit the next
        self._connection = psycopg.connect(uri, autocommit=True, prepare_threshold=None)

    def put(self, name: str, frame: pl.DataFrame) -> None:
        columns = ", ".join(f'"{column}" {_POSTGRES[dtype]}' for column, dtype in frame.schema.items())
        names = ", ".join(f'"{column}"' for column in frame.columns)
        with self._connection.cursor() as cursor:
            # never a table of that name in a schema of the organisation
            cursor.execute(f'DROP TABLE IF EXISTS pg_temp."{name}" CASCADE')
            cursor.execute(f'CREATE TEMPORARY TABLE "{name}" ({columns})')
            with cursor.copy(f"COPY \"{name}\" ({names}) FROM STDIN (FORMAT csv, NULL '\\N')") as copy:
                # quoted text and an unquoted mark for nothing: an empty string stays an empty string
                copy.write(
                    frame.write_csv(
                        include_header=False, null_value="\\N", quote_style="non_numeric"
                    ).replace('"\\N"', "\\N")
                )
            cursor.execute(f'ANALYZE "{name}"')

    def run(self, sql: str) -> pl.DataFrame:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            names = [column.name for column in cursor.description or ()]
            return pl.DataFrame(cursor.fetchall(), schema=names, orient="row", infer_schema_length=None)

    def store(self, name: str, sql: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(f'DROP TABLE IF EXISTS pg_temp."{name}" CASCADE')
            cursor.execute(f'CREATE TEMPORARY TABLE "{name}" AS {sql}')

    def view(self, name: str, sql: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(f'DROP VIEW IF EXISTS pg_temp."{name}"')
            cursor.execute(f'CREATE TEMPORARY VIEW "{name}" AS {sql}')

    def hold_moment(self) -> None:
        """Read all tables as they are now, until the session ends."""
        self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")

    def close(self) -> None:
        """End the session and drop its tables."""
        self._connection.close()


_POSTGRES: dict[Any, str] = {
    pl.String: "text",
    pl.Int64: "bigint",
    pl.Date: "date",
    pl.Datetime("us"): "timestamp",
}


class SparkEngine:
    """A Spark session: classic PySpark, or Spark Connect such as Sail serves."""

    dialect = "pyspark"

    def __init__(self, session: Any) -> None:
        self._session = session

    def put(self, name: str, frame: pl.DataFrame) -> None:
        schema = ", ".join(f"`{column}` {_SPARK[dtype]}" for column, dtype in frame.schema.items())
        # column by column: a million rows of Python values would take minutes
        self._session.createDataFrame(frame.to_arrow(), schema).createOrReplaceTempView(name)

    def run(self, sql: str) -> pl.DataFrame:
        return pl.DataFrame(pl.from_arrow(self._session.sql(sql).toArrow()))

    def store(self, name: str, sql: str) -> None:
        # a session has no place for tables of its own; what is kept of a view is worked out when it is read
        kept = self._session.sql(sql).cache()
        kept.createOrReplaceTempView(name)

    def view(self, name: str, sql: str) -> None:
        self._session.sql(sql).createOrReplaceTempView(name)

    def columns(self, table: str) -> dict[str, str]:
        """The columns of a table, in order, and what Spark calls their types."""
        return {
            field.name: field.dataType.simpleString() for field in self._session.table(table).schema.fields
        }


_SPARK: dict[Any, str] = {
    pl.String: "string",
    pl.Int64: "bigint",
    pl.Date: "date",
    pl.Datetime("us"): "timestamp_ntz",
}


def unbound(name: str, schema: pl.Schema) -> Any:
    """A table that an engine will have under this name, as an Ibis expression."""
    return ibis.table(ibis.Schema.from_polars(schema), name=name)


def sql_text(expression: Any, dialect: str) -> str:
    return str(ibis.to_sql(expression, dialect=dialect))


def shaped(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Exactly these columns and types: engines hand numbers and times over in types of their own."""
    return frame.select(pl.col(name).cast(dtype) for name, dtype in schema.items())


@contextmanager
def lent(idle: list[DuckDBEngine], rows: int) -> Iterator[DuckDBEngine]:
    """An engine of `idle` for facts of few rows, to which it goes back; or one of its own, too large to be
    kept."""
    few_rows = rows <= FEW_ROWS
    try:
        engine = idle.pop() if few_rows else DuckDBEngine()
    except IndexError:
        engine = KeptEngine(threads=1, few_rows=True)
    try:
        yield engine
    except BaseException:
        # what a question that broke off left behind must not meet the next one
        engine.close()
        raise
    if few_rows:
        idle.append(engine)
    else:
        engine.close()


@contextmanager
def local_spark(cores: int = 2) -> Iterator[SparkEngine]:
    """Classic PySpark on this machine. Needs Java."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(f"local[{cores}]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    builder = builder.config("spark.sql.shuffle.partitions", str(cores))
    session = builder.config("spark.sql.execution.arrow.pyspark.enabled", "true").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield SparkEngine(session)
    finally:
        session.stop()
