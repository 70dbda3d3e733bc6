"""Several rule sets side by side: the same facts under each, as sums of lines alike for every post.

A figure of a unit under one rule set is the sum of its rows of that set. Rows of two sets that are alike in
`ALIKE` are the same lines at another price.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import polars as pl

from wmt.ledger import arithmetic, engine
from wmt.ledger.ledger import PLACED_LINE, Ledger
from wmt.rules import RuleSet

#: Where lines are: the codes of the post and of all above it, and its stream.
UNITS = ("post_code", "team_code", "pdu_code", "region_code", "nation_code", "post_stream")
#: What lines are alike in.
ALIKE = ("side", "kind", "component", "tier", "suspended")

#: Lines alike of a post under the rule set numbered `book`, in the order given: how many (millionths of a
#: case, an hour) and what they earn in hundredths of points; on the side 'time' what they hold or take.
BOOKS = pl.Schema(
    [
        ("book", pl.Int64()),
        *((name, PLACED_LINE[name]) for name in (*UNITS, *ALIKE, "quantity_micro", "points_x100")),
    ]
)
#: What is only shown beside a figure, and in none.
_BESIDE = ("omic_licence", "unpaid_only")
Found = TypeVar("Found")


def rule_books(ledger: Ledger, rule_sets: Sequence[RuleSet]) -> pl.DataFrame:
    """Every post under each rule set, in its stream under that set: columns `BOOKS`. The ledger has its own
    rules again afterwards.

    Raises LedgerError as `Ledger.reprice` does.
    """
    found = under_each(ledger, rule_sets, lambda: ledger.alike(ALIKE).join(ledger.places(), on="post_no"))
    numbered = [each.with_columns(book=pl.lit(at, pl.Int64)) for at, each in enumerate(found)]
    return engine.shaped(pl.concat(numbered), BOOKS).sort("book", *UNITS, *ALIKE, nulls_last=False)


def under_each(ledger: Ledger, rule_sets: Sequence[RuleSet], ask: Callable[[], Found]) -> list[Found]:
    """What is asked of a ledger, answered under each rule set; it has its own again afterwards."""
    own = ledger.rules
    try:
        found = []
        for rules in rule_sets:
            if rules is not ledger.rules:
                ledger.reprice(rules)
            found.append(ask())
        return found
    finally:
        ledger.reprice(own)


class BookLine(NamedTuple):
    """Lines alike of a unit: of what, and under each rule set how many and what they come to (millionths of
    a case or an hour, and hundredths of points)."""

    side: str
    kind: str
    component: str
    tier: str
    suspended: bool
    amounts: Sequence[tuple[int, int]]

    @property
    def quantity_micro(self) -> int | None:
        """How many; None where the rule sets differ in that, as in hours that nobody has entered."""
        found = {many for many, _ in self.amounts if many}
        return None if len(found) > 1 else max(found, default=0)


def moment(rows: pl.DataFrame, book: int) -> arithmetic.Moment:
    """Points and available points of rows (`BOOKS`) under one of the rule sets, in hundredths."""
    own = rows.filter(book=book)
    work, time = (own.filter(side=side)["points_x100"].sum() for side in ("work", "time"))
    return arithmetic.Moment(int(work), int(time))


def lines(rows: pl.DataFrame, books: int) -> list[BookLine]:
    """Rows (`BOOKS`) summed by what they are of, under each of so many rule sets: work before time. They add
    up to `moment`."""
    counted = rows.filter(~pl.col("kind").is_in(_BESIDE))
    summed = counted.group_by(*ALIKE, "book").agg(pl.col("quantity_micro").sum(), pl.col("points_x100").sum())
    order = ("kind", "component", "tier", "suspended", "book")
    ordered = summed.sort(pl.col("side") != "work", *order, nulls_last=False)
    found: dict[tuple[str, str, str, str, bool], list[tuple[int, int]]] = {}
    for side, kind, component, tier, suspended, book, many, points in ordered.iter_rows():
        alike = (side, kind, component or "", tier or "", bool(suspended))
        found.setdefault(alike, [(0, 0)] * books)[book] = (many, points)
    return [BookLine(*alike, amounts) for alike, amounts in found.items()]
