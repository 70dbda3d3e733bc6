"""Who a duty is for: found by their roles at the unit on a day. Whom it is about never handles it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from wmt.site.accounts.access import in_force
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.duties.models import Duty

#: So many duties name their units in a question to the database.
_NAMED = 200
NO_MANAGER = "Nobody else holds the role of manager at this team."
NOBODY = "Nobody else holds the role of manager at this team, and nobody that of head at its PDU."


@dataclass(frozen=True)
class Responsible:
    """Managers (at the team or its PDU), heads of the PDU, and the person it is about where they sign in."""

    managers: list[User]
    heads: list[User]
    person: list[User]

    @property
    def missing(self) -> str:
        """Which role nobody holds, in words; empty where somebody can act."""
        if self.managers:
            return ""
        return NO_MANAGER if self.heads else NOBODY


class Roles:
    """The roles of a day, read once for many duties."""

    def __init__(self, day: date, duties: Collection[Duty]) -> None:
        self._held: dict[tuple[str, str, str], list[User]] = defaultdict(list)
        grants = RoleGrant.objects.filter(role__in=("manager", "head"), user__is_active=True)
        people = User.objects.filter(is_active=True).exclude(staff_code="")
        if len(duties) <= _NAMED:  # of more, all are read and sorted here
            teams, pdus = ({getattr(duty, f"{level}_code") for duty in duties} for level in ("team", "pdu"))
            grants = grants.filter(Q(level="team", code__in=teams) | Q(level="pdu", code__in=pdus))
            people = people.filter(staff_code__in={duty.staff_code for duty in duties})
        for grant in in_force(grants, day).select_related("user"):
            self._held[grant.role, grant.level, grant.code].append(grant.user)
        self._people: dict[str, list[User]] = defaultdict(list)
        for user in people:
            self._people[user.staff_code].append(user)

    def of(self, duty: Duty) -> Responsible:
        """Those whom a duty is for."""

        def holding(role: str, *units: tuple[str, str]) -> list[User]:
            found = {user.pk: user for unit in units for user in self._held.get((role, *unit), ())}
            return [user for user in found.values() if user.staff_code != duty.staff_code]

        team, pdu = ("team", duty.team_code), ("pdu", duty.pdu_code)
        return Responsible(
            holding("manager", team, pdu), holding("head", pdu), self._people.get(duty.staff_code, [])
        )


def responsible(duty: Duty, day: date) -> Responsible:
    """Those whom one duty is for."""
    return Roles(day, [duty]).of(duty)
