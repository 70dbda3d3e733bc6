"""Allocations of cases, changes of their tier or type, and what is recorded of cases that wait for one.

A case has one way: from its holder in the extract, over everybody it was given to; and one of its own over
what it was. A decision counts in the figures while `is_open`: the extract does not show it yet. The next one
that is shown settles it: where a case is and what it is each by itself. Nothing is deleted: what is undone
stays as undone, what a waiting case was before it was changed stays as replaced.
"""

import uuid
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from wmt.allocation.cases import case_words
from wmt.allocation.limits import CaseLimits
from wmt.allocation.transfers import CaseTransfer, kind_text, kind_words
from wmt.facts import kinds


class CaseDecision(models.Model):
    """Something decided about one case by a person, until an extract settles it.

    `notes` and reasons in words are for who may read the case. `key` is that of the form or request it came
    with, so that it is done once.
    """

    key = models.CharField(max_length=64, unique=True)
    ref = models.TextField()
    first_day = models.DateField()
    tier_scheme = models.TextField()  # of the figures then
    reason = models.CharField(max_length=40)
    notes = models.TextField(blank=True)
    change = models.BigIntegerField()
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    who = models.CharField(max_length=160)
    is_open = models.BooleanField(default=True)
    settled_as_at = models.DateTimeField(null=True)  # of the extract that settled it
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=160, blank=True)
    undone_why = models.CharField(max_length=80, blank=True)  # where it was for more than that it was wrong

    #: whether something of what was written is not for who asks: see `allocation.access`
    is_withheld = False
    #: the names of what was written
    TEXTS: ClassVar[tuple[str, ...]] = ("notes",)

    class Meta:
        abstract = True

    @property
    def posts(self) -> tuple[str, ...]:
        """Those whose case it is: who reads their cases may read it."""
        raise NotImplementedError


class CaseAllocation(CaseDecision):
    """One case given to one post. Posts are 'TEAM:STAFF'; points in hundredths.

    Of a case that the data did not have `from_post` is 'TEAM:', the team in which it was recorded as waiting.
    """

    TEXTS = ("notes", "why_over", "why_not_eligible")

    class State(models.TextChoices):
        GIVEN = "given", "given, not yet seen in nDelius"
        CONFIRMED = "confirmed", "seen in nDelius"
        PASSED_ON = "passed on", "given to somebody else since"
        ELSEWHERE = "elsewhere", "nDelius shows somebody else"
        ENDED = "ended", "the case is no longer in the data"
        LEFT = "left", "the practitioner is no longer in the data"
        UNDONE = "undone", "undone"

    batch = models.CharField(max_length=64, blank=True)  # of those that were given together: the same
    from_post = models.TextField()
    to_post = models.TextField()
    was_waiting = models.BooleanField()  # nobody held it: it was a placeholder's
    held_since = models.DateField(null=True)  # since when its former holder had it, where the data says
    arrived_on = models.DateField(null=True)  # when it came, where that was recorded of it as a waiting case
    kind_no = models.IntegerField()  # what it was, of the tier scheme: `facts.kinds`
    points_x100 = models.BigIntegerField()
    why_over = models.TextField(blank=True)  # why it was given although it goes over the threshold
    why_not_eligible = models.TextField(blank=True)  # and although the rules do not let the grade hold it
    limited_access = models.BooleanField(default=False)  # emails say nothing about the case
    sensitive = models.BooleanField(default=False)  # the notes are left out of emails
    tier_stated = models.BooleanField(default=False)  # another tier or type was recorded with it: `kind_key`
    state = models.CharField(max_length=12, choices=State.choices, default=State.GIVEN)
    found_post = models.TextField(blank=True)  # who held it in that extract, where it was somebody else
    there_on = models.DateField(
        null=True
    )  # the last day an extract had it, of one that the data lacked first

    class Meta:
        indexes = (
            models.Index(fields=["ref"]),
            models.Index(fields=["first_day"]),
            models.Index(fields=["batch"]),
        )
        constraints = (
            # of the open allocations of a case one is the last: the others were passed on
            models.UniqueConstraint(
                fields=["ref"], condition=models.Q(is_open=True, state="given"), name="one_given"
            ),
        )

    def __str__(self) -> str:
        return f"allocation {self.pk}"

    def note_there(self, day: date, *, has: bool) -> None:
        """The data of a day has the case or lacks it. What only later data had is told no more."""
        if has or (self.there_on and self.there_on > day):
            self.there_on = day if has else None

    @property
    def posts(self) -> tuple[str, ...]:
        """Who had it and who got it."""
        return self.from_post, self.to_post

    @property
    def words(self) -> str:
        """What the case was when it was given: 'custody B3'."""
        kind = kinds(self.tier_scheme)[self.kind_no]
        return case_words(kind.location, kind.tier, kind.stream, suspended=bool(kind.suspended))

    @property
    def days_waited(self) -> int | None:
        """For how many days nobody held the case before it was given, where it is known since when."""
        since = self.arrived_on or self.held_since
        known = self.was_waiting and since is not None and self.state != self.State.UNDONE
        return max((self.first_day - since).days, 0) if known and since else None

    @property
    def transfer(self) -> CaseTransfer:
        """What it does to the figures."""
        way = CaseTransfer(self.key, self.ref, self.from_post, self.to_post, self.first_day)
        if not way.comes:
            return way
        kind = kinds(self.tier_scheme)[self.kind_no]
        text = kind_text(kind.location, kind.tier, kind.suspended, kind.stream)
        return way._replace(tier_scheme=self.tier_scheme, to_kind=text)

    @property
    def back(self) -> CaseTransfer:
        """What undoing it does to them."""
        return self.transfer.back._replace(since=self.held_since)


