"""What is to be put right of cases by the case list, its flags and days: untiered, uncommenced, overdue …"""

from collections.abc import Mapping

import polars as pl

from wmt.data_quality.held_cases import Drafts, HeldCases
from wmt.data_quality.kinds import QualityKind

#: What an inactive flag makes of a case, and its words.
_INACTIVE = {"W": "warrant", "O": "overdue", "L": "suspended_lifer", "R": "uncommenced"}
_SAID = {
    "W": "flagged: active warrant",
    "O": "flagged: overdue for termination",
    "L": "flagged: suspended lifer",
    "R": "flagged: requirement not commenced",
}


def case_findings(
    drafts: Drafts, held: HeldCases, inputs: Mapping[str, pl.DataFrame], worked_out: pl.DataFrame
) -> None:
    """Find them. `worked_out` has the tier of cases whose inputs are there: ref, tier_found."""
    _untiered(drafts, held, worked_out)
    _uncommenced(drafts, held, inputs)
    _overdue(drafts, held, inputs)
    _duplicates(drafts, held)
    _both_ways(drafts, held)
    _in_breach(drafts, held)


def kind_words() -> pl.Expr:
    """What a case is recorded as: 'community B2, suspended'."""
    tier = pl.when(pl.col("tier") == "0").then(pl.lit("no tier")).otherwise("tier")
    suspended = pl.when(pl.col("suspended") == 1).then(pl.lit(", suspended")).otherwise(pl.lit(""))
    return pl.concat_str("location", pl.lit(" "), tier, suspended)


def _untiered(drafts: Drafts, held: HeldCases, worked_out: pl.DataFrame) -> None:
    found = held.active.filter(pl.col("tier") == "0").with_columns(
        recorded=kind_words(), instead=pl.lit("one of the tiers")
    )
    known = found.join(worked_out, on="ref", how="left", maintain_order="left")
    known = known.with_columns(
        instead=pl.when(pl.col("tier_found").is_not_null())
        .then(pl.concat_str(pl.lit("tier worked out: "), "tier_found"))
        .otherwise("instead")
    )
    numbered = drafts.add(QualityKind.UNTIERED, known)
    told = numbered.filter(pl.col("tier_found").is_not_null())
    drafts.may_be(held.with_kind(told, tier=pl.col("tier_found")).select("draft_no", kind_no="to_no"))
    _any_tier(drafts, held, numbered.filter(pl.col("tier_found").is_null()))


def _any_tier(drafts: Drafts, held: HeldCases, numbered: pl.DataFrame) -> None:
    open_ones = numbered.select("draft_no", "stream", "location")
    drafts.may_be(open_ones.join(held.any_tier, on=["stream", "location"]))


def _uncommenced(drafts: Drafts, held: HeldCases, inputs: Mapping[str, pl.DataFrame]) -> None:
    is_listed = pl.col("status") == QualityKind.UNCOMMENCED
    waits = _waiting_requirements(inputs)
    by_table = held.rows.filter(pl.col("status").is_in(["active", "filtered"])).join(
        waits, on="ref", how="semi"
    )
    found = pl.concat([held.rows.filter(is_listed), by_table])
    found = found.with_columns(
        recorded=pl.concat_str(kind_words(), pl.lit(", requirement not commenced")),
        instead=pl.lit("an active case"),
    )
    numbered = drafts.add(QualityKind.UNCOMMENCED, found)
    has_tier = pl.col("tier") != "0"
    active = held.with_kind(numbered.filter(has_tier), status=pl.lit("active"))
    drafts.may_be(active.select("draft_no", kind_no="to_no"))
    _any_tier(drafts, held, numbered.filter(~has_tier))


