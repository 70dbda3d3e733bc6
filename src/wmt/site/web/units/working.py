"""Calculation: the lines behind a figure, each with the rule that priced it.

`?figure=` names a measure, or 'capacity' or 'remaining', which are of both sides of the ledger. `?of=` names
pricings by their numbers (see `chosen`): only their lines are shown then. Of one pricing the units below are
listed that hold such lines, down to the lines.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from wmt import ledger
from wmt.site import tables
from wmt.site.challenges.register import FACT_OF
from wmt.site.figures import line_queries, units
from wmt.site.links import unit_url
from wmt.site.queries.measures import MEASURES, REMAINING, MeasureLabel, shown_exactly
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.challenges.challenge_links import COLUMN, NONE, ChallengeLinks
from wmt.site.web.units import labels, line_tables
from wmt.site.web.units import pricing_ids as addressed
from wmt.site.web.units.breakdown import parts
from wmt.site.web.units.references import WITHHELD, notes
from wmt.site.workload import models

TITLE = "Calculation"
TEMPLATE = "unit/working.jinja"
CAPACITY = "capacity"
_SIDES = ("points", "available")
#: So many kinds of line are named in a heading; more are counted.
_FEW = 4


@dataclass(frozen=True)
class Sum:
    """A figure and the sum of its lines: equal, or the page says that they are not."""

    measure: MeasureLabel
    of_lines: tables.Value
    figure: tables.Value
    agrees: bool
    lines: int


def applies(unit: models.Unit) -> bool:  # noqa: ARG001
    """Every figure of every unit has lines, or says that it has none."""
    return True


def content(question: UnitRequest) -> dict[str, Any]:
    """The sums and the tables of lines of the figure that was asked for."""
    asked = question.request.GET.get("figure", CAPACITY)
    name = asked if asked in MEASURES or asked == REMAINING else CAPACITY
    measures = [MEASURES[name]] if name in MEASURES else [MEASURES[side] for side in _SIDES]
    # the pricings that `?of=` names; none where it makes no sense
    priced = line_queries.pricing_of(question.state)
    named = addressed.read(question.request.GET.get("of", ""), priced)
    chosen = [priced[number] for number in sorted(named)]
    lines: Sequence[line_queries.Lines | models.Line]
    if question.is_post:
        lines = line_queries.lines_of(question.state, question.unit, question.user)
    else:
        lines = _sums(question, [question.unit]).get(question.unit.code, [])
    sides = [_Side(question, measure, chosen, lines) for measure in measures]
    subject = question.subject
    # what the lines of some pricings are of: of many, how many kinds of line they are
    said = list(dict.fromkeys(labels.what(pricing) for pricing in chosen))
    return {
        "figure": name,
        "figure_title": _title(name),
        "sums": [side.total() for side in sides],
        "used": question.used_hours.note(subject) if name == "reduction_hours" and not chosen else "",
        "capacity": tables.percent(subject.points_x100, subject.available_x100, question.state.over_x100),
        "remaining": tables.exact(ledger.remaining_x100(subject.points_x100, subject.available_x100)),
        "tables": {side.measure.name: side.table() for side in sides},
        "parts": parts(question) if name in (CAPACITY, REMAINING, "points") and not chosen else [],
        "chosen": ", ".join(said) if len(said) <= _FEW else f"{len(said)} kinds of item",
        "whole": tables.changed(question.request.GET, of="", page=""),
        "choices": _choices(question, name),
    }


def _title(name: str) -> str:
    return {CAPACITY: "Capacity", REMAINING: "Points left"}.get(name) or MEASURES[name].title


@dataclass(frozen=True)
class _Side:
    """One measure of a page: its lines, their sum and their table."""

    question: UnitRequest
    measure: MeasureLabel
    chosen: list[models.Pricing]  # empty: all
    found: Sequence[line_queries.Lines | models.Line]  # all lines of the unit

    @cached_property
    def share(self) -> ledger.MeasureDefinition:
        return ledger.SHARES[self.measure.field]

    @cached_property
    def lines(self) -> list[line_queries.Lines | models.Line]:
        """The lines of the unit that the measure sums: one by one for a post, else by pricing."""
        numbers = line_queries.numbers_of(self.question.state, self.measure.field)
        if self.chosen:
            numbers &= {pricing.number for pricing in self.chosen}
        # a line is shown where it adds to the measure, or is work listed at nought
        return [
            line
            for line in self.found
            if (line.pricing.number if isinstance(line, line_queries.Lines) else line.pricing) in numbers
            and (getattr(line, self.share.column) != 0 or self.share.column == "points_x100")
        ]

    def pricing(self, line: line_queries.Lines | models.Line) -> models.Pricing:
        if isinstance(line, line_queries.Lines):
            return line.pricing
        return line_queries.pricing_of(self.question.state)[line.pricing]

    @cached_property
    def sum(self) -> int:
        """What the lines add up to."""
        return line_queries.summed(self.lines, self.share)

    def total(self) -> Sum:
        """The sum of the lines beside the figure itself."""
        figure = self.sum if self.chosen else getattr(self.question.subject, self.measure.field)
        return Sum(
            self.measure,
            shown_exactly(self.measure, self.sum),
            shown_exactly(self.measure, figure),
            self.sum == figure,
            self._how_many(self.lines),
        )

    def _how_many(self, lines: Iterable[line_queries.Lines | models.Line]) -> int:
        return sum(line.lines if isinstance(line, line_queries.Lines) else 1 for line in lines)

    def table(self) -> tables.Table:
        """The lines; or, when one pricing is chosen, the units below that hold such lines."""
        if len(self.chosen) == 1 and not self.question.is_post:
            return self._holders(self.chosen[0])
        # without the number of each line where every line is of one thing
        wrong = self.question.is_post and self._challenges.is_open
        columns = _line_columns(self.measure, of_post=self.question.is_post, wrong=wrong)
        singly = all(
            isinstance(line, models.Line) and line.quantity_micro == 1_000_000 for line in self.lines
        )
        empty = tables.text("")
        keys = [column.key for column in columns]
        found = dict.fromkeys(keys, empty) | {
            "what": tables.text("Total"),
            "amount": shown_exactly(self.measure, self.sum),
        }
        if "lines" in found:
            found["lines"] = tables.count(self._how_many(self.lines))
        if len({self.pricing(line).kind for line in self.lines}) == 1:  # cases and reports are not added up
            found["quantity"] = self._number_of(self.lines)
        return tables.Table(
            self.measure.name,
            f"{self.measure.title}: details",
            [column for column in columns if column.key != "quantity" or not singly],
            tables.LazyRows(self.lines, self._row, lambda line, key: self._row(line).values[key].raw),
            tables.Row(found),
            notes(line for line in self.lines if isinstance(line, models.Line)),
            "There is nothing to add up, so this figure is 0.",
        )

    @cached_property
    def _hours(self) -> dict[str, str | None]:
        # the published hours a month of the tiers on the page, as the load's own rules have them
        paths = {self.pricing(line).rule for line in self.lines}
        wanted = [
            f"monthly_hours.{path.partition('.')[2]}" for path in paths if path.startswith("tier_points.")
        ]
        rows = models.RuleValue.objects.filter(load_id=self.question.state.load_id, path__in=wanted)
        return dict(rows.values_list("path", "value"))

    def _row(self, line: line_queries.Lines | models.Line) -> tables.Row:
        pricing = self.pricing(line)
        # a line of a unit leads to those below that hold it; a line of a post is where it ends
        href, back = "", self.question.request.get_full_path()
        if not self.question.is_post:
            href = line_tables.lines_url(
                self.question, self.question.unit, self.measure.name, str(pricing.number)
            )
        if pricing.reason:
            why = labels.reason(pricing.reason)
        else:
            why = "" if pricing.counted or line.points_x100 else "not counted"
        found = {
            "what": tables.text(labels.what(pricing), href),
            "each": tables.exact(pricing.each_x100),
            "amount": shown_exactly(self.measure, line_queries.summed([line], self.share)),
            "hours": tables.text(labels.hours_a_month(pricing.rule, self._hours)),
            "rule": tables.text(labels.rule_name(pricing.rule), labels.rule_href(pricing.rule, back)),
            "from": _from(pricing),
            "why": tables.text(why),
            # cases, reports and contacts in numbers; time in hours a week
            "quantity": tables.hours(
                line.quantity_micro, note="hours a week" if pricing.side == "time" else ""
            ),
        }
        if isinstance(line, line_queries.Lines):
            return tables.Row({**found, "lines": tables.count(line.lines)})
        about = {
            "wrong": self._challenge(line, pricing),
            "ref": tables.text(line.ref or (WITHHELD if line.withheld else "")),
            "since": tables.day(line.since),
            "about": tables.text(
                line_queries.about_text(line, pricing),
                unit_url("post", line.other_post) if line.other_post else "",
            ),
        }
        return tables.Row({**found, **about})

    @cached_property
    def _challenges(self) -> ChallengeLinks:
        return ChallengeLinks(self.question.user, self.question.state, self.question.unit)

    def _challenge(self, line: models.Line, pricing: models.Pricing) -> tables.Value:
        """The way to say that a line is wrong, for whoever may."""
        if line.withheld:
            return NONE
        return self._challenges.of(FACT_OF.get(pricing.kind, "points"), line.ref or "")

    def _number_of(self, lines: Iterable[line_queries.Lines | models.Line]) -> tables.Value:
        """How many things of one kind the lines are of, or how many hours."""
        return tables.hours(sum(line.quantity_micro for line in lines))

    def _holders(self, chosen: models.Pricing) -> tables.Table:
        level = units.child_level(self.question.unit.level)
        below = list(units.below(self.question.state, self.question.unit, level, self.question.grade))
        sums = _sums(self.question, below)
        held = [
            (unit, [line for line in sums.get(unit.code, []) if line.pricing.number == chosen.number])
            for unit in below
        ]
        total = {
            "name": tables.text("Total"),
            "lines": tables.count(self._how_many(self.lines)),
            "quantity": self._number_of(self.lines),
            "amount": shown_exactly(self.measure, self.sum),
        }
        columns = [
            tables.Column("name", units.TITLES[level]),
            tables.Column("lines", "Items", "count"),
            tables.Column("quantity", "Number", "number"),
            tables.Column("amount", self.measure.title, self.measure.kind),
        ]
        rows = []
        for unit, lines in held:
            if lines:
                href = line_tables.lines_url(self.question, unit, self.measure.name, str(chosen.number))
                values = {
                    "name": tables.text(unit.name, href),
                    "lines": tables.count(self._how_many(lines)),
                    "quantity": self._number_of(lines),
                    "amount": shown_exactly(self.measure, line_queries.summed(lines, self.share), href),
                }
                rows.append(tables.Row(values, unit.level, unit.code))
        caption = f"{labels.what(chosen)}: who holds them"
        return tables.Table(self.measure.name, caption, columns, rows, tables.Row(total))


def _sums(question: UnitRequest, of: Sequence[models.Unit]) -> dict[str, list[line_queries.Lines]]:
    return line_queries.sums_of(question.state, of, grade=question.grade, by_grade=False)


def _line_columns(measure: MeasureLabel, *, of_post: bool, wrong: bool = False) -> list[tables.Column]:
    middle = (
        [
            tables.Column("ref", "Reference", "code"),
            tables.Column("since", "Since", "date"),
            tables.Column("about", "About"),
        ]
        if of_post
        else [tables.Column("lines", "Items", "count")]
    )
    return [
        tables.Column("what", "What"),
        *middle,
        tables.Column("quantity", "Number", "number"),
        *([tables.Column("each", "Points each", "points")] if measure.kind == "points" else []),
        tables.Column("amount", measure.title, measure.kind),
        *([tables.Column("hours", "Hours a month each", "number")] if measure.name != "available" else []),
        tables.Column("rule", "Rule"),
        tables.Column("from", "Effective from", "date"),
        tables.Column("why", "Notes"),
        *([COLUMN] if wrong else []),
    ]


def _from(pricing: models.Pricing) -> tables.Value:
    """The day a rule's value began; values without one hold always."""
    return (
        tables.day(date.fromisoformat(pricing.rule_from))
        if pricing.rule_from
        else tables.Value(None, "always")
    )


def _choices(question: UnitRequest, name: str) -> list[tuple[str, str, bool]]:
    """The other figures of this unit: title, address, whether it is the one shown."""
    names = (CAPACITY, *MEASURES)
    return [
        (
            _title(each),
            line_tables.lines_url(question, question.unit, each),
            each == name,
        )
        for each in names
    ]
