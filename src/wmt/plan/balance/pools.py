"""Bundles that are alike, as pools: what counts is how many a post gives to a pool and takes from it.

Who gives to whom follows afterwards (`pairing`), so a problem grows with posts × pools and not with pairs.
A `Shift` is an answer in these terms: by (pool, post) how many more bundles a post holds then, or fewer.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from wmt.plan.balance.problem import WAITING, CaseBundle, Goal, PostBounds, SharingProblem, may_receive

#: The place of what waits: beside the posts, which are numbered from 0.
NOBODY = -1

#: More cases than anybody has.
_ANY = 1_000_000

#: (number of the pool, number of the post or NOBODY) → bundles more (or fewer) than now; never 0.
Shift = Mapping[tuple[int, int], int]


@dataclass(frozen=True, kw_only=True)
class CasePool:
    """Bundles of equal points, number of cases, high-risk cases and receivers, whoever holds them."""

    points_x100: int
    cases: int
    high: int
    held: Mapping[int, int]  # by post that may give, or NOBODY
    receivers: tuple[int, ...]


@dataclass(frozen=True)
class Pooled:
    """A problem in pools: `pool_of` says which pool a bundle is in, by its place; None where it is stuck."""

    problem: SharingProblem
    bounds: list[PostBounds]
    pools: list[CasePool]
    pool_of: list[int | None]

    def step(self, goal: Goal) -> int:
        """In what steps a goal counts: points in a share of all available points, the others one by one."""
        if goal not in (Goal.POINTS_OVER, Goal.SPREAD):
            return 1
        available = sum(post.available_x100 for post in self.problem.posts)
        return max(1, available * self.problem.limits.step_x100 // 10_000)

    def can_give(self, post: int) -> int:
        """The points of all that a post may give."""
        return self._can_give.get(post, 0)

    @cached_property
    def _can_give(self) -> Counter[int]:
        found: Counter[int] = Counter()
        for pool in self.pools:
            for post, number in pool.held.items():
                found[post] += pool.points_x100 * number
        return found


def pooled(problem: SharingProblem) -> Pooled:
    """The pools of a problem, largest points first."""
    number = {post.code: place for place, post in enumerate(problem.posts)} | {WAITING: NOBODY}
    held: dict[tuple[int, int, int, tuple[int, ...]], Counter[int]] = {}
    receivers: dict[tuple[frozenset[str], frozenset[str]], tuple[int, ...]] = {}
    keys: list[tuple[int, int, int, tuple[int, ...]] | None] = []
    for bundle in problem.bundles:
        place, allowed = number[bundle.holder], (bundle.grades, bundle.not_to)
        if allowed not in receivers:
            receivers[allowed] = _receivers(problem, bundle)
        key = (-bundle.points_x100, bundle.cases, bundle.high, receivers[allowed])
        stuck = place != NOBODY and not problem.posts[place].gives
        if stuck or not bundle.points_x100 or not set(receivers[allowed]) - {place}:
            keys.append(None)
            continue
        keys.append(key)
        held.setdefault(key, Counter())[place] += bundle.number
    order = {key: place for place, key in enumerate(sorted(held))}
    pools = [
        CasePool(points_x100=-key[0], cases=key[1], high=key[2], held=dict(held[key]), receivers=key[3])
        for key in order
    ]
    return Pooled(problem, problem.bounds(), pools, [key and order[key] for key in keys])


def _receivers(problem: SharingProblem, bundle: CaseBundle) -> tuple[int, ...]:
    return tuple(
        place
        for place, post in enumerate(problem.posts)
        if may_receive(post) and post.grade in bundle.grades and post.code not in bundle.not_to
    )


def points_after(asked: Pooled, shift: Shift) -> list[int]:
    """The points of each post with a shift."""
    points = [post.points_x100 for post in asked.problem.posts]
    for (pool, post), more in shift.items():
        if post != NOBODY:
            points[post] += asked.pools[pool].points_x100 * more
    return points


def value(asked: Pooled, shift: Shift, goal: Goal) -> int:
    """What a shift makes of a goal, in its steps."""
    return -(-exact(asked, shift, goal) // asked.step(goal))


def exact(asked: Pooled, shift: Shift, goal: Goal) -> int:
    """What a shift makes of a goal: posts, cases, or points in hundredths."""
    if goal == Goal.MOVES:
        return sum(asked.pools[pool].cases * -more for (pool, _), more in shift.items() if more < 0)
    if goal == Goal.WAITING:
        return sum(
            bundle.cases * bundle.number for bundle in asked.problem.bundles if bundle.holder == WAITING
        ) + sum(asked.pools[pool].cases * more for (pool, post), more in shift.items() if post == NOBODY)
    rows = zip(asked.problem.posts, asked.bounds, points_after(asked, shift), strict=True)
    return sum(post_value(goal, bound, points) for post, bound, points in rows if post.available_x100)


def post_value(goal: Goal, bound: PostBounds, points_x100: int) -> int:
    """What one post with available time adds to a goal, at some points."""
    if goal == Goal.OVER:
        return int(points_x100 > bound.mark)
    if goal == Goal.POINTS_OVER:
        return max(0, points_x100 - bound.mark)
    return max(0, points_x100 - bound.high, bound.low - points_x100)


def high_bounds(problem: SharingProblem, post: int) -> tuple[int, int]:
    """The fewest and most high-risk cases a post may end with."""
    has, limits = problem.posts[post].high, problem.limits
    low = -_ANY if limits.high_least is None else min(has, limits.high_least)
    return low, _ANY if limits.high_most is None else max(has, limits.high_most)
