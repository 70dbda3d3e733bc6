"""An answer at once: one bundle after another, each by a rule that anybody can follow.

Posts over the threshold give first, least over first, and who does not come to it keeps all; then, most over
first, what takes points off those who stay over it (in the order in which the two goals come). Then
what waits is given out, scarcest first, then those furthest above the average give to those furthest below.
A bundle goes to who has the lowest capacity of those it may go to; never so that a limit is broken.
"""

from collections.abc import Iterable

from wmt.plan.balance import pools
from wmt.plan.balance.greedy_state import Standing
from wmt.plan.balance.problem import Goal
from wmt.plan.balance.swaps import relieve_by_swaps


def greedy(asked: pools.Pooled, *, swaps: bool = False) -> pools.Shift:
    """An answer that keeps every limit. What comes after the fewest moves in the goals moves nothing.

    With `swaps` whoever is still over the threshold by a little also exchanges bundles: better, and slower.
    """
    now = Standing(asked)
    for goal in asked.problem.goals:
        if goal == Goal.MOVES:
            break
        if goal in (Goal.OVER, Goal.POINTS_OVER):
            _relieve(now, whole=goal == Goal.OVER)
            if swaps:
                _relieve_by_swaps(now, goal)
        elif goal == Goal.WAITING:
            _give_out(now)
        elif goal == Goal.SPREAD:
            _even_out(now)
    return {key: more for key, more in now.shift.items() if more}


def _relieve_by_swaps(now: Standing, goal: Goal) -> None:
    """Swaps, unless they make no step of difference."""
    before = pools.value(now.asked, now.shift, goal)
    done = relieve_by_swaps(now, whole=goal == Goal.OVER)
    if pools.value(now.asked, now.shift, goal) == before:
        now.take_back(done)


def _relieve(now: Standing, *, whole: bool) -> None:
    """Bundles off those over the threshold: the smallest that is enough, otherwise the largest.

    Where they are to come to it (`whole`), least over first, who does not keeps all. Otherwise the most over
    give first.
    """
    marks = [bound.mark for bound in now.asked.bounds]
    excess = {
        place: now.points[place] - marks[place]
        for place, post in enumerate(now.posts)
        if post.available_x100 and now.points[place] > marks[place]
    }
    for place in sorted(excess, key=lambda each: (excess[each] if whole else -excess[each], each)):
        stuck: set[int] = set()
        done: list[tuple[int, int, int]] = []
        while (more := now.points[place] - marks[place]) > 0:
            found = [
                pool for pool in now.of_post.get(place, ()) if pool not in stuck and now.left(pool, place)
            ]
            if not found:
                break
            weights = now.asked.pools
            pool = min(found, key=lambda each: (*_enough(weights[each].points_x100, more), each))
            end = now.receiver(pool, place, marks)
            if end is None:
                stuck.add(pool)
            else:
                now.move(pool, place, end)
                done.append((pool, place, end))
        if whole and now.points[place] > marks[place]:
            now.take_back(done)


def _enough(points_x100: int, wanted: int) -> tuple[bool, int]:
    return points_x100 < wanted, points_x100 if points_x100 >= wanted else -points_x100


def _give_out(now: Standing) -> None:
    """What waits: pools that the fewest may hold first, then those of most points."""
    marks = [bound.mark for bound in now.asked.bounds]
    of = now.asked.pools
    for pool in sorted(
        now.of_post.get(pools.NOBODY, ()), key=lambda each: (len(of[each].receivers), -of[each].points_x100)
    ):
        while now.left(pool, pools.NOBODY) and (end := now.receiver(pool, pools.NOBODY, marks)) is not None:
            now.move(pool, pools.NOBODY, end)


def _even_out(now: Standing) -> None:
    """From who is furthest above the average to who is furthest below, while points beyond the band fall."""
    givers = {place for place, post in enumerate(now.posts) if post.available_x100 and place in now.of_post}
    while givers:
        start = max(givers, key=lambda each: (now.share[each], -each))
        best = max(_gains(now, start), default=None)
        if best is None:
            givers.remove(start)
        else:
            _, pool, end = best
            now.move(-pool, start, -end)


def _gains(now: Standing, start: int) -> Iterable[tuple[int, int, int]]:
    """(points nearer to the band, −pool, −receiver) of the bundles that a post could give with a gain."""
    bounds = now.asked.bounds
    marks = [bound.mark for bound in bounds]
    for pool in now.of_post[start]:
        if not now.left(pool, start):
            continue
        weight = now.asked.pools[pool].points_x100
        end = now.receiver(pool, start, marks)
        if end is None:
            continue
        gain = sum(
            pools.post_value(Goal.SPREAD, bounds[post], now.points[post])
            - pools.post_value(Goal.SPREAD, bounds[post], now.points[post] + sign * weight)
            for post, sign in ((start, -1), (end, 1))
        )
        if gain > 0:
            yield gain, -pool, -end
