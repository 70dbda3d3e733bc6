"""An answer at once: one bundle after another, each by a rule that anybody can follow.

Posts over the threshold give first, least over first (most over first where points over it matter more), then
what waits is given out, scarcest first, then those furthest above the average give to those furthest below.
A bundle goes to who has the lowest capacity of those it may go to; never so that a limit is broken.
"""

from collections.abc import Iterable

from wmt.plan.balance.greedy_state import Standing
from wmt.plan.balance.pools import NOBODY, Pooled, Shift, post_value
from wmt.plan.balance.problem import Goal
from wmt.plan.balance.swaps import relieve_by_swaps


def greedy(asked: Pooled, *, swaps: bool = False) -> Shift:
    """An answer that keeps every limit. What comes after the fewest moves in the goals moves nothing.

    With `swaps` whoever is still over the threshold by a little also exchanges bundles: better, and slower.
    """
    goals, now = asked.problem.goals, Standing(asked)
    over = [goal for goal in goals if goal in (Goal.OVER, Goal.POINTS_OVER)]
    for goal in goals:
        if goal == Goal.MOVES:
            break
        if over and goal == over[0]:
            _relieve(now, least_first=goal == Goal.OVER)
            if swaps:
                relieve_by_swaps(now)
        elif goal == Goal.WAITING:
            _give_out(now)
        elif goal == Goal.SPREAD:
            _even_out(now)
    return {key: more for key, more in now.shift.items() if more}


def _relieve(now: Standing, *, least_first: bool) -> None:
    """Bundles off those over the threshold: the smallest that is enough, otherwise the largest."""
    marks = [bound.mark for bound in now.asked.bounds]
    excess = {
        place: now.points[place] - marks[place]
        for place, post in enumerate(now.posts)
        if post.available_x100 and now.points[place] > marks[place]
    }
    for place in sorted(excess, key=lambda each: (excess[each] if least_first else -excess[each], each)):
        stuck: set[int] = set()
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


def _enough(points_x100: int, wanted: int) -> tuple[bool, int]:
    return points_x100 < wanted, points_x100 if points_x100 >= wanted else -points_x100


def _give_out(now: Standing) -> None:
    """What waits: pools that the fewest may hold first, then those of most points."""
    marks = [bound.mark for bound in now.asked.bounds]
    pools = now.asked.pools
    for pool in sorted(
        now.of_post.get(NOBODY, ()), key=lambda each: (len(pools[each].receivers), -pools[each].points_x100)
    ):
        while now.left(pool, NOBODY) and (end := now.receiver(pool, NOBODY, marks)) is not None:
            now.move(pool, NOBODY, end)


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
            post_value(Goal.SPREAD, bounds[post], now.points[post])
            - post_value(Goal.SPREAD, bounds[post], now.points[post] + sign * weight)
            for post, sign in ((start, -1), (end, 1))
        )
        if gain > 0:
            yield gain, -pool, -end
