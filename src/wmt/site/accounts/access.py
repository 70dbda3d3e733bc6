"""What a person may do, where, today. Roles are read anew on every request: withdrawn means withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from wmt.site.accounts import roles
from wmt.site.accounts.models import RoleGrant
from wmt.site.clock import calendar_day
from wmt.site.workload import as_of_day
from wmt.site.workload.models import Current, Unit

NATION = ("nation", "nation")
_RANK = {name: rank for rank, name in enumerate(roles.ROLES)}


class LoadState(Protocol):
    """As much of the current state as access needs."""

    @property
    def load_id(self) -> int:
        """The load whose units are shown."""


@dataclass(frozen=True)
class Scope:
    """What reading is narrowed to: the regions with these codes."""

    regions: frozenset[str]


class Denied(PermissionDenied):
    """Somebody may not do something. `sentence` says what, and `remedy` which role would and whom to ask."""

    action: str

    def __init__(self, action: roles.Action, *, level: str = "", code: str = "") -> None:
        self.action, self.level, self.code = action, level, code
        titles = [role.title for role in roles.ROLES.values() if action in role.allows]
        at = "" if not level or level == "nation" else f" at {roles.placed(level, code)}"
        self.sentence = f"You do not have a role that lets you {action}{at}."
        self.remedy = f"It needs one of these roles: {', '.join(titles)}."
        super().__init__(self.sentence)


def may(
    user: Any,
    action: roles.Action,
    *,
    level: str | None = None,
    code: str | None = None,
    state: LoadState | None = None,
) -> bool:
    """Whether a role of `user` in force today allows `action`; with a unit, at that unit.

    A role held at a unit covers the units below it. Without `state` the load that is shown now is asked.
    """
    if as_of_day.asked() is not None and not action.reads:
        return False  # nothing can be changed in the past
    grants = [grant for grant in grants_of(user) if action in roles.ROLES[grant.role].allows]
    if not grants or level is None or code is None:
        return bool(grants)
    held = {(grant.level, grant.code) for grant in grants}
    return not held.isdisjoint({NATION, (level, code)}) or not held.isdisjoint(_above(level, code, state))


def need(
    request: HttpRequest,
    action: roles.Action,
    *,
    level: str | None = None,
    code: str | None = None,
    state: LoadState | None = None,
) -> None:
    """Nothing where the person signed in may do it. Raises Denied otherwise, or InThePast for changes."""
    if as_of_day.asked() is not None and not action.reads:
        raise as_of_day.InThePast
    if not may(request.user, action, level=level, code=code, state=state):
        raise Denied(action, level=level or "", code=code or "")


def need_whole(request: HttpRequest, action: roles.Action) -> None:
    """The same for what is of the whole nation: where reading is narrowed, the role must be held there."""
    level, code = (None, None) if sees_all(request.user) else NATION
    need(request, action, level=level, code=code)


def grants_of(user: Any) -> list[RoleGrant]:
    """The grants of a person in force today, first and last day both counting. Read once per user object."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return []
    today = calendar_day()
    known = cast(tuple[date, list[RoleGrant]] | None, getattr(user, "_grants_in_force", None))
    if known is None or known[0] != today:
        known = today, list(in_force(RoleGrant.objects.filter(user=user), today))
        user._grants_in_force = known
    token = getattr(user, "token", None)  # what a program has of its person's roles
    return known[1] if token is None else [grant for grant in known[1] if token.lets(grant)]


def in_force(grants: QuerySet[RoleGrant], day: date) -> QuerySet[RoleGrant]:
    ends = Q(last_day__isnull=True) | Q(last_day__gte=day)
    return grants.filter(ends, first_day__lte=day).order_by("level", "code", "pk")


def sees_all(user: Any) -> bool:
    """Whether reading is not narrowed for a person: by the setting, or because of a role at the nation."""
    everybody = settings.CONFIG.read_scope != "region"
    return everybody or any((grant.level, grant.code) == NATION for grant in grants_of(user))


