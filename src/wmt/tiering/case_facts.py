"""One row for each case with all that its tier is made of, as of its day."""

import polars as pl

from wmt.tiering.mandate import mandate_facts
from wmt.tiering.needs import assessment_facts
from wmt.tiering.register_facts import MARKS, code, register_facts
from wmt.tiering.rulebook import Rulebook
from wmt.tiering.tables import TierInput


def case_facts(tables: TierInput, book: Rulebook) -> pl.DataFrame:
    """The cases with what their registrations say. `tables` are of cases of one rulebook, with `as_of`."""
    registered = register_facts(tables.registration, book)
    counts = (
        "rosh",
        "mappa_level",
        "mappa_category",
        "factors",
        *(f"factor_{each}" for each in book.factors),
    )
    return tables.case.join(registered, on="case_no", how="left").with_columns(
        pl.col(MARKS).fill_null(False),
        pl.col("suspended").fill_null(False),
        *(pl.col(name).fill_null(False if name.startswith("factor_") else 0) for name in counts),
    )


def v2_facts(tables: TierInput, book: Rulebook) -> pl.DataFrame:
    """The same with scores, convictions and the assessment that the Unified Tiering Model reads."""
    mandate = mandate_facts(tables.conviction, tables.requirement, book)
    assessed = assessment_facts(tables.assessment, tables.need, book)
    found = case_facts(tables, book)
    for facts in (mandate, assessed, _breaches(tables, book), *_scores(tables)):
        found = found.join(facts, on="case_no", how="left")
    return found.with_columns(
        pl.coalesce("rsr", "rsr_newest").alias("rsr"),
        pl.coalesce("ogrs", "ogrs_newest").alias("ogrs"),
        pl.col("convictions", "current_convictions", "current_requirements").fill_null(0),
        pl.col("custodial", "good_requirement", "caring", "self_control").fill_null(False),
        pl.coalesce("mandate_for_change", "mandate").fill_null(False).alias("mandate"),
        pl.col("unsaid_requirement", "unsaid_sentence", "unsaid_status", "unsaid_layer").fill_null(False),
        is_assessed=pl.col("assessed_on").is_not_null(),
        breach_or_recall=pl.coalesce("earlier_breach_or_recall", "breached").fill_null(False),
        is_woman=(code("gender") == "FEMALE").fill_null(False),
    )


def _breaches(tables: TierInput, book: Rulebook) -> pl.DataFrame:
    """The cases with enforcement, referred in the days before theirs, that ended as breach or recall."""
    ago = pl.col("as_of") - pl.col("date")
    within = (ago >= pl.duration(days=0)) & (ago <= pl.duration(days=book.whole("v2.breach_days")))
    counts = code("outcome").is_in(book.words("v2.breach_outcomes")) & within
    return tables.enforcement.group_by("case_no").agg(breached=counts.fill_null(False).any())


def _scores(tables: TierInput) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The newest RSR and OGRS of each case that has a history of them, none of them after its day.

    Of RSR scores of one day a dynamic one counts; then, of either kind, the higher.
    """
    known = tables.risk_score.filter(pl.col("date").is_null() | (pl.col("date") <= pl.col("as_of")))
    is_dynamic = (code("type") == "DYNAMIC").fill_null(False).cast(pl.Int64)
    kept = known.with_columns(is_dynamic=is_dynamic).sort(
        "case_no", "date", "is_dynamic", "score", descending=[False, True, True, True], nulls_last=True
    )
    newest_ones = kept.unique(["case_no", "kind"], keep="first", maintain_order=True)
    rsr, ogrs = (
        newest_ones.filter(pl.col("kind") == kind).select("case_no", score=pl.col("score"))
        for kind in ("rsr", "ogrs")
    )
    return rsr.rename({"score": "rsr_newest"}), ogrs.select(
        "case_no", ogrs_newest=pl.col("score").cast(pl.Int64)
    )


def ag_facts(tables: TierInput, book: Rulebook) -> pl.DataFrame:
    """The cases with what their registrations say and the set of predictors that A to G reads.

    The newest set counts; sets that were scored again only where there is no other.
    """
    reads_standalone = book.is_set("ag.standalone_assessments")
    sets = tables.predictors.filter(
        pl.col("date").is_null() | (pl.col("date") <= pl.col("as_of")),
        pl.lit(reads_standalone) | ~pl.col("standalone").fill_null(False),
    ).with_columns(rescored=pl.col("rescored").fill_null(False))
    values = ["arp", "csrp", "dc_srp", "dc_srp_band", "arp_type", "csrp_type"]
    chosen = sets.sort(
        "case_no", "rescored", "date", *values,
        descending=[False, False, True, *[True] * len(values)], nulls_last=True,
    ).unique("case_no", keep="first", maintain_order=True)  # fmt: skip
    unread = tables.predictors.group_by("case_no").agg(sets=pl.len().cast(pl.Int64))
    return (
        case_facts(tables, book)
        .join(
            chosen.select("case_no", *values, predictors_on="date", is_rescored="rescored"),
            on="case_no",
            how="left",
        )
        .join(unread, on="case_no", how="left")
        .with_columns(pl.col("sets").fill_null(0))
    )
