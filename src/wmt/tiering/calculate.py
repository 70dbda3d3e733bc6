"""Tiers of many cases at once, by either scheme: the one calculation that everything else explains."""

from collections.abc import Callable

import polars as pl

from wmt.tiering.ag import ag_tiers
from wmt.tiering.rulebook import AG, V2, Rulebook, TieringError, check_scheme, rulebooks, why_too_early
from wmt.tiering.tables import TierInput
from wmt.tiering.v2 import v2_tiers

_CALCULATE: dict[str, Callable[[TierInput, Rulebook], pl.DataFrame]] = {V2: v2_tiers, AG: ag_tiers}


def tiers_by_rules(tables: TierInput, scheme: str) -> list[tuple[Rulebook, pl.DataFrame]]:
    """The cases with tier, points or letters of every element and the facts behind them, by their rules.

    The columns are those of `v2_tiers` or `ag_tiers`. Raises TieringError where the scheme is none whose
    tiers can be worked out, or a case is as of a day before it.
    """
    check_scheme(scheme)
    days = tables.case["as_of"].unique().sort()
    if len(days) and (why := why_too_early(scheme, days[0])):
        first = tables.case.filter(pl.col("as_of") == days[0]).row(0, named=True)
        raise TieringError(
            f"case {first['crn'] or first['case_no'] + 1}: {why}; leave it out, or give a later day"
        )
    found = []
    for book, of in rulebooks(days.to_list()).items():
        cases = tables.case if len(of) == len(days) else tables.case.filter(pl.col("as_of").is_in(of))
        found.append((book, _CALCULATE[scheme](tables.of(cases), book)))
    return found


def tiers(tables: TierInput, scheme: str) -> pl.DataFrame:
    """The same in one table, in the order of the cases."""
    frames = [frame for _, frame in tiers_by_rules(tables, scheme)]
    if not frames:
        return pl.DataFrame(
            schema={"case_no": pl.Int64, "crn": pl.String, "as_of": pl.Date, "tier": pl.String}
        )
    return pl.concat(frames, how="diagonal").sort("case_no")
