"""If people leave: their cases, where these fit with colleagues, and the figures before and after.

Who could hold which case is asked as re-sharing asks it; every figure is of a plan laid over the figures
shown (`plan_effects`), which makes the moves first, then lets each person leave. Nothing is summed beside.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from wmt.nights.unit_slice import UnitSlice
from wmt.plan import laid_plan, plan_file
from wmt.plan.balance import leavers as fitting
from wmt.plan.balance import reading
from wmt.plan.balance.leavers import Binds, PlacedCases
from wmt.plan.facts_changed import codes
from wmt.plan.steps import lay
from wmt.site.accounts import limited_access, visibility
from wmt.site.changes.plan_cases import A_CASE
from wmt.site.changes.unit_moments import UnitMoment
from wmt.site.queries import plan_effects, planned_change
from wmt.site.queries.resharing import SharingNow, SharingQuestion, sharing_now
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, rules_of

#: So many people can be asked for at once; by a plan more may leave.
MOST = 20
#: What is asked of who could hold cases: all of them need somebody, however long they were held.
_ASKED = SharingQuestion(held_weeks=0, ends_weeks=0)


@dataclass(frozen=True)
class LeaversEffect:
    """Some people of a unit leave, and `where` (the unit, or its PDU) their cases are to find somebody.

    `readable` are the codes of those whose cases the reader may read; of the others no case is named.
    """

    where: Unit
    leavers: Sequence[Unit]
    cases: Sequence[PlacedCases]
    moments: Sequence[UnitMoment]
    posts: Mapping[str, Unit]
    readable: Collection[str]

    @property
    def fit(self) -> list[PlacedCases]:
        """The cases that fit with somebody."""
        return [each for each in self.cases if each.to]

    @property
    def rest(self) -> list[PlacedCases]:
        """The cases that fit with nobody."""
        return [each for each in self.cases if not each.to]

    def moment(self, level: str, code: str) -> UnitMoment | None:
        """A unit before and after, where its figures change."""
        found = (each for each in self.moments if (each.unit.level, each.unit.code) == (level, code))
        return next(found, None)

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The steps of a plan of the same, as its reader may keep them: who leaves, and the moves of the
        cases that they may read."""
        return _steps([each for each in self.cases if each.leaver in self.readable], self.leavers)


def leaving(
    state: State, user: Any, where: Unit, leavers: Sequence[Unit], also: Collection[str] = ()
) -> LeaversEffect:
    """What comes of it for whoever asks. The posts of `also` leave too, and what they hold is no part of it:
    they get no case. Raises ProblemError where nobody of sentence management is there."""
    with sharing_now(state, user, where, _ASKED, dated=False) as now:
        left = [post.code for post in leavers]
        reach = visibility.cases_in_bulk(user, state, where)
        readable = frozenset(post.code for post in leavers if reach.covers(post))
        cases = _placed(now, left, readable, also)
        named = [(ref, each.to) for each in cases if each.to for ref in each.refs]
        # each case to the post beside it: one step, where a plan that is kept has one for each two people
        steps = [{"do": "move", "cases": [ref for ref, _ in named], "to": [to for _, to in named]}]
        steps = [*(steps if named else []), *_steps([each for each in cases if not each.refs], leavers)]
        plan = plan_file.Plan.model_construct(
            name="If people leave", note="", steps=[plan_file.step_of(step) for step in steps]
        )
        moments = _LeavingReading(plan, user, user, where, state, now).effect().moments
        return LeaversEffect(
            where, leavers, cases, moments, {each.code: each for each in now.posts}, readable
        )


def _steps(cases: Sequence[PlacedCases], leavers: Sequence[Unit]) -> list[dict[str, Any]]:
    """Cases go while their officer is there, so that each step can be done for good as it stands."""
    return [*fitting.moves_told(cases), *({"do": "leave", "post": post.code} for post in leavers)]


def _placed(
    now: SharingNow, left: Collection[str], readable: Collection[str], also: Collection[str]
) -> list[PlacedCases]:
    """All cases of the leavers, each with who could hold it or which limit binds."""
    found = now.shared(now.kept, left, unpriced=True, readable=readable)
    # who is told of no case must not find by a number where one is that nobody may know of
    hidden = limited_access.hidden_from(now.user)
    free = [
        each for each in found.bundles
        if each.holder not in readable or not any(ref.upper() in hidden for ref in each.refs)
    ]  # fmt: skip
    placed = fitting.placed(replace(found, bundles=free), left, now.limits, also)
    return [*placed, *_others(now, found, readable, {(each.leaver, each.refs, each.kind) for each in placed})]


def _others(
    now: SharingNow,
    found: reading.Sharing,
    readable: Collection[str],
    placed: Collection[tuple[str, tuple[str, ...], str]],
) -> list[PlacedCases]:
    """The cases of the leavers that re-sharing does not move, with why."""
    hidden = limited_access.hidden_from(now.user)
    numbers = {number: code for code, number in codes(now.ledger.facts).items()}
    told = []
    for row in found.held.iter_rows(named=True):
        leaver, refs = numbers[row["post_no"]], (row["ref"],) if row["ref"] else ()
        what, kind = reading.words_of(row), reading.kind_of(row)
        if (leaver, refs, kind) in placed:
            continue
        is_hidden = leaver in readable and any(ref.upper() in hidden for ref in refs)
        binds = Binds.NOT_YOURS if is_hidden else Binds.SHARED
        points = row["points_x100"] * row["number"]
        told.append(PlacedCases(leaver, "", refs, what, kind, row["number"], points, binds))
    return told


@dataclass(frozen=True)
class _LeavingReading(plan_effects.PlanReading):
    """A plan that is laid over facts that are there already, and names no case to anybody."""

    now: SharingNow

    @cached_property
    def change(self) -> planned_change.PlannedChange:
        """As of any plan, with the facts that cases were looked for in."""
        before, old = self.now.ledger.facts, rules_of(self.state)
        laid, outcomes = lay(self.plan, before, self._naming, self.state.day)
        return planned_change.PlannedChange(self._part[0], before, laid, outcomes, old, old, self.state.day)

    @cached_property
    def _posts(self) -> list[Unit]:
        return self.now.posts

    @cached_property
    def _part(self) -> tuple[UnitSlice, frozenset[str]]:
        return self.now.part, self.now.beside

    @cached_property
    def _naming(self) -> laid_plan.Naming:
        return laid_plan.Naming(case=lambda _: A_CASE)
