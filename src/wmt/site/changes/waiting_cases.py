"""Recording cases that wait to be allocated: typed one by one, or sent by a feed.

Whoever records, changes or removes one may allocate cases in its team. What it was before a change stays
beside it. Whoever records holds the journal, so that nobody gives the case at the same moment.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Q
from django.utils import timezone

from wmt.allocation.cases import case_words
from wmt.site.accounts import limited_access, visibility
from wmt.site.accounts.access import Denied
from wmt.site.accounts.models import LimitedAccess
from wmt.site.accounts.roles import Action
from wmt.site.allocation.models import WaitingCase
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, ConflictError, RefusedError
from wmt.site.changes import case_limits
from wmt.site.changes.actions import Actor
from wmt.site.changes.case_deltas import case_lines
from wmt.site.changes.recalculate import hold_journal
from wmt.site.changes.waiting_details import WaitingDetails, details_of, faults_of
from wmt.site.figures import line_queries
from wmt.site.figures.placeholders import placeholders
from wmt.site.workload.models import Current, Line, Unit
from wmt.site.workload.state import State, stated
from wmt.text import NOTE, counted

WHY = 1_000
_Now = WaitingCase.State
_EVERYWHERE = visibility.Reach(everywhere=True)
#: Of what a feed removed before it had sent it.
_NO_TEAM = ""


class FeedAnswer(StrEnum):
    """What became of a case that a feed sent."""

    RECORDED = "recorded"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    NOT_THERE = "not there"  # to be removed, and not recorded as waiting
    OLDER = "older"  # than what is recorded, so nothing was done
    ALLOCATED = "allocated"  # here already, and nDelius does not show it yet
    HELD = "held"  # by somebody, in the figures shown


#: After these the case is recorded as it was sent.
_TAKEN = (FeedAnswer.RECORDED, FeedAnswer.CHANGED, FeedAnswer.UNCHANGED)


@dataclass(frozen=True, kw_only=True)
class FeedRow:
    """A case as a feed has it at a moment; `removed` where it waits no more, of which only the CRN counts."""

    details: WaitingDetails
    as_at: datetime
    removed: bool = False
    why: str = ""
    limits: limited_access.AccessLists | None = None  # None: nothing is said of who may see it


def record_case(
    *,
    actor: Any,
    wanted: WaitingDetails,
    number: int | None = None,
    version: int = 0,
    who: str = "",
    limits: limited_access.AccessLists | None = None,
    limits_seen: int | None = None,
) -> tuple[WaitingCase, bool]:
    """Record a waiting case, or with `number` change the record of one; whether anything is new.

    The same details twice are recorded once. `limits` are who may see the case, where that is said, and
    `limits_seen` as `seen` of `case_limits.save`. Raises Denied, RefusedError with every fault, and
    ConflictError where somebody changed the record since the version that was read.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal():
        row, is_new = _recorded(asker, wanted.tidy, number, version)
        if limits is not None:
            is_new |= _limited(asker, row.ref, limits, _state(), seen=limits_seen)
    return row, is_new


def _limited(asker: Actor, ref: str, limits: limited_access.AccessLists, state: State, **said: Any) -> bool:
    """Have it recorded who may see a case; whether that is new."""
    last = LimitedAccess.objects.filter(ref=ref, is_current=True).first()
    if last is None and not any(limits):
        return False
    row = case_limits.save(
        actor=asker.user, who=asker.who, typed=ref, state=state, excluded=limits.excluded,
        restricted=limits.restricted, **said,
    )  # fmt: skip
    return last is None or row.pk != last.pk


