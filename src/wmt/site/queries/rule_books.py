"""Several rule books at once: one unit under each, every figure a sum of lines; agreements stand beside.

Rule books are those of the figures shown, of any day, and with a proposal. The facts are those of the figures
shown, of now or of a day in the past.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import NamedTuple

import polars as pl
from django.http import Http404

from wmt import ledger, rules
from wmt.agreements import reading
from wmt.agreements.pack import Agreement
from wmt.agreements.states import PackFinding, findings
from wmt.days import read_day, written
from wmt.ledger import rule_books
from wmt.ledger.rule_books import BookLine
from wmt.rules import RuleSet
from wmt.site.agreements import in_force
from wmt.site.figures import units
from wmt.site.queries import agreements, rule_effects, unit_ledger
from wmt.site.queries.unit_ledger import LedgerKey
from wmt.site.rule_proposals.reading import find
from wmt.site.workload.models import Unit
from wmt.site.workload.night_rows import over_mark
from wmt.site.workload.state import State, rules_of

#: So many stand side by side.
MOST = 4
#: What the rule book of the figures shown is called in addresses; before the numbers of others.
OWN, _PROPOSAL, _AGREEMENT, _PACK = "figures", "proposal-", "agreement-", "pack-"


class UnknownBook(Exception):  # noqa: N818 - what was asked for is wrong, not the program
    """There is no such rule book."""


#: What may come of asking for a book that is not there, does not fit the rules or has no price for the work.
FAULTS = (UnknownBook, rules.RulesError, ledger.LedgerError)


class ChosenBook(NamedTuple):
    """One column: what it is called, and its rules or the agreement that it is."""

    key: str
    name: str
    rules: RuleSet | None = None
    pack: Agreement | None = None


@dataclass(frozen=True)
class BooksBeside:
    """A unit under several rule books. `rows` are those of the unit, as `rule_books.BOOKS`, whose numbers are
    the places of the books that have rules; `stated` what each agreement says, by its key."""

    unit: Unit
    books: Sequence[ChosenBook]
    rows: pl.DataFrame
    stated: Mapping[str, Sequence[PackFinding]]

    @cached_property
    def with_rules(self) -> list[ChosenBook]:
        """The books that have rules, in order."""
        return [book for book in self.books if book.rules is not None]

    def moment(self, book: ChosenBook) -> ledger.Moment:
        """Points and available points of the unit under a book, in hundredths."""
        return rule_books.moment(self.rows, self.with_rules.index(book))

    @cached_property
    def lines(self) -> list[BookLine]:
        """The lines of the unit that are alike, by what they are of; the figures are their sums."""
        return rule_books.lines(self.rows, len(self.with_rules))


def book_of(text: str, state: State, unit: Unit) -> ChosenBook:
    """A rule book by its text in an address: `figures`, a day, or one of `offered`. Raises UnknownBook, and
    RulesError where a proposal no longer fits the rules."""
    if text == OWN:
        laid = f" with {', '.join(state.overlays)}" if state.overlays else ""
        return ChosenBook(OWN, f"Rules of the figures shown{laid}", rules_of(state))
    if (day := read_day(text)) is not None:
        return ChosenBook(day.isoformat(), f"Rules of {written(day)}", rules.load().at(day))
    if text.startswith(_PROPOSAL):
        try:
            row = find(_number(text, _PROPOSAL))
        except Http404 as fault:
            raise UnknownBook(str(fault)) from None
        beside = rule_effects.beside_proposal(row, state)
        return ChosenBook(f"{_PROPOSAL}{row.pk}", beside.after_name, beside.after)
    if text.startswith(_AGREEMENT):
        number = _number(text, _AGREEMENT)
        own = next((row for row in in_force.on_day(unit, state) if row.pk == number), None)
        if own is not None:
            return ChosenBook(f"{_AGREEMENT}{own.pk}", own.name, pack=in_force.pack_of(own))
    if text.startswith(_PACK) and (pack := reading.shipped().get(text.removeprefix(_PACK))):
        return ChosenBook(f"{_PACK}{pack.key}", pack.name, pack=pack)
    raise UnknownBook(f"there is no rule book '{text[:60]}'")


def _number(text: str, prefix: str) -> int:
    number = text.removeprefix(prefix)
    if not number.isdecimal() or len(number) > 9:
        raise UnknownBook(f"there is no rule book '{text[:60]}'")
    return int(number)


def beside(state: State, unit: Unit, books: Sequence[ChosenBook]) -> BooksBeside:
    """A unit under rule books. Raises NightError, and LedgerError where rules have no price for its work."""
    rule_sets = tuple(book.rules for book in books if book.rules is not None)
    if not rule_sets:
        rows = pl.DataFrame(schema=rule_books.BOOKS)
    elif unit.level in unit_ledger.SMALL:
        rows = _part(LedgerKey(state), unit.level, unit.code, rule_sets)
    else:
        rows = _nation(LedgerKey(state), rule_sets)
    rows = rows.filter(pl.col(f"{unit.level}_code") == unit.code)
    if unit.level != "post":
        rows = rows.filter(post_stream=unit.stream or ledger.HEADLINE)
    packs = {book.key: book.pack for book in books if book.pack is not None}
    return BooksBeside(unit, books, rows, {key: _stated(state, unit, pack) for key, pack in packs.items()})


def over_x100(book: ChosenBook) -> int:
    """The threshold of excessive workload of a book with rules, in hundredths of a per cent."""
    assert book.rules is not None
    return over_mark(book.rules)


@lru_cache(maxsize=4)
def _nation(key: LedgerKey, rule_sets: tuple[RuleSet, ...]) -> pl.DataFrame:
    made = unit_ledger.ledger_of(key.state, rule_sets[0], "nation", "nation")
    return rule_books.rule_books(made, rule_sets)


@lru_cache(maxsize=64)
def _part(key: LedgerKey, level: str, code: str, rule_sets: tuple[RuleSet, ...]) -> pl.DataFrame:
    made = unit_ledger.ledger_of(key.state, rule_sets[0], level, code)
    # those on the other side of a contact lie elsewhere as a rule: a part says nothing of them
    return rule_books.rule_books(made, rule_sets).filter(pl.col(f"{level}_code") == code)


def _stated(state: State, unit: Unit, pack: Agreement) -> list[PackFinding]:
    """What an agreement says of a unit: of itself where it covers its level, else of those below in a team
    or PDU."""
    levels = {measure.covers.level for measure in pack.measures.values()}
    asked = [unit] if unit.level in levels else []
    if not asked and unit.level in ("team", "pdu"):
        lower = [level for level in ("team", "post") if level in levels and level != unit.level]
        asked = list(units.below(state, unit, lower[0])) if lower else []
    return list(findings(pack, agreements.measured_units(state, asked, [pack]))) if asked else []


def days_offered() -> Sequence[date]:
    """The days on which cases, reports or targets became worth another amount, the latest first; none from
    before cases had the points of a tier."""
    tree = rules.load()
    found = {
        root: {
            value.valid_from
            for path in tree.paths
            if path.startswith(root)
            for value in tree.parameter(path).values
        }
        for root in ("tier_points.", "t2a_points.", "report_points.", "nominal_target.")
    }
    first = min(found["tier_points."])
    return sorted({day for days in found.values() for day in days if day >= first}, reverse=True)


def counted(stated: Iterable[PackFinding]) -> dict[str, dict[str, int]]:
    """How many are in each state of each measure, by the measure's name."""
    found: dict[str, dict[str, int]] = {}
    for each in stated:
        states = found.setdefault(each.measure.name, {})
        name = each.state.state if each.state else "not known"
        states[name] = states.get(name, 0) + 1
    return found


def day_words(found: Sequence[ChosenBook]) -> Sequence[str]:
    """What books with rules are of, where they are of another day than they are called by."""
    return [
        f"{book.name}: as they are on {written(book.rules.day)}"
        for book in found
        if book.rules is not None and written(book.rules.day) not in book.name
    ]
