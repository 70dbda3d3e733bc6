"""Recorded tiers, suspensions, risks and orders that are unlike what their inputs give."""

import polars as pl

from wmt.data_quality.case_findings import kind_words
from wmt.data_quality.held_cases import Drafts, HeldCases
from wmt.data_quality.kinds import QualityKind
from wmt.data_quality.worked_out_tiers import WorkedOut


def tier_findings(drafts: Drafts, held: HeldCases, worked_out: WorkedOut) -> None:
    """Find them among the active cases that have a reference and a tier."""
    recorded = held.named_active.filter(pl.col("tier") != "0").with_columns(recorded=kind_words())
    both = recorded.join(worked_out.compared, on="ref", maintain_order="left")
    _bare_orders(drafts, held, recorded, worked_out)
    _risk(drafts, held, recorded, worked_out)
    _tier(drafts, held, both)
    _suspension(drafts, held, both)


def _tier(drafts: Drafts, held: HeldCases, both: pl.DataFrame) -> None:
    unlike = both.filter(pl.col("tier") != pl.col("tier_found"))
    said = unlike.with_columns(instead=pl.concat_str(pl.lit("tier worked out: "), "tier_found"))
    numbered = drafts.add(QualityKind.TIER_DIFFERS, said)
    found = held.with_kind(numbered, tier=pl.col("tier_found"))
    drafts.may_be(found.select("draft_no", kind_no="to_no"))


def _suspension(drafts: Drafts, held: HeldCases, both: pl.DataFrame) -> None:
    found = pl.col("is_suspended_found").cast(pl.Int64)
    unlike = both.filter(pl.col("suspended") != found)
    said = unlike.with_columns(
        instead=pl.when("is_suspended_found")
        .then(pl.lit("registered as suspended"))
        .otherwise(pl.lit("not registered as suspended"))
    )
    numbered = drafts.add(QualityKind.SUSPENSION_DIFFERS, said)
    other = held.with_kind(numbered, suspended=found)
    drafts.may_be(other.select("draft_no", kind_no="to_no"))


def _risk(drafts: Drafts, held: HeldCases, recorded: pl.DataFrame, worked_out: WorkedOut) -> None:
    both = recorded.join(worked_out.with_assessed_risk(), on="ref", maintain_order="left")
    said = both.with_columns(
        recorded=pl.concat_str("recorded", pl.lit(", risk registered: "), "rosh_recorded"),
        instead=pl.concat_str(
            pl.lit("risk assessed: "), "rosh_assessed", pl.lit(", tier then "), "tier_found"
        ),
    )
    _either(drafts, held, drafts.add(QualityKind.RISK_DIFFERS, said))


def _bare_orders(drafts: Drafts, held: HeldCases, recorded: pl.DataFrame, worked_out: WorkedOut) -> None:
    community = recorded.filter(pl.col("location") == "community")
    both = community.join(worked_out.without_orders(), on="ref", maintain_order="left")
    said = both.with_columns(
        recorded=pl.concat_str("recorded", pl.lit(", order without requirements")),
        instead=pl.concat_str(pl.lit("with a requirement that asks for change: "), "tier_found"),
    )
    _either(drafts, held, drafts.add(QualityKind.NO_REQUIREMENTS, said))


def _either(drafts: Drafts, held: HeldCases, numbered: pl.DataFrame) -> None:
    """The case is as recorded, or of the tier found."""
    drafts.may_be(numbered.select("draft_no", "kind_no"))
    found = held.with_kind(numbered, tier=pl.col("tier_found"))
    drafts.may_be(found.select("draft_no", kind_no="to_no"))
