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
from wmt.ledger.enums import HEADLINE, STREAMS
from wmt.ledger.ledger import PLACED_LINE, Ledger
from wmt.ledger.line_matching import KINDS, MOVED
from wmt.ledger.moves import HELD, HELD_SIDES, MOVE, SIDES, changes_sql, moves_sql, prepare
from wmt.ledger.serialise import present_comparison

#: Changes per unit, stream and cause, in hundredths of points; `lines` is how many moves a cause has.
CHANGE = table_of(
    {
        "code": pl.String,
        "stream": pl.String,  # null of posts, which have one row whatever their stream
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
        engine.store(_CROSSING, _crossing_sql(engine.dialect, *self._tables[:2]))

    def changes(self, level: str) -> pl.DataFrame:
        """The causes of every unit of a level: columns `CHANGE`, sorted; none without effect."""
        self._at(level, None)
        found = self._engine.run(changes_sql(self._engine.dialect, self._prefix, self._same_rules))
        return shaped(_parted(found, level), CHANGE).sort("code", "stream", "cause")

    def moves(self, level: str, code: str, stream: str = HEADLINE) -> pl.DataFrame:
        """The moves of one unit in one stream: columns `MOVE`, in one stated order."""
        self._at(level, _together(level, code, stream))
        found = self._engine.run(moves_sql(self._engine.dialect, self._prefix, self._same_rules))
        return shaped(_parted(found, level), MOVE).sort(MOVE.names(), nulls_last=False)

    def moments(self, level: str, code: str, stream: str = HEADLINE) -> list[tuple[int, int]]:
        """Points and available points of one unit in one stream before and after, in hundredths."""
        self._at(level, _together(level, code, stream))
        found = self._engine.run(_moments_sql(self._engine.dialect))
        sums = {row["moment"]: (int(row["points"]), int(row["available"])) for row in found.to_dicts()}
        return [sums.get(moment, (0, 0)) for moment in (0, 1)]

    def _at(self, level: str, code: str | None) -> None:
        if code is not None and code != self._asked:
            self._engine.put(_ASKED, pl.DataFrame({"asked": [code]}))
            self._asked = code
        for side, name in zip(SIDES, self._tables, strict=True):
            sql = at_level_sql(self._engine.dialect, name, level, code is not None)
            self._engine.view(side, sql)


_ASKED = "compared_unit"
#: Posts that are in another stream after than before.
_CROSSING = "compared_crossing"
_APART = "|"


def _together(level: str, code: str, stream: str) -> str:
    """A unit and a stream as lines have them in their `code`: a post is compared whole."""
    return code if level == "post" else f"{code}{_APART}{stream}"


def _parted(found: pl.DataFrame, level: str) -> pl.DataFrame:
    """The code of a unit and its stream apart again."""
    if level == "post":
        return found.with_columns(stream=pl.lit(None, pl.String))
    code = pl.col("code").cast(pl.String)
    return found.with_columns(
        code=code.str.extract(r"(?s)^(.*)\|", 1), stream=code.str.extract(r"\|(\w+)$", 1)
    )


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
    """Placed lines with the code of their unit at a level and its stream; of one where one is asked for.

    Those of a post that changes its stream are told as one thing, but in the figures of the post itself.
    """
    lines = unbound(name, PLACED_LINE)
    if level == "post":
        lines = lines.mutate(code=lines.post_code)
    else:
        lines = lines.mutate(code=lines[f"{level}_code"] + _APART + lines.post_stream)
        # those of posts that change their stream without what tells one from another
        crossing = unbound(_CROSSING, table_of({"crossing_post": pl.String}))
        lines = lines.left_join(crossing, lines.post_code == crossing.crossing_post)
        is_one = lines.crossing_post.notnull() & lines.kind.isin(KINDS)
        blank = ("ref", "location", "tier", "stream", "status", "rule", "rule_from")
        lines = lines.mutate(
            kind=ibis.ifelse(is_one, MOVED, lines.kind),
            quantity_micro=ibis.ifelse(is_one, 0, lines.quantity_micro).cast("int64"),
            suspended=ibis.ifelse(is_one, ibis.null("int64"), lines.suspended),
            **{each: ibis.ifelse(is_one, ibis.null("string"), lines[each]) for each in blank},
        )
        lines = lines.select(*PLACED_LINE, "code")
    if one:
        asked = unbound(_ASKED, table_of({"asked": pl.String}))
        lines = lines.semi_join(asked, lines.code == asked.asked)
    return sql_text(lines, dialect)


@cache
def _crossing_sql(dialect: str, old: str, new: str) -> str:
    before, after = (unbound(name, PLACED_LINE).select("post_code", "post_stream") for name in (old, new))
    after = after.distinct().rename(later_post="post_code", later_stream="post_stream")
    before = before.distinct()
    met = before.inner_join(after, before.post_code == after.later_post)
    crossing = met.filter(met.post_stream != met.later_stream)
    return sql_text(crossing.select(crossing_post="post_code"), dialect)


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
    """Rows of `present_comparison` for every unit and stream of the levels that stands in either ledger.

    `between` is the facts of `after` under the rules of `before`; not needed when the rules are the same.
    """
    starts, ends = (
        {
            (row["level"], row["code"], None if row["level"] == "post" else row["stream"]): row
            for row in ledger.totals(levels).iter_rows(named=True)
        }
        for ledger in (before, after)
    )
    rows = []
    found = changes(before, between or after, after, levels)
    for level, moved in zip(levels, found, strict=True):
        causes: dict[_Key, list[dict[str, Any]]] = {}
        for change in moved.to_dicts():
            causes.setdefault((level, change["code"], change["stream"]), []).append(change)
        keys = sorted(
            (key for key in {*starts, *ends} if key[0] == level),
            key=lambda key: (key[1], STREAMS.index(key[2]) if key[2] else 0),
        )
        rows += [
            present_comparison(key[1], starts.get(key), ends.get(key), causes.get(key, [])) for key in keys
        ]
    return rows


#: Level, code and stream; a post has one row, whatever its stream.
_Key = tuple[str, str, str | None]
