"""Who may read an allocation: who reads cases of one of its two posts, and is not shut out of this one.

What was written with it is private to fewer: who may allocate cases of one of them, and the practitioners.
What is recorded of a waiting case is for those who read the cases of its team.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import Http404

from wmt.site.accounts import limited_access, visibility
from wmt.site.accounts.access import LoadState
from wmt.site.accounts.roles import Action
from wmt.site.allocation.models import (
    CaseAllocation,
    CaseColleague,
    CaseDecision,
    CaseKindChange,
    WaitingCase,
)

Decision = TypeVar("Decision", bound=CaseDecision)


class UnknownAllocation(Http404):
    """There is no such allocation, or one may not read it."""


def find(user: Any, state: LoadState, number: int) -> CaseAllocation:
    """An allocation by its number, as the user may read it. Raises UnknownAllocation, also for what the user
    may not read."""
    found: CaseAllocation | None = readable(user, state)(CaseAllocation.objects.filter(pk=number).first())
    if found is None:
        raise UnknownAllocation(f"there is no allocation {number} that you may read")
    return found


def find_change(user: Any, state: LoadState, number: int) -> CaseKindChange:
    """A change of tier or type by its number, as the user may read it. Raises UnknownAllocation, also for
    what the user may not read."""
    found: CaseKindChange | None = readable(user, state)(CaseKindChange.objects.filter(pk=number).first())
    if found is None:
        raise UnknownAllocation(f"there is no change {number} that you may read")
    return found


def readable_batch(user: Any, state: LoadState, rows: list[CaseAllocation]) -> list[CaseAllocation]:
    """Those of some allocations that the user may read, as they may read them. Raises UnknownAllocation where
    there is none."""
    seen = readable(user, state)
    found = [row for row in rows if seen(row)]
    if not found:
        raise UnknownAllocation("there are no such allocations that you may read")
    return found


def giver(user: Any, state: LoadState) -> Callable[[CaseDecision], bool]:
    """Whether a user may allocate cases of one of the posts of a decision."""
    reach = visibility.ReachOfPosts(visibility.allowed(user, Action.ALLOCATE_CASES), state)
    return lambda row: any(reach(codes(post)) for post in row.posts)


class UnknownWaitingCase(Http404):
    """There is no such record of a waiting case, or one may not read it."""


def find_waiting(user: Any, state: LoadState, number: int) -> WaitingCase:
    """The record of a waiting case by its number. Raises UnknownWaitingCase, also for what the user may not
    read."""
    rows = WaitingCase.objects.exclude(state=WaitingCase.State.REPLACED)
    found = rows.select_related("allocation").filter(pk=number).first()
    if found is None or not reads_waiting(user, state)(found):
        raise UnknownWaitingCase(f"there is no waiting case {number} that you may read")
    return ended_as_read(user, state)(found)


def ended_as_read(user: Any, state: LoadState) -> Callable[[WaitingCase], WaitingCase]:
    """What gives the record of a waiting case without who has the case now, where a user may not read that:
    whoever records any CRN does not learn so whose it is."""
    reads, seen = teams_of_cases(user, state), readable(user, state)

    def as_read(row: WaitingCase) -> WaitingCase:
        if row.held_by and not reads(codes(row.held_by)):
            row.held_by, row.held_since = "", None
        if row.allocation and seen(row.allocation) is None:
            row.allocation, row.closed_by = None, ""
        return row

    return as_read


class UnknownColleague(Http404):
    """There is nobody with this number beside the holder of a case, or one may not read it."""


def find_colleague(user: Any, state: LoadState, number: int) -> CaseColleague:
    """Somebody beside the holder of a case, by the number. Raises UnknownColleague."""
    found = CaseColleague.objects.filter(pk=number).first()
    if found is None or not reads_either(user, state)(found):
        raise UnknownColleague(f"there is no cover or co-working {number} that you may read")
    return found


def reads_either(user: Any, state: LoadState) -> Callable[[CaseColleague], bool]:
    """Whether a user reads the cases of one of the two posts of somebody beside a holder, and this one."""
    reach = visibility.ReachOfPosts(visibility.cases(user, state), state)
    hidden = limited_access.hidden_from(user)
    return lambda row: row.ref.upper() not in hidden and (reach(codes(row.holder)) or reach(codes(row.post)))


def reads_waiting(user: Any, state: LoadState) -> Callable[[WaitingCase], bool]:
    """Whether a user may read the record of a waiting case: the cases of its team, and this one."""
    reads, hidden = teams_of_cases(user, state), limited_access.hidden_from(user)
    return lambda row: row.ref.upper() not in hidden and reads((row.team_code, ""))


def teams_of_cases(user: Any, state: LoadState) -> visibility.ReachOfPosts:
    """Whether a user reads all cases of a team: asked by its code and no staff code."""
    return visibility.ReachOfPosts(visibility.cases(user, state), state)


def readable(user: Any, state: LoadState) -> Callable[[Decision | None], Decision | None]:
    """What gives each decision as a user may read it: without what was written, or None for not at all."""
    cases = visibility.ReachOfPosts(visibility.cases(user, state), state)
    hidden = limited_access.hidden_from(user)
    gives = visibility.allowed(user, Action.ALLOCATE_CASES)
    own = str(getattr(user, "staff_code", "") or "")
    words = visibility.ReachOfPosts(visibility.Reach(gives.everywhere, gives.units, own), state)

    def seen(row: Decision | None) -> Decision | None:
        posts = [codes(code) for code in row.posts] if row else []
        if row is None or row.ref.upper() in hidden or not any(cases(post) for post in posts):
            return None
        if not any(words(post) for post in posts):
            row.is_withheld = any(getattr(row, name) for name in row.TEXTS)
            for name in row.TEXTS:
                setattr(row, name, "")
        return row

    return seen


def codes(post: str) -> tuple[str, str]:
    """The team and staff code of a post."""
    team, _, staff = post.partition(":")
    return team, staff