def scope(user: Any, state: LoadState) -> Scope | None:
    """The regions that a person may read, or None for all, as the installation's setting asks."""
    if sees_all(user):
        return None
    held = [(grant.level, grant.code) for grant in grants_of(user)]
    regions = {code for _, code in _own_units(user, state, held)}
    return Scope(frozenset(regions))


def visible_to(queryset: QuerySet[Unit], user: Any, state: LoadState) -> QuerySet[Unit]:
    """Only those units that a person may read."""
    narrowed = scope(user, state)
    if narrowed is None:
        return queryset
    return queryset.filter(
        Q(region_code__in=narrowed.regions) | Q(level="region", code__in=narrowed.regions)
    ).exclude(level="nation")


def homes_of(user: Any, state: LoadState) -> list[tuple[str, str]]:
    """Every place that is a person's own, by code. Units that are no longer there are left out."""
    highest = max((grant.role for grant in grants_of(user)), key=_RANK.__getitem__, default="practitioner")
    if highest == "practitioner":
        return _posts_of(user, state) or _existing(state, _units_of(user, highest))
    if roles.ROLES[highest].home == "nation" and scope(user, state) is None:
        return [NATION]
    return _existing(state, _units_of(user, highest))


def homes_held(user: Any) -> list[tuple[str, str]]:
    """The places of a person as their roles name them, without asking whether they are still there."""
    highest = max((grant.role for grant in grants_of(user)), key=_RANK.__getitem__, default="practitioner")
    if highest == "practitioner" and user.staff_code:
        return [("post", user.staff_code)]
    if roles.ROLES[highest].home == "nation" and sees_all(user):
        return [NATION]
    return _units_of(user, highest)


def home_of(user: Any, state: LoadState) -> tuple[str, str]:
    """The place a person starts at: their post, their team, their PDU, or the nation.

    Who has several (`homes_of`) starts at the first by code. Where nothing of it is left: the nation.
    """
    return next(iter(homes_of(user, state)), NATION)


def _units_of(user: Any, role: str) -> list[tuple[str, str]]:
    return [(grant.level, grant.code) for grant in grants_of(user) if grant.role == role]


def _posts_of(user: Any, state: LoadState) -> list[tuple[str, str]]:
    if not user.staff_code:
        return []
    posts = Unit.objects.filter(load_id=state.load_id, level="post", staff_code=user.staff_code, whole=True)
    return [("post", code) for code in posts.order_by("code").values_list("code", flat=True)]


def _existing(state: LoadState, units: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    if not units:
        return []
    found = Unit.objects.filter(_any_of(units), load_id=state.load_id, whole=True)
    return [NATION] * (NATION in units) + sorted(set(found.values_list("level", "code")) - {NATION})


def _own_units(user: Any, state: LoadState, units: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """The regions of these units and of the person's own posts."""
    wanted = _any_of(units)
    if user.staff_code:
        wanted |= Q(level="post", staff_code=user.staff_code)
    if not wanted:
        return set()
    found = Unit.objects.filter(wanted, load_id=state.load_id, whole=True)
    return {
        ("region", code if level == "region" else region)
        for level, code, region in found.values_list("level", "code", "region_code")
    }


def _any_of(units: Sequence[tuple[str, str]]) -> Q:
    wanted = Q()
    for level, code in units:
        wanted |= Q(level=level, code=code)
    return wanted


def _above(level: str, code: str, state: LoadState | None) -> set[tuple[str, str]]:
    """The units above a unit in the load that is shown."""
    load_id = state.load_id if state else load_shown()
    found = Unit.objects.filter(load_id=load_id, level=level, code=code, whole=True)
    row = found.values("region_code", "pdu_code", "team_code").first()
    if row is None:
        return set()
    return {(name.removesuffix("_code"), str(value)) for name, value in row.items() if value}


def load_shown() -> int:
    """The load whose figures are shown now; 0, which no load has, before the first."""
    return Current.objects.values_list("load_id", flat=True).first() or 0
