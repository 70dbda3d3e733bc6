"""Agreements that units go by, as people switched them on, what was recorded about a state, and what people
counted for them."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class UnitAgreement(models.Model):
    """An agreement for a unit and all below it, from a day until a day, both counting; without a last one
    until it is ended.

    `text` is its file as it was then: another version of the program, or of the file, does not change what
    a unit goes by. `levels` are chosen for what the file leaves open. `former` are the codes the unit had
    before. A record is never overwritten otherwise.
    """

    class Mode(models.TextChoices):
        LIVE = "live", "In force"
        SHADOW = "shadow", "In shadow, to be compared"

    key = models.CharField(max_length=64, unique=True)
    level = models.CharField(max_length=6)
    code = models.TextField()
    former = models.JSONField(default=list, blank=True)
    pack_key = models.CharField(max_length=60)
    name = models.CharField(max_length=300)
    text = models.TextField()
    levels = models.JSONField(default=dict, blank=True)
    mode = models.CharField(max_length=6, choices=Mode.choices)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    who = models.CharField(max_length=160)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=160, blank=True)

    class Meta:
        indexes = (models.Index(fields=["level", "code"]),)

    def __str__(self) -> str:
        return f"agreement {self.pk} of {self.level} {self.code}"


class StateAnswer(models.Model):
    """What was done about a state of an agreement: an action plan, a letter that was sent, a signed decision.

    It keeps the figure, the state and the clause as they were on the day. `words` are those of plans and
    decisions; a letter says nothing but what figures and agreement say.
    """

    class Kind(models.TextChoices):
        PLAN = "plan", "Action plan"
        LETTER = "letter", "Letter"
        DECISION = "decision", "Signed decision"

    key = models.CharField(max_length=64, unique=True)
    agreement = models.ForeignKey(UnitAgreement, on_delete=models.PROTECT, related_name="answers")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    level = models.CharField(max_length=6)
    code = models.TextField()
    former = models.JSONField(default=list, blank=True)
    measure_key = models.CharField(max_length=60)
    measure = models.CharField(max_length=300)
    state = models.CharField(max_length=300)
    value = models.TextField()
    clause = models.TextField()
    duty = models.TextField()
    day = models.DateField()
    words = models.TextField(blank=True)
    until = models.DateField(null=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    who = models.CharField(max_length=160)
    received_at = models.DateTimeField(null=True)
    received_by = models.CharField(max_length=160, blank=True)

    class Meta:
        indexes = (models.Index(fields=["level", "code"]),)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} of {self.level} {self.code}"


class CountedFigure(models.Model):
    """A figure that no case data has, as people counted it for a unit on a day: for an agreement to measure.

    `values` has one number, or that of each person who counted, as digits. The last day not after that of the
    figures holds, of several records of one day the last. A record is never overwritten otherwise. `batch` is
    the key of the form it came with.
    """

    batch = models.CharField(max_length=64, db_index=True)
    level = models.CharField(max_length=6)
    code = models.TextField()
    former = models.JSONField(default=list, blank=True)
    figure = models.CharField(max_length=100)
    values = models.JSONField()
    counted_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    who = models.CharField(max_length=160)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=160, blank=True)

    class Meta:
        indexes = (models.Index(fields=["level", "code"]),)

    def __str__(self) -> str:
        return f"counted figure {self.pk} of {self.level} {self.code}"
