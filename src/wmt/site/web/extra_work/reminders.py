"""The one sentence about notes of extra work that wait, on pages of units and on one's own place."""

from collections.abc import Iterable
from typing import Any

from wmt.site.accounts import visibility
from wmt.site.accounts.roles import Action
from wmt.site.changes.extra_work import may_decide
from wmt.site.extra_work import noted
from wmt.site.extra_work.note_states import WAITING
from wmt.site.links import unit_url
from wmt.site.web.availability.ending_soon import Reminder
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import counted


def waiting_lines(user: Any, state: State, units: Iterable[Unit]) -> list[Reminder]:
    """Of each unit that is no post: how many notes wait for a decision that this person may make."""
    places = [unit for unit in units if unit.level != "post"]
    reach = visibility.allowed(user, Action.ALLOCATE_CASES)
    if state.as_of is not None or not places or not (reach.units or reach.everywhere):
        return []
    found = [each for each in noted.readable(user, state) if each.standing in WAITING]
    mine = [each for each in found if may_decide(user, each)]
    return [
        Reminder(unit.name, _words(number), unit_url(unit.level, unit.code, "extra"), "View extra work")
        for unit in places
        if (number := sum(noted.is_in(each.holder, unit) for each in mine if each.holder))
    ]


def _words(number: int) -> str:
    verb = "waits" if number == 1 else "wait"
    return f"{counted(number, 'note')} of extra work on cases {verb} for you to confirm or decline"
