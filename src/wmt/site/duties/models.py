"""Duties, their steps, requests, and who was told. Steps are only ever added: a duty is what its steps say.

The columns of a duty from `clock_from` on are what its steps come to (`projection.fold`), kept for lists;
they can always be made again from them.
"""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from wmt.site.allocation.models import CaseAllocation
from wmt.site.availability.models import Reduction
from wmt.site.extra_work.models import ExtraWork
from wmt.site.plans.models import SavedPlan
from wmt.site.workload import staff_names


class Duty(models.Model):
    """What somebody owes a practitioner whose workload is excessive. At most one is open for a post.

    The names and the units above are those of the last figures that changed them: it follows the person to
    another code or team. While `confirm_by` is set a manager has to say whether it closes, because of
    `confirm_why` (`words.CONFIRM`); `kept_on` is the day on which one said that it stays open.
    `seen_on` is the day of the last figures it was judged by; `steps_count` is how many steps it has, by
    which two people notice each other.
    """

    team_code = models.TextField()
    staff_code = models.TextField()
    name = models.TextField()
    grade = models.TextField(blank=True)
    team_name = models.TextField()
    pdu_code = models.TextField(blank=True)
    region_code = models.TextField(blank=True)
    mark = models.TextField()
    percent_x100 = models.IntegerField()
    days = models.IntegerField()
    opened_on = models.DateField()
    seen_on = models.DateField()
    steps_count = models.PositiveIntegerField(default=0)

    run_since = models.DateField()
    excess_since = models.DateField()
    raised_since = models.DateField(null=True)
    clock_from = models.DateField()
    acknowledge_by = models.DateField()
    decide_by = models.DateField()
    acknowledged_on = models.DateField(null=True)
    talked_on = models.DateField(null=True)
    decided_on = models.DateField(null=True)
    decision = models.TextField(blank=True)
    done_by = models.DateField(null=True)
    review_on = models.DateField(null=True)
    relief_by = models.DateField(null=True)  # an answer is owed by then; null where none is
    told = models.JSONField(
        default=list
    )  # the deadlines somebody was reminded of: see `due_dates.Deadline.key`
    reopened = models.PositiveIntegerField(default=0)
    closed_on = models.DateField(null=True)
    closed_why = models.TextField(blank=True)
    confirm_by = models.DateField(null=True)
    confirm_why = models.TextField(blank=True)
    kept_on = models.DateField(null=True)
    moved_on = models.DateField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["team_code", "staff_code"],
                condition=models.Q(closed_on__isnull=True),
                name="duty_one_open",
            ),
        )
        indexes = (
            models.Index(fields=["team_code", "staff_code"]),
            models.Index(fields=["closed_on", "team_code"]),
            models.Index(fields=["staff_code"]),
        )

    @property
    def shown_name(self) -> str:
        """The practitioner's name, or the post's code where names are withheld from who asks."""
        return staff_names.shown(self.name, self.code)

    def __str__(self) -> str:
        return f"duty {self.pk} of {self.code}"

    @property
    def code(self) -> str:
        return f"{self.team_code}:{self.staff_code}"

    @property
    def is_open(self) -> bool:
        return self.closed_on is None

    @property
    def is_over(self) -> bool:
        """Whether its run goes on: not where it waits to be confirmed, or was kept open after a fall."""
        return self.is_open and self.confirm_by is None and self.kept_on is None


class Step(models.Model):
    """One thing that happened to a duty. `words` are for those who may read them, `data` is for everybody."""

    class Kind(models.TextChoices):
        OPENED = "opened"
        MOVED = "moved", "figures corrected"
        FOLLOWED = "followed", "team, code or name changed"
        RAISED = "raised", "escalated"
        ACKNOWLEDGED = "acknowledged"
        TALKED = "talked", "conversation recorded"
        DECIDED = "decided"
        ASKED = "asked", "relief asked for"
        ANSWERED = "answered", "relief answered"
        NOTED = "noted"
        DUE = "due", "review due"
        ESCALATED = "escalated", "late"
        REVIEWED = "reviewed"
        FELL = "fell", "to be confirmed"
        KEPT = "kept", "kept open"
        CLOSED = "closed"
        REOPENED = "reopened"
        RESUMED = "resumed", "open again as before"

    duty = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    day = models.DateField()
    at = models.DateTimeField(default=timezone.now)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    who = models.CharField(max_length=160)
    words = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["duty", "number"], name="duty_step_number"),)
        indexes = (models.Index(fields=["kind", "day"]),)

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"

    def save(self, *args: Any, **more: Any) -> None:
        """Adds the step. Raises ValueError for one that is there already: steps are never changed."""
        if not self._state.adding:
            raise ValueError("a step of a duty is never changed: add another")
        super().save(*args, **more)

    def delete(self, *_: Any, **__: Any) -> Any:
        """Raises ValueError: steps are never taken away."""
        raise ValueError("a step of a duty is never taken away")

    def day_in(self, name: str) -> date | None:
        found = self.data.get(name)
        return date.fromisoformat(found) if found else None


