"""Rule books side by side: any unit under up to four sets of rules and agreements, chosen by the reader."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wmt import rules
from wmt.agreements import reading
from wmt.days import written
from wmt.ledger import LedgerError
from wmt.site.agreements import in_force
from wmt.site.date_field import DayField
from wmt.site.figures import units
from wmt.site.links import NATION, unit_url
from wmt.site.queries import rule_books
from wmt.site.query_form import OneOf, QueryForm
from wmt.site.rule_proposals.models import RuleProposal
from wmt.site.rule_proposals.reading import listed
from wmt.site.shown import needed_state
from wmt.site.tables import arranged
from wmt.site.web.rule_proposals import book_tables
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

_S = RuleProposal.State
_PLACES = range(1, rule_books.MOST + 1)


class BooksForm(QueryForm):
    """What stands in each column: one of a list, or the rules of a day."""

    def __init__(self, query: Any, offered: Sequence[tuple[str, str]]) -> None:
        self._offered = offered
        super().__init__(query, book1=rule_books.OWN, book2=rule_books.days_offered()[-1].isoformat())

    def add_fields(self) -> None:
        """A choice and a day for each column."""
        for at in _PLACES:
            self.fields[f"book{at}"] = OneOf(f"Column {at}", [("", "Nothing"), *self._offered])
            self.fields[f"on{at}"] = DayField(f"the date of column {at}", kind="rule", required=False)

    def wanted(self) -> Iterator[str]:
        """What is asked for, column by column, each once: a day that was typed before what was chosen."""
        asked = []
        for at in _PLACES:
            day = self.found(f"on{at}")
            asked.append(day.isoformat() if day else self.found(f"book{at}") or "")
        yield from dict.fromkeys(each for each in asked if each)


@require_safe
def books(request: HttpRequest, level: str = NATION, code: str = NATION) -> HttpResponse:
    """A unit under several rule books. Raises NoDataYet and UnknownUnit."""
    state = needed_state(request)
    unit = units.find(state, request.user, level, code)  # type: ignore[arg-type]
    form = BooksForm(request.GET, _offered(state, unit))
    chosen, impossible = _chosen(form, state, unit)
    context: dict[str, Any] = {
        "unit": unit, "form": form, "errors": form.faults, "places": _PLACES, "impossible": impossible,
        "crumbs": [(each.name, unit_url(each.level, each.code))
                   for each in [*units.above(state, request.user, unit), unit]],  # type: ignore[arg-type]
        "chosen": chosen, "said": rule_books.day_words(chosen), "figures": None, "lines": (),
    }  # fmt: skip
    if chosen:
        try:
            found = rule_books.beside(state, unit, chosen)
        except LedgerError as fault:
            impossible.append(str(fault))
        else:
            context["figures"] = arranged(book_tables.figures(found), request)
            if found.with_rules:
                sides = (book_tables.lines(found, side) for side in ("work", "time"))
                context["lines"] = [arranged(table, request) for table in sides]
    return render(request, "rule_proposals/books.jinja", context)


def _offered(state: State, unit: Unit) -> list[tuple[str, str]]:
    """What can be chosen: rules of days, proposals, agreements of the unit, and those that come with WMT."""
    found = [(rule_books.OWN, "Rules of the figures shown")]
    found += [(day.isoformat(), f"Rules of {written(day)}") for day in rule_books.days_offered()]
    open_ones = listed().filter(state__in=(_S.DRAFT, _S.SUBMITTED, _S.APPROVED))
    found += [(f"proposal-{row.pk}", f"Proposal {row.pk}: {row.name}") for row in open_ones]
    found += [(f"agreement-{row.pk}", f"Agreement here: {row.name}") for row in in_force.on_day(unit, state)]
    found += [(f"pack-{key}", f"Agreement: {pack.name}") for key, pack in reading.shipped().items()]
    return found


def _chosen(form: BooksForm, state: State, unit: Unit) -> tuple[list[rule_books.ChosenBook], list[str]]:
    """The books that are asked for, and why some cannot be shown."""
    found, faults = [], []
    for text in form.wanted():
        try:
            found.append(rule_books.book_of(text, state, unit))
        except (rule_books.UnknownBook, rules.RulesError) as fault:
            faults.append(str(fault))
    return found, faults
