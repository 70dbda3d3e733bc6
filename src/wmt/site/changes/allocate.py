"""Giving a case to somebody: looked at, done, and undone within the day, always by the same check.

An allocation is one transaction: who may, what would come of it, the record, the audit event and the figures.
The tool says what a decision does and never makes one: what goes over the threshold, or beside the rules of
who may hold what, is possible and wants a reason.
"""

import re
import uuid
from datetime import date
from typing import Any

from django.utils import timezone

from wmt.facts import kind_number
from wmt.site.allocation.labels import reasons_of
from wmt.site.allocation.models import CaseAllocation
from wmt.site.allocation.queries import kept_by, transfers_since
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, RefusedError
from wmt.site.changes import allocation_preview as preview
from wmt.site.changes.actions import Actor
from wmt.site.changes.case_deltas import put_transfers
from wmt.site.changes.recalculate import JournalHeld, hold_journal
from wmt.site.workload.models import Current
from wmt.site.workload.state import stated
from wmt.text import NOTE

NOTES = 4_000
_LINK = re.compile(r"https?:|www\.|\b[a-z0-9-]+\.(?:com|org|net|uk|gov)\b", re.I)


def allocate(*, actor: Any, wanted: preview.AllocationRequest, who: str = "") -> tuple[CaseAllocation, bool]:
    """Give a case to a post; the allocation, and whether it is new: the same request twice gives it once.

    Raises what `look` raises, and RefusedError where a reason is missing.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal() as journal:
        state = stated(Current.objects.select_related("load").first())
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
        return _save(journal, asker, found), True


def faults_of(found: preview.AllocationPreview) -> list[ChangeFault]:
    """What is missing or wrong in what was written with an allocation."""
    wanted, faults = found.wanted, []
    offered = reasons_of(waiting=found.was_waiting)
    if wanted.reason not in offered:
        faults.append(ChangeFault("REASON", f"Choose why: {', '.join(offered.values())}", "reason"))
    asked = (
        (found.goes_over, "why_over", f"{found.to.name} is over {found.state.over_text} with this case"),
        (bool(found.why_not), "why_not_eligible", f"{found.to.name}: {'; '.join(found.why_not)}"),
    )
    for is_asked, name, words in asked:
        if is_asked and not NOTE.mended(getattr(wanted, name)):
            faults.append(ChangeFault(name.upper(), f"{words}. Say why you allocate it anyway", name))
    for name in ("notes", "why_over", "why_not_eligible"):
        text = getattr(wanted, name)
        if len(text) > NOTES:
            faults.append(ChangeFault("TOO_LONG", f"This can have {NOTES:,} characters at most", name))
        if _LINK.search(text):
            faults.append(ChangeFault("LINK", "Take the link out: notes are kept without links", name))
    return faults


def undo(*, actor: Any, allocation: CaseAllocation, who: str = "") -> CaseAllocation:
    """Take an allocation back on the day it was made: the case is where it was.

    Raises Denied, and ConflictError where it was settled, given on or undone meanwhile.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal() as journal:
        row = CaseAllocation.objects.get(pk=allocation.pk)
        state = stated(Current.objects.select_related("load").first())
        if state is None or row.state != CaseAllocation.State.GIVEN or not row.is_open:
            told = f" by {row.undone_by}" if row.undone_by else ""
            raise preview.conflict(
                "SETTLED", f"This allocation cannot be undone: {row.get_state_display()}{told}"
            )
        for code in (row.from_post, row.to_post):
            preview.need_right(actor, code, state)
        if row.first_day != state.day:
            words = "An allocation can be undone on its own day only; give the case to somebody again"
            raise preview.conflict("DAY_OVER", words)
        number = journal.next()
        row.state, row.is_open = CaseAllocation.State.UNDONE, False
        row.undone_at, row.undone_by = timezone.now(), asker.name
        row.save(update_fields=["state", "is_open", "undone_at", "undone_by"])
        former = CaseAllocation.objects.filter(ref=row.ref, is_open=True).order_by("-change", "-pk").first()
        if former is not None:
            former.state = CaseAllocation.State.GIVEN
            former.save(update_fields=["state"])
        put_transfers(state, [row.back], number)
        _shown(number)
        record(
            "allocation", f"{asker.name} undid allocation {row.pk} of a case to {row.to_post}.",
            actor=asker.user, who=asker.name, level="post", code=row.to_post,
        )  # fmt: skip
    return row


def _save(journal: JournalHeld, asker: Actor, found: preview.AllocationPreview) -> CaseAllocation:
    wanted, case, number = found.wanted, found.case, journal.next()
    own = next(line for line in found.lines if preview.kind_of(found.state, line) == "case")
    CaseAllocation.objects.filter(ref=wanted.ref, is_open=True, state=CaseAllocation.State.GIVEN).update(
        state=CaseAllocation.State.PASSED_ON
    )
    texts = {name: NOTE.mended(getattr(wanted, name)) for name in ("notes", "why_over", "why_not_eligible")}
    since = _since_before(found)
    # why something was done that was not done would be read as if it had been
    texts["why_over"] *= found.goes_over
    texts["why_not_eligible"] *= bool(found.why_not)
    row = CaseAllocation.objects.create(
        key=wanted.key or uuid.uuid4().hex, ref=wanted.ref,
        from_post=found.holder.code, to_post=found.to.code,
        was_waiting=found.was_waiting, first_day=found.state.day, held_since=own.since,
        kind_no=kind_number(
            found.state.tier_scheme, case.stream, case.location, case.tier, case.suspended, case.status
        ),
        tier_scheme=found.state.tier_scheme, points_x100=case.points_x100, reason=wanted.reason, **texts,
        change=number, recorded_by=asker.user, who=asker.name,
    )  # fmt: skip
    put_transfers(found.state, [row.transfer._replace(since=since)], number)
    _shown(number)
    over = f" It is over {found.state.over_text} with it." if found.goes_over else ""
    record(
        "allocation",
        f"{asker.name} gave a case ({case.words}) of {row.from_post} to {row.to_post}.{over}",
        actor=asker.user, who=asker.name, level="post", code=row.to_post,
        after={"allocation": row.pk, "points_x100": case.points_x100, "over": found.goes_over},
    )  # fmt: skip
    return row


def _since_before(found: preview.AllocationPreview) -> date | None:
    """Since when whoever gets a case has it: today; but where the night of the figures has it with them, it
    only goes back, and they have had it since before."""
    way = [each for each in transfers_since(found.state) if each.ref == found.case.ref]
    if not way or way[0].from_post != found.to.code:
        return found.state.day
    kept = {each.key: each.since for each in kept_by(found.state)}
    if way[0].key in kept:
        return kept[way[0].key]
    return CaseAllocation.objects.get(key=way[0].key).held_since


def _shown(number: int) -> None:
    Current.objects.update(revision=number)
