"""What changes of plans come to in figures: posts and their teams before and after, from the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from wmt.ledger import measured
from wmt.site.availability.plan import Cut, Plan, Post
from wmt.site.workload.current import State
from wmt.site.workload.models import Unit
from wmt.site.workload.time_lines import time_lines

#: Of more days on which something changes, only the first are worked out.
_DAYS = 6
_TIME = ("available_x100", "contracted_hours_micro", "reduction_hours_micro")


@dataclass(frozen=True)
class Figures:
    """The work of a unit, which a change of hours leaves as it is, and its time."""

    points_x100: int
    available_x100: int
    contracted_hours_micro: int
    reduction_hours_micro: int


@dataclass(frozen=True)
class Effect:
    """One unit before and after, on a day. Posts that keep an earlier night's figures have no effect."""

    level: str
    code: str
    name: str
    day: date
    before: Figures
    after: Figures


def effects_of(
    state: State, before: Mapping[Post, Plan], after: Mapping[Post, Plan], days: Sequence[date] | None = None
) -> list[Effect]:
    """What the plans come to on each day on which they begin to differ, from the day of the figures on.

    Posts first, then their teams, day by day. Work is as it is now.
    """
    wanted = list(days) if days is not None else days_of_effect(before, after, state.day)[:_DAYS]
    units = _with_teams(state, before)
    found = []
    for day in wanted:
        found += _on(state, units, before, after, day)
    return found


def days_of_effect(before: Mapping[Post, Plan], after: Mapping[Post, Plan], today: date) -> list[date]:
    """The days, from today on, on which the plans begin to differ, or differ in another way than before."""
    days: set[date] = set()
    for post, plan in after.items():
        former = before.get(post, Plan())
        turns = sorted({today, *(day for day in (*plan.days(), *former.days()) if day > today)})
        last: tuple[object, ...] = ()
        for day in turns:
            now = _in_force(former, day), _in_force(plan, day)
            if now[0] != now[1] and now != last:
                days.add(day)
            last = now
    return sorted(days)


def _in_force(plan: Plan, day: date) -> tuple[object, ...]:
    hours, grade = plan.hours_on(day), plan.grade_on(day)
    return (
        hours and hours.hours_micro,
        grade and grade.grade,
        [_amount(cut) for cut in plan.reductions_on(day)],
    )


def _amount(cut: Cut) -> tuple[object, ...]:
    return cut.key, cut.hours_micro, cut.percent_x100


def _with_teams(state: State, posts: Mapping[Post, Plan]) -> list[Unit]:
    """All posts of the teams of these posts, and the teams themselves."""
    teams = {team for team, _ in posts}
    found = Unit.objects.filter(load_id=state.load_id, whole=True, team_code__in=teams, level="post")
    above = Unit.objects.filter(load_id=state.load_id, whole=True, level="team", code__in=teams)
    return [*found.order_by("code"), *above.order_by("code")]


def _on(
    state: State, units: Sequence[Unit], before: Mapping[Post, Plan], after: Mapping[Post, Plan], day: date
) -> list[Effect]:
    from wmt.site.availability.standing import plans_of

    posts = [unit for unit in units if unit.level == "post"]
    stands = plans_of([(unit.team_code, unit.staff_code) for unit in posts]) | dict(before)
    was = _times(state, posts, stands, day)
    now = was | _times(state, [unit for unit in posts if _post(unit) in after], after, day)
    found = [
        _effect(unit, day, [unit], was, now) for unit in posts if _post(unit) in after and _is_fresh(unit)
    ]
    for team in units:
        if team.level == "team":
            members = [unit for unit in posts if unit.team_code == team.code]
            found.append(_effect(team, day, members, was, now))
    return found


def _post(unit: Unit) -> Post:
    return unit.team_code, unit.staff_code


def _is_fresh(unit: Unit) -> bool:
    return unit.stale_since is None and not unit.unmeasured_posts


def _times(
    state: State, posts: Sequence[Unit], plans: Mapping[Post, Plan], day: date
) -> dict[Post, dict[str, int]]:
    """The time of posts on a day; of those that keep an earlier night's figures, what they keep."""
    fresh = [unit for unit in posts if _is_fresh(unit)]
    lines = time_lines(state, fresh, plans, day)
    kept = {_post(unit): {name: getattr(unit, name) for name in _TIME} for unit in posts}
    return kept | {post: measured(found, _TIME) for post, found in lines.items()}


def _effect(
    unit: Unit,
    day: date,
    members: Sequence[Unit],
    was: Mapping[Post, Mapping[str, int]],
    now: Mapping[Post, Mapping[str, int]],
) -> Effect:
    def figures(times: Mapping[Post, Mapping[str, int]]) -> Figures:
        sums = {name: sum(times[_post(member)][name] for member in members) for name in _TIME}
        return Figures(unit.points_x100, **sums)

    return Effect(unit.level, unit.code, unit.name, day, figures(was), figures(now))
