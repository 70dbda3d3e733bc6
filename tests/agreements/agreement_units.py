"""Units for tests of agreements: plain rows with as much in them as a test says."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from wmt import ledger, rules
from wmt.agreements.measured import MeasuredUnit

DAY = date(2026, 11, 20)
_UNSET = dict.fromkeys((*ledger.MEASURES, *ledger.POST_COUNTS), 0)
_CELL = dict.fromkeys(ledger.PRICING) | dict.fromkeys(ledger.AMOUNTS, 0) | {"grade": "PO"}


def unit(
    level: str = "post",
    *,
    grade: str | None = "PO",
    stream: str = "sentence_management",
    day: date = DAY,
    cases: Mapping[str, Mapping[str, int]] | None = None,
    reports: Mapping[str, int] | None = None,
    hours: str = "37",
    capacity: str | None = None,
    days_over: int | None = None,
    collected: Mapping[str, Any] | None = None,
    **sums: int,
) -> MeasuredUnit:
    """A post (T1:A1 of team T1, PDU P1, region R1) or a unit; sums are those of its lines, or as given."""
    code = {"post": "T1:A1", "team": "T1", "pdu": "P1", "region": "R1", "nation": "nation"}[level]
    where = {"team_code": "T1", "pdu_code": "P1", "region_code": "R1", "code": code}
    total = {**_UNSET, **where, "level": level, "name": code, "stream": stream, "grade": grade, "posts": 1}
    held = [
        case(location, tier, number)
        for location, tiers in (cases or {}).items()
        for tier, number in tiers.items()
    ]
    done = [report(kind, number) for kind, number in (reports or {}).items()]
    time = {**_CELL, "side": "time", "kind": "contracted_hours", "grade": grade or "PO"}
    time["quantity_micro"] = int(Fraction(hours) * 1_000_000)
    total["contracted_hours_micro"] = time["quantity_micro"]
    total["cases"] = sum(cell["active_cases"] for cell in held)
    total["points_x100"] = sum(cell["points_x100"] for cell in [*held, *done])
    if capacity is not None:
        total |= {"available_x100": 220_000, "points_x100": int(Fraction(capacity) * 2_200)}
    found = {name: _values(given) for name, given in (collected or {}).items()}
    own = rules.load().at(day)
    return MeasuredUnit({**total, **sums}, [*held, *done, time], own, "pc16", day, days_over, found)


def case(location: str, tier: str, number: int, each_x100: int = 10_000) -> dict[str, Any]:
    """The cell of so many cases, at 100 points each unless another is given."""
    return {
        **_CELL, "side": "work", "kind": "case", "location": location, "tier": tier, "counted": 1,
        "active_cases": number, "points_x100": number * each_x100,
        "rule": f"tier_points.pc16.{location}.{tier}", "rule_from": "2023-01-06",
    }  # fmt: skip


def report(kind: str, number: int, reason: str | None = None) -> dict[str, Any]:
    return {
        **_CELL, "side": "work", "kind": "report", "quantity_micro": number * 1_000_000, "reason": reason,
        "rule": f"report_points.{kind}", "rule_from": "2021-05-01", "points_x100": number * 13_800,
    }  # fmt: skip


def _values(given: Any) -> list[Fraction]:
    return [Fraction(str(value)) for value in (given if isinstance(given, list) else [given])]
