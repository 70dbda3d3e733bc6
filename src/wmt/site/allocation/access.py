"""Who may read an allocation: who reads cases of one of its two posts. It is a fact about somebody's case."""

from typing import Any

from django.http import Http404

from wmt.site.accounts import visibility
from wmt.site.accounts.access import LoadState
from wmt.site.allocation.models import CaseAllocation


class UnknownAllocation(Http404):
    """There is no such allocation, or one may not read it."""


def find(user: Any, state: LoadState, number: int) -> CaseAllocation:
    """An allocation by its number. Raises UnknownAllocation, also for what the user may not read."""
    row = CaseAllocation.objects.filter(pk=number).first()
    reads = visibility.ReachOfPosts(visibility.cases(user, state), state)
    if row is None or not any(reads(codes(code)) for code in (row.from_post, row.to_post)):
        raise UnknownAllocation(f"there is no allocation {number} that you may read")
    return row


def codes(post: str) -> tuple[str, str]:
    """The team and staff code of a post."""
    team, _, staff = post.partition(":")
    return team, staff
