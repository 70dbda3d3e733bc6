"""The responsive figure of a unit on a day in the past: the lines of its night, at the levels of then."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from wmt.facts import Facts
from wmt.ledger import PRICING, LedgerError
from wmt.ledger.explain_change import Side
from wmt.ledger.level_prices import difference_x100, level_prices
from wmt.nights.folder import Night
from wmt.nights.unit_slice import sides_of
from wmt.site.priorities import levels
from wmt.site.priorities.models import PriorityLevel
from wmt.site.workload.models import Unit

_KEYS = ("pdu_code", *PRICING)


def not_green_in(unit: Unit, day: date, facts: Facts | None = None) -> dict[str, PriorityLevel]:
    """The PDUs at amber or red on a day, as it was known then, of a unit: its own, or those in it by the
    teams of a night."""
    found = levels.not_green_on(day)
    if pdu := levels.pdu_of(unit):
        return {code: row for code, row in found.items() if code == pdu}
    if not found or unit.level == "nation" or facts is None:
        return dict(found)
    here = set(facts.team.filter(pl.col("region_code") == unit.code)["pdu_code"])
    return {code: row for code, row in found.items() if code in here}


def difference_on(unit: Unit, night: Night, not_green: Mapping[str, PriorityLevel]) -> int | None:
    """By how many hundredths of a point the responsive figure of a unit differed from business as usual.

    None where the rules of then have no prices of a level. Raises NightError where a table is damaged.
    """
    if not not_green:
        return 0
    side, _ = sides_of(night, night, unit.level, unit.code)
    return of_side(unit, side, not_green)


def of_side(unit: Unit, side: Side, not_green: Mapping[str, PriorityLevel]) -> int | None:
    """The same of the lines of one moment; None where the rules of then have no such prices."""
    lines = side.placed().filter(
        pl.col(f"{unit.level}_code") == unit.code,
        pl.col("side") == "work",
        pl.col("pdu_code").is_in(list(not_green)),
    )
    if unit.level != "post":
        lines = lines.filter(pl.col("post_stream") == unit.stream)
    names = [name for name in _KEYS if name in lines.columns]
    rows = lines.group_by(names, maintain_order=True).agg(pl.col("quantity_micro").sum())
    found = 0
    for row in rows.iter_rows(named=True):
        level = not_green[row["pdu_code"]].level
        try:
            prices = level_prices(side.rules, level, side.facts.tier_scheme, side.day or side.facts.day)
        except LedgerError:
            return None
        found += difference_x100([(prices.difference_x100(row), row["quantity_micro"])])
    return found
