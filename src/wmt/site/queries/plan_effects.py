"""What a plan would come to: its steps, and the figures shown before and after, for whoever reads it.

The facts are those of the night with everything that people entered or decided since. The ledger measures the
posts of the teams a plan touches before and after; every other figure moves by their difference.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl
from django.conf import settings
from django.db.models import Q

from wmt import ledger, rules
from wmt.ledger import Ledger, prices
from wmt.nights import Night, open_night
from wmt.nights.unit_slice import UnitSlice, part_of
from wmt.plan.laid_plan import WAITS, LaidPlan, Naming, StepOutcome
from wmt.plan.plan_file import EndReductionsStep, Plan, PlanError, RulesStep
from wmt.plan.steps import lay, lay_step
from wmt.rules import RulesError
from wmt.rules.amendments import APPROVED
from wmt.site.changes.plan_cases import A_CASE, names_of_pdus, readable_cases
from wmt.site.changes.reconcile import facts_shown
from wmt.site.changes.unit_moments import UnitMoment
from wmt.site.figures import units
from wmt.site.plans.models import SavedPlan, SharingSearch
from wmt.site.queries import unit_ledger
from wmt.site.queries.planned_change import PlannedChange
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, rules_of

#: From the nearest to the furthest above posts.
_ABOVE = ("team", "pdu", "region", "nation")
_Figures = tuple[str, int, int]  # stream, points and available points, both in hundredths


@dataclass(frozen=True)
class PlanEffect:
    """What became of each step, and every unit that the plan touches: posts first, then those above them.

    `only_within`: the plan changes a rule, so that what lies above this unit is not known.
    """

    steps: Sequence[StepOutcome]
    moments: Sequence[UnitMoment]
    only_within: str = ""


@dataclass(frozen=True)
class PlanReading:
    """A plan of somebody (`owner`), laid over the figures shown as `reader` may read it.

    The plan does what its owner may see: a case that is not theirs to see is as one that nobody holds.
    """

    plan: Plan
    owner: Any
    reader: Any
    unit: Unit
    state: State

    def outcome(self) -> tuple[PlanEffect, str]:
        """What comes of it; nothing, and why, where a step does not fit this data or its rules by now."""
        try:
            return self.effect(), ""
        except PlanError as error:
            return PlanEffect([], []), str(error)

    def effect(self) -> PlanEffect:
        """What comes of it. Raises PlanError where a step does not fit this data or its rules."""
        if self.change is None:
            night = open_night(settings.CONFIG.nights / self.state.night)
            return PlanEffect(lay(self.plan, _nothing(night).facts, self._naming)[1], [])
        laid = self.change.laid
        was, then = self._figures(self.change)
        moved = {code for code in then if was.get(code) != then[code]} | laid.touched
        within = self.unit if laid.overlays else None
        found = self._moments(was, then, moved, within)
        return PlanEffect(self.change.outcomes, found, self.unit.name if within else "")

    def _figures(self, change: PlannedChange) -> tuple[dict[str, _Figures], dict[str, _Figures]]:
        """Every post that the plan may touch, before and after. Before is what the figures shown say, which
        the ledger would only say again; where a rule changes and the program has others than those figures
        were measured with, both are measured by the program's."""
        as_shown = rules_of(self.state), self.state.tier_scheme, self.state.day
        if change.laid.overlays and not prices.price_alike(change.old, *as_shown):
            return change.of_both(self._measured)
        (then,) = change.of_each(self._measured, [(change.laid.facts, change.new)])
        known = {post.code: post for post in self._posts}
        others = Unit.objects.filter(load_id=self.state.load_id, level="post", whole=True)
        if more := then.keys() - known.keys():
            known |= {post.code: post for post in others.filter(code__in=more)}
        return {
            code: (post.stream, post.points_x100 or 0, post.available_x100 or 0)
            for code, post in known.items() if code in then
        }, then  # fmt: skip

    @cached_property
    def change(self) -> PlannedChange | None:
        """The facts and rules before and after the plan; None where it has no step for anybody there is.
        Raises PlanError."""
        night, posts = open_night(settings.CONFIG.nights / self.state.night), self._posts
        if not self.plan.steps or not posts:
            return None
        part, _ = self._part
        before = facts_shown(self.state, night, part)
        laid, outcomes = lay(self.plan, before, self._naming, self.state.day)
        old, new = self._rules(laid)
        return PlannedChange(part, before, laid, outcomes, old, new, self.state.day)

    def spoken(self) -> list[str]:
        """Its steps in words, laid over nothing; of one that does not fit this data, why."""
        nothing = _nothing(open_night(settings.CONFIG.nights / self.state.night)).facts
        laid, said = LaidPlan(nothing, self._naming), []
        for number, step in enumerate(self.plan.steps, 1):
            try:
                said.append(lay_step(number, step, laid).words)
            except PlanError as error:
                said.append(str(error))
        return said

    @cached_property
    def _posts(self) -> list[Unit]:
        """The posts of every team that the plan names or takes a case from, as far as its owner sees them."""
        teams = {place.partition(":")[0] for place in self.plan.places}
        teams.update(post.team_code for post in self.holders)
        wanted = Q(team_code__in=teams) | Q(pdu_code__in=self.plan.pdus)
        if any(isinstance(step, RulesStep) for step in self.plan.steps):
            column = "code" if self.unit.level == "post" else f"{self.unit.level}_code"
            wanted = Q() if self.unit.level == units.NATION else wanted | Q(**{column: self.unit.code})
        return list(units.seen(self.state, self.owner, "post").filter(wanted))

    @cached_property
    def holders(self) -> list[Unit]:
        """The posts that hold the cases that the owner may see, by code."""
        return _by_code(self._held.values())

    @property
    def read_holders(self) -> list[Unit]:
        """The posts that hold the cases that the reader may see, by code: whose cases are read."""
        return _by_code(self.readable.values())

    @cached_property
    def _held(self) -> dict[str, Unit]:
        return readable_cases(self.owner, self.plan.refs, self.state)

    @cached_property
    def readable(self) -> dict[str, Unit]:
        """The cases that the plan names and the reader may see, and who holds each."""
        if self.reader == self.owner:
            return self._held
        return readable_cases(self.reader, self.plan.refs, self.state)

    @cached_property
    def _naming(self) -> Naming:
        names = units.names_of(units.seen(self.state, self.reader, "post").filter(code__in=self.plan.places))
        names |= dict(
            units.seen(self.state, self.reader, "team")
            .filter(code__in=self.plan.places)
            .values_list("code", "name")
        )
        names |= names_of_pdus(self.state, self.plan.pdus)
        # whoever typed a reference may read what they typed; of another case nobody learns by a plan
        typed = self.plan.refs if self.reader == self.owner else self.readable.keys()
        return Naming(
            case=lambda ref: ref if ref in typed else A_CASE,
            post=lambda code: names.get(code) or code,
            hidden=self.plan.refs - self._held.keys(),
            is_owner=self.reader == self.owner,
            # somebody else may well see who holds a case that its owner does not
            nobody=Naming.nobody if self.reader == self.owner else "whoever made this plan cannot see {}",
        )

    @cached_property
    def _part(self) -> tuple[UnitSlice, frozenset[str]]:
        """The facts of the posts whose figures may move, with those elsewhere who did contacts on their cases
        (what a trainee does in a stage of PQiP earns nothing), and the codes of these. Where reductions end,
        the posts whose cases somebody helped with are among the first."""
        night, codes = open_night(settings.CONFIG.nights / self.state.night), {p.code for p in self._posts}
        part = part_of(night, "post", codes)
        if any(isinstance(step, EndReductionsStep) for step in self.plan.steps):
            mine = part.facts.post["post_no"].implode()
            helped = part.facts.contact.filter(
                pl.col("by_post_no").is_in(mine), ~pl.col("om_post_no").is_in(mine)
            )["om_post_no"]
            posts = Unit.objects.filter(load_id=self.state.load_id, level="post", whole=True)
            others = set(posts.filter(number__in=helped.unique().to_list()).values_list("code", flat=True))
            part = part_of(night, "post", {*codes, *others}) if others else part
        return unit_ledger.with_doers(self.state, night, part)

    def _measured(self, made: Ledger) -> dict[str, _Figures]:
        """The figures of the posts that may move; of those beside them only their contacts are known."""
        rows = made.totals(["post"]).select("code", "stream", "points_x100", "available_x100")
        beside = self._part[1]
        return {
            code: (stream, points, available)
            for code, stream, points, available in rows.iter_rows() if code not in beside
        }  # fmt: skip

    def _rules(self, laid: LaidPlan) -> tuple[rules.RuleSet, rules.RuleSet]:
        """The rules before and after. A rule that is changed is changed in those of `tree`."""
        if not laid.overlays:
            return rules_of(self.state), rules_of(self.state)
        if self.state.overlays:
            words = f"The figures shown have {', '.join(self.state.overlays)} laid over the rules already"
            raise PlanError(f"{words}, so a step cannot change rules here")
        tree, day = self.tree, self.state.rules_date
        try:
            return tree.at(day), tree.at(day, laid.overlays)
        except RulesError as error:
            raise PlanError(str(error)) from None

    @cached_property
    def tree(self) -> rules.Tree:
        """The rules that a step changes: those of the program, and where something was approved here for the
        day, those that the figures shown were measured with: what was approved since is not in them."""
        tree, own = rules.load(), rules_of(self.state)
        of_day = tree.at(self.state.rules_date)
        is_approved = any(value.status == APPROVED for each in (own, of_day) for value in each)
        return rules.as_tree(own, tree) if is_approved else tree

    def _moments(
        self,
        was: dict[str, _Figures],
        then: dict[str, _Figures],
        moved: Collection[str],
        within: Unit | None,
    ) -> list[UnitMoment]:
        known = self._posts if self.reader == self.owner else ()
        posts = {post.code: post for post in known if post.code in moved}
        if missing := set(moved) - posts.keys():
            seen = units.seen(self.state, self.reader, "post")
            posts |= {post.code: post for post in seen.filter(code__in=missing)}
        found, above = [], _Above(self.state, self.reader)
        for code in sorted(moved):
            old, new = was.get(code, ("", 0, 0)), then[code]
            post = posts.get(code) or above.new_post(code, new[0])
            if post is None:
                continue
            before = ledger.Moment(post.points_x100 or 0, post.available_x100 or 0)
            found.append(UnitMoment(post, before, _plus(before, old, new)))
        above.add(found, was, then)
        return found + above.moments(within)


