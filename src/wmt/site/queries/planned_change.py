"""The facts and rules before and after a plan, and what the ledger answers of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple, TypeVar

from wmt.facts import Facts
from wmt.ledger import Ledger, engine
from wmt.nights.unit_slice import UnitSlice
from wmt.plan import laid_plan
from wmt.rules import RuleSet

#: Engines that no plan is measured with at the moment, with their queries planned.
_idle: list[engine.DuckDBEngine] = []
_T = TypeVar("_T")


class PlannedChange(NamedTuple):
    """The facts of the posts of every team that a plan touches, and the rules, before and after it."""

    part: UnitSlice
    before: Facts
    laid: laid_plan.LaidPlan
    outcomes: Sequence[laid_plan.StepOutcome]
    old: RuleSet
    new: RuleSet
    day: date

    def of_both(self, asked: Callable[[Ledger], _T]) -> tuple[_T, _T]:
        """What a ledger answers before and after."""
        was, then = self.of_each(asked, ((self.before, self.old), (self.laid.facts, self.new)))
        return was, then

    def of_each(self, asked: Callable[[Ledger], _T], moments: Iterable[tuple[Facts, RuleSet]]) -> list[_T]:
        """What a ledger answers of each of some facts with their rules."""
        with self.ledgers() as ledger_of:
            return [asked(ledger_of(facts, each)) for facts, each in moments]

    @contextmanager
    def ledgers(self) -> Iterator[Callable[[Facts, RuleSet], Ledger]]:
        """What makes a ledger of some facts and rules; one is asked before the next is made."""
        rows = sum(frame.height for frame in self.laid.facts.tables().values())
        with engine.lent(_idle, rows) as lent:
            yield lambda facts, each: Ledger(facts, each, former=self.part.former, day=self.day, engine=lent)
