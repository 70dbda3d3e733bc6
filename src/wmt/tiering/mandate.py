"""Mandate for change: whether a current conviction is custodial or has a requirement that gives one."""

import polars as pl

from wmt.tiering.register_facts import code
from wmt.tiering.rulebook import Rulebook


def mandate_facts(conviction: pl.DataFrame, requirement: pl.DataFrame, book: Rulebook) -> pl.DataFrame:
    """One row for each case with a conviction; both tables have `as_of` beside their own columns.

    A conviction that ended by the day is not current.
    """
    counts_deleted = book.is_set("v2.deleted_requirements_count")
    gives = (
        ~pl.col("restrictive").fill_null(False)
        & ~code("main_category").is_in(book.words("v2.no_mandate_categories"))
        & (pl.lit(counts_deleted) | ~pl.col("deleted").fill_null(False))
    )
    key = ["case_no", "conviction_no"]
    good = requirement.group_by(key).agg(
        has_good=gives.any(),
        requirements=pl.len().cast(pl.Int64),
        unsaid=pl.col("restrictive").is_null().any(),
    )
    is_current = pl.col("termination_date").is_null() | (pl.col("termination_date") > pl.col("as_of"))
    is_custodial = code("sentence_type").is_in(book.words("v2.custodial_sentences")).fill_null(False)
    current = (
        conviction.join(good, on=key, how="left")
        .with_columns(pl.col("has_good", "unsaid").fill_null(False), pl.col("requirements").fill_null(0))
        .with_columns(current=is_current, custodial=is_current & is_custodial)
    )
    return current.group_by("case_no").agg(
        convictions=pl.len().cast(pl.Int64),
        current_convictions=pl.col("current").sum().cast(pl.Int64),
        custodial=pl.col("custodial").any(),
        good_requirement=(pl.col("current") & pl.col("has_good")).any(),
        current_requirements=pl.col("requirements").filter("current").sum(),
        unsaid_requirement=(pl.col("current") & pl.col("unsaid")).any(),
        unsaid_sentence=(pl.col("current") & pl.col("sentence_type").is_null()).any(),
        mandate=(pl.col("custodial") | (pl.col("current") & pl.col("has_good"))).any(),
    )
