"""Priorities: the level of a PDU and all that was set before; of regions, which PDUs are not at green."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from wmt.facts import NOT_KNOWN
from wmt.site import tables
from wmt.site.changes.priority import may_set
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.priorities import levels
from wmt.site.priorities.models import PriorityLevel
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.priorities import labels, level_tables
from wmt.site.web.priorities.strip import figure_words
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

TITLE = "Priorities"
TEMPLATE = "priorities/tab.jinja"


def applies(unit: Unit) -> bool:
    """Everywhere but where the PDU is not known."""
    return levels.pdu_of(unit) != NOT_KNOWN


def content(question: UnitRequest) -> dict[str, Any]:
    """The level of the unit's PDU on the day of the figures, and the levels of that PDU or of those below."""
    state, pdu = question.state, levels.pdu_of(question.unit)
    found = question.responsive.not_green
    row = found.get(pdu) if pdu else None
    here = level_tables.content(question) if pdu else {"tables": {}}
    there = units.of_level(state, "pdu").filter(code=pdu).first() if pdu else None
    sets = there is not None and may_set(question.user, pdu, state)
    return {
        "level": row,
        "pdu": there,
        "level_name": row.get_level_display() if row else "Green",
        "level_words": labels.set_words(row) if row else "",
        "meaning": labels.MEANINGS[row.level if row else levels.GREEN],
        "set_href": reverse("priority-level", args=[pdu]) if sets else "",
        **here,
        "figure": figure_words(question.responsive, question.unit),
        "tables": {"priority": _of_pdu(state, pdu) if pdu else _below(question, found), **here["tables"]},
    }


def _of_pdu(state: State, pdu: str) -> tables.Table:
    known = levels.of_pdu(pdu)
    rows = known if state.as_of is None else known.filter(pk__in=levels.known_on(state).values("pk"))
    return level_table(state, rows)


def level_table(state: State, rows: Iterable[PriorityLevel]) -> tables.Table:
    """Levels that were set, the last first, with what became of each."""
    columns = [
        tables.Column("level", "Level"),
        tables.Column("first", "From", "date"),
        tables.Column("last", "Until", "date"),
        tables.Column("why", "Why", "words"),
        tables.Column("by", "Set by"),
        tables.Column("state", "State"),
    ]
    made = [
        tables.Row(
            {
                "level": tables.text(row.get_level_display()),
                "first": tables.day(row.first_day),
                "last": tables.day(row.last_day),
                "why": tables.text(row.why),
                "by": tables.text(staff_names.person(row.who)),
                "state": tables.text(labels.state_words(row, state)),
            }
        )
        for row in rows
    ]
    empty = "No level has been set for this PDU. It is at green."
    return tables.Table("priority", "Levels set for this PDU", columns, made, empty=empty)


def _below(question: UnitRequest, found: Any) -> tables.Table:
    """The PDUs of a region or the nation that are not at green."""
    there = units.below(question.state, question.unit, "pdu").filter(code__in=list(found))
    columns = [
        tables.Column("name", "PDU"),
        tables.Column("level", "Level"),
        tables.Column("first", "From", "date"),
        tables.Column("last", "Until", "date"),
        tables.Column("why", "Why", "words"),
        tables.Column("by", "Set by"),
    ]
    made = []
    for pdu in there:
        row = found[pdu.code]
        values = {
            "name": tables.text(pdu.name, unit_url("pdu", pdu.code, "priority")),
            "level": tables.text(row.get_level_display()),
            "first": tables.day(row.first_day),
            "last": tables.day(row.last_day),
            "why": tables.text(row.why),
            "by": tables.text(staff_names.person(row.who)),
        }
        made.append(tables.Row(values, "pdu", pdu.code))
    title = f"PDUs of {question.unit.name} at amber or red"
    return tables.Table("priority", title, columns, made, empty="All PDUs here are at green.")
