"""Giving a case to somebody: looked at, done, and undone within the day, always by the same check.

An allocation is one transaction: who may, what would come of it, the record, the audit event and the figures.
The tool says what a decision does and never makes one: what goes over the threshold, or beside the rules of
who may hold what, is possible and wants a reason.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils import timezone

from wmt import ledger
from wmt.allocation.candidates import Candidate, candidate_of
from wmt.allocation.cases import CaseToGive
from wmt.allocation.transfers import CaseTransfer
from wmt.facts import kind_number
from wmt.grades import DUMMY
from wmt.site.accounts import visibility
from wmt.site.accounts.access import Denied, may
from wmt.site.accounts.roles import Action
from wmt.site.allocation.labels import reasons_of
from wmt.site.allocation.models import CaseAllocation
from wmt.site.allocation.queries import kept_by, transfers_since
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, ConflictError, RefusedError
from wmt.site.changes.actions import Actor
from wmt.site.changes.case_deltas import PostExchange, case_lines, exchanges, put_transfers
from wmt.site.changes.deltas import is_fresh
from wmt.site.changes.recalculate import JournalHeld, hold_journal
from wmt.site.figures import line_queries
from wmt.site.figures.placeholders import placeholders
from wmt.site.workload.day_format import moment_words
from wmt.site.workload.models import Current, Line, Unit
from wmt.site.workload.state import State, rules_of, stated
from wmt.text import NOTE, counted, plain_marks

NOTES = 4_000
_LINK = re.compile(r"https?:|www\.|\b[a-z0-9-]+\.(?:com|org|net|uk|gov)\b", re.I)
#: Units above a post whose figures an allocation may move; regions and the nation keep theirs.
_ABOVE = ("team", "pdu")


@dataclass(frozen=True, kw_only=True)
class AllocationRequest:
    """A case that somebody wants to give to a post, as a form or a program says it.

    `from_post` is who held it when they looked, `seen` what it was (`AllocationPreview.mark`); empty where
    they did not. `key` is that of the form, so that sending it twice gives the case once.
    """

    ref: str
    to_post: str
    from_post: str = ""
    seen: str = ""
    key: str = ""
    reason: str = ""
    notes: str = ""
    why_over: str = ""
    why_not_eligible: str = ""


@dataclass(frozen=True)
class UnitMoment:
    """A unit's points and available points before and after an allocation."""

    unit: Unit
    before: ledger.Moment
    after: ledger.Moment


@dataclass(frozen=True)
class AllocationPreview:
    """What giving a case to somebody would come to. Nothing was saved."""

    state: State
    wanted: AllocationRequest
    case: CaseToGive
    lines: Sequence[Line]
    holder: Unit
    to: Unit
    was_waiting: bool
    candidate: Candidate

    @property
    def transfer(self) -> CaseTransfer:
        """The case on its way."""
        return CaseTransfer("", self.case.ref or "", self.holder.code, self.to.code, self.state.day)

    @property
    def mark(self) -> str:
        """What the case is and earns, as it was looked at."""
        points = f"{ledger.decimal(self.case.points_x100):,f}".rstrip("0").rstrip(".")
        return f"{self.case.words}, {counted(points, 'point')}"

    @property
    def goes_over(self) -> bool:
        """Whether whoever gets it is over the threshold with it."""
        return self.candidate.over_with_all

    @property
    def why_not(self) -> list[str]:
        """Why the rules would not have this post hold it, or why nobody can say what it has room for."""
        (effect,) = self.candidate.effects
        words = [] if effect.eligibility.eligible else [effect.eligibility.words]
        return [*self.candidate.why_not, *words]

    @cached_property
    def moments(self) -> list[UnitMoment]:
        """The two posts and the teams and PDUs they are in, before and after: the figures of the ledger."""
        standing = [*transfers_since(self.state), self.transfer]
        moved = exchanges(self.state, [self.transfer], standing)
        found = [UnitMoment(each.unit, *each.moments) for each in moved]
        codes = {level: {getattr(each.unit, f"{level}_code") for each in moved} for level in _ABOVE}
        for level, wanted in codes.items():
            above = Unit.objects.filter(load_id=self.state.load_id, level=level, whole=True, code__in=wanted)
            found += [_above(unit, moved) for unit in above.order_by("code")]
        return found


