"""Levers of demand together: what a unit would need, month by month, as ranges; exact until it is told.

Each lever has its own least and most: the ends of its number, the two ways in which a change of starts can
reach the caseload, and, of people, the two readings of NET and NAT. The least and the most of a scenario are
those of its levers one after the other; of each grade they are its own, which may lie at other ends of the
levers than those of all people: a lever may move work between grades and not change its sum.
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

#: The work today, and after each lever.
Path = tuple[demand.DemandThen, ...]

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
        paths: list[Path] = [(demand.DemandThen(self.rates, self.sums, months, ceiling),)]
        for step in self.steps:
            paths = self._outermost(
                [(*path, then) for path in paths for then in self._corners(path[-1], step)]
            )
        return ScenarioMonth(self, months, paths)

    def _corners(self, then: demand.DemandThen, step: DemandStep) -> list[demand.DemandThen]:
        lags = demand.LAGS if step.lever in demand.BY_AND_BY else demand.LAGS[:1]
        return [
            demand.with_lever(then, step, value, lag)
            for value, lag in product(numbers_of(self.rates, step), lags)
        ]  # fmt: skip

    def _outermost(self, paths: list[Path]) -> list[Path]:
        """The paths at which all people, or those of a grade, are the fewest or the most."""
        needs = [self.need(path[-1]) for path in paths]
        kept: set[int] = set()
        for grade in ("", *dict.fromkeys(grade for need in needs for grade in need.work_by_grade)):
            figures = [
                (_of_grade(need, grade), -path[-1].ceiling) for need, path in zip(needs, paths, strict=True)
            ]
            kept |= {figures.index(min(figures)), figures.index(max(figures))}
        return [paths[number] for number in sorted(kept)]

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


def _of_grade(need: Need, grade: str) -> Fraction:
    """FTE of the work of a grade; of all grades for ''."""
    return need.work_by_grade.get(grade, Fraction()) if grade else people_of(need)


def _in_both_readings(need: Need) -> list[Fraction]:
    return [people_of(replace(need, rates=need.rates.in_chain(chain))) for chain in ("product", "sum")]


@dataclass(frozen=True)
class ScenarioMonth:
    """A scenario so many months from now: the work after each lever, on every path at whose end all people or
    those of a grade are the fewest or the most."""

    scenario: Scenario
    months: int
    paths: Sequence[Path]

    @cached_property
    def needs(self) -> list[Need]:
        """The need at the end of each path."""
        return [self.scenario.need(path[-1]) for path in self.paths]

    @cached_property
    def _ends(self) -> tuple[int, int]:
        figures = [
            (people_of(need), -path[-1].ceiling) for need, path in zip(self.needs, self.paths, strict=True)
        ]
        return figures.index(min(figures)), figures.index(max(figures))

    @property
    def least(self) -> Path:
        """The path to the fewest people."""
        return self.paths[self._ends[0]]

    @property
    def most(self) -> Path:
        """The path to the most people."""
        return self.paths[self._ends[1]]

    @cached_property
    def ends(self) -> tuple[Need, Need]:
        """The need at the least and at the most."""
        return self.needs[self._ends[0]], self.needs[self._ends[1]]

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
        """FTE of a grade that the work needs: the grade's own least and most."""
        found = [_of_grade(need, grade) for need in self.needs]
        return Spread(min(found), max(found))

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
