"""Hours of extra work in words, wherever they stand beside points."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from wmt.ledger.arithmetic import grouped
from wmt.rules import tier_account
from wmt.site.extra_work import noted
from wmt.site.extra_work.note_states import WAITING
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import counted

#: Said wherever hours of extra work are shown.
NOT_IN_POINTS = "not in the points"


def hours_words(hours: Fraction) -> str:
    """Hours with two decimals at most."""
    number = hours_number(hours)
    return grouped(number.normalize() if number % 1 else int(number))


def hours_number(hours: Fraction) -> Decimal:
    """Hours to hundredths, half up."""
    return tier_account.half_up(hours, 2)


def beside_words(notes: Iterable[noted.NotedWork]) -> str:
    """What is said beside the points of a case; empty where nothing is confirmed."""
    hours = noted.hours(notes)
    return f"{hours_words(hours)} hours of extra work in four weeks, {NOT_IN_POINTS}" if hours else ""


def by_case(user: Any, state: State, unit: Unit) -> dict[str, str]:
    """What is said beside the points of the cases of a unit, by reference, as somebody may read them."""
    groups: dict[str, list[noted.NotedWork]] = defaultdict(list)
    for each in noted.of_unit(user, state, unit):
        groups[each.row.ref].append(each)
    return {ref: said for ref, found in groups.items() if (said := beside_words(found))}


def of_post(user: Any, state: State, post: Unit) -> str:
    """What is said beside the figure of a post, for whoever may read its cases; empty without notes."""
    found = noted.of_unit(user, state, post)
    hours, waiting = noted.hours(found), sum(each.standing in WAITING for each in found)
    said = [
        f"{hours_words(hours)} hours of extra work in four weeks are confirmed, {NOT_IN_POINTS}"
        if hours
        else "",
        f"{counted(waiting, 'note')} of extra work {'waits' if waiting == 1 else 'wait'} for the manager"
        if waiting
        else "",
    ]
    return "; ".join(filter(None, said))
