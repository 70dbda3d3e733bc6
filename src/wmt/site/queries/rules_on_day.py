"""What these pages need of the figures that are shown: their rules date, and what was laid over the rules."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from wmt import rules
from wmt.site.shown import state_of
from wmt.site.workload.models import RuleValue


@dataclass(frozen=True)
class Laid:
    """A rule as the current load used it under an overlay."""

    path: str
    value: str
    unit: str
    overlay: str
    source: str
    since: str


def night_day(request: HttpRequest) -> date:
    """The rules date of the figures that are shown; today where nothing is loaded yet."""
    state = state_of(request)
    return state.rules_date if state else timezone.localdate()


def laid_over(request: HttpRequest) -> dict[str, Laid]:
    """The rules of the current load that an overlay changed, by path; at most one query."""
    state = state_of(request)
    if not state or not state.overlays:
        return {}
    found = RuleValue.objects.filter(load_id=state.load_id).exclude(overlay="")
    return {
        row.path: Laid(row.path, _worth(row.value), row.unit, row.overlay, row.source, row.valid_from)
        for row in found
    }


def _worth(value: Any) -> str:
    if value is None:
        return "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def rules_at(day: date) -> rules.RuleSet:
    """The rules in force on a day, kept for each tree: what is approved makes another tree."""
    return _rules_at(rules.load(), day)


@lru_cache(maxsize=64)
def _rules_at(tree: rules.Tree, day: date) -> rules.RuleSet:
    return tree.at(day)


def value_before(path: str, day: date) -> rules.DatedValue | None:
    """The value that the one in force on a day came after; None where it is the first, or none is."""
    values = rules.load().parameter(path).values
    in_force = [value for value in values if value.valid_from <= day]
    return in_force[-2] if len(in_force) > 1 else None
