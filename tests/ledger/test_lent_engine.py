"""An engine for few rows waits for the next who needs one, unless it broke or there are enough."""

import duckdb
import polars as pl
import pytest

from wmt.ledger import engine

ROWS = pl.DataFrame({"a": [1, 2]})


@pytest.fixture(autouse=True)
def unused(monkeypatch: pytest.MonkeyPatch) -> list[engine.KeptEngine]:
    """Those that wait: none at the beginning."""
    monkeypatch.setattr(engine, "_unused", [])
    return engine._unused


def lend() -> engine.LentEngine:
    found = engine.in_process(engine.FEW_ROWS)
    assert isinstance(found, engine.LentEngine)
    return found


def test_it_waits_when_nobody_holds_it_and_is_the_next_ones() -> None:
    first, beside = lend(), lend()
    first.put("t", ROWS)
    assert first.run("SELECT SUM(a)::BIGINT AS s FROM t")["s"].to_list() == [3]
    assert first._kept is not beside._kept
    kept, _ = first._kept, first.view("v", "SELECT a FROM t")
    del first
    again = lend()
    assert again._kept is kept
    again.put("t", pl.DataFrame({"a": [5]}))
    again.view("v", "SELECT a FROM t")
    again.store("s", "SELECT a + 1 AS a FROM v")
    assert again.run("SELECT a FROM s")["a"].to_list() == [6]


@pytest.mark.parametrize("asked", ["SELECT a FROM t", 'SELECT "t0"."a" FROM "v" AS "t0"', "SELECT a FROM s"])
def test_tables_of_those_who_had_it_before_are_never_read(
    asked: str, unused: list[engine.KeptEngine]
) -> None:
    """Through a view of one's own neither."""
    first = lend()
    first.put("t", ROWS)
    first.view("v", "SELECT a FROM t")
    first.store("s", "SELECT a FROM v")
    assert first.run(asked)["a"].to_list() == [1, 2]
    del first
    again = lend()
    again.view("v", "SELECT a FROM t")
    with pytest.raises(RuntimeError, match="reads tables of another question: "):
        again.run(asked)
    with pytest.raises(RuntimeError, match="reads tables of another question: "):
        again.store("x", asked)
    del again
    assert unused == []


def test_a_name_that_is_stored_and_put_has_what_came_last() -> None:
    first = lend()
    first.put("t", ROWS)
    first.store("t", "SELECT 9::BIGINT AS a")
    first.put("t", ROWS)
    assert first.run("SELECT a FROM t")["a"].to_list() == [1, 2]
    first.store("t", "SELECT 9::BIGINT AS a")
    assert first.run("SELECT a FROM t")["a"].to_list() == [9]


def test_one_that_broke_off_is_not_used_again(unused: list[engine.KeptEngine]) -> None:
    lent = lend()
    with pytest.raises(duckdb.Error):
        lent.run("SELECT no FROM nowhere")
    del lent
    assert unused == []


def test_few_of_them_wait_and_none_with_very_many_queries(unused: list[engine.KeptEngine]) -> None:
    many = [lend() for _ in range(engine._MOST_UNUSED + 1)]
    del many
    assert len(unused) == engine._MOST_UNUSED
    unused.clear()
    lent = lend()
    lent._kept._prepared.update({str(number): "" for number in range(engine._MOST_QUERIES)})
    del lent
    assert unused == []


def test_a_process_that_was_forked_begins_with_none(unused: list[engine.KeptEngine]) -> None:
    lend()
    assert len(unused) == 1
    engine._leave_to_parent()
    assert engine._unused == []


def test_many_rows_have_an_engine_of_their_own() -> None:
    assert isinstance(engine.in_process(engine.FEW_ROWS + 1), engine.DuckDBEngine)


def test_a_table_that_says_the_same_is_not_put_again_but_where_it_was_replaced() -> None:
    lent = lend()
    lent.put("t", ROWS)
    lent.put("t", ROWS.clone())
    assert lent.run("SELECT COUNT(*) AS n FROM t")["n"].to_list() == [2]
    lent.store("t", "SELECT 9 AS a")
    lent.put("t", ROWS)
    assert lent.run("SELECT a FROM t ORDER BY a")["a"].to_list() == [1, 2]
    lent.put("t", ROWS.with_columns(a=pl.Series([1, None])))
    assert lent.run("SELECT COUNT(a) AS n FROM t")["n"].to_list() == [1]
