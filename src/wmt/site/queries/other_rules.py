"""Figures of units under other rules, beside those shown: the same lines, each at its other price."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wmt.ledger.level_prices import LevelPrices, difference_x100, prices_beside
from wmt.rules import RuleSet
from wmt.site.figures import line_queries, units
from wmt.site.workload.models import Pricing, Unit
from wmt.site.workload.state import State, rules_of


class RepricedLines(NamedTuple):
    """Lines of a unit that were priced alike and differ: how many cases, and by how much each and together.

    Cases in millionths, points in hundredths.
    """

    pricing: Pricing
    quantity_micro: int
    each_x100: int

    @property
    def difference_x100(self) -> int:
        """By how much they differ together."""
        return difference_x100([(self.each_x100, self.quantity_micro)])


@dataclass(frozen=True)
class OtherRules:
    """The figures of one state under other rules. `differing` is what a case differs by, by its pricing."""

    state: State
    differing: Mapping[int, int]

    @classmethod
    def of(cls, state: State, other: RuleSet) -> "OtherRules":
        """Those under rules that differ from the rules of the figures. Raises NightError and LedgerError."""
        prices = prices_beside(rules_of(state), other, state.tier_scheme, state.day)
        return cls(state, differences(state, prices))

    def lines_of(self, found: Sequence[Unit]) -> dict[str, list[RepricedLines]]:
        """The lines that differ, of units of one level and stream, by the unit's code."""
        sums = line_queries.sums_of(self.state, found, by_grade=False) if self.differing else {}
        return {
            code: [
                RepricedLines(line.pricing, line.quantity_micro, self.differing[line.pricing.number])
                for line in lines
                if line.pricing.number in self.differing
            ]
            for code, lines in sums.items()
        }

    def differences(self, found: Iterable[Unit]) -> dict[tuple[str, str], int]:
        """By how many hundredths of a point units differ, by level and code; of any level and stream."""
        groups: dict[tuple[str, str], list[Unit]] = {}
        for unit in found:
            groups.setdefault((unit.level, unit.stream), []).append(unit)
        return {
            (level, code): sum(line.difference_x100 for line in lines)
            for (level, _), members in groups.items()
            for code, lines in self.lines_of(members).items()
        }


def differences(state: State, prices: LevelPrices) -> dict[int, int]:
    """By how many hundredths of a point a case differs, by what it was priced by; none of 0."""
    if not prices:
        return {}
    found = {
        number: prices.difference_x100({**vars(row), "suspended": int(row.suspended)})
        for number, row in line_queries.pricing_of(state).items()
    }
    return {number: difference for number, difference in found.items() if difference}


def around(state: State, user: object, unit: Unit) -> list[Unit]:
    """The units that a change is shown for: those above a unit, itself, and those right below it."""
    above = units.above(state, user, unit)  # type: ignore[arg-type]
    below = [] if unit.level == "post" else list(units.below(state, unit, units.child_level(unit.level)))
    return [*above, unit, *below]
