"""Cases that nobody holds: the case system gives them to placeholder posts until they are allocated."""

import polars as pl

from wmt.allocation.cases import MOVES
from wmt.facts import table_of
from wmt.ledger import Ledger

#: One row for each waiting case; `cases` is more than one where the data counts cases (then `ref` is null).
WAITING = table_of(
    {
        "ref": pl.String,
        "location": pl.String,
        "tier": pl.String,  # '0' where it has none
        "suspended": pl.Boolean,
        "stream": pl.String,
        "status": pl.String,
        "cases": pl.Int64,
        "points_x100": pl.Int64,  # what they would earn, all of them
        "team_code": pl.String,
        "staff_code": pl.String,
        "pdu_code": pl.String,
        "region_code": pl.String,
        "since": pl.Date,  # null where the data does not say
        "days": pl.Int64,
    }
)


def waiting(found: Ledger, allocated: pl.DataFrame | None = None) -> pl.DataFrame:
    """The waiting cases of a night: columns `WAITING`, longest first, then those of which no day is known.

    `allocated` says since when posts hold their cases (case_ref and the columns of `candidates.ALLOCATED`).
    """
    posts = found.facts.post.filter(is_placeholder=1).select("post_no", "team_no")
    lines = found.lines(posts["post_no"].to_list())
    # a case may weigh more for a flag it has: one row for all its lines
    own = lines.filter(pl.col("kind").is_in(MOVES), pl.col("stream") != "omic")
    # where cases are only counted, a flag names its case and weighs on the counted ones of its kind
    own = own.with_columns(ref=pl.when(pl.col("listed_cases").sum().over("post_no", "ref") > 0).then("ref"))
    keys = ["post_no", "team_code", "staff_code", "ref", "location", "tier", "suspended", "stream", "status"]
    summed = own.group_by(keys).agg(
        cases=pl.col("listed_cases").sum(), points_x100=pl.col("points_x100").sum()
    )
    days = _first_days(allocated)
    teams = found.facts.team.select("team_no", "pdu_code", "region_code")
    rows = summed.filter(pl.col("cases") > 0).join(posts, on="post_no").join(teams, on="team_no")
    rows = rows.join(days, on=["team_code", "staff_code", "ref"], how="left")
    rows = rows.with_columns(
        pl.col("suspended").cast(pl.Boolean), days=(pl.lit(found.day) - pl.col("since")).dt.total_days()
    )
    order = ["since", "team_code", "ref", "location", "tier"]
    return rows.select(WAITING.names()).cast(WAITING).sort(order, nulls_last=True)


def _first_days(allocated: pl.DataFrame | None) -> pl.DataFrame:
    keys = {"team_code": pl.String, "staff_code": pl.String, "ref": pl.String}
    if allocated is None:
        return table_of({**keys, "since": pl.Date}).to_frame()
    return allocated.group_by("team_code", "staff_code", ref="case_ref").agg(
        since=pl.col("allocated_on").min()
    )
