"""Every reduction that ever stood under a unit between two days: those ended, changed and withdrawn too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from wmt.site.accounts.access import may
from wmt.site.accounts.roles import Action
from wmt.site.availability import standing
from wmt.site.availability.models import Reduction
from wmt.site.availability.plan import Post, status_of
from wmt.site.workload import asof
from wmt.site.workload.current import State
from wmt.site.workload.models import Unit

STATUSES = ("active", "scheduled", "ended", "withdrawn")


@dataclass(frozen=True)
class Kept:
    """One reduction as it stands by now, and what may be told of it to who asks."""

    row: Reduction
    status: str
    readable: bool
    entered_by: str
    entered_at: datetime

    @property
    def was_changed(self) -> bool:
        """Whether another version came after the one that was entered."""
        return self.row.version > 1


def kept_between(
    unit: Unit, state: State, user: Any, days: tuple[date, date], status: str = ""
) -> list[Kept]:
    """The reductions of posts under a unit that counted on any of the days by any of their versions.

    The newest first day first. Withdrawn ones only of posts whose records the user may read.
    """
    rows = of_unit(Reduction.objects.all(), unit, state)
    first, last = days
    overlaps = Q(first_day__lte=last) & (Q(last_day__isnull=True) | Q(last_day__gte=first))
    keys = rows.filter(_known(), overlaps, withdrawn=False).values("key")
    stood = rows.filter(_standing(), key__in=keys)
    begun = Reduction.objects.filter(key=OuterRef("key"), version=1)
    stood = stood.annotate(
        entered_who=Subquery(begun.values("who")[:1]), entered_when=Subquery(begun.values("recorded_at")[:1])
    )
    reads = _Reads(unit, state, user)
    found = (
        _kept(row, state, reads) for row in stood.order_by("-first_day", "team_code", "staff_code", "key")
    )
    return [
        each
        for each in found
        if each.status == (status or each.status) and (each.readable or each.status != "withdrawn")
    ]


def of_unit(rows: QuerySet[Any], unit: Unit, state: State) -> QuerySet[Any]:
    """Only those rows that are about posts under a unit."""
    if unit.level == "post":
        return rows.filter(team_code=unit.team_code, staff_code=unit.staff_code)
    if unit.level == "team":
        return rows.filter(team_code=unit.code)
    if unit.level == "nation":
        return rows
    above = {f"{unit.level}_code": unit.code}
    teams = Unit.objects.filter(load_id=state.load_id, level="team", whole=True, **above)
    return rows.filter(team_code__in=teams.values("code"))


def _known() -> Q:
    """What had been entered by the day in the past that is asked for; now: everything."""
    until = asof.change_then()
    return Q() if until is None else Q(change__lte=until)


def _standing() -> Q:
    until = asof.change_then()
    if until is None:
        return Q(ended_change__isnull=True)
    return Q(change__lte=until) & (Q(ended_change__isnull=True) | Q(ended_change__gt=until))


def _kept(row: Any, state: State, reads: "_Reads") -> Kept:
    status = status_of(row.first_day, row.last_day, state.day, withdrawn=row.withdrawn)
    # the first version of a record may have been swept with an account; then its own words stand
    who, when = row.entered_who or row.who, row.entered_when or row.recorded_at
    return Kept(row, status, reads.of(row.post), who or "somebody", when)


class _Reads:
    """Whether somebody may read the records of posts: asked for the unit once, then for posts one by one."""

    def __init__(self, unit: Unit, state: State, user: Any) -> None:
        self._state, self._user = state, user
        self._all = may(user, Action.READ_RECORDS, level=unit.level, code=unit.code, state=state)
        self._some = self._all or may(user, Action.READ_RECORDS)
        self._known: dict[Post, bool] = {}

    def of(self, post: Post) -> bool:
        """Whether those of a post."""
        if self._all:
            return True
        if not self._some and getattr(self._user, "staff_code", "") != post[1]:
            return False
        if post not in self._known:
            self._known[post] = standing.may_read(self._user, post, self._state)
        return self._known[post]


def posts_of(kept: Iterable[Kept]) -> set[str]:
    """The codes of the posts they are of."""
    return {":".join(each.row.post) for each in kept}
