"""The audit trail: one event for everything that somebody did and may be asked about."""

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone


class AppendOnlyError(RuntimeError):
    """Somebody tried to change or take away what was written down."""

    def __init__(self) -> None:
        super().__init__("audit events are only ever added: write a new one that says what is different")


class Events(models.QuerySet["AuditEvent"]):
    """Events to read. None of the ways to change many at once is open."""

    def update(self, **_: Any) -> NoReturn:
        """Never. Raises AppendOnlyError."""
        raise AppendOnlyError

    def delete(self) -> NoReturn:
        """Never. Raises AppendOnlyError."""
        raise AppendOnlyError

    def bulk_update(self, *_: Any, **__: Any) -> NoReturn:
        """Never. Raises AppendOnlyError."""
        raise AppendOnlyError


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

    objects: ClassVar[models.Manager["AuditEvent"]] = Events.as_manager()

    class Meta:
        indexes = (models.Index(fields=["actor", "-id"]), models.Index(fields=["level", "code", "-id"]))

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Adds the event. Raises AppendOnlyError when it is there already."""
        if not self._state.adding:
            raise AppendOnlyError
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Never. Raises AppendOnlyError."""
        raise AppendOnlyError

    def __str__(self) -> str:
        return self.sentence


class ReadEvent(models.Model):
    """That somebody read the lines of a unit on a day: what keeps the audit to one event for all of them."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=10)
    code = models.CharField(max_length=100)
    day = models.DateField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "level", "code", "day"], name="one_read"),)

    def __str__(self) -> str:
        return f"{self.user_id} read {self.level} {self.code} on {self.day}"
