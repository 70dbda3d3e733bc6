"""Where the figures are worked out, and tidy tables that are read where an organisation keeps them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from wmt.cli.console import RefusedInput
from wmt.intake.tidy_in_place import WANTED
from wmt.ledger.connections import ENGINES, PLACE, EngineError, connected
from wmt.ledger.engine import Engine
from wmt.ledger.tables_in_place import TablesInPlace

Named = Annotated[
    str | None,
    typer.Option("--engine", help="Work the figures out in duckdb (as without it), postgres or spark."),
]
Connection = Annotated[
    str | None,
    typer.Option(
        "--connection",
        envvar="WMT_ENGINE_CONNECTION",
        show_envvar=True,
        help="A file of DuckDB, an address of PostgreSQL, or sc://host:port or local[2] of Spark.",
    ),
]
Tables = Annotated[
    str | None,
    typer.Option("--tables", metavar="SCHEMA", help="Read the tidy tables of this schema, not a PATH."),
]


class EngineChosen(NamedTuple):
    """The engine asked for, None where none is; and what is read: paths, or tables where they are kept."""

    engine: Engine | None
    source: Sequence[Path] | TablesInPlace


@contextmanager
def chosen(
    engine: str | None, connection: str | None, tables: str | None, paths: Sequence[Path] | None
) -> Iterator[EngineChosen]:
    """What the options ask for, as long as it is used. Raises RefusedInput with the remedy."""
    _refuse_muddled(engine, connection, tables, paths)
    if engine is None:
        yield EngineChosen(None, paths or ())
        return
    try:
        with connected(engine, connection) as opened:
            yield EngineChosen(opened, TablesInPlace(opened, tables, WANTED) if tables else paths or ())
    except EngineError as failed:
        raise RefusedInput(str(failed)) from failed


def _refuse_muddled(
    engine: str | None, connection: str | None, tables: str | None, paths: Sequence[Path] | None
) -> None:
    if engine is not None and engine not in ENGINES:
        raise RefusedInput(f"'{engine[:40]}' is no engine; the engines are {', '.join(ENGINES)}")
    if bool(paths) == bool(tables):
        raise RefusedInput("give a PATH, or --tables with the schema that holds the tidy tables")
    if engine is None and (connection or tables):
        raise RefusedInput("say with --engine which engine --connection and --tables are of")
    if tables and not PLACE.fullmatch(tables):
        raise RefusedInput(
            f"'{tables[:40]}' is not the name of a schema; give plain letters, digits and _, and for Spark a "
            "catalogue and a dot before it if it needs one"
        )
    if tables and "." in tables and engine != "spark":
        raise RefusedInput(
            f"{engine} reads one database: give the schema alone, without what is before the dot"
        )
    if tables and engine == "duckdb" and not connection:
        raise RefusedInput("give the file of DuckDB that holds the tables with --connection")
