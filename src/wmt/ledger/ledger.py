"""A night's ledger: its facts and one set of rules in an engine, ready to be asked."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

import ibis
import polars as pl

from wmt.facts import SCHEMAS, Facts, table_of
from wmt.ledger.cells import CELL, all_cells
from wmt.ledger.engine import DuckDBEngine, Engine, in_process, shaped, sql_text, unbound
from wmt.ledger.enums import LEVELS, STREAMS
from wmt.ledger.lines import LINE, all_lines
from wmt.ledger.prices import PRICE_SCHEMAS, TRAINEE_DAY, price, trainee_days
from wmt.ledger.streams import post_streams
from wmt.ledger.totals import TOTAL, all_levels, per_post
from wmt.rules import RuleSet

#: Lines as people and files get them: the post's codes in front instead of its number.
NAMED_LINE = table_of({"team_code": pl.String, "staff_code": pl.String, **LINE})

#: Lines with the codes of their post and of every unit above it, and the stream of their post.
PLACED_LINE = table_of({**LINE, **{f"{level}_code": pl.String for level in LEVELS}, "post_stream": pl.String})

_UNIT_ORDER = (
    pl.col("level").replace_strict({level: number for number, level in enumerate(LEVELS)}),
    "code",
    "region_code",
    "pdu_code",
    pl.col("stream").replace_strict({stream: number for number, stream in enumerate(STREAMS)}, default=None),
)

_LINE_ORDER = (
    "post_no", "side", "kind", "stream", "location", "tier", "suspended", "status", "ref",
    "rule", "each_x100", "points_x100", "quantity_micro",
)  # fmt: skip


class Ledger:
    """Lines and sums of one night under one set of rules.

    The facts go into the engine once; `reprice` swaps the rules and leaves the facts where they are.
    `former` holds the lines of posts that keep the figures of an earlier night (columns `NAMED_LINE`).
    `day` is the day reductions are judged on, where it is not that of the night.
    Two ledgers may share an engine when their prefixes differ.
    """

    def __init__(
        self,
        facts: Facts,
        rules: RuleSet,
        *,
        engine: Engine | None = None,
        prefix: str = "",
        former: pl.DataFrame | None = None,
        day: date | None = None,
    ) -> None:
        self.facts = facts
        self.day = day or facts.day
        tables = facts.tables()
        self.engine = engine or in_process(sum(frame.height for frame in tables.values()))
        self._prefix = prefix
        self._priced: dict[str, pl.DataFrame] = {}
        self._has_former = former is not None and not former.is_empty()
        for name, frame in tables.items():
            self.engine.put(prefix + name, frame)
        if former is not None and self._has_former:
            # former lines under this night's post numbers
            codes = self.facts.post.select("post_no", "team_code", "staff_code")
            self.engine.put(
                prefix + "former_line",
                former.drop("post_no").join(codes, on=["team_code", "staff_code"]).select(LINE.names()),
            )
        self.reprice(rules)

    def reprice(self, rules: RuleSet) -> None:
        """Put other rules under the same facts. Raises LedgerError as `prices.price` does."""
        self.rules = rules
        self._has_lines = False
        prices = price(rules, self.facts.tier_scheme, self.day)
        self._weighs = prices.weighs
        trainees = trainee_days(self.facts.reduction, rules, self.facts.day)
        for name, frame in {**prices.tables, "trainee_day": trainees}.items():
            # most rule sets differ in one table only, and an engine plans anew for every table it is given
            if name not in self._priced or not self._priced[name].equals(frame):
                self.engine.put(self._prefix + name, frame)
                self._priced[name] = frame

    def name_of(self, table: str) -> str:
        """The name that a table of facts or prices has in the engine."""
        return self._prefix + table

    def totals(self, levels: Sequence[str] = LEVELS, *, together: bool = False) -> pl.DataFrame:
        """Totals of the levels asked for: columns `TOTAL`, sorted by level (post first), code and stream.

        Every unit above posts has a row for each stream it has posts of, and always one of the headline.
        `together` adds the streams, as nights that were kept before there were streams have it.
        """
        sql = _totals_sql(self.engine.dialect, tuple(levels), together, self._prefix, self._store_lines())
        return shaped(self.engine.run(sql), TOTAL).sort(*_UNIT_ORDER)

    def totals_by_grade(self, levels: Sequence[str] = LEVELS[1:]) -> pl.DataFrame:
        """Totals of units for the posts of one grade at a time: columns `TOTAL`, sorted as `totals`."""
        sql = _by_grade_sql(self.engine.dialect, tuple(levels), self._prefix, self._store_lines())
        return shaped(self.engine.run(sql), TOTAL).sort(*_UNIT_ORDER, "grade")

    def cells(self, levels: Sequence[str] = LEVELS[1:]) -> pl.DataFrame:
        """The lines of units summed by what priced them and by grade: columns `CELL`, sorted by them."""
        sql = _cells_sql(self.engine.dialect, tuple(levels), self._prefix, self._store_lines())
        return shaped(self.engine.run(sql), CELL).sort(CELL.names(), nulls_last=False)

    def _store_lines(self) -> str:
        """Keep all lines in the engine, once for all that is asked of them; the table's name."""
        name = self._prefix + "line"
        if not self._has_lines:
            self.engine.store(name, _lines_sql(self.engine.dialect, *self._variant()))
            self._has_lines = True
        return name

    def lines(self, post_nos: Sequence[int] | None = None) -> pl.DataFrame:
        """The lines of all posts, or of some: columns `NAMED_LINE`, in one stated order."""
        if post_nos is None:
            sql = _stored_sql(self.engine.dialect, self._store_lines())
        else:
            sql = _lines_sql(self.engine.dialect, *self._variant())
            wanted = ", ".join(str(int(post_no)) for post_no in post_nos) or "NULL"
            sql = f"SELECT * FROM ({sql}) AS found WHERE post_no IN ({wanted})"
        lines = shaped(self.engine.run(sql), LINE).sort(_LINE_ORDER, nulls_last=False)
        codes = self.facts.post.select("post_no", "team_code", "staff_code")
        return lines.join(codes, on="post_no", how="left", maintain_order="left").select(NAMED_LINE.names())

    def alike(self, keys: Sequence[str]) -> pl.DataFrame:
        """Lines of a post that are alike in `keys` (columns of `LINE`), summed, in no order.

        Columns post_no, the keys, quantity_micro, points_x100.
        """
        sql = _alike_sql(self.engine.dialect, self._store_lines(), tuple(keys))
        shape = pl.Schema({name: LINE[name] for name in ("post_no", *keys, *_SUMMED)})
        return shaped(self.engine.run(sql), shape)

    def places(self) -> pl.DataFrame:
        """Every post with its code, those of the units above it, and its stream, in no order: columns post_no
        and those of `PLACED_LINE` that say where a line is."""
        sql = _streams_sql(self.engine.dialect, self._prefix, self._store_lines())
        streams = shaped(self.engine.run(sql), table_of({"post_no": pl.Int64, "post_stream": pl.String}))
        team = self.facts.team.select("team_no", "pdu_code", "region_code")
        post_code = pl.concat_str("team_code", pl.lit(":"), "staff_code")
        post = self.facts.post.select("post_no", "team_no", "team_code", post_code=post_code)
        found = post.join(team, on="team_no").join(streams, on="post_no").drop("team_no")
        return found.with_columns(nation_code=pl.lit("nation"))

    def store_placed_lines(self) -> str:
        """Keep all lines with the codes of their units in the engine (`PLACED_LINE`); the table's name."""
        name, lines = self._prefix + "placed_line", self._store_lines()
        self.engine.store(name, _placed_sql(self.engine.dialect, self._prefix, lines))
        return name

    def _variant(self) -> tuple[str, bool, tuple[str, ...]]:
        return self._prefix, self._has_former, self._weighs


