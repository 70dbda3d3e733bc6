"""Caseload: the cases of every post, one by one where the input names them, else as counted cells."""

import polars as pl

from wmt.facts import UNKNOWN_LOCATION
from wmt.facts.schema import CASELOAD
from wmt.intake import count_checks
from wmt.intake.faults import FaultPlace, Faults
from wmt.intake.staging import Gathered

#: Letters that make a case inactive, the weightier first, and the status each gives.
INACTIVE = {"W": "warrant", "O": "overdue", "L": "suspended_lifer", "R": "uncommenced"}
STREAM_OF = {"active": "standard", "t2a": "t2a", "omic": "omic"}
_POST = ["team_code", "staff_code"]
_CELL = [*_POST, "location", "tier", "suspended"]
#: Text-keyed rows on the way to CASELOAD.
ROW = [*_CELL, "stream", "status", "case_ref", "cases"]


def caseload_rows(night: Gathered, faults: Faults) -> pl.DataFrame:
    """All rows of the caseload with text keys (ROW)."""
    count_checks.warn_both_ways(night, INACTIVE, faults)
    if night.complete_cases:
        _reconcile(night, faults)
        return _listed_cases(night)
    cells = night.count.filter(pl.col("basis").is_in(list(STREAM_OF)), pl.col("cases") > 0).with_columns(
        stream=pl.col("basis").replace_strict(STREAM_OF, return_dtype=pl.String),
        status=pl.lit("active"),
        case_ref=pl.lit(None, dtype=pl.String),
    )
    normal = night.case_flag.filter(pl.col("flag") == "N")
    listed = _wholly_listed(cells.filter(pl.col("stream") == "standard"), normal, faults)
    standard = pl.col("stream") == "standard"
    counted = pl.concat([cells.filter(~standard), cells.filter(standard).join(listed, on=_POST, how="anti")])
    named = normal.join(listed, on=_POST, how="semi").with_columns(
        stream=pl.lit("standard"), status=pl.lit("active"), cases=pl.lit(1, dtype=pl.Int64)
    )
    active = pl.concat([counted.select(ROW), named.select(ROW)])
    inactive = _inactive(night)
    count_checks.check_counts(night, inactive, faults)
    if "all" not in night.bases:
        return pl.concat([active, inactive])
    return pl.concat([active, inactive, _difference(night, active, inactive)])


def number_caseload(rows: pl.DataFrame, posts: pl.DataFrame, kinds: pl.DataFrame) -> pl.DataFrame:
    """CASELOAD, sorted by all its columns."""
    words = ["stream", "location", "tier", "suspended", "status"]
    table = (
        rows.with_columns(pl.col("suspended").cast(pl.Int64))
        .join(kinds, on=words, how="left")
        .join(posts.select("post_no", *_POST), on=_POST, how="left")
    )
    return table.select(CASELOAD.names()).sort(CASELOAD.names())


def _wholly_listed(cells: pl.DataFrame, normal: pl.DataFrame, faults: Faults) -> pl.DataFrame:
    """Posts whose rows with letter N are exactly their active cases; of the others it warns."""
    named = normal.group_by(_CELL).agg(listed=pl.len().cast(pl.Int64))
    both = cells.select(*_CELL, "cases").join(named, on=_CELL, how="full", coalesce=True, nulls_equal=True)
    differing = (
        both.filter(pl.col("cases").fill_null(0) != pl.col("listed").fill_null(0)).select(_POST).unique()
    )
    doubled = (
        normal.group_by(_POST)
        .agg(double=pl.col("case_ref").is_duplicated().any())
        .filter("double")
        .select(_POST)
    )
    listed = normal.select(_POST).unique(maintain_order=True)
    partial = listed.join(pl.concat([differing, doubled]), on=_POST, how="semi")
    hits = [FaultPlace(None, None, f"{team}:{staff}") for team, staff in partial.sort(_POST).iter_rows()]
    what = (
        "for {n} of the "
        + f"{len(listed)} posts that have rows with letter N these are not the active cases counted"
    )
    faults.warn_once("CASE_LIST_PARTIAL", str(normal["sheet"].first()), hits, what)
    return listed.join(partial, on=_POST, how="anti")


