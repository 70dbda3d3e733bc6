"""Who may do what with a duty. Nobody handles their own: the head does it for a manager, and so on."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from wmt.site.accounts.access import NATION, Denied, LoadState, grants_of, may, scope
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import ROLES, Action
from wmt.site.duties.models import Duty

#: No duty has so large a number: databases could not keep it.
_NO_NUMBER = 2**31


class UnknownDuty(Http404):
    """There is no such duty, or one may not see it."""


class OwnDuty(Denied):
    """Somebody wants to handle the duty that is about themselves."""

    def __init__(self, duty: Duty) -> None:
        super().__init__(Action.HANDLE_DUTIES, level="post", code=duty.code)
        self.sentence = "This duty is about you: somebody else handles it."
        self.remedy = "It is for another manager of the team, the head of the PDU or an administrator."


class NotTheirs(Denied):
    """Somebody wants to ask for relief of a workload that is not theirs."""

    def __init__(self, duty: Duty) -> None:
        super().__init__(Action.HANDLE_DUTIES, level="post", code=duty.code)
        self.sentence = "Only the practitioner whom a duty is about can ask for relief."
        self.remedy = f"This duty is about {duty.shown_name}."


def seen(user: Any, state: LoadState) -> QuerySet[Duty]:
    """The duties that somebody may see: that they stand is open like all figures."""
    narrowed = scope(user, state)
    found = Duty.objects.all()
    return found if narrowed is None else found.filter(region_code__in=narrowed.regions)


def find(user: Any, state: LoadState, number: int) -> Duty:
    """One duty. Raises UnknownDuty."""
    found = seen(user, state).filter(pk=number).first() if number < _NO_NUMBER else None
    if found is None:
        raise UnknownDuty(f"there is no duty {number}")
    return found


def is_own(user: Any, duty: Duty) -> bool:
    """Whether a duty is about this person."""
    return isinstance(user, User) and bool(user.staff_code) and user.staff_code == duty.staff_code


def may_handle(user: Any, duty: Duty, state: LoadState) -> bool:
    """Whether somebody may act on a duty."""
    return not is_own(user, duty) and _at(user, Action.HANDLE_DUTIES, duty, state)


def may_read(user: Any, duty: Duty, state: LoadState) -> bool:
    """Whether somebody may read the words of a duty: talks, notes, relief, what exactly was decided."""
    return is_own(user, duty) or _at(user, Action.READ_DUTIES, duty, state)


def reader(user: Any) -> Callable[[Duty], bool]:
    """Whether somebody may read the words of a duty, by the units it stands in: for many, without a query."""
    grants = [grant for grant in grants_of(user) if Action.READ_DUTIES in ROLES[grant.role].allows]
    held = {(grant.level, grant.code) for grant in grants}

    def reads(duty: Duty) -> bool:
        units = {(level, str(getattr(duty, f"{level}_code"))) for level in ("team", "pdu", "region")}
        return is_own(user, duty) or not held.isdisjoint({NATION, *units})

    return reads


def need_handle(user: Any, duty: Duty, state: LoadState) -> None:
    """Nothing where somebody may act on a duty. Raises Denied otherwise."""
    if not _at(user, Action.HANDLE_DUTIES, duty, state):
        raise Denied(Action.HANDLE_DUTIES, level="post", code=duty.code)
    if is_own(user, duty):
        raise OwnDuty(duty)


def need_own(user: Any, duty: Duty) -> None:
    """Nothing where the duty is about this person. Raises Denied otherwise."""
    if not is_own(user, duty):
        raise NotTheirs(duty)


def _at(user: Any, action: Action, duty: Duty, state: LoadState) -> bool:
    """By a role at the team, or above it; a team that is gone is where it was."""
    units = (("team", duty.team_code), ("pdu", duty.pdu_code))
    return any(may(user, action, level=level, code=code, state=state) for level, code in units)