class CaseKindChange(CaseDecision):
    """A case that is of another tier or type by now, at the post that holds it. Points in hundredths.

    `from_kind` and `to_kind` are what it was and is, as `allocation.transfers.kind_text` writes it.
    """

    class State(models.TextChoices):
        GIVEN = "given", "changed here, not yet seen in nDelius"
        CONFIRMED = "confirmed", "seen in nDelius"
        PASSED_ON = "passed on", "changed again since"
        ELSEWHERE = "elsewhere", "nDelius shows another tier or type"
        ENDED = "ended", "the case is no longer in the data"
        UNDONE = "undone", "undone"

    post = models.TextField()
    from_kind = models.TextField()
    to_kind = models.TextField()
    from_x100 = models.BigIntegerField()
    to_x100 = models.BigIntegerField()
    changed_on = models.DateField()  # when it was decided; the figures have it from `first_day`
    state = models.CharField(max_length=12, choices=State.choices, default=State.GIVEN)
    found_kind = models.TextField(blank=True)  # what that extract has, where it is something else

    class Meta:
        indexes = (models.Index(fields=["ref"]), models.Index(fields=["first_day"]))
        constraints = (
            models.UniqueConstraint(
                fields=["ref"], condition=models.Q(is_open=True, state="given"), name="one_kind_given"
            ),
        )

    def __str__(self) -> str:
        return f"change {self.pk} of a case"

    @property
    def posts(self) -> tuple[str, ...]:
        """Who held it."""
        return (self.post,)

    @property
    def words(self) -> str:
        """What it was and is: 'custody B3 to licence C1'."""
        return f"{kind_words(self.from_kind)} to {kind_words(self.to_kind)}"

    @property
    def transfer(self) -> CaseTransfer:
        """What it does to the figures."""
        return CaseTransfer(
            self.key, self.ref, self.post, self.post, None, self.tier_scheme, self.from_kind, self.to_kind
        )

    @property
    def back(self) -> CaseTransfer:
        """What undoing it does to them."""
        return self.transfer.back


#: What people decide about cases, and an extract settles.
DECISIONS: tuple[type[CaseAllocation] | type[CaseKindChange], ...] = (CaseAllocation, CaseKindChange)


def kind_key(key: str) -> str:
    """The key of the change of tier or type that was made with an allocation, by that of the allocation."""
    return uuid.uuid5(uuid.NAMESPACE_OID, key).hex


def new_key() -> str:
    """A key that nothing else has."""
    return uuid.uuid4().hex


