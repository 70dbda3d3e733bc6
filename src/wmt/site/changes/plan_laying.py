"""A plan laid step by step over the figures as they are now, to be applied by somebody."""

from typing import Any

from django.conf import settings
from django.db.models import Q

from wmt.nights import open_night
from wmt.nights.unit_slice import part_of
from wmt.plan.laid_plan import Naming
from wmt.plan.plan_file import Plan
from wmt.site.changes.plan_cases import A_CASE, names_of_pdus, readable_cases
from wmt.site.changes.plan_steps import LoggedPlan
from wmt.site.changes.reconcile import facts_shown
from wmt.site.figures import units
from wmt.site.plans.models import SavedPlan
from wmt.site.workload.state import State


def plan_to_apply(row: SavedPlan, plan: Plan, actor: Any, state: State) -> LoggedPlan:
    """Where the steps of a plan are laid, as `actor` (None: a command) may apply them.

    A case has to be there for its owner too: what they may not see is nobody's, whoever applies the plan.
    """
    held = readable_cases(row.owner, plan.refs, state)
    if actor is not None and actor != row.owner:
        mine = readable_cases(actor, plan.refs, state)
        held = {ref: post for ref, post in held.items() if ref in mine}
    is_own = actor is None or actor == row.owner
    posts, teams = (
        units.of_level(state, level) if actor is None else units.seen(state, actor, level)
        for level in ("post", "team")
    )
    names = units.names_of(posts.filter(code__in=plan.places))
    names |= dict(teams.filter(code__in=plan.places).values_list("code", "name"))
    names |= names_of_pdus(state, plan.pdus)
    naming = Naming(
        case=lambda ref: ref if is_own or ref in held else A_CASE,
        post=lambda code: names.get(code) or code,
        hidden=plan.refs - held.keys(),
        is_owner=is_own,
        nobody=Naming.nobody if is_own else "you or whoever made this plan cannot see {}",
    )
    places = {place.partition(":")[0] for place in plan.places} | {post.team_code for post in held.values()}
    found = list(posts.filter(Q(team_code__in=places) | Q(pdu_code__in=plan.pdus)))
    night = open_night(settings.CONFIG.nights / state.night)
    part = part_of(night, "post", {post.code for post in found})
    return LoggedPlan(facts_shown(state, night, part), naming, day=state.day)
