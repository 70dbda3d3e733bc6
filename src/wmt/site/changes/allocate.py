"""Giving a case to somebody: looked at, done, and undone within the day, always by the same check.

An allocation is one transaction: who may, what would come of it, the record, the audit event and the figures.
The tool says what a decision does and never makes one: what goes over the threshold, or beside the rules of
who may hold what, is possible and wants a reason.
"""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from wmt.allocation.transfers import CaseTransfer
from wmt.facts import kind_number
from wmt.site.allocation.labels import reasons_of
from wmt.site.allocation.models import CaseAllocation, CaseKindChange, kind_key
from wmt.site.allocation.queries import (
    is_held_in_data,
    kept_by,
    limited_before,
    transfers_back,
    transfers_since,
)
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, RefusedError
from wmt.site.changes import allocation_messages, colleague_ends, waiting_ends
from wmt.site.changes import allocation_preview as preview
from wmt.site.changes.actions import Actor
from wmt.site.changes.case_deltas import put_transfers
from wmt.site.changes.recalculate import hold_journal
from wmt.site.domain_events import publish
from wmt.site.workload.models import Current
from wmt.site.workload.state import State, state_if_any
from wmt.text import NOTE

NOTES = 4_000
_TEXTS = ("notes", "why_over", "why_not_eligible")
_LINK = re.compile(r"https?:|www\.|\b[a-z0-9-]+\.(?:com|org|net|uk|gov)\b", re.I)


def allocate(*, actor: Any, wanted: preview.AllocationRequest, who: str = "") -> tuple[CaseAllocation, bool]:
    """Give a case to a post; the allocation, and whether it is new: the same request twice gives it once.

    Raises what `look` raises, and RefusedError where a reason is missing.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal() as journal:
        state = state_if_any()
        same = CaseAllocation.objects.filter(key=wanted.key).first() if wanted.key else None
        if same is not None:
            if (same.ref, same.to_post) != (wanted.ref, wanted.to_post):
                raise preview.refused(
                    "KEY_TAKEN", "Another case was given with this key; use a new one", "key"
                )
            if state is not None:
                preview.need_right(actor, same.to_post, state)
            if same.state == CaseAllocation.State.UNDONE:
                words = f"This allocation was undone by {same.undone_by}"
                raise preview.conflict("UNDONE", f"{words}. Open the form again to allocate the case")
            return same, False
        if state is None:
            raise preview.refused("NO_DATA", "No extract has been loaded, so there is no case to give", "ref")
        found = preview.look(actor=actor, wanted=wanted, state=state)
        if wanted.seen and wanted.seen != found.mark:
            words = (
                f"The case is {found.mark} by now; you looked at {wanted.seen}. Check it before you decide"
            )
            raise preview.conflict("CASE_CHANGED", words)
        faults = faults_of(found)
        if faults:
            raise RefusedError(faults)
        number = journal.next()
        (row,) = give([found], asker, number)
        over = f" It is over {found.state.over_text} with it." if found.goes_over else ""
        record(
            "allocation",
            f"{asker.name} gave a case ({found.case.words}) {_of(row)} to {row.to_post}.{over}",
            actor=asker.user, who=asker.name, level="post", code=row.to_post,
            after={"allocation": row.pk, "points_x100": row.points_x100, "over": found.goes_over},
        )  # fmt: skip
        return row, True


def _of(row: CaseAllocation) -> str:
    if row.transfer.comes:
        return f"of team {row.from_post[:-1]} that the data does not have yet"
    return f"of {row.from_post}"


def faults_of(found: preview.AllocationPreview) -> list[ChangeFault]:
    """What is missing or wrong in what was written with an allocation."""
    over = f"{found.to.name} is over {found.state.over_text} with this case" if found.goes_over else ""
    why_not = f"{found.to.name}: {'; '.join(found.why_not)}" if found.why_not else ""
    return faults_in(found.wanted, over, why_not, [found.wanted.ref], waiting=found.was_waiting)


def faults_in(
    wanted: preview.AllocationReasons, over: str, why_not: str, refs: Sequence[str], *, waiting: bool
) -> list[ChangeFault]:
    """The same of what was written beside cases that take somebody over the threshold, or that the rules
    would not have somebody hold; both in words, or empty."""
    offered, faults = reasons_of(waiting=waiting), []
    if wanted.reason not in offered:
        faults.append(ChangeFault("REASON", f"Choose why: {', '.join(offered.values())}", "reason"))
    for name, words in (("why_over", over), ("why_not_eligible", why_not)):
        if words and not NOTE.mended(getattr(wanted, name)):
            faults.append(ChangeFault(name.upper(), f"{words}. Say why you allocate it anyway", name))
    for name in _TEXTS:
        faults += note_faults(name, getattr(wanted, name))
    return faults + allocation_messages.recipient_faults(wanted.recipients, refs)


def note_faults(name: str, text: str) -> list[ChangeFault]:
    """What is wrong with a text that is kept beside a case."""
    faults = []
    if len(text) > NOTES:
        faults.append(ChangeFault("TOO_LONG", f"This can have {NOTES:,} characters at most", name))
    if _LINK.search(text):
        faults.append(ChangeFault("LINK", "Take the link out: notes are kept without links", name))
    return faults


def undo(*, actor: Any, allocation: CaseAllocation, who: str = "") -> CaseAllocation:
    """Take an allocation back on the day it was made: the case is where it was. One of a case that the data
    does not have yet can be taken back on any day: no extract need ever show it.

    Raises Denied, and ConflictError where it was settled, given on or undone meanwhile.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal() as journal:
        row = CaseAllocation.objects.get(pk=allocation.pk)
        state = can_be_undone([row], actor)
        number = journal.next()
        take_back([row], state, asker, number)
        record(
            "allocation", f"{asker.name} undid allocation {row.pk} of a case to {row.to_post}.",
            actor=asker.user, who=asker.name, level="post", code=row.to_post,
        )  # fmt: skip
    return row


