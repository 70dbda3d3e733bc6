"""How far each receiver has been sent the events."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from wmt.site.audit.record import record
from wmt.site.domain_events.models import DomainEvent, Webhook


def cursors() -> Mapping[str, Webhook]:
    """By name, of the receivers there are now: one that is new begins with what happens from now on."""
    names = [each.name for each in settings.CONFIG.webhooks]
    found = {row.name: row for row in Webhook.objects.filter(name__in=names)}
    for name in names:
        if name not in found:
            found[name] = Webhook.objects.get_or_create(name=name, defaults={"sent_to": last_number()})[0]
    return {name: found[name] for name in names}


def last_number() -> int:
    return DomainEvent.objects.aggregate(last=Max("number"))["last"] or 0


@transaction.atomic
def go_on(row: Webhook, after: int | None, *, who: str) -> None:
    """Have a receiver tried again at once; with `after`, from the event that follows that number."""
    row.failures, row.next_try_at = 0, timezone.now()
    if after is not None and after != row.sent_to:
        said = f"{who} had {row.name} sent the events after {after}; it had been sent up to {row.sent_to}."
        record("setting", said, who=who, before={"sent_to": row.sent_to}, after={"sent_to": after})
        row.sent_to = after
    row.save(update_fields=["failures", "next_try_at", "sent_to"])  # not the claim of who is sending
