"""The lines of cases that people changed since a night was worked out, as the ledger makes them."""

from collections.abc import Collection, Sequence

import polars as pl

from wmt.allocation.cases import MOVES
from wmt.allocation.transfers import CaseTransfer, fresh_posts, with_transfers
from wmt.ledger import NAMED_LINE, OMIC, CaseSide
from wmt.nights.folder import Night
from wmt.nights.unit_slice import part_of_cases, rules_of


def made_lines(
    night: Night, transfers: Sequence[CaseTransfer], refs: Collection[str], side: CaseSide | None = None
) -> pl.DataFrame:
    """The lines of some cases with the transfers that stand, at posts that have figures of the night: columns
    `NAMED_LINE`. `side` prices them, where there is one at hand for the rules of the night."""
    posts = {post for each in transfers for post in (each.from_post, each.to_post)}
    facts, _ = with_transfers(part_of_cases(night, refs, posts), transfers)
    side = side or CaseSide(rules_of(night), facts.tier_scheme, facts.day)
    numbers = fresh_posts(facts.post).select(post_no="number")
    lines = side.lines(*(frame.join(numbers, on="post_no") for frame in (facts.caseload, facts.flag)))
    codes = facts.post.select("post_no", "team_code", "staff_code")
    lines = lines.join(codes, on="post_no", maintain_order="left").filter(pl.col("stream") != OMIC)
    return lines.select(NAMED_LINE.names())


def lines_led(night: Night, lines: pl.DataFrame, transfers: Sequence[CaseTransfer]) -> pl.DataFrame:
    """Lines of a night (`NAMED_LINE`), those of cases where and what their transfers make them."""
    if not transfers:
        return lines
    refs = {each.ref for each in transfers}
    numbers = fresh_posts(night.table("facts/post"))["number"].implode()
    moves = pl.col("kind").is_in(MOVES) & (pl.col("stream") != OMIC) & pl.col("ref").is_in(list(refs))
    # cells of counted cases have no reference
    changed = (moves & pl.col("post_no").is_in(numbers)).fill_null(False)
    made = made_lines(night, transfers, refs).select(lines.columns)
    return pl.concat([lines.filter(~changed), lines_beside(lines.filter(changed), made), made])


def lines_beside(lines: pl.DataFrame, made: pl.DataFrame) -> pl.DataFrame:
    """Those of some cases' lines that stay as they are when the cases' lines are made again: at posts that
    list a case neither before nor after. A flag there weighs on cases that are only counted."""
    listed = pl.concat([frame.filter(kind="case").select("ref", "post_no") for frame in (lines, made)])
    return lines.join(listed, on=["ref", "post_no"], how="anti", maintain_order="left")
