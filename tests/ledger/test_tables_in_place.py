"""Which rows of a table of cases its engine counts, which come one by one, and what a connection says."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import polars as pl
import psycopg
import pyspark.sql
import pytest

from wmt.ledger import connections
from wmt.ledger.connections import EngineError, connected
from wmt.ledger.engine import DuckDBEngine, PostgresEngine, SparkEngine
from wmt.ledger.tables_in_place import TablesInPlace

WANTED = ("case", "case_flag", "case_cohort", "manifest")
COLUMNS = {
    "case_ref": "VARCHAR",
    "team_code": "VARCHAR",
    "staff_code": "VARCHAR",
    "location": "VARCHAR",
    "tier": "VARCHAR",
    "suspended": "BOOLEAN",
    "stream": "VARCHAR",
    "counted_active": "BOOLEAN",
    "event_no": "VARCHAR",
    "starts_on": "DATE",
}
#: A row that nothing is asked of but where it counts.
PLAIN = ("A000001", "N01AAA", "S1", "community", "B2", False, "standard", True, "1", "2026-01-02")


def asked(
    folder: Path, rows: list[Any], columns: dict[str, str] = COLUMNS, more: tuple[str, ...] = ()
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows that come one by one, and the counted ones, of a table of cases in a file of DuckDB."""
    file = folder / f"{len(list(folder.iterdir()))}.duckdb"
    with duckdb.connect(str(file)) as made:
        made.execute(f'CREATE TABLE "case" ({", ".join(f"{name} {kind}" for name, kind in columns.items())})')
        for row in rows:
            made.execute(f'INSERT INTO "case" VALUES ({", ".join("?" * len(columns))})', row)
        for statement in more:
            made.execute(statement)
    with connected("duckdb", str(file)) as engine:
        return TablesInPlace(engine, "main", WANTED).cases("pc16")


def but(**changed: Any) -> list[Any]:
    """The plain row with some values changed."""
    return [changed.get(name, value) for name, value in zip(COLUMNS, PLAIN, strict=True)]


@pytest.mark.parametrize(
    "changed",
    [
        {"case_ref": "a000001"}, {"case_ref": "A00001"}, {"case_ref": None}, {"case_ref": "A000001\n"},
        {"team_code": None}, {"staff_code": "S 1"}, {"staff_code": ""},
        {"location": "Community"}, {"location": None}, {"tier": "X9"}, {"tier": "b2"}, {"tier": None},
        {"stream": "other"}, {"counted_active": None}, {"event_no": "one"},
    ],
)  # fmt: skip
def test_a_row_that_is_not_plain_comes_by_itself(tmp_path: Path, changed: dict[str, Any]) -> None:
    named, counted = asked(tmp_path, [but(**changed), but(case_ref="B000002")])
    assert (len(named), counted["cases"].sum()) == (1, 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"tier": "B2S"}, {"tier": "0"}, {"stream": None}, {"suspended": None}, {"event_no": None},
        {"stream": "omic", "counted_active": None}, {"stream": "t2a", "counted_active": None},
    ],
)  # fmt: skip
def test_a_plain_row_is_counted(tmp_path: Path, changed: dict[str, Any]) -> None:
    named, counted = asked(tmp_path, [but(**changed)])
    assert (len(named), counted["cases"].to_list()) == (0, [1])


def test_rows_of_a_post_and_kind_are_one(tmp_path: Path) -> None:
    rows = [but(case_ref=f"A00000{n}", tier="B2" if n < 5 else "C1") for n in range(8)]
    _, counted = asked(tmp_path, [*rows, but(case_ref="A000008", staff_code="S2")])
    by = {(row["staff_code"], row["tier"]): row["cases"] for row in counted.iter_rows(named=True)}
    assert by == {("S1", "B2"): 5, ("S1", "C1"): 3, ("S2", "B2"): 1}


def test_names_in_capitals_are_the_same_names(tmp_path: Path) -> None:
    rows = [but(case_ref="A000001", stream="omic"), but(case_ref="A000002", suspended=True)]
    more = ("CREATE TABLE \"Case_Flag\" AS SELECT 'A000002' AS \"CASE_REF\", 'U' AS flag",)
    capitals = {name.upper(): kind for name, kind in COLUMNS.items()}
    named, counted = asked(tmp_path, rows, capitals, more)
    assert (named["case_ref"].to_list(), named["suspended"].to_list()) == (["A000002"], [True])
    assert (counted["stream"].to_list(), counted["cases"].to_list()) == (["omic"], [1])


