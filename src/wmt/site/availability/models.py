"""What people enter about posts. Nothing is ever overwritten: a change adds a version, the former one stays.

A record has a `key` that all its versions share. The version without `ended_change` is the one that stands;
a withdrawn record stands as withdrawn. Numbers are whole: hours in millionths, percentages in hundredths.
Which records are scheduled, in force or ended is told by their days, never by a mark somebody must set.
"""

from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone

#: The first day of hours that count from the beginning, as an extract or a table without a day gives them.
ALWAYS = date.min


class Journal(models.Model):
    """One row that counts the changes. Whoever changes anything holds it: changes come one after the other.

    The number stands in every version and on every figure a change touched, so that pages know what is new.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"change {self.number}"


class Entry(models.Model):
    """One version of something that was entered: by whom, when, why, and until which change it stood."""

    key = models.CharField(max_length=160)
    version = models.PositiveIntegerField(default=1)
    change = models.BigIntegerField(db_index=True)
    ended_change = models.BigIntegerField(null=True, db_index=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    who = models.CharField(max_length=160)
    why = models.TextField(blank=True)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        abstract = True


def _versions(name: str) -> tuple[models.BaseConstraint, ...]:
    """No two versions of one number, and never two that stand."""
    stands = models.Q(ended_change__isnull=True)
    return (
        models.UniqueConstraint(fields=["key", "version"], name=f"{name}_version"),
        models.UniqueConstraint(fields=["key"], condition=stands, name=f"{name}_stands"),
    )


class OfPost(Entry):
    """A version of something about one post."""

    team_code = models.TextField()
    staff_code = models.TextField()
    first_day = models.DateField()

    class Meta:
        abstract = True

    @property
    def post(self) -> tuple[str, str]:
        """The post's codes: team, staff."""
        return self.team_code, self.staff_code


class Hours(OfPost):
    """Contracted hours a week, from a day on until the next."""

    hours_micro = models.BigIntegerField()

    class Meta:
        constraints = (
            *_versions("hours"),
            models.UniqueConstraint(
                fields=["team_code", "staff_code", "first_day"],
                condition=models.Q(ended_change__isnull=True, withdrawn=False),
                name="hours_one_a_day",
            ),
        )
        indexes = (models.Index(fields=["team_code", "staff_code"]), models.Index(fields=["first_day"]))

    def __str__(self) -> str:
        return f"hours of {self.team_code}:{self.staff_code} from {self.first_day}"


class Reduction(OfPost):
    """Hours taken off, or a share of the contracted hours (one of the two), on every day of its days."""

    reason = models.TextField()
    hours_micro = models.BigIntegerField(null=True)
    percent_x100 = models.IntegerField(null=True)
    last_day = models.DateField(null=True)
    notes = models.TextField(blank=True)

    class Meta:
        constraints = (
            *_versions("reduction"),
            models.CheckConstraint(
                condition=models.Q(hours_micro__isnull=True) ^ models.Q(percent_x100__isnull=True),
                name="reduction_one_amount",
            ),
        )
        indexes = (
            models.Index(fields=["team_code", "staff_code"]),
            models.Index(fields=["first_day"]),
            models.Index(fields=["last_day"]),
        )

    def __str__(self) -> str:
        return f"reduction {self.key}"


class Grade(OfPost):
    """Another grade than the extract gives, from a day on; it ends when the extract agrees."""

    grade = models.TextField()
    last_day = models.DateField(null=True)

    class Meta:
        constraints = _versions("grade")
        indexes = (
            models.Index(fields=["team_code", "staff_code"]),
            models.Index(fields=["first_day"]),
            models.Index(fields=["last_day"]),
        )

    def __str__(self) -> str:
        return f"grade of {self.team_code}:{self.staff_code} from {self.first_day}"


class Reason(Entry):
    """A reason for reductions as it is from a day on: added here, or one of the rules' changed or retired.

    `reason` is its id. A reason that is not enabled from a day on allows no new use; reductions stand.
    """

    reason = models.TextField()
    first_day = models.DateField()
    name = models.TextField()
    short_name = models.TextField()
    category = models.TextField()
    allowance_x100 = models.IntegerField(null=True)
    max_x100 = models.IntegerField(null=True)
    months = models.PositiveSmallIntegerField(null=True)
    enabled = models.BooleanField(default=True)

    class Meta:
        constraints = _versions("reason")
        indexes = (models.Index(fields=["reason", "first_day"]),)

    def __str__(self) -> str:
        return f"reason {self.reason} from {self.first_day}"


class Establishment(Entry):
    """What a unit should have (`target`) of a grade, or has and no extract tells; in hundredths of FTE.

    It is in no line of any figure. Only targets have a `why`.
    """

    level = models.TextField()
    code = models.TextField()
    grade = models.TextField()
    kind = models.TextField()
    fte_x100 = models.IntegerField()
    first_day = models.DateField()
    last_day = models.DateField(null=True)

    class Meta:
        constraints = _versions("establishment")
        indexes = (models.Index(fields=["level", "code"]),)

    def __str__(self) -> str:
        return f"establishment {self.key}"


class StaffDetails(models.Model):
    """How the person of a staff code is called and written to, as a table of people had it last."""

    staff_code = models.TextField(unique=True)
    forename = models.TextField(blank=True)
    middle_name = models.TextField(blank=True)
    surname = models.TextField(blank=True)
    email = models.TextField(blank=True)
    seen_at = models.DateTimeField(default=timezone.now)  # when a load last had the person, or the table came

    def __str__(self) -> str:
        return f"details of {self.staff_code}"


#: What is about posts, by the word that changes name it with.
KINDS: dict[str, type[OfPost]] = {"hours": Hours, "reduction": Reduction, "grade": Grade}
