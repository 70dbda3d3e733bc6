"""Contacts that are to be put right: an unknown code, one post missing, recorded late."""

from collections.abc import Mapping

import polars as pl

from wmt.data_quality.held_cases import Drafts, fresh_posts
from wmt.data_quality.kinds import EFFECT, QualityKind
from wmt.facts import NOT_KNOWN, Facts
from wmt.ledger import LineReason
from wmt.ledger.prices import price
from wmt.rules import RuleSet


def contact_findings(
    drafts: Drafts, facts: Facts, inputs: Mapping[str, pl.DataFrame], rules: RuleSet, lines: pl.DataFrame
) -> None:
    """Find them. `lines` are the night's, of which those of contacts are read."""
    posts = fresh_posts(facts).filter(pl.col("staff_code") != NOT_KNOWN)
    here = lines.filter(pl.col("kind") == "contact", pl.col("post_no").is_in(posts["post_no"].implode()))
    here = here.select("post_no", "ref", "points_x100", "reason", "each_x100", "counted")
    both = here.join(facts.contact, left_on="ref", right_on="contact_ref", maintain_order="left")
    _codes(drafts, facts, rules, both)
    _posts(drafts, facts, both)
    _late(drafts, facts, inputs, rules, posts)


def _codes(drafts: Drafts, facts: Facts, rules: RuleSet, both: pl.DataFrame) -> None:
    """Contacts whose code no rule knows: what they may be worth to who did them, and take elsewhere."""
    unknown = both.filter(
        pl.col("reason") == LineReason.UNKNOWN_CODE, pl.col("by_post_no") != pl.col("om_post_no")
    )
    numbered = drafts.add(
        QualityKind.CONTACT_CODE,
        unknown.with_columns(
            recorded=pl.concat_str(pl.lit("code "), "code"), instead=pl.lit("one of the codes that count")
        ),
    )
    prices = price(rules, facts.tier_scheme, facts.day).tables["contact_price"].select("code", "each_x100")
    there = facts.contact.group_by("code").agg(weight=pl.len().cast(pl.Int64))
    worth = prices.join(there, on="code", how="left").with_columns(pl.col("weight").fill_null(0))
    worth = worth.group_by(worth_x100="each_x100").agg(pl.col("weight").sum())
    sign = pl.when(pl.col("by_post_no") == pl.col("post_no")).then(1).otherwise(-1)
    ways = numbered.select("draft_no", "points_x100", sign=sign).join(worth, how="cross")
    effects = ways.with_columns(
        points_x100=pl.col("worth_x100") * pl.col("sign") - pl.col("points_x100"), available_x100=pl.lit(0)
    )
    drafts.effects.append(effects.select(EFFECT.names()).cast(EFFECT))


def _posts(drafts: Drafts, facts: Facts, both: pl.DataFrame) -> None:
    """Contacts that count and have one side at the post not known: at the side that is known, which keeps its
    points whoever the other is."""
    nobody = facts.post.filter(pl.col("staff_code") == NOT_KNOWN)["post_no"].implode()
    is_open = pl.col("by_post_no").is_in(nobody) | pl.col("om_post_no").is_in(nobody)
    found = both.filter(is_open, pl.col("counted") == 1)
    missing = (
        pl.when(pl.col("by_post_no").is_in(nobody))
        .then(pl.lit("who did it"))
        .otherwise(pl.lit("whose case it is"))
    )
    worth = (pl.col("each_x100").abs() / 100).cast(pl.String).str.strip_suffix(".0")
    numbered = drafts.add(
        QualityKind.CONTACT_POST,
        found.with_columns(
            recorded=pl.concat_str(pl.lit("code "), "code", pl.lit(", without "), missing),
            instead=pl.concat_str(worth, pl.lit(" points belong to a post that is not named")),
        ),
    )
    _nothing(drafts, numbered)


def _late(
    drafts: Drafts, facts: Facts, inputs: Mapping[str, pl.DataFrame], rules: RuleSet, posts: pl.DataFrame
) -> None:
    """Contacts of the window that were recorded late: what they earn does not change by it."""
    table = inputs.get("contact")
    if table is None or "recorded_on" not in table.columns:
        return
    taken = (pl.col("recorded_on") - pl.col("contact_date")).dt.total_days()
    window = rules["cms_window_days"].whole
    ago = (pl.lit(facts.day) - pl.col("contact_date")).dt.total_days()
    late = table.filter(
        taken > rules["data_quality.late_days"].whole, ago.is_between(0, window, closed="left")
    )
    named = late.rename({"by_team_code": "team_code", "by_staff_code": "staff_code"})
    found = named.join(
        posts.select("post_no", "team_code", "staff_code"),
        on=["team_code", "staff_code"],
        maintain_order="left",
    )
    numbered = drafts.add(
        QualityKind.LATE_RECORDING,
        found.with_columns(
            ref="contact_id",
            recorded=pl.concat_str(
                pl.lit("done on "),
                pl.col("contact_date").dt.strftime("%-d %b %Y"),
                pl.lit(", recorded on "),
                pl.col("recorded_on").dt.strftime("%-d %b %Y"),
            ),
            instead=pl.concat_str(taken, pl.lit(" days between")),
        ),
    )
    _nothing(drafts, numbered)


def _nothing(drafts: Drafts, numbered: pl.DataFrame) -> None:
    none = numbered.select("draft_no", points_x100=0, available_x100=0, weight=1)
    drafts.effects.append(none.cast(EFFECT))