def can_be_undone(rows: Sequence[CaseAllocation], actor: Any) -> State:
    """The figures in which allocations can be taken back now. Raises Denied and ConflictError."""
    state = state_if_any()
    for row in rows:
        if state is None or row.state != CaseAllocation.State.GIVEN or not row.is_open:
            told = f" by {row.undone_by}" if row.undone_by else ""
            words = f"Allocation {row.pk} cannot be undone: {row.get_state_display()}{told}"
            raise preview.conflict("SETTLED", words)
        if not is_in_time(row, state):
            why = "An allocation can be undone on its own day only"
            why = "nDelius data has the case with somebody by now" if row.transfer.comes else why
            raise preview.conflict("DAY_OVER", f"{why}; give the case to somebody again")
    if state is None or not rows:
        raise preview.conflict("SETTLED", "There is nothing to undo by now")
    for code in sorted({code for row in rows for code in (row.from_post, row.to_post)}):
        preview.need_right(actor, code, state)
    return state


def is_in_time(row: CaseAllocation, state: State) -> bool:
    """Whether an allocation can be undone still, if nothing else has become of it."""
    return came(row, state) or (row.first_day == state.day and not row.transfer.comes)


def came(row: CaseAllocation, state: State) -> bool:
    """Whether the data did not have a case when its first open allocation was made, and nobody has it there
    by now."""
    first = CaseAllocation.objects.filter(ref=row.ref, is_open=True).order_by("change", "pk").first()
    return first is not None and first.transfer.comes and not is_held_in_data(state, row.ref)


def take_back(rows: Sequence[CaseAllocation], state: State, asker: Actor, number: int) -> None:
    """Have cases where they were, in the records and the figures. The caller holds the journal."""
    mark_undone(rows, asker.name)
    stated = [row for row in rows if row.tier_stated]
    keys = [kind_key(row.key) for row in stated]
    # not one that was changed again since
    turned = list(CaseKindChange.objects.filter(key__in=keys, is_open=True, state=CaseKindChange.State.GIVEN))
    if turned:
        mark_undone(turned, asker.name)
        _tell_turned(turned, asker)
    # what is not in the data any more is of no other type or tier than its record says
    off = CaseKindChange.objects.filter(ref__in=[row.ref for row in rows if row.transfer.comes], is_open=True)
    _tell_turned(off.order_by("pk"), asker)
    off.update(
        state=CaseKindChange.State.UNDONE, is_open=False, undone_at=timezone.now(), undone_by=asker.name
    )
    known = {each.key: each for each in transfers_back(state, [row.ref for row in rows])}
    back = [known.get(row.key, row.back) for row in rows]
    back += [known.get(row.key, row.back) for row in turned]
    put_transfers(state, back, number)
    waiting_ends.say_as_before([row for row in stated if row.transfer.comes], asker)
    waiting_ends.wait_again(rows)
    colleague_ends.were_taken_back(state, rows, asker.name)
    _shown(number)
    allocation_messages.tell_undone(rows, state, asker)
    publish.taken_back(rows, number)


