"""Tidy tables that are read where they are kept give what the same tables give from a folder."""

import copy
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from intake_tidy import AS_AT, ASH, OAK, TWO, Tidy, case, contact, flag, ordinary_tidy, staff, team

from how_many import examples
from wmt import rules
from wmt.facts import TIERS, kinds
from wmt.intake import Import, read
from wmt.intake.tidy_in_place import WANTED
from wmt.ledger import Ledger
from wmt.ledger.connections import connected
from wmt.ledger.tables_in_place import TablesInPlace

DAY = date(2024, 6, 14)
#: Rules by which every flag that can weigh does.
WEIGHED = rules.load().at(
    DAY,
    [
        rules.Overlay(
            "weights",
            "test",
            (
                ("case_weighting.unpaid_work", DAY, 50),
                ("case_weighting.iom", DAY, 150),
                ("case_weighting.warrant", DAY, 50),
            ),
        )
    ],
)
MANIFEST = f"SELECT '{AS_AT}' AS as_at, 'pc16' AS tier_scheme, '{{}}' AS case_list"


@contextmanager
def kept(tidy: Tidy, folder: Path) -> Iterator[TablesInPlace]:
    """The tables in a file of DuckDB."""
    written, file = tidy.write(folder / "tidy", "parquet"), folder / "tables.duckdb"
    with duckdb.connect(str(file)) as made:
        for path in written.glob("*.parquet"):
            made.execute(f"CREATE TABLE \"{path.stem}\" AS SELECT * FROM '{path}'")
        made.execute(f"CREATE VIEW manifest AS {MANIFEST.format(tidy.case_list)}")
    with connected("duckdb", str(file)) as engine:
        yield TablesInPlace(engine, "main", WANTED)


def told(taken: Import) -> Counter[Any]:
    """What was found wrong, but for the words: rows of a database have no numbers."""
    return Counter((each.severity, each.code, each.sheet, each.column) for each in taken.faults)


def caseload(taken: Import) -> dict[Any, int]:
    """Cases by post and kind."""
    assert taken.facts is not None
    by = taken.facts.caseload.group_by("post_no", "kind_no").agg(pl.col("cases").sum())
    return {(post, kind): cases for post, kind, cases in by.iter_rows()}


def agrees(there: Import, here: Import) -> None:
    """The same faults, the same facts but for the names of cases, and the same figures."""
    assert (there.accepted, told(there)) == (here.accepted, told(here))
    assert there.sheets == here.sheets
    if there.facts is None or here.facts is None:
        return
    assert caseload(there) == caseload(here)
    for name in ("team", "post", "report", "contact", "measure"):
        assert there.facts.table(name).equals(here.facts.table(name)), name
    figures = [Ledger(taken.facts, WEIGHED).totals() for taken in (there, here) if taken.facts]
    assert figures[0].equals(figures[1])


CRNS = st.sampled_from(
    [*(f"X10000{n}" for n in range(9)), "x100001", "X 100002", " X100003", "REF-7", "", "Ä1"]
)
POSTS = st.sampled_from([ASH, OAK, TWO])


@st.composite
def a_case(draw: Any) -> dict[str, Any]:
    made = case(
        draw(CRNS),
        draw(POSTS),
        draw(st.sampled_from(["community", "licence", "custody", "Community", "abroad"])),
        draw(st.sampled_from([*TIERS["pc16"], "B2S", "b2", "X9", ""])),
        suspended=draw(st.sampled_from([False, False, True, None])),
        stream=draw(st.sampled_from(["standard", "standard", "t2a", "omic", None])),
        counted_active=draw(st.sampled_from([True, True, False, None])),
        first_16_weeks=draw(st.sampled_from([True, False, None])),
        event_no=draw(st.sampled_from(["1", "2", None])),
    )
    return made if draw(st.integers(0, 9)) else {**made, "staff_code": None}


