"""What a level changes in the points of a unit, by kind of case, and which activity is put aside first."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from django.urls import reverse

from wmt import ledger
from wmt.ledger.activity_points import points_by_activity
from wmt.ledger.arithmetic import divide_half_up
from wmt.ledger.level_prices import difference_x100
from wmt.nights import NightError
from wmt.rules import RuleSet, activities, priorities
from wmt.site import tables
from wmt.site.figures import line_queries
from wmt.site.priorities.levels import AMBER, GREEN, RED, pdu_of
from wmt.site.queries.responsive import differences, is_known, why_same
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.units.labels import upper_first, what
from wmt.site.workload.state import rules_of

_NAMES = {
    activities.RESPONSIVE: "Responsive activities",
    activities.REMAINDER: "Remainder, not published",
}
_EXAMPLES = "priority_examples"


def content(question: UnitRequest) -> dict[str, Any]:
    """What the level of the unit's PDU changes here, and the order of work; `tables` by their names."""
    level = row.level if (row := question.responsive.level_of(question.unit)) else AMBER
    try:
        rules = rules_of(question.state)
    except NightError:
        return {"tables": {}}
    unit, found = question.unit, {}
    over = ledger.is_over(unit.points_x100, unit.available_x100, question.state.over_x100)
    lines = line_queries.sums_of(question.state, [unit], by_grade=False).get(unit.code, [])
    is_set = bool(priorities.factors(rules, level)) and not priorities.is_neutral(rules, level)
    if unit.stream != ledger.OMIC:
        found["priority-levels"] = _levels(question, lines)
    if row and is_set:
        found["priority-cases"] = _cases(question, level, lines)
    if is_set and (row or over):
        found["priority-order"] = _order(question, level, rules, lines)
    return {
        "same": why_same(question.state, level) if row else "",
        "order_words": _order_words(question, level, is_set=is_set, over=over, is_green=row is None),
        "examples": [
            (value.description.rstrip("."), value.value, value.source, value.note)
            for value in rules.under(_EXAMPLES).values()
        ],
        "matrix_href": f"{reverse('rules')}?group=priorities",
        "tables": found,
    }


def _levels(question: UnitRequest, lines: Sequence[line_queries.Lines]) -> tables.Table:
    """What the figure of a unit is at green, and what it would be at amber and at red."""
    unit, rows = question.unit, []
    for level in (GREEN, AMBER, RED):
        each = differences(question.state, level) if level != GREEN else {}
        moved = difference_x100(
            (each[line.pricing.number], line.quantity_micro) for line in lines if line.pricing.number in each
        )
        same = why_same(question.state, level) if level != GREEN else "business as usual"
        points, unknown = unit.points_x100 + moved, tables.Value(None, "–")
        known = level == GREEN or (is_known(question.state, level) and not same)
        capacity = tables.percent(points, unit.available_x100, question.state.over_x100)
        values = {
            "level": tables.text(upper_first(level)),
            "capacity": capacity if known else unknown,
            "points": tables.exact(points) if known else unknown,
            "difference": tables.exact(moved) if known else unknown,
            "why": tables.text(same or ("" if moved else "no case here differs")),
        }
        rows.append(tables.Row(values))
    columns = [
        tables.Column("level", "Level"),
        tables.Column("capacity", "Capacity", "percent"),
        tables.Column("points", "Points", "points"),
        tables.Column("difference", "Difference", "points"),
        tables.Column("why", "Note", "words"),
    ]
    caption = f"What each level would make of the figure of {unit.name}"
    return tables.Table("priority-levels", caption, columns, rows, prefix="priority-levels-")


def _order_words(question: UnitRequest, level: str, *, is_set: bool, over: bool, is_green: bool) -> str:
    """What the order is of; empty where there is nothing to put in order."""
    unit = question.unit
    if not (over or not is_green) or not pdu_of(unit):
        return ""
    more = ledger.shown_points(-ledger.remaining_x100(unit.points_x100, unit.available_x100))
    said = (
        f"{unit.name} is over {question.state.over_text}, by {more:,} points more than the hours allow. "
        * over
    )
    if not is_set:
        return (
            f"{said}There is no order of work to show, because nobody has set what is put aside at {level}. "
            "Until somebody does, the manager says which work comes first."
        )
    if is_green:
        return (
            f"{said}The PDU is at green, so nothing is put aside without a decision by management. "
            "This is the order that amber would have: the work at the top is put aside first."
        )
    return f"{said}At {level}, the work at the top of this list is put aside first."


