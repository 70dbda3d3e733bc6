"""Telling people: a row on their page of notifications, and an email in the outbox."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from wmt.site.accounts.models import User
from wmt.site.allocation.models import CaseAllocation
from wmt.site.availability.models import Reduction
from wmt.site.duties import mail, models
from wmt.site.extra_work.models import ExtraWork
from wmt.site.outbox import messages
from wmt.site.plans.models import SavedPlan
from wmt.site.workload import as_of_day

#: What the emails of notifications are about: those, by their numbers.
ABOUT = "notice"
#: What somebody can be told of, by the field of a notification that names it.
Subject = models.Duty | models.Request | CaseAllocation | SavedPlan | Reduction | ExtraWork
_FIELDS: dict[type[Subject], str] = {
    models.Duty: "duty", models.Request: "request", CaseAllocation: "allocation", SavedPlan: "plan",
    Reduction: "reduction", ExtraWork: "extra_work",
}  # fmt: skip


@dataclass(frozen=True)
class Announcement:
    """Something to tell some people, in one sentence without anything private."""

    about: Subject
    kind: str
    words: str
    to: Sequence[User]


def tell(told: Iterable[Announcement], *, by_email: bool = True) -> None:
    """Adds notifications and, unless it is told otherwise, one email to each person about all of them."""
    rows = [
        models.Notice(user=user, kind=each.kind, words=each.words, **_about(each.about))
        for each in told
        for user in {user.pk: user for user in each.to}.values()
    ]
    by_user: dict[int, list[models.Notice]] = defaultdict(list)
    for notice in models.Notice.objects.bulk_create(rows, batch_size=500):
        by_user[notice.user_id].append(notice)
    if by_email:
        messages.write(ABOUT, [mail.letter(notices) for notices in by_user.values()])


def _about(about: Subject) -> dict[str, Any]:
    return {_FIELDS[type(about)]: about}


def unread(user: Any) -> int:
    """How many notices of a person are not read yet: one small question to the database."""
    return models.Notice.objects.filter(user_id=user.pk, read_at__isnull=True).count()


def mark_read(user: User, *about: Subject) -> int:
    """Marks a person's notifications read, all of them or those of some things: how many there were.

    None where they look at a day in the past: nothing is changed from there.
    """
    if as_of_day.asked() is not None:
        return 0
    found = models.Notice.objects.filter(user=user, read_at__isnull=True)
    for kind in {type(each) for each in about}:
        found = found.filter(**{f"{_FIELDS[kind]}__in": about})
    return found.update(read_at=timezone.now())
