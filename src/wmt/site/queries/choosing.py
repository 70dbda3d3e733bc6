"""Choosing somebody for a case: everybody of some teams, with what the case would do to each of them.

Read once for as many cases as are asked about. Figures are of the ledger; what is known to come is what was
entered, and what the data says will leave.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from wmt import history, ledger
from wmt.allocation.candidates import Candidate, candidate_of, lately
from wmt.allocation.cases import CaseToGive
from wmt.allocation.limits import CaseLimits
from wmt.facts import LOCATIONS
from wmt.grades import DUMMY
from wmt.history import runs_ahead
from wmt.site.accounts import limited_access
from wmt.site.allocation.protection import limits_of
from wmt.site.changes import weeks_ahead
from wmt.site.changes.allocation_preview import as_limited
from wmt.site.changes.training import stages_of
from wmt.site.figures import line_queries
from wmt.site.figures.placeholders import placeholders
from wmt.site.queries import case_nights, histories, runs
from wmt.site.queries.colleagues import Colleagues
from wmt.site.queries.movement import marks_on
from wmt.site.queries.work_leaving import OF_CASE, LeavingDays
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import State, rules_of

#: So many days ahead are looked at.
DAYS = 28


class WorkLeaving(NamedTuple):
    """Work of a kind ('report', 'case') that goes by itself within the days looked at, by its last day."""

    kind: str
    number: int
    points_x100: int
    last: date


@dataclass(frozen=True)
class Choice:
    """Somebody who could be chosen: figures now and with the case, the run, and what is known to come.

    `run` is a row of `wmt.history.RUN`, None for no run; `without` and `with_it` say what becomes of it, None
    where the history cannot be read: nobody knows of a run then.
    `available` is what is available from each day on. `held_until`: when they had the case before.
    """

    post: Unit
    candidate: Candidate
    run: Mapping[str, Any] | None
    without: runs_ahead.RunAhead | None
    with_it: runs_ahead.RunAhead | None
    available: Sequence[tuple[date, int]]
    leaving: Sequence[WorkLeaving]
    kinds: Mapping[tuple[str, str], int]  # active cases by type and letter
    held_until: date | None


class Choosing:
    """Everybody of some posts who could be given a case: no placeholders, nobody of the OMiC stream."""

    def __init__(self, state: State, posts: Iterable[Unit]) -> None:
        self.state, self.rules, nobody = state, rules_of(state), placeholders(state)
        self.posts = [
            post
            for post in posts
            if post.stream != ledger.OMIC and post.grade != DUMMY and post.code not in nobody
        ]
        self.last = state.day + timedelta(DAYS)

    def candidates(self, cases: Sequence[CaseToGive]) -> list[Candidate]:
        """What the cases would make of everybody, in the stated order."""
        of_cases = frozenset(line_queries.of_kind(self.state, "case"))
        # since when posts hold their cases, where the data says so
        given = ((line[0], line[3]) for line in self._lines if line[3] and line[1] in of_cases)
        recent, found = lately(given, self.state.day), []
        lists = limited_access.limits([case.ref for case in cases if case.ref])
        for post in self.posts:
            held = Counter[str]()
            for (location, _), number in self.kinds[post.number].items():
                held[location] += number
            row = {**vars(post), "post_no": post.number, "unmeasured": post.unmeasured_posts}
            mine = {each: held[each] for each in LOCATIONS} if held else {}
            lately_given, limits = recent.get(post.number, {}), self.limits.get(post.code)
            stage = self.stages.get(post.code, "")
            made = candidate_of(self.rules, row, cases, mine, lately_given, limits, stage)
            found.append(as_limited(made, post, lists))
        return sorted(found, key=lambda each: each.order)

    def choices(self, case: CaseToGive) -> list[Choice]:
        """Everybody with all that is known, in the same order."""
        found, posts = self.candidates([case]), {post.code: post for post in self.posts}
        ahead = self._ahead(found)
        former = {}
        if case.ref and self._past is not None:
            former = case_nights.former_holders(self._past, case.ref, self.state.day)
        choices = []
        for number, each in enumerate(found):
            post, (without, with_it) = posts[each.code], ahead[2 * number : 2 * number + 2] or (None, None)
            leaving, kinds = self.leaving.get(post.number, ()), self.kinds[post.number]
            run, held_until = (self.runs or {}).get(each.code), former.get(each.code)
            time = self.available[each.code]
            choices.append(Choice(post, each, run, without, with_it, time, leaving, kinds, held_until))
        return choices

    def _ahead(self, found: Sequence[Candidate]) -> list[runs_ahead.RunAhead]:
        """What becomes of the run of everybody, without the case and with it; none where no run is known."""
        if self._past is None or self.runs is None:
            return []
        first = self.state.day  # that has no figure in the history yet
        if until := self._past.day_until(self.state.as_at.date()):
            first = max(first, until + timedelta(1))
        days = [
            runs_ahead.PostAhead(self.runs.get(each.code), points_x100, self.available[each.code])
            for each in found
            for points_x100 in (each.now.points_x100, each.together.points_x100)
        ]
        return runs_ahead.runs_ahead(self.mark, first, days)

    @cached_property
    def runs(self) -> Mapping[str, Mapping[str, Any]] | None:
        """The run over the threshold of who has one, by code; None where the history cannot be read."""
        if self._past is None:
            return None
        try:
            codes = [post.code for post in self.posts]
            return runs.runs_of_posts(self._past, self.state.as_at.date(), codes)
        except history.HistoryError:
            return None

    @cached_property
    def colleagues(self) -> Colleagues:
        """Who covers cases of others, and who is beside the holder of which case."""
        return Colleagues.of_posts(self.state, [post.code for post in self.posts])

    @cached_property
    def limits(self) -> Mapping[str, CaseLimits]:
        """What protected posts may get, by their codes."""
        return limits_of(self.state, [post.code for post in self.posts])

    @cached_property
    def stages(self) -> Mapping[str, str]:
        """The stage of training of trainees, by their codes."""
        return stages_of(self.state, self.posts)

    @cached_property
    def available(self) -> dict[str, list[tuple[date, int]]]:
        """What everybody has available from today on, and from each day on which that changes."""
        return weeks_ahead.available_ahead(self.state, self.posts, self.last)

    @cached_property
    def kinds(self) -> defaultdict[int | None, Counter[tuple[str, str]]]:
        """The active cases of posts by type and letter: 'A', 'AS' where suspended, 'untiered'."""
        found: defaultdict[int | None, Counter[tuple[str, str]]] = defaultdict(Counter)
        pricing = line_queries.pricing_of(self.state)
        for post_no, number, _, _, active, _ in self._lines:
            by = pricing[number]
            if active and by.kind == "case":
                letter = "untiered" if by.tier == "0" else by.tier[0] + "S" * by.suspended
                found[post_no][by.location, letter] += active
        return found

    def came_since(self, first: date) -> list[tuple[str, str]]:
        """Which active cases came to whom on a day or later: posts and references."""
        posts, pricing = {post.number: post.code for post in self.posts}, line_queries.pricing_of(self.state)
        return [
            (posts[post_no], ref)
            for post_no, number, ref, since, active, _ in self._lines
            if active and ref and since and since >= first and pricing[number].kind == "case"
        ]

    @cached_property
    def leaving(self) -> dict[int | None, list[WorkLeaving]]:
        """The work of posts that goes by itself: reports that stop counting, cases planned to end."""
        days = LeavingDays(self.state, self.last)
        pricing, found = line_queries.pricing_of(self.state), defaultdict[tuple[int, str], list[Any]](list)
        for post_no, number, ref, since, _, points_x100 in self._lines:
            by = pricing[number]
            if points_x100 and (day := days.day(by, ref, since)):
                # what a case earns beside its tier goes with it, and is no case more
                what = "report" if by.kind == "report" else "case"
                found[post_no, what].append((day, points_x100, by.kind == what))
        leaving: dict[int | None, list[WorkLeaving]] = defaultdict(list)
        for (post_no, kind), each in sorted(found.items()):
            number, points_x100 = sum(one for _, _, one in each), sum(points for _, points, _ in each)
            leaving[post_no].append(WorkLeaving(kind, number, points_x100, max(day for day, _, _ in each)))
        return leaving

    @cached_property
    def _lines(self) -> list[tuple[Any, ...]]:
        """Cases and reports of everybody: post, pricing, reference, since when, active cases, points."""
        # picked here: the database takes longer to be told hundreds of prices than these few lines to come
        wanted = frozenset(
            number
            for number, by in line_queries.pricing_of(self.state).items()
            if by.kind in (*OF_CASE, "report")
        )
        lines = Line.objects.filter(load_id=self.state.load_id, post_no__in=[p.number for p in self.posts])
        columns = ("post_no", "pricing", "ref", "since", "active_cases", "points_x100")
        return [line for line in lines.order_by().values_list(*columns) if line[1] in wanted]

    @cached_property
    def _past(self) -> history.History | None:
        """The history; None where it cannot be read: the page of the run says why."""
        try:
            return histories.history_of(self.posts[0]) if self.posts else None
        except history.HistoryError:
            return None

    @cached_property
    def mark(self) -> history.RunThreshold:
        """The threshold of excessive workload, and the days in a row it looks at."""
        (mark, *_) = marks_on(self.state.as_at.date())
        return mark
