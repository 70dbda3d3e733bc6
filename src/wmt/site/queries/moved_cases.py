"""Why figures moved where people changed cases since a night: sides with every case where and what it is."""

from dataclasses import replace

import polars as pl

from wmt.allocation.cases import MOVES
from wmt.allocation.transfers import fresh_posts
from wmt.ledger import OMIC
from wmt.ledger.explain_change import POST_STREAM, Side
from wmt.ledger.moves import HELD
from wmt.nights import Night
from wmt.nights.case_lines import lines_beside, made_lines
from wmt.nights.unit_slice import held_in
from wmt.site.allocation.queries import transfers_since
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

_CODES = ["team_code", "staff_code"]
_HELD = (pl.col("ref"), pl.concat_str("team_code", pl.lit(":"), "staff_code").alias("post_code"))


def with_given(state: State, shown: Night, first: Night, before: Side, after: Side) -> tuple[Side, Side]:
    """Two sides of a unit, the later one with every case where and what people made it since its night."""
    transfers = transfers_since(state)
    if not transfers:
        return before, after
    refs = sorted({each.ref for each in transfers})
    numbers = fresh_posts(shown.table("facts/post"))["number"].implode()
    moves = pl.col("kind").is_in(MOVES) & (pl.col("stream") != OMIC) & pl.col("ref").is_in(refs)
    # cells of counted cases have no reference
    changed = (moves & pl.col("post_no").is_in(numbers)).fill_null(False)
    made = made_lines(shown, transfers, refs)
    given = after.given()
    coming = made.join(after.facts.post, on=_CODES, how="semi").select(given.columns)
    posts = {post for each in transfers for post in (each.from_post, each.to_post)}
    staying = [given.filter(~changed), lines_beside(given.filter(changed), made)]
    now = replace(after, lines=pl.concat([*staying, coming]), streams=_streams(state, after, posts))
    if before.held is None or after.held is None:
        return before, now
    others = [held.filter(~pl.col("ref").is_in(refs).fill_null(False)) for held in (before.held, after.held)]
    of_cases = pl.scan_parquet(shown.path / "results/lines.parquet").filter(
        pl.col("kind") == "case", pl.col("ref").is_in(refs), ~changed
    )
    holding = pl.concat([of_cases.collect().select(_HELD), made.filter(kind="case").select(_HELD)])
    return replace(before, held=pl.concat([others[0], held_in(first, refs)])), replace(
        now, held=pl.concat([others[1], holding.cast(HELD)])
    )


def _streams(state: State, side: Side, codes: set[str]) -> pl.DataFrame:
    """The streams of a side's posts, those that gave or took a case as they are by now."""
    units = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, code__in=sorted(codes))
    rows = list(units.values_list("team_code", "staff_code", "stream"))
    now = pl.DataFrame(rows, POST_STREAM, orient="row")
    there = side.post_streams
    return pl.concat([there.join(now, on=_CODES, how="anti"), now.join(there, on=_CODES, how="semi")])
