"""What people asked for that is too large to be made while they wait."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Export(models.Model):
    """A file that one person asked for. Nobody else ever gets it.

    `address` is what they asked for, with its query and its day; `figures` and `rights` tell with which state
    of the figures and which rights of the person it was made (`kept_files.figures_of`, `rights_of`).
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting to start"
        RUNNING = "running", "being made"
        DONE = "done", "ready"
        FAILED = "failed", "could not be made"

    key = models.CharField(max_length=40, unique=True)  # in addresses
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports")
    address = models.TextField()
    origin = models.CharField(max_length=300)  # scheme and host they asked at: the file names its address
    title = models.TextField()
    kind = models.CharField(max_length=10)
    figures = models.CharField(max_length=64)
    rights = models.CharField(max_length=64)
    as_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    percent = models.PositiveSmallIntegerField(default=0)
    message = models.TextField(blank=True)
    file_name = models.TextField(blank=True)  # without its kind
    rows = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)  # bytes
    asked_at = models.DateTimeField(default=timezone.now)
    beat_at = models.DateTimeField(null=True)  # when the process that makes it last gave a sign of life
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["user", "asked_at"]),)

    def __str__(self) -> str:
        return f"{self.title}: {self.state}"

    @property
    def is_under_way(self) -> bool:
        """Whether it waits or is being made."""
        return self.state in (self.State.WAITING, self.State.RUNNING)
