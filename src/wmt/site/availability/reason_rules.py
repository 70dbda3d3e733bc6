"""The reasons for reductions that are rules: those of a day, the stages of the trainee route, mentoring."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from wmt import rules
from wmt.site.availability.limits import ReasonOnDay

#: Whose keys are the stages of the trainee route in their order.
STAGES = "pqip_stage_longest_months"
_FOR = "reduction_reason_for"


@dataclass(frozen=True)
class TraineeRoute:
    """The reasons of a trainee's stages in their order, and that of the newly qualified after them."""

    stages: tuple[str, ...]
    newly_qualified: str

    @property
    def reasons(self) -> tuple[str, ...]:
        """All of them in their order."""
        return (*self.stages, self.newly_qualified)

    def after(self, reason: str) -> str | None:
        """The reason that comes after a stage; None after the last, and after what is none."""
        return dict(zip(self.stages, self.reasons[1:], strict=True)).get(reason)


def rules_on(day: date) -> rules.RuleSet:
    """The rules of a day with its reasons: a list that starts later is taken from its first days."""
    tree = rules.load()
    there = tree.at(min(max(day, min(tree.days)), max(tree.days)))
    return there if there.under("reduction_reasons") else tree.at(max(tree.days))


def trainee_route(day: date) -> TraineeRoute:
    there = rules_on(day)
    return TraineeRoute(there.children(STAGES), str(there[f"{_FOR}.newly_qualified"].value))


def mentoring_reason(reasons: Mapping[str, ReasonOnDay], day: date) -> ReasonOnDay:
    """The reason for mentoring: that of the rules, else the first enabled one that says so, else another."""
    own, other = (str(rules_on(day)[f"{_FOR}.{name}"].value) for name in ("mentoring", "mentoring_otherwise"))
    if own in reasons and reasons[own].enabled:
        return reasons[own]
    named = [each for each in reasons.values() if each.enabled and re.search("mentor", each.name, re.I)]
    return named[0] if named else reasons[other]
