"""The sentence about unusual changes that wait for an answer, on pages of units and on one's own place."""

from collections.abc import Iterable
from typing import Any

from wmt.site.accounts.access import may
from wmt.site.accounts.roles import Action
from wmt.site.changes import unusual as action
from wmt.site.links import unit_url
from wmt.site.queries import unusual as query
from wmt.site.web.availability.ending_soon import Reminder
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import counted


def asked(found: query.FoundChange) -> action.ChangeAsked:
    """What the action needs to know of a change."""
    kind, level, code, day = found.key
    return action.ChangeAsked(kind=kind, name=found.rule.name, level=level, code=code, day=day)


def unusual_lines(user: Any, state: State, units: Iterable[Unit]) -> list[Reminder]:
    """Of each unit that is no post, for whoever may answer: how many unusual changes wait for an answer."""
    if state.as_of is not None or not may(user, Action.HANDLE_DUTIES):
        return []
    found = []
    for unit in units:
        if unit.level == "post":
            continue
        changes = query.of_unit(user, state, unit)
        number = sum(each.answer is None and action.may_answer(user, asked(each), state) for each in changes)
        if number:
            waits = "waits" if number == 1 else "wait"
            said = f"{counted(number, 'unusual change')} {waits} for an answer"
            href = unit_url(unit.level, unit.code, "unusual")
            found.append(Reminder(unit.name, said, href, "View unusual changes"))
    return found
