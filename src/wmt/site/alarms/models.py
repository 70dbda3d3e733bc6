"""Alarm levels that teams and PDUs chose, and alarms that were raised."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class AlarmLevel(models.Model):
    """From what probability on a team or PDU has an alarm; 0: from none. The last record holds, and none is
    overwritten. `former` are the codes that the unit had before, the oldest first."""

    key = models.CharField(max_length=64, unique=True)
    level = models.CharField(max_length=10)
    code = models.TextField()
    former = models.JSONField(default=list, blank=True)
    percent = models.PositiveSmallIntegerField()
    why = models.TextField()
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    who = models.CharField(max_length=160)

    class Meta:
        indexes = (models.Index(fields=["level", "code"], name="alarm_level_unit"),)

    def __str__(self) -> str:
        return f"alarm level {self.pk}"


class RaisedAlarm(models.Model):
    """That the odds of a team or PDU reached its level, from the day of figures on which they first did until
    the day on which they no longer do; `percent` is the level that raised it, `stated_percent` what was
    stated then. `former` are the codes that the unit had before, the oldest first."""

    class End(models.TextChoices):
        BELOW = "below", "less likely again"
        FULL = "full", "four weeks are full"
        LEVEL = "level", "another level was chosen"
        GONE = "gone", "the unit has no figures any more"

    level = models.CharField(max_length=10)
    code = models.TextField()
    former = models.JSONField(default=list, blank=True)
    percent = models.PositiveSmallIntegerField()
    stated_percent = models.PositiveSmallIntegerField()
    first_day = models.DateField()
    ended_on = models.DateField(null=True)
    end = models.CharField(max_length=8, choices=End.choices, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["level", "code"], name="one_open_alarm", condition=models.Q(ended_on=None)
            ),
        )
        indexes = (models.Index(fields=["level", "code"], name="raised_alarm_unit"),)

    def __str__(self) -> str:
        return f"alarm {self.pk}"
