"""Finds how often activities are done, and the responsive share, so that the published hours hold.

For each type of case and letter: every number within the bounds of the rules, in their steps; for each tier
the largest whole share of responsive time that leaves no hour below 0. Chosen is what leaves the least
remainder, and of equals the smallest numbers. Exact fractions and a fixed order: the same on every machine.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from wmt.rules import activities
from wmt.rules.ruleset import RuleSet

Tried = Mapping[str, Fraction]
_PLANNED = "planned_contact"


@dataclass(frozen=True, slots=True)
class Searched:
    """A number that may be chosen for the tiers of a key: `root` is times or share."""

    root: str
    activity: str
    case_type: str
    key: str
    choices: tuple[Fraction, ...]

    @property
    def name(self) -> str:
        return f"{self.root}.{self.activity}"

    @property
    def path(self) -> str:
        """The rule that holds the chosen number. The IOM cohort is a matter of the change number 3 alone."""
        key = f"{self.key}3" if self.root == "share" else self.key
        return f"activity_{self.root}.{self.case_type}.{self.activity}.{key}"


@dataclass(frozen=True, slots=True)
class FittedTier:
    """How the published hours of a tier hold: all in hours a year, `percent` the responsive share.

    `short` is how far mandatory activities alone are above the published hours; 0 where they hold. `left` is
    what the highest share that rules allow leaves beside planned contact, in mandatory hours; `others` is
    what other mandatory activities take.
    """

    case_type: str
    tier: str
    published: Fraction
    mandatory: Fraction
    percent: int
    remainder: Fraction
    short: Fraction
    left: Fraction
    others: Fraction

    @property
    def holds_highest(self) -> bool:
        """Whether the highest responsive share leaves room for all mandatory activities."""
        return self.others <= self.left


@dataclass(frozen=True, slots=True)
class Fit:
    """The chosen numbers by the path of their rule, and every tier."""

    chosen: Mapping[str, Fraction]
    tiers: tuple[FittedTier, ...]


def calibrate(ruleset: RuleSet) -> Fit:
    """The numbers that leave the least remainder under the rules of a day. Raises NoRuleError before 2023."""
    chosen: dict[str, Fraction] = {}
    tiers: list[FittedTier] = []
    for case_type, key in product(activities.CASE_TYPES, ("A", "B", "C", "D", "x0")):
        group = _Group(ruleset, case_type, key)
        best = min(group.tries(), key=group.cost)
        chosen |= {each.path: best[each.name] for each in group.searched}
        tiers += group.fitted(best)
    return Fit(chosen, tuple(tiers))


class _Group:
    """The tiers of a letter with a change number above 0, or all tiers without a mandate for change (x0)."""

    def __init__(self, ruleset: RuleSet, case_type: str, key: str) -> None:
        self.ruleset, self.case_type = ruleset, case_type
        of_key = [tier for tier in str(ruleset["tier_schemes.pc16.tiers"].value).split() if _is_of(tier, key)]
        published = {t: activities.published_hours(ruleset, case_type, t) for t in of_key}
        self.hours = {tier: activities.exact(value) for tier, value in published.items() if value}
        self.searched = tuple(_searched(ruleset, case_type, key)) if self.hours else ()
        self.library = [a for a in activities.library(ruleset).values() if a.kind == activities.MANDATORY]
        self.most = activities.exact(ruleset["responsive_time.max_percent"])
        self.fixed = {tier: self._sum(tier, {}, moved=False) for tier in self.hours}

    def tries(self) -> Iterator[dict[str, Fraction]]:
        """Every choice of numbers, the smallest first."""
        names = [each.name for each in self.searched]
        for numbers in product(*(each.choices for each in self.searched)):
            yield dict(zip(names, numbers, strict=True))

    def cost(self, tried: Tried) -> tuple[Fraction, Fraction]:
        """Hours short, then the remainder, of all tiers together."""
        found = self.fitted(tried)
        zero = Fraction(0)
        return sum((t.short for t in found), zero), sum((t.remainder for t in found), zero)

    def fitted(self, tried: Tried) -> list[FittedTier]:
        return [self._tier(tier, hours, tried) for tier, hours in self.hours.items()]

    def _tier(self, tier: str, hours: Fraction, tried: Tried) -> FittedTier:
        mandatory = self.fixed[tier] + self._sum(tier, tried, moved=True)
        room = (hours / mandatory - 1) * 100 if mandatory else Fraction(0)
        percent = max(0, int(min(self.most, room)))
        left = hours - mandatory * (100 + percent) / 100
        contact = self._hours(_PLANNED, tier, tried)
        beside = hours / (1 + self.most / 100) - contact
        return FittedTier(
            self.case_type, tier, hours, mandatory, percent, max(left, Fraction(0)), max(-left, Fraction(0)),
            beside, mandatory - contact,
        )  # fmt: skip

    def _sum(self, tier: str, tried: Tried, *, moved: bool) -> Fraction:
        """Hours of the activities that the search moves, or of all others."""
        touched = {each.activity for each in self.searched}
        listed = (a.id for a in self.library if moved == bool(touched & {a.id, a.texts.get("up_to")}))
        return sum((self._hours(activity, tier, tried) for activity in listed), Fraction(0))

    def _hours(self, activity: str, tier: str, tried: Tried) -> Fraction:
        found = next(a for a in self.library if a.id == activity)
        # only the change number 3 has people of the IOM cohort
        known = tried if tier.endswith("3") else {n: v for n, v in tried.items() if n.startswith("times.")}
        line = activities.line_of(self.ruleset, found, self.case_type, tier, known)
        return line.annual_hours if line else Fraction(0)


def _is_of(tier: str, key: str) -> bool:
    """Whether a tier is searched with the others of a key."""
    return tier.endswith("0") if key == "x0" else tier.startswith(key) and not tier.endswith("0")


def _searched(ruleset: RuleSet, case_type: str, key: str) -> Iterator[Searched]:
    for root in ("times", "share"):
        for activity in ruleset.children(f"activity_bounds.{root}"):
            bounds = ruleset.under(f"activity_bounds.{root}.{activity}.{key}")
            if bounds:
                least, most, step = (activities.exact(bounds[name]) for name in ("least", "most", "step"))
                count = int((most - least) / step) + 1
                choices = tuple(least + step * place for place in range(count))
                yield Searched(root, activity, case_type, key, choices)
