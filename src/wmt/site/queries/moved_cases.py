"""Why figures moved where people gave cases to somebody since a night: the sides with every case there."""

from dataclasses import replace

import polars as pl

from wmt.allocation.cases import MOVES
from wmt.allocation.transfers import fresh_posts, led, with_transfers
from wmt.facts import Facts
from wmt.ledger import OMIC
from wmt.ledger.explain_change import POST_STREAM, Side
from wmt.ledger.moves import HELD
from wmt.nights import Night
from wmt.nights.unit_slice import held_in, part_of
from wmt.site.allocation.queries import transfers_since
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

_CODES = ["team_code", "staff_code"]
_ENDS = dict.fromkeys((*_CODES, "ref", "to_team", "to_staff", "end"), pl.String)


def with_given(state: State, shown: Night, first: Night, before: Side, after: Side) -> tuple[Side, Side]:
    """Two sides of a unit, the later one with every case where people put it since its night."""
    transfers = transfers_since(state)
    if not transfers:
        return before, after
    moves = (pl.col("kind").is_in(MOVES) & (pl.col("stream") != OMIC)).fill_null(False)
    refs = sorted({each.ref for each in transfers})
    lines = pl.scan_parquet(shown.path / "results/lines.parquet").filter(pl.col("ref").is_in(refs), moves)
    there = lines.collect()
    holders: dict[str, set[str]] = {}
    for team, staff, ref in there.filter(kind="case").select(*_CODES, "ref").rows():
        holders.setdefault(ref, set()).add(f"{team}:{staff}")
    numbers = dict(fresh_posts(shown.table("facts/post")).rows())
    ends, _ = led(transfers, holders, numbers)
    rows = [(*start.split(":", 1), ref, *end.split(":", 1), end) for (ref, start), end in ends.items()]
    frame = pl.DataFrame(rows, _ENDS, orient="row")
    keys = [*_CODES, "ref"]
    coming = there.join(frame, on=keys).with_columns(
        team_code="to_team", staff_code="to_staff", post_no=pl.col("end").replace_strict(numbers)
    )
    coming = coming.join(after.facts.post, on=_CODES, how="semi")
    given = after.given()
    staying = given.filter(moves).join(frame, on=keys, how="anti")
    now = replace(
        after,
        lines=pl.concat([given.filter(~moves), staying, coming.select(given.columns)]),
        streams=_streams(state, after, {*ends.values(), *(start for _, start in ends)}),
    )
    if before.held is None or after.held is None:
        return before, now
    others = [held.filter(~pl.col("ref").is_in(refs)) for held in (before.held, after.held)]
    led_to = [
        (ref, ends.get((ref, code), code)) for ref, code in held_in(shown, refs).select(HELD.names()).rows()
    ]
    then = pl.DataFrame(led_to, HELD, orient="row")
    return replace(before, held=pl.concat([others[0], held_in(first, refs)])), replace(
        now, held=pl.concat([others[1], then])
    )


def _streams(state: State, side: Side, codes: set[str]) -> pl.DataFrame:
    """The streams of a side's posts, those that gave or took a case as they are by now."""
    units = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, code__in=sorted(codes))
    rows = list(units.values_list("team_code", "staff_code", "stream"))
    now = pl.DataFrame(rows, POST_STREAM, orient="row")
    there = side.post_streams
    return pl.concat([there.join(now, on=_CODES, how="anti"), now.join(there, on=_CODES, how="semi")])


def facts_with_given(state: State, shown: Night, facts: Facts) -> Facts:
    """The facts of some posts of the night that is shown, with every case where people put it since."""
    transfers = transfers_since(state)
    code = pl.concat_str("team_code", pl.lit(":"), "staff_code")
    mine = set(facts.post.select(code).to_series())
    others = {post for each in transfers for post in (each.from_post, each.to_post)} - mine
    if not others:
        return with_transfers(facts, transfers)[0]
    whole, _ = with_transfers(part_of(shown, "post", mine | others).facts, transfers)
    numbers = facts.post["post_no"].implode()
    caseload, flag = (
        frame.filter(pl.col("post_no").is_in(numbers)) for frame in (whole.caseload, whole.flag)
    )
    return replace(facts, caseload=caseload, flag=flag)
