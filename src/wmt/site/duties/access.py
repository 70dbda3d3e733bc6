"""Who may do what with a duty or a request. Nobody handles their own: the head does it for a manager."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from wmt.site.accounts import access
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import ROLES, Action
from wmt.site.duties.models import Duty, Request
from wmt.site.workload.models import Unit

#: No duty has so large a number: databases could not keep it.
_NO_NUMBER = 2**31


class UnknownDuty(Http404):
    """There is no such duty, or one may not see it."""


class OwnDuty(access.Denied):
    """Somebody wants to handle the duty that is about themselves."""

    def __init__(self, duty: Duty) -> None:
        super().__init__(Action.HANDLE_DUTIES, level="post", code=duty.code)
        self.sentence = "This action is about you, so someone else must handle it."
        self.remedy = "Another manager of the team, the head of the PDU or an administrator can."


class NotTheirs(access.Denied):
    """Somebody wants to ask for relief of a workload that is not theirs."""

    def __init__(self, code: str) -> None:
        super().__init__(Action.HANDLE_DUTIES, level="post", code=code)
        self.sentence = "You can only ask for relief of your own workload."
        self.remedy = "To raise something about a colleague's workload, raise a concern."


class OwnRequest(access.Denied):
    """Somebody wants to answer what they asked, or what is about themselves."""

    def __init__(self, request: Request) -> None:
        super().__init__(Action.HANDLE_DUTIES, level=request.level, code=request.code)
        self.sentence = "You raised this request or it is about you, so someone else must answer it."
        self.remedy = "Another manager of the team, the head of the PDU or an administrator can."


class UnknownRequest(Http404):
    """There is no such request, or one may not read it."""


def seen(user: Any, state: access.LoadState) -> QuerySet[Duty]:
    """The duties that somebody may see: that they stand is open like all figures."""
    narrowed = access.scope(user, state)
    found = Duty.objects.all()
    return found if narrowed is None else found.filter(region_code__in=narrowed.regions)


def find(user: Any, state: access.LoadState, number: int) -> Duty:
    """One duty. Raises UnknownDuty."""
    found = seen(user, state).filter(pk=number).first() if number < _NO_NUMBER else None
    if found is None:
        raise UnknownDuty(f"there is no duty {number}")
    return found


def is_own(user: Any, about: Duty | Request | Unit) -> bool:
    """Whether a duty, a request or a post is that of this person. Units above posts are nobody's."""
    return isinstance(user, User) and bool(user.staff_code) and user.staff_code == about.staff_code


def may_handle(user: Any, duty: Duty, state: access.LoadState) -> bool:
    """Whether somebody may act on a duty."""
    return not is_own(user, duty) and _at(user, Action.HANDLE_DUTIES, duty, state)


def may_read(user: Any, duty: Duty, state: access.LoadState) -> bool:
    """Whether somebody may read the words of a duty: talks, notes, relief, what exactly was decided."""
    return is_own(user, duty) or _at(user, Action.READ_DUTIES, duty, state)


def reader(user: Any) -> Callable[[Duty | Request], bool]:
    """Whether somebody may read the words of a duty, by the units it stands in: for many, without a query."""
    grants = [grant for grant in access.grants_of(user) if Action.READ_DUTIES in ROLES[grant.role].allows]
    held = {(grant.level, grant.code) for grant in grants}

    def reads(duty: Duty | Request) -> bool:
        units = {(level, str(getattr(duty, f"{level}_code"))) for level in ("team", "pdu", "region")}
        return is_own(user, duty) or not held.isdisjoint({access.NATION, *units})

    return reads


def need_handle(user: Any, duty: Duty, state: access.LoadState) -> None:
    """Nothing where somebody may act on a duty. Raises Denied otherwise."""
    if not _at(user, Action.HANDLE_DUTIES, duty, state):
        raise access.Denied(Action.HANDLE_DUTIES, level="post", code=duty.code)
    if is_own(user, duty):
        raise OwnDuty(duty)


def need_own(user: Any, duty: Duty) -> None:
    """Nothing where the duty is about this person. Raises Denied otherwise."""
    if not is_own(user, duty):
        raise NotTheirs(duty.code)


# ---- requests ----------------------------------------------------------------------------------------------


def find_request(user: Any, state: access.LoadState, number: int) -> Request:
    """One request. Raises UnknownRequest, also for one that somebody may not read: it is private."""
    found = Request.objects.filter(pk=number).first() if number < _NO_NUMBER else None
    if found is None or not may_read_request(user, found, state):
        raise UnknownRequest(f"there is no request {number}")
    return found


def may_read_request(user: Any, request: Request, state: access.LoadState) -> bool:
    """Whoever asked may read it, and whose role lets them read it there. A concern is not for the person it
    is about: a colleague who raises one must not have to fear it."""
    if asked(user, request):
        return True
    if is_own(user, request):
        return request.kind == Request.Kind.RELIEF
    return _at(user, Action.READ_DUTIES, request, state)


def may_answer(user: Any, request: Request, state: access.LoadState) -> bool:
    theirs = asked(user, request) or is_own(user, request)
    return not theirs and _at(user, Action.HANDLE_DUTIES, request, state)


def need_answer(user: Any, request: Request, state: access.LoadState) -> None:
    """Nothing where somebody may answer a request. Raises Denied otherwise."""
    if asked(user, request) or is_own(user, request):
        raise OwnRequest(request)
    if not _at(user, Action.HANDLE_DUTIES, request, state):
        raise access.Denied(Action.HANDLE_DUTIES, level=request.level, code=request.code)


def asked(user: Any, request: Request) -> bool:
    """Whether this person raised it."""
    return isinstance(user, User) and request.asked_by_id == user.pk


def reader_of_requests(user: Any) -> Callable[[Request], bool]:
    """As `may_read_request`, by the units that requests stand in: for many, without a query."""
    reads = reader(user)

    def may_read(request: Request) -> bool:
        if asked(user, request):
            return True
        if is_own(user, request):
            return request.kind == Request.Kind.RELIEF
        return reads(request)

    return may_read


def _at(user: Any, action: Action, duty: Duty | Request, state: access.LoadState) -> bool:
    """By a role at the team, or above it; a team that is gone is where it was."""
    units = (("team", duty.team_code), ("pdu", duty.pdu_code))
    return any(access.may(user, action, level=level, code=code, state=state) for level, code in units)
