"""Work that is not in the points of a unit: extra work on its cases, and initiatives that reach it."""

from typing import Any

from django.urls import reverse

from wmt.ledger import OMIC
from wmt.site import tables
from wmt.site.accounts import visibility
from wmt.site.audit.reads import note_read
from wmt.site.changes.extra_work import may_note
from wmt.site.changes.initiatives import may_enter
from wmt.site.extra_work import hours_beside, noted
from wmt.site.extra_work.note_states import WAITING
from wmt.site.figures import units
from wmt.site.initiatives import register
from wmt.site.links import NATION
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.extra_work import labels, note_tables
from wmt.site.web.initiatives import cost_tables
from wmt.site.workload.models import Unit

TITLE = "Not in the points"
TEMPLATE = "extra_work/tab.jinja"


def applies(unit: Unit) -> bool:
    """Where there is sentence management."""
    return unit.stream != OMIC


def content(question: UnitRequest) -> dict[str, Any]:
    """Notes of a post, or hours by the units below; what initiatives cost here."""
    unit, state = question.unit, question.state
    found = noted.of_unit(question.user, state, unit)
    shown: dict[str, tables.Table] = {}
    if unit.level in ("post", "team"):
        if found:
            note_read(question.user, unit)
        shown["extra-work"] = note_tables.notes(
            found, f"Extra work on cases of {unit.name}, not in the points", holders=unit.level == "team"
        )
    if unit.level != "post":
        below = units.child_level(unit.level)
        shown["extra-units"] = note_tables.by_unit(list(units.below(state, unit, below)), found, below)
    rows = register.of_unit(state, unit)
    shown["initiatives"] = cost_tables.of_unit(state, unit, rows)
    reach = visibility.cases(question.user, state)
    level, code = (unit.level, unit.code) if unit.level in register.LEVELS else ("", "")
    sets = state.as_of is None and bool(level) and may_enter(question.user, level, code, state)
    return {
        "about": labels.ABOUT,
        "is_own": unit.level == "post" and state.as_of is None and may_note(question.user, unit),
        "hours": hours_beside.hours_words(noted.hours(found)),
        "waiting": sum(each.standing in WAITING for each in found),
        "confirmed": sum(each.counts for each in found),
        "withheld": "" if reach.covers(unit) or reach.everywhere else visibility.cases_withheld(),
        "new_href": f"{reverse('initiative-new')}?level={level}&code={code}" if sets else "",
        "all_href": reverse("initiatives"),
        "nation": unit.level == NATION,
        "tables": shown,
    }
