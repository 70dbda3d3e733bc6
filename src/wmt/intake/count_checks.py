"""Counts of one post held against each other: all cases, the active among them, and the inactive listed."""

from collections.abc import Collection

import polars as pl

from wmt.intake.faults import FaultPlace, Faults
from wmt.intake.staging import Gathered
from wmt.text import counted

_POST = ["team_code", "staff_code"]


def check_counts(night: Gathered, inactive: pl.DataFrame, faults: Faults) -> None:
    """Refuse posts with more active cases than cases, warn of posts whose active cases are missing.

    `inactive` are the rows of the listed inactive cases.
    """
    if not {"all", "active"} <= set(night.bases):
        return
    posts = _totals(night, inactive)
    given = pl.col("all_given") & pl.col("active_given")
    above = posts.filter(given & (pl.col("active") > pl.col("all")))
    hits = []
    for row in above.iter_rows(named=True):
        post = row["team_code"], row["staff_code"]
        active = counted(row["active"], "active case")
        what = f"the post {':'.join(post)} has {active} and only {row['all']} in all"
        hits.append(FaultPlace(None, None, what, (post,)))
    faults.refuse_each("ACTIVE_ABOVE_ALL", None, hits)
    silent = posts.filter(~pl.col("active_given") & (pl.col("all") > pl.col("listed")))
    hits = [
        FaultPlace(None, None, f"{row['team_code']}:{row['staff_code']} with {counted(row['all'], 'case')}")
        for row in silent.iter_rows(named=True)
    ]
    what = "{n} posts have cases, more than are listed as inactive, and no row of active cases"
    faults.warn_once("NO_ACTIVE_ROW", None, hits, what)


def warn_both_ways(night: Gathered, inactive: Collection[str], faults: Faults) -> None:
    """Warn of cases that the input gives as active and also lists with a letter that makes them inactive."""
    flagged = night.case_flag.filter(pl.col("flag").is_in(list(inactive)))
    if night.complete_cases:
        active = night.case.filter(pl.col("counted_active"), pl.col("stream") == "standard").select(
            "case_ref"
        )
        found = flagged.join(active, on="case_ref", how="semi", maintain_order="left")
    else:
        active = night.case_flag.filter(pl.col("flag") == "N").select(*_POST, "case_ref")
        found = flagged.join(active, on=[*_POST, "case_ref"], how="semi", maintain_order="left")
    what = "{n} cases are given as active and also with a letter that makes them inactive"
    hits = [
        FaultPlace(row["row"], None, f"{row['flag']} of {row['team_code']}:{row['staff_code']}")
        for row in found.iter_rows(named=True)
    ]
    faults.warn_once("ACTIVE_AND_INACTIVE", found["sheet"][0] if hits else None, hits, what)


def _totals(night: Gathered, inactive: pl.DataFrame) -> pl.DataFrame:
    """For every post with counts: its cases by basis, and whether the input gives it counts of the basis."""
    posts = night.given.filter(pl.col("basis").is_in(["all", "active"])).select(_POST).unique()
    for basis in ("all", "active"):
        cases = night.count.filter(pl.col("basis") == basis).group_by(_POST).agg(pl.col("cases").sum())
        given = night.given.filter(pl.col("basis") == basis).select(_POST).unique()
        posts = posts.join(cases.rename({"cases": basis}), on=_POST, how="left")
        posts = posts.join(given.with_columns(pl.lit(True).alias(f"{basis}_given")), on=_POST, how="left")
    listed = inactive.group_by(_POST).agg(listed=pl.len().cast(pl.Int64))
    # In tidy tables a count of nothing may be left out; on a sheet of the workbook the row would stand.
    everyone = pl.lit(night.layout == "tidy")
    return (
        posts.join(listed, on=_POST, how="left")
        .with_columns(
            pl.col("all", "active", "listed").fill_null(0),
            pl.col("all_given").fill_null(everyone),
            pl.col("active_given").fill_null(False),
        )
        .sort(_POST)
    )
