"""What initiatives cost units, by the cases that posts hold in the figures shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from wmt.nights import NightError
from wmt.rules import RuleSet
from wmt.site.figures import line_queries
from wmt.site.initiatives import register
from wmt.site.initiatives.models import Initiative
from wmt.site.queries.rules_on_day import rules_at
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, rules_of
from wmt.staffing.initiative_cost import InitiativeCost, cost
from wmt.staffing.rates import Rates


@dataclass(frozen=True)
class UnitCases:
    """The active cases of units of one level: grade of who holds them, type, tier and how many, by unit."""

    state: State
    units: Sequence[Unit]

    @cached_property
    def _cases(self) -> dict[str, list[tuple[str, str, str, int]]]:
        found = line_queries.sums_of(self.state, self.units, kind="case") if self.units else {}
        return {
            code: [
                (line.grade, line.pricing.location, line.pricing.tier, line.active_cases)
                for line in lines
                if line.active_cases
            ]
            for code, lines in found.items()
        }

    @cached_property
    def rates(self) -> Rates:
        """Hours and points of a full-time officer's year, by the rules of the figures."""
        return Rates(_rules(self.state))

    def cost(self, row: Initiative, code: str) -> InitiativeCost:
        """What an initiative costs one of these units. Raises StaffingError where rules leave no time."""
        return cost(register.instruction(row), self._cases.get(code, ()), self.rates)


def _rules(state: State) -> RuleSet:
    """The rules of the figures; of a night that is not there, those of its day."""
    try:
        return rules_of(state)
    except NightError:
        return rules_at(state.rules_date)
