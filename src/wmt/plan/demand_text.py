"""Levers of demand as people type them, in a form, an address or a command: words to steps, and back.

A number is '5' or '-2.5', a range '5 to 10' or '5..10'.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from wmt.plan import demand_levers
from wmt.plan.demand_levers import LEVERS, plain
from wmt.plan.plan_file import DemandStep, PlanError, step_of

#: What a lever needs beside its number: the name of the field as typed → what the file calls it.
BESIDE = {
    "early_release": {"early_month": "month", "early_months": "months"},
    "tier_mix": {"from_tier": "tier", "to_tier": "becomes"},
    "tier_cases": {"of_tier": "tier"},
    "contract": {"unit_cost": "unit_cost", "intensity": "intensity", "budget": "budget"},
}
#: Every field that can be typed, in the order of the form.
FIELDS = [each for name in LEVERS for each in (name, *BESIDE.get(name, ()))]
_MOST_MONTHS = 120
_NUMBER = r"[+-]?\d{1,9}(?:\.\d{1,2})?"
_RANGE = re.compile(rf"({_NUMBER})(?:(?: to |\.\.)({_NUMBER}))?", re.ASCII)
_WHOLE = re.compile(r"\d{1,3}", re.ASCII)
_TIER = re.compile(r"[A-G][0-3]?", re.ASCII)
_POUNDS = re.compile(r"\d{1,12}(?:\.\d{1,2})?", re.ASCII)


def steps_of(typed: Mapping[str, str]) -> tuple[list[DemandStep], dict[str, str]]:
    """The steps that were typed, in the order of the levers, and what is wrong by the name of the field.

    What stands beside a lever that has no number is left out.
    """
    steps: list[DemandStep] = []
    faults: dict[str, str] = {}
    for name, lever in LEVERS.items():
        text = _cleaned(typed.get(name, ""))
        if not text:
            continue
        content = {"do": "demand", "lever": name} | _number(name, lever, text, faults)
        for field, key in BESIDE.get(name, {}).items():
            value = _beside(field, _cleaned(typed.get(field, "")), faults)
            content |= {} if value is None else {key: value}
        if not faults.keys() & {name, *BESIDE.get(name, ())}:
            try:
                found = step_of(content)
            except PlanError as error:
                faults[name] = str(error)
            else:
                assert isinstance(found, DemandStep)
                steps.append(found)
    return steps, faults


def typed_of(steps: Iterable[DemandStep]) -> dict[str, str]:
    """Steps as they would be typed; of a lever that is set twice, the last."""
    typed: dict[str, str] = {}
    for step in steps:
        low, high = (None if each is None else f"{each.normalize():f}" for each in (step.low, step.high))
        typed[step.lever] = step.band or (f"{low} to {high}" if high is not None else str(low))
        for field, key in BESIDE.get(step.lever, {}).items():
            value = getattr(step, key)
            typed[field] = "" if value is None else str(value)
    return {name: text for name, text in typed.items() if text}


def set_twice(steps: Iterable[DemandStep]) -> list[str]:
    """The titles of levers that are set more than once: where they are typed there is room for the last."""
    times = Counter(step.lever for step in steps)
    return [LEVERS[name].title for name, number in times.items() if number > 1]


def _cleaned(text: str) -> str:
    return " ".join(text.replace("−", "-").replace(",", "").replace("%", "").replace("£", "").split())


def _number(name: str, lever: demand_levers.DemandLever, text: str, faults: dict[str, str]) -> dict[str, Any]:
    if name == "volume_band":
        if text not in demand_levers.BANDS:
            faults[name] = "Choose a volume band from the list"
        return {"band": text}
    found = _RANGE.fullmatch(text)
    if found is None:
        faults[name] = f"Enter a number for ‘{lever.title}’, or a range such as 5 to 10"
        return {}
    low, high = (None if each is None else Decimal(each) for each in found.groups())
    assert low is not None
    if high is not None and high < low:
        faults[name] = f"Enter the lower number first for ‘{lever.title}’: {plain(high)} to {plain(low)}"
    elif low < lever.least or (low if high is None else high) > lever.most:
        faults[name] = f"‘{lever.title}’ must be from {plain(lever.least)} to {plain(lever.most)}"
    return {"low": low} | ({} if high is None else {"high": high})


_BESIDE_FAULTS = {
    "early_month": "Enter in how many months people are released early: a whole number from 0 to 120",
    "early_months": "Enter how many months early people are released: a whole number from 1 to 120",
    "from_tier": "Enter the tier that cases have now, such as C2",
    "to_tier": "Enter the tier that cases would have, such as C1",
    "of_tier": "Enter the tier whose cases change, such as C2",
    "unit_cost": "Enter what the service costs for each person, in pounds",
    "intensity": "Choose how intensive the service is",
    "budget": "Enter the budget in pounds, or leave it blank",
}


def _beside(field: str, text: str, faults: dict[str, str]) -> Any:
    """A field beside a number; what cannot be is among the faults."""
    value: Any = None
    if field in ("early_month", "early_months") and _WHOLE.fullmatch(text):
        least = 0 if field == "early_month" else 1
        value = int(text) if least <= int(text) <= _MOST_MONTHS else None
    elif field in ("from_tier", "to_tier", "of_tier") and _TIER.fullmatch(text.upper()):
        value = text.upper()
    elif field == "intensity" and text in demand_levers.INTENSITIES:
        value = text
    elif field in ("unit_cost", "budget") and _POUNDS.fullmatch(text):
        value = Decimal(text)
    if value is None and (text or field != "budget"):
        faults[field] = _BESIDE_FAULTS[field]
    return value
