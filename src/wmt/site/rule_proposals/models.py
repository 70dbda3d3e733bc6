"""Proposals to change rules, and everything that was done to each."""

from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone

from wmt.rules import Overlay
from wmt.site.rule_proposals.contents import overlay_of


class RuleProposal(models.Model):
    """Dated values that somebody proposes, as the text of an overlay file (`content`).

    Two people make it a rule: `proposed_by` wrote it, `decided_by` approved it. From `first_day` on it is in
    force, until the day before `ends` where that is set. `edition` counts changes.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Waiting for approval"
        APPROVED = "approved", "Approved"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"
        SUPERSEDED = "superseded", "Superseded"

    key = models.CharField(max_length=64, unique=True)
    name = models.TextField()
    content = models.TextField()
    not_consulted = models.TextField(blank=True)
    first_day = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    edition = models.PositiveIntegerField(default=1)
    supersedes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successors"
    )
    recorded_at = models.DateTimeField(default=timezone.now)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    proposer = models.CharField(max_length=160)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decider = models.CharField(max_length=160, blank=True)
    ends = models.DateField(null=True)

    class Meta:
        indexes = (models.Index(fields=["state"]),)

    def __str__(self) -> str:
        return f"rule proposal {self.pk}"

    @property
    def overlay(self) -> Overlay:
        """Its values and what is said of them."""
        return overlay_of(self.content)

    @property
    def was_approved(self) -> bool:
        """Whether two people agreed on it, whatever became of it since."""
        return self.decided_at is not None and self.state in IN_THE_RULES

    def is_over(self, day: date) -> bool:
        """Whether its values hold no longer on a day."""
        return self.ends is not None and self.ends <= day


#: The states of what was approved: these are in the rules for as long as each holds.
IN_THE_RULES = (
    RuleProposal.State.APPROVED,
    RuleProposal.State.WITHDRAWN,
    RuleProposal.State.SUPERSEDED,
)


class RuleProposalStep(models.Model):
    """One thing that was done to a proposal: what, by whom, when, why, and its content from then on."""

    proposal = models.ForeignKey(RuleProposal, on_delete=models.CASCADE, related_name="steps")
    did = models.CharField(max_length=12)
    who = models.CharField(max_length=160)
    at = models.DateTimeField(default=timezone.now)
    why = models.TextField(blank=True)
    content = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"step {self.pk} of a rule proposal"
