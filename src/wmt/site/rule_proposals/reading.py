"""Proposals as pages, the API and commands read them: which there are, which are ahead, what they touch."""

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet
from django.http import Http404

from wmt.days import written
from wmt.site.rule_proposals.models import RuleProposal

_S = RuleProposal.State


class UnknownRuleProposal(Http404):
    """There is no proposal of rules with this number."""


def find(number: int) -> RuleProposal:
    """A proposal by its number. Raises UnknownRuleProposal."""
    found = RuleProposal.objects.select_related("supersedes").filter(pk=number).first()
    if found is None:
        raise UnknownRuleProposal(f"there is no proposal of rules with the number {number}")
    return found


def listed() -> QuerySet[RuleProposal]:
    """Every proposal, the last first."""
    return RuleProposal.objects.order_by("-pk")


def standing(row: RuleProposal, day: date) -> str:
    """What became of a proposal, in words, on a day."""
    since = written(row.first_day)
    if not row.was_approved:
        return str(row.get_state_display())
    if row.ends is not None and row.ends <= row.first_day:
        return f"{row.get_state_display()} before it was in force"
    if row.ends is None:
        return f"Approved: in force from {since}" if row.first_day > day else f"In force since {since}"
    verb = str(row.get_state_display())
    if row.is_over(day):
        return f"{verb}: in force from {since} until {written(row.ends)}"
    begun = "In force" if row.first_day <= day else f"Approved: in force from {since}"
    return f"{begun}; ends on {written(row.ends)}"


def of_path(path: str) -> Sequence[RuleProposal]:
    """The proposals that are not decided yet and would change a rule."""
    waiting = RuleProposal.objects.filter(state__in=(_S.DRAFT, _S.SUBMITTED), content__contains=path)
    return [row for row in waiting.order_by("first_day", "pk") if path in row.overlay.paths]
