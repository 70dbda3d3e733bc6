"""What lines are worth under other rules, as at a priority level, beside business as usual: the same lines,
one more rule set."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from wmt.facts.enums import MICRO
from wmt.ledger.lines import WEIGHTED_FLAGS
from wmt.ledger.prices import price
from wmt.rules import RuleSet, priorities

#: What lines of one price have in common, of the columns of `lines.LINE`.
_KEY = ("location", "tier", "suspended", "stream", "status")
#: A case, and what a weighting of flagged cases adds to it: its kind of line, and its column of prices.
_WORTH = {
    "case": ("each_x100", "points_x100"),
    **{kind: (each, each) for kind, (_, each) in WEIGHTED_FLAGS.items()},
}


class LevelPrices:
    """By how much lines differ at a level or under other rules, from the prices of both rule sets.

    Make it with `level_prices` or `prices_beside`.

    Lines that were not priced by these rules, as those kept of an earlier night may be, do not differ.
    """

    def __init__(self, usual: pl.DataFrame, at_level: pl.DataFrame) -> None:
        self._differences: dict[tuple[Any, ...], tuple[int, int]] = {}
        for one, other in zip(usual.iter_rows(named=True), at_level.iter_rows(named=True), strict=True):
            for kind, (each, points) in _WORTH.items():
                if one[points] != other[points]:
                    key = kind, *(one[name] for name in _KEY)
                    self._differences[key] = one[each], other[points] - one[points]

    def __bool__(self) -> bool:
        return bool(self._differences)

    def difference_x100(self, pricing: Mapping[str, Any]) -> int:
        """By how many hundredths of a point each case of lines differs that were priced so; 0 for most."""
        key = pricing["kind"], *(pricing[name] for name in _KEY)
        each, difference = self._differences.get(key, (None, 0))
        return difference if each == pricing["each_x100"] else 0


@lru_cache(maxsize=16)
def level_prices(rules: RuleSet, level: str, tier_scheme: str, day: date) -> LevelPrices:
    """The prices of a level beside those of business as usual. Raises LedgerError as `prices.price` does."""
    return prices_beside(rules, priorities.at_level(rules, level), tier_scheme, day)


def prices_beside(rules: RuleSet, other: RuleSet, tier_scheme: str, day: date) -> LevelPrices:
    """The prices of other rules beside those of the rules. Raises LedgerError as `prices.price` does."""
    usual, then = (price(each, tier_scheme, day).tables["price"] for each in (rules, other))
    return LevelPrices(usual, then)


def difference_x100(lines: Iterable[tuple[int, int]]) -> int:
    """What lines differ by together, in hundredths of a point: of each the difference of one case, and its
    quantity in millionths."""
    return sum(each * quantity // MICRO for each, quantity in lines)
