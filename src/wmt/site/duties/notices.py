"""Telling people: a row on their page of notices, and a mail when what happened is saved for good."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from wmt.site.accounts.models import User
from wmt.site.duties import mail, models

#: A mail that could not be sent is tried again for so long.
TRIED_FOR = timedelta(days=3)


@dataclass(frozen=True)
class Announcement:
    """Something to tell some people of a duty or a request, in one sentence without anything private."""

    about: models.Duty | models.Request
    kind: str
    words: str
    to: Sequence[User]


def tell(told: Iterable[Announcement], *, at_once: bool = True) -> None:
    """Adds notices; their mails go out after the transaction, and whatever becomes of them undoes nothing.

    Not `at_once`: they wait for `send_again`.
    """
    rows = [
        models.Notice(user=user, kind=each.kind, words=each.words, **_about(each.about))
        for each in told
        for user in {user.pk: user for user in each.to}.values()
    ]
    if rows:
        numbers = [notice.pk for notice in models.Notice.objects.bulk_create(rows, batch_size=500)]
        if at_once:
            transaction.on_commit(lambda: send(numbers), robust=True)


def _about(about: models.Duty | models.Request) -> dict[str, Any]:
    return {"request" if isinstance(about, models.Request) else "duty": about}


def send(numbers: Sequence[int]) -> None:
    """Sends the mails of notices: one to each person, whatever number of notices they have."""
    by_user: dict[int, list[models.Notice]] = defaultdict(list)
    for start in range(0, len(numbers), 500):
        found = _to_send().filter(pk__in=numbers[start : start + 500])
        for notice in found.select_related("user", "duty", "request").order_by("pk"):
            by_user[notice.user_id].append(notice)
    with mail.Postman() as postman:
        for notices in by_user.values():
            fault = postman.send(notices)
            state = models.Notice.Mail.FAILED if fault else models.Notice.Mail.SENT
            models.Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(
                mail=state, mail_fault=fault[:500]
            )


def send_again() -> None:
    """Tries mails again that could not be sent, or whose process was ended before it sent them."""
    numbers = list(waiting().values_list("pk", flat=True)[:5_000])
    if numbers:
        send(numbers)


def waiting() -> QuerySet[models.Notice]:
    """The notices whose mails are still to be sent, or to be tried again."""
    since = timezone.now() - TRIED_FOR
    return _to_send().filter(at__gte=since)


def _to_send() -> QuerySet[models.Notice]:
    """Nobody whose account is closed gets a mail, also not one that waited for its server."""
    return models.Notice.objects.filter(user__is_active=True).exclude(mail=models.Notice.Mail.SENT)


def unread(user: Any) -> int:
    """How many notices of a person are not read yet: one small question to the database."""
    return models.Notice.objects.filter(user_id=user.pk, read_at__isnull=True).count()


def mark_read(user: User, about: models.Duty | models.Request | None = None) -> int:
    """Marks a person's notices read, all of them or those of a duty or a request: how many there were."""
    found = models.Notice.objects.filter(user=user, read_at__isnull=True)
    if about is not None:
        found = found.filter(**_about(about))
    return found.update(read_at=timezone.now())
