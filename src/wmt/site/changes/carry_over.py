"""Carrying records over by hand: from a post that is gone to one that somebody names."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db.models import Q
from django.utils import timezone

from wmt.site.accounts.models import User
from wmt.site.accounts.visibility import reasons_of_posts
from wmt.site.availability import change_requests
from wmt.site.availability.models import KINDS, OfPost
from wmt.site.availability.queries import plans_of
from wmt.site.availability.records import Post, PostRecords
from wmt.site.changes import actions
from wmt.site.changes.carry_rights import need_carrying
from wmt.site.changes.follow_officer import carried
from wmt.site.changes.impact import Effect, effects_of
from wmt.site.changes.people_files import shown_posts
from wmt.site.changes.recalculate import hold_journal
from wmt.site.clock import calendar_day
from wmt.site.workload.day_format import moment_words
from wmt.site.workload.state import State, current_state, state_if_any
from wmt.text import NOTE

#: The kind of the audit event.
KIND = "records carried over"
#: What is said of a reduction to those who may not read its reason.
WITHHELD = "Something is to be looked at again in a reduction whose reason is withheld from your role."
_PUBLIC = (
    "HOURS_", "GRADE_", "FIRST_DAY_", "DAY_", "MORE_THAN_", "GONE", "ALREADY_", "SEEN_", "WHY_", "POST_",
    "NOTHING_",
)  # fmt: skip


@dataclass(frozen=True)
class Carried:
    """How many records were carried over, or would be; why not, where it cannot be."""

    records: int = 0
    faults: Sequence[str] = ()


@dataclass(frozen=True)
class CarryOverPreview:
    """What carrying over would do. `mark` tells it from any other: of other records, day or figures."""

    old: Post
    new: Post
    state: State | None
    changes: Sequence[change_requests.Change]
    checked: change_requests.Checked

    @property
    def mark(self) -> str:
        """What was shown, in short: carrying over means just that."""
        stands = self.checked.before[self.new]
        about = self.state and (self.state.of_load, self.state.day)
        return sha256(repr((list(self.changes), stands, about)).encode()).hexdigest()

    @property
    def kinds(self) -> Counter[str]:
        """How many records of each kind."""
        return Counter(change.kind for change in self.changes if not change.withdraw)

    @property
    def effects(self) -> list[Effect]:
        """The post and its team before and after."""
        return effects_at(self.new, self.checked, self.state)


def effects_at(new: Post, checked: change_requests.Checked, state: State | None) -> list[Effect]:
    """What a post and its team are before and after: where the records were, nothing counts any more."""
    if state is None or checked.faults or checked.conflicts:
        return []
    return effects_of(state, {new: checked.before[new]}, {new: checked.after[new]})


def reads_reasons(user: User, old: Post, new: Post, state: State) -> bool:
    """Whether somebody may read the reasons of reductions at both posts: carrying over shows no others."""
    reaches = reasons_of_posts(user, state)
    return reaches(old) and reaches(new)


def told(faults: Sequence[change_requests.ChangeFault], *, reads: bool) -> list[change_requests.ChangeFault]:
    """Faults for who may read reasons, or not: then what is wrong with a reduction is not said."""
    return [
        fault
        if reads or fault.code.startswith(_PUBLIC)
        else change_requests.ChangeFault(fault.code, WITHHELD, index=fault.index)
        for fault in faults
    ]


def look(old: Post, new: Post, state: State | None) -> CarryOverPreview:
    """What carrying over would do. Nothing is saved, and nobody's rights are asked.

    Raises ConflictError where the records were carried over already, and RefusedError.
    """
    changes = _changes(old, new, state)
    return CarryOverPreview(
        old,
        new,
        state,
        changes,
        actions.preview(changes=changes, state=state, actor=None, strict=False).checked,
    )


def carry_over(old: Post, new: Post, *, user: User, why: str, who: str = "", seen: str = "") -> actions.Saved:
    """Withdraw what is entered for one post and enter the same for another, all or nothing, for a person.

    `seen` is the mark of what was shown to them. Raises Denied, ConflictError where anything has changed
    since then or the records were carried over already, and RefusedError.
    """
    with hold_journal():
        state = state_if_any()
        if state is not None:
            need_carrying(user, old, new, state)
        found = look(old, new, state)
        if seen and seen != found.mark:
            text = "What is entered, or the figures shown, changed after this was shown to you."
            raise change_requests.ConflictError([change_requests.ChangeFault("SEEN_BEFORE", text)])
        if not NOTE.mended(why):
            raise change_requests.RefusedError(
                [change_requests.ChangeFault("WHY_MISSING", "Enter why, for the history", "why")]
            )
        return _saved(found, user=user, who=who, why=why)


def carry(old: Post, new: Post, *, who: str, why: str = "", only_check: bool = False) -> Carried:
    """The same for a command, which is trusted. Faults are given in words."""
    try:
        with hold_journal():
            found = look(old, new, current_state())
            found.checked.raise_faults()
            if not only_check:
                _saved(found, user=None, who=who, why=why)
    except change_requests.RefusedError as error:
        return Carried(faults=[" ".join([fault.message, *fault.shown]) for fault in error.faults])
    return Carried(records=found.kinds.total())


def left_behind(state: State, staff_code: str | None = None) -> Counter[Post]:
    """Posts that are gone for which records are entered that count now or later, and how many."""
    found: Counter[Post] = Counter()
    for model in KINDS.values():
        rows = model._default_manager.filter(ended_change__isnull=True, withdrawn=False)
        if model is not KINDS["hours"]:
            rows = rows.filter(Q(last_day__isnull=True) | Q(last_day__gte=state.day))
        if staff_code is not None:
            rows = rows.filter(staff_code=staff_code)
        found.update(rows.values_list("team_code", "staff_code"))
    for post in shown_posts(state) if found else ():
        found.pop(post, None)
    return found


def _changes(old: Post, new: Post, state: State | None) -> list[change_requests.Change]:
    known = shown_posts(state)
    code = ":".join(old)
    if old in known:
        text = f"{code} is in the figures shown: what is entered for it counts there"
        raise change_requests.RefusedError([change_requests.ChangeFault("POST_STILL_SHOWN", text, "from")])
    if new not in known:
        text = f"There is no post {':'.join(new)} in the figures shown"
        raise change_requests.RefusedError([change_requests.ChangeFault("POST_UNKNOWN", text, "to")])
    day = state.day if state else calendar_day()
    changes = carried(old, new, plans_of([old]).get(old, PostRecords()), day)
    if changes:
        return changes
    if at := carried_to(old):
        when = moment_words(timezone.localtime(at.recorded_at))
        text = f"Records of {code} were moved to {':'.join(at.post)} on {when}, by {at.who}"
        raise change_requests.ConflictError([change_requests.ChangeFault("ALREADY_CARRIED", text, "from")])
    raise change_requests.RefusedError(
        [change_requests.ChangeFault("NOTHING_TO_CARRY", f"{code} has no current or future records", "from")]
    )


def carried_to(old: Post) -> OfPost | None:
    """A record that stands elsewhere and once stood for a post: it tells where, by whom and when."""
    for model in KINDS.values():
        manager: Any = model._default_manager
        keys = manager.filter(team_code=old[0], staff_code=old[1]).values("key")
        rows = manager.filter(key__in=keys, ended_change__isnull=True, withdrawn=False)
        row: OfPost | None = rows.exclude(team_code=old[0], staff_code=old[1]).order_by("-change").first()
        if row is not None:
            return row
    return None


def _saved(found: CarryOverPreview, *, user: User | None, who: str, why: str) -> actions.Saved:
    def rights(actor: User, _changes: Sequence[change_requests.Change], state: State | None) -> None:
        if state is not None:
            need_carrying(actor, found.old, found.new, state)

    return actions.save(
        actor=user, who=who, why=why, changes=found.changes, kind=KIND, strict=False, rights=rights
    )