#: Mostly plain rows, so that most nights are accepted, with now and then one that is not.
PLAIN = st.builds(
    lambda number, post, place, tier, active: case(
        f"Y{number:06}", post, place, tier, counted_active=active, first_16_weeks=False
    ),
    st.integers(0, 999_999),
    POSTS,
    st.sampled_from(["community", "licence", "custody"]),
    st.sampled_from(TIERS["pc16"]),
    st.booleans(),
)
FLAGS = st.builds(flag, CRNS, POSTS, st.sampled_from("UIWORN"), seq=st.integers(1, 2))


def night(cases: list[Any], flags: list[Any]) -> Tidy:
    tables = {
        "team": [team("N01AAA"), team("N01BBB")],
        "staff": [staff(ASH), staff(OAK, "NPSQ"), staff(TWO)],
        "case": cases,
        "case_flag": flags,
        "contact": [contact("1", OAK, ASH)],
    }
    return Tidy({name: rows for name, rows in tables.items() if rows})


@pytest.mark.process
@settings(
    deadline=None,
    derandomize=True,
    max_examples=examples(90),
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # making a failure smaller takes longer than reading it
)
@given(
    st.lists(PLAIN, min_size=1, max_size=12, unique_by=lambda row: row["case_ref"]),
    st.lists(a_case(), max_size=3),
    st.lists(FLAGS, max_size=4),
)
def test_the_same_as_from_a_folder(plain: list[Any], odd: list[Any], flags: list[Any]) -> None:
    flagged = [{**each, "case_ref": row["case_ref"]} for each, row in zip(flags, plain, strict=False)]
    tidy = night([*plain, *odd], [*flags, *flagged])
    with tempfile.TemporaryDirectory() as made:
        with kept(tidy, Path(made)) as tables:
            there = read(tables)
        agrees(there, read([Path(made) / "tidy"]))


def test_plain_cases_are_counted_and_others_come_one_by_one(tmp_path: Path) -> None:
    """Nine cases under OMiC are one row; a flagged one has its name."""
    with kept(ordinary_tidy(), tmp_path) as tables:
        there = read(tables)
    agrees(there, read([tmp_path / "tidy"]))
    assert there.facts is not None
    rows = there.facts.caseload
    assert rows.filter(pl.col("case_ref").is_not_null())["case_ref"].to_list() == ["X100009"]
    omic = [kind.kind_no for kind in kinds("pc16") if kind.stream == "omic"]
    assert rows.filter(pl.col("kind_no").is_in(omic))["cases"].to_list() == [9]


