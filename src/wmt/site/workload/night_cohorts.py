"""Which cohorts there are by the rules of a night."""

from functools import lru_cache

from wmt import rules
from wmt.facts.cohorts import CaseCohort, named_cohorts

_GROUP = "cohorts"


@lru_cache(maxsize=8)
def cohorts_in(ruleset: rules.RuleSet) -> dict[str, CaseCohort]:
    """The cohorts that have names by some rules, by code.

    By those of the program of the same day where a night kept its rules before there were cohorts in them:
    its flags say which cases were in one.
    """
    values = ruleset.under(_GROUP) or rules.load().at(ruleset.day).under(_GROUP)
    return named_cohorts({path: value.value for path, value in values.items()})
