"""Initiatives as they were entered. None is ever changed: one that is wrong is withdrawn and entered anew."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Initiative(models.Model):
    """A new instruction for a unit (nation, region or PDU): minutes each time, times a year on each case,
    and a share of the cases in per cent, in hundredths each; for cases of a type and of tiers, as
    `staffing.initiative_cost.Instruction` has them. From a day until a day, both counting.
    """

    key = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=120)
    source = models.CharField(max_length=300)
    level = models.CharField(max_length=8)
    code = models.TextField()
    minutes_x100 = models.PositiveIntegerField()
    times_x100 = models.PositiveIntegerField()
    share_x100 = models.PositiveIntegerField()
    case_type = models.CharField(max_length=12)
    tiers = models.CharField(max_length=4)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    who = models.CharField(max_length=160)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=160, blank=True)
    withdrawn_why = models.TextField(blank=True)

    class Meta:
        indexes = (models.Index(fields=["level", "code"]),)

    def __str__(self) -> str:
        return f"initiative {self.pk}"
