"""The current figures, as the ledger made them. Nothing here is worked out by the site.

Every row of a figure belongs to a load. Rows of a new load are put in beside those of the former one, and
`Current` then points to the new: pages read the one it points to and never a mixture.
Numbers are whole: points in hundredths (`_x100`), hours and quantities in millionths (`_micro`).
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from wmt import ledger
from wmt.site.workload import staff_names


class Load(models.Model):
    """One attempt to load an extract: who asked, what came of it, and what was wrong with the file."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting to start"
        RUNNING = "running", "under way"
        LOADED = "loaded", "loaded"
        UNCHANGED = "unchanged", "nothing to do: the same input was loaded before"
        REFUSED = "refused", "refused: the input has faults"
        FAILED = "failed", "stopped before it was done"
        DONE = "done", "done"  # a night withdrawn or restored without another being shown
        HELD = "held", "held for a decision"
        REJECTED = "rejected", "rejected after it was held for a decision"

    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    who = models.CharField(max_length=160)
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)  # when the loading process last gave a sign of life
    stage = models.CharField(max_length=120, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    message = models.TextField(blank=True)
    sources = models.JSONField(default=list)  # names of the files
    order = models.JSONField(default=dict)  # how the input is to be taken: see `LoadRequest`
    as_at = models.DateTimeField(null=True)
    night = models.CharField(max_length=60, blank=True)  # the name of its folder
    layout = models.CharField(max_length=40, blank=True)
    tier_scheme = models.CharField(max_length=40, blank=True)
    rules_date = models.DateField(null=True)
    overlays = models.JSONField(default=list)
    over_x100 = models.IntegerField(default=11_000)  # the mark of excessive workload in the rules it used
    sheets = models.JSONField(default=dict)
    set_aside = models.JSONField(default=list)
    refusals = models.IntegerField(default=0)
    warnings = models.IntegerField(default=0)
    posts = models.IntegerField(default=0)
    cases = models.IntegerField(default=0)
    verdict = models.JSONField(default=dict)  # how it compares with what was shown: `nights.plausibility`
    inputs = models.CharField(max_length=64, blank=True)  # the checksum of a held input
    decision = models.JSONField(default=dict)  # of a load that was held: what was decided, by whom, why
    change = models.BigIntegerField(null=True)  # the last change that stood when its figures were first shown
    withdrawn_at = models.DateTimeField(null=True)  # its night was taken out of the history
    withdrawn_by = models.CharField(max_length=160, blank=True)
    withdrawn_why = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"load {self.pk}: {', '.join(self.sources)}"


class Fault(models.Model):
    """One thing wrong with what a load was given, and where."""

    load = models.ForeignKey(Load, on_delete=models.CASCADE, related_name="faults")
    severity = models.CharField(max_length=8)
    code = models.CharField(max_length=60)
    sheet = models.TextField(null=True)
    row = models.IntegerField(null=True)
    column = models.TextField(null=True)
    rows = models.PositiveIntegerField(
        null=True
    )  # how many rows it stands for; null: told before that was kept
    message = models.TextField()

    def __str__(self) -> str:
        return self.message


class Current(models.Model):
    """The one row that says which load's figures are shown, of which day, and up to which change."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    load = models.ForeignKey(Load, on_delete=models.PROTECT)
    day = models.DateField(null=True)  # the day hours and reductions are judged on; null: that of the extract
    revision = models.BigIntegerField(default=0)  # the change (`availability.Journal`) they include last

    def __str__(self) -> str:
        return f"current: {self.load_id}"


class Past(models.Model):
    """A night that is not shown now, whose rows are in the database because somebody asked for its day.

    Its rows bear the number `load_number`: the same tables, so every page reads the past as it reads now.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting to be fetched"
        RUNNING = "running", "being fetched"
        READY = "ready", "ready"
        FAILED = "failed", "could not be fetched"

    night = models.CharField(max_length=60, unique=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(default=timezone.now)
    percent = models.PositiveSmallIntegerField(default=0)
    message = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"night {self.night}: {self.state}"

    @property
    def load_number(self) -> int:
        """What its rows bear in place of a load: below zero, where no load is."""
        return -self.pk


def _of_load() -> Any:
    """The load a row of figures belongs to: always looked for with more than that, and swept by `store`."""
    return models.ForeignKey(Load, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False)


class _Measured(models.Model):
    """The measures of `wmt.ledger.MEASURES` and the counts of posts, one column each."""

    points_x100 = models.BigIntegerField(default=0)
    available_x100 = models.BigIntegerField(default=0)
    cases = models.BigIntegerField(default=0)
    cases_all = models.BigIntegerField(default=0)
    community_x100 = models.BigIntegerField(default=0)
    licence_x100 = models.BigIntegerField(default=0)
    custody_x100 = models.BigIntegerField(default=0)
    t2a_x100 = models.BigIntegerField(default=0)
    omic_x100 = models.BigIntegerField(default=0)
    omic_licence_x100 = models.BigIntegerField(default=0)
    omic_cases = models.BigIntegerField(default=0)
    reports_x100 = models.BigIntegerField(default=0)
    contacts_x100 = models.BigIntegerField(default=0)
    contracted_hours_micro = models.BigIntegerField(default=0)
    reduction_hours_micro = models.BigIntegerField(default=0)
    suspended_cases = models.BigIntegerField(default=0)
    untiered_cases = models.BigIntegerField(default=0)
    unpaid_only_cases = models.BigIntegerField(default=0)
    posts = models.BigIntegerField(default=0)
    posts_without_time = models.BigIntegerField(default=0)
    idle_posts_without_time = models.BigIntegerField(default=0)
    unentered_posts_without_time = models.BigIntegerField(default=0)
    posts_over = models.BigIntegerField(default=0)
    stale_posts = models.BigIntegerField(default=0)
    unmeasured_posts = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


assert {field.name for field in _Measured._meta.fields} == {*ledger.MEASURES, *ledger.POST_COUNTS}


class Unit(_Measured):
    """A unit of a load with its totals: nation, region, PDU, team or post.

    `whole` rows are the unit itself: every post, and of the units above the figures of the headline stream.
    The others are a part of it that is never added to another: its posts of another stream, or those of one
    stream and one grade.
    Work is of the extract; time is as people last entered it (`live`). `number` is post_no or team_no, by
    which lines find it. `folded` is its name and codes for searching,
    without case or accents.
    """

    load = _of_load()
    level = models.TextField()
    code = models.TextField()
    name = models.TextField()
    stream = models.TextField(default=ledger.HEADLINE)  # one of `wmt.ledger.STREAMS`
    grade = models.TextField(blank=True)
    whole = models.BooleanField()
    number = models.IntegerField(null=True)
    region_code = models.TextField(blank=True)
    pdu_code = models.TextField(blank=True)
    team_code = models.TextField(blank=True)
    staff_code = models.TextField(blank=True)
    stale_since = models.DateTimeField(null=True)
    is_omic = models.BooleanField(default=False)
    folded = models.TextField(blank=True)
    # of posts, as the extract has them: what counts where nobody entered anything
    supplied_grade = models.TextField(blank=True)
    supplied_micro = models.BigIntegerField(null=True)
    is_only_mentioned = models.BooleanField(default=False)  # on no list of officers: its 0 hours are nobody's
    touched = models.BigIntegerField(default=0)  # the last change that moved or concerns it

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["load", "level", "code", "whole", "grade", "stream"], name="one_unit"
            ),
        )
        indexes = (
            models.Index(fields=["load", "level", "region_code"]),
            models.Index(fields=["load", "level", "pdu_code"]),
            models.Index(fields=["load", "level", "team_code"]),
            models.Index(fields=["load", "level", "number"]),
            models.Index(fields=["load", "staff_code"]),
        )

    @classmethod
    def from_db(cls, *row: Any, **more: Any) -> "Unit":
        """A row as it was read; of posts, the code in place of the name where names are withheld."""
        found: Unit = super().from_db(*row, **more)
        if staff_names.withheld() and found.level == "post":
            found.name = found.code
        return found

    def __str__(self) -> str:
        return f"{self.level} {self.code}"


