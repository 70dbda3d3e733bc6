"""Everything that is to be put right in a night, each with what would change if it were."""

from collections.abc import Mapping

import polars as pl

from wmt.data_quality.case_findings import case_findings
from wmt.data_quality.contact_findings import contact_findings
from wmt.data_quality.held_cases import Drafts, HeldCases
from wmt.data_quality.kinds import AMOUNTS, DRAFT, EFFECT, FINDING, QualityKind
from wmt.data_quality.post_findings import post_findings
from wmt.data_quality.tier_findings import tier_findings
from wmt.data_quality.worked_out_tiers import WorkedOut
from wmt.facts import SCHEMAS, Facts
from wmt.ledger import CaseSide
from wmt.rules import RuleSet

#: Flags that may weigh on a case of their own.
_WEIGHED = {"U": 1, "I": 2}
KEYS = ("kind", "team_code", "staff_code", "ref", "recorded")


def find(
    facts: Facts, inputs: Mapping[str, pl.DataFrame], rules: RuleSet, lines: pl.DataFrame
) -> pl.DataFrame:
    """What is to be put right in a night: columns `FINDING`, by kind and post; `since` is its day.

    `inputs` are its input tables by name, `lines` the lines of its ledger. Posts that keep the figures of
    an earlier night have nothing here.
    """
    drafts, held = Drafts(), HeldCases(facts)
    worked_out = WorkedOut(inputs, held.named_active["ref"], facts.tier_scheme)
    case_findings(drafts, held, inputs, worked_out.compared.select("ref", "tier_found"))
    tier_findings(drafts, held, worked_out)
    contact_findings(drafts, facts, inputs, rules, lines)
    post_findings(drafts, facts, rules)
    found = pl.concat([DRAFT.to_frame(), *drafts.drafts])
    effects = pl.concat([EFFECT.to_frame(), *drafts.effects, _case_effects(found, drafts, facts, rules)])
    priced = found.join(_ranges(effects), on="draft_no", how="left", maintain_order="left")
    posts = facts.post.select("post_no", "team_code", "staff_code")
    placed = priced.join(posts, on="post_no", maintain_order="left")
    return _in_order(placed.with_columns(since=pl.lit(facts.day)))


def _case_effects(found: pl.DataFrame, drafts: Drafts, facts: Facts, rules: RuleSet) -> pl.DataFrame:
    """What each way changes the points of a case by: the lines it would have, less those it has."""
    ways = pl.concat(drafts.candidates) if drafts.candidates else pl.DataFrame()
    if ways.is_empty():
        return EFFECT.to_frame()
    flags = facts.flag.filter(pl.col("flag").is_in(list(_WEIGHED))).select(
        "post_no", ref="case_ref", bit=pl.col("flag").replace_strict(_WEIGHED, return_dtype=pl.Int64)
    )
    flags = flags.unique().group_by("post_no", "ref").agg(flags=pl.col("bit").sum())
    drafted = found.select("draft_no", "post_no", "ref", "cases", was_no="kind_no")
    drafted = drafted.join(flags, on=["post_no", "ref"], how="left", maintain_order="left").drop(
        "post_no", "ref"
    )
    both = ways.join(drafted, on="draft_no", maintain_order="left").with_columns(pl.col("flags").fill_null(0))
    worth = _worth(both, facts, rules)
    of_way = worth.rename({"worth_x100": "to_x100"})
    of_now = worth.rename({"kind_no": "was_no", "worth_x100": "was_x100"})
    both = both.join(of_way, on=["kind_no", "flags"], how="left").join(
        of_now, on=["was_no", "flags"], how="left"
    )
    change = (pl.col("to_x100").fill_null(0) - pl.col("was_x100")) * pl.col("cases")
    return both.select(
        "draft_no", "weight", points_x100=change, available_x100=pl.lit(0, dtype=pl.Int64)
    ).select(EFFECT.names())


def _worth(both: pl.DataFrame, facts: Facts, rules: RuleSet) -> pl.DataFrame:
    """The points of one case of each kind that occurs, with its flags, by its lines: by kind_no and flags."""
    numbers = pl.concat([both.select("kind_no", "flags"), both.select(kind_no="was_no", flags="flags")])
    kinds = numbers.drop_nulls().unique().sort("kind_no", "flags").with_row_index("post_no")
    kinds = kinds.with_columns(pl.col("post_no").cast(pl.Int64), case_ref=pl.col("post_no").cast(pl.String))
    caseload = kinds.with_columns(cases=pl.lit(1, dtype=pl.Int64)).select(SCHEMAS["caseload"].names())
    flagged = [
        kinds.filter(pl.col("flags") & bit > 0).with_columns(flag=pl.lit(letter))
        for letter, bit in _WEIGHED.items()
    ]
    empty = [
        pl.lit(None, dtype=kind).alias(name)
        for name, kind in SCHEMAS["flag"].items()
        if name not in ("post_no", "case_ref", "flag")
    ]
    flag = pl.concat(flagged).with_columns(empty).select(SCHEMAS["flag"].names())
    lines = CaseSide(rules, facts.tier_scheme, facts.day).lines(caseload, flag)
    sums = lines.group_by("post_no").agg(worth_x100=pl.col("points_x100").sum())
    return kinds.join(sums, on="post_no").select("kind_no", "flags", "worth_x100")


def _ranges(effects: pl.DataFrame) -> pl.DataFrame:
    """The least, the most and the expected of each draft: weighed, all alike where nothing is known of how
    likely each way is; expected is empty where the ways differ and have no weight at all."""
    total = pl.col("weight").sum()
    aggs = []
    for name, column in (("", "points_x100"), ("available_", "available_x100")):
        mean = (2 * (pl.col(column) * pl.col("weight")).sum() + total) // (2 * total)
        aggs += [
            pl.col(column).min().alias(f"least_{name}x100"),
            pl.col(column).max().alias(f"most_{name}x100"),
            pl.when(pl.col(column).min() == pl.col(column).max())
            .then(pl.col(column).min())
            .when(total > 0)
            .then(mean)
            .alias(f"expected_{name}x100"),
        ]
    return effects.group_by("draft_no").agg(aggs)


def _in_order(placed: pl.DataFrame) -> pl.DataFrame:
    order = {kind.value: number for number, kind in enumerate(QualityKind)}
    number = pl.col("kind").replace_strict(order, return_dtype=pl.Int64)
    changes = pl.any_horizontal(pl.col(name) != 0 for name in AMOUNTS).fill_null(False)
    placed = placed.with_columns(number=number, changes=changes).sort("number", *KEYS[1:], nulls_last=False)
    # the first of a case that changes anything stands for all of it
    first = pl.col("changes").cast(pl.Int64).cum_sum().over("team_code", "staff_code", "ref") == 1
    alone = pl.col("ref").is_null() | (first & pl.col("changes")) | ~pl.col("changes")
    is_case = pl.col("kind_no").is_not_null()
    in_sum = pl.when(is_case).then(alone.cast(pl.Int64)).otherwise(1)
    return placed.with_columns(in_sum=in_sum).select(FINDING.names()).cast(FINDING)
