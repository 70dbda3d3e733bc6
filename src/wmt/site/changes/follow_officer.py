"""Records that follow an officer: from a post that is gone, as a team got another code, to their new one.

Plain data: nothing here knows the database. A record follows by itself where runs do (`history.succession`:
of one staff code exactly one post is gone since the former figures and one is new) and nothing that counts is
entered for the new post. What ended earlier may be: it stayed there when a team got another code, and the
team has it back.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from wmt.history import moved_posts
from wmt.site.availability import records
from wmt.site.availability.change_requests import Change


@dataclass(frozen=True)
class Followed:
    """Posts with records that are gone: those whose records follow, to which post, and those left behind."""

    moves: Sequence[tuple[records.Post, records.Post]] = ()
    left: Sequence[records.Post] = ()


def followed(
    former: Collection[records.Post],
    shown: Collection[records.Post],
    plans: Mapping[records.Post, records.PostRecords],
    day: date,
) -> Followed:
    """Which records follow from posts of the former figures that are gone to posts that are new on `day`."""
    moved = {old: new for new, old in moved_posts(former, shown).items()}
    moves, left = [], []
    for post in sorted(set(former) - set(shown), key=lambda post: (post[1], post)):
        if not running(plans.get(post, records.PostRecords()), day):
            continue
        target = moved.get(post)
        if target is not None and not running(plans.get(target, records.PostRecords()), day):
            moves.append((post, target))
        else:
            left.append(post)
    return Followed(moves, left)


def running(plan: records.PostRecords, day: date) -> list[records.Entry]:
    """The records of a post that count on a day or later. Those that have ended stay where they counted."""
    dated: list[records.ReductionRecord | records.GradeRecord] = [*plan.reductions, *plan.grades]
    return [*plan.hours, *(each for each in dated if each.last_day is None or each.last_day >= day)]


def carried(old: records.Post, new: records.Post, plan: records.PostRecords, day: date) -> list[Change]:
    """The changes that take the records of one post to another: withdrawn there, and the same here.

    A record keeps its key, so that its history tells of both posts.
    """
    entries = running(plan, day)
    withdrawn = [
        Change(kind=_KINDS[type(each)], post=old, key=each.key, version=each.version, withdraw=True)
        for each in entries
    ]
    return [*withdrawn, *(_same(new, each) for each in entries)]


def _same(post: records.Post, entry: records.Entry) -> Change:
    kind = _KINDS[type(entry)]
    if isinstance(entry, records.HoursRecord):
        return Change(
            kind=kind,
            post=post,
            wanted_key=entry.key,
            first_day=entry.first_day,
            hours_micro=entry.hours_micro,
        )
    if isinstance(entry, records.ReductionRecord):
        return Change(
            kind=kind, post=post, wanted_key=entry.key, reason=entry.reason, hours_micro=entry.hours_micro,
            percent_x100=entry.percent_x100, first_day=entry.first_day, last_day=entry.last_day,
            notes=entry.notes,
        )  # fmt: skip
    return Change(
        kind=kind, post=post, wanted_key=entry.key, grade=entry.grade, first_day=entry.first_day,
        last_day=entry.last_day,
    )  # fmt: skip


_KINDS: Mapping[type, Literal["hours", "reduction", "grade"]] = {
    records.HoursRecord: "hours", records.ReductionRecord: "reduction", records.GradeRecord: "grade"
}  # fmt: skip
