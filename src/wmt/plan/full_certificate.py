"""The certificate of a unit's figures of a day: all that they follow from, and a checksum over it.

Whoever has the night can work it out again and compare. It covers the figures of the day, not the days before
nor estimates.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from wmt.plan.full import KindRoom, Unmoved
from wmt.plan.full_state import FullState, KindState

FORMAT = "wmt-full/1"


@dataclass(frozen=True)
class Certified:
    """What a certificate is about: a unit, and the data it is told from by name and checksum."""

    level: str
    code: str
    night: str
    inputs: str


def figures_of(about: Certified, state: FullState) -> dict[str, Any]:
    """All figures of a certificate: points in hundredths, an average case as points and cases."""
    rules = state.rules
    return {
        "format": FORMAT,
        **vars(about),
        "ceiling_x100": rules.ceiling_x100,
        "over_x100": rules.over_x100,
        "word": state.word,
        "grades": {
            grade: {"available_x100": time.available_x100, "fixed_x100": time.fixed_x100}
            for grade, time in state.pool.grades.items()
        },
        "cases": [
            {"kind": each.kind, "eligible": sorted(each.eligible), "points_x100": each.points_x100}
            for each in state.pool.demands
        ],
        "kinds": {each.kind: _kind(each) for each in state.kinds},
    }


def _kind(each: KindState) -> dict[str, Any]:
    return {
        "word": each.word,
        "average_case_x100": list(each.case_x100.as_integer_ratio()),
        "at_ceiling": _room(each.best, each.alone),
        "at_over": _room(each.best_over, each.alone_over),
    }


def _room(best: KindRoom, alone: Unmoved) -> dict[str, Any]:
    return {
        "spare_x100": best.spare_x100,
        "cases": best.cases,
        "grades": list(best.binding.grades),
        "cases_unmoved": alone.cases,
        "posts_unmoved": alone.posts,
    }


def checksum(figures: dict[str, Any]) -> str:
    """The sha256 of the figures of a certificate, whatever the order of their names."""
    return sha256(json.dumps(figures, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
