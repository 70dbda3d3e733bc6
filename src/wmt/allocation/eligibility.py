"""Which grade may hold which tier of which type of case: dated rules, with the reason in words."""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from wmt.rules import DatedValue, RuleSet, Tree, load


class Eligibility(NamedTuple):
    """Whether a grade may hold a case, why not or on what condition, and the rule that says so."""

    eligible: bool
    words: str
    rule: str


def eligibility(
    rules: RuleSet, grade: str, location: str, tier: str, stage: str | None = None
) -> Eligibility:
    """Whether a post of a grade may hold a case of a type and tier. `tier` is '0' for a case without one.

    A case whose tier is not known may be of any, so only a grade that may hold all of them may hold it.
    `stage` of the trainee route is the reason of its reduction; without one the grade alone is asked. It is
    as private as that reason, so the words do not name it.
    """
    of_stage = judging(rules, "eligibility_stage").get(f"eligibility_stage.{stage}.{location}")
    rules = judging(rules)
    found = rules.get(f"eligibility.{grade}.{location}")
    called = f"{location} {'case without a tier' if tier == '0' else tier}"
    if found is None:
        path = f"eligibility.{grade}"
        return Eligibility(False, f"the rules do not say whether grade {grade} may hold a {called}", path)
    for rule in (found, of_stage):
        if rule is not None and not may_hold(rule, tier):
            return Eligibility(False, f"grade {grade} does not hold {called} by the rules", rule.path)
    condition = rules.get(f"eligibility.{grade}.condition")
    return Eligibility(True, f"needs {condition.value}" if condition else "", found.path)


def judging(rules: RuleSet, group: str = "eligibility") -> RuleSet:
    """The rules themselves; for those saved before there were any of a group, the ones of their day."""
    return rules if _has(rules, group) else _of_day(load(), rules.day)


@lru_cache(maxsize=16)
def _has(rules: RuleSet, group: str) -> bool:
    return bool(rules.under(group))


@lru_cache(maxsize=8)
def _of_day(tree: Tree, day: date) -> RuleSet:
    return tree.at(day)


def training_words(rules: RuleSet, stage: str) -> str:
    """The stage of training of a trainee, for those who may read why hours are reduced; '' for none known."""
    if not stage:
        return "stage of training not entered: judged by grade"
    name = rules.get(f"reduction_reasons.{stage}.short_name")
    return f"stage of training: {name.value if name else stage}"


def may_hold(tiers: DatedValue, tier: str) -> bool:
    """Whether a tier is among those a rule lists."""
    return names_tier(str(tiers.value), tier)


def names_tier(tiers: str, tier: str) -> bool:
    """Whether a list of tiers, as rules write them, has a tier in it: 'all', 'C D x0', 'B3'."""
    listed = tiers.split()
    by_number = "x0" in listed and len(tier) == 2 and tier.endswith("0")
    return listed == ["all"] or tier in listed or tier[0] in listed or by_number
