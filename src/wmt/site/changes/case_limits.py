"""Recording who must not know of a case: the whole lists anew, by a manager or by another system."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from wmt.site.accounts import limited_access
from wmt.site.accounts.access import may
from wmt.site.accounts.models import LimitedAccess
from wmt.site.accounts.roles import Action
from wmt.site.allocation.models import WaitingCase
from wmt.site.audit.record import record
from wmt.site.changes import allocation_messages, allocation_preview
from wmt.site.changes.actions import Actor
from wmt.site.changes.case_deltas import holders_of
from wmt.site.changes.recalculate import hold_journal
from wmt.site.workload.state import State
from wmt.text import CODE, REFERENCE

#: So many people a list names, at most.
MOST = 500


def find(actor: Any, typed: str, state: State, *, to_read: bool = True) -> tuple[str, LimitedAccess | None]:
    """A case whose lists somebody may read and change, and what is recorded of it. Raises RefusedError.

    Who allocates cases for the whole nation may of any CRN: other systems know of limits before the data has
    the case. Others may where they allocate the case. Nobody who is shut out of it may; but a program that
    allocates for the whole nation, which no list names, records lists without reading those there are.
    """
    ref = allocation_preview.written(state, typed.replace("\0", ""))
    if not ref:
        raise allocation_preview.refused("CRN", "Enter a CRN", "ref")
    anywhere = actor is None or may(actor, Action.ALLOCATE_CASES, level="nation", code="nation", state=state)
    if not anywhere and not _allocates(actor, ref, state):
        words = f"There is no case {ref} that you may allocate. See whether the CRN is right"
        raise allocation_preview.refused("CASE_UNKNOWN", words, "ref")
    # who signs in with the organisation is a person, though their token is of one request and not kept
    token = getattr(actor, "token", None)
    records_only = anywhere and not to_read and token is not None and token.pk is not None
    if not records_only and limited_access.is_hidden(actor, ref):
        raise allocation_preview.refused("LIMITED_ACCESS", limited_access.SENTENCE, "ref")
    return ref, LimitedAccess.objects.filter(ref=ref.upper(), is_current=True).first()


def save(
    *, actor: Any, typed: str, excluded: Iterable[str], restricted: Iterable[str], state: State,
    seen: int | None = None, as_at: datetime | None = None, who: str = "",
) -> LimitedAccess:  # fmt: skip
    """Keep these lists in place of those that are recorded; `seen` is the number of those that were read.
    Lists of another system are of the moment `as_at`: those that are recorded as of a later one stay.

    Raises what `find` raises, RefusedError for a code that cannot be one, and ConflictError where somebody
    else recorded others meanwhile.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal():  # of two at once the second reads what the first recorded
        ref, former = find(actor, typed, state, to_read=False)
        lists = {"excluded": codes_of(excluded, "excluded"), "restricted": codes_of(restricted, "restricted")}
        if former and all(getattr(former, name) == codes for name, codes in lists.items()):
            return former
        if as_at is not None and former and (former.as_at or former.recorded_at) > as_at:
            return former
        if seen is not None and seen != (former.pk if former else 0):
            words = (
                "Somebody else has recorded who may see this case meanwhile. Check it before you change it"
            )
            raise allocation_preview.conflict("CHANGED", words)
        LimitedAccess.objects.filter(ref=ref.upper(), is_current=True).update(is_current=False)
        row = LimitedAccess.objects.create(
            ref=ref.upper(), **lists, recorded_at=timezone.now(), recorded_by=asker.user, who=asker.name,
            as_at=as_at,
        )  # fmt: skip
        allocation_messages.stop_for_shut_out(ref)
        # neither the case nor a name: who reads the audit may be one of those who must not know
        record(
            "limited access", f"{asker.name} changed who may see a case.", actor=asker.user, who=asker.name
        )
    return row


def _allocates(actor: Any, ref: str, state: State) -> bool:
    """Whether somebody may allocate a case where it is, or where it is recorded as waiting."""
    if there := holders_of(state, [ref]):
        return all(may(actor, Action.ALLOCATE_CASES, level="post", code=code, state=state) for code in there)
    waiting = WaitingCase.objects.filter(ref=ref, state=WaitingCase.State.WAITING)
    teams = waiting.values_list("team_code", flat=True)
    return any(may(actor, Action.ALLOCATE_CASES, level="team", code=team, state=state) for team in teams)


def codes_of(typed: Iterable[str], field: str) -> list[str]:
    """The people that a list names, as it is kept. Raises RefusedError."""
    codes = sorted({each.strip().upper() for each in typed if each.strip()})
    if len(codes) > MOST:
        raise allocation_preview.refused("TOO_MANY", f"A list can name {MOST} people at most", field)
    for code in codes:
        # those without a staff code are named by the address they sign in with
        if why := (REFERENCE if "@" in code else CODE).why_not(code):
            raise allocation_preview.refused("CODE", f"A staff code has {why}", field)
    return codes
