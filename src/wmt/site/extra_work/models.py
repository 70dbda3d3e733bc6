"""Notes of extra work on cases, and what was decided of each. Nothing is overwritten: a decision is a row."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class _Entered(models.Model):
    """Who entered something and when, and whether it was undone."""

    key = models.CharField(max_length=64, unique=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    who = models.CharField(max_length=160)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=160, blank=True)

    class Meta:
        abstract = True


class ExtraWork(_Entered):
    """What a case needs beyond the average: an activity, so many times in four weeks (in hundredths), from a
    day until a day, both counting. `post` ('TEAM:STAFF') held the case when it was noted.

    `words` are for whoever reads the case. Where the case is now, the figures say.
    """

    ref = models.TextField()
    post = models.TextField()
    activity = models.CharField(max_length=60)
    times_x100 = models.PositiveIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    words = models.TextField()

    class Meta:
        indexes = (models.Index(fields=["ref"]), models.Index(fields=["last_day"]))

    def __str__(self) -> str:
        return f"extra work {self.pk}"


class ExtraWorkDecision(_Entered):
    """What was decided of a note while `post` held its case: it counts for that post and no other."""

    class Kind(models.TextChoices):
        CONFIRMED = "confirmed", "confirmed"
        DECLINED = "declined", "declined"
        ENDED = "ended", "ended"

    work = models.ForeignKey(ExtraWork, on_delete=models.CASCADE, related_name="decisions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    post = models.TextField()
    reason = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"decision {self.pk} of extra work {self.work_id}"
