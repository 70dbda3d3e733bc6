"""Levers of demand together: what a unit would need, month by month, as ranges; exact until it is told.

Each lever has its own least and most: the ends of its number, the two ways in which a change of starts can
reach the caseload, and, of people, the two readings of NET and NAT. The least and the most of a scenario are
those of its levers one after the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise, product
from typing import Any, NamedTuple

from wmt.plan.demand_levers import demand_words, plain
from wmt.plan.plan_file import DemandStep
from wmt.staffing import demand
from wmt.staffing.gap import places
from wmt.staffing.need import Need, WorkSum, need_of
from wmt.staffing.rates import CHAINS, Rates

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
    return [people_of(replace(need, rates=need.rates.in_chain(chain))) for chain in CHAINS]


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


def rules_used(rates: Rates, steps: Iterable[DemandStep]) -> list[dict[str, Any]]:
    """What levers start from that nobody typed: each rule with its number, source and whether it is ours."""
    paths = dict.fromkeys(path for step in steps for path in _rules_of(step))
    found = []
    for path in paths:
        value = rates.value(path)
        found.append(
            {
                "rule": path,
                "description": value.description,
                "value": value.value,
                "unit": value.unit,
                "source": value.source,
                "is_placeholder": value.status == "default",
            }
        )
    return found


_LENGTH = "staffing.demand.order_length."
_HANDOVER = "activity_timings.local.handover_before_release"
_STARTS = (
    f"{_LENGTH}community_order",
    f"{_LENGTH}suspended_sentence",
    "staffing.demand.suspended_sentence_share",
)
_RULES = {
    "community_orders": (_STARTS[0], _STARTS[2]),
    "suspended_sentences": _STARTS[1:],
    "licences": (f"{_LENGTH}licence",),
    "custody": (f"{_LENGTH}custody",),
    "police": (*_STARTS, f"{_LENGTH}custody", "staffing.extra_police_officers"),
    "standard_reports": ("report_points.sdr", "report_window_days.sdr"),
    "fast_reports": ("report_points.fdr", "report_window_days.fdr"),
    "report_share": ("staffing.demand.report_share", "staffing.presentence_report_ambition"),
    "suspended_share": ("staffing.demand.suspended_share",),
    "recalls": (
        "staffing.demand.recalls_a_quarter", "staffing.demand.people_after_release", f"{_LENGTH}recalled",
    ),
    "days_away": ("net_percent",),
    "net_percent": ("net_percent",),
    "officer_share": ("staffing.shares.medium.PO",),
    "ceiling": ("full.ceiling_percent",),
    "handover_months": (_HANDOVER,),
    "handover_meetings": (
        "staffing.demand.handover_meetings", "staffing.demand.handover_meeting_minutes", _HANDOVER,
    ),
}  # fmt: skip


def _rules_of(step: DemandStep) -> tuple[str, ...]:
    if step.band:
        return tuple(f"staffing.demand.bands.{step.band}.{end}" for end in ("low", "high"))
    if step.lever == "contract":
        return (f"staffing.demand.intensity.{step.intensity}",)
    return _RULES.get(step.lever, ())


def present(scenario: Scenario, available_x100: int, months: int = USUAL_MONTH) -> dict[str, Any]:
    """A scenario as plain data: people month by month, by grade and lever, and every line at one month."""
    now, at = scenario.now(), scenario.at(months)
    moves = at.by_step()
    return {
        "months": months,
        "chain": scenario.rates.chain,
        "by": scenario.by,
        "now": {
            "points": places(now.points, 2), "need": places(people_of(now)),
            "capacity": _capacity(now.points, now.points, available_x100)["capacity_least"],
        },
        "when": [_month(scenario.at(each), available_x100) for each in sorted({*MONTHS, months})],
        "grades": [
            {"grade": grade, "now": places(fte), **_ends("need", at.of_grade(grade))}
            for grade, fte in now.work_by_grade.items()
        ],
        "levers": [
            {
                "number": number,
                "words": demand_words(step),
                "range": [plain(each) for each in numbers_of(scenario.rates, step)],
                **_ends("more", move),
            }
            for number, (step, move) in enumerate(zip(scenario.steps, moves, strict=True), 1)
        ],
        "lines": _lines(now, *at.ends),
        "contracts": _contracts(scenario),
        "rules": rules_used(scenario.rates, scenario.steps),
    }  # fmt: skip


def _month(at: ScenarioMonth, available_x100: int) -> dict[str, Any]:
    points = at.points
    return {
        "months": at.months,
        "points_least": places(points.least, 2),
        "points_most": places(points.most, 2),
        **_ends("need", at.people),
        **_ends("more", at.change),
        **_capacity(points.least, points.most, available_x100),
    }


def _ends(name: str, spread: Spread) -> dict[str, Decimal]:
    return {f"{name}_least": places(spread.least), f"{name}_most": places(spread.most)}


def _capacity(least: Fraction, most: Fraction, available_x100: int) -> dict[str, Decimal | None]:
    """Per cent of the points available today: none where nothing is available."""
    found = [places(each * 10_000 / available_x100, 2) if available_x100 else None for each in (least, most)]
    return {"capacity_least": found[0], "capacity_most": found[1]}


def _lines(now: Need, least: Need, most: Need) -> list[dict[str, Any]]:
    """Work that is alike, today and at both ends: what every FTE is made of."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for name, need in (("now", now), ("least", least), ("most", most)):
        for work in need.work:
            of = work.of
            key = work.kind, of.line, of.location, of.tier, of.suspended, of.rule
            row = found.setdefault(key, {})
            fte = (
                work.points / need.rates.points_of_fte
                if need.by == "points"
                else work.hours / need.rates.hours_of_fte
            )
            row |= {
                f"cases_{name}": of.active_cases,
                f"points_{name}": places(work.points, 2),
                f"fte_{name}": places(fte),
            }
    return [_line(key, row) for key, row in found.items()]


def _line(key: Sequence[Any], row: Mapping[str, Any]) -> dict[str, Any]:
    kind, line, location, tier, suspended, rule = key
    nothing = {"cases": 0, "points": Decimal("0.00"), "fte": Decimal("0.0000")}
    return {
        "kind": kind, "line": line, "type": location, "tier": tier + "S" * suspended, "rule": rule,
        **{
            f"{name}_{end}": row.get(f"{name}_{end}", zero)
            for name, zero in nothing.items() for end in ("now", "least", "most")
        },
    }  # fmt: skip


def _contracts(scenario: Scenario) -> list[dict[str, Any]]:
    """The value of each contract, in the band of the scenario where it sets one."""
    band = next((demand.band_range(scenario.rates, each.band) for each in scenario.steps if each.band), None)
    found = []
    for number, step in enumerate(scenario.steps, 1):
        if step.lever == "contract":
            there = demand.contract_in_band(step, band) if band else step
            value = demand.contract_value(scenario.rates, there)
            people = None if value.people is None else places(value.people, 1)
            found.append(
                {
                    "number": number,
                    "volume_least": there.low,
                    "volume_most": there.low if there.high is None else there.high,
                    "value_least": places(value.low, 2),
                    "value_most": places(value.high, 2),
                    "people_of_budget": people,
                }
            )
    return found
