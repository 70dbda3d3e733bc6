"""Carrying records over by hand: from a post that is gone to one that somebody names."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from wmt.site.availability.actions import preview, save
from wmt.site.availability.changes import RefusedError
from wmt.site.availability.files import shown_posts
from wmt.site.availability.following import carried
from wmt.site.availability.plan import Post
from wmt.site.availability.standing import plans_of
from wmt.site.workload.current import current_state

#: The kind of the audit event.
KIND = "records carried over"


@dataclass(frozen=True)
class Carried:
    """How many records were carried over, or would be; why not, where it cannot be."""

    records: int = 0
    faults: Sequence[str] = ()


def carry(old: Post, new: Post, *, who: str, why: str = "", only_check: bool = False) -> Carried:
    """Withdraw what is entered for one post and enter the same for another: all of it, or nothing."""
    state = current_state()
    known = shown_posts(state)
    if old in known:
        return Carried(
            faults=[f"{':'.join(old)} is in the figures shown: what is entered for it counts there"]
        )
    if new not in known:
        return Carried(faults=[f"there is no post {':'.join(new)} in the figures shown"])
    day = state.day if state else timezone.localdate()
    changes = carried(old, new, plans_of([old])[old], day)
    if not changes:
        return Carried(faults=[f"nothing is entered for {':'.join(old)} that counts now or later"])
    try:
        preview(changes=changes, state=state, actor=None, strict=False).checked.raise_faults()
        if not only_check:
            save(actor=None, who=who, why=why, changes=changes, kind=KIND, strict=False)
    except RefusedError as error:
        return Carried(faults=[" ".join([fault.message, *fault.shown]) for fault in error.faults])
    return Carried(records=len(changes) // 2)
