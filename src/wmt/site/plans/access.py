"""Who may read a plan: its owner, those it is shared with, whoever is signed in and has its link.

Cases that it names follow the role and reach of who reads it.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from wmt.site.accounts.access import Denied
from wmt.site.plans.models import SavedPlan


class UnknownPlan(Http404):
    """There is no plan with this number."""


class PlanDenied(Denied):
    """A plan that is somebody else's. `action` is what was tried, for the audit."""

    def __init__(self, row: SavedPlan, tried: str) -> None:
        self.level, self.code = row.level, row.code
        self.action = f"{tried} plan {row.pk}"
        self.sentence = "This plan is somebody else’s."
        self.remedy = "Ask whoever made it."
        super(Denied, self).__init__(self.sentence)


def own(user: Any) -> QuerySet[SavedPlan]:
    """The plans of a person, the last changed first."""
    return SavedPlan.objects.filter(owner=user).order_by("-changed_at", "-pk")


def shared_with(user: Any) -> QuerySet[SavedPlan]:
    """The plans of others that a person was given to read, the last changed first."""
    return SavedPlan.objects.filter(shares__user=user).select_related("owner").order_by("-changed_at", "-pk")


def find(user: Any, number: int, link: str = "") -> SavedPlan:
    """A plan by its number, for its owner, those it is shared with, and whoever has its link, as long as
    somebody can end it: its owner. A command (None) reads any.

    Raises UnknownPlan, and PlanDenied where the user may not read it.
    """
    row = _row(number)
    if user is None:
        return row
    has_link = row.link and row.link == link and row.owner.is_active
    if not has_link and not reads(user, row):
        raise PlanDenied(row, "read")
    return row


def reads(user: Any, row: SavedPlan) -> bool:
    """Whether a plan is somebody's own, or was shared with them by name."""
    return row.owner_id == user.pk or row.shares.filter(user=user).exists()


def find_own(user: Any, number: int) -> SavedPlan:
    """A plan that the user may change. Raises UnknownPlan and PlanDenied."""
    row = _row(number)
    if row.owner_id != user.pk:
        raise PlanDenied(row, "change")
    return row


def _row(number: int) -> SavedPlan:
    row = SavedPlan.objects.select_related("owner").filter(pk=number).first()
    if row is None:
        raise UnknownPlan(f"there is no plan {number}")
    return row
