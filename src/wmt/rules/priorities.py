"""What work is still expected at a priority level, and the rules with which it prices cases.

The matrix says for each activity which share of its time is expected at amber and red (`priority_factors`).
A tier is worth its points times what is left of its hours: with every factor 1, exactly its points. Types of
case whose hours nobody published (custody, T2A) keep theirs.
"""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from wmt.rules import activities
from wmt.rules.ruleset import RuleSet

#: The levels that have factors. Green is business as usual.
LEVELS = ("amber", "red")
#: Where the factors are, by level and activity.
ROOT = "priority_factors"


def factors(ruleset: RuleSet, level: str) -> dict[str, Fraction]:
    """The factor of each activity at a level, from 0 to 1, by the activity's id, in the order of the rules.

    None at green, and for rules from before there was a matrix.
    """
    return {path: Fraction(value.value) for path, value in ruleset.under(f"{ROOT}.{level}").items()}  # type: ignore[arg-type]


def is_neutral(ruleset: RuleSet, level: str) -> bool:
    """Whether figures at a level are those of business as usual, because no factor is below 1."""
    return all(factor == 1 for factor in factors(ruleset, level).values())


def kept_share(ruleset: RuleSet, level: str, case_type: str, tier: str) -> Fraction:
    """What is left at a level of the hours of a tier and type, as a share; 1 where nobody knows its hours."""
    hours = activities.tier_activities(ruleset, case_type, tier)
    if hours is None or not hours.annual_hours:
        return Fraction(1)
    found = factors(ruleset, level)
    kept = sum((found.get(line.id, Fraction(1)) * line.annual_hours for line in hours.lines), Fraction(0))
    return kept / hours.annual_hours


@lru_cache(maxsize=32)
def at_level(ruleset: RuleSet, level: str) -> RuleSet:
    """The same rules with the points of tiers as they are at a level, to hundredths, half up.

    The very same rules where nothing is put aside.
    """
    if is_neutral(ruleset, level):
        return ruleset
    values, name = {value.path: value for value in ruleset}, f"priority level {level}"
    for case_type in activities.CASE_TYPES:
        prefix = f"tier_points.pc16.{case_type}"
        for tier, value in ruleset.under(prefix).items():
            share = kept_share(ruleset, level, case_type, tier)
            if share != 1:
                points = _rounded(Fraction(value.value) * share)  # type: ignore[arg-type]
                values[value.path] = replace(value, value=points, status="overlay", overlay=name)
    return RuleSet(ruleset.day, values, (*ruleset.overlays, name))


def _rounded(points: Fraction) -> Decimal:
    """Points to hundredths, halves up: they are never negative."""
    hundredths = (200 * points.numerator + points.denominator) // (2 * points.denominator)
    return Decimal(hundredths).scaleb(-2)
