"""What is due, and removing it: one transaction for each kind, with its audit event."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from wmt.site.audit.record import record
from wmt.site.policies import policies
from wmt.site.retention import records, traces

ITSELF = "the site itself"


@dataclass(frozen=True)
class RetentionKind:
    """One kind of thing that is kept for a time: its policy, what it is, how it is found and removed."""

    policy: str
    what: str
    find: Callable[[datetime], QuerySet[Any]]
    remove: Callable[[QuerySet[Any]], int]

    @property
    def days(self) -> int:
        """How long it is kept, by the policies in force today."""
        return policies()[f"retention.{self.policy}"].whole

    def due(self, now: datetime) -> QuerySet[Any]:
        """Its rows whose time is over."""
        return self.find(now - timedelta(days=self.days))


KINDS = (
    RetentionKind("notes", "notes of reductions", records.reductions_with_notes, records.without_notes),
    RetentionKind(
        "notes", "explanations of contracted hours", records.hours_with_notes, records.without_notes
    ),
    RetentionKind("notes", "explanations of grades", records.grades_with_notes, records.without_notes),
    RetentionKind(
        "reasons", "reasons of reductions", records.reductions_with_reasons, records.without_reasons
    ),
    RetentionKind("duties", "words said in duties", records.said_in_duties, records.without_words),
    RetentionKind(
        "duties", "words of requests and concerns", records.said_in_requests, records.without_what_was_asked
    ),
    RetentionKind("duties", "notices about duties", records.notices_of_duties, records.delete),
    RetentionKind(
        "load_reports", "cells quoted in load reports", records.quoted_cells, records.without_quotes
    ),
    RetentionKind(
        "load_reports",
        "messages and posts set aside of loads",
        records.loads_with_posts_set_aside,
        records.without_posts_set_aside,
    ),
    RetentionKind("audit", "audit events", traces.old_events, records.delete),
    RetentionKind("reads", "audit events of reading and exporting", traces.old_reads, records.delete),
    RetentionKind("sign_ins", "audit events of signing in", traces.old_sign_ins, records.delete),
    RetentionKind("details", "details of audit events", traces.private_details, traces.without_details),
    RetentionKind("sessions", "expired sessions", traces.old_sessions, records.delete),
    RetentionKind("jobs", "jobs that are done", traces.old_jobs, records.delete),
    RetentionKind("tokens", "tokens that have ended", traces.old_tokens, records.delete),
)


def due(now: datetime | None = None) -> dict[str, int]:
    """How many of each kind would go now. Kinds of which nothing would go are left out."""
    now = now or timezone.now()
    counts = {kind.what: kind.due(now).count() for kind in KINDS}
    return {what: count for what, count in counts.items() if count}


def apply(*, who: str = ITSELF, now: datetime | None = None) -> dict[str, int]:
    """Remove what is due; how many of each kind went.

    Stopped half way, whole kinds are done and written down, and the next time does the rest.
    """
    now = now or timezone.now()
    done = {kind.what: _remove(kind, now, who) for kind in KINDS}
    traces.sweep_cache()
    return {what: count for what, count in done.items() if count}


@transaction.atomic
def _remove(kind: RetentionKind, now: datetime, who: str) -> int:
    count = kind.remove(kind.due(now))
    if count:
        sentence = f"Retention removed {count:,} {kind.what}, after {kind.days} days."
        record("retention", sentence, who=who, after={"policy": f"retention.{kind.policy}", "count": count})
    return count
