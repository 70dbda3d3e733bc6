"""A case that is of another tier or type by now: looked at, done, and undone within the day, by one check.

It stays with whoever holds it. Its lines are priced anew by the ledger, the old ones off and the new ones on,
in one transaction with the record and the audit event. The next extract says whether it has it so.
"""

import uuid
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from wmt.allocation.cases import CaseToGive, changed, of_kind
from wmt.allocation.transfers import CaseTransfer, is_nobody, kind_text
from wmt.days import written
from wmt.facts import LOCATIONS, TIERS
from wmt.ledger import LedgerError
from wmt.site.allocation.labels import KIND_REASONS
from wmt.site.allocation.models import CaseKindChange
from wmt.site.allocation.queries import transfers_since
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, RefusedError
from wmt.site.changes import allocation_preview as preview
from wmt.site.changes import unit_moments
from wmt.site.changes.actions import Actor
from wmt.site.changes.allocate import mark_undone, note_faults
from wmt.site.changes.case_deltas import (
    PostExchange,
    exchanges,
    holders_of,
    is_priced,
    put_moved,
    put_transfers,
)
from wmt.site.changes.recalculate import hold_journal
from wmt.site.workload.models import Current, Unit
from wmt.site.workload.state import State, rules_of, state_if_any
from wmt.text import NOTE, plain_marks

_Now = CaseKindChange.State


@dataclass(frozen=True, kw_only=True)
class KindChangeRequest:
    """What a case is now, as a form or a program says it. `tier` is '0' for none.

    `seen` is what it was when they looked (`KindChangePreview.mark`), empty where they did not; `changed_on`
    the day it was decided, empty for today.
    """

    ref: str
    location: str
    tier: str
    suspended: bool = False
    reason: str = ""
    notes: str = ""
    changed_on: date | None = None
    key: str = ""
    seen: str = ""

    @property
    def kind(self) -> str:
        """The type and tier in one word: see `kind_text`."""
        return kind_text(self.location, self.tier, self.suspended)


@dataclass(frozen=True)
class KindChangePreview:
    """What a change of tier or type would come to. Nothing was saved. `case` is held at `before` and earns
    what it is then."""

    state: State
    wanted: KindChangeRequest
    holder: Unit
    before: CaseToGive
    case: CaseToGive

    @property
    def mark(self) -> str:
        """What the case is and earns, as it was looked at."""
        return preview.mark_of(self.before)

    @property
    def transfer(self) -> CaseTransfer:
        """What it does to the figures."""
        was, code = self.before, self.holder.code
        before = kind_text(was.location, was.tier, was.suspended)
        kinds = (self.state.tier_scheme, before, self.wanted.kind)
        return CaseTransfer("", was.ref or "", code, code, None, *kinds)

    @cached_property
    def moved(self) -> list[PostExchange]:
        """The lines of the post that go and come."""
        standing = transfers_since(self.state, [self.transfer.ref])
        return exchanges(self.state, [self.transfer], [*standing, self.transfer])

    @cached_property
    def moments(self) -> list[unit_moments.UnitMoment]:
        """The post, its team and its PDU before and after: the figures of the ledger."""
        return unit_moments.moments_with(self.state, self.moved)

    @property
    def to_x100(self) -> int:
        """What the case earns then, with what its flags add, in hundredths."""
        before, after = self.moved[0].moments
        return self.before.points_x100 + after.points_x100 - before.points_x100


def look(*, actor: Any, wanted: KindChangeRequest, state: State) -> KindChangePreview:
    """What a change of tier or type would come to. Nothing is saved.

    Raises RefusedError where the case or what it is to be cannot be; a case that the person may not allocate
    is told as one that is not there.
    """
    holder, before = preview.case_of(actor=actor, typed=wanted.ref, state=state)
    if is_nobody(holder.code):
        words = "is recorded as waiting, and the data does not have it: change its type or tier in its record"
        raise preview.refused("NOT_IN_DATA", f"{before.ref} {words}", "ref")
    if before.stream == "t2a":
        words = "is a T2A case: its points follow a table of their own, so its tier comes from nDelius alone"
        raise preview.refused("T2A", f"{before.ref} {words}", "ref")
    if wanted.location not in LOCATIONS:
        raise preview.refused("TYPE", f"Choose the type: {', '.join(LOCATIONS)}", "location")
    tiers = TIERS[state.tier_scheme]
    if wanted.tier not in tiers:
        known = ", ".join(tier for tier in tiers if tier != "0")
        raise preview.refused("TIER", f"Choose one of the tiers {known}, or no tier", "tier")
    if wanted.kind == kind_text(before.location, before.tier, before.suspended):
        raise preview.refused("SAME", f"{before.ref} is {before.words} already", "tier")
    try:
        now = of_kind(
            rules_of(state), state.tier_scheme, state.day, wanted.location, wanted.tier, before.stream,
            wanted.suspended,
        )  # fmt: skip
    except LedgerError as error:
        raise preview.refused("TIER", str(error), "tier") from None
    if not is_priced(state, now, before.status):
        words = (
            "The figures shown were loaded before tiers could be changed here: it is possible after the next"
        )
        raise preview.refused("NOT_YET", f"{words} extract", "ref")
    return KindChangePreview(state, wanted, holder, before, changed(before, now))


