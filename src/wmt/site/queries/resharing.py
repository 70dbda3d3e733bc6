"""Cases of a unit shared again: the question, and the posts and cases as the figures shown have them now.

The facts are those of the night with everything that people entered or decided since, measured by the ledger
(as a plan is). Beside the limits that somebody states there are those that always hold: nobody gives a case
that they may not see, nobody gets one that they must not know of or may not hold yet, protected posts get
none, and a case that several posts have a part in stays.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import polars as pl
from django.conf import settings

from wmt.allocation.cases import read_kind
from wmt.allocation.eligibility import eligibility
from wmt.grades import DUMMY
from wmt.ledger import SENTENCE_MANAGEMENT, Ledger
from wmt.ledger.engine import DuckDBEngine, lent
from wmt.nights import Night, open_night
from wmt.nights.unit_slice import UnitSlice, part_of
from wmt.plan.balance.movable import DATED_CASE, dated_cases
from wmt.plan.balance.problem import GOALS, WAITING, CaseBundle, Goal, Limits, SharingProblem
from wmt.plan.balance.reading import Kept, Sharing, sharing
from wmt.site.accounts import limited_access, visibility
from wmt.site.allocation.protection import limits_of
from wmt.site.allocation.queries import transfers_since
from wmt.site.changes.case_deltas import case_lines
from wmt.site.changes.reconcile import facts_shown
from wmt.site.changes.training import stages_of
from wmt.site.figures import units
from wmt.site.figures.placeholders import placeholders
from wmt.site.queries import unit_ledger
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, rules_of

#: Whose cases can be shared again, and which of these take too long for a page: a job alone does them.
LEVELS = ("team", "pdu", "region")
JOB_ONLY = ("region",)
#: Engines that nothing is measured with at the moment, with their queries planned.
_idle: list[DuckDBEngine] = []
_LISTED = "input/case.parquet"


@dataclass(frozen=True, kw_only=True)
class SharingQuestion:
    """What somebody asks: goals in their order, limits, and what they keep as it is.

    `locked` posts neither give nor get, cases of `still` stay, `apart` are (case, post) that must not be,
    `fixed` (case, post) that must. What posts of `leavers` hold is given out as what waits. `band_x100` and
    `step_x100` are those of `Limits`: what counts as even, and the least gain that counts.
    """

    goals: tuple[str, ...] = tuple(map(str, GOALS))
    moves: int | None = None
    per_person: int | None = None
    held_weeks: int = 4
    ends_weeks: int = 4
    high_least: int | None = None
    high_most: int | None = None
    waiting: bool = False
    band_x100: int = 500
    step_x100: int = 50
    locked: tuple[str, ...] = ()
    still: tuple[str, ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    fixed: tuple[tuple[str, str], ...] = ()
    leavers: tuple[str, ...] = ()

    @property
    def as_data(self) -> dict[str, Any]:
        """The same as plain data, the same whatever order things were kept in."""
        found = asdict(self)
        for name in ("locked", "still", "apart", "fixed", "leavers"):
            found[name] = sorted(set(found[name]))
        return found

    @classmethod
    def of_data(cls, found: Mapping[str, Any]) -> "SharingQuestion":
        """The question that was kept as plain data."""
        pairs = {name: tuple((ref, to) for ref, to in found[name]) for name in ("apart", "fixed")}
        lists = {name: tuple(found[name]) for name in ("goals", "locked", "still")}
        left = tuple(found.get("leavers", ()))  # what was kept by earlier versions has none
        return cls(**{**found, **lists, **pairs, "leavers": left})


@dataclass(frozen=True)
class SharingNow:
    """A question about a unit, by the figures shown, for whoever asks. Made by `sharing_now`."""

    state: State
    unit: Unit
    user: Any
    asked: SharingQuestion
    ledger: Ledger
    dated: pl.DataFrame
    part: UnitSlice  # with those elsewhere who did contacts on its cases, `beside` by their codes
    beside: frozenset[str]

    @cached_property
    def posts(self) -> list[Unit]:
        """The posts of the unit that the user sees."""
        return posts_of(self.state, self.user, self.unit)

    @cached_property
    def protected(self) -> Collection[str]:
        """The posts that are protected from new cases: they get none, whatever they could still get."""
        return limits_of(self.state, [post.code for post in self.posts]).keys()

    @cached_property
    def known(self) -> SharingQuestion:
        """What is asked, without cases that the user must not know of: naming one must change no figure."""
        asked = self.asked
        if not (asked.still or asked.apart or asked.fixed):
            return asked
        hidden = limited_access.hidden_from(self.user)

        def may_name(ref: str) -> bool:
            return self._reads and ref.upper() not in hidden

        return replace(
            asked,
            still=tuple(filter(may_name, asked.still)),
            apart=tuple(pair for pair in asked.apart if may_name(pair[0])),
            fixed=tuple(pair for pair in asked.fixed if may_name(pair[0])),
        )

    @cached_property
    def kept(self) -> Kept:
        """What stays as it is, as the solver takes it."""
        asked = self.known
        return Kept(
            locked=asked.locked, protected=tuple(sorted(self.protected)), still=asked.still,
            apart=asked.apart, held_weeks=asked.held_weeks, ends_weeks=asked.ends_weeks,
            leaving=asked.leavers,
        )  # fmt: skip

    @property
    def limits(self) -> Limits:
        """The limits that are stated; nobody is to be over the threshold of the figures shown."""
        asked = self.asked
        return Limits(
            over_x100=self.state.over_x100, band_x100=asked.band_x100, step_x100=asked.step_x100,
            moves=asked.moves, per_person=asked.per_person,
            high_least=asked.high_least, high_most=asked.high_most,
        )  # fmt: skip

    def shared(
        self,
        kept: Kept,
        of: Collection[str] | None = None,
        *,
        unpriced: bool = False,
        readable: Collection[str] | None = None,
    ) -> Sharing:
        """The posts and what may move among them: all, or only what some posts hold (`of`, without the limits
        on high-risk cases); cases that earn nothing where they are wanted. Where the answer says what becomes
        of the cases of each holder, access lists count for those of `readable` alone: it would tell others
        where a limited case is. Raises ProblemError where nobody shares."""
        teams = {post.team_code for post in self.posts}
        waiting = self.asked.waiting
        found = sharing(
            self.ledger, teams, kept, self.dated, waiting=waiting, lenient=True, unpriced=unpriced, of=of
        )
        places = self._places({ref for bundle in found.bundles for ref in bundle.refs})
        bundles, stay = [], dict(found.stay)
        for bundle in found.bundles:
            if why := self._why_it_stays(bundle, places):
                stay[why] = stay.get(why, 0) + bundle.cases * bundle.number
            else:
                is_read = readable is None or bundle.holder in readable
                not_to = self._too_early(bundle.kind) if bundle.kind else frozenset()
                not_to = not_to.union(self._shut_out(bundle) if is_read else ())
                bundles.append(replace(bundle, not_to=bundle.not_to | not_to))
        return replace(found, bundles=bundles, stay=stay)

    def problem(self, kept: Kept) -> SharingProblem:
        """What is asked, with some things kept."""
        return self.shared(kept).of_problem(self.limits, [Goal(each) for each in self.asked.goals])

    def _why_it_stays(self, bundle: CaseBundle, places: Mapping[str, set[int]]) -> str:
        if not bundle.refs:
            return "wait without a CRN" if bundle.holder == WAITING else ""
        if any(ref.upper() in self._hidden for ref in bundle.refs):
            return "cannot be given by you"
        several = any(len(places.get(ref, ())) > 1 for ref in bundle.refs)
        return "held by several posts" if several else ""

    @cached_property
    def _reads(self) -> bool:
        """Whether they may read the cases of all of the unit."""
        return visibility.cases_in_bulk(self.user, self.state, self.unit).covers(self.unit)

    @cached_property
    def _hidden(self) -> Collection[str]:
        """What they must not know of. Who is told of no case must not find by a number where one is."""
        return limited_access.hidden_from(self.user) if self._reads else ()

    def _places(self, refs: Collection[str]) -> Mapping[str, set[int]]:
        """The posts that have lines of each of some cases, wherever they are."""
        found: dict[str, set[int]] = {}
        for line in case_lines(self.state, refs):
            found.setdefault(line.ref, set()).add(line.post_no)
        return found

    def _shut_out(self, bundle: CaseBundle) -> frozenset[str]:
        """Those who may not know of it."""
        limited = [self._access[ref.upper()] for ref in bundle.refs if ref.upper() in self._access]
        codes = (
            post.code for post in self.posts if any(each.shuts_out([post.staff_code]) for each in limited)
        )
        return frozenset(codes) if limited else frozenset()

    @cached_property
    def _access(self) -> Mapping[str, limited_access.AccessLists]:
        return limited_access.limits()

    @cached_property
    def _stages(self) -> Mapping[str, str]:
        return stages_of(self.state, self.posts)

    @cached_property
    def _by_kind(self) -> dict[str, frozenset[str]]:
        return {}

    def _too_early(self, kind: str) -> frozenset[str]:
        if kind not in self._by_kind:
            _, location, tier, _ = read_kind(kind, self.ledger.facts.tier_scheme)
            grades = {post.code: post.grade for post in self.posts}
            self._by_kind[kind] = frozenset(
                code
                for code, stage in self._stages.items()
                if not eligibility(self.ledger.rules, grades[code], location, tier, stage).eligible
            )
        return self._by_kind[kind]


def posts_of(state: State, user: Any, unit: Unit) -> list[Unit]:
    """The posts of a unit that somebody sees."""
    return list(units.seen(state, user, "post").filter(**{f"{unit.level}_code": unit.code}))


def sharers_of(state: State, user: Any, unit: Unit) -> list[Unit]:
    """Those of them whose cases are shared: people of sentence management, by PDU, team and name."""
    nobody = placeholders(state)
    found = [
        post
        for post in posts_of(state, user, unit)
        if post.stream == SENTENCE_MANAGEMENT and post.grade != DUMMY and post.code not in nobody
    ]
    return sorted(found, key=lambda post: (post.pdu_code, post.team_code))


@contextmanager
def sharing_now(
    state: State, user: Any, unit: Unit, asked: SharingQuestion, *, dated: bool = True
) -> Iterator[SharingNow]:
    """A question by the figures shown now. Inside, the ledger can be asked; without `dated` nobody knows how
    long a case has been held. Raises NightError."""
    night = open_night(settings.CONFIG.nights / state.night)
    codes = {post.code for post in posts_of(state, user, unit)}
    part, beside = unit_ledger.with_doers(state, night, part_of(night, "post", codes))
    facts = facts_shown(state, night, part)
    with lent(_idle, sum(frame.height for frame in facts.tables().values())) as engine:
        found = Ledger(facts, rules_of(state), former=part.former, day=state.day, engine=engine)
        days = _dated(state, night, codes) if dated else DATED_CASE.to_frame()
        yield SharingNow(state, unit, user, asked, found, days, part, beside)


def _dated(state: State, night: Night, codes: Collection[str]) -> pl.DataFrame:
    """Since when each case is held and when it ends: columns `DATED_CASE`. One that was given since counts
    from the day it was given."""
    given = {each.ref: each for each in transfers_since(state) if each.is_move}
    if _LISTED in night.manifest.files:
        teams = sorted({code.partition(":")[0] for code in codes})
        rows = pl.scan_parquet(night.path / _LISTED)
        wanted = pl.col("team_code").is_in(teams) | pl.col("case_ref").is_in(sorted(given))
        there = dated_cases(rows.filter(wanted).collect())
    else:
        there = DATED_CASE.to_frame()
    ends = dict(there.select("case_ref", "ends_on").drop_nulls().iter_rows())
    since = [(*each.to_post.split(":", 1), ref, each.since, ends.get(ref)) for ref, each in given.items()]
    return pl.concat([there, pl.DataFrame(since, DATED_CASE, orient="row")])
