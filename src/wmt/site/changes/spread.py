"""Giving several cases of one post at once: suggested, looked at whole, done and undone all or nothing.

Each case is one allocation, as if it had been given alone; those of one decision have the same `batch`.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, NamedTuple

from wmt import ledger
from wmt.allocation.candidates import Candidate
from wmt.allocation.cases import MOVES, CaseToGive
from wmt.allocation.spread import SpreadSuggestion, suggestions
from wmt.allocation.transfers import is_nobody
from wmt.grades import DUMMY
from wmt.site.accounts import limited_access, visibility
from wmt.site.accounts.roles import Action
from wmt.site.allocation.models import CaseAllocation
from wmt.site.allocation.protection import limits_of
from wmt.site.allocation.queries import waiting_beside
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, RefusedError
from wmt.site.changes import allocate, unit_moments
from wmt.site.changes import allocation_preview as preview
from wmt.site.changes.actions import Actor
from wmt.site.changes.case_deltas import PostExchange, case_lines
from wmt.site.changes.coming_cases import coming
from wmt.site.changes.deltas import is_fresh
from wmt.site.changes.recalculate import hold_journal
from wmt.site.changes.training import stages_of
from wmt.site.figures import line_queries
from wmt.site.figures.placeholders import placeholders
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import State, state_if_any
from wmt.text import counted

#: So many cases are given at once, at most: a page has to show them all.
MOST = 200
#: Allocations by which somebody had the case: what nDelius refused they had not.
_HELD = (CaseAllocation.State.GIVEN, CaseAllocation.State.CONFIRMED, CaseAllocation.State.PASSED_ON)


class CaseGiven(NamedTuple):
    """One of several cases and whom it goes to; `seen` is what it was when somebody looked, or ''."""

    ref: str
    to_post: str
    seen: str = ""


@dataclass(frozen=True, kw_only=True)
class SpreadRequest(preview.AllocationReasons):
    """Cases of one post that somebody wants to give away together. `key` names what was decided."""

    from_post: str
    given: Sequence[CaseGiven]


@dataclass(frozen=True)
class SpreadPreview:
    """What giving several cases would come to. Nothing was saved.

    Each of `found` has the figures of who gets it with everything they would get.
    """

    state: State
    wanted: SpreadRequest
    holder: Unit
    was_waiting: bool
    found: Sequence[preview.AllocationPreview]

    @property
    def takers(self) -> dict[str, list[preview.AllocationPreview]]:
        """The cases by who gets them."""
        takers: dict[str, list[preview.AllocationPreview]] = defaultdict(list)
        for each in self.found:
            takers[each.to.code].append(each)
        return dict(takers)

    @property
    def over(self) -> list[str]:
        """Who is over the threshold with what they would get."""
        return list(dict.fromkeys(each.to.name for each in self.found if each.goes_over))

    @property
    def why_not(self) -> list[str]:
        """What the rules say against it, each once: who, and why not."""
        return list(
            dict.fromkeys(f"{each.to.name}: {words}" for each in self.found for words in each.why_not)
        )

    @cached_property
    def moved(self) -> list[PostExchange]:
        """The lines of all posts that go and come."""
        return preview.exchanges_of(self.state, [each.transfer for each in self.found])

    @cached_property
    def moments(self) -> list[unit_moments.UnitMoment]:
        """All posts and the teams and PDUs they are in, before and after: the figures of the ledger."""
        return unit_moments.moments_with(self.state, self.moved)

    @property
    def faults(self) -> list[ChangeFault]:
        """What is missing or wrong in what was written with it."""
        over = f"{' and '.join(self.over)} would be over {self.state.over_text}" if self.over else ""
        why_not, refs = "; ".join(self.why_not), [each.wanted.ref for each in self.found]
        return allocate.faults_in(self.wanted, over, why_not, refs, waiting=self.was_waiting)


@dataclass(frozen=True)
class CasesOfPost:
    """Cases of a post that may be given away, and what they are."""

    holder: Unit
    was_waiting: bool
    cases: Sequence[CaseToGive]
    lines: dict[str, list[Line]]
    elsewhere: Sequence[Line]  # lines of the same cases with others: flags alone


def cases_of(*, actor: Any, post: str, refs: Collection[str], state: State) -> CasesOfPost:
    """Some cases of a post. Raises Denied, RefusedError for a case that cannot be moved, and ConflictError
    for one that is not with the post by now."""
    holder = preview.holder_of(actor, post, state)
    preview.need_open(actor, refs, "given")
    if is_nobody(holder.code):
        return _recorded(actor, holder, refs, state)
    lines: dict[str, list[Line]] = defaultdict(list)
    elsewhere: list[Line] = []
    held: dict[str, set[int]] = {ref: set() for ref in refs}
    for line in case_lines(state, refs):
        if line.post_no == holder.number:
            lines[line.ref].append(line)
        else:
            elsewhere.append(line)
        if preview.kind_of(state, line) == "case":
            held[line.ref].add(line.post_no)
    if gone := ", ".join(ref for ref in sorted(held) if holder.number not in held[ref]):
        words = f"{holder.name} does not hold {gone} by now. Nothing was given; choose the cases again"
        raise preview.conflict("HELD_BY_NOW", words)
    if several := ", ".join(ref for ref in sorted(held) if len(held[ref]) > 1):
        words = f"Somebody else holds these cases too: {several}. Mend this in nDelius first"
        raise preview.refused("SEVERAL", words, "given")
    cases = [preview.case_in(state, holder, lines[ref]) for ref in refs]
    return CasesOfPost(holder, preview.is_waiting(state, holder), cases, dict(lines), elsewhere)


def _recorded(actor: Any, holder: Unit, refs: Collection[str], state: State) -> CasesOfPost:
    """The same of cases that are recorded as waiting in a team, and that the data does not have."""
    lines, cases = case_lines(state, refs), []
    there = {line.ref for line in lines if preview.kind_of(state, line) == "case"}
    for ref in refs:
        found = None if ref in there else coming(actor, ref, state)
        if found is None or found[0].code != holder.code:
            words = f"{ref} does not wait in team {holder.team_code} by now. Nothing was given"
            raise preview.conflict("HELD_BY_NOW", f"{words}; choose the cases again")
        cases.append(found[1])
    return CasesOfPost(holder, True, cases, {ref: [] for ref in refs}, lines)


def _waiting_in(state: State, holder: Unit, actor: Any) -> list[CaseToGive]:
    """Those of them that can be given as they are recorded."""
    hidden, found = limited_access.hidden_from(actor), []
    refs = waiting_beside(state).filter(team_code=holder.team_code).values_list("ref", flat=True)
    for ref in sorted({ref for ref in refs if ref and ref.upper() not in hidden}):
        with suppress(RefusedError):
            new = coming(actor, ref, state)
            found += [new[1]] if new and new[0].code == holder.code else []
    return found


def listed(state: State, holder: Unit, actor: Any) -> list[CaseToGive]:
    """The cases of a post that somebody can give away: those that the data lists singly, OMiC left out."""
    if is_nobody(holder.code):
        return _waiting_in(state, holder, actor)
    hidden = limited_access.hidden_from(actor)
    pricing = line_queries.pricing_of(state)
    moving = [n for n, priced in pricing.items() if priced.kind in MOVES and priced.stream != ledger.OMIC]
    lines: dict[str, list[Line]] = defaultdict(list)
    there = Line.objects.filter(load_id=state.load_id, post_no=holder.number or 0, pricing__in=moving)
    for line in there.exclude(ref="").order_by("pk"):
        lines[line.ref].append(line)
    single = [
        of_case
        for of_case in lines.values()
        if [line.listed_cases for line in of_case if pricing[line.pricing].kind == "case"] == [1]
        and of_case[0].ref.upper() not in hidden
    ]
    found = [preview.case_in(state, holder, of_case) for of_case in single]
    return sorted(found, key=lambda case: (case.location, case.tier == "0", case.tier, case.ref))


def other_pdus(actor: Any, holder: Unit, state: State) -> list[Unit]:
    """The PDUs beside that of a post in which somebody may allocate cases."""
    allowed = visibility.allowed(actor, Action.ALLOCATE_CASES)
    pdus = Unit.objects.filter(load_id=state.load_id, level="pdu", whole=True)
    return list(allowed.among(pdus).exclude(code=holder.pdu_code).order_by("name", "code"))


def people(actor: Any, holder: Unit, state: State, pdus: Collection[str] = ()) -> list[Candidate]:
    """Everybody in the PDU of a post, and in other `pdus`, to whom its cases may be given: those of its team
    first, then of its PDU, of each those with hours first, then by grade, then by capacity."""
    allowed = visibility.allowed(actor, Action.ALLOCATE_CASES)
    there = allowed.among(Unit.objects.filter(load_id=state.load_id, level="post", whole=True))
    there = there.filter(pdu_code__in={holder.pdu_code, *pdus})
    there = there.exclude(stream=ledger.OMIC).exclude(grade=DUMMY)
    pdu_of = dict(there.values_list("code", "pdu_code"))
    nobody = placeholders(state)
    limits, stages = limits_of(state, there.values("code")), stages_of(state, there)
    found = [
        preview.with_cases(post, [], state, limits, stages)
        for post in there
        if post.code not in nobody and post.code != holder.code and is_fresh(post)
    ]

    def near(each: Candidate) -> tuple[bool, bool, str]:
        code = pdu_of[each.code]
        return each.team_code != holder.team_code, code != holder.pdu_code, code

    return sorted(found, key=lambda each: (*near(each), *each.order))


def suggest(
    *, actor: Any, post: str, refs: Sequence[str], people: Sequence[str], state: State
) -> list[SpreadSuggestion]:
    """To whom of some people each case of a post could go. Raises what `cases_of` and `look` raise."""
    posts = preview.receivers(actor, people, state)
    there = cases_of(actor=actor, post=post, refs=refs, state=state)
    limits, stages = limits_of(state, people), stages_of(state, posts.values())
    chosen = [preview.with_cases(posts[code], there.cases, state, limits, stages) for code in people]
    before: dict[str, set[str]] = defaultdict(set)
    for row in CaseAllocation.objects.filter(ref__in=refs).exclude(state=CaseAllocation.State.UNDONE):
        before[row.ref].add(row.from_post)
        if row.state in _HELD:
            before[row.ref].add(row.to_post)
    return suggestions(there.cases, chosen, before)


def look(*, actor: Any, wanted: SpreadRequest, state: State) -> SpreadPreview:
    """What giving the cases would come to. Nothing is saved.

    Raises Denied where the person may not give cases of or to one of the posts, RefusedError where a case or
    a post cannot be given or be given to, and ConflictError where a case changed or is with somebody else.
    """
    refs = [each.ref for each in wanted.given]
    if not refs:
        raise preview.refused("NOTHING", "Choose for at least one case who gets it", "given")
    if len(refs) > MOST:
        raise preview.refused("TOO_MANY", f"{MOST} cases can be given at once, at most", "given")
    if len(set(refs)) < len(refs):
        twice = ", ".join(sorted({ref for ref in refs if refs.count(ref) > 1}))
        raise preview.refused("TWICE", f"{twice}: a case can go to one person only", "given")
    takers = preview.receivers(actor, sorted({each.to_post for each in wanted.given}), state)
    there = cases_of(actor=actor, post=wanted.from_post, refs=refs, state=state)
    if there.holder.code in takers:
        raise preview.refused("HELD_ALREADY", f"{there.holder.name} holds these cases already", "given")
    for each in wanted.given:
        preview.need_open_to(takers[each.to_post], each.ref)
        preview.need_no_flag(
            [line for line in there.elsewhere if line.ref == each.ref], [takers[each.to_post]]
        )
    limits, stages = limits_of(state, takers), stages_of(state, takers.values())
    with_all = {
        code: preview.with_cases(
            to,
            [case for case, one in zip(there.cases, wanted.given, strict=True) if one.to_post == code],
            state,
            limits,
            stages,
        )
        for code, to in takers.items()
    }
    found: list[preview.AllocationPreview] = []
    why = fields(preview.AllocationReasons)
    for case, one in zip(there.cases, wanted.given, strict=True):
        candidate = with_all[one.to_post]
        effect = next(each for each in candidate.effects if each.case is case)
        request = preview.AllocationRequest(
            key="" if found else wanted.key,  # the first one keeps that of them all
            ref=one.ref, to_post=one.to_post, from_post=wanted.from_post, seen=one.seen,
            **{each.name: getattr(wanted, each.name) for each in why if each.name != "key"},
        )  # fmt: skip
        found.append(
            preview.AllocationPreview(
                state, request, case, there.lines[one.ref], there.holder, takers[one.to_post],
                there.was_waiting, replace(candidate, effects=[effect]),
            )
        )  # fmt: skip
    return SpreadPreview(state, wanted, there.holder, there.was_waiting, found)


def spread(
    *, actor: Any, wanted: SpreadRequest, who: str = "", looked: SpreadPreview | None = None
) -> tuple[list[CaseAllocation], bool]:
    """Give several cases away, all or none; the allocations, and whether they are new: the same request twice
    gives them once. Who holds the journal already gives what `look` found of the same request in `looked`.

    Raises what `look` raises, and RefusedError where a reason is missing.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal() as journal:
        state = state_if_any()
        same = CaseAllocation.objects.filter(key=wanted.key).first() if wanted.key else None
        if same:
            return _sent_again(actor, wanted, batch_of(same.batch), state), False
        if state is None:
            raise preview.refused(
                "NO_DATA", "No extract has been loaded, so there is no case to give", "given"
            )
        found = looked or look(actor=actor, wanted=wanted, state=state)
        changed = [
            f"{each.wanted.ref} is {each.mark} by now" for each in found.found
            if each.wanted.seen and each.wanted.seen != each.mark
        ]  # fmt: skip
        if changed:
            raise preview.conflict("CASE_CHANGED", f"{'; '.join(changed)}. Check before you decide")
        if found.faults:
            raise RefusedError(found.faults)
        rows = allocate.give(found.found, asker, journal.next(), uuid.uuid4().hex)
        for code, cases in found.takers.items():
            over = f" It is over {state.over_text} with them." if cases[0].goes_over else ""
            record(
                "allocation",
                f"{asker.name} gave {counted(len(cases), 'case')} of {wanted.from_post} to {code}.{over}",
                actor=asker.user, who=asker.name, level="post", code=code,
                after={
                    "allocations": [row.pk for row in rows if row.to_post == code],
                    "points_x100": sum(each.case.points_x100 for each in cases), "over": cases[0].goes_over,
                },
            )  # fmt: skip
        return rows, True


