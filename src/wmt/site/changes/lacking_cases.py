"""Cases given here that nDelius data lacks: after some days somebody has to say what became of them.

Nobody but who allocates them knows whether such a case has ended, or was never recorded under its CRN. Until
it is said the case counts where it was given. Said to have ended, it counts nowhere and waits no more; never
recorded, its allocation is undone and the case waits again, for its record to be corrected.
"""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from wmt import rules
from wmt.site.allocation.models import CaseAllocation, WaitingCase
from wmt.site.audit.record import record
from wmt.site.changes import allocate, waiting_cases
from wmt.site.changes import allocation_preview as preview
from wmt.site.changes.actions import Actor
from wmt.site.changes.recalculate import hold_journal
from wmt.site.workload.state import State, rules_of
from wmt.text import SEPARATOR

ENDED = "the case has ended"
_DAYS = "allocation.ask_days"


def asked_in(state: State) -> Callable[[CaseAllocation], int | None]:
    """For how many days the data has lacked the case of an allocation, where somebody is asked about it; None
    where nobody is. Of now alone."""
    limit = rules_of(state).get(_DAYS) or rules.load().at(state.rules_date)[_DAYS]
    came: dict[str, int] = {}
    if state.as_of is None:
        for row in CaseAllocation.objects.filter(is_open=True, from_post__endswith=SEPARATOR).exclude(ref=""):
            if row.there_on != state.as_at.date():
                lacked = (state.day - max(row.there_on or row.first_day, row.first_day)).days
                came |= {row.ref: lacked} if lacked >= limit.whole else {}

    def days(row: CaseAllocation) -> int | None:
        return came.get(row.ref) if row.is_open and row.state == CaseAllocation.State.GIVEN else None

    return days


def say_ended(*, actor: Any, allocation: CaseAllocation, who: str = "") -> CaseAllocation:
    """Record that a case which the data lacks has ended: it counts nowhere, and waits no more.

    Raises Denied, RefusedError where nobody is asked about it, and ConflictError where it was settled, given
    on or undone meanwhile.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal() as journal:
        row = CaseAllocation.objects.get(pk=allocation.pk)
        state = allocate.can_be_undone([row], actor)
        if asked_in(state)(row) is None:
            words = "It is not asked yet whether this case has ended: undo its allocation if it is wrong"
            raise preview.refused("NOT_ASKED", words, "number")
        way = list(CaseAllocation.objects.filter(ref=row.ref, is_open=True).order_by("-change", "-pk"))
        for code in sorted({code for each in way for code in each.posts}):
            preview.need_right(actor, code, state)
        number = journal.next()
        for each in way:
            each.undone_why = ENDED
            each.save(update_fields=["undone_why"])
            allocate.take_back([each], state, asker, number)
        for waiting in WaitingCase.objects.filter(ref=row.ref, state=WaitingCase.State.WAITING):
            waiting_cases.close_record(waiting, asker, ENDED, timezone.now())
        said = f"recorded that the case of allocation {row.pk} to {row.to_post} has ended"
        record(
            "allocation", f"{asker.name} {said}.",
            actor=asker.user, who=asker.name, level="post", code=row.to_post,
        )  # fmt: skip
    return way[0]
