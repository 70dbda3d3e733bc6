"""A demand scenario as plain data: month by month, by grade, lever and line, with what it starts from."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from wmt.plan import demand_levers
from wmt.plan.plan_file import DemandStep
from wmt.staffing import demand, scenario, scenario_questions
from wmt.staffing.gap import places
from wmt.staffing.need import Need


def rules_used(of: scenario.Scenario) -> list[dict[str, Any]]:
    """What levers start from that nobody typed: each rule with its number, source and whether it is ours."""
    paths = dict.fromkeys(path for step in of.steps for path in _rules_of(step))
    found = []
    for path in paths:
        value = of.rates.value(path)
        found.append(
            {
                "rule": path,
                "description": value.description,
                "value": value.value,
                "unit": value.unit,
                "source": value.source,
                "is_placeholder": value.status == "default",
                # the figures may be older than what is known of the rule
                "first_known": value.valid_from if value.valid_from > of.rates.ruleset.day else None,
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


def present(of: scenario.Scenario, available_x100: int, months: int = scenario.USUAL_MONTH) -> dict[str, Any]:
    """A scenario as plain data: people month by month, by grade and lever, and every line at one month."""
    now, at = of.now(), of.at(months)
    moves = at.by_step()
    return {
        "months": months,
        "chain": of.rates.chain,
        "by": of.by,
        "now": {
            "points": places(now.points, 2), "need": places(scenario.people_of(now)),
            "capacity": _capacity(now.points, now.points, available_x100)["capacity_least"],
        },
        "when": [_month(of.at(each), available_x100) for each in sorted({*scenario.MONTHS, months})],
        "grades": [
            {"grade": grade, "now": places(fte), **_ends("need", at.of_grade(grade))}
            for grade, fte in now.work_by_grade.items()
        ],
        "levers": [
            {
                "number": number,
                "words": demand_levers.demand_words(step),
                "range": [demand_levers.plain(each) for each in scenario.numbers_of(of.rates, step)],
                **_ends("more", move),
            }
            for number, (step, move) in enumerate(zip(of.steps, moves, strict=True), 1)
        ],
        "lines": _lines(now, *at.ends),
        "contracts": _contracts(of),
        "rules": rules_used(of),
        "questions": scenario_questions.questions(at),
    }  # fmt: skip


def _month(at: scenario.ScenarioMonth, available_x100: int) -> dict[str, Any]:
    points = at.points
    return {
        "months": at.months,
        "points_least": places(points.least, 2),
        "points_most": places(points.most, 2),
        **_ends("need", at.people),
        **_ends("more", at.change),
        **_capacity(points.least, points.most, available_x100),
    }


def _ends(name: str, spread: scenario.Spread) -> dict[str, Decimal]:
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


def _contracts(of: scenario.Scenario) -> list[dict[str, Any]]:
    """The value of each contract, in the band of the scenario where it sets one."""
    band = next((demand.band_range(of.rates, each.band) for each in of.steps if each.band), None)
    found = []
    for number, step in enumerate(of.steps, 1):
        if step.lever == "contract":
            there = demand.contract_in_band(step, band) if band else step
            value = demand.contract_value(of.rates, there)
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