def _recorded(
    asker: Actor, wanted: WaitingDetails, number: int | None, version: int
) -> tuple[WaitingCase, bool]:
    """The record of a waiting case as it is wanted. The caller holds the journal."""
    actor = asker.user
    state = _state()
    teams = _teams(state, [wanted.team_code])
    if faults := faults_of(wanted, state, teams):
        raise RefusedError(faults)
    reach = _need(actor, teams.values())
    row = None if number is None else open_row(actor, number, version, state)
    there = WaitingCase.objects.filter(
        ref=wanted.ref, event_number=wanted.event_number, state=_Now.WAITING
    ).first()
    if there is not None and row is None and details_of(there) == wanted:
        return there, False
    if there is not None and (row is None or there.pk != row.pk):
        own = reach.everywhere or there.team_code in _covered(state, reach, [there.team_code])
        where = f"team {there.team_code}: change that record" if own else "another team"
        words = f"{wanted.ref}, event {wanted.event_number}, is recorded already, in {where}"
        raise RefusedError([ChangeFault("ALREADY", words, "ref")])
    if holder := holders_of(actor, state, [wanted.ref]).get(wanted.ref):
        words = f"{wanted.ref} does not wait: {holder.name} holds it. See whether the CRN is right"
        raise RefusedError([ChangeFault("HELD", words, "ref")])
    if row is not None and details_of(row) == wanted:
        return row, False
    now, done = timezone.now(), "recorded" if row is None else "changed"
    row = put_details(row, wanted, asker, WaitingCase.Source.TYPED, now)
    _tell(asker, f"{done} a waiting case ({words_of(row)}) in team {row.team_code}", row)
    return row, True


def remove(*, actor: Any, number: int, version: int, why: str, who: str = "") -> WaitingCase:
    """Take a waiting case off the list, with a reason. Raises Denied, RefusedError and ConflictError."""
    asker = Actor(user=actor, who=who)
    with hold_journal():
        row = open_row(actor, number, version, _state())
        words = NOTE.mended(why)
        if not words or len(words) > WHY:
            fault = f"Enter why it is removed, in {WHY:,} characters at most"
            raise RefusedError([ChangeFault("WHY", fault, "why")])
        close_record(row, asker, words, timezone.now())
        _tell(asker, f"removed a waiting case ({words_of(row)}) of team {row.team_code}", row)
    return row


def take_feed(
    *,
    actor: Any,
    rows: Sequence[FeedRow],
    who: str = "",
    source: WaitingCase.Source = WaitingCase.Source.FEED,
) -> list[FeedAnswer]:
    """Take what a feed, or a table of an extract, says of waiting cases, and say what became of each.

    What is wrong with one refuses them all: nothing is done. Sending the same again changes nothing, and what
    is older than the record is left. Raises Denied and RefusedError.
    """
    asker = Actor(user=actor, who=who)
    rows = [FeedRow(**{**vars(row), "details": row.details.tidy}) for row in rows]
    with hold_journal():
        state = _state()
        stored: dict[tuple[str, int], WaitingCase] = {}
        named = WaitingCase.objects.filter(ref__in={row.details.ref for row in rows}).exclude(
            # what another feed removed before it had sent it is no word of this one
            Q(state=_Now.REPLACED) | Q(team_code=_NO_TEAM) & ~Q(recorded_by=actor)
        )
        for found in sorted(
            named.select_related("allocation"), key=lambda each: (each.state == _Now.WAITING, each.pk)
        ):
            stored[found.ref, found.event_number] = found
        sent = [row.details.team_code for row in rows if not row.removed]
        teams = _teams(state, sent)
        reach = visibility.allowed(actor, Action.ALLOCATE_CASES) if actor is not None else _EVERYWHERE
        mine = _covered(state, reach, {*teams, *(found.team_code for found in stored.values())})
        if faults := _feed_faults(rows, state, teams, stored, mine):
            raise RefusedError(faults)
        _need(actor, [teams[code] for code in sent])
        held = holders_of(actor, state, {row.details.ref for row in rows})
        answers = []
        for index, row in enumerate(rows):
            last = stored.get((row.details.ref, row.details.event_number))
            if row.removed and last is not None and last.team_code not in {*mine, _NO_TEAM}:
                answers.append(FeedAnswer.NOT_THERE)
            else:
                answer = _taken(row, last, asker, held, source)
                answers.append(_with_limits(row, index, answer, asker, state))
        done = [answer for answer in FeedAnswer if answer in answers and answer != FeedAnswer.UNCHANGED]
        if done:
            parts = ", ".join(f"{answers.count(answer):,} {answer}" for answer in done)
            said = f"{asker.name} sent {counted(len(rows), 'waiting case')}: {parts}."
            record("waiting case", said, actor=asker.user, who=asker.name)
    return answers