def _waiting_requirements(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Cases with a requirement that the table of requirements calls not commenced."""
    table = inputs.get("requirement")
    if table is None:
        return pl.DataFrame(schema={"ref": pl.String})
    waits = table.filter(~pl.col("commenced"), ~pl.col("deleted").fill_null(False))
    return waits.select(ref="case_ref").unique()


def _overdue(drafts: Drafts, held: HeldCases, inputs: Mapping[str, pl.DataFrame]) -> None:
    listed = held.rows.filter(pl.col("status") == "overdue").with_columns(
        recorded=pl.concat_str(kind_words(), pl.lit(", flagged: overdue for termination"))
    )
    parts = [listed]
    case = inputs.get("case")
    if case is not None and "ends_on" in case.columns:
        ended = case.filter(pl.col("ends_on") < held.facts.day)
        ended = ended.select("team_code", "staff_code", "stream", "ends_on", ref="case_ref")
        posts = held.facts.post.select("post_no", "team_code", "staff_code")
        ended = ended.join(posts, on=["team_code", "staff_code"]).drop("team_code", "staff_code")
        ended = ended.group_by("post_no", "ref", "stream", maintain_order=True).agg(pl.col("ends_on").max())
        over = held.named_active.join(ended, on=["post_no", "ref", "stream"], maintain_order="left")
        said = pl.concat_str(
            kind_words(), pl.lit(", planned end "), pl.col("ends_on").dt.strftime("%-d %b %Y")
        )
        parts.append(over.with_columns(recorded=said).drop("ends_on"))
    found = pl.concat(parts).with_columns(instead=pl.lit("terminated"))
    _gone(drafts, drafts.add(QualityKind.OVERDUE_TERMINATION, found))


def _gone(drafts: Drafts, numbered: pl.DataFrame) -> None:
    drafts.may_be(numbered.select("draft_no", kind_no=pl.lit(None, dtype=pl.Int64)))


def _stays(drafts: Drafts, numbered: pl.DataFrame) -> None:
    drafts.may_be(numbered.select("draft_no", "kind_no"))


def _duplicates(drafts: Drafts, held: HeldCases) -> None:
    twice = held.named_active.with_columns(records=pl.col("post_no").n_unique().over("ref"))
    twice = twice.filter(pl.col("records") > 1)
    numbered = drafts.add(
        QualityKind.DUPLICATE,
        twice.with_columns(
            recorded=pl.concat_str(kind_words(), pl.lit(", active here and elsewhere")),
            instead=pl.lit("one of the records stays"),
        ),
    )
    # one of n stays, whichever: each goes in n − 1 of n ways, so that together all but one go
    _stays(drafts, numbered)
    none = pl.lit(None, dtype=pl.Int64)
    drafts.may_be(numbered.select("draft_no", kind_no=none, weight=pl.col("records").cast(pl.Int64) - 1))


def _both_ways(drafts: Drafts, held: HeldCases) -> None:
    """Active cases with a flag that makes a case inactive: either of the two is right."""
    letters = list(_INACTIVE)
    flags = held.facts.flag.filter(pl.col("flag").is_in(letters))
    order = pl.col("flag").replace_strict(
        {letter: n for n, letter in enumerate(letters)}, return_dtype=pl.Int64
    )
    # of several the weightier, as the caseload is read
    flags = flags.sort(order).unique(["case_ref"], keep="first", maintain_order=True)
    found = held.named_active.join(
        flags.select("flag", ref="case_ref"), on="ref", maintain_order="left"
    ).with_columns(
        recorded=pl.concat_str(
            kind_words(), pl.lit(", "), pl.col("flag").replace_strict(_SAID, return_dtype=pl.String)
        ),
        instead=pl.lit("active, or inactive as flagged"),
    )
    numbered = drafts.add(QualityKind.ACTIVE_AND_INACTIVE, found)
    _stays(drafts, numbered)
    flagged = held.with_kind(
        numbered, status=pl.col("flag").replace_strict(_INACTIVE, return_dtype=pl.String)
    )
    drafts.may_be(flagged.select("draft_no", kind_no="to_no"))


def _in_breach(drafts: Drafts, held: HeldCases) -> None:
    flags = held.facts.flag.filter(pl.col("flag") == "B").select(ref="case_ref").unique()
    found = held.named_active.join(flags, on="ref", how="semi", maintain_order="left")
    said = found.with_columns(
        recorded=pl.concat_str(kind_words(), pl.lit(", in breach")), instead=pl.lit("keeps its points")
    )
    _stays(drafts, drafts.add(QualityKind.IN_BREACH, said))
