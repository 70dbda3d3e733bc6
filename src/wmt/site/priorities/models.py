"""Priority levels of PDUs, as people set them."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class PriorityLevel(models.Model):
    """The level of a PDU from a day until a day, both counting; without a last one until it is ended.

    A PDU is at green on days for which nobody has set a level. A record is never overwritten: it is ended,
    and another last day is another record. `former` are the codes that the PDU had before, the oldest first.
    """

    class Level(models.TextChoices):
        GREEN = "green", "Green"
        AMBER = "amber", "Amber"
        RED = "red", "Red"

    class End(models.TextChoices):
        HAND = "by hand", "ended"
        CHANGED = "changed", "given another last day"
        UNDONE = "undone", "undone: entered by mistake"

    key = models.CharField(max_length=64, unique=True)
    pdu = models.TextField()
    former = models.JSONField(default=list, blank=True)
    level = models.CharField(max_length=5, choices=Level.choices)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    why = models.TextField()
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    who = models.CharField(max_length=160)
    end = models.CharField(max_length=8, choices=End.choices, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=160, blank=True)

    class Meta:
        indexes = (models.Index(fields=["pdu"]), models.Index(fields=["first_day"]))

    def __str__(self) -> str:
        return f"priority level {self.pk}"