def _above(unit: Unit, moved: Sequence[PostExchange]) -> UnitMoment:
    """The headline of a unit: what its posts were in it, and will be."""
    points_x100, available_x100 = unit.points_x100, unit.available_x100
    for each in moved:
        if getattr(each.unit, f"{unit.level}_code") != unit.code:
            continue
        streams = each.unit.stream, each.lines.stream or each.unit.stream
        for stream, moment, sign in zip(streams, each.moments, (-1, 1), strict=True):
            if stream == ledger.HEADLINE:
                points_x100 += sign * moment.points_x100
                available_x100 += sign * moment.available_x100
    before = ledger.Moment(unit.points_x100, unit.available_x100)
    return UnitMoment(unit, before, ledger.Moment(points_x100, available_x100))


def look(*, actor: Any, wanted: AllocationRequest, state: State) -> AllocationPreview:
    """What giving a case to a post would come to. Nothing is saved.

    Raises Denied where the person may not give cases to the post, RefusedError where the case or the post
    cannot be given or be given to, and ConflictError where somebody else holds the case by now.
    """
    to = _receiver(actor, wanted, state)
    holder, lines = _held(actor, wanted, state)
    if holder.code == to.code:
        raise _refused("HELD_ALREADY", f"{to.name} holds this case already", "to_post")
    case = _case(state, holder, lines)
    row = {**vars(to), "post_no": to.number, "unmeasured": to.unmeasured_posts}
    candidate = candidate_of(rules_of(state), row, [case], {}, {})
    waiting = holder.code in placeholders(state)
    return AllocationPreview(state, wanted, case, lines, holder, to, waiting, candidate)


def case_of(*, actor: Any, typed: str, state: State) -> tuple[Unit, CaseToGive]:
    """Who holds a case, and what it is in the figures; its CRN as somebody typed it. Raises RefusedError."""
    ref = "".join(plain_marks(typed).split())
    found = ref if case_lines(state, [ref]) else ref.upper()
    holder, lines = _held(actor, AllocationRequest(ref=found, to_post=""), state)
    return holder, _case(state, holder, lines)