def _inactive(night: Gathered) -> pl.DataFrame:
    order = {letter: place for place, letter in enumerate(INACTIVE)}
    flagged = night.case_flag.filter(pl.col("flag").is_in(list(INACTIVE)))
    return (
        flagged.sort(pl.col("flag").replace_strict(order, return_dtype=pl.Int64), maintain_order=True)
        .unique([*_POST, "case_ref"], keep="first", maintain_order=True)
        .with_columns(
            pl.col("location").fill_null(UNKNOWN_LOCATION),
            pl.col("tier").fill_null("0"),
            pl.col("suspended").fill_null(False),
            stream=pl.lit("standard"),
            status=pl.col("flag").replace_strict(INACTIVE, return_dtype=pl.String),
            cases=pl.lit(1, dtype=pl.Int64),
        )
        .select(ROW)
    )


def _difference(night: Gathered, active: pl.DataFrame, inactive: pl.DataFrame) -> pl.DataFrame:
    """What is left of all cases after the active and the listed inactive ones, one row per post, never 0."""

    def total(frame: pl.DataFrame, name: str) -> pl.DataFrame:
        return frame.group_by(_POST).agg(pl.col("cases").sum().alias(name))

    everything = total(night.count.filter(pl.col("basis") == "all"), "everything")
    counted = total(active.filter(pl.col("stream") == "standard"), "counted")
    rows = night.standing
    for part in (everything, counted, total(inactive, "listed")):
        rows = rows.join(part, on=_POST, how="left")
    left = pl.col("everything").fill_null(0) - pl.col("counted").fill_null(0) - pl.col("listed").fill_null(0)
    return (
        rows.with_columns(
            location=pl.lit(UNKNOWN_LOCATION),
            tier=pl.lit("0"),
            suspended=pl.lit(False),
            stream=pl.lit("standard"),
            status=pl.lit("difference"),
            case_ref=pl.lit(None, dtype=pl.String),
            cases=left,
        )
        .filter(pl.col("cases") != 0)
        .select(ROW)
    )


def _counted() -> pl.Expr:
    """Whether a case is active. Of cases in custody under OMiC the stream alone says it."""
    return pl.col("counted_active").fill_null(True) | (pl.col("stream") == "omic")


def _listed_cases(night: Gathered) -> pl.DataFrame:
    """Every case of a complete list. One not counted has the reason its flags give, else 'filtered'."""
    order = {letter: place for place, letter in enumerate(INACTIVE)}
    reasons = (
        night.case_flag.filter(pl.col("flag").is_in(list(INACTIVE)))
        .select(
            "case_ref",
            reason=pl.col("flag").replace_strict(INACTIVE, return_dtype=pl.String),
            order=pl.col("flag").replace_strict(order, return_dtype=pl.Int64),
        )
        .sort("order", maintain_order=True)
        .unique("case_ref", keep="first", maintain_order=True)
    )
    return (
        night.case.join(reasons, on="case_ref", how="left", maintain_order="left")
        .with_columns(
            status=pl.when(_counted())
            .then(pl.lit("active"))
            .otherwise(pl.col("reason").fill_null("filtered")),
        )
        .select(ROW)
    )


def _reconcile(night: Gathered, faults: Faults) -> None:
    """Refuse, post by post, counts that a complete case list does not give."""
    standard = pl.col("stream") == "standard"
    chosen = {"all": standard, "active": standard & _counted()}
    chosen |= {basis: (pl.col("stream") == basis) & _counted() for basis in ("t2a", "omic")}
    hits = []
    for basis in sorted({*night.bases, *night.count["basis"].unique()}):
        counts = (
            night.count.filter(pl.col("basis") == basis, pl.col("cases") != 0)
            .group_by(_CELL)
            .agg(pl.col("cases").sum())
        )
        cases = night.case.filter(chosen[basis]).group_by(_CELL).agg(listed=pl.col("cases").sum())
        both = counts.join(cases, on=_CELL, how="full", coalesce=True).with_columns(
            pl.col("cases", "listed").fill_null(0)
        )
        for row in both.filter(pl.col("cases") != pl.col("listed")).sort(_CELL).iter_rows(named=True):
            tier = row["tier"] + ("S" if row["suspended"] else "")
            what = (
                f"the post {row['team_code']}:{row['staff_code']} has {row['listed']} {row['location']} "
                f"cases of tier {tier} in the case list and {row['cases']} in the counts ({basis})"
            )
            hits.append(FaultPlace(None, None, what, ((row["team_code"], row["staff_code"]),)))
    faults.refuse_each("CASES_AND_COUNTS_DIFFER", "case", hits)
