"""The lines of some cases alone: their own and those of their flags, by the expressions of a whole ledger.

For live changes, which give a case another tier or type, and need what could price one in the figures shown.
"""

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any

import ibis
import polars as pl

from wmt.facts import SCHEMAS
from wmt.facts.kinds import kinds
from wmt.ledger.cells import PRICING
from wmt.ledger.engine import KeptEngine, in_process, shaped, sql_text, unbound
from wmt.ledger.enums import OMIC
from wmt.ledger.lines import LINE, case_lines, unpaid_only_lines, weighting_lines
from wmt.ledger.prices import PRICE, SCALAR, price
from wmt.rules import RuleSet

_TABLES = {"caseload": SCHEMAS["caseload"], "flag": SCHEMAS["flag"], "price": PRICE, "scalar": SCALAR}
_FLAGS = ("U", "I")
#: What of a case without flags its line hangs on, and what the line says of it beside that.
_KIND, _WHOSE = ["kind_no", "cases"], ["post_no", "ref"]


class CaseSide:
    """Lines of cases under the rules of a night. Prices go into the engine once; cases come and go.

    An engine is of one process and one thread.
    """

    def __init__(self, rules: RuleSet, tier_scheme: str, day: date) -> None:
        self.tier_scheme = tier_scheme
        self._engine = in_process(rows=0)
        prices = price(rules, tier_scheme, day)
        self._weighs = prices.weighs
        for name in ("price", "scalar"):
            self._engine.put(name, prices.tables[name])
        self._asked = pl.DataFrame(schema={name: SCHEMAS["caseload"][name] for name in _KIND})
        self._of_kind = pl.DataFrame(schema={**self._asked.schema, **LINE}).drop(_WHOSE)

    def lines(self, caseload: pl.DataFrame, flag: pl.DataFrame) -> pl.DataFrame:
        """The lines of cases and their flags, of tables shaped as the facts: columns `LINE`."""
        found = self._without_flags(caseload) if flag.is_empty() else self._run(caseload, flag)
        return found.sort("ref", "post_no", "kind", "points_x100")

    def _without_flags(self, caseload: pl.DataFrame) -> pl.DataFrame:
        """The same of cases without flags. Those of a kind differ in nothing else, so each kind is asked for
        once: for one case a query takes longer than all else."""
        new = caseload.select(_KIND).unique().join(self._asked, on=_KIND, how="anti")
        if not new.is_empty():
            asked = pl.concat([self._asked, new])
            rows = asked.with_row_index("post_no").with_columns(
                pl.col("post_no").cast(pl.Int64), case_ref=pl.lit("")
            )
            none = pl.DataFrame(schema=SCHEMAS["flag"])
            lines = self._run(rows.select(SCHEMAS["caseload"].names()), none).drop("ref")
            # only what was answered is kept as asked: a kind whose query failed would earn nothing for ever
            self._of_kind = lines.join(rows.select("post_no", *_KIND), on="post_no").drop("post_no")
            self._asked = asked
        found = caseload.rename({"case_ref": "ref"}).join(self._of_kind, on=_KIND)
        return found.select(LINE.names())

    def _run(self, caseload: pl.DataFrame, flag: pl.DataFrame) -> pl.DataFrame:
        self._engine.put("caseload", caseload)
        self._engine.put("flag", flag)
        sql = _sql(self._engine.dialect, None if flag.is_empty() else self._weighs)
        return shaped(self._engine.run(sql), LINE)

    def every_pricing(self, pairs: Collection[tuple[str, str]]) -> pl.DataFrame:
        """All that can price a case of these streams and statuses, whatever its type and tier: `PRICING`."""
        numbers = [
            kind.kind_no
            for kind in kinds(self.tier_scheme)
            if (kind.stream, kind.status) in pairs and kind.stream != OMIC
        ]
        rows = [(0, number, str(number), 1) for number in numbers]
        flags = [(0, str(number), flag, None, None, None) for number in numbers for flag in _FLAGS]
        caseload = pl.DataFrame(rows, SCHEMAS["caseload"], orient="row")
        found = self.lines(caseload, pl.DataFrame(flags, SCHEMAS["flag"], orient="row"))
        return found.select(PRICING).unique(maintain_order=True)


@cache
def _sql(dialect: str, weighs: tuple[str, ...] | None) -> str:
    """The query; `weighs` as `all_lines` has it, or None where there are no flags: without them cases have no
    lines but their own, and most have none."""
    tables: dict[str, Any] = {name: unbound(name, schema) for name, schema in _TABLES.items()}
    parts = [case_lines(tables)]
    if weighs is not None:
        parts += [unpaid_only_lines(tables), *(weighting_lines(tables, kind) for kind in weighs)]
    return sql_text(ibis.union(*parts, distinct=False), dialect)


def warm_up() -> None:
    """Make the SQL now, so that the first changed case need not wait for it."""
    _sql(KeptEngine.dialect, None)
    _sql(KeptEngine.dialect, ())
