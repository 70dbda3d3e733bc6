"""Telling managers that a reduction ends soon: whose it is and until which day, never why it is there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from wmt.site.availability.labels import day_words
from wmt.site.availability.models import Reduction
from wmt.site.duties import due_dates
from wmt.site.duties.models import Notice
from wmt.site.duties.notices import Announcement
from wmt.site.duties.recipients import Roles
from wmt.site.workload.models import Current, Unit

KIND = "ends soon"


@dataclass(frozen=True)
class ReductionEnd:
    """A reduction that ends soon, and the post it is of: found like a duty by who it is for."""

    reduction: Reduction
    post: Unit

    @property
    def team_code(self) -> str:
        return self.post.team_code

    @property
    def pdu_code(self) -> str:
        return self.post.pdu_code

    @property
    def staff_code(self) -> str:
        return self.post.staff_code


def told_of_ends(day: date) -> list[Announcement]:
    """What managers and practitioners hear of reductions that end within the days that the rules give.

    Once for each last day: one that is moved is told again. Not of a reduction that is no longer than that.
    """
    days = due_dates.rules_on(day)["duties.reduction_end_days"].hundredths // 100
    last = day + timedelta(days)
    there = Reduction.objects.filter(
        ended_change__isnull=True, withdrawn=False, first_day__lte=day, last_day__gte=day, last_day__lte=last
    ).order_by("last_day", "team_code", "staff_code", "key")
    ends = [row for row in there if row.last_day and (row.last_day - row.first_day).days >= days]
    said = Notice.objects.filter(reduction__key__in=[row.key for row in ends])
    known = set(said.values_list("reduction__key", "reduction__last_day"))
    found = list(_with_posts([row for row in ends if (row.key, row.last_day) not in known]))
    roles = Roles(found)
    return [each for end in found for each in _told(end, roles)]


def _with_posts(rows: Sequence[Reduction]) -> Iterator[ReductionEnd]:
    """Those of posts that are in the figures shown."""
    posts = Unit.objects.filter(level="post", whole=True, load__in=Current.objects.values("load"))
    named = posts.filter(staff_code__in={row.staff_code for row in rows})
    there = {(post.team_code, post.staff_code): post for post in named}
    for row in rows:
        if row.post in there:
            yield ReductionEnd(row, there[row.post])


def _told(end: ReductionEnd, roles: Roles) -> list[Announcement]:
    assert end.reduction.last_day is not None
    people, until = roles.of(end), day_words(end.reduction.last_day)
    said = f"{end.post.name}, team {end.team_code}: a reduction of hours ends on {until}."
    own = f"A reduction of your hours ends on {until}."
    more = "Extend it if it is to go on."
    return [
        Announcement(end.reduction, KIND, f"{said} {more}", people.managers or people.heads),
        Announcement(end.reduction, KIND, own, people.person),
    ]
