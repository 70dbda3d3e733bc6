"""Who may read a plan: its owner. Cases that it names follow the role and reach of who reads it."""

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


def find(user: Any, number: int) -> SavedPlan:
    """A plan by its number. Raises UnknownPlan, and PlanDenied where the user may not read it."""
    return _found(user, number, "read")


def find_own(user: Any, number: int) -> SavedPlan:
    """A plan that the user may change. Raises UnknownPlan and PlanDenied."""
    return _found(user, number, "change")


def _found(user: Any, number: int, tried: str) -> SavedPlan:
    row = SavedPlan.objects.select_related("owner").filter(pk=number).first()
    if row is None:
        raise UnknownPlan(f"there is no plan {number}")
    if row.owner_id != user.pk:
        raise PlanDenied(row, tried)
    return row