class _Above:
    """Units above posts, and by how much the headline of each moves."""

    def __init__(self, state: State, reader: Any) -> None:
        self.state, self.reader = state, reader
        self._moves: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        self._teams: dict[str, Unit | None] = {}

    def new_post(self, code: str, stream: str) -> Unit | None:
        """A post that only the plan has; None where the reader does not see its team."""
        team_code, _, staff = code.partition(":")
        if team_code not in self._teams:
            self._teams[team_code] = (
                units.seen(self.state, self.reader, "team").filter(code=team_code).first()
            )
        team = self._teams[team_code]
        if team is None:
            return None
        name = "Unallocated cases" if staff == WAITS else f"New person {staff.removeprefix('NEW')}"
        return Unit(
            level="post", code=code, name=f"{name} (only in this plan)", stream=stream, staff_code=staff,
            team_code=team_code, pdu_code=team.pdu_code, region_code=team.region_code,
            points_x100=0, available_x100=0,
        )  # fmt: skip

    def add(self, posts: Sequence[UnitMoment], was: dict[str, _Figures], then: dict[str, _Figures]) -> None:
        """Posts move every unit above them, as far as they are in sentence management."""
        for each in posts:
            code, unit = each.unit.code, each.unit
            for sign, (stream, points, available) in ((-1, was.get(code, ("", 0, 0))), (1, then[code])):
                if stream == ledger.HEADLINE:
                    for level in _ABOVE:
                        key = level, units.NATION if level == units.NATION else getattr(unit, f"{level}_code")
                        self._moves[key][0] += sign * points
                        self._moves[key][1] += sign * available

    def moments(self, within: Unit | None) -> list[UnitMoment]:
        """Those that the reader sees, from the team up; of a rule that changes, `within` and those in it: of
        others not every post is measured."""
        levels = _ABOVE if within is None else ledger.LEVELS[1 : ledger.LEVELS.index(within.level) + 1]
        found = []
        for level in levels:
            codes = {code for at, code in self._moves if at == level}
            for unit in units.seen(self.state, self.reader, level).filter(code__in=codes):
                if within is not None and not _is_in(unit, within):
                    continue
                points, available = self._moves[level, unit.code]
                before = ledger.Moment(unit.points_x100, unit.available_x100)
                after = ledger.Moment(before.points_x100 + points, before.available_x100 + available)
                found.append(UnitMoment(unit, before, after))
        return found


def unit_of_plan(state: State, user: Any, row: SavedPlan | SharingSearch) -> Unit:
    """The unit that a plan was made from, or by its code alone where the data does not have it any more: the
    plan of a unit that is gone can still be read, taken out and deleted."""
    try:
        return units.find(state, user, row.level, row.code)
    except units.UnknownUnit:
        return Unit(load_id=state.load_id, level=row.level, code=row.code, name=row.code)


def _by_code(posts: Iterable[Unit]) -> list[Unit]:
    return sorted({post.code: post for post in posts}.values(), key=lambda post: post.code)


def _is_in(unit: Unit, within: Unit) -> bool:
    above = getattr(unit, f"{within.level}_code", "")
    return within.level == units.NATION or within.code in (unit.code, above)


def _plus(before: ledger.Moment, old: _Figures, new: _Figures) -> ledger.Moment:
    return ledger.Moment(before.points_x100 + new[1] - old[1], before.available_x100 + new[2] - old[2])


def _nothing(night: Night) -> UnitSlice:
    return part_of(night, "post", [])
