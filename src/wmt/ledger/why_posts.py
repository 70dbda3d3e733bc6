"""Why the capacities of many posts moved between two moments, asked at once: what `why` says of each."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl

from wmt.ledger import explain_change
from wmt.ledger.arithmetic import Moment, percentage_points_x100
from wmt.ledger.enums import Cause


class PostMoved(NamedTuple):
    """Figures of a post at two moments, and how many hundredths of a percentage point each cause did."""

    before: Moment
    after: Moment
    shares_x100: Mapping[Cause, int]


def why_of_posts(before: explain_change.Side, after: explain_change.Side) -> dict[str, PostMoved]:
    """The posts that are at both moments and have time at both, by code. The lines must be at hand."""
    with explain_change.compared(before, after) as comparison:
        changes = comparison.changes("post")
    causes: dict[str, list[dict[str, Any]]] = {}
    for change in changes.iter_rows(named=True):
        causes.setdefault(change["code"], []).append(change)
    firsts, lasts = _moments(before), _moments(after)
    found = {}
    for code in sorted(firsts.keys() & lasts.keys()):
        rows = causes.get(code, [])
        shares = percentage_points_x100(firsts[code], lasts[code], rows)
        if shares is not None:
            by_cause = {Cause(row["cause"]): share for row, share in zip(rows, shares, strict=True)}
            found[code] = PostMoved(firsts[code], lasts[code], by_cause)
    return found


def _moments(side: explain_change.Side) -> dict[str, Moment]:
    """Points and available points of the posts that have lines."""
    few = side.given().select("team_code", "staff_code", "side", "points_x100")
    points = pl.col("points_x100")
    sums = (points.filter(pl.col("side") == each).sum().alias(each) for each in ("work", "time"))
    found = explain_change.placed(few, side.facts, side.post_streams).group_by("post_code").agg(sums)
    return {code: Moment(work, time) for code, work, time in found.select("post_code", "work", "time").rows()}