def _with_limits(row: FeedRow, index: int, answer: FeedAnswer, asker: Actor, state: State) -> FeedAnswer:
    """What became of a case, with who may see it, where the row was taken and says that."""
    if row.limits is None or answer not in _TAKEN:
        return answer
    try:
        is_new = _limited(asker, row.details.ref, row.limits, state, as_at=row.as_at)
    except RefusedError as refused:
        raise RefusedError([replace(each, index=index) for each in refused.faults]) from None
    return FeedAnswer.CHANGED if is_new and answer == FeedAnswer.UNCHANGED else answer


def open_row(actor: Any, number: int, version: int, state: State) -> WaitingCase:
    """The record of a waiting case that somebody may change. Raises Denied and ConflictError."""
    row = WaitingCase.objects.exclude(state=_Now.REPLACED).get(pk=number)
    reach = visibility.allowed(actor, Action.ALLOCATE_CASES) if actor is not None else _EVERYWHERE
    if row.team_code not in _covered(state, reach, [row.team_code]):
        raise Denied(Action.ALLOCATE_CASES, level="team", code=row.team_code)
    if row.state != _Now.WAITING:
        words = f"This case does not wait any more: {row.get_state_display()}"
        raise ConflictError([ChangeFault("CLOSED", words)])
    if version and row.version != version:
        words = f"{row.who} has changed this record since you opened it. Check it before you change it"
        raise ConflictError([ChangeFault("CHANGED", words)])
    return row


def holders_of(actor: Any, state: State, refs: Collection[str]) -> dict[str, Unit]:
    """The practitioners who hold cases in the figures, as far as somebody may read whose they are."""
    lines = practitioner_lines(state, refs)
    numbers = {line.post_no for line in lines}
    units = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, number__in=numbers)
    reads = visibility.cases(actor, state).covers if actor is not None else bool
    seen = {unit.number: unit for unit in units if reads(unit)}
    hidden = limited_access.hidden_from(actor)
    return {
        line.ref: seen[line.post_no]
        for line in lines
        if line.post_no in seen and line.ref.upper() not in hidden
    }


def practitioner_lines(state: State, refs: Collection[str]) -> list[Line]:
    """The lines of cases that somebody holds in the figures, who is no placeholder and not in a prison."""
    pricing = line_queries.pricing_of(state)
    lines = [line for line in case_lines(state, refs) if pricing[line.pricing].kind == "case"]
    nobody = Unit.objects.filter(
        load_id=state.load_id, level="post", whole=True, code__in=placeholders(state) if lines else ()
    )
    numbers = set(nobody.values_list("number", flat=True))
    return [line for line in lines if line.post_no not in numbers]


def words_of(row: WaitingCase) -> str:
    """What a case is: 'custody B3'."""
    stream = "t2a" if row.is_t2a else "standard"
    return case_words(row.location, row.tier or "0", stream, suspended=False)


def _state() -> State:
    state = stated(Current.objects.select_related("load").first())
    if state is None:
        words = "No extract has been loaded, so it is not known which teams there are"
        raise RefusedError([ChangeFault("NO_DATA", words, "ref")])
    return state


def _teams(state: State, codes: Iterable[str]) -> dict[str, Unit]:
    found = Unit.objects.filter(load_id=state.load_id, level="team", whole=True, code__in=set(codes))
    return {unit.code: unit for unit in found}


def _covered(state: State, reach: visibility.Reach, codes: Iterable[str]) -> set[str]:
    """Of some teams those in a reach; one that is not in the figures any more where it is held at itself."""
    inside = visibility.ReachOfPosts(reach, state)
    return {code for code in codes if inside((code, ""))}


def _need(actor: Any, teams: Iterable[Unit]) -> visibility.Reach:
    reach = visibility.allowed(actor, Action.ALLOCATE_CASES) if actor is not None else _EVERYWHERE
    for team in teams:
        if not reach.covers(team):
            raise Denied(Action.ALLOCATE_CASES, level="team", code=team.code)
    return reach