class WaitingCase(models.Model):
    """What is recorded of a case that waits: typed by a manager or sent by a feed. It is in no figure until
    it is given.

    Of a case and event one row waits. What it said before is kept beside it as replaced, under the same key.
    `as_at` is the moment of which the details are: what a feed sends of an earlier one is too late.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        GIVEN = "given", "allocated"
        WITHDRAWN = "withdrawn", "removed"
        HELD = "held", "held by somebody in nDelius"
        REPLACED = "replaced", "changed since"

    class Source(models.TextChoices):
        TYPED = "typed", "recorded here"
        FEED = "feed", "sent by another system"
        TABLE = "table", "in a table of the nightly data"

    class Appointment(models.TextChoices):
        UNKNOWN = "", "not known"
        DUE = "due", "due"
        NOT_NEEDED = "not needed", "not needed"
        NOT_FOUND = "not found", "not found: check with the team"

    key = models.CharField(max_length=32, default=new_key)
    version = models.PositiveIntegerField(default=1)
    ref = models.TextField()
    event_number = models.PositiveIntegerField(default=1)
    team_code = models.TextField()
    location = models.TextField()  # of `facts.LOCATIONS`
    tier = models.TextField(blank=True)  # of the tier scheme of the figures then; empty: none yet
    no_tier_why = models.TextField(blank=True)
    is_t2a = models.BooleanField(default=False)
    sentence_day = models.DateField(null=True)
    order_length = models.TextField(blank=True)
    handover_day = models.DateField(null=True)
    appointment = models.CharField(
        max_length=12, blank=True, choices=Appointment.choices, default=Appointment.UNKNOWN
    )
    appointment_day = models.DateField(null=True)
    appointment_with = models.TextField(blank=True)
    court = models.TextField(blank=True)
    requirements = models.JSONField(default=list, blank=True)  # texts
    previous_posts = models.JSONField(default=list, blank=True)  # of those who had the case before
    arrived_on = models.DateField()
    as_at = models.DateTimeField()
    source = models.CharField(max_length=8, choices=Source.choices)
    change_why = models.TextField(blank=True)  # why it was removed
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    who = models.CharField(max_length=160)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=160, blank=True)
    allocation = models.ForeignKey(CaseAllocation, on_delete=models.SET_NULL, null=True, related_name="+")
    held_by = models.TextField(blank=True)  # the post that has it in the extract that closed it
    held_since = models.DateField(null=True)
    settled_as_at = models.DateTimeField(null=True)  # of that extract

    class Meta:
        indexes = (models.Index(fields=["ref"]), models.Index(fields=["state", "team_code"]))
        constraints = (
            models.UniqueConstraint(
                fields=["ref", "event_number"], condition=models.Q(state="waiting"), name="waits_once"
            ),
            models.UniqueConstraint(fields=["key", "version"], name="one_waiting_version"),
        )

    def __str__(self) -> str:
        return f"waiting case {self.pk}"


class CaseColleague(models.Model):
    """Somebody beside the holder of a case: who covers it while the holder is away, or works on it with them.

    The case stays its holder's, and no figure has it. Posts are 'TEAM:STAFF'. Without a last day a cover
    lasts until the holder is back, anything else until it is ended. What ends by days alone is written down
    when the next extract comes; `changes.colleague_ends` says how all of them stand.
    """

    class Role(models.TextChoices):
        COVER = "cover", "covers it"
        CO_WORKER = "co-worker", "co-works it"
        MENTOR = "mentor", "mentors its holder"

    class End(models.TextChoices):
        HAND = "by hand", "ended by hand"
        OVER = "over", "its last day has passed"
        RETURNED = "returned", "the holder is back"
        GIVEN = "given", "the case was allocated to somebody else"
        MOVED = "moved", "nDelius shows the case with somebody else"
        GONE = "gone", "the case is no longer in the data"
        LEFT = "left", "the colleague is no longer in the data"

    batch = models.CharField(max_length=64)  # of those that were named together: the key of the request
    ref = models.TextField()
    holder = models.TextField()
    post = models.TextField()
    role = models.CharField(max_length=12, choices=Role.choices)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    who = models.CharField(max_length=160)
    end = models.CharField(max_length=12, choices=End.choices, blank=True)
    ended_on = models.DateField(null=True)  # the last day on which it stood
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=160, blank=True)
    allocation = models.ForeignKey(CaseAllocation, on_delete=models.SET_NULL, null=True, related_name="+")
    settled_as_at = models.DateTimeField(null=True)  # of the extract that ended it

    class Meta:
        indexes = (
            models.Index(fields=["ref"]),
            models.Index(fields=["holder"]),
            models.Index(fields=["post"]),
            models.Index(fields=["batch"]),
        )

    def __str__(self) -> str:
        return f"colleague {self.pk}"


class PostProtection(models.Model):
    """A post that is to get fewer cases, from a day until a day, both counting; without a last one until it
    is ended. The reason and the limits are private, that it is protected is not.

    `not_tiers` are by type of case the tiers it may not get, as eligibility rules write them.
    """

    key = models.CharField(max_length=64, unique=True)
    post = models.TextField()
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    reason = models.CharField(max_length=40)  # of the rules `protection_reasons`
    no_new = models.BooleanField(default=False)
    most_cases = models.PositiveIntegerField(null=True)
    most_x100 = models.PositiveIntegerField(null=True)  # capacity, in hundredths of a per cent
    not_tiers = models.JSONField(default=dict, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    who = models.CharField(max_length=160)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=160, blank=True)

    class Meta:
        indexes = (models.Index(fields=["post"]),)

    def __str__(self) -> str:
        return f"protection {self.pk}"

    @property
    def limits(self) -> CaseLimits:
        """What the post may get while it is in force."""
        return CaseLimits(
            until=self.last_day, no_new=self.no_new, most_cases=self.most_cases, most_x100=self.most_x100,
            not_tiers=self.not_tiers,
        )  # fmt: skip
