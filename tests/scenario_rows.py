"""Rows of the tests of scenarios: plain lines of work, and levers."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from wmt import rules
from wmt.plan.plan_file import DemandStep, step_of
from wmt.staffing import gap, scenario
from wmt.staffing.need import WorkSum
from wmt.staffing.rates import Rates

NOW = rules.load().at(date(2026, 11, 20))
CASES = {
    "community": {"A3": 10, "B2": 60, "C2": 300, "D1": 200, "D0": 150},
    "licence": {"A2": 30, "B3": 90, "C3": 200, "D2": 60},
    "custody": {"B2": 80, "C1": 100},
}


def cases(location: str, tier: str, number: int, *, suspended: bool = False) -> WorkSum:
    rule = f"tier_points.pc16.{location}.{tier}{'S' * suspended}"
    each = NOW[rule].hundredths
    return WorkSum("case", location, tier, suspended, rule, each, number, each * number)


def reports(name: str, number: int) -> WorkSum:
    each = NOW[f"report_points.{name}"].hundredths
    return WorkSum("report", "", "", False, f"report_points.{name}", each, 0, each * number)


#: The worked unit: 92,370 points.
PDU = [
    *(cases(place, tier, number) for place, tiers in CASES.items() for tier, number in tiers.items()),
    reports("sdr", 40),
    reports("fdr", 30),
]


def step(lever: str, low: Any = None, **more: Any) -> DemandStep:
    number = {} if low is None else {"low": Decimal(str(low))}
    found = step_of({"do": "demand", "lever": lever, **number, **more})
    assert isinstance(found, DemandStep)
    return found


def of(*steps: DemandStep, sums: list[WorkSum] | None = None, **chosen: Any) -> scenario.Scenario:
    rates = Rates(chosen.pop("ruleset", NOW), chosen.pop("chain", None))
    return scenario.Scenario(rates, PDU if sums is None else sums, steps, **chosen)


def worth(path: str) -> Fraction:
    return Fraction(NOW[path].hundredths, 100)


def ends(found: scenario.ScenarioMonth) -> tuple[Any, Any]:
    """Points at the least and at the most."""
    return found.points.least, found.points.most


def rounded(value: Fraction, places: int) -> Decimal:
    return gap.places(value, places)
