"""Tables as a folder or an extract has them, joined by case references, as those of a tier's inputs."""

from collections.abc import Mapping

import polars as pl

from wmt.tiering.needs import scored
from wmt.tiering.rulebook import AG, first_day, rulebook_of
from wmt.tiering.tables import SHAPES, TierInput

#: The table that has a row for each case; the others may be missing.
MAIN = "tier_case"
#: Tables by the names they come in with, and the table of `tables.SHAPES` each becomes.
SHAPE_OF = {
    MAIN: "case",
    "registration": "registration",
    "conviction": "conviction",
    "requirement": "requirement",
    "enforcement": "enforcement",
    "risk_score": "risk_score",
    "oasys_assessment": "assessment",
    "need": "need",
    "predictors": "predictors",
}


def tier_input(read: Mapping[str, pl.DataFrame]) -> TierInput:
    """The tables of cases: `read` has checked tables by their names, `tier_case` among them, with `case_ref`.

    Cases are numbered in the order of `tier_case`. Columns that a table lacks are empty.
    """
    cases = read[MAIN].with_row_index("case_no").with_columns(pl.col("case_no").cast(pl.Int64))
    numbers = cases.select("case_no", "case_ref")
    frames = {}
    for name, shape in SHAPE_OF.items():
        if name in read:
            table = cases if name == MAIN else read[name].join(numbers, on="case_ref")
            frames[shape] = _shaped(table, shape, read)
    return TierInput(**frames)


def _shaped(table: pl.DataFrame, shape: str, read: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """A table in the columns of its shape."""
    if shape == "case":
        gives = {f"gives_{name}s": pl.lit(name in read) for name in ("registration", "conviction")}
        table = table.with_columns(**gives, gives_enforcement=pl.lit("enforcement" in read)).rename(
            {"case_ref": "crn"}
        )
    if shape == "need":
        return scored(table, rulebook_of(first_day(AG)))
    return table.select(pl.col(column).cast(kind) for column, kind in SHAPES[shape].items())
