"""Packs and what they say of units as plain data: the JSON of `wmt agreements` and of the API."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from wmt.agreements.expressions import NotKnown, Value
from wmt.agreements.pack import Agreement, PackDuty, PackState
from wmt.agreements.states import PackFinding
from wmt.ledger.arithmetic import decimal, divide_half_up


def present_pack(pack: Agreement) -> dict[str, Any]:
    """A pack by what it is, without its measures."""
    return {
        "key": pack.key,
        "name": pack.name,
        "binds": pack.binds,
        "clause": pack.clause,
        "source": pack.source,
        "from": pack.since,
        "to": pack.until,
        "measures": [measure.name for measure in pack.measures.values()],
        "levels_not_stated": list(pack.unstated),
        "not_stated": pack.blanks,
        "tasks": pack.tasks or [],
        "note": pack.note,
    }


def present_finding(found: PackFinding) -> dict[str, Any]:
    """A measure of a pack for a unit, with its working. What is not known is null beside the reason."""
    total = found.total
    return {
        "pack": found.pack.key,
        "measure": found.measure_key,
        "measure_name": found.measure.name,
        "level": total["level"],
        "code": total["code"],
        "name": total["name"],
        "grade": total["grade"],
        "stream": total["stream"],
        "value": number(found.value),
        "unit": found.measure.unit,
        "state": found.state.state if found.state else None,
        "not_known": found.note or None,
        "interval": None if found.span is None else [number(end) for end in found.span],
        "binds": found.pack.binds,
        "clause": found.clause,
        "working": [
            {
                "figure": each.name,
                "words": each.words,
                "value": number(each.value),
                "not_known": each.value.why if isinstance(each.value, NotKnown) else None,
            }
            for each in found.working
        ],
        "levels": [{"state": each.state, "begins": each.words, "met": each.met} for each in found.levels],
        "duties": [present_duty(duty) for duty in (found.state.duties if found.state else [])],
    }


def present_duty(duty: PackDuty) -> dict[str, Any]:
    return {"kind": duty.kind, "who": duty.who, "text": duty.text, "clock": duty.clock}


def number(value: Value) -> Any:
    """A value with two decimals, half-up; None where it is not known."""
    if not isinstance(value, Fraction):
        return None
    return decimal(divide_half_up(value.numerator * 100, value.denominator))


def counted_states(findings: Iterable[PackFinding]) -> list[dict[str, Any]]:
    """How many units are in each state of each measure, in the order of packs, measures and states."""
    counts: dict[tuple[str, str], dict[str | None, int]] = {}
    names: dict[tuple[str, str], PackFinding] = {}
    for found in findings:
        key = (found.pack.key, found.measure_key)
        names.setdefault(key, found)
        of_measure = counts.setdefault(key, dict.fromkeys(_order(found.measure.states), 0))
        of_measure[found.state.state if found.state else None] += 1
    return [
        {
            "pack": key[0],
            "measure": names[key].measure.name,
            "level": names[key].measure.covers.level,
            "state": state,
            "units": units,
        }
        for key, states in counts.items()
        for state, units in states.items()
        if units
    ]


def _order(states: Iterable[PackState]) -> list[str | None]:
    """The states of a measure and, last, that nobody can say."""
    return [*(state.state for state in states), None]
