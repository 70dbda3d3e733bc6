"""Challenges: somebody says that a line or a figure of a post is wrong, and somebody answers."""

from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone


class Challenge(models.Model):
    """What is said to be wrong at a post: a case, tier, contact, report, reduction, hours, or the points.

    `ref` is the line's reference where it is about one; `line_x100` what its lines earned or took then, in
    hundredths (null without a line), and `points_x100` and `available_x100` the figure of the post then.
    `answers` is who answers here, and `owner` who can put it right: both by the rules of that day. It is
    open until it is answered or withdrawn.
    """

    class Outcome(models.TextChoices):
        RIGHT = "right", "It was wrong and has been, or will be, put right"
        STANDS = "stands", "It is as it should be"
        PASSED = "passed", "Passed on to whoever can put it right"

    key = models.CharField(max_length=64, unique=True)
    fact = models.CharField(max_length=12)
    team_code = models.TextField()
    staff_code = models.TextField()
    pdu_code = models.TextField(blank=True)
    region_code = models.TextField(blank=True)
    ref = models.TextField(blank=True)
    words = models.TextField()
    line_x100 = models.BigIntegerField(null=True)
    points_x100 = models.BigIntegerField()
    available_x100 = models.BigIntegerField()
    owner = models.CharField(max_length=20)
    answers = models.CharField(max_length=20)
    due = models.DateField()
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked_who = models.CharField(max_length=160)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    answered_who = models.CharField(max_length=160, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    answer_words = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    #: Whether something was left out of this object for whoever reads it (`readers`); no column.
    is_withheld = False

    class Meta:
        indexes = (
            models.Index(fields=["team_code", "staff_code"]),
            models.Index(fields=["answered_at", "due"]),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["team_code", "staff_code", "fact", "ref", "asked_by"],
                condition=models.Q(answered_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_challenge_of_a_fact",
            ),
        )

    def __str__(self) -> str:
        return f"challenge {self.pk}"

    @property
    def post(self) -> str:
        """The code of the post it is about."""
        return f"{self.team_code}:{self.staff_code}"

    @property
    def is_open(self) -> bool:
        """Whether an answer is still owed."""
        return self.answered_at is None and self.withdrawn_at is None

    def is_late(self, day: date) -> bool:
        """Whether it is open after the day its answer was due."""
        return self.is_open and day > self.due

    @property
    def closed_on(self) -> date | None:
        """The day it was answered or withdrawn."""
        at = self.answered_at or self.withdrawn_at
        return timezone.localdate(at) if at else None
