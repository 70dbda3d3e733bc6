"""The time side alone: the lines of contracted hours and reductions of some posts, on any day.

The same expressions as in a whole ledger, run over a few posts: what a live change touches, what a form shows
before it is saved, what a day in the future will be.
"""

from datetime import date
from functools import cache
from typing import Any

import ibis
import polars as pl

from wmt.facts import GRADES, SCHEMAS
from wmt.facts.enums import MENTIONED, MICRO
from wmt.ledger import prices
from wmt.ledger.cells import PRICING
from wmt.ledger.engine import DuckDBEngine, Engine, in_process, shaped, sql_text, unbound
from wmt.ledger.ledger import NAMED_LINE
from wmt.ledger.lines import LINE, contracted_lines, reduction_lines
from wmt.rules import RuleSet

_TABLES = {
    "post": SCHEMAS["post"],
    "reduction": SCHEMAS["reduction"],
    "grade_price": prices.GRADE_PRICE,
    "scalar": prices.SCALAR,
}


class TimeSide:
    """Time lines under one set of rules. The rules go into the engine once; posts and days come and go.

    An engine is of one process and one thread.
    """

    def __init__(self, rules: RuleSet, *, engine: Engine | None = None) -> None:
        self.rules = rules
        self._engine = engine or in_process(rows=0)
        self._engine.put("grade_price", prices.price_time(rules))
        self._day: date | None = None

    def lines(self, post: pl.DataFrame, reduction: pl.DataFrame, day: date) -> pl.DataFrame:
        """Their lines on a day, of tables shaped as the facts: columns `NAMED_LINE`, by post, hours first.

        Posts without fresh facts have none, as in a whole ledger.
        """
        if day != self._day:
            self._engine.put("scalar", prices.scalars(self.rules, day))
            self._day = day
        self._engine.put("post", post)
        self._engine.put("reduction", reduction)
        found = shaped(self._engine.run(_sql(self._engine.dialect)), LINE)
        codes = post.select("post_no", "team_code", "staff_code")
        named = found.sort("post_no", "kind", "ref").join(codes, on="post_no", maintain_order="left")
        return named.select(NAMED_LINE.names())

    def every_pricing(self, day: date) -> pl.DataFrame:
        """All that can price a time line: of each grade hours entered, assumed and none, cut or not."""
        rows = [
            (number, grade, hours, micro)
            for number, (grade, hours, micro) in enumerate(
                (grade, hours, micro)
                for grade in GRADES
                for hours, micro in (
                    (None, None),
                    (0, None),
                    (MICRO, None),
                    (MICRO, MICRO),
                    (MICRO, 2 * MICRO),
                )
            )
        ]
        post = pl.DataFrame(
            [
                (
                    number,
                    0,
                    "T",
                    str(number),
                    None,
                    None,
                    grade,
                    hours,
                    None if hours is None else "entered" if hours else MENTIONED,
                    0,
                    None,
                    0,
                )
                for number, grade, hours, _ in rows
            ],
            SCHEMAS["post"],
            orient="row",
        )
        reduction = pl.DataFrame(
            [(number, "R", "1", micro, None, day, day) for number, _, _, micro in rows if micro],
            SCHEMAS["reduction"],
            orient="row",
        )
        return self.lines(post, reduction, day).select(PRICING).unique(maintain_order=True)


@cache
def _sql(dialect: str) -> str:
    tables: dict[str, Any] = {name: unbound(name, schema) for name, schema in _TABLES.items()}
    both = ibis.union(contracted_lines(tables), reduction_lines(tables), distinct=False)
    return sql_text(both, dialect)


def warm_up() -> None:
    """Make the SQL now, so that the first change need not wait for it: takes tenths of a second, once."""
    _sql(DuckDBEngine.dialect)
