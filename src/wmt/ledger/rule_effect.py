"""What rules do: the same facts under the rules before and after, as sums of lines for every post.

A row is what lines alike of a post come to under both rules. Every figure of a unit, and every cause of its
difference, is a sum of such rows, so that causes add up to the difference and nothing is left over.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from wmt.ledger import arithmetic, engine, enums
from wmt.ledger.ledger import PLACED_LINE, Ledger
from wmt.ledger.rule_books import ALIKE, UNITS, under_each
from wmt.rules import RuleSet

_SIDES = (_BEFORE, _AFTER) = "before_x100", "after_x100"

#: Points of lines alike under both rules, in hundredths; of the side 'time' they are available points.
EFFECT = pl.Schema(
    [*((name, PLACED_LINE[name]) for name in (*UNITS, *ALIKE)), *((name, pl.Int64()) for name in _SIDES)]
)


@dataclass(frozen=True)
class RuleCause:
    """Lines alike that are worth another amount: points and available points in hundredths.

    `percentage_points_x100` are the hundredths by which they move the capacity; None where one side has no
    available hours.
    """

    side: str
    kind: str
    component: str
    tier: str
    suspended: bool
    points_x100: int
    available_x100: int
    percentage_points_x100: int | None


def rule_effect(ledger: Ledger, before: RuleSet, after: RuleSet) -> pl.DataFrame:
    """Every post under both rules: columns `EFFECT`; its stream is that under the rules after. The ledger has
    its own rules again afterwards.

    Raises LedgerError as `Ledger.reprice` does.
    """
    places = pl.DataFrame()

    def asked() -> pl.DataFrame:
        nonlocal places
        if ledger.rules is after:  # those before are not looked at
            places = ledger.places()
        return ledger.alike(ALIKE)

    was, then = under_each(ledger, (before, after), asked)
    return engine.shaped(_beside(was, then, places), EFFECT)


def _beside(was: pl.DataFrame, then: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """The sums of both with where their posts are, by `UNITS` and `ALIKE`. Posts and what lines are of are
    numbered in order once each: to join and sort every row of a nation by all of their words takes longer."""
    posts = places.sort(UNITS, nulls_last=False).with_row_index("_post")
    known = pl.concat([each.select(ALIKE).unique() for each in (was, then)]).unique()
    alike = known.sort(ALIKE, nulls_last=False).with_row_index("_alike")
    points, none = pl.col("points_x100"), pl.lit(0, pl.Int64)
    both = pl.concat([
        sums.join(alike, on=ALIKE, nulls_equal=True).select(
            "post_no", "_alike", **{name: points if name == own else none for name in _SIDES}
        )
        for own, sums in zip(_SIDES, (was, then), strict=True)
    ])  # fmt: skip
    both = both.group_by("post_no", "_alike").agg(pl.col(_SIDES).sum()).join(posts, on="post_no")
    return both.sort("_post", "_alike").join(alike, on="_alike", maintain_order="left")


def of_unit(effect: pl.DataFrame, level: str, code: str, stream: str = enums.HEADLINE) -> pl.DataFrame:
    """The rows of one unit, as far as they are in its figure: of a post, whatever its stream."""
    rows = effect.filter(pl.col(f"{level}_code") == code)
    return rows if level == "post" else rows.filter(pl.col("post_stream") == stream)


def moments(effect: pl.DataFrame) -> tuple[arithmetic.Moment, arithmetic.Moment]:
    """Points and available points under the rules before and after, summed over rows."""
    found = []
    for name in _SIDES:
        work, time = (
            effect.select(pl.col(name).filter(pl.col("side") == side).sum()).item()
            for side in ("work", "time")
        )
        found.append(arithmetic.Moment(work, time))
    return found[0], found[1]


def units_of(effect: pl.DataFrame, level: str) -> pl.DataFrame:
    """The units of a level with their points and available points under both rules, by code: columns code,
    points_before, points_after, available_before, available_after."""
    work, time = pl.col("side") == "work", pl.col("side") == "time"
    return (
        effect.group_by(code=f"{level}_code")
        .agg(
            points_before=pl.col("before_x100").filter(work).sum(),
            points_after=pl.col("after_x100").filter(work).sum(),
            available_before=pl.col("before_x100").filter(time).sum(),
            available_after=pl.col("after_x100").filter(time).sum(),
        )
        .sort("code")
    )


def causes(effect: pl.DataFrame) -> list[RuleCause]:
    """Why rows differ under the two rules, the weightiest first; they add up to the difference exactly."""
    before, after = moments(effect)
    summed = effect.group_by(ALIKE).agg(moved=pl.col("after_x100").sum() - pl.col("before_x100").sum())
    moved = list(_moved(summed.filter(pl.col("moved") != 0).sort(ALIKE, nulls_last=False)))
    changes = [{"points_x100": each[1], "available_x100": each[2]} for each in moved]
    shares: list[int] | list[None] = arithmetic.percentage_points_x100(before, after, changes) or [
        None
    ] * len(moved)
    found = [RuleCause(*each[0], each[1], each[2], share) for each, share in zip(moved, shares, strict=True)]
    return sorted(found, key=lambda each: -abs(each.points_x100) - abs(each.available_x100))


def _moved(summed: pl.DataFrame) -> Iterator[tuple[tuple[str, str, str, str, bool], int, int]]:
    for side, kind, component, tier, suspended, moved in summed.iter_rows():
        alike = (side, kind, component or "", tier or "", bool(suspended))
        yield alike, moved if side == "work" else 0, moved if side == "time" else 0
