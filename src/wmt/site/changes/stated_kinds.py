"""Giving a case as of the type and tier that whoever gives it states: both in one transaction, or neither.

Where the data has the case, it is a change of its tier or type (`case_kinds`) and an allocation. Where it is
only recorded as waiting, its record is changed, and it is given by it. Undone, both are.
"""

import uuid
from dataclasses import dataclass, replace
from typing import Any

from wmt.allocation.cases import CaseToGive
from wmt.allocation.transfers import kind_text
from wmt.facts import LOCATIONS, kinds
from wmt.site.allocation.labels import KIND_REASONS
from wmt.site.allocation.models import CaseAllocation, WaitingCase, kind_key
from wmt.site.availability.change_requests import ChangeFault, RefusedError
from wmt.site.changes import allocate, case_kinds, waiting_cases
from wmt.site.changes import allocation_preview as preview
from wmt.site.changes.case_deltas import is_in_data
from wmt.site.changes.recalculate import hold_journal
from wmt.site.changes.waiting_details import details_of
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, state_if_any


@dataclass(frozen=True, kw_only=True)
class StatedKind:
    """What somebody says that a case is by now. `tier` is '0' for none; `reason` is that of a
    change of tier or type, and not asked of a case that is only recorded."""

    location: str
    tier: str
    suspended: bool = False
    reason: str = ""

    def change(self, ref: str, key: str = "") -> case_kinds.KindChangeRequest:
        """The same as a change of a case that the data has."""
        return case_kinds.KindChangeRequest(ref=ref, key=key, **vars(self))


@dataclass(frozen=True)
class StatedCase:
    """A case as it is stated: `before` is what it is until then, in words; `change` what makes it another,
    None where it is only recorded."""

    holder: Unit
    before: str
    case: CaseToGive
    change: case_kinds.KindChangePreview | None = None


def case_as(*, actor: Any, typed: str, stated: StatedKind, state: State) -> StatedCase:
    """A case of which somebody typed the CRN, as what they state. Raises RefusedError."""
    ref = preview.written(state, typed)
    if is_in_data(state, ref):
        change = case_kinds.look(actor=actor, wanted=stated.change(ref), state=state)
        case = replace(change.case, points_x100=change.to_x100)
        return StatedCase(change.holder, change.mark, case, change)
    # whether they may allocate it comes first: another fault would tell that the data has no such case
    is_type = stated.location in LOCATIONS
    kind = stated.location if is_type else LOCATIONS[0], stated.tier
    holder, case = preview.case_of(actor=actor, typed=ref, state=state, stated=kind)
    if not is_type:
        raise preview.refused("TYPE", f"Choose the type: {', '.join(LOCATIONS)}", "location")
    if stated.suspended:
        words = f"{ref} is recorded as waiting, and its supervision cannot be suspended before it begins"
        raise preview.refused("SUSPENDED", words, "suspended")
    row = WaitingCase.objects.get(ref=ref, state=WaitingCase.State.WAITING)
    return StatedCase(holder, f"{waiting_cases.words_of(row)} in its record", case)


def completed(*, actor: Any, typed: str, location: str, tier: str, reason: str, state: State) -> StatedKind:
    """What somebody states of a case whose CRN they typed, with the type or tier that they leave out ('') as
    it is, and suspended as it is. Raises RefusedError."""
    ref = preview.written(state, typed)
    if is_in_data(state, ref):
        _, case = preview.case_of(actor=actor, typed=ref, state=state)
        return StatedKind(
            location=location or case.location, tier=tier or case.tier, suspended=case.suspended,
            reason=reason,
        )  # fmt: skip
    # whether they may allocate it comes first, as in `case_as`
    preview.case_of(actor=actor, typed=ref, state=state, stated=(LOCATIONS[0], tier) if tier else None)
    row = WaitingCase.objects.get(ref=ref, state=WaitingCase.State.WAITING)
    return StatedKind(location=location or row.location, tier=tier or row.tier or "0", reason=reason)


def look(
    *, actor: Any, wanted: preview.AllocationRequest, stated: StatedKind, state: State
) -> preview.AllocationPreview:
    """What giving a case as it is stated would come to: both in one. Nothing is saved.

    Raises what `allocation_preview.look` and `case_kinds.look` raise.
    """
    ref = preview.written(state, wanted.ref)
    found = case_as(actor=actor, typed=ref, stated=stated, state=state)
    kind = None if found.change else (stated.location, stated.tier)
    given = preview.look(actor=actor, wanted=replace(wanted, ref=ref), state=state, stated=kind)
    first = [found.change.transfer] if found.change else []
    candidate = preview.with_cases(given.to, [found.case], state)
    return replace(given, case=found.case, candidate=candidate, first=first, before=found.before)


def faults_of(found: preview.AllocationPreview, stated: StatedKind) -> list[ChangeFault]:
    """What is missing or wrong in what was written with it."""
    faults = allocate.faults_of(found)
    if found.first and stated.reason not in KIND_REASONS:
        words = f"Choose why it is another: {', '.join(KIND_REASONS.values())}"
        faults.append(ChangeFault("KIND_REASON", words, "kind_reason"))
    return faults


def allocate_as(
    *, actor: Any, wanted: preview.AllocationRequest, stated: StatedKind, who: str = ""
) -> tuple[CaseAllocation, bool]:
    """Give a case to a post as what is stated; the allocation, and whether it is new: the same request twice
    gives it once.

    Raises what `look` raises, RefusedError where a reason is missing, and ConflictError where the case is
    something else by now than what was looked at.
    """
    wanted = replace(wanted, key=wanted.key or uuid.uuid4().hex)
    with hold_journal():
        state = state_if_any()
        if state is None:
            raise preview.refused("NO_DATA", "No extract has been loaded, so there is no case to give", "ref")
        wanted = replace(wanted, ref=preview.written(state, wanted.ref))
        same = CaseAllocation.objects.filter(key=wanted.key).first()
        is_other = False
        if same is not None:
            kind = kinds(same.tier_scheme)[same.kind_no]
            if kind_text(kind.location, kind.tier, kind.suspended) != stated.change(wanted.ref).kind:
                raise preview.key_taken()
        else:
            found = look(actor=actor, wanted=wanted, stated=stated, state=state)
            if wanted.seen and wanted.seen != found.before:
                words = f"The case is {found.before} by now; you looked at {wanted.seen}"
                raise preview.conflict("CASE_CHANGED", f"{words}. Check it before you decide")
            if faults := faults_of(found, stated):
                raise RefusedError(faults)
            is_other = _change(actor, wanted, stated, who, is_recorded=not found.first)
        row, is_new = allocate.allocate(actor=actor, wanted=replace(wanted, seen=""), who=who)
        if is_new and is_other:
            row.tier_stated = True
            row.save(update_fields=["tier_stated"])
        return row, is_new


def _change(
    actor: Any, wanted: preview.AllocationRequest, stated: StatedKind, who: str, *, is_recorded: bool
) -> bool:
    """Have a case be what is stated; whether it was another before."""
    if is_recorded:
        row = WaitingCase.objects.get(ref=wanted.ref, state=WaitingCase.State.WAITING)
        tier = "" if stated.tier == "0" else stated.tier
        details = replace(details_of(row), location=stated.location, tier=tier)
        return waiting_cases.record_case(
            actor=actor, wanted=details, number=row.pk, version=row.version, who=who
        )[1]
    change = stated.change(wanted.ref, key=kind_key(wanted.key))
    return case_kinds.change_kind(actor=actor, wanted=change, who=who)[1]
