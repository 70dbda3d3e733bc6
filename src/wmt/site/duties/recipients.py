"""Who a duty or a request is for: found by their roles on a day. Whom it is about never handles it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from django.db.models import Q

from wmt.site.accounts.access import NATION, in_force
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.clock import calendar_day
from wmt.site.duties import models

#: So many duties name their units in a question to the database.
_NAMED = 200
NO_MANAGER = "No manager assigned to this team."
NOBODY = "No manager assigned to this team, and no head to its PDU."


@dataclass(frozen=True)
class Responsible:
    """Managers (at the team or its PDU), heads of the PDU, and the person it is about where they sign in.

    `administrators` are who is left to answer where neither role is held.
    """

    managers: list[User]
    heads: list[User]
    person: list[User]
    administrators: list[User]

    @property
    def owners(self) -> list[User]:
        """Who has to act: the managers, else the heads, else the administrators."""
        return self.managers or self.heads or self.administrators

    @property
    def other_heads(self) -> list[User]:
        """The heads who do not have to act themselves."""
        owners = {user.pk for user in self.owners}
        return [user for user in self.heads if user.pk not in owners]

    @property
    def owner_role(self) -> str:
        return "manager" if self.managers else "head of PDU" if self.heads else "administrator"

    @property
    def missing(self) -> str:
        """Which role nobody holds, in words; empty where somebody can act."""
        if self.managers:
            return ""
        return NO_MANAGER if self.heads else NOBODY


class OfSomebody(Protocol):
    """What is about a post or a team, such as a duty or a request: its codes tell who it is for."""

    @property
    def team_code(self) -> str: ...
    @property
    def pdu_code(self) -> str: ...
    @property
    def staff_code(self) -> str: ...


class Roles:
    """The roles in force today, by the clock that says who may act; read once for many duties or requests."""

    def __init__(self, duties: Collection[OfSomebody]) -> None:
        self._held: dict[tuple[str, str, str], list[User]] = defaultdict(list)
        grants = RoleGrant.objects.filter(role__in=("manager", "head", "administrator"), user__is_active=True)
        people = User.objects.filter(is_active=True).exclude(staff_code="")
        if len(duties) <= _NAMED:  # of more, all are read and sorted here
            teams, pdus = ({getattr(duty, f"{level}_code") for duty in duties} for level in ("team", "pdu"))
            at_units = Q(level="team", code__in=teams) | Q(level="pdu", code__in=pdus)
            grants = grants.filter(at_units | Q(role="administrator"))
            people = people.filter(staff_code__in={duty.staff_code for duty in duties})
        for grant in in_force(grants, calendar_day()).select_related("user"):
            self._held[grant.role, grant.level, grant.code].append(grant.user)
        self._people: dict[str, list[User]] = defaultdict(list)
        for user in people:
            self._people[user.staff_code].append(user)

    def of(self, duty: OfSomebody) -> Responsible:
        """Those whom a duty or a request is for. Nobody answers what they asked themselves."""
        asked_by = duty.asked_by_id if isinstance(duty, models.Request) else None

        def holding(role: str, *units: tuple[str, str]) -> list[User]:
            found = {user.pk: user for unit in units for user in self._held.get((role, *unit), ())}
            return [
                user
                for user in found.values()
                if user.pk != asked_by and not (duty.staff_code and user.staff_code == duty.staff_code)
            ]

        team, pdu = ("team", duty.team_code), ("pdu", duty.pdu_code)
        return Responsible(
            managers=holding("manager", team, pdu),
            heads=holding("head", pdu),
            person=self._people.get(duty.staff_code, []) if duty.staff_code else [],
            administrators=holding("administrator", NATION),
        )


def responsible(duty: OfSomebody) -> Responsible:
    return Roles([duty]).of(duty)
