"""`wmt tier --beside`: the tiers a night records that are unlike what their inputs give."""

from pathlib import Path

import polars as pl

from wmt.cli import console, data_quality, files, inputs, tables
from wmt.data_quality import present
from wmt.text import counted
from wmt.tiering.named_tables import MAIN

_KINDS = ("tier_differs", "suspension_differs", "untiered")


def tell(path: Path, *, json: bool, out_file: Path | None) -> None:
    """List the differences with their points. Refuses an input without the tables of tiers."""
    opened = inputs.open_input([path], as_json=json)
    if MAIN not in opened.tables():
        raise console.RefusedInput(
            f"{path} has no table {MAIN}, so no tier can be worked out: docs/tiering.md lists what is needed"
        )
    records = data_quality.Records(opened, opened.rule_set(None, ()), None)
    unlike = pl.col("kind").is_in(_KINDS) & pl.col("instead").ne_missing("one of the tiers")
    rows = [present.present_finding(row) for row in records.found.filter(unlike).iter_rows(named=True)]
    if out_file is not None:
        files.write_out(out_file, {"differences": rows})
    if json:
        files.print_json(rows)
        return
    columns = [tables.TextColumn(head, "text") for head in ("post", "case", "recorded", "it may be")]
    cells = [
        tuple(row[name] for name in ("post", "ref", "recorded", "instead", "expected", "since"))
        for row in rows
    ]
    ends = [tables.TextColumn("points"), tables.TextColumn("since")]
    tables.table("Tiers recorded unlike those worked out", [*columns, *ends], cells)
    points = sum(row["expected"] for row in rows)
    console.out.print(f"{counted(len(rows), 'difference')}, {points:+,} points together", markup=False)
