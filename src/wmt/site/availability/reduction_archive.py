"""Every reduction that ever stood under a unit between two days: those ended, changed and withdrawn too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from wmt.site.accounts import visibility
from wmt.site.audit.reads import note_read
from wmt.site.availability import queries, records
from wmt.site.availability.models import Reduction
from wmt.site.availability.withheld import without_reason
from wmt.site.workload import as_of_day
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

STATUSES = ("active", "scheduled", "ended", "withdrawn")


@dataclass(frozen=True)
class ArchivedReduction:
    """One reduction as it stands by now, and what may be told of it to who asks."""

    row: Reduction
    cut: records.ReductionRecord  # the same without its reason where it is not readable
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
) -> list[ArchivedReduction]:
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
    reads = visibility.reasons_of_posts(user, state)
    hours = Contracted(unit, state)
    note_read(user, unit)
    ordered = stood.order_by("-first_day", "team_code", "staff_code", "key")
    found = (_kept(row, state, reads, hours) for row in ordered)
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
    until = as_of_day.change_then()
    return Q() if until is None else Q(change__lte=until)


def _standing() -> Q:
    until = as_of_day.change_then()
    if until is None:
        return Q(ended_change__isnull=True)
    return Q(change__lte=until) & (Q(ended_change__isnull=True) | Q(ended_change__gt=until))


def _kept(row: Any, state: State, reads: visibility.ReachOfPosts, hours: "Contracted") -> ArchivedReduction:
    status = records.status_of(row.first_day, row.last_day, state.day, withdrawn=row.withdrawn)
    # the first version of a record may have been swept with an account; then its own words stand
    who, when = row.entered_who or row.who, row.entered_when or row.recorded_at
    cut, readable = queries.as_entry(row), reads(row.post)
    assert isinstance(cut, records.ReductionRecord)
    shown = cut if readable else without_reason(cut, hours.of(row.post))
    return ArchivedReduction(row, shown, status, readable, who or "somebody", when)


class Contracted:
    """The contracted hours of posts under a unit as they are now, read when they are first asked for."""

    def __init__(self, unit: Unit, state: State) -> None:
        self._unit, self._state = unit, state

    def of(self, post: records.Post) -> int:
        """Those of a post; 0 where it is not there any more."""
        return self._known.get(post, 0)

    @cached_property
    def _known(self) -> dict[records.Post, int]:
        posts = Unit.objects.filter(load_id=self._state.load_id, level="post", whole=True)
        rows = of_unit(posts, self._unit, self._state)
        fields = ("team_code", "staff_code", "contracted_hours_micro")
        return {(team, staff): hours for team, staff, hours in rows.values_list(*fields)}


def posts_of(kept: Iterable[ArchivedReduction]) -> set[str]:
    return {":".join(each.row.post) for each in kept}
