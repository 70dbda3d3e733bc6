"""Live figures: when hours, reductions or a grade change, the lines of the touched posts are made again.

The time side of a post comes from the same ledger as a night; units and cells above it move by the difference
of what the post had and has, in whole numbers, so that they stay the sums they were. Whoever changes figures
holds the journal (`availability.Journal`): changes, loads and the turn of the day come one after the other.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import Q

from wmt.site.audit.record import record
from wmt.site.availability import models
from wmt.site.availability.queries import plans_of
from wmt.site.availability.records import Post, PostRecords
from wmt.site.changes.contact_deltas import put_contacts
from wmt.site.changes.deltas import put_time, touch
from wmt.site.changes.time_lines import posts_in, time_lines
from wmt.site.domain_events import publish
from wmt.site.workload.models import Current
from wmt.site.workload.state import State, state_if_any, stated, today


class JournalHeld:
    """The journal, while its row is locked: nobody else's change comes in between."""

    def __init__(self, journal: models.Journal) -> None:
        self.journal = journal

    def next(self) -> int:
        """The number of the change being made."""
        self.journal.number += 1
        self.journal.save(update_fields=["number"])
        return self.journal.number


@contextmanager
def hold_journal() -> Iterator[JournalHeld]:
    """A transaction that holds the journal. Raises OperationalError where somebody else holds it too long."""
    with transaction.atomic():
        yield JournalHeld(models.Journal.objects.select_for_update().get_or_create(pk=1)[0])


def apply(posts: Collection[Post], change: int, plans: Mapping[Post, PostRecords] | None = None) -> None:
    """Make the figures of posts those of what stands now. The caller holds the journal.

    `plans` is what stands for them, where the caller knows. Posts that the figures shown do not have are left
    as they are; of those that keep an earlier night's figures only the grade is changed.
    """
    current = Current.objects.select_related("load").first()
    state = stated(current)
    if current is None or state is None:
        return
    _apply(state, posts, change, plans)
    current.revision = change
    current.save(update_fields=["revision"])


def settle(posts: Collection[Post], change: int) -> None:
    """After a load was shown: take in what was changed while it was put in, and turn to today."""
    apply(posts, change)
    _turn(Current.objects.select_related("load").get(), change)


def turn_is_due() -> bool:
    """Whether the figures shown are of another day than today: one query, and nothing is written."""
    state = state_if_any()
    return state is not None and state.day != today(state.as_at.date())


def turn_day() -> State | None:
    """Let what begins or ends by today take effect. Whoever comes second finds it done."""
    with hold_journal() as journal:
        current = Current.objects.select_related("load").first()
        state = stated(current)
        if current is None or state is None:
            return None
        day = today(state.as_at.date())
        if state.day != day:
            moved = _turn(current, journal.next())
            from wmt.site.duties import scheduled  # it reads the figures, which this room moves

            scheduled.turn(day)  # after a load duties are judged first, and their clock is turned there
            words = "post has" if moved == 1 else "posts have"
            record(
                "day",
                f"{day:%-d %B %Y} began: {moved} {words} other hours than the day before.",
                who="the clock",
            )
        return stated(current)


def _turn(current: Current, change: int) -> int:
    state = stated(current)
    assert state is not None
    day = today(state.as_at.date())
    # the posts for which something begins or ends between two days
    first, last = min(state.day, day), max(state.day, day)
    begins = Q(first_day__gt=first, first_day__lte=last)
    ends = Q(last_day__gte=first, last_day__lt=last)
    asked: list[tuple[type[Any], Q]] = [
        (models.Hours, begins),
        (models.Reduction, begins | ends),
        (models.Grade, begins | ends),
    ]
    posts = {
        post
        for model, moves in asked
        for post in model._default_manager.filter(
            moves, ended_change__isnull=True, withdrawn=False
        ).values_list("team_code", "staff_code")
    }
    current.day, current.revision = day, change
    current.save(update_fields=["day", "revision"])
    turned = stated(current)
    assert turned is not None
    _apply(turned, posts, change)
    return len(posts)


def _apply(
    state: State, posts: Collection[Post], change: int, plans: Mapping[Post, PostRecords] | None = None
) -> None:
    units = posts_in(state, posts)
    if plans is None:
        plans = plans_of([(unit.team_code, unit.staff_code) for unit in units])
    # a post that keeps an earlier night's figures, or has none: hours and reductions wait for its next good
    # load, and the figures it keeps move with its grade
    lines = time_lines(state, units, plans, state.day)
    put_time(state, units, plans, lines, change)
    put_contacts(state, units, plans, change)
    touch(state, posts, change)
    publish.hours_changed(units, change)