def _feed_faults(
    rows: Sequence[FeedRow],
    state: State,
    teams: Mapping[str, Unit],
    stored: Mapping[tuple[str, int], WaitingCase],
    mine: Collection[str],
) -> list[ChangeFault]:
    faults: list[ChangeFault] = []
    seen: set[tuple[str, int]] = set()
    now = max(timezone.now(), state.as_at)  # where days are made up, the figures may be ahead of the clock
    for index, row in enumerate(rows):
        key = row.details.ref, row.details.event_number
        found = faults_of(row.details, state, teams, index)
        # of one that waits no more nothing but which it is
        faults += [each for each in found if not row.removed or each.field in ("ref", "event_number")]
        if key in seen:
            words = "This case and event come twice in what was sent: send them once"
            faults.append(ChangeFault("TWICE", words, "ref", index))
        if row.as_at > now:
            words = "This moment has not come yet: send the moment of which the details are"
            faults.append(ChangeFault("NOT_COME", words, "as_at", index))
        last = stored.get(key)
        if not row.removed and last is not None and last.state == _Now.WAITING and last.team_code not in mine:
            words = "This case is recorded as waiting in a team where you may not allocate cases"
            faults.append(ChangeFault("ELSEWHERE", words, "team_code", index))
        seen.add(key)
    return faults


def _taken(
    row: FeedRow,
    last: WaitingCase | None,
    asker: Actor,
    held: Mapping[str, Unit],
    source: WaitingCase.Source,
) -> FeedAnswer:
    if last is not None and row.as_at < last.as_at:
        return FeedAnswer.OLDER
    waits = last is not None and last.state == _Now.WAITING
    if row.removed:
        why = NOTE.mended(row.why)[:WHY] or "the other system removed it"
        if last is None:
            # kept, so that what was sent before and comes later does not bring it back
            last = WaitingCase(
                source=source, recorded_by=asker.user, who=asker.name, team_code=_NO_TEAM,
                ref=row.details.ref, event_number=row.details.event_number,
                arrived_on=timezone.localdate(row.as_at),
            )  # fmt: skip
        if waits or last.pk is None:
            close_record(last, asker, why, row.as_at)
        else:
            last.as_at = row.as_at
            last.save(update_fields=["as_at"])
        return FeedAnswer.REMOVED if waits else FeedAnswer.NOT_THERE
    if last is not None and last.allocation is not None and last.allocation.is_open:
        return FeedAnswer.ALLOCATED
    if last is not None and not waits:
        # what was said until its waiting ended does not bring it back
        ended = last.closed_at if last.state == _Now.GIVEN else last.settled_as_at
        if row.as_at <= max(last.as_at, ended or last.as_at):
            return FeedAnswer.OLDER
    if row.details.ref in held:
        return FeedAnswer.HELD
    if last is not None and waits and details_of(last) == row.details:
        last.as_at = row.as_at
        last.save(update_fields=["as_at"])
        return FeedAnswer.UNCHANGED
    put_details(last if waits else None, row.details, asker, source, row.as_at)
    return FeedAnswer.CHANGED if waits else FeedAnswer.RECORDED


def put_details(
    row: WaitingCase | None, wanted: WaitingDetails, asker: Actor, source: str, as_at: datetime
) -> WaitingCase:
    """A new record, or the next version of one: what it was is kept beside it."""
    former = None
    if row is None:
        row = WaitingCase()
    else:
        former = WaitingCase.objects.get(pk=row.pk)
        row.version += 1
    for name, value in wanted.values.items():
        setattr(row, name, value)
    row.as_at, row.source, row.recorded_at = as_at, source, timezone.now()
    row.recorded_by, row.who = asker.user, asker.name
    row.save()
    if former is not None:
        former.pk, former.state, former._state.adding = None, _Now.REPLACED, True
        former.save()
    return row


def close_record(row: WaitingCase, asker: Actor, why: str, as_at: datetime) -> None:
    """Have a recorded case wait no more, with the reason."""
    row.state, row.change_why, row.as_at = _Now.WITHDRAWN, why, as_at
    row.closed_at, row.closed_by = timezone.now(), asker.name
    row.save()


def _tell(asker: Actor, said: str, row: WaitingCase) -> None:
    record(
        "waiting case", f"{asker.name} {said}.", actor=asker.user, who=asker.name, level="team",
        code=row.team_code, after={"waiting case": row.pk, "version": row.version},
    )  # fmt: skip