def faults_of(found: KindChangePreview) -> list[ChangeFault]:
    """What is missing or wrong in what was written with a change."""
    wanted, faults = found.wanted, []
    if wanted.reason not in KIND_REASONS:
        faults.append(ChangeFault("REASON", f"Choose why: {', '.join(KIND_REASONS.values())}", "reason"))
    if wanted.changed_on is not None and wanted.changed_on > found.state.day:
        words = f"The day can be {written(found.state.day)} at the latest: what is to come is not counted"
        faults.append(ChangeFault("DAY", words, "changed_on"))
    return faults + note_faults("notes", wanted.notes)


def change_kind(*, actor: Any, wanted: KindChangeRequest, who: str = "") -> tuple[CaseKindChange, bool]:
    """Record that a case is of another tier or type; the record, and whether it is new: the same request
    twice changes it once.

    Raises what `look` raises, RefusedError where a reason is missing, and ConflictError where the case is
    something else by now than what was looked at.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal() as journal:
        state = state_if_any()
        if state is None:
            raise preview.refused(
                "NO_DATA", "No extract has been loaded, so there is no case to change", "ref"
            )
        same = CaseKindChange.objects.filter(key=wanted.key).first() if wanted.key else None
        if same is not None:
            return _sent_twice(actor, same, wanted, state), False
        found = look(actor=actor, wanted=wanted, state=state)
        if wanted.seen and wanted.seen != found.mark:
            words = (
                f"The case is {found.mark} by now; you looked at {wanted.seen}. Check it before you decide"
            )
            raise preview.conflict("CASE_CHANGED", words)
        if faults := faults_of(found):
            raise RefusedError(faults)
        row = _put(found, asker, journal.next())
        record(
            "case change", f"{asker.name} changed a case of {row.post} from {row.words}.",
            actor=asker.user, who=asker.name, level="post", code=row.post,
            before={"points_x100": row.from_x100}, after={"change": row.pk, "points_x100": row.to_x100},
        )  # fmt: skip
        return row, True


def _sent_twice(actor: Any, same: CaseKindChange, wanted: KindChangeRequest, state: State) -> CaseKindChange:
    preview.need_right(actor, same.post, state)
    typed = "".join(plain_marks(wanted.ref).split()).upper()
    if (same.ref.upper(), same.to_kind) != (typed, wanted.kind):
        raise preview.refused("KEY_TAKEN", "Another change was made with this key; use a new one", "key")
    if same.state == _Now.UNDONE:
        words = f"This change was undone by {same.undone_by}. Open the form again to make it"
        raise preview.conflict("UNDONE", words)
    return same


def _put(found: KindChangePreview, asker: Actor, number: int) -> CaseKindChange:
    """Record a change that was looked at and move the figures. The caller holds the journal."""
    wanted, state, ref = found.wanted, found.state, found.before.ref or ""
    to_x100 = found.to_x100
    CaseKindChange.objects.filter(ref=ref, is_open=True, state=_Now.GIVEN).update(state=_Now.PASSED_ON)
    row = CaseKindChange.objects.create(
        key=wanted.key or uuid.uuid4().hex, ref=ref, post=found.holder.code,
        tier_scheme=state.tier_scheme, from_kind=found.transfer.from_kind or "", to_kind=wanted.kind,
        from_x100=found.before.points_x100, to_x100=to_x100,
        changed_on=wanted.changed_on or state.day, first_day=state.day, reason=wanted.reason,
        notes=NOTE.mended(wanted.notes), change=number, recorded_by=asker.user, who=asker.name,
    )  # fmt: skip
    put_moved(state, found.moved, number)
    Current.objects.update(revision=number)
    return row


def undo_kind(*, actor: Any, row: CaseKindChange, who: str = "") -> CaseKindChange:
    """Take a change back on the day it was made: the case is what it was.

    Raises Denied for whoever may not allocate cases of the post of then and of who holds the case now, and
    ConflictError where it was settled, changed again or undone meanwhile.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal() as journal:
        row = CaseKindChange.objects.get(pk=row.pk)
        state = state_if_any()
        if state is None or row.state != _Now.GIVEN or not row.is_open:
            told = f" by {row.undone_by}" if row.undone_by else ""
            raise preview.conflict("SETTLED", f"It cannot be undone: {row.get_state_display()}{told}")
        if row.first_day != state.day:
            words = "It can be undone on its own day only; record what the case is now instead"
            raise preview.conflict("DAY_OVER", words)
        # it moves the figure of whoever holds the case by now
        for code in dict.fromkeys([row.post, *holders_of(state, [row.ref])]):
            preview.need_right(actor, code, state)
        mark_undone([row], asker.name)
        number = journal.next()
        put_transfers(state, [row.back], number)
        Current.objects.update(revision=number)
        record(
            "case change", f"{asker.name} undid change {row.pk} of a case of {row.post}.",
            actor=asker.user, who=asker.name, level="post", code=row.post,
        )  # fmt: skip
    return row
