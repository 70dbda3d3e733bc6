"""What is to be put right over nights: since when each thing was there, and what was put right meanwhile."""

import polars as pl

from wmt.data_quality.find import KEYS
from wmt.data_quality.kinds import FINDING


def since_before(found: pl.DataFrame, before: pl.DataFrame | None, stale: pl.DataFrame) -> pl.DataFrame:
    """What was found, with the first night each was there without a night between: columns `FINDING`.

    `before` is what was found in the night before; None where nothing is known of it. `stale` are
    the posts (team_code, staff_code) that keep the figures of an earlier night: what was there still is.
    """
    if before is None:
        return found
    known = before.select(*KEYS, was="since").unique(KEYS, keep="first", maintain_order=True)
    joined = found.join(known, on=KEYS, how="left", nulls_equal=True, maintain_order="left")
    dated = joined.with_columns(since=pl.coalesce("was", "since")).select(FINDING.names())
    kept = before.join(stale, on=["team_code", "staff_code"], how="semi", maintain_order="left")
    return pl.concat([dated, kept.select(FINDING.names())])


def put_right(before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """What was found in an earlier night and is not there any more: columns `FINDING`.

    A case that has gone from a post, to another or for good, is among it: there it is no more.
    """
    return before.join(now, on=KEYS, how="anti", nulls_equal=True, maintain_order="left")
