"""Lines → cells: the lines of a unit that one rule priced alike, of one grade, summed.

A region has tens of thousands of lines and a few hundred cells; a cell opens into the lines it sums.
"""

from typing import Any

import ibis
import polars as pl

from wmt.facts import table_of
from wmt.ledger.lines import LINE
from wmt.ledger.streams import post_streams

Table = Any  # an Ibis table expression

#: What lines are summed by: all of a line but its post, its reference and its amounts.
PRICING = (
    "side", "kind", "location", "tier", "suspended", "stream", "status", "component",
    "each_x100", "counted", "reason", "rule", "rule_from",
)  # fmt: skip
AMOUNTS = ("quantity_micro", "points_x100", "beside_x100", "active_cases", "listed_cases")

CELL = table_of(
    {
        "level": pl.String,
        "code": pl.String,
        "post_stream": pl.String,  # that of the posts; `stream` is that of the cases
        "grade": pl.String,
        **{name: LINE[name] for name in PRICING},
        "lines": pl.Int64,
        **dict.fromkeys(AMOUNTS, pl.Int64),
    }
)


def all_cells(lines: Table, tables: dict[str, Table], levels: tuple[str, ...]) -> Table:
    """The cells of several levels in one expression, in no order. Columns follow `CELL`."""
    posts = tables["post"].select("post_no", "team_no", "team_code", "staff_code", "grade")
    posts = posts.inner_join(tables["team"].select("team_no", "pdu_code", "region_code"), "team_no")
    placed = lines.inner_join(posts, "post_no").inner_join(post_streams(lines, tables), "post_no")
    placed = placed.mutate(
        post_code=placed.team_code + ":" + placed.staff_code, nation_code=ibis.literal("nation")
    )
    cells = []
    for level in levels:
        summed = placed.group_by([f"{level}_code", "post_stream", "grade", *PRICING]).aggregate(
            lines=placed.post_no.count().cast("int64"),
            **{name: placed[name].sum().cast("int64") for name in AMOUNTS},
        )
        shaped = summed.mutate(level=ibis.literal(level)).rename(code=f"{level}_code")
        cells.append(shaped.select(*CELL))
    return ibis.union(*cells, distinct=False)
