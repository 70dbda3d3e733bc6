"""Advice to courts, as people give it."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class CourtAdvice(models.Model):
    """What a unit cannot take from a day until a day, both counting, and what it asks of courts meanwhile.

    `word`, `day`, `night` and `sha256` are what its figures said when it was given, and the checksum of their
    certificate; `although` is why it was given where they said that there is room. Nothing is overwritten.
    """

    key = models.CharField(max_length=64, unique=True)
    level = models.CharField(max_length=10)
    code = models.TextField()
    name = models.TextField()  # of the unit then
    cannot = models.TextField()
    effect = models.TextField()
    first_day = models.DateField()
    last_day = models.DateField()
    word = models.CharField(max_length=40)
    day = models.DateField()
    night = models.TextField()
    sha256 = models.CharField(max_length=64)
    although = models.TextField(blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    who = models.CharField(max_length=160)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=160, blank=True)

    class Meta:
        indexes = (models.Index(fields=["level", "code"], name="advice_of_unit"),)

    def __str__(self) -> str:
        return f"advice {self.pk}"
