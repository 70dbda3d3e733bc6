"""Live figures of contacts: what a trainee did in a stage of PQiP earns nothing, whoever's case it was.

A stage that is entered, moved or withdrawn changes contacts that are lines already: of who did them and of
the posts whose cases they are about. Each keeps its amounts and gets the other one of its two prices.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from typing import Any

from django.db.models import Q

from wmt.ledger import LineReason
from wmt.ledger.prices import trainee_stages
from wmt.site.availability import records
from wmt.site.availability.models import Reduction
from wmt.site.changes.deltas import Exchange, is_fresh, put_exchanged
from wmt.site.figures import line_queries
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import State, rules_of

_COWORKING = str(LineReason.COWORKING)


def put_contacts(
    state: State, units: Sequence[Unit], plans: Mapping[records.Post, records.PostRecords], change: int
) -> None:
    """Give the contacts that these posts did the prices that their plans make them have."""
    (moved,) = _exchanged(state, units, plans)
    if moved:
        # the posts of lines, as their figures are by now, but those that keep an earlier night's lines
        found = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, number__in=list(moved))
        posts = [unit for unit in found.order_by("code") if is_fresh(unit)]
        exchanged = {
            number: Exchange([was for was, _ in lines], [now for _, now in lines])
            for number, lines in moved.items()
        }
        put_exchanged(state, posts, exchanged, change)


def points_moved(
    state: State, units: Sequence[Unit], *versions: Mapping[records.Post, records.PostRecords]
) -> list[dict[int, int]]:
    """By how many points (in hundredths) each version of the plans of posts moves any post, by its number."""
    stages = trainee_stages(rules_of(state))

    def of_stages(
        plans: Mapping[records.Post, records.PostRecords], unit: Unit
    ) -> list[records.ReductionRecord]:
        plan = plans.get((unit.team_code, unit.staff_code), records.PostRecords())
        return [cut for cut in plan.reductions if cut.reason in stages]

    units = [unit for unit in units if of_stages(versions[0], unit) != of_stages(versions[-1], unit)]
    return [
        {post: sum(now.points_x100 - was.points_x100 for was, now in lines) for post, lines in moved.items()}
        for moved in _exchanged(state, units, *versions)
    ]


def _exchanged(
    state: State, units: Sequence[Unit], *versions: Mapping[records.Post, records.PostRecords]
) -> list[dict[int, list[tuple[Line, Line]]]]:
    """The contacts that posts did, by the post of each line: those with another price under their plans."""
    rules = rules_of(state)
    stages, window = trainee_stages(rules), int(str(rules["cms_window_days"].value))
    found: list[dict[int, list[tuple[Line, Line]]]] = [defaultdict(list) for _ in versions]
    for unit in _ever_trainees(units, stages, versions):
        cuts = [
            plans.get((unit.team_code, unit.staff_code), records.PostRecords()).reductions
            for plans in versions
        ]
        for line in _contacts_of(state, unit):
            # since is missing only where a post keeps lines of an earlier night
            if line.since is None or not 0 <= (state.as_at.date() - line.since).days < window:
                continue
            for moved, mine in zip(found, cuts, strict=True):
                stage = any(cut.reason in stages and cut.in_force(line.since) for cut in mine)
                other = _priced(state, line, coworking=stage)
                if other is not None:
                    moved[line.post_no].append((line, other))
    return found


def contacts_now(state: State) -> list[Line]:
    """Both lines of every contact whose price may be another than its night gave it, as it is now."""
    touched = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, touched__gt=0)
    doers = _ever_trainees(list(touched), trainee_stages(rules_of(state)))
    found = {line.pk: line for unit in doers for line in _contacts_of(state, unit)}
    return list(found.values())


def _ever_trainees(
    units: Sequence[Unit],
    stages: Collection[str],
    versions: Sequence[Mapping[records.Post, records.PostRecords]] = (),
) -> list[Unit]:
    """Those of the posts for which a stage was ever entered: no contact of another can change its price."""
    staff = {unit.staff_code for unit in units}
    rows = Reduction.objects.filter(reason__in=sorted(stages))
    if len(staff) < 300:
        rows = rows.filter(staff_code__in=staff)
    ever = set(rows.values_list("team_code", "staff_code"))
    for plans in versions:  # or for which one is about to be entered
        ever |= {post for post, plan in plans.items() if any(cut.reason in stages for cut in plan.reductions)}
    return [unit for unit in units if (unit.team_code, unit.staff_code) in ever]


def _contacts_of(state: State, unit: Unit) -> list[Line]:
    """Both lines of every contact that a post did: its own, and that of whose case it is."""
    # the numbers of what prices contacts, of who does them (1) and of whose case it is (-1)
    sides: dict[int, list[int]] = {1: [], -1: []}
    for number, pricing in line_queries.pricing_of(state).items():
        if pricing.kind == "contact" and pricing.each_x100:
            sides[1 if pricing.each_x100 > 0 else -1].append(number)
    lines = Line.objects.filter(load_id=state.load_id)
    own = list(lines.filter(post_no=unit.number or 0, pricing__in=sides[1])) if is_fresh(unit) else []
    # a post that keeps an earlier night's lines has no line of its own to find the others by
    there = Q(ref__in=[line.ref for line in own]) if is_fresh(unit) else Q()
    return own + list(lines.filter(there, other_post=unit.code, pricing__in=sides[-1]))


def _priced(state: State, line: Line, *, coworking: bool) -> Line | None:
    """The line under its other price; None where it has the right one."""
    now = line_queries.pricing_of(state)[line.pricing]
    if (now.reason == _COWORKING) == coworking:
        return None
    paths = (f"cms_points.{line.about}", "cms_points.(other)")
    found: dict[Any, int] = {
        each.rule: number
        for number, each in line_queries.pricing_of(state).items()
        if each.kind == "contact"
        and each.each_x100 == now.each_x100
        and (each.reason == _COWORKING) == coworking
        and (coworking or each.counted)
    }
    numbers = list(found.values()) if coworking else [found[path] for path in paths if path in found]
    if not numbers:
        return None
    made = copy(line)
    made.pk, made._state = None, copy(line._state)
    made._state.adding = True
    made.pricing, made.points_x100 = numbers[0], 0 if coworking else now.each_x100 or 0
    return made