def _tell_turned(changes: Iterable[CaseKindChange], asker: Actor) -> None:
    for change in changes:
        record(
            "case change", f"{asker.name} undid change {change.pk} of a case of {change.post}.",
            actor=asker.user, who=asker.name, level="post", code=change.post,
        )  # fmt: skip


def mark_undone(rows: Sequence[CaseAllocation] | Sequence[CaseKindChange], who: str) -> None:
    """Write down of decisions of one kind that they were undone: of each case the one before counts again."""
    model = type(rows[0])
    for row in rows:
        row.state, row.is_open = row.State.UNDONE, False
        row.undone_at, row.undone_by = timezone.now(), who
        row.save(update_fields=["state", "is_open", "undone_at", "undone_by"])
    still = model._default_manager.filter(ref__in=[row.ref for row in rows], is_open=True)
    for before in {row.ref: row for row in still.order_by("change", "pk")}.values():
        before.state = before.State.GIVEN
        before.save(update_fields=["state"])


def give(
    found: Sequence[preview.AllocationPreview], asker: Actor, number: int, batch: str = ""
) -> list[CaseAllocation]:
    """Record allocations that were looked at and move the figures. The caller holds the journal."""
    refs = [each.wanted.ref for each in found]
    given = CaseAllocation.State.GIVEN, CaseAllocation.State.PASSED_ON
    CaseAllocation.objects.filter(ref__in=refs, is_open=True, state=given[0]).update(state=given[1])
    state = found[0].state
    standing = transfers_since(state, refs)
    since = _since_before(state, standing, {each.wanted.ref: each.to.code for each in found})
    limited = limited_before(refs)
    rows = [_row(each, asker, number, batch, was_limited=each.wanted.ref in limited) for each in found]
    made = [row.transfer for row in rows]
    put_transfers(state, [each._replace(since=since[each.ref]) for each in made], number, [*standing, *made])
    waiting_ends.were_given(rows)
    colleague_ends.were_given(state, rows)
    _shown(number)
    allocation_messages.tell(rows, found, asker)
    publish.allocated(rows, number)
    return rows


def _row(
    found: preview.AllocationPreview, asker: Actor, number: int, batch: str, *, was_limited: bool
) -> CaseAllocation:
    wanted, case = found.wanted, found.case
    own = [line for line in found.lines if preview.kind_of(found.state, line) == "case"]
    texts = {name: NOTE.mended(getattr(wanted, name)) for name in _TEXTS}
    # why something was done that was not done would be read as if it had been
    texts["why_over"] *= found.goes_over
    texts["why_not_eligible"] *= bool(found.why_not)
    return CaseAllocation.objects.create(
        key=wanted.key or uuid.uuid4().hex, batch=batch, ref=wanted.ref,
        from_post=found.holder.code, to_post=found.to.code,
        was_waiting=found.was_waiting, first_day=found.state.day, held_since=own[0].since if own else None,
        kind_no=kind_number(
            found.state.tier_scheme, case.stream, case.location, case.tier, case.suspended, case.status
        ),
        tier_scheme=found.state.tier_scheme, points_x100=case.points_x100, reason=wanted.reason, **texts,
        limited_access=wanted.limited_access or was_limited, sensitive=wanted.sensitive,
        change=number, recorded_by=asker.user, who=asker.name,
    )  # fmt: skip


def _since_before(
    state: State, standing: Iterable[CaseTransfer], given: Mapping[str, str]
) -> dict[str, date | None]:
    """Since when whoever gets each case has it, by reference: today; but where the night of the figures has
    it with them, it only goes back, and they have had it since before."""
    first: dict[str, CaseTransfer] = {}
    for each in standing:
        if each.is_move:
            first.setdefault(each.ref, each)
    kept = {each.key: each.since for each in kept_by(state)}
    since: dict[str, date | None] = dict.fromkeys(given, state.day)
    for ref, to in given.items():
        if ref in first and first[ref].from_post == to and not first[ref].goes:
            key = first[ref].key
            since[ref] = kept[key] if key in kept else CaseAllocation.objects.get(key=key).held_since
    return since


def _shown(number: int) -> None:
    Current.objects.update(revision=number)
