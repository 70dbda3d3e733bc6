"""What can price a contact: for live changes, which need the price a contact has when it counts and when not.

The same expression as in a whole ledger, run over one contact of every code, done by a trainee and not.
"""

from datetime import date
from functools import cache
from typing import Any

import ibis
import polars as pl

from wmt.facts import SCHEMAS
from wmt.ledger.cells import PRICING
from wmt.ledger.engine import in_process, shaped, sql_text, unbound
from wmt.ledger.lines import LINE, contact_lines
from wmt.ledger.prices import CONTACT_PRICE, SCALAR, TRAINEE_DAY, contact_prices, scalars, trainee_stages
from wmt.rules import RuleSet

_TABLES = {
    "contact": SCHEMAS["contact"],
    "contact_price": CONTACT_PRICE,
    "scalar": SCALAR,
    "trainee_day": TRAINEE_DAY,
}
_UNKNOWN = "(unknown)"


def every_contact_pricing(rules: RuleSet, day: date) -> pl.DataFrame:
    """Of each code and side what prices it, counted and as a trainee's: columns `PRICING`.

    Nothing under rules that let trainees' contacts count: then no live change moves a contact.
    """
    if not trainee_stages(rules):
        return pl.DataFrame(schema={name: LINE[name] for name in PRICING})
    prices = contact_prices(rules)
    codes = [*prices["code"], _UNKNOWN]
    rows = [
        {"contact_ref": f"{n}", "code": code, "age_days": 0, "by_post_no": by, "om_post_no": 2}
        for n, code in enumerate(codes)
        for by in (0, 1)
    ]
    trainee = pl.DataFrame([(1, 0)], TRAINEE_DAY, orient="row")
    engine = in_process(len(rows))
    contact = pl.DataFrame(rows).select(
        pl.col(name).cast(dtype) if name in rows[0] else pl.lit(None, dtype).alias(name)
        for name, dtype in SCHEMAS["contact"].items()
    )
    tables = {"contact": contact, "contact_price": prices, "scalar": scalars(rules, day)}
    for name, frame in {**tables, "trainee_day": trainee}.items():
        engine.put(name, frame)
    return shaped(engine.run(_sql(engine.dialect)), LINE).select(PRICING).unique(maintain_order=True)


@cache
def _sql(dialect: str) -> str:
    tables: dict[str, Any] = {name: unbound(name, schema) for name, schema in _TABLES.items()}
    both = ibis.union(contact_lines(tables, side=1), contact_lines(tables, side=-1), distinct=False)
    return sql_text(both, dialect)
