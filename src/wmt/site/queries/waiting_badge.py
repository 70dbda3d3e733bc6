"""How many cases wait where somebody may allocate them, for the menu of every page."""

from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Count, Max

from wmt.nights import NightError
from wmt.site.accounts import visibility
from wmt.site.accounts.roles import Action
from wmt.site.allocation.models import WaitingCase
from wmt.site.allocation.queries import waiting_within
from wmt.site.links import unit_url
from wmt.site.workload.state import State

#: More than so many are said to be more.
_MOST = 99


class WaitingBadge(NamedTuple):
    """How many cases wait, as the menu says it, and where; the address is empty where they wait in several
    units, or in none of several."""

    number: int
    href: str

    @property
    def words(self) -> str:
        """The number: '7', '99+'; empty for none."""
        return f"{_MOST}+" if self.number > _MOST else str(self.number or "")


def badge(user: Any, state: State) -> WaitingBadge | None:
    """The waiting cases of the units where somebody may allocate; None for who may not, of a past day, and
    for who may everywhere: no unit is their own."""
    reach = visibility.allowed(user, Action.ALLOCATE_CASES)
    if reach.everywhere or not reach.units:
        return None
    alone = unit_url(*min(reach.units), "waiting") if len(reach.units) == 1 else ""
    try:
        number, there = _counted(_KeptWaiting(reach, state))
    except NightError:  # the page of the cases says so
        return WaitingBadge(0, alone)
    return WaitingBadge(number, alone or (unit_url(*there, "waiting") if there else ""))


class _KeptWaiting:
    """Some units beside a key that says which, and of which figures and records."""

    def __init__(self, reach: visibility.Reach, state: State) -> None:
        self.reach, self.state = reach, state
        rows = WaitingCase.objects.filter(state=WaitingCase.State.WAITING)
        recorded = rows.aggregate(number=Count("pk"), last=Max("pk"), changed=Max("recorded_at"))
        self._key = reach.units, state.of_load, state.revision, *recorded.values()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _KeptWaiting) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


@lru_cache(maxsize=500)
def _counted(kept: _KeptWaiting) -> tuple[int, tuple[str, str] | None]:
    """How many wait in all the units, and the one of them in which all of them do, if there is one."""
    number = waiting_within(kept.reach, kept.state)
    units = sorted(kept.reach.units) if number and len(kept.reach.units) > 1 else []
    inside = (each for each in units if waiting_within(visibility.Reach(units=frozenset({each})), kept.state))
    first = next(inside, None)
    return number, first if next(inside, None) is None else None
