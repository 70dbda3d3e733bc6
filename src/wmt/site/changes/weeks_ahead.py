"""The weeks ahead: what posts have time for with all that is entered, and what begins and ends by then.

Time comes from the ledger's time side, by the rules of the figures shown; work is what it is today, because
nobody knows who will be allocated what.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from django.db.models import Max, Q

from wmt.ledger import measured
from wmt.site.availability import models, queries, records
from wmt.site.changes.deltas import is_fresh
from wmt.site.changes.impact import UnitFigures
from wmt.site.changes.time_lines import lines_on
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

WEEKS = 12
_TIME = ("available_x100", "contracted_hours_micro", "reduction_hours_micro")
Turn = Literal["begins", "ends"]


@dataclass(frozen=True)
class Event:
    """Something entered that begins or ends: `day` is the first day, or the last, both counting."""

    day: date
    turn: Turn
    post: Unit
    entry: records.Entry
    #: the contract on that day
    contracted_micro: int = 0


def weeks_of(day: date) -> list[date]:
    """The first day of each week looked at: today for the rest of this week, then the next 12 Mondays."""
    monday = day - timedelta(days=day.weekday())
    return [day, *(monday + timedelta(weeks=week) for week in range(1, WEEKS + 1))]


def hours_left(figures: UnitFigures) -> int:
    """The hours a week that reductions leave of the contract, in millionths; never less than none."""
    return max(0, figures.contracted_hours_micro - figures.reduction_hours_micro)


def ahead_of(
    state: State,
    posts: Sequence[Unit],
    plans: Mapping[records.Post, records.PostRecords],
    days: Sequence[date],
) -> dict[str, list[UnitFigures]]:
    """The figures of each post on each of the days, by its code: one run of the ledger.

    A post that keeps an earlier night's figures keeps them.
    """
    asked = [
        (post, plans.get((post.team_code, post.staff_code), records.PostRecords()), day)
        for post in posts
        if is_fresh(post)
        for day in days
    ]
    found: dict[str, list[UnitFigures]] = {}
    for (post, _, _), lines in zip(asked, lines_on(state, asked), strict=True):
        found.setdefault(post.code, []).append(UnitFigures(post.points_x100, **measured(lines, _TIME)))
    for post in posts:
        kept = UnitFigures(post.points_x100, **{name: getattr(post, name) for name in _TIME})
        found.setdefault(post.code, [kept] * len(days))
    return found


def together(posts: Sequence[Unit], found: Mapping[str, Sequence[UnitFigures]], place: int) -> UnitFigures:
    names = ("points_x100", *_TIME)
    each = [found[post.code][place] for post in posts]
    hours = sum(hours_left(figures) for figures in each)
    sums = {name: sum(getattr(figures, name) for figures in each) for name in names}
    # what is cut at one person's contract is no time of another: the hours left add up, not the reductions
    return UnitFigures(**sums | {"reduction_hours_micro": sums["contracted_hours_micro"] - hours})


def contracted_on(plan: records.PostRecords, post: Unit, day: date) -> int:
    """The contracted hours of a post on a day from today on: as entered for it, else what they are today."""
    entered = plan.hours_on(day)
    return entered.hours_micro if entered else post.contracted_hours_micro


def events_of(
    posts: Sequence[Unit], plans: Mapping[records.Post, records.PostRecords], first: date, last: date
) -> list[Event]:
    """All that begins after the first day or ends from it on, up to the last day; the soonest first."""
    found = []
    for post in posts:
        plan = plans.get((post.team_code, post.staff_code), records.PostRecords())
        every: list[records.HoursRecord | records.ReductionRecord | records.GradeRecord] = [
            *plan.hours,
            *plan.reductions,
            *plan.grades,
        ]
        for entry in every:
            if first < entry.first_day <= last:
                hours = contracted_on(plan, post, entry.first_day)
                found.append(Event(entry.first_day, "begins", post, entry, hours))
            end = None if isinstance(entry, records.HoursRecord) else entry.last_day
            if end is not None and first <= end <= last:
                found.append(Event(end, "ends", post, entry, contracted_on(plan, post, end)))
    return sorted(found, key=lambda each: (each.day, each.post.name, each.post.code, each.turn))


def available_ahead(state: State, posts: Sequence[Unit], last: date) -> dict[str, list[tuple[date, int]]]:
    """What posts have available from today on, and from each later day on which that changes, by their codes.

    By what is entered so far, up to the last day. A post that keeps an earlier night's figures keeps them.
    """
    teams = frozenset(post.team_code for post in posts)
    entered = (kind._default_manager.filter(team_code__in=teams) for kind in models.KINDS.values())
    changes = tuple(rows.filter(queries.known()).aggregate(last=Max("change"))["last"] for rows in entered)
    later = _later(KeyedState(state, teams, changes, last))
    return {post.code: [(state.day, post.available_x100), *later.get(post.code, ())] for post in posts}


class KeyedState:
    """Figures of some teams beside a key that says which, and what had been entered about their posts."""

    def __init__(
        self, state: State, teams: frozenset[str], changes: tuple[int | None, ...], last: date
    ) -> None:
        self.state, self.teams, self.last = state, teams, last
        self._key = state.of_load, state.day, teams, changes, last

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeyedState) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


@lru_cache(maxsize=200)
def _later(held: KeyedState) -> dict[str, list[tuple[date, int]]]:
    """The days after today on which what posts have available changes."""
    state, turning = held.state, set[str]()
    for kind in models.KINDS.values():
        soon = Q(first_day__gt=state.day, first_day__lte=held.last)
        if kind is not models.Hours:
            soon |= Q(last_day__gte=state.day, last_day__lt=held.last)
        of_teams = kind._default_manager.filter(team_code__in=held.teams)
        rows = of_teams.filter(queries.stood(), soon, withdrawn=False)
        turning |= {f"{team}:{staff}" for team, staff in rows.values_list("team_code", "staff_code")}
    units = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, code__in=turning)
    posts = [post for post in units if is_fresh(post)]
    plans = queries.plans_of([(post.team_code, post.staff_code) for post in posts])
    asked = [
        (post, plans[post.team_code, post.staff_code], day)
        for post in posts
        for day in [state.day, *plans[post.team_code, post.staff_code].days()]
        if state.day <= day <= held.last
    ]
    found: dict[str, list[tuple[date, int]]] = {}
    for (post, _, day), lines in zip(asked, lines_on(state, asked), strict=True):
        x100, days = measured(lines, ("available_x100",))["available_x100"], found.setdefault(post.code, [])
        if not days or x100 != days[-1][1]:
            days.append((day, x100))
    return {code: days[1:] for code, days in found.items()}
