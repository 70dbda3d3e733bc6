"""What changes of plans come to in figures: posts and their teams before and after, from the ledger."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from wmt.ledger import measured
from wmt.site.availability import records
from wmt.site.availability.queries import plans_of
from wmt.site.changes import time_lines
from wmt.site.changes.contact_deltas import points_moved
from wmt.site.changes.deltas import is_fresh
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: Of more days on which something changes, only the first are worked out.
_DAYS = 6
_TIME = ("available_x100", "contracted_hours_micro", "reduction_hours_micro")


@dataclass(frozen=True)
class UnitFigures:
    """The work of a unit, which a change of hours leaves as it is (but trainees' contacts), and its time."""

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
    before: Mapping[records.Post, records.PostRecords],
    after: Mapping[records.Post, records.PostRecords],
    days: Sequence[date] | None = None,
) -> list[Effect]:
    """What the plans come to on each day on which they begin to differ, from the day of the figures on.

    Posts first, then their teams, day by day; then those elsewhere whose points trainees' contacts move.
    Work is as it is now, but for those.
    """
    wanted = list(days) if days is not None else days_of_effect(before, after, state.day)[:_DAYS]
    moved = points_moved(state, time_lines.posts_in(state, after), before, after)
    if days is None and not wanted and moved[0] != moved[1]:
        wanted = [state.day]
    if not wanted:
        return []
    units = _with_teams(state, before)
    posts = [unit for unit in units if unit.level == "post"]
    stands = plans_of([_post(unit) for unit in posts]) | dict(before)
    was = _times(state, posts, stands, wanted)
    now = was | _times(state, [unit for unit in posts if _post(unit) in after], after, wanted)
    found = [effect for day in wanted for effect in _on(units, after, day, (was, now), moved)]
    return found + _elsewhere(state, {unit.code for unit in units}, wanted[0], moved)


def _elsewhere(
    state: State, known: Collection[str], day: date, moved: Sequence[Mapping[int, int]]
) -> list[Effect]:
    """Posts of other teams whose points move by contacts, and their teams: their time stays."""
    numbers = [number for number in {*moved[0], *moved[1]} if moved[0].get(number) != moved[1].get(number)]
    whole = Unit.objects.filter(load_id=state.load_id)
    posts = (
        whole.filter(level="post", whole=True, number__in=numbers).exclude(code__in=known).order_by("code")
    )
    by: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    found = []
    for unit in filter(is_fresh, posts):
        mine = [each.get(unit.number or 0, 0) for each in moved]
        for at, points in enumerate(mine):
            by[unit.team_code, unit.stream][at] += points
        found.append((unit, mine))
    teams = whole.filter(level="team", grade="", code__in=[team for team, _ in by]).order_by("code")
    found += [(unit, by[unit.code, unit.stream]) for unit in teams if (unit.code, unit.stream) in by]
    return [
        Effect(unit.level, unit.code, unit.name, day, *(
            UnitFigures(unit.points_x100 + by_now, *(getattr(unit, name) for name in _TIME))
            for by_now in mine
        ))
        for unit, mine in found
        if unit.code not in known
    ]  # fmt: skip


def days_of_effect(
    before: Mapping[records.Post, records.PostRecords],
    after: Mapping[records.Post, records.PostRecords],
    today: date,
) -> list[date]:
    """The days, from today on, on which the plans begin to differ, or differ in another way than before."""
    days: set[date] = set()
    for post, plan in after.items():
        former = before.get(post, records.PostRecords())
        turns = sorted({today, *(day for day in (*plan.days(), *former.days()) if day > today)})
        last: tuple[object, ...] = ()
        for day in turns:
            now = _in_force(former, day), _in_force(plan, day)
            if now[0] != now[1] and now != last:
                days.add(day)
            last = now
    return sorted(days)


def _in_force(plan: records.PostRecords, day: date) -> tuple[object, ...]:
    hours, grade = plan.hours_on(day), plan.grade_on(day)
    return (
        hours and hours.hours_micro,
        grade and grade.grade,
        [(cut.key, cut.hours_micro, cut.percent_x100) for cut in plan.reductions_on(day)],
    )


def _with_teams(state: State, posts: Mapping[records.Post, records.PostRecords]) -> list[Unit]:
    """All posts of the teams of these posts, and the teams: their part in the streams these posts are in."""
    teams = {team for team, _ in posts}
    rows = Unit.objects.filter(load_id=state.load_id, whole=True, team_code__in=teams, level="post")
    found = list(rows.order_by("code"))
    streams = {(unit.team_code, unit.stream) for unit in found if _post(unit) in posts}
    above = Unit.objects.filter(load_id=state.load_id, grade="", level="team", code__in=teams)
    return [*found, *(unit for unit in above.order_by("code") if (unit.code, unit.stream) in streams)]


Times = Mapping[tuple[records.Post, date], Mapping[str, int]]


def _on(
    units: Sequence[Unit],
    after: Mapping[records.Post, records.PostRecords],
    day: date,
    times: tuple[Times, Times],
    moved: Sequence[Mapping[int, int]],
) -> Iterator[Effect]:
    for unit in units:
        if unit.level == "team":
            members = [
                post
                for post in units
                if post.level == "post" and (post.team_code, post.stream) == (unit.code, unit.stream)
            ]
            yield _effect(unit, day, members, times, moved)
        elif is_fresh(unit) and (
            _post(unit) in after or len({each.get(unit.number or 0, 0) for each in moved}) > 1
        ):
            yield _effect(unit, day, [unit], times, moved)


def _post(unit: Unit) -> records.Post:
    return unit.team_code, unit.staff_code


def _times(
    state: State,
    posts: Sequence[Unit],
    plans: Mapping[records.Post, records.PostRecords],
    days: Sequence[date],
) -> dict[tuple[records.Post, date], dict[str, int]]:
    """The time of posts on some days; of those that keep an earlier night's figures, what they keep."""
    asked = [
        (unit, plans.get(_post(unit), records.PostRecords()), day)
        for unit in posts
        if is_fresh(unit)
        for day in days
    ]
    lines = time_lines.lines_on(state, asked)
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


def _effect(
    unit: Unit,
    day: date,
    members: Sequence[Unit],
    times: tuple[Times, Times],
    moved: Sequence[Mapping[int, int]],
) -> Effect:
    def figures(time: Times, points: Mapping[int, int]) -> UnitFigures:
        names = (*_TIME, "taken_hours_micro")
        sums = {name: sum(time[_post(member), day][name] for member in members) for name in names}
        by = sum(points.get(member.number or 0, 0) for member in members)
        return UnitFigures(unit.points_x100 + by, **sums)

    return Effect(unit.level, unit.code, unit.name, day, *map(figures, times, moved))


@dataclass(frozen=True)
class PostMoment:
    """A post from a day on, until the next: its grade and its figures, its work being what it is now."""

    day: date
    grade: str
    figures: UnitFigures


def timeline(state: State, unit: Unit, plan: records.PostRecords) -> list[PostMoment]:
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
            time_lines.grade_of(unit, plan, day),
            UnitFigures(unit.points_x100, **_with_taken(measured(found, _TIME))),
        )
        for day, found in zip(days, time_lines.lines_on(state, asked), strict=True)
    ]


def timeline_of(state: State, post: records.Post) -> list[PostMoment]:
    """The same of a post by its codes; empty where there is no such post."""
    found = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, code=":".join(post)).first()
    return timeline(state, found, plans_of([post])[post]) if found else []