def warm_up() -> None:
    """Make the SQL of lines and totals now, so that the first ledger need not wait for it.

    For another thread while an extract is being read. Does nothing the second time.
    """
    _lines_sql(DuckDBEngine.dialect, "", False, ())
    _totals_sql(DuckDBEngine.dialect, LEVELS, False, "", "line")


# Ibis takes tenths of a second to turn these expressions into SQL. The text depends on nothing but the
# names of the tables, so each is made once in the life of a process.


@cache
def _tables(prefix: str, has_former: bool) -> dict[str, Any]:
    schemas = {
        **SCHEMAS,
        **PRICE_SCHEMAS,
        "trainee_day": TRAINEE_DAY,
        **({"former_line": LINE} if has_former else {}),
    }
    return {name: unbound(prefix + name, schema) for name, schema in schemas.items()}


@cache
def _lines(prefix: str, has_former: bool, weighs: tuple[str, ...]) -> Any:
    return all_lines(_tables(prefix, has_former), weighs=weighs)


@cache
def _lines_sql(dialect: str, *variant: Any) -> str:
    return sql_text(_lines(*variant), dialect)


@cache
def _stored_sql(dialect: str, line: str) -> str:
    return sql_text(unbound(line, LINE), dialect)


@cache
def _totals_sql(dialect: str, levels: tuple[str, ...], together: bool, prefix: str, line: str) -> str:
    tables = _tables(prefix, False)
    posts = per_post(unbound(line, LINE), tables)
    return sql_text(all_levels(posts, tables, levels, together=together), dialect)


@cache
def _by_grade_sql(dialect: str, levels: tuple[str, ...], prefix: str, line: str) -> str:
    tables = _tables(prefix, False)
    posts = per_post(unbound(line, LINE), tables)
    return sql_text(all_levels(posts, tables, levels, by_grade=True), dialect)


@cache
def _cells_sql(dialect: str, levels: tuple[str, ...], prefix: str, line: str) -> str:
    return sql_text(all_cells(unbound(line, LINE), _tables(prefix, False), levels), dialect)


#: What of lines alike is summed.
_SUMMED = ("quantity_micro", "points_x100")


@cache
def _alike_sql(dialect: str, name: str, keys: tuple[str, ...]) -> str:
    lines = unbound(name, LINE)
    alike = lines.group_by(["post_no", *keys])
    sums = {name: lines[name].sum().cast("int64") for name in _SUMMED}
    return sql_text(alike.aggregate(**sums), dialect)


@cache
def _streams_sql(dialect: str, prefix: str, line: str) -> str:
    return sql_text(post_streams(unbound(line, LINE), _tables(prefix, False)), dialect)


@cache
def _placed_sql(dialect: str, prefix: str, line: str) -> str:
    tables, lines = _tables(prefix, False), unbound(line, LINE)
    post = tables["post"].select("post_no", "team_no", "team_code", "staff_code")
    team = tables["team"].select("team_no", "pdu_code", "region_code")
    found = lines.inner_join(post, "post_no").inner_join(team, "team_no")
    found = found.inner_join(post_streams(lines, tables), "post_no")
    post_code = found.team_code + ":" + found.staff_code
    placed = found.mutate(post_code=post_code, nation_code=ibis.literal("nation"))
    return sql_text(placed.select(*PLACED_LINE), dialect)