def test_a_flag_of_a_case_that_is_not_there_weighs_on_no_other(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    tidy.tables["case_flag"].append(flag("X999999", ASH, "U"))
    with kept(tidy, tmp_path) as tables:
        agrees(read(tables), read([tmp_path / "tidy"]))


@pytest.mark.parametrize("again", ["X200000", "x200000", "X 200000"])
def test_a_case_twice_is_refused_however_it_is_written(tmp_path: Path, again: str) -> None:
    tidy = ordinary_tidy()
    tidy.tables["case"].append(case(again, TWO, "custody", "D2"))
    with kept(tidy, tmp_path) as tables:
        there = read(tables)
    agrees(there, read([tmp_path / "tidy"]))
    refused = [fault.code for fault in there.faults if fault.severity == "refuse"]
    assert set(refused) == {"DUPLICATE_KEY"}


def test_counts_are_read_where_no_case_is_named(tmp_path: Path) -> None:
    tidy = night([case("X100000", ASH, "community", "B2")], [])
    count = {"basis": "active", "location": "community", "tier": "B2", "suspended": False, "cases": 7}
    tidy.tables["caseload_count"] = [{**staff(ASH), **count}]
    tidy.tables["caseload_count"][0] = {
        name: value for name, value in tidy.tables["caseload_count"][0].items()
        if name in ("team_code", "staff_code", *count)
    }  # fmt: skip
    tidy.case_list = "none"
    with kept(tidy, tmp_path) as tables:
        agrees(read(tables), read([tmp_path / "tidy"]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tier": "X9"}, "case (X200000, standard): tier cannot be 'X9'"),
        ({"location": "abroad"}, "case (X200000, standard): location cannot be 'abroad'"),
        ({"counted_active": None}, "case (X200000, standard): counted_active is empty"),
    ],
)
def test_a_row_that_is_refused_is_named_by_its_key(tmp_path: Path, change: Any, message: str) -> None:
    tidy = copy.deepcopy(ordinary_tidy())
    next(row for row in tidy.tables["case"] if row["case_ref"] == "X200000").update(change)
    with kept(tidy, tmp_path) as tables:
        fault = next(each for each in read(tables).faults if each.severity == "refuse")
    assert fault.message.startswith(message)
    assert (fault.row, fault.posts) == (None, (tuple(OAK.split(":")),))


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        (None, "MANIFEST_MISSING"),
        ("SELECT 'x' AS as_at WHERE false", "MANIFEST_BAD"),
        ("SELECT 'soon' AS as_at, 'pc16' AS tier_scheme, 'complete' AS case_list", "MANIFEST_BAD"),
        (f"SELECT '{AS_AT}' AS as_at, 'old' AS tier_scheme, 'complete' AS case_list", "MANIFEST_BAD"),
        (f"{MANIFEST.format('complete')}, '2' AS format", "MANIFEST_FORMAT"),
    ],
)  # fmt: skip
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, manifest: str | None, code: str) -> None:
    file = tmp_path / "tables.duckdb"
    with duckdb.connect(str(file)) as made:
        made.execute("CREATE TABLE other AS SELECT 1 AS one")
        if manifest:
            made.execute(f"CREATE VIEW manifest AS {manifest}")
    with connected("duckdb", str(file)) as engine:
        taken = read(TablesInPlace(engine, "main", WANTED))
    assert [(each.severity, each.code) for each in taken.faults] == [("refuse", code)]


@pytest.mark.parametrize("name", ["postgres", "sail"])
def test_other_engines_read_the_same(tmp_path: Path, engines: Any, name: str) -> None:
    tidy = ordinary_tidy()
    with kept(tidy, tmp_path):
        here = read([tmp_path / "tidy"])
    engine = engines[name]
    given_to = _into_postgres if name == "postgres" else _into_spark
    given_to(engine, tmp_path / "tidy")
    tables = TablesInPlace(engine, "extract", WANTED)
    assert tables.names == {*tidy.tables, "manifest"}
    named, counted = tables.cases("pc16")
    assert (named["case_ref"].to_list(), counted["cases"].sum()) == (["X100009"], 24)
    agrees(read(tables), here)


def _into_postgres(engine: Any, folder: Path) -> None:
    words = {pl.Boolean: "boolean", pl.Date: "date"}
    run = engine._connection.execute
    run("CREATE SCHEMA extract")
    for path in folder.glob("*.parquet"):
        frame = pl.read_parquet(path)
        columns = ", ".join(f'"{each}" {words.get(kind, "text")}' for each, kind in frame.schema.items())
        run(f'CREATE TABLE extract."{path.stem}" ({columns})')
        marks = ", ".join(["%s"] * frame.width)
        for row in frame.iter_rows():
            run(f'INSERT INTO extract."{path.stem}" VALUES ({marks})', row)
    run(f"CREATE MATERIALIZED VIEW extract.manifest AS {MANIFEST.format('complete')}")


def _into_spark(engine: Any, folder: Path) -> None:
    run = engine._session.sql
    run("CREATE DATABASE extract")
    for path in folder.glob("*.parquet"):
        run(f"CREATE TABLE extract.`{path.stem}` USING parquet LOCATION '{path}'")
    run(f"CREATE VIEW extract.manifest AS {MANIFEST.format('complete')}")
