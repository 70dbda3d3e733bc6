"""The cases of some posts as they may move: a row each, with all its lines, or one for counted ones alike."""

import polars as pl

from wmt import ledger
from wmt.allocation.cases import MOVES
from wmt.facts import table_of
from wmt.facts.kinds import kind_table

#: What is known of cases beside their lines: since when somebody holds them and when they end.
DATED_CASE = table_of(
    {
        "team_code": pl.String,
        "staff_code": pl.String,
        "case_ref": pl.String,
        "allocated_on": pl.Date,
        "ends_on": pl.Date,
    }
)

#: `points_x100` are of one case; `number` is more than one where cases are counted (then `ref` is null).
HELD_CASE = table_of(
    {
        "post_no": pl.Int64,
        "ref": pl.String,
        "location": pl.String,
        "tier": pl.String,  # '0' where it has none
        "suspended": pl.Boolean,
        "stream": pl.String,
        "points_x100": pl.Int64,
        "number": pl.Int64,
        "allocated_on": pl.Date,
        "ends_on": pl.Date,
        "alone": pl.Boolean,  # held by this post alone, in one row
    }
)
_KEYS = ["team_code", "staff_code", "ref"]


def held_cases(found: ledger.Ledger, lines: pl.DataFrame, dated: pl.DataFrame | None) -> pl.DataFrame:
    """The cases among some lines of posts: columns `HELD_CASE`. What a prison holds under OMiC is not here.

    `dated` has the columns `DATED_CASE`, where the data says.
    """
    own = lines.filter(pl.col("kind").is_in(MOVES), pl.col("stream") != ledger.OMIC)
    listed = own.filter(pl.col("ref").is_not_null())
    is_case = pl.col("kind") == "case"
    of_kind = ("team_code", "staff_code", "location", "tier", "suspended", "stream")
    summed = listed.group_by("post_no", "ref").agg(
        *(pl.col(name).filter(is_case).first() for name in of_kind),
        points_x100=pl.col("points_x100").sum(),
        rows=is_case.sum(),
    )
    known = (DATED_CASE.to_frame() if dated is None else dated).rename({"case_ref": "ref"})
    days = known.group_by(_KEYS).agg(pl.col("allocated_on").max(), pl.col("ends_on").max())
    summed = summed.filter(pl.col("rows") > 0).join(days, on=_KEYS, how="left")
    summed = summed.join(_holders(found), on="ref", how="left")
    alone = (pl.col("holders") == 1) & (pl.col("rows") == 1)
    frames = [summed.with_columns(number=pl.lit(1), alone=alone), _counted(own, listed)]
    rows = pl.concat([frame.select(HELD_CASE.names()).cast(HELD_CASE) for frame in frames])
    return rows.sort(HELD_CASE.names(), nulls_last=True)


def _holders(found: ledger.Ledger) -> pl.DataFrame:
    """How many posts hold each listed case."""
    kinds = kind_table(found.facts.tier_scheme).filter(pl.col("stream") != ledger.OMIC)
    held = found.facts.caseload.drop_nulls("case_ref").join(kinds, on="kind_no", how="semi")
    return held.group_by(ref="case_ref").agg(holders=pl.col("post_no").n_unique())


def _counted(own: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """Counted cases. A flag names its case, which is among those counted: as many of its kind stay."""
    is_case = pl.col("kind") == "case"
    alike = ["post_no", "location", "tier", "suspended"]
    flags = listed.filter(~is_case.any().over("post_no", "ref"), pl.col("points_x100") != 0)
    flagged = flags.group_by(alike).agg(flagged=pl.col("ref").n_unique())
    cells = own.filter(pl.col("ref").is_null(), is_case, pl.col("listed_cases") > 0)
    cells = cells.join(flagged, on=alike, how="left", nulls_equal=True)
    return cells.select(
        "post_no", "ref", "location", "tier", "suspended", "stream",
        points_x100=pl.col("points_x100") // pl.col("listed_cases"),
        number=pl.col("listed_cases") - pl.col("flagged").fill_null(0),
        allocated_on=None, ends_on=None, alone=True,
    ).filter(pl.col("number") > 0)  # fmt: skip


def dated_cases(listed: pl.DataFrame) -> pl.DataFrame:
    """What a table of cases says of their days: columns `DATED_CASE`, null where it does not."""
    missing = [
        pl.lit(None, kind).alias(name) for name, kind in DATED_CASE.items() if name not in listed.columns
    ]
    return listed.with_columns(missing).select(DATED_CASE.names()).cast(DATED_CASE)
