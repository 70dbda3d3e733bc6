"""Unusual changes at a unit and below it: open ones first, each with how many, points and its answer."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from wmt.days import written
from wmt.ledger import HEADLINE
from wmt.site import tables
from wmt.site.duties import workdays
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.queries import unusual as query
from wmt.site.queries.rules_on_day import rules_at
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import counted
from wmt.unusual.sentences import QUESTION, expected

TITLE = "Unusual changes"
TEMPLATE = "unusual/tab.jinja"


def applies(unit: Unit) -> bool:
    """Where there is sentence management; of a post, whatever it is in."""
    return unit.level == "post" or unit.stream == HEADLINE


def content(question: UnitRequest) -> dict[str, Any]:
    """The changes of the days that are listed, and how soon they were answered."""
    unit, state = question.unit, question.state
    found = query.of_unit(question.user, state, unit)
    open_ones = [each for each in found if each.answer is None]
    ordered = [*open_ones, *(each for each in found if each.answer is not None)]
    return {
        "known": query.is_looked_for(state),
        "compared": query.is_compared(state),
        "day": written(state.as_at.date()),
        "open": len(open_ones),
        "late": sum(each.is_late(state.day) for each in open_ones),
        "answered": _answered(found),
        "days": rules_at(state.day)["unusual.shown_days"].whole,
        "no_accusation": QUESTION,
        "is_post": question.is_post,
        "tables": {"unusual": changes_table(state, ordered, unit)},
    }


def _answered(found: Sequence[query.FoundChange]) -> str:
    """How many were answered, and within how many working days half of them were."""
    took = sorted(
        workdays.between(each.row["day"], timezone.localdate(each.answer.recorded_at))
        for each in found
        if each.answer is not None
    )
    if not took:
        return ""
    return f"{len(took):,} answered, half of them within {counted(took[(len(took) - 1) // 2], 'working day')}"


def changes_table(state: State, found: Sequence[query.FoundChange], unit: Unit) -> tables.Table:
    """Changes one by one, each with the way to what is said of it."""
    columns = [
        tables.Column("what", "What changed"),
        tables.Column("day", "Found on", "date"),
        *([] if unit.level == "post" else [tables.Column("unit", "Where")]),
        tables.Column("number", "How many", "count"),
        tables.Column("of", "Of", "count", "Beside one person, of the whole unit where it was found."),
        tables.Column("nights", "Within nights", "count"),
        tables.Column("expected", "To be expected", "number"),
        tables.Column(
            "points", "Points", "points", "What these changes did to the points, or the available points."
        ),
        tables.Column("answer", "Answer"),
    ]
    names = _names(state, found)
    rows = [tables.Row(_values(each, state, names, columns)) for each in found]
    return tables.Table("unusual", "Unusual changes", columns, rows, empty="No unusual change was found.")


def _names(state: State, found: Sequence[query.FoundChange]) -> dict[tuple[str, str], str]:
    """The names of the units that changes are about."""
    names: dict[tuple[str, str], str] = {}
    for level in dict.fromkeys(each.row["level"] for each in found):
        codes = [each.row["code"] for each in found if each.row["level"] == level]
        named = units.of_level(state, level).filter(code__in=codes)
        for code, name in named.values_list("code", "name"):
            names[level, code] = staff_names.shown(name, code) if level == "post" else name
    return names


def _values(
    each: query.FoundChange, state: State, names: dict[tuple[str, str], str], columns: Sequence[tables.Column]
) -> dict[str, tables.Value]:
    row = each.row
    level, code = row["level"], row["code"]
    name = names.get((level, code))
    values = {
        "what": tables.text(each.rule.name, address(each)),
        "day": tables.day(row["day"]),
        "unit": tables.text(name or code, unit_url(level, code, "unusual") if name else ""),
        "number": tables.count(row["number"]),
        "of": tables.count(row["of"]),
        "nights": tables.count(row["nights"]),
        "expected": tables.Value(row["expected_milli"] / 1000, expected(row)),
        "points": tables.exact(row["points_x100"]),
        "answer": tables.text(answer_words(each, state)),
    }
    return {column.key: values[column.key] for column in columns}


def address(each: query.FoundChange) -> str:
    """The page of a change."""
    row = each.row
    return reverse("unusual-change", args=[row["level"], row["code"], row["kind"], f"{row['day']:%Y-%m-%d}"])


def answer_words(each: query.FoundChange, state: State) -> str:
    """Whether and when it was answered, or when that is due."""
    if each.answer is None:
        return f"{'overdue since' if each.is_late(state.day) else 'due by'} {written(each.due)}"
    return f"answered on {written(timezone.localdate(each.answer.recorded_at))}"
