"""What goes of the traces that people and programs leave: audit, sessions, jobs, tokens, counts of tries."""

from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from wmt.site.accounts.models import ApiToken
from wmt.site.audit.models import AuditEvent
from wmt.site.audit.record import KINDS
from wmt.site.retention.records import REMOVED

#: Events whose sentence or facts say something of a person's hours, health or duties.
PRIVATE = (
    "hours", "reduction", "grade", "people import", "records followed", "records carried over", "duty",
    "request",
)  # fmt: skip
READS = ("read", "export")
SIGN_INS = ("sign-in", "sign-out", "sign-in refused", "denied")
_OVER = ("SUCCESSFUL", "FAILED")


def _events() -> QuerySet[Any]:
    """The events; elsewhere nobody may change or delete any, so this is not their usual manager."""
    return AuditEvent._base_manager.all()


def private_details(before: datetime) -> QuerySet[Any]:
    """Events about people's records and duties that still say what they were."""
    is_done = Q(sentence__endswith=REMOVED, before__isnull=True, after__isnull=True)
    return _events().filter(~is_done, at__lt=before, kind__in=PRIVATE)


def without_details(found: QuerySet[Any]) -> int:
    """Such events say who did something of what kind, and when; how many."""
    done = 0
    for kind in PRIVATE:
        done += found.filter(kind=kind).update(sentence=f"{KINDS[kind]}. {REMOVED}", before=None, after=None)
    return done


def old_events(before: datetime) -> QuerySet[Any]:
    return _events().filter(at__lt=before)


def old_reads(before: datetime) -> QuerySet[Any]:
    """Who read or exported what, before a moment."""
    return _events().filter(at__lt=before, kind__in=READS)


def old_sign_ins(before: datetime) -> QuerySet[Any]:
    """Who signed in and out, was refused or denied, before a moment."""
    return _events().filter(at__lt=before, kind__in=SIGN_INS)


def old_sessions(before: datetime) -> QuerySet[Any]:
    return Session.objects.filter(expire_date__lt=before)


def old_jobs(before: datetime) -> QuerySet[Any]:
    found: QuerySet[Any] = DBTaskResult.objects.filter(finished_at__lt=before, status__in=_OVER)
    return found


def old_tokens(before: datetime) -> QuerySet[Any]:
    """Tokens that were ended, or whose last day was, before."""
    return ApiToken.objects.filter(Q(ended_at__lt=before) | Q(last_day__lt=timezone.localdate(before)))


def sweep_cache() -> None:
    """Deletes what the cache holds past its time, such as counts of tries that are over."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM wmt_cache WHERE expires < %s", [timezone.now()])