class Pricing(models.Model):
    """What a line is and the rule that priced it: all that many lines have in common, numbered per load."""

    load = _of_load()
    number = models.IntegerField()
    side = models.TextField()
    kind = models.TextField()
    location = models.TextField(blank=True)
    tier = models.TextField(blank=True)
    suspended = models.BooleanField(default=False)
    stream = models.TextField(blank=True)
    status = models.TextField(blank=True)
    component = models.TextField(blank=True)
    each_x100 = models.BigIntegerField(null=True)
    counted = models.BooleanField()
    reason = models.TextField(blank=True)
    rule = models.TextField(blank=True)
    rule_from = models.TextField(blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["load", "number"], name="one_pricing"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.location} {self.tier}".strip()


class _Sums(models.Model):
    """What a line carries, or what lines of one pricing carry together."""

    pricing = models.IntegerField()  # Pricing.number of the same load
    quantity_micro = models.BigIntegerField()
    points_x100 = models.BigIntegerField()
    beside_x100 = models.BigIntegerField()
    active_cases = models.BigIntegerField()
    listed_cases = models.BigIntegerField()

    class Meta:
        abstract = True


class Line(_Sums):
    """One line of a post. `since`, `about` and `other_post` say more of it, where the night knows more.

    `about` is the flags of a case, the code of a contact, the state of a report, the name of the reason of a
    reduction. `until` is the last day of a reduction; None until it is ended.
    """

    load = _of_load()
    post_no = models.IntegerField()
    team_no = models.IntegerField()
    grade = models.TextField()
    ref = models.TextField(blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    about = models.TextField(blank=True)
    other_post = models.TextField(blank=True)  # of a contact: the colleague's post
    cohorts = models.TextField(blank=True)  # of a case: the codes of those it is in, with blanks between

    #: whether something of it is not for who asks: see `workload.withheld`
    withheld = False

    class Meta:
        indexes = (
            models.Index(fields=["load", "post_no"]),
            models.Index(fields=["load", "team_no"]),
            models.Index(fields=["load", "ref"]),
            models.Index(fields=["load"], name="line_in_cohort", condition=~models.Q(cohorts="")),
        )

    def __str__(self) -> str:
        return f"line of post {self.post_no}: {self.ref}"


class Cell(_Sums):
    """Lines of one pricing, stream and grade under a unit, summed by the ledger: PDU, region and nation."""

    load = _of_load()
    level = models.TextField()
    code = models.TextField()
    post_stream = models.TextField(default=ledger.HEADLINE)
    grade = models.TextField()
    lines = models.IntegerField()

    class Meta:
        indexes = (models.Index(fields=["load", "level", "code"]),)

    def __str__(self) -> str:
        return f"{self.lines} lines of {self.level} {self.code}"


class RuleValue(models.Model):
    """A rule as a load used it, overlays laid over."""

    load = _of_load()
    path = models.TextField()
    value = models.TextField(null=True)  # as written: numbers are exact
    valid_from = models.TextField(blank=True)  # empty: always
    unit = models.TextField()
    description = models.TextField()
    source = models.TextField()
    status = models.TextField()
    note = models.TextField(blank=True)
    overlay = models.TextField(blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["load", "path"], name="one_rule_value"),)

    def __str__(self) -> str:
        return self.path


#: What belongs to one load and is put in and swept with it, in the order of putting.
FIGURES: tuple[type[models.Model], ...] = (Pricing, RuleValue, Unit, Cell, Line)