def undo_batch(*, actor: Any, batch: str, who: str = "") -> list[CaseAllocation]:
    """Take back, on their day, all allocations that were decided together and are not undone yet.

    Raises Denied, and ConflictError where one of them was settled or given on meanwhile: then none is undone.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal() as journal:
        rows = [row for row in batch_of(batch) if row.state != CaseAllocation.State.UNDONE]
        state = allocate.can_be_undone(rows, actor)
        allocate.take_back(rows, state, asker, journal.next())
        for code in sorted({row.to_post for row in rows}):
            cases = counted(sum(row.to_post == code for row in rows), "case")
            record(
                "allocation", f"{asker.name} undid the allocation of {cases} to {code}.",
                actor=asker.user, who=asker.name, level="post", code=code,
            )  # fmt: skip
    return rows


def batch_of(batch: str) -> list[CaseAllocation]:
    """The allocations that were decided together, as they were given."""
    return list(CaseAllocation.objects.filter(batch=batch).order_by("pk")) if batch else []


def _sent_again(
    actor: Any, wanted: SpreadRequest, same: list[CaseAllocation], state: State | None
) -> list[CaseAllocation]:
    """What the same request came to before, where it is the same and still stands."""
    given = {(row.ref, row.from_post, row.to_post) for row in same}
    if given != {(each.ref, wanted.from_post, each.to_post) for each in wanted.given}:
        raise preview.refused("KEY_TAKEN", "Other cases were given with this key; use a new one", "key")
    if state is not None:
        for code in sorted({row.to_post for row in same}):
            preview.need_right(actor, code, state)
    if all(row.state == CaseAllocation.State.UNDONE for row in same):
        words = f"These allocations were undone by {same[0].undone_by}"
        raise preview.conflict("UNDONE", f"{words}. Open the form again to give the cases")
    return same
