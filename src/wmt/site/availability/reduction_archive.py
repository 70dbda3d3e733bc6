"""Every reduction that ever stood under a unit between two days: those ended, changed and withdrawn too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from wmt.site.accounts import visibility
from wmt.site.audit.reads import note_read
from wmt.site.availability import queries, records
from wmt.site.availability.models import Reduction
from wmt.site.availability.withheld import without_reason
from wmt.site.figures import units
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
    rows = units.about(Reduction.objects.all(), unit, state.load_id)
    first, last = days
    overlaps = Q(first_day__lte=last) & (Q(last_day__isnull=True) | Q(last_day__gte=first))
    keys = rows.filter(queries.known(), overlaps, withdrawn=False).values("key")
    stood = rows.filter(queries.stood(), key__in=keys)
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
        rows = units.about(posts, self._unit, self._state.load_id)
        fields = ("team_code", "staff_code", "contracted_hours_micro")
        return {(team, staff): hours for team, staff, hours in rows.values_list(*fields)}


def posts_of(kept: Iterable[ArchivedReduction]) -> set[str]:
    return {":".join(each.row.post) for each in kept}
