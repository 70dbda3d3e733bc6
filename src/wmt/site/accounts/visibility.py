"""Who may read which kind of fact: figures are open, cases and names follow the role, reasons are private.

The one place that decides it. Pages, files and the API ask `cases` and `reasons` for a `Reach`, and take out
what lies outside it where lines and records are read (`workload.withheld`, `availability.withheld`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from wmt.site.accounts import access
from wmt.site.accounts.models import RoleGrant
from wmt.site.accounts.roles import ROLES, Action
from wmt.site.policies import policies
from wmt.site.workload import as_of_day
from wmt.site.workload.models import Unit

#: From the nearest to the furthest.
_LEVELS = ("post", "team", "pdu", "region", "nation")
#: The values of the policies `reading.case_rows.<role>`, as levels.
_WIDTHS = {
    "own post": "post",
    "own team": "team",
    "own PDU": "pdu",
    "own region": "region",
    "nation": "nation",
}
_BULK = ("nation", "region")


@dataclass(frozen=True)
class Reach:
    """Where somebody may read a kind of fact: everywhere, at and below some units, at their own posts."""

    everywhere: bool = False
    units: frozenset[tuple[str, str]] = frozenset()
    staff_code: str = ""  # of their own posts; empty: none

    def covers(self, unit: Unit) -> bool:
        """Whether a unit, or the post that it is, lies in it."""
        if self.everywhere or (unit.level == "post" and self.owns(unit.staff_code)):
            return True
        above = {(level, getattr(unit, f"{level}_code")) for level in ("team", "pdu", "region")}
        return not self.units.isdisjoint({(unit.level, unit.code), *above})

    def owns(self, staff_code: str) -> bool:
        """Whether a post with this staff code is their own."""
        return bool(self.staff_code) and self.staff_code == staff_code

    def among(self, posts: QuerySet[Unit]) -> QuerySet[Unit]:
        if self.everywhere:
            return posts
        wanted = Q(staff_code=self.staff_code) if self.staff_code else Q(pk__in=())
        for level, code in self.units:
            wanted |= Q(level=level, code=code) if level == "post" else Q(**{f"{level}_code": code})
        return posts.filter(wanted)


NOWHERE = Reach()


class ReachOfPosts:
    """Whether posts lie in a reach, by their two codes: the teams are read once, and only if need be.

    A post whose team is not in the figures any more lies in it only where the role is held at that team.
    """

    def __init__(self, reach: Reach, state: access.LoadState) -> None:
        self._reach, self._state = reach, state

    def __call__(self, post: tuple[str, str]) -> bool:
        """Whether a post does, by team code and staff code."""
        team, staff = post
        if self._reach.everywhere or self._reach.owns(staff):
            return True
        units = self._reach.units
        return ("team", team) in units or not units.isdisjoint(self._above.get(team, ()))

    @cached_property
    def _above(self) -> dict[str, set[tuple[str, str]]]:
        if all(level == "team" for level, _ in self._reach.units):
            return {}
        teams = Unit.objects.filter(load_id=self._state.load_id, level="team", whole=True)
        rows = teams.values_list("code", "pdu_code", "region_code")
        return {code: {("pdu", pdu), ("region", region)} for code, pdu, region in rows}


def has_role(user: Any) -> bool:
    """Whether somebody holds any role in force: who holds none sees figures only."""
    return bool(access.grants_of(user))


def cases(user: Any, state: access.LoadState) -> Reach:
    """Where somebody may read the rows of single cases, by their roles and the policies `reading.case_rows`.

    Nowhere without a role in force, not even at their own post: cases are facts about other people.
    """
    grants = access.grants_of(user)
    if not grants:
        return NOWHERE
    return _kept(user, ("cases", state.load_id, *grants), lambda: _cases(user, state, grants))


def cases_in_bulk(user: Any, state: access.LoadState, unit: Unit) -> Reach:
    """The same for files of a whole region or the nation: references only for roles made for such files."""
    level, code = unit.level, unit.code
    if level in _BULK and not access.may(user, Action.READ_CASE_FILES, level=level, code=code, state=state):
        return NOWHERE
    return cases(user, state)


def reasons(user: Any) -> Reach:
    """Where somebody may read why hours were reduced, with notes and history: at their own posts, where they
    enter hours and reductions, and everywhere for audit."""
    return replace(allowed(user, Action.READ_RECORDS), staff_code=str(getattr(user, "staff_code", "") or ""))


def allowed(user: Any, action: Action) -> Reach:
    """Where somebody may do something: the same as `access.may` says, for many posts at once."""
    if as_of_day.asked() is not None and not action.reads:
        return NOWHERE
    held = {(g.level, g.code) for g in access.grants_of(user) if action in ROLES[g.role].allows}
    return Reach(access.NATION in held, frozenset(held))


def allocates_to(user: Any, state: access.LoadState) -> ReachOfPosts | None:
    """Whether somebody may allocate cases to posts, by their codes; None for who may allocate nowhere."""
    reach = allowed(user, Action.ALLOCATE_CASES)
    return ReachOfPosts(reach, state) if reach.everywhere or reach.units else None


#: Said of somebody to whom the reader may not allocate cases, where they are chosen.
NOT_BY_YOU = "you cannot allocate to them"


def reasons_of_posts(user: Any, state: access.LoadState) -> ReachOfPosts:
    """The same, asked of posts by their codes."""
    return ReachOfPosts(reasons(user), state)


def _kept(user: Any, key: tuple[Any, ...], make: Any) -> Reach:
    """Made once for each user object, which is of one request."""
    known: dict[Any, Reach] = user.__dict__.setdefault("_reaches", {})
    if key not in known:
        known[key] = make()
    return known[key]


def _cases(user: Any, state: access.LoadState, grants: Iterable[RoleGrant]) -> Reach:
    reach = widths()
    units: set[tuple[str, str]] = set()
    owns = False
    for grant in grants:
        width = reach[grant.role]
        if width is None:
            continue
        owns = True
        if width == "post":
            continue
        units |= _widened(user, state, grant, width)
    return Reach(access.NATION in units, frozenset(units), user.staff_code if owns else "")


def _widened(user: Any, state: access.LoadState, grant: RoleGrant, width: str) -> set[tuple[str, str]]:
    """The unit of a grant, or the one above it at the level that the policy gives."""
    if width == "nation":
        return {access.NATION}
    held = (grant.level, grant.code)
    if _LEVELS.index(grant.level) >= _LEVELS.index(width):
        return {held}
    wanted = Q(level=grant.level, code=grant.code)
    if user.staff_code:
        wanted |= Q(level="post", staff_code=user.staff_code)
    rows = Unit.objects.filter(wanted, load_id=state.load_id, whole=True)
    return {held} | {(width, code) for code in rows.values_list(f"{width}_code", flat=True) if code}


def widths() -> dict[str, str | None]:
    """How far each role reads the rows of single cases today, as a level; None: nowhere."""
    in_force = policies()
    return {name: _WIDTHS.get(str(in_force[f"reading.case_rows.{name}"].value)) for name in ROLES}


def readers_of_cases() -> list[tuple[str, str]]:
    """Which roles read the rows of single cases today, and where, in words."""
    found = widths().items()
    return [(ROLES[name].title, where(width, ROLES[name].levels)) for name, width in found if width]


def where(width: str, held_at: Iterable[str]) -> str:
    """How far a role reads, in words: a level that is no wider than where it is held changes nothing."""
    level = _LEVELS.index(width)
    if 0 < level < len(_LEVELS) - 1 and level <= min(_LEVELS.index(each) for each in held_at):
        return "where the role is held"
    return {
        "post": "at their own post",
        "team": "in their own team",
        "pdu": "in their own PDU",
        "region": "in their own region",
        "nation": "all",
    }[width]


def cases_withheld() -> str:
    """What is said where case references are withheld."""
    by_place: dict[str, list[str]] = {}
    for title, place in readers_of_cases():
        by_place.setdefault("everywhere" if place == "all" else place, []).append(title)
    shown = "; ".join(f"{', '.join(titles)} ({where})" for where, titles in by_place.items())
    return f"Case references, days and flags are withheld here. They are shown to: {shown or 'nobody'}."


def bulk_withheld(unit: Unit) -> list[str]:
    """What is said beside that in a file of a region or the nation."""
    if unit.level not in _BULK:
        return []
    titles = ", ".join(role.title for role in ROLES.values() if Action.READ_CASE_FILES in role.allows)
    return [f"In files for a region or England and Wales, they are shown only to: {titles}."]


REASONS_WITHHELD = (
    "Reasons are withheld here. They are shown to the practitioner, to those who may enter their hours and "
    "reductions, and to audit."
)