def allocate(*, actor: Any, wanted: AllocationRequest, who: str = "") -> tuple[CaseAllocation, bool]:
    """Give a case to a post; the allocation, and whether it is new: the same request twice gives it once.

    Raises what `look` raises, and RefusedError where a reason is missing.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal() as journal:
        state = stated(Current.objects.select_related("load").first())
        same = CaseAllocation.objects.filter(key=wanted.key).first() if wanted.key else None
        if same is not None:
            if (same.ref, same.to_post) != (wanted.ref, wanted.to_post):
                raise _refused("KEY_TAKEN", "Another case was given with this key; use a new one", "key")
            if state is not None:
                _need(actor, same.to_post, state)
            if same.state == CaseAllocation.State.UNDONE:
                words = f"This allocation was undone by {same.undone_by}"
                raise _conflict("UNDONE", f"{words}. Open the form again to allocate the case")
            return same, False
        if state is None:
            raise _refused("NO_DATA", "No extract has been loaded, so there is no case to give", "ref")
        found = look(actor=actor, wanted=wanted, state=state)
        if wanted.seen and wanted.seen != found.mark:
            words = (
                f"The case is {found.mark} by now; you looked at {wanted.seen}. Check it before you decide"
            )
            raise _conflict("CASE_CHANGED", words)
        faults = faults_of(found)
        if faults:
            raise RefusedError(faults)
        return _save(journal, asker, found), True


def faults_of(found: AllocationPreview) -> list[ChangeFault]:
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
            raise _conflict("SETTLED", f"This allocation cannot be undone: {row.get_state_display()}{told}")
        for code in (row.from_post, row.to_post):
            _need(actor, code, state)
        if row.first_day != state.day:
            words = "An allocation can be undone on its own day only; give the case to somebody again"
            raise _conflict("DAY_OVER", words)
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


def _save(journal: JournalHeld, asker: Actor, found: AllocationPreview) -> CaseAllocation:
    wanted, case, number = found.wanted, found.case, journal.next()
    own = next(line for line in found.lines if _kind(found.state, line) == "case")
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


def _since_before(found: AllocationPreview) -> date | None:
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


def _receiver(actor: Any, wanted: AllocationRequest, state: State) -> Unit:
    """The post a case is to be given to."""
    posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True)
    to = posts.filter(code=wanted.to_post).first()
    _need(actor, wanted.to_post, state)
    if to is None:
        raise _refused("POST_UNKNOWN", f"There is no post {wanted.to_post} in the figures shown", "to_post")
    why = ""
    if to.code in placeholders(state) or to.grade == DUMMY:
        why = "is nobody: choose a practitioner"
    elif to.stream == ledger.OMIC:
        why = "works in custody under OMiC, where cases are not allocated here"
    elif not is_fresh(to):
        why = "has no figures of this night: its rows were left out of the extract"
    if why:
        raise _refused("POST_CANNOT", f"{to.name} {why}", "to_post")
    return to


def _held(actor: Any, wanted: AllocationRequest, state: State) -> tuple[Unit, list[Line]]:
    """Who holds a case, and its lines. One that the person may not give is told as one that is not there."""
    lines = case_lines(state, [wanted.ref]) if wanted.ref else []
    numbers = {line.post_no for line in lines if _kind(state, line) == "case"}
    found = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, number__in=numbers)
    reads = visibility.cases(actor, state).covers if actor is not None else bool
    holders = [unit for unit in found.order_by("code") if reads(unit) and _allowed(actor, unit.code, state)]
    if not holders or len(holders) < len(numbers):
        words = f"There is no case {wanted.ref} that you may allocate. See whether the CRN is right"
        raise _refused("CASE_UNKNOWN", words, "ref")
    if len(holders) > 1:
        both = " and ".join(unit.name for unit in holders)
        raise _refused("SEVERAL", f"{wanted.ref} is held by {both}: mend this in nDelius first", "ref")
    (holder,) = holders
    if wanted.from_post and wanted.from_post != holder.code:
        last = CaseAllocation.objects.filter(ref=wanted.ref, is_open=True, to_post=holder.code).last()
        words = f"{holder.name} holds this case by now"
        if last is not None:
            words = f"{last.who} gave this case to {holder.name}, {moment_words(last.recorded_at)}"
        raise _conflict("HELD_BY_NOW", f"{words}. Check it before you decide")
    if not is_fresh(holder):
        words = f"{holder.name} has no figures of this night, so the case cannot be moved"
        raise _refused("HOLDER_CANNOT", words, "ref")
    return holder, [line for line in lines if line.post_no == holder.number]


def _case(state: State, holder: Unit, lines: Sequence[Line]) -> CaseToGive:
    (own, *more) = [line for line in lines if _kind(state, line) == "case"]
    if more or own.listed_cases != 1:
        words = f"{holder.name} holds {own.ref} in more than one row: mend this in nDelius first"
        raise _refused("SEVERAL", words, "ref")
    priced = line_queries.pricing_of(state)[own.pricing]
    points_x100 = sum(line.points_x100 for line in lines)
    return CaseToGive(
        ref=own.ref, location=priced.location, tier=priced.tier, suspended=priced.suspended,
        stream=priced.stream, status=priced.status, reason=priced.reason or None, rule=priced.rule,
        points_x100=points_x100, held_x100=points_x100, post=holder.code, post_no=holder.number,
    )  # fmt: skip


def _kind(state: State, line: Line) -> str:
    return line_queries.pricing_of(state)[line.pricing].kind


def _allowed(actor: Any, code: str, state: State) -> bool:
    return actor is None or may(actor, Action.ALLOCATE_CASES, level="post", code=code, state=state)


def _need(actor: Any, code: str, state: State) -> None:
    if not _allowed(actor, code, state):
        raise Denied(Action.ALLOCATE_CASES, level="post", code=code)


def _refused(code: str, message: str, field: str) -> RefusedError:
    return RefusedError([ChangeFault(code, message, field)])


def _conflict(code: str, message: str) -> ConflictError:
    return ConflictError([ChangeFault(code, message)])