@pytest.mark.parametrize("again", ["\tA000001", "A000001\r", "A000001\u00a0", "a 00-0001", "A\u200b000001"])
def test_no_blank_hides_that_it_is_the_same_person(tmp_path: Path, again: str) -> None:
    named, counted = asked(tmp_path, [but(), but(case_ref=again, staff_code="S2")])
    assert (len(named), len(counted)) == (2, 0)


def test_of_whom_more_is_told_comes_by_itself(tmp_path: Path) -> None:
    rows = [but(case_ref=f"A00000{n}") for n in range(1, 6)]
    more = (
        "CREATE TABLE case_flag AS SELECT 'a 000001' || chr(13) AS case_ref, 'U' AS flag",
        "CREATE VIEW case_cohort AS SELECT 'A000002' AS case_ref, 'iom' AS cohort",
    )
    named, counted = asked(tmp_path, [*rows, but(case_ref="A000003", stream="omic")], more=more)
    assert sorted(named["case_ref"]) == ["A000001", "A000002", "A000003", "A000003"]
    assert counted["cases"].to_list() == [2]
    none = ("CREATE TABLE case_flag AS SELECT 'U' AS flag",)
    assert len(asked(tmp_path, rows, more=none)[0]) == 0


@pytest.mark.parametrize(
    "kinds",
    [{"starts_on": "VARCHAR"}, {"suspended": "VARCHAR"}, {"team_code": "BLOB"}, {"tier": "BLOB"}],
)
def test_columns_of_other_types_are_left_to_the_rules_of_a_row(tmp_path: Path, kinds: dict[str, str]) -> None:
    names = [name for name in COLUMNS if name not in kinds]
    rows = [[but()[list(COLUMNS).index(name)] for name in names] + [None] * len(kinds)]
    columns = {name: COLUMNS[name] for name in names} | kinds
    named, counted = asked(tmp_path, rows, columns)
    assert (len(named), counted.width) == (1, 0)


def test_columns_that_may_be_left_out_are(tmp_path: Path) -> None:
    names = ["case_ref", "team_code", "staff_code", "location", "tier", "counted_active"]
    row = [but()[list(COLUMNS).index(name)] for name in names]
    columns = {name: COLUMNS[name] for name in names}
    assert asked(tmp_path, [row], columns)[1]["cases"].to_list() == [1]
    del columns["counted_active"]
    assert len(asked(tmp_path, [row[:-1]], columns)[0]) == 1


@pytest.mark.parametrize("name", ["postgres", "sail"])
def test_other_engines_count_the_same(engines: Any, name: str) -> None:
    rows = [but(case_ref=f"A00000{n}") for n in range(4)]
    engine, run = engines[name], _running(engines[name])
    names = ", ".join(COLUMNS)
    values = ", ".join(_literal(row) for row in [*rows, but(case_ref="a000009")])
    quoted = '"case"' if name == "postgres" else "`case`"
    run("CREATE SCHEMA counted")
    run(f"CREATE VIEW counted.{quoted} AS SELECT * FROM (VALUES {values}) AS v({names})")
    run("CREATE VIEW counted.case_flag AS SELECT 'A000001' AS case_ref")
    tables = TablesInPlace(engine, "counted", WANTED)
    assert tables.names == {"case", "case_flag"}
    assert tables.rows("case_flag").rows() == [("A000001",)]
    named, counted = tables.cases("pc16")
    assert (sorted(named["case_ref"]), counted["cases"].to_list()) == (["A000001", "a000009"], [3])


def _running(engine: Any) -> Any:
    return engine._session.sql if isinstance(engine, SparkEngine) else engine._connection.execute


def _literal(row: list[Any]) -> str:
    *texts, day = (f"'{value}'" if isinstance(value, str) else str(value) for value in row)
    return f"({', '.join(texts)}, DATE {day})"


def test_what_cannot_be_read_is_said_without_the_query() -> None:
    with connected("duckdb") as engine:
        assert isinstance(engine, DuckDBEngine)
        tables = TablesInPlace(engine, "main", WANTED)
        assert tables.names == frozenset()
        tables._columns["case_flag"] = {"case_ref": "string"}  # as a table that went meanwhile
        tables._written["case_flag"] = "case_flag"
        with pytest.raises(EngineError, match="the tables of main cannot be read") as refused:
            tables.rows("case_flag")
    assert "\n" not in str(refused.value)
    with pytest.raises(EngineError, match="the schema main cannot be read: "):
        TablesInPlace(engine, "main", WANTED)  # closed
    assert connections.kind_of(ValueError("a secret")) == "value error"


def test_a_file_that_is_no_duckdb_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("not a database")
    other = str(tmp_path / "other")
    with pytest.raises(EngineError, match="cannot be opened as a DuckDB"), connected("duckdb", other):
        pass


