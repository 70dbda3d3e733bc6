"""The audit trail: one event for everything that somebody did and may be asked about."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class AuditEvent(models.Model):
    """Who did what, when, to what, as a sentence people can read. Events are only ever added.

    `who` keeps the name as it was; `actor` may be gone. `kind` is one of `record.KINDS`. `before` and
    `after` hold what a change changed.
    """

    at = models.DateTimeField(default=timezone.now, db_index=True)
    kind = models.CharField(max_length=40, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="audit_events"
    )
    who = models.CharField(max_length=160)
    sentence = models.TextField()
    level = models.CharField(max_length=10, blank=True)
    code = models.CharField(max_length=100, blank=True)
    path = models.CharField(max_length=500, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    def __str__(self) -> str:
        return self.sentence
