"""Levers of demand together: what a unit would need, month by month, as ranges; exact until it is told.

Each lever has its own least and most: the ends of its number, the two ways in which a change of starts can
reach the caseload, and, of people, the two readings of NET and NAT. The least and the most of a scenario are
those of its levers one after the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise, product
from typing import NamedTuple

from wmt.plan.plan_file import DemandStep
from wmt.staffing import demand
from wmt.staffing.need import Need, WorkSum, need_of
from wmt.staffing.rates import Rates

#: Months from now at which a scenario is told, and the one whose lines are.
MONTHS = (3, 6, 12, 24)
USUAL_MONTH = 12


class Spread(NamedTuple):
    """The least and the most of a figure."""

    least: Fraction
    most: Fraction


@dataclass(frozen=True)
class Scenario:
    """A unit's work and its levers, without roles, which no lever changes. `by` as `Need` has it."""

    rates: Rates
    sums: Sequence[WorkSum]
    steps: Sequence[DemandStep]
    by: str = "points"

    def now(self) -> Need:
        """The need of today."""
        return need_of(self.rates, self.sums, by=self.by)

    def at(self, months: int) -> "ScenarioMonth":
        """The scenario so many months from now. Raises StaffingError where no time is left for cases."""
        ceiling = Decimal(str(self.rates.value("full.ceiling_percent").value))
        start = demand.DemandThen(self.rates, self.sums, months, ceiling)
        least, most = [start], [start]
        for step in self.steps:
            least.append(min(self._corners(least[-1], step), key=self._people))
            most.append(max(self._corners(most[-1], step), key=self._people))
        return ScenarioMonth(self, months, least, most)

    def _corners(self, then: demand.DemandThen, step: DemandStep) -> list[demand.DemandThen]:
        return [
            demand.with_lever(then, step, value, lag)
            for value, lag in product(numbers_of(self.rates, step), demand.LAGS)
        ]  # fmt: skip

    def _people(self, then: demand.DemandThen) -> tuple[Fraction, Decimal]:
        if self.by == "points":
            return then.points / then.rates.points_of_fte, -then.ceiling
        return people_of(self.need(then)), -then.ceiling

    def need(self, then: demand.DemandThen) -> Need:
        """The need of the work then."""
        return need_of(then.rates, then.sums, by=self.by)


def numbers_of(rates: Rates, step: DemandStep) -> tuple[Decimal, ...]:
    """The two ends of what a lever is set to; one where they are the same."""
    if step.band:
        return demand.band_range(rates, step.band)
    assert step.low is not None
    return (step.low,) if step.high is None or step.high == step.low else (step.low, step.high)


def people_of(need: Need) -> Fraction:
    """FTE of the work, by what the need is told by."""
    return need.by_points if need.by == "points" else need.by_hours


def _in_both_readings(need: Need) -> list[Fraction]:
    return [people_of(replace(need, rates=need.rates.in_chain(chain))) for chain in ("product", "sum")]


@dataclass(frozen=True)
class ScenarioMonth:
    """A scenario so many months from now: the work after each lever, at its least and at its most."""

    scenario: Scenario
    months: int
    least: Sequence[demand.DemandThen]
    most: Sequence[demand.DemandThen]

    @cached_property
    def ends(self) -> tuple[Need, Need]:
        """The need at the least and at the most."""
        return self.scenario.need(self.least[-1]), self.scenario.need(self.most[-1])

    @property
    def points(self) -> Spread:
        return Spread(self.least[-1].points, self.most[-1].points)

    @property
    def people(self) -> Spread:
        """FTE of the work, in the reading asked for."""
        return Spread(*map(people_of, self.ends))

    @property
    def change(self) -> Spread:
        """FTE more than today, over both readings of NET and NAT."""
        now = _in_both_readings(self.scenario.now())
        found = [
            then - was for each in self.ends for was, then in zip(now, _in_both_readings(each), strict=True)
        ]
        return Spread(min(found), max(found))

    def of_grade(self, grade: str) -> Spread:
        """FTE of a grade that the work needs."""
        return Spread(*sorted(each.work_by_grade.get(grade, Fraction()) for each in self.ends))

    def by_step(self) -> list[Spread]:
        """FTE that each lever adds after those before it, over both readings."""
        found = []
        for (was, then), (was_most, then_most) in zip(pairwise(self.least), pairwise(self.most), strict=True):
            moves = [
                after - before
                for one, other in ((was, then), (was_most, then_most))
                for before, after in zip(
                    _in_both_readings(self.scenario.need(one)),
                    _in_both_readings(self.scenario.need(other)),
                    strict=True,
                )
            ]
            found.append(Spread(min(moves), max(moves)))
        return found
