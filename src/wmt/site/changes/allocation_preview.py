"""What giving a case to somebody would come to: which case, who holds it, who may, and the figures then.

Nothing is saved here. Pages, the API and the commands look, and the action looks once more by the same check.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from wmt import ledger
from wmt.allocation.candidates import Candidate, candidate_of
from wmt.allocation.cases import CaseToGive
from wmt.allocation.eligibility import Eligibility
from wmt.allocation.limits import CaseLimits
from wmt.allocation.transfers import CaseTransfer, is_nobody, kind_text
from wmt.grades import DUMMY
from wmt.site import tables
from wmt.site.accounts import limited_access, visibility
from wmt.site.accounts.access import Denied, may
from wmt.site.accounts.roles import Action
from wmt.site.allocation.models import CaseAllocation
from wmt.site.allocation.protection import limits_of
from wmt.site.allocation.queries import transfers_since
from wmt.site.availability.change_requests import ChangeFault, ConflictError, RefusedError
from wmt.site.changes import unit_moments
from wmt.site.changes.case_deltas import PostExchange, case_lines, exchanges
from wmt.site.changes.coming_cases import coming, nobody_in
from wmt.site.changes.deltas import is_fresh
from wmt.site.changes.training import stages_of
from wmt.site.figures import line_queries
from wmt.site.figures.placeholders import placeholders
from wmt.site.workload.day_format import moment_words
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import State, rules_of
from wmt.text import SEPARATOR, counted, plain_marks


@dataclass(frozen=True, kw_only=True)
class AllocationReasons:
    """Why cases are given: the reason chosen, and what was written. `key` is that of the form or request, so
    that sending it twice gives them once.

    The practitioner is told by email, and who held them if `tell_previous`; of `limited_access` cases by
    names and CRN alone, and without notes that are `sensitive`.
    """

    key: str = ""
    reason: str = ""
    notes: str = ""
    why_over: str = ""
    why_not_eligible: str = ""
    limited_access: bool = False
    sensitive: bool = False
    tell_previous: bool = True
    copy_to_self: bool = False
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AllocationRequest(AllocationReasons):
    """A case that somebody wants to give to a post, as a form or a program says it.

    `from_post` is who held it when they looked, `seen` what it was (`AllocationPreview.mark`); empty where
    they did not.
    """

    ref: str
    to_post: str
    from_post: str = ""
    seen: str = ""


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
    before: str = ""  # what the case is until then, where another tier or type is stated with it
    first: Sequence[CaseTransfer] = ()  # what makes it that, before it goes

    @property
    def transfer(self) -> CaseTransfer:
        """The case on its way."""
        way = CaseTransfer("", self.case.ref or "", self.holder.code, self.to.code, self.state.day)
        if not way.comes:
            return way
        case = self.case
        kind = kind_text(case.location, case.tier, case.suspended, case.stream)
        return way._replace(tier_scheme=self.state.tier_scheme, to_kind=kind)

    @property
    def mark(self) -> str:
        """What the case is and earns, as it was looked at."""
        return mark_of(self.case)

    @property
    def goes_over(self) -> bool:
        """Whether whoever gets it is over the threshold with it."""
        return self.candidate.over_with_all

    @property
    def why_not(self) -> list[str]:
        """Why the rules or the limits of a protected post would not have this post hold it, or why nobody can
        say what it has room for."""
        (effect,) = self.candidate.effects
        words = [] if effect.eligibility.eligible else [effect.eligibility.words]
        if refused := effect.refused or self.candidate.refused:
            assert self.candidate.limits is not None
            words.append(f"{self.candidate.limits.title}: {refused}")
        return [*self.candidate.why_not, *words]

    @cached_property
    def moved(self) -> list[PostExchange]:
        """The lines of the two posts that go and come."""
        return exchanges_of(self.state, [*self.first, self.transfer])

    @cached_property
    def moments(self) -> list[unit_moments.UnitMoment]:
        """The two posts and the teams and PDUs they are in, before and after: the figures of the ledger."""
        return unit_moments.moments_with(self.state, self.moved)


def mark_of(case: CaseToGive) -> str:
    """What a case is and earns, in words that another tier, type or price would change."""
    return f"{case.words}, {counted(tables.exact(case.points_x100).text, 'point')}"


def exchanges_of(state: State, transfers: Sequence[CaseTransfer]) -> list[PostExchange]:
    """What posts give and take with what already stands of these cases."""
    standing = transfers_since(state, {each.ref for each in transfers})
    return exchanges(state, transfers, [*standing, *transfers])


def look(
    *, actor: Any, wanted: AllocationRequest, state: State, stated: tuple[str, str] | None = None
) -> AllocationPreview:
    """What giving a case to a post would come to. Nothing is saved. `stated` are a type and tier in place of
    those of the record of a case that the data does not have.

    Raises Denied where the person may not give cases to the post, RefusedError where the case or the post
    cannot be given or be given to, and ConflictError where somebody else holds the case by now.
    """
    to = receivers(actor, [wanted.to_post], state)[wanted.to_post]
    holder, case, there = _held(actor, wanted, state, stated)
    lines = [line for line in there if line.post_no == holder.number]
    need_open_to(to, wanted.ref)
    if holder.code == to.code:
        raise refused("HELD_ALREADY", f"{to.name} holds this case already", "to_post")
    need_no_flag(there, [to])
    waiting = is_waiting(state, holder)
    candidate = with_cases(to, [case], state)
    return AllocationPreview(state, wanted, case, lines, holder, to, waiting, candidate)


def with_cases(
    post: Unit,
    cases: Sequence[CaseToGive],
    state: State,
    limits: Mapping[str, CaseLimits] | None = None,
    stages: Mapping[str, str] | None = None,
) -> Candidate:
    """What cases would make of a post. `limits` of protected posts and `stages` of trainees by their codes,
    where they are known."""
    row = {**vars(post), "post_no": post.number, "unmeasured": post.unmeasured_posts}
    limits = limits_of(state, [post.code]) if limits is None else limits
    stage = (stages_of(state, [post]) if stages is None else stages).get(post.code, "")
    found = candidate_of(rules_of(state), row, cases, {}, {}, limits.get(post.code), stage)
    return as_limited(found, post, limited_access.limits([case.ref for case in cases if case.ref]))


def as_limited(
    candidate: Candidate, post: Unit, there: Mapping[str, limited_access.AccessLists]
) -> Candidate:
    """Somebody who may hold none of the cases that they must not know of, with the reason."""
    if not there:
        return candidate
    no = Eligibility(False, limited_access.WHY_NOT, "")
    effects = []
    for effect in candidate.effects:
        lists = there.get((effect.case.ref or "").upper())
        is_hidden = lists is not None and lists.shuts_out([post.staff_code])
        effects.append(replace(effect, eligibility=no) if is_hidden else effect)
    return replace(candidate, effects=effects)


def need_open(actor: Any, refs: Collection[str], field: str) -> None:
    """Refuses where somebody is shut out of one of some cases."""
    hidden = limited_access.hidden_from(actor)
    if any(ref.upper() in hidden for ref in refs):
        raise refused("LIMITED_ACCESS", limited_access.SENTENCE, field)


def need_open_to(to: Unit, ref: str) -> None:
    """Refuses where a practitioner is shut out of a case."""
    if limited_access.shuts_out(ref, to.staff_code):
        raise refused("SHUT_OUT", f"{to.name} cannot be given {ref}: {limited_access.WHY_NOT}", "to_post")


def case_of(
    *, actor: Any, typed: str, state: State, stated: tuple[str, str] | None = None
) -> tuple[Unit, CaseToGive]:
    """Who holds a case, and what it is in the figures or by its record; its CRN as somebody typed it.

    `stated` is as in `look`. Raises RefusedError.
    """
    wanted = AllocationRequest(ref=written(state, typed), to_post="")
    holder, case, _ = _held(actor, wanted, state, stated)
    return holder, case


def is_waiting(state: State, holder: Unit) -> bool:
    """Whether a case of this holder waits: a placeholder has it, or nobody in the data."""
    return is_nobody(holder.code) or holder.code in placeholders(state)


def written(state: State, typed: str) -> str:
    """A CRN that somebody typed as the figures have it, or in capitals."""
    ref = "".join(plain_marks(typed).split())
    return ref if case_lines(state, [ref]) else ref.upper()


def receivers(actor: Any, codes: Collection[str], state: State) -> dict[str, Unit]:
    """The posts that cases are to be given to, by their codes. Raises Denied and RefusedError."""
    posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, code__in=codes)
    found = {post.code: post for post in posts}
    nobody = placeholders(state)
    for code in codes:
        need_right(actor, code, state)
        if code not in found:
            raise refused("POST_UNKNOWN", f"There is no post {code} in the figures shown", "to_post")
        to, why = found[code], ""
        if code in nobody or to.grade == DUMMY:
            why = "is nobody: choose a practitioner"
        elif to.stream == ledger.OMIC:
            why = "works in custody under OMiC, where cases are not allocated here"
        elif not is_fresh(to):
            why = "has no figures in this data: its rows were left out of the extract"
        if why:
            raise refused("POST_CANNOT", f"{to.name} {why}", "to_post")
    return found


def _held(
    actor: Any, wanted: AllocationRequest, state: State, stated: tuple[str, str] | None = None
) -> tuple[Unit, CaseToGive, list[Line]]:
    """Who holds a case, what it is, and its lines, also flags of it with others; of one that comes no other.
    One that the person may not give is told as one that is not there."""
    lines = case_lines(state, [wanted.ref]) if wanted.ref else []
    numbers = {line.post_no for line in lines if kind_of(state, line) == "case"}
    found = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, number__in=numbers)
    reads = visibility.cases(actor, state).covers if actor is not None else bool
    holders = [unit for unit in found.order_by("code") if reads(unit) and _allowed(actor, unit.code, state)]
    if not numbers and wanted.ref:
        new = coming(actor, wanted.ref, state, stated)
        if new is not None:
            if wanted.from_post not in ("", new[0].code):
                raise conflict("HELD_BY_NOW", "Nobody holds this case by now. Check it before you decide")
            return *new, lines
    if not holders or len(holders) < len(numbers):
        words = f"There is no case {wanted.ref} that you may allocate. See whether the CRN is right"
        raise refused("CASE_UNKNOWN", words, "ref")
    need_open(actor, [wanted.ref], "ref")
    if len(holders) > 1:
        both = " and ".join(unit.name for unit in holders)
        raise refused("SEVERAL", f"{wanted.ref} is held by {both}: mend this in nDelius first", "ref")
    (holder,) = holders
    if wanted.from_post and wanted.from_post != holder.code:
        last = CaseAllocation.objects.filter(ref=wanted.ref, is_open=True, to_post=holder.code).last()
        words = f"{holder.name} holds this case by now"
        if last is not None:
            words = f"{last.who} gave this case to {holder.name}, {moment_words(last.recorded_at)}"
        raise conflict("HELD_BY_NOW", f"{words}. Check it before you decide")
    _need_fresh(holder)
    own = [line for line in lines if line.post_no == holder.number]
    return holder, case_in(state, holder, own), lines


def holder_of(actor: Any, code: str, state: State) -> Unit:
    """A post whose cases somebody may give away; nobody in a team ('TEAM:') for those that are recorded there
    and that the data does not have. One whose cases they may not read is told as none."""
    if is_nobody(code):
        teams = Unit.objects.filter(load_id=state.load_id, level="team", whole=True)
        team = teams.filter(code=code.removesuffix(SEPARATOR)).first()
        if team is None or not _allowed(actor, code, state):
            raise refused(
                "POST_UNKNOWN", f"There is no team {code[:-1]} whose cases you may allocate", "from_post"
            )
        return nobody_in(team)
    post = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, code=code).first()
    reads = visibility.cases(actor, state).covers if actor is not None else bool
    if post is None or not reads(post) or not _allowed(actor, code, state):
        raise refused("POST_UNKNOWN", f"There is no post {code} whose cases you may allocate", "from_post")
    _need_fresh(post)
    return post


def need_no_flag(lines: Iterable[Line], takers: Iterable[Unit]) -> None:
    """Refuses where the data has flags of a case with somebody who is to get it and does not hold it: they
    weigh on their other cases, and what they weigh with it cannot be foreseen."""
    numbers = {to.number: to.name for to in takers}
    for line in lines:
        if line.post_no in numbers:
            words = f"The data has a flag of {line.ref} with {numbers[line.post_no]}, who does not hold it"
            raise refused("FLAG_ELSEWHERE", f"{words}: mend this in nDelius first", "to_post")


def _need_fresh(holder: Unit) -> None:
    if not is_fresh(holder):
        words = f"{holder.name} has no figures in this data, so no case of it can be moved"
        raise refused("HOLDER_CANNOT", words, "ref")


def case_in(state: State, holder: Unit, lines: Sequence[Line]) -> CaseToGive:
    """What a case is and earns by its lines. Raises RefusedError where it has several rows."""
    (own, *more) = [line for line in lines if kind_of(state, line) == "case"]
    if more or own.listed_cases != 1:
        words = f"{holder.name} holds {own.ref} in more than one row: mend this in nDelius first"
        raise refused("SEVERAL", words, "ref")
    priced = line_queries.pricing_of(state)[own.pricing]
    points_x100 = sum(line.points_x100 for line in lines)
    return CaseToGive(
        ref=own.ref, location=priced.location, tier=priced.tier, suspended=priced.suspended,
        stream=priced.stream, status=priced.status, reason=priced.reason or None, rule=priced.rule,
        points_x100=points_x100, held_x100=points_x100, post=holder.code, post_no=holder.number,
    )  # fmt: skip


def kind_of(state: State, line: Line) -> str:
    """What a line is of: a case, or what a flag adds to it."""
    return line_queries.pricing_of(state)[line.pricing].kind


def _allowed(actor: Any, code: str, state: State) -> bool:
    level, place = ("team", code.removesuffix(SEPARATOR)) if is_nobody(code) else ("post", code)
    return actor is None or may(actor, Action.ALLOCATE_CASES, level=level, code=place, state=state)


def need_right(actor: Any, code: str, state: State) -> None:
    if not _allowed(actor, code, state):
        raise Denied(Action.ALLOCATE_CASES, level="post", code=code)


def refused(code: str, message: str, field: str) -> RefusedError:
    return RefusedError([ChangeFault(code, message, field)])


def key_taken() -> RefusedError:
    """A key that makes a request one, sent again with something else."""
    return refused("KEY_TAKEN", "Something else was sent with this key; use a new one", "key")


def conflict(code: str, message: str) -> ConflictError:
    return ConflictError([ChangeFault(code, message)])
