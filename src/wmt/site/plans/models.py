"""Plans that people keep, and what they asked of the best way to share cases again.

A plan is the text of its file; what comes of it is worked out when it is read.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone

from wmt.days import moment_words
from wmt.plan.kept_plan import read_kept
from wmt.plan.plan_file import Plan


class SavedPlan(models.Model):
    """A plan of one person, made from a unit. `text` is the file that `wmt plan` reads.

    `version` counts the changes: a page that shows an earlier one changes nothing. `key` is that of the form
    it was made with.
    """

    key = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    text = models.TextField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=10)
    code = models.TextField()
    version = models.PositiveIntegerField(default=1)
    former = models.TextField(blank=True)  # its text before the last change, which can be undone
    link = models.CharField(max_length=64, blank=True)  # whoever is signed in and has it may read the plan
    made_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=["owner", "level", "code"]),)

    def __str__(self) -> str:
        return f"plan {self.pk}"

    @property
    def changed_text(self) -> str:
        """When it was changed last, as people write it."""
        return moment_words(timezone.localtime(self.changed_at))

    @property
    def plan(self) -> Plan:
        """The plan by its steps, each as far as this version can read it."""
        return read_kept(self.text, self.name)


class PlanShare(models.Model):
    """Somebody whom its owner lets read a plan."""

    plan = models.ForeignKey(SavedPlan, on_delete=models.CASCADE, related_name="shares")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    shared_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["plan", "user"], name="plan_shared_once"),)

    def __str__(self) -> str:
        return f"share {self.pk}"


class PlanComment(models.Model):
    """What a reader of a plan wrote to it. Everybody who reads the plan reads it."""

    key = models.CharField(max_length=64, unique=True)
    plan = models.ForeignKey(SavedPlan, on_delete=models.CASCADE, related_name="comments")
    writer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    who = models.CharField(max_length=160)
    words = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"comment {self.pk}"


class SharingSearch(models.Model):
    """A question about sharing the cases of a unit again, and its answer. Nobody but who asked ever gets it.

    `asked_of` tells the question, the figures it is asked of and the rights of who asks from every other.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting to start"
        RUNNING = "running", "being looked for"
        DONE = "done", "found"
        FAILED = "failed", "ended without an answer"

    key = models.CharField(max_length=40, unique=True)  # in addresses
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=10)
    code = models.TextField()
    question = models.JSONField()
    asked_of = models.CharField(max_length=64)
    load = models.ForeignKey("workload.Load", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()  # of the figures
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    stage = models.CharField(max_length=120, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    message = models.TextField(blank=True)
    stop_asked = models.BooleanField(default=False)
    answer = models.JSONField(null=True)
    asked_at = models.DateTimeField(default=timezone.now)
    beat_at = models.DateTimeField(null=True)  # when the process that looks last gave a sign of life
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["user", "asked_of"]),)

    def __str__(self) -> str:
        return f"search {self.pk}"

    @property
    def is_under_way(self) -> bool:
        """Whether it waits or is being looked for."""
        return self.state in (self.State.WAITING, self.State.RUNNING)


class PlanApplication(models.Model):
    """Steps of a plan that somebody did for good, all at once. `version` is that of the plan then.

    `key` is that of the form or request, so that they are done once.
    """

    key = models.CharField(max_length=64, unique=True)
    plan = models.ForeignKey(SavedPlan, on_delete=models.CASCADE, related_name="applications")
    version = models.PositiveIntegerField()
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    who = models.CharField(max_length=160)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"application {self.pk} of plan {self.plan_id}"

    @property
    def told(self) -> str:
        """Who applied which steps, and when, in words."""
        numbers = [str(number) for number in self.steps.order_by("number").values_list("number", flat=True)]
        which = f"step {numbers[0]}" if len(numbers) == 1 else f"steps {', '.join(numbers)}"
        return f"{self.who} applied {which} of this plan, {moment_words(timezone.localtime(self.at))}"


class AppliedStep(models.Model):
    """A step as it was done: `text` is a plan of it alone, `number` its place in the plan then.

    `made` names the records it became: [kind, its number or key, post], as `changes.plan_steps.PlanChange`.
    What of it was undone and put back into the plan is in `returned`, named as in `made`; `again` is when,
    the last time.
    """

    application = models.ForeignKey(PlanApplication, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    text = models.TextField()
    made = models.JSONField(default=list)
    returned = models.JSONField(default=list)
    again = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"applied step {self.pk}"
