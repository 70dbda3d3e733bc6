"""The case that an operation is about, as the person who asks may read or give it."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from django.http import Http404, HttpRequest

from wmt.allocation.cases import CaseToGive
from wmt.site.accounts import limited_access
from wmt.site.api import lookups
from wmt.site.api.authentication import Stopped
from wmt.site.audit.reads import note_read
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import allocation_preview
from wmt.site.problems import Problem
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

HIDDEN = Problem(status=403, code="LIMITED_ACCESS", message=f"{limited_access.SENTENCE}.")


class GivenCase(NamedTuple):
    """A case that may be given, and who has it: nobody where it waits."""

    holder: Unit
    case: CaseToGive
    waits: bool


def to_give(request: HttpRequest, crn: str) -> tuple[State, GivenCase]:
    """A case that the person may give to somebody, in the figures of now. Raises Http404 for any other."""
    state, person = lookups.state_for(request).of_now(), lookups.me(request)
    try:
        holder, case = allocation_preview.case_of(actor=person, typed=crn.replace("\0", ""), state=state)
    except RefusedError as refused:
        if refused.faults[0].code == "LIMITED_ACCESS":
            raise Stopped(HIDDEN) from None
        raise Http404(str(refused)) from None
    note_read(person, holder)
    return state, GivenCase(holder, case, allocation_preview.is_waiting(state, holder))


def shut_out(ref: str, posts: Sequence[Unit]) -> Collection[str]:
    """Those of some posts whose people must not know of a case."""
    found = limited_access.limits([ref]).get(ref.upper())
    return {post.code for post in posts if found and found.shuts_out([post.staff_code])}