def _cases(question: UnitRequest, level: str, lines: Sequence[line_queries.Lines]) -> tables.Table:
    """The kinds of case whose points a level moves: they add up to the difference of the unit."""
    each, rows, usual, moved = differences(question.state, level), [], 0, 0
    for line in lines:
        if not (difference := each.get(line.pricing.number, 0)):
            continue
        cases = line.quantity_micro // 1_000_000
        together = difference_x100([(difference, line.quantity_micro)])
        usual, moved = usual + line.points_x100, moved + together
        values = {
            "name": tables.text(what(line.pricing)),
            "cases": tables.count(cases),
            "each": tables.exact(line.pricing.each_x100),
            "each_then": tables.exact((line.pricing.each_x100 or 0) + difference),
            "points": tables.exact(line.points_x100),
            "points_then": tables.exact(line.points_x100 + together),
            "difference": tables.exact(together),
        }
        rows.append(tables.Row(values))
    total = {
        "name": tables.text("Total"),
        "cases": tables.count(sum(row.values["cases"].raw for row in rows)),
        "each": tables.text(""),
        "each_then": tables.text(""),
        "points": tables.exact(usual),
        "points_then": tables.exact(usual + moved),
        "difference": tables.exact(moved),
    }
    columns = [
        tables.Column("name", "Cases"),
        tables.Column("cases", "Number", "count"),
        tables.Column("each", "Points each", "points"),
        tables.Column("each_then", f"Points each at {level}", "points"),
        tables.Column("points", "Points", "points"),
        tables.Column("points_then", f"Points at {level}", "points"),
        tables.Column("difference", "Difference", "points"),
    ]
    note = (
        "Cases in custody, T2A cases, reports and case management support keep their points: "
        "nobody published the hours behind them."
    )
    caption = f"What {level} changes in {question.unit.name}"
    return tables.Table(
        "priority-cases", caption, columns, rows, tables.Row(total) if rows else None, [note],
        f"No case here has other points at {level}.", prefix="priority-cases-",
    )  # fmt: skip


def _order(
    question: UnitRequest, level: str, rules: RuleSet, lines: Sequence[line_queries.Lines]
) -> tables.Table:
    """Activities by what is still expected of them, the least first."""
    factors, known = priorities.factors(rules, level), activities.library(rules)
    points = points_by_activity(
        (
            (line.pricing.location, line.pricing.tier, line.points_x100)
            for line in lines
            if line.pricing.kind == "case"
            and (line.pricing.stream, line.pricing.status, line.pricing.suspended)
            == ("standard", "active", False)
        ),
        rules,
    )
    rows = []
    for place, activity in enumerate(sorted(points, key=lambda each: factors.get(each, Fraction(1))), 1):
        factor = factors.get(activity, Fraction(1))
        name = upper_first(known[activity].name) if activity in known else _NAMES[activity]
        rows.append(
            tables.Row(
                {
                    # what is expected in full has no place in the order
                    "place": tables.count(place) if factor < 1 else tables.Value(None, "–"),
                    "name": tables.text(name),
                    "factor": tables.exact(int(factor * 10_000)),
                    "points": tables.exact(_rounded(points[activity])),
                    "aside": tables.exact(_rounded(points[activity] * (1 - factor))),
                }
            )
        )
    columns = [
        tables.Column("place", "Put aside", "count"),
        tables.Column("name", "Work"),
        tables.Column("factor", f"Expected at {level}, %", "number"),
        tables.Column("points", "Points of this work here", "points"),
        tables.Column("aside", "Points put aside", "points"),
    ]
    notes = [
        "Work that is expected in full (100%) is not put aside. It stands last, in no order.",
        "Points are averages for a kind of case over the whole sentence. They do not describe one case.",
    ]
    caption = f"What is put aside first, and what is expected in full: {question.unit.name}"
    return tables.Table("priority-order", caption, columns, rows, notes=notes, prefix="priority-order-")


def _rounded(hundredths: Fraction) -> int:
    return divide_half_up(hundredths.numerator, hundredths.denominator)
