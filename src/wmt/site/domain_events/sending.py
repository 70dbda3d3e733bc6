"""Sending events to receivers: signed, in their order, each until it arrives.

One process sends to a receiver at a time. Killed between an answer and its being written down, it sends the
event again: receivers know it by its number.
"""

import hashlib
import hmac
import json
import logging
import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from wmt.site import outbound
from wmt.site.domain_events.cursors import cursors, last_number
from wmt.site.domain_events.models import DomainEvent, Webhook
from wmt.site.receivers import Receiver

log = logging.getLogger(__name__)
#: After a try that failed the next follows after so long; then always after the last.
PAUSES = tuple(timedelta(seconds=each) for each in (10, 60, 300, 900, 3_600))
#: So long a process may say nothing while it sends.
_CLAIM = timedelta(seconds=60)
#: So many seconds a receiver may take to answer, and one job to send.
TIMEOUT, AT_ONCE = 10, 20


def due() -> list[tuple[Receiver, Webhook]]:
    """The receivers for whom an event waits that may be sent now; first who was sent none for longest."""
    last, now = last_number() if settings.CONFIG.webhooks else 0, timezone.now()
    found = cursors()
    waiting = [
        (each, row)
        for each in settings.CONFIG.webhooks
        if (row := found[each.name]).sent_to < last and max(row.next_try_at, row.claimed_until) <= now
    ]
    return sorted(waiting, key=lambda each: each[1].sent_at or datetime.min.replace(tzinfo=UTC))


def send_due() -> bool:
    """Send what is due; whether there is more that did not fit into one job."""
    until = time.monotonic() + AT_ONCE
    for receiver, row in due():
        free = Webhook.objects.filter(pk=row.pk, claimed_until=row.claimed_until)
        row.claimed_until = timezone.now() + _CLAIM
        if free.update(claimed_until=row.claimed_until):
            try:
                while time.monotonic() < until and _send_next(receiver, row):
                    pass
            finally:
                mine = Webhook.objects.filter(pk=row.pk, claimed_until=row.claimed_until)
                mine.update(claimed_until=timezone.now())
    return bool(due())


def _send_next(receiver: Receiver, row: Webhook) -> bool:
    """Send a receiver its next event; whether there may be another."""
    event = DomainEvent.objects.filter(number__gt=row.sent_to).select_related("allocation").order_by("number")
    following = event.first()
    if following is None:
        return False
    fault = send(receiver, following)
    now, mine = (
        timezone.now(),
        Webhook.objects.filter(pk=row.pk, sent_to=row.sent_to, claimed_until=row.claimed_until),
    )
    if fault:
        row.failures += 1
        pause = PAUSES[min(row.failures, len(PAUSES)) - 1]
        mine.update(failures=row.failures, said=fault[:200], next_try_at=now + pause)
        log.warning("event %d could not be sent to %s: %s", following.number, receiver.name, fault)
        return False
    arrived = {"sent_to": following.number, "sent_at": now, "failures": 0, "said": "", "next_try_at": now}
    if is_mine := mine.update(**arrived, claimed_until=now + _CLAIM):
        row.sent_to, row.failures, row.claimed_until = following.number, 0, now + _CLAIM
    return bool(is_mine)


def send(receiver: Receiver, event: DomainEvent) -> str:
    """Send one event: why it did not arrive, or ''."""
    try:
        body = json.dumps(event.body, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "wmt",
            "WMT-Event-Number": str(event.number),
            "WMT-Signature": signature(receiver.secret, event.number, body, timezone.now()),
        }
        if not receiver.private and not outbound.is_public(receiver.url):
            return "its name leads to a private address, which `private: true` in the file would allow"
        status, _ = outbound.ask(receiver.url, body=body, headers=headers, seconds=TIMEOUT, most=0)
    except outbound.NoAnswer as why:
        return f"no answer: {why}"
    except Exception as fault:  # whatever it is, the other receivers are sent theirs
        log.exception("event %d to %s met a fault of this site", event.number, receiver.name)
        return f"a fault of this site: {type(fault).__name__}"
    return "" if 200 <= status < 300 else f"it answered {status}"


def signature(secret: str, number: int, body: bytes, at: datetime) -> str:
    """Of a moment, a number and a body: who has the secret can tell that all are ours, and how old."""
    moment = str(int(at.timestamp()))
    made = hmac.new(secret.encode(), f"{moment}.{number}.".encode() + body, hashlib.sha256)
    return f"t={moment},v1={made.hexdigest()}"