@pytest.mark.parametrize("name", ["postgres"])
def test_postgresql_is_read_as_it_is_at_one_moment(engines: Any, name: str) -> None:
    info = engines[name]._connection.info
    address = f"host={info.host} dbname={info.dbname} user={info.user}"
    other = PostgresEngine(address)
    other._connection.execute("CREATE TABLE moment AS SELECT 1 AS one")
    with connected("postgres", address) as engine:
        assert engine.run("SELECT * FROM moment").rows() == [(1,)]
        other._connection.execute("INSERT INTO moment VALUES (2)")
        assert engine.run("SELECT * FROM moment").rows() == [(1,)]
    other.close()


@pytest.mark.parametrize("name", ["postgres"])
def test_tables_of_an_organisation_are_left_alone(engines: Any, name: str) -> None:
    """One that is called as the ledger calls one of its own stays, whoever asks and with whatever rights."""
    info = engines[name]._connection.info
    address = f"host={info.host} dbname={info.dbname} user={info.user}"
    owner = PostgresEngine(address)
    owner._connection.execute("CREATE TABLE public.measure AS SELECT 7 AS kept")
    owner._connection.execute("CREATE ROLE reader LOGIN")
    owner._connection.execute("CREATE TABLE public.secret AS SELECT gen_random_uuid() AS case_ref")
    reader = f"host={info.host} dbname={info.dbname} user=reader"
    with connected("postgres", reader) as engine:
        engine.put("measure", pl.DataFrame({"one": [1]}))
        engine.store("measure", "SELECT 2 AS two")
        engine.view("seen", "SELECT 3 AS three")
        assert engine.run("SELECT * FROM measure").rows() == [(2,)]
    assert owner.run("SELECT * FROM public.measure").rows() == [(7,)]
    refused = "could not do what was asked of it: insufficient privilege"
    with pytest.raises(EngineError, match=refused), connected("postgres", reader) as engine:
        engine.run("SELECT * FROM secret")
    tables = TablesInPlace(owner, "public", ("secret",))
    assert len(tables.rows("secret")["case_ref"].item()) == 36
    owner._connection.execute('CREATE TABLE public.twice AS SELECT 1 AS a, 2 AS "A"')
    with pytest.raises(EngineError, match=r"public\.twice has a column twice"):
        TablesInPlace(owner, "public", ("twice",)).rows("twice")
    for statement in ("DROP TABLE measure, secret, twice", "DROP ROLE reader"):
        owner._connection.execute(statement)
    owner.close()


def test_a_postgresql_that_is_not_there_is_said_without_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise psycopg.OperationalError("secret")

    monkeypatch.setattr(psycopg, "connect", refused)
    with pytest.raises(EngineError) as said, connected("postgres"):
        pass
    assert "secret" not in str(said.value)


class Builder:
    """Stands for Spark's: it keeps what it is told, and gives a session or fails."""

    def __init__(self, fails: bool) -> None:
        self.told: list[str] = []
        self.fails, self.stopped = fails, False

    def remote(self, address: str) -> "Builder":
        self.told.append(f"remote {address}")
        return self

    def master(self, address: str) -> "Builder":
        self.told.append(f"master {address}")
        return self

    def config(self, *_: str) -> "Builder":
        return self

    def getOrCreate(self) -> Any:  # noqa: N802 - as Spark calls it
        if self.fails:
            raise RuntimeError("secret")
        return SimpleNamespace(stop=lambda: setattr(self, "stopped", True))


@pytest.mark.parametrize(
    ("address", "told", "stopped"),
    [
        ("sc://here:15002", ["remote sc://here:15002"], True),
        ("local[2]", ["master local[2]"], True),
        (None, [], False),  # the session of spark-submit goes on
    ],
)
def test_spark_is_reached_as_the_address_says(
    monkeypatch: pytest.MonkeyPatch, address: str | None, told: list[str], stopped: bool
) -> None:
    builder = Builder(fails=False)
    monkeypatch.setattr(pyspark.sql, "SparkSession", SimpleNamespace(builder=builder))
    with connected("spark", address) as engine:
        assert isinstance(engine, SparkEngine)
    assert (builder.told, builder.stopped) == (told, stopped)


def test_a_spark_that_is_not_there_or_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyspark.sql, "SparkSession", SimpleNamespace(builder=Builder(fails=True)))
    with pytest.raises(EngineError, match="Spark cannot be reached") as said, connected("spark", "sc://x"):
        pass
    assert "secret" not in str(said.value)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(EngineError, match="PySpark is not installed"), connected("spark"):
        pass
