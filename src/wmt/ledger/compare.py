"""Two ledgers → why they differ: causes that add up to the change exactly.

The comparison goes over three ledgers: the facts before under the rules before (A), the facts after under
the rules before (M) and the facts after under the rules after (B). A → M is what happened, M → B is what
the rules did. Every difference of points or available points is a move (`moves`) and has one cause; what a
cause did is the sum of its moves.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import ibis
import polars as pl

from wmt.facts import table_of
from wmt.ledger.engine import Engine, shaped, sql_text, unbound
from wmt.ledger.ledger import PLACED_LINE, Ledger
from wmt.ledger.moves import HELD, HELD_SIDES, MOVE, SIDES, changes_sql, moves_sql, prepare
from wmt.ledger.present import present_comparison

#: Changes per unit and cause, in hundredths of points; `lines` is how many moves a cause has.
CHANGE = table_of(
    {
        "code": pl.String,
        "cause": pl.String,
        "points_x100": pl.Int64,
        "available_x100": pl.Int64,
        "lines": pl.Int64,
    }
)


class Comparison:
    """The lines of two moments and those between, ready to be asked why they differ."""

    def __init__(
        self,
        engine: Engine,
        tables: Sequence[str],
        *,
        prefix: str,
        held: tuple[pl.DataFrame, pl.DataFrame] | None = None,
    ) -> None:
        """`tables` are the names that tables of `PLACED_LINE` have in the engine: the lines before, the lines
        after under the rules before and, where the rules differ, those under the rules after. The prices of
        the rules before stand under `prefix`.

        `held` is who holds which case before and after (columns `moves.HELD`), wherever in the nation; not
        needed where the lines are those of the whole nation.
        """
        self._engine, self._prefix = engine, prefix
        self._same_rules = len(tables) == 2
        self._tables = (*tables, tables[-1])[:3]
        self._asked: str | None = None
        prepare(engine)
        for number, name in enumerate(HELD_SIDES):
            given = f"{name}_given"
            if held is not None:
                engine.put(given, held[number])
            engine.view(name, _held_sql(engine.dialect, tables[number], given if held else None))

    def changes(self, level: str) -> pl.DataFrame:
        """The causes of every unit of a level: columns `CHANGE`, sorted; none without effect."""
        self._at(level, None)
        found = self._engine.run(changes_sql(self._engine.dialect, self._prefix, self._same_rules))
        return shaped(found, CHANGE).sort("code", "cause")

    def moves(self, level: str, code: str) -> pl.DataFrame:
        """The moves of one unit: columns `MOVE`, in one stated order."""
        self._at(level, code)
        found = self._engine.run(moves_sql(self._engine.dialect, self._prefix, self._same_rules))
        return shaped(found, MOVE).sort(MOVE.names(), nulls_last=False)

    def moments(self, level: str, code: str) -> list[tuple[int, int]]:
        """Points and available points of one unit before and after, in hundredths."""
        self._at(level, code)
        found = self._engine.run(_moments_sql(self._engine.dialect))
        sums = {row["moment"]: (int(row["points"]), int(row["available"])) for row in found.to_dicts()}
        return [sums.get(moment, (0, 0)) for moment in (0, 1)]

    def _at(self, level: str, code: str | None) -> None:
        """Look at all units of a level, or at one."""
        if code is not None and code != self._asked:
            self._engine.put(_ASKED, pl.DataFrame({"asked": [code]}))
            self._asked = code
        for side, name in zip(SIDES, self._tables, strict=True):
            sql = at_level_sql(self._engine.dialect, name, level, code is not None)
            self._engine.view(side, sql)


_ASKED = "compared_unit"


def changes(before: Ledger, between: Ledger, after: Ledger, levels: Sequence[str]) -> Iterator[pl.DataFrame]:
    """The causes of every unit's change, a table (columns `CHANGE`, sorted) for each level.

    `between` is the facts of `after` under the rules of `before`; it may be `after` itself when the rules are
    the same. All three must live in one engine. Causes without any effect are left out.
    """
    ledgers = [before, after] if between is after else [before, between, after]
    tables = [ledger.store_placed_lines() for ledger in ledgers]
    comparison = Comparison(after.engine, tables, prefix=before.name_of(""))
    return (comparison.changes(level) for level in levels)


@cache
def at_level_sql(dialect: str, name: str, level: str, one: bool) -> str:
    """Placed lines with the code of their unit at a level; of one unit only where one is asked for."""
    lines = unbound(name, PLACED_LINE)
    lines = lines.mutate(code=lines[f"{level}_code"])
    if one:
        asked = unbound(_ASKED, table_of({"asked": pl.String}))
        lines = lines.semi_join(asked, lines.code == asked.asked)
    return sql_text(lines, dialect)


@cache
def _held_sql(dialect: str, name: str, given: str | None) -> str:
    if given is not None:
        return sql_text(unbound(given, HELD), dialect)
    lines = unbound(name, PLACED_LINE)
    listed = lines.filter((lines.kind == "case") & lines.ref.notnull())
    return sql_text(listed.select("ref", "post_code"), dialect)


@cache
def _moments_sql(dialect: str) -> str:
    schema = table_of({**PLACED_LINE, "code": pl.String})
    sides = []
    for moment, side in enumerate((SIDES[0], SIDES[2])):
        lines = unbound(side, schema)
        sides.append(
            lines.aggregate(
                points=ibis.ifelse(lines.side == "work", lines.points_x100, 0)
                .sum()
                .fill_null(0)
                .cast("int64"),
                available=ibis.ifelse(lines.side == "time", lines.points_x100, 0)
                .sum()
                .fill_null(0)
                .cast("int64"),
            ).mutate(moment=ibis.literal(moment, type="int64"))
        )
    return sql_text(ibis.union(*sides, distinct=False), dialect)


def compare(
    before: Ledger, after: Ledger, levels: Sequence[str], between: Ledger | None = None
) -> list[dict[str, Any]]:
    """Rows of `present_comparison` for every unit of the levels that stands in either ledger.

    `between` is the facts of `after` under the rules of `before`; not needed when the rules are the same.
    """
    starts, ends = (_by_unit(ledger.totals(levels, together=True)) for ledger in (before, after))
    rows = []
    found = changes(before, between or after, after, levels)
    for level, moved in zip(levels, found, strict=True):
        causes: dict[str, list[dict[str, Any]]] = {}
        for change in moved.to_dicts():
            causes.setdefault(change["code"], []).append(change)
        codes = sorted({code for at, code in (*starts, *ends) if at == level})
        rows += [
            present_comparison(code, starts.get((level, code)), ends.get((level, code)), causes.get(code, []))
            for code in codes
        ]
    return rows


def _by_unit(totals: pl.DataFrame) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["level"], row["code"]): row for row in totals.iter_rows(named=True)}
