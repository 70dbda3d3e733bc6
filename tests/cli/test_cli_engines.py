"""Figures by another engine, and tidy tables where they are kept: the same, or a plain answer why not."""

import json
from pathlib import Path

import duckdb
import psycopg
import pytest

from night_tools import Nation, Run


@pytest.fixture(scope="module")
def kept(nation: Nation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first night's tables as a file of DuckDB."""
    file = tmp_path_factory.mktemp("kept") / "it's.duckdb"
    written = json.loads((nation.tidy(0) / "manifest.json").read_text())
    with duckdb.connect(str(file)) as made:
        for entry in written["tables"]:
            made.execute(
                f"CREATE TABLE \"{entry['name']}\" AS SELECT * FROM '{nation.tidy(0) / entry['file']}'"
            )
        words = ", ".join(f"'{written[name]}' AS {name}" for name in ("as_at", "tier_scheme", "case_list"))
        made.execute(f"CREATE VIEW manifest AS SELECT {words}")
    return file


def test_tables_in_place_are_measured_as_files(kept: Path, nation: Nation, run: Run) -> None:
    people = ("--people", nation.people(0), "--json")
    there = run("measure", "--engine", "duckdb", "--connection", kept, "--tables", "main", *people)
    assert (there.code, there.out) == (0, run("measure", nation.tidy(0), *people).out)
    named = run("measure", nation.tidy(0), "--engine", "duckdb", *people)
    assert (named.code, named.out) == (0, there.out)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ([], "give a PATH, or --tables"),
        (["PATH", "--engine", "duckdb", "--tables", "main"], "give a PATH, or --tables"),
        (["PATH", "--connection", "x"], "say with --engine"),
        (["--tables", "main"], "say with --engine"),
        (["PATH", "--engine", "oracle"], "the engines are duckdb, postgres, spark"),
        (["--engine", "duckdb", "--tables", "main"], "give the file of DuckDB"),
        (["--engine", "postgres", "--tables", "a.b"], "give the schema alone"),
        (["--engine", "spark", "--tables", "a.b.c"], "is not the name of a schema"),
        (["--engine", "spark", "--tables", "a;b"], "is not the name of a schema"),
        (["--engine", "duckdb", "--tables", "main", "--connection", "none"], "cannot be opened as a DuckDB"),
        (["--engine", "duckdb", "--tables", "other", "--connection", "KEPT"], "no table other.manifest"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_said(
    kept: Path, nation: Nation, run: Run, asked: list[str], words: str
) -> None:
    given = {"PATH": nation.tidy(0), "KEPT": kept}
    ran = run("measure", *(given.get(each, each) for each in asked))
    assert ran.code == 2
    assert words in " ".join(ran.err.split())


def test_an_address_is_never_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise psycopg.OperationalError("connection to secret@host failed")

    monkeypatch.setattr(psycopg, "connect", refused)
    monkeypatch.setenv("WMT_ENGINE_CONNECTION", "postgresql://secret@host/x")
    ran = run("measure", "--engine", "postgres", "--tables", "extract")
    assert (ran.code, "secret" in ran.err + ran.out) == (2, False)
    assert "PostgreSQL cannot be reached" in ran.err