class Request(models.Model):
    """What somebody asks of those who manage a post or a team: relief of a workload, an answer to a concern.

    It has its own owner (`recipients.Roles.owners`), day and page, and stays open until it is answered,
    whatever becomes of the duty it was asked on. Without a staff code it is about the team. `told` are the
    reminders that were sent, and `owner N` for each person who was told that it is assigned to them.
    `placed_on` is the day of the figures whose codes it has, once it is answered or has followed its person;
    `moves` are the codes, units and `placed_on` it had before each time it followed, the oldest first.
    """

    class Kind(models.TextChoices):
        RELIEF = "relief", "Request for relief"
        CONCERN = "concern", "Concern"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    team_code = models.TextField()
    staff_code = models.TextField(blank=True)
    name = models.TextField()  # of the practitioner; of a request about a team, the team's
    team_name = models.TextField()
    pdu_code = models.TextField(blank=True)
    region_code = models.TextField(blank=True)
    placed_on = models.DateField(null=True)
    moves = models.JSONField(default=list)
    duty = models.ForeignKey(Duty, on_delete=models.SET_NULL, null=True, related_name="requests")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked_who = models.CharField(max_length=160)
    asked_on = models.DateField()
    words = models.TextField(blank=True)
    answer_by = models.DateField()
    answered_on = models.DateField(null=True)
    answered_who = models.CharField(max_length=160, blank=True)
    answer = models.CharField(max_length=8, blank=True)
    answer_words = models.TextField(blank=True)
    told = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["team_code", "staff_code"],
                condition=models.Q(kind="relief", answered_on__isnull=True),
                name="request_one_relief",
            ),
        )
        indexes = (
            models.Index(fields=["team_code", "staff_code"]),
            models.Index(fields=["answered_on", "answer_by"]),
        )

    def __str__(self) -> str:
        return f"request {self.pk} about {self.code}"

    @property
    def code(self) -> str:
        """The code of the post it is about, or of the team."""
        return f"{self.team_code}:{self.staff_code}" if self.staff_code else self.team_code

    @property
    def level(self) -> str:
        """What it is about: a post or a team."""
        return "post" if self.staff_code else "team"

    @property
    def is_open(self) -> bool:
        """Whether an answer is still owed."""
        return self.answered_on is None

    @property
    def shown_name(self) -> str:
        """The name of what it is about, or the post's code where names are withheld from who asks."""
        return staff_names.shown(self.name, self.code) if self.staff_code else self.name


class Notice(models.Model):
    """Something one person is told on their page of notifications: of a duty, a request, an allocation, a
    plan, a reduction or extra work."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    duty = models.ForeignKey(Duty, on_delete=models.CASCADE, null=True, related_name="notices")
    request = models.ForeignKey(Request, on_delete=models.CASCADE, null=True, related_name="notices")
    allocation = models.ForeignKey(
        CaseAllocation, on_delete=models.CASCADE, null=True, related_name="notices"
    )
    plan = models.ForeignKey(SavedPlan, on_delete=models.CASCADE, null=True, related_name="notices")
    reduction = models.ForeignKey(Reduction, on_delete=models.CASCADE, null=True, related_name="notices")
    extra_work = models.ForeignKey(ExtraWork, on_delete=models.CASCADE, null=True, related_name="notices")
    kind = models.CharField(max_length=12)
    words = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["user"], name="notice_unread", condition=models.Q(read_at__isnull=True)),
            models.Index(fields=["user", "at"]),
        )

    def __str__(self) -> str:
        return self.words
