"""What other minutes, numbers or shares of activities come to: hours and points of tiers, and an overlay.

Values are by the path of their rule, as an overlay has them. Hours of a tier move by what its activities do;
the remainder stays. Points follow where hours move.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from json import dumps

from wmt.rules import activities, activity_checks, tier_account
from wmt.rules.errors import RulesError
from wmt.rules.ruleset import RuleSet
from wmt.rules.tree import Tree
from wmt.rules.values import ALWAYS, Overlay

#: Parts of an activity that single what-ifs are about.
WITH_THE_PERSON, TRAVEL, RECORD = "with_the_person", "travel", "record"
#: A tier before and after.
Moved = tuple[tier_account.TierAccount, tier_account.TierAccount]
Values = Mapping[str, Decimal]


@dataclass(frozen=True)
class WhatIf:
    """Other values laid over rules, and every tier whose hours or points they move, before and after."""

    values: Values
    tiers: Sequence[Moved]

    @property
    def points(self) -> dict[str, int]:
        """The points of the tiers whose points move, by the path of their rule."""
        return {
            f"tier_points.pc16.{after.case_type}.{after.tier}": after.points
            for before, after in self.tiers
            if after.points != before.points
        }

    @property
    def hours(self) -> dict[str, Decimal]:
        """The hours a year and in a four-week month of tiers whose hours move, by the path of their rule."""
        return {
            f"{name}_hours.pc16.{after.case_type}.{after.tier}": number
            for before, after in self.tiers
            if after.annual != before.annual
            for name, number in (("annual", after.annual), ("monthly", after.monthly))
        }

    @property
    def overlay_values(self) -> dict[str, Decimal | int]:
        """All that differs, as one overlay has it: the values, the hours they make, the points of these."""
        return {**self.values, **self.hours, **self.points}


def what_if(tree: Tree, base: RuleSet, values: Values) -> WhatIf:
    """What values come to when they are laid over the rules of a day. Totals of parts follow their parts.

    Raises RulesError with each fault: no such rule, a value that does not fit, activities that break.
    """
    whole = with_totals(base, values)
    overlay = Overlay("what-if", "a what-if", tuple((path, ALWAYS, value) for path, value in whole.items()))
    if faults := tree.overlay_faults(overlay):
        raise RulesError.of(faults)
    laid = lay(base, whole)
    if faults := activity_checks.overlay_faults(laid, whole, "what-if"):
        raise RulesError.of(faults)
    return WhatIf(whole, tier_account.repriced(laid, base))


def lay(base: RuleSet, values: Mapping[str, Decimal | int], name: str = "what-if") -> RuleSet:
    """Rules with other values; those that are not in force are left out."""
    known = {value.path: value for value in base}
    for path, number in values.items():
        if path in known:
            known[path] = replace(known[path], value=number, status="overlay", overlay=name)
    return RuleSet(base.day, known, (*base.overlays, name))


def with_totals(base: RuleSet, values: Values) -> dict[str, Decimal]:
    """Values with the totals that are printed beside parts of an activity, as the parts make them now."""
    found = dict(values)
    for activity in activities.library(base).values():
        paths = {value.path.rpartition(".")[2]: value.path for value in activity.timings}
        total = paths.pop(activities.TOTAL, "")
        if total and len(paths) > 1 and any(path in values for path in paths.values()):
            now = {path: Decimal(str(base[path].value)) for path in paths.values()}
            found[total] = sum((values.get(path, number) for path, number in now.items()), Decimal(0))
    return found


def travel(base: RuleSet, minutes: Decimal) -> dict[str, Decimal]:
    """Travel of every activity that has travel of its own, each time."""
    return dict.fromkeys(_parts(base, TRAVEL), minutes)


def done_remotely(base: RuleSet, percent: Decimal, minutes: Decimal, now: Values) -> dict[str, Decimal]:
    """Contacts of which a share is by telephone or video and takes so many minutes with the person.

    `now` are values laid already.
    """
    part = percent / 100
    return {
        path: _hundredths(number * (1 - part) + minutes * part)
        for path, number in _laid(base, WITH_THE_PERSON, now).items()
    }


def recorded_by_others(base: RuleSet, percent: Decimal, now: Values) -> dict[str, Decimal]:
    """Recording of which administrators take a share over. `now` are values laid already."""
    return {
        path: _hundredths(number * (100 - percent) / 100) for path, number in _laid(base, RECORD, now).items()
    }


def _laid(base: RuleSet, part: str, now: Values) -> dict[str, Decimal]:
    return {path: now.get(path, Decimal(str(base[path].value))) for path in _parts(base, part)}


def _parts(base: RuleSet, part: str) -> list[str]:
    """The rules of a part of activities, each once."""
    found = (value.path for each in activities.library(base).values() for value in each.timings)
    return list(dict.fromkeys(path for path in found if path.endswith(f".{part}")))


def _hundredths(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.01"))


def overlay_text(name: str, reference: str, values: Mapping[str, object], day: date | None = None) -> str:
    """The file of an overlay; its values hold from a day, or always."""
    since = f"{{{day}: %s}}" if day else "%s"
    lines = [
        f"name: {dumps(name, ensure_ascii=False)}",
        f"reference: {dumps(reference, ensure_ascii=False)}",
        "values:",
        *(f"  {path}: {since % value}" for path, value in values.items()),
    ]
    return "\n".join(lines) + "\n"
