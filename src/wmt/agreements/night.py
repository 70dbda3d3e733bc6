"""The posts and units of a night as packs read them: the sums and lines of its ledger, nothing more."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from wmt import ledger
from wmt.agreements.measured import MeasuredUnit
from wmt.facts import NOT_KNOWN

#: How long the units of a level have been over the threshold, by code; None where nobody can say.
DaysOver = Callable[[str], Mapping[str, int] | None]
#: Figures that people counted, by the code of their unit and their name.
Collected = Mapping[str, Mapping[str, Sequence[Fraction]]]


def units_of(
    made: ledger.Ledger,
    levels: Sequence[str],
    *,
    days_over: DaysOver = lambda _: None,
    collected: Collected | None = None,
) -> Iterator[MeasuredUnit]:
    """Every post or unit of some levels, in each stream it has posts of; none for work that has no place."""
    totals = made.totals(levels)
    cells = _cells(made, totals, [level for level in levels if level != "post"], "post" in levels)
    runs = {level: days_over(level) for level in levels}
    for total in totals.iter_rows(named=True):
        if NOT_KNOWN in (total["code"], total["team_code"]):
            continue
        level, code, run = total["level"], total["code"], runs[total["level"]]
        yield MeasuredUnit(
            total,
            cells.get((level, code, total["stream"]), []),
            made.rules,
            made.facts.tier_scheme,
            made.day,
            None if run is None else run.get(code, 0),
            (collected or {}).get(code, {}),
        )


def _cells(
    made: ledger.Ledger, totals: pl.DataFrame, levels: Sequence[str], posts: bool
) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    """Lines summed by what priced them and by grade, by level, code and stream."""
    frames = []
    if levels:
        frames.append(made.cells(levels).drop("lines"))
    if posts:
        frames.append(_post_cells(made, totals))
    found = defaultdict(list)
    for frame in frames:
        for cell in frame.iter_rows(named=True):
            found[cell["level"], cell["code"], cell["post_stream"]].append(cell)
    return found


def _post_cells(made: ledger.Ledger, totals: pl.DataFrame) -> pl.DataFrame:
    of_posts = totals.filter(pl.col("level") == "post").select(
        "level", "code", "grade", post_stream=pl.col("stream")
    )
    lines = made.lines().with_columns(code=pl.concat_str("team_code", pl.lit(":"), "staff_code"))
    summed = lines.group_by("code", *ledger.PRICING).agg(pl.col(name).sum() for name in ledger.AMOUNTS)
    return summed.join(of_posts, on="code")
