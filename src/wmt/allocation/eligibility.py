"""Which grade may hold which tier of which type of case: dated rules, with the reason in words."""

from functools import lru_cache
from typing import NamedTuple

from wmt.rules import DatedValue, RuleSet, load


class Eligibility(NamedTuple):
    """Whether a grade may hold a case, why not or on what condition, and the rule that says so."""

    eligible: bool
    words: str
    rule: str


def eligibility(rules: RuleSet, grade: str, location: str, tier: str) -> Eligibility:
    """Whether a post of a grade may hold a case of a type and tier. `tier` is '0' for a case without one.

    A case whose tier is not known may be of any, so only a grade that may hold all of them may hold it.
    """
    rules = judging(rules)
    found = rules.get(f"eligibility.{grade}.{location}")
    called = f"{location} {'case without a tier' if tier == '0' else tier}"
    if found is None:
        path = f"eligibility.{grade}"
        return Eligibility(False, f"the rules do not say whether grade {grade} may hold a {called}", path)
    if not may_hold(found, tier):
        return Eligibility(False, f"grade {grade} does not hold {called} by the rules", found.path)
    condition = rules.get(f"eligibility.{grade}.condition")
    return Eligibility(True, f"needs {condition.value}" if condition else "", found.path)


@lru_cache(maxsize=8)
def judging(rules: RuleSet) -> RuleSet:
    """The rules themselves; for those saved before there were any of eligibility, the ones of their day."""
    return rules if rules.under("eligibility") else load().at(rules.day)


def may_hold(tiers: DatedValue, tier: str) -> bool:
    """Whether a tier is among those a rule lists."""
    return names_tier(str(tiers.value), tier)


def names_tier(tiers: str, tier: str) -> bool:
    """Whether a list of tiers, as rules write them, has a tier in it: 'all', 'C D x0', 'B3'."""
    listed = tiers.split()
    by_number = "x0" in listed and len(tier) == 2 and tier.endswith("0")
    return listed == ["all"] or tier in listed or tier[0] in listed or by_number
