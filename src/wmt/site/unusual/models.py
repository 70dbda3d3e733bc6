"""What whoever leads a unit says of an unusual change. What was found is kept with the history."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class UnusualAnswer(models.Model):
    """The answer to one change, known by its kind, unit and day; one that was undone stays."""

    key = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=30)
    level = models.CharField(max_length=10)
    code = models.TextField()
    day = models.DateField()
    words = models.TextField()
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    who = models.CharField(max_length=160)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "level", "code", "day"],
                condition=models.Q(undone_at__isnull=True),
                name="one_answer_to_a_change",
            ),
        )

    def __str__(self) -> str:
        return f"answer {self.pk} to an unusual change"
