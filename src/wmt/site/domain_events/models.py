"""Events, in the order in which they were saved, and how far each receiver has been sent them."""

from datetime import UTC
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import models
from django.utils import timezone

from wmt.site.allocation.access import codes
from wmt.site.allocation.models import CaseAllocation
from wmt.site.links import CodeConverter


class DomainEvent(models.Model):
    """Something that happened, in the transaction in which it did. Rows are added and never changed; only
    whom it is about, and somebody's hours, are cleared in time.

    `number` grows by one from each event to the next, in the order in which transactions end: whoever has
    read up to a number has missed nothing before it. `change` is that of the journal.
    """

    class Kind(models.TextChoices):
        PERSON = "person.community.manager.allocated"
        EVENT = "event.manager.allocated"
        PERSON_UNDONE = "person.community.manager.allocation.undone"
        EVENT_UNDONE = "event.manager.allocation.undone"
        HOURS = "staff.available.hours.changed"

    number = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=60, choices=Kind.choices)
    occurred_at = models.DateTimeField(default=timezone.now)
    change = models.BigIntegerField()
    allocation = models.ForeignKey(CaseAllocation, on_delete=models.PROTECT, null=True, related_name="+")
    ref = models.TextField(blank=True)
    event_number = models.PositiveIntegerField(null=True)  # of the sentence, where it is known
    team_code = models.TextField(blank=True)  # of the post whose hours changed
    staff_code = models.TextField(blank=True)
    hours_micro = models.BigIntegerField(null=True)

    class Meta:
        indexes = (models.Index(fields=["occurred_at"]),)

    def __str__(self) -> str:
        return f"event {self.number}"

    @property
    def posts(self) -> list[tuple[str, str]]:
        """The posts it is about, by their codes."""
        if self.allocation is None:
            return [(self.team_code, self.staff_code)]
        return [codes(self.allocation.from_post), codes(self.allocation.to_post)]

    @property
    def body(self) -> dict[str, Any]:
        """What a receiver gets: version 1."""
        api = f"{settings.CONFIG.site_address}/api/v1"
        more: dict[str, Any] = {}
        named, detail = [], ""
        if self.allocation_id is not None:
            more["allocationId"] = str(self.allocation_id)
            if self.event_number is not None:
                more["eventNumber"] = self.event_number
            named = [("CRN", self.ref)] if self.ref else []
            detail = f"{api}/allocations/{self.allocation_id}"
        elif self.staff_code:
            more["availableHours"] = round((self.hours_micro or 0) / 1_000_000, 6)
            named = [("staffCode", self.staff_code), ("teamCode", self.team_code)]
            code = CodeConverter().to_url(f"{self.team_code}:{self.staff_code}")
            detail = f"{api}/units/post/{quote(code, safe='~:')}"
        return {
            "eventType": self.kind,
            "version": 1,
            "occurredAt": self.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            **({"detailUrl": detail} if detail else {}),
            "additionalInformation": more,
            "personReference": {"identifiers": [{"type": kind, "value": value} for kind, value in named]},
        }


class Webhook(models.Model):
    """How far a receiver of the file `WMT_WEBHOOKS` has been sent the events, in their order.

    `failures` are those since the last that arrived. `claimed_until`: a process is sending.
    """

    name = models.CharField(max_length=40, unique=True)
    sent_to = models.BigIntegerField()
    failures = models.PositiveIntegerField(default=0)
    said = models.CharField(max_length=200, blank=True)  # why the last try failed
    sent_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name
