"""What other rules would do to the figures shown: any unit before and after, why, and who crosses the mark.

The facts are those of the night with everything that people entered and decided since. The ledger measures
the same facts under both rules; a unit's figures are sums of its lines, so causes leave nothing over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import NamedTuple

import polars as pl

from wmt import ledger, rules
from wmt.days import written
from wmt.ledger import rule_effect
from wmt.ledger.rule_effect import RuleCause
from wmt.rules import RuleSet, amendments
from wmt.site.queries import unit_ledger
from wmt.site.queries.unit_ledger import LedgerKey
from wmt.site.rule_proposals import in_force
from wmt.site.rule_proposals.models import RuleProposal
from wmt.site.workload.models import Unit
from wmt.site.workload.night_rows import over_mark
from wmt.site.workload.state import State

#: Percentage points at which the effect on people is parted.
BANDS = (-10, -5, -1, 1, 5, 10)


class RulesBeside(NamedTuple):
    """Two rule sets to be compared, with what people call them."""

    before: RuleSet
    after: RuleSet
    before_name: str
    after_name: str


@dataclass(frozen=True)
class UnitEffect:
    """One unit under both rules. `rows` has the columns `rule_effect.EFFECT`, of its stream.

    `marks_x100` are the marks of excessive workload of both rules, in hundredths of a per cent.
    """

    level: str
    code: str
    rows: pl.DataFrame
    marks_x100: tuple[int, int]

    @property
    def before(self) -> ledger.Moment:
        return rule_effect.moments(self.rows)[0]

    @property
    def after(self) -> ledger.Moment:
        return rule_effect.moments(self.rows)[1]

    @property
    def causes(self) -> Sequence[RuleCause]:
        """Why it differs; the causes add up exactly."""
        return rule_effect.causes(self.rows)

    @cached_property
    def posts(self) -> dict[str, "UnitMoments"]:
        """The posts in it, by code."""
        return self.below("post")

    def below(self, level: str) -> dict[str, "UnitMoments"]:
        """The units of a level in it, by code."""
        found = rule_effect.units_of(self.rows, level).iter_rows()
        return {code: UnitMoments(ledger.Moment(p, a), ledger.Moment(q, b)) for code, p, q, a, b in found}

    def crossing(self) -> tuple[list[str], list[str]]:
        """The posts that are over the mark after and not before, and those that are no longer; by code."""
        up, down = list[str](), list[str]()
        for code, each in self.posts.items():
            was, then = each.are_over(*self.marks_x100)
            if was != then:
                (down if was else up).append(code)
        return up, down

    def spread(self) -> list[int]:
        """How many people's capacity moves by how many percentage points: one more than `BANDS`, from the
        furthest down to the furthest up; the middle one is by less than 1 either way. Posts without available
        hours on either side are in none."""
        found = [0] * (len(BANDS) + 1)
        for each in self.posts.values():
            moved = each.percentage_points_x100
            if moved is not None:
                found[_band(moved)] += 1
        return found


def _band(moved_x100: int) -> int:
    """The band of a move: at the edges it belongs to the one that is further away from none."""
    down, up = BANDS[: len(BANDS) // 2], BANDS[len(BANDS) // 2 :]
    if moved_x100 <= 0:
        return next((at for at, edge in enumerate(down) if moved_x100 <= edge * 100), len(down))
    return len(down) + sum(moved_x100 >= edge * 100 for edge in up)


class UnitMoments(NamedTuple):
    """Points and available points before and after, in hundredths."""

    before: ledger.Moment
    after: ledger.Moment

    @property
    def percentage_points_x100(self) -> int | None:
        """By how many hundredths of a percentage point its capacity moves."""
        was, then = (ledger.capacity_x100(*each) for each in self)
        return None if was is None or then is None else then - was

    def are_over(self, before_x100: int, after_x100: int) -> tuple[bool, bool]:
        """Whether it is over the mark before, and over the mark after: each by its own rules."""
        return ledger.is_over(*self.before, before_x100), ledger.is_over(*self.after, after_x100)


def effect_on(state: State, unit: Unit, beside: RulesBeside) -> UnitEffect:
    """A unit of the figures shown under both rules. Raises InThePast, NightError, and LedgerError where the
    rules have no price for the tiers of the night, or the figures are not of these rules alone."""
    if state.overlays:
        laid = ", ".join(state.overlays)
        raise ledger.LedgerError(f"the figures shown have {laid} laid over the rules, which neither side has")
    now = state.of_now()
    if unit.level in unit_ledger.SMALL:
        rows = _part(LedgerKey(now), unit.level, unit.code, beside.before, beside.after)
    else:
        rows = _nation(LedgerKey(now), beside.before, beside.after)
    stream = unit.stream or ledger.HEADLINE
    found = rule_effect.of_unit(rows, unit.level, unit.code, stream)
    return UnitEffect(unit.level, unit.code, found, (over_mark(beside.before), over_mark(beside.after)))


@lru_cache(maxsize=4)
def _nation(key: LedgerKey, before: RuleSet, after: RuleSet) -> pl.DataFrame:
    made = unit_ledger.ledger_of(key.state, before, "nation", "nation")
    return rule_effect.rule_effect(made, before, after)


@lru_cache(maxsize=64)
def _part(key: LedgerKey, level: str, code: str, before: RuleSet, after: RuleSet) -> pl.DataFrame:
    rows = rule_effect.rule_effect(unit_ledger.ledger_of(key.state, before, level, code), before, after)
    # those on the other side of a contact lie elsewhere as a rule: a part says nothing of them
    return rows.filter(pl.col(f"{level}_code") == code)


def days_of(row: RuleProposal, state: State) -> Sequence[date]:
    """The days on which values of a proposal begin, none before that of the rules of the figures."""
    return sorted({max(day, state.rules_date) for _, day, _ in row.overlay.entries})


def beside_proposal(row: RuleProposal, state: State, day: date | None = None) -> RulesBeside:
    """The rules without and with a proposal, on one of its days (`days_of`), the first unless told.

    Raises RulesError where its values no longer fit the rules, or none of them begins on the day.
    """
    days = days_of(row, state)
    if day is not None and day not in days:
        known = ", ".join(map(written, days))
        words = f"none of its values begins on {written(day)}; choose one of {known}"
        raise rules.RulesError.of([rules.RuleFault(f"proposal {row.pk}", "", words)])
    day = day or days[0]
    name = f"Proposal {row.pk}: {row.name}" + (f", rules of {written(day)}" if len(days) > 1 else "")
    if row.was_approved and not row.is_over(day):
        after = in_force.tree_now()
    else:
        after = amendments.trial(in_force.tree_beneath(row), row.overlay)
    before = in_force.tree_before(row)
    return RulesBeside(before.at(day), after.at(day), "Rules in force without it", name)


def of_days(first: date, last: date) -> RulesBeside:
    """The rules in force here on two days."""
    tree = rules.load()
    return RulesBeside(tree.at(first), tree.at(last), *(f"Rules of {written(day)}" for day in (first, last)))
