"""Hours, reductions and grades that were entered late: for days that had been measured by then.

The past stays as it was. A change is late for a day where the night that stands for the day was shown before
the change was made; only days on which the change makes a difference are told of.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.utils import timezone

from wmt.days import written
from wmt.site.availability import models
from wmt.site.workload.models import Load, Unit
from wmt.site.workload.state import State
from wmt.text import counted

#: What a version says of time. Not the reason: any takes off the same, and that it changed is private.
_CONTENT = ("hours_micro", "percent_x100", "grade")


@dataclass(frozen=True)
class Late:
    """Something entered late about a post: on which day, and the first and the last day it was for, of those
    that had been measured."""

    post: str
    entered_on: date
    first: date
    last: date


def late_for(state: State, unit: Unit, nights: Mapping[date, str]) -> list[Late]:
    """What was entered late about the posts of a unit, for some days by the night that stands for each.

    By the day on which it was entered. Days of archives and nights that were never shown say nothing.
    """
    names = set(nights.values()) - {""}
    shown = dict(Load.objects.filter(night__in=names, change__isnull=False).values_list("night", "change"))
    known = {day: change for day, night in nights.items() if (change := shown.get(night)) is not None}
    if not known:
        return []
    found = [
        late
        for model in models.KINDS.values()
        for late in _late_of(list(_histories(model, min(known.values()), max(known), unit)), model, known)
    ]
    # which of some posts lie under a unit, by the teams that are shown
    posts = {late.post for late in found}
    if unit.level in ("nation", "post", "team"):
        of_unit = set(posts)
    else:
        teams = {post.split(":", 1)[0] for post in posts}
        rows = Unit.objects.filter(load_id=state.load_id, level="team", whole=True, code__in=teams)
        here = set(rows.filter(**{f"{unit.level}_code": unit.code}).values_list("code", flat=True))
        of_unit = {post for post in posts if post.split(":", 1)[0] in here}
    return sorted(
        (late for late in found if late.post in of_unit), key=lambda late: (late.entered_on, late.post)
    )


def _histories(model: Any, change: int, last: date, unit: Unit) -> Iterator[list[models.OfPost]]:
    """All versions of what was changed later than a change and is about days up to a day, by its key."""
    rows = model._default_manager.all()
    wanted = rows.filter(change__gt=change, first_day__lte=last)
    if unit.level == "post":
        wanted = wanted.filter(team_code=unit.team_code, staff_code=unit.staff_code)
    elif unit.level == "team":
        wanted = wanted.filter(team_code=unit.code)
    versions = rows.filter(key__in=wanted.values("key")).order_by("key", "version")
    for _, of_key in groupby(versions, lambda row: row.key):
        yield list(of_key)


def _late_of(
    found: Sequence[Sequence[models.OfPost]], model: Any, known: Mapping[date, int]
) -> Iterator[Late]:
    beside = _beside(found) if model is not models.Reduction else {}
    for versions in found:
        former: models.OfPost | None = None
        begun, gone = versions[0].change, versions[-1].withdrawn
        # of what was carried over both halves are one change: only its end counts
        for change, several in groupby(versions, lambda row: row.change):
            row = list(several)[-1]
            begin, end = _difference(former, row)
            days = [day for day, at in known.items() if at < change and begin <= day <= end]
            days = [day for day in days if _differ(former, row, day, beside)]
            # what was entered late and withdrawn again is nothing by now, and withdrawn records are private
            days = [day for day in days if not gone or known[day] >= begun]
            former = row
            if days:
                yield Late(":".join(row.post), timezone.localdate(row.recorded_at), min(days), max(days))


def _beside(found: Sequence[Sequence[models.OfPost]]) -> Mapping[tuple[str, str], list[models.OfPost]]:
    """All versions of what was entered for the same posts: of hours and grades, one alone counts on a day."""
    if not found:
        return {}
    posts = {row.post for versions in found for row in versions}
    rows: dict[tuple[str, str], list[models.OfPost]] = {post: [] for post in posts}
    every = type(found[0][0])._default_manager.filter(staff_code__in={staff for _, staff in posts})
    for row in every.filter(withdrawn=False):
        if row.post in rows:
            rows[row.post].append(row)
    return rows


def _difference(former: models.OfPost | None, row: models.OfPost) -> tuple[date, date]:
    """The days on which two versions differ; without a former one, the days of the version."""
    if former is None or former.withdrawn:
        return (row.first_day, _last(row)) if not row.withdrawn else (date.max, date.min)
    if row.withdrawn or any(getattr(row, name, None) != getattr(former, name, None) for name in _CONTENT):
        return min(former.first_day, row.first_day), max(_last(former), _last(row))
    days = [date.max, date.min]
    if former.first_day != row.first_day:
        days = [min(former.first_day, row.first_day), max(former.first_day, row.first_day)]
    if _last(former) != _last(row):
        after = min(_last(former), _last(row)) + timedelta(1)
        days = [min(days[0], after), max(days[1], _last(former), _last(row))]
    return days[0], days[1]


def _differ(
    former: models.OfPost | None,
    row: models.OfPost,
    day: date,
    beside: Mapping[tuple[str, str], list[models.OfPost]],
) -> bool:
    """Whether a version makes the day another than the one before it did."""
    was, counts = (each is not None and _counts(each, row.change, day, beside) for each in (former, row))
    changed = any(getattr(row, name, None) != getattr(former, name, None) for name in _CONTENT)
    return was != counts or (counts and changed)


def _counts(
    row: models.OfPost, change: int, day: date, beside: Mapping[tuple[str, str], list[models.OfPost]]
) -> bool:
    """Whether a version counts on a day: no other that stood at the change took over after it began.

    Of two that began on one day the one with the later key counts, as in `PostRecords.grade_on`.
    """
    if row.withdrawn or not row.first_day <= day <= _last(row):
        return False
    return not any(
        (row.first_day, row.key) < (other.first_day, other.key) and other.first_day <= day <= _last(other)
        for other in beside.get(row.post, ())
        if other.key != row.key
        and other.change <= change
        and (other.ended_change is None or other.ended_change > change)
    )


def _last(row: models.OfPost) -> date:
    return getattr(row, "last_day", None) or date.max


def late_words(found: Sequence[Late]) -> str:
    """The same in a sentence, without names; empty where nothing was late."""
    if not found:
        return ""
    entered = sorted({late.entered_on for late in found})
    first, people = min(late.first for late in found), len({late.post for late in found})
    on = (
        f"on {written(entered[0])}"
        if len(entered) == 1
        else f"from {written(entered[0])} to {written(entered[-1])}"
    )
    whose = "" if people == 1 else f" for {counted(people, 'post')}"
    return f"Hours entered {on}{whose} for days from {written(first)} do not change these figures."
