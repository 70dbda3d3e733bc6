"""What changes of plans come to in figures: posts and their teams before and after, from the ledger."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from wmt.ledger import measured
from wmt.site.availability.queries import plans_of
from wmt.site.availability.records import Post, PostRecords, ReductionRecord
from wmt.site.changes.deltas import is_fresh
from wmt.site.changes.time_lines import grade_of, lines_on
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: Of more days on which something changes, only the first are worked out.
_DAYS = 6
_TIME = ("available_x100", "contracted_hours_micro", "reduction_hours_micro")


@dataclass(frozen=True)
class UnitFigures:
    """The work of a unit, which a change of hours leaves as it is, and its time."""

    points_x100: int
    available_x100: int
    contracted_hours_micro: int
    reduction_hours_micro: int
    #: what reductions take: all that is entered, cut at each post's contract; None where it was not added up
    taken_hours_micro: int | None = None


@dataclass(frozen=True)
class Effect:
    """One unit before and after, on a day. Posts that keep an earlier night's figures have no effect."""

    level: str
    code: str
    name: str
    day: date
    before: UnitFigures
    after: UnitFigures


def effects_of(
    state: State,
    before: Mapping[Post, PostRecords],
    after: Mapping[Post, PostRecords],
    days: Sequence[date] | None = None,
) -> list[Effect]:
    """What the plans come to on each day on which they begin to differ, from the day of the figures on.

    Posts first, then their teams, day by day. Work is as it is now.
    """
    wanted = list(days) if days is not None else days_of_effect(before, after, state.day)[:_DAYS]
    if not wanted:
        return []
    units = _with_teams(state, before)
    posts = [unit for unit in units if unit.level == "post"]
    stands = plans_of([_post(unit) for unit in posts]) | dict(before)
    was = _times(state, posts, stands, wanted)
    now = was | _times(state, [unit for unit in posts if _post(unit) in after], after, wanted)
    return [effect for day in wanted for effect in _on(units, after, day, was, now)]


def days_of_effect(
    before: Mapping[Post, PostRecords], after: Mapping[Post, PostRecords], today: date
) -> list[date]:
    """The days, from today on, on which the plans begin to differ, or differ in another way than before."""
    days: set[date] = set()
    for post, plan in after.items():
        former = before.get(post, PostRecords())
        turns = sorted({today, *(day for day in (*plan.days(), *former.days()) if day > today)})
        last: tuple[object, ...] = ()
        for day in turns:
            now = _in_force(former, day), _in_force(plan, day)
            if now[0] != now[1] and now != last:
                days.add(day)
            last = now
    return sorted(days)


def _in_force(plan: PostRecords, day: date) -> tuple[object, ...]:
    hours, grade = plan.hours_on(day), plan.grade_on(day)
    return (
        hours and hours.hours_micro,
        grade and grade.grade,
        [_amount(cut) for cut in plan.reductions_on(day)],
    )


def _amount(cut: ReductionRecord) -> tuple[object, ...]:
    return cut.key, cut.hours_micro, cut.percent_x100


def _with_teams(state: State, posts: Mapping[Post, PostRecords]) -> list[Unit]:
    """All posts of the teams of these posts, and the teams: their part in the streams these posts are in."""
    teams = {team for team, _ in posts}
    rows = Unit.objects.filter(load_id=state.load_id, whole=True, team_code__in=teams, level="post")
    found = list(rows.order_by("code"))
    streams = {(unit.team_code, unit.stream) for unit in found if _post(unit) in posts}
    above = Unit.objects.filter(load_id=state.load_id, grade="", level="team", code__in=teams)
    return [*found, *(unit for unit in above.order_by("code") if (unit.code, unit.stream) in streams)]


Times = Mapping[tuple[Post, date], Mapping[str, int]]


def _on(
    units: Sequence[Unit], after: Mapping[Post, PostRecords], day: date, was: Times, now: Times
) -> Iterator[Effect]:
    for unit in units:
        if unit.level == "team":
            members = [
                post
                for post in units
                if post.level == "post" and (post.team_code, post.stream) == (unit.code, unit.stream)
            ]
            yield _effect(unit, day, members, was, now)
        elif _post(unit) in after and is_fresh(unit):
            yield _effect(unit, day, [unit], was, now)


def _post(unit: Unit) -> Post:
    return unit.team_code, unit.staff_code


def _times(
    state: State, posts: Sequence[Unit], plans: Mapping[Post, PostRecords], days: Sequence[date]
) -> dict[tuple[Post, date], dict[str, int]]:
    """The time of posts on some days; of those that keep an earlier night's figures, what they keep."""
    asked = [
        (unit, plans.get(_post(unit), PostRecords()), day) for unit in posts if is_fresh(unit) for day in days
    ]
    lines = lines_on(state, asked)
    kept = {
        (_post(unit), day): _with_taken({name: getattr(unit, name) for name in _TIME})
        for unit in posts
        for day in days
    }
    return kept | {
        (_post(unit), day): _with_taken(measured(found, _TIME))
        for (unit, _, day), found in zip(asked, lines, strict=True)
    }


def _with_taken(time: Mapping[str, int]) -> dict[str, int]:
    """The time of a post, with what its reductions take of the contract: no more than there is."""
    return {
        **time,
        "taken_hours_micro": min(time["contracted_hours_micro"], time["reduction_hours_micro"]),
    }


def _effect(unit: Unit, day: date, members: Sequence[Unit], was: Times, now: Times) -> Effect:
    def figures(times: Times) -> UnitFigures:
        names = (*_TIME, "taken_hours_micro")
        sums = {name: sum(times[_post(member), day][name] for member in members) for name in names}
        return UnitFigures(unit.points_x100, **sums)

    return Effect(unit.level, unit.code, unit.name, day, figures(was), figures(now))


@dataclass(frozen=True)
class PostMoment:
    """A post from a day on, until the next: its grade and its figures, its work being what it is now."""

    day: date
    grade: str
    figures: UnitFigures


def timeline(state: State, unit: Unit, plan: PostRecords) -> list[PostMoment]:
    """What a post's time is from each day on that begins or ends something, and from the day of the figures.

    Empty for a post that keeps an earlier night's figures. By the rules of the figures shown, on every day.
    """
    if not is_fresh(unit):
        return []
    days = sorted({state.day, *(day for day in plan.days() if day > date.min)})
    asked = [(unit, plan, day) for day in days]
    return [
        PostMoment(
            day,
            grade_of(unit, plan, day),
            UnitFigures(unit.points_x100, **_with_taken(measured(found, _TIME))),
        )
        for day, found in zip(days, lines_on(state, asked), strict=True)
    ]


def timeline_of(state: State, post: Post) -> list[PostMoment]:
    """The same of a post by its codes; empty where there is no such post."""
    found = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, code=":".join(post)).first()
    return timeline(state, found, plans_of([post])[post]) if found else []
