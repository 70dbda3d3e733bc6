"""An answer at once: one bundle after another, each by a rule that anybody can follow.

Posts over the threshold give first, least over first (most over first where points over it matter more), then
what waits is given out, scarcest first, then those furthest above the average give to those furthest below.
A bundle goes to who has the lowest capacity of those it may go to; never so that a limit is broken.
"""

from collections.abc import Iterable

from wmt.plan.balance.pools import NOBODY, Pooled, Shift, high_bounds, post_value
from wmt.plan.balance.problem import Goal


class _Standing:
    """How things stand after the bundles moved so far."""

    def __init__(self, asked: Pooled) -> None:
        self.asked, self.posts, self.limits = asked, asked.problem.posts, asked.problem.limits
        self.points = [post.points_x100 for post in self.posts]
        # capacity in billionths: receivers come by it, lowest first, and of equal ones by code
        self.share = [self._share(place) for place in range(len(self.posts))]
        self.high = [post.high for post in self.posts]
        self.handled = [0] * len(self.posts)
        self.moves = 0
        self.shift: dict[tuple[int, int], int] = {}
        self.high_bounds = [high_bounds(asked.problem, place) for place in range(len(self.posts))]
        self.of_post: dict[int, list[int]] = {}
        for number, pool in enumerate(asked.pools):
            for post in pool.held:
                self.of_post.setdefault(post, []).append(number)

    def left(self, pool: int, post: int) -> int:
        """How many bundles of a pool a post can still give: none where it was given some of it."""
        net = self.shift.get((pool, post), 0)
        return 0 if net > 0 else self.asked.pools[pool].held.get(post, 0) + net

    def may(self, pool: int, start: int, end: int) -> bool:
        """Whether a bundle may go from one post to another, whatever their points."""
        moved, limits = self.asked.pools[pool], self.limits
        if self.shift.get((pool, end), 0) < 0:
            return False
        if limits.moves is not None and self.moves + moved.cases > limits.moves:
            return False
        if limits.per_person is not None and any(
            post != NOBODY and self.handled[post] + moved.cases > limits.per_person for post in (start, end)
        ):
            return False
        if moved.high:
            if self.high[end] + moved.high > self.high_bounds[end][1]:
                return False
            return start == NOBODY or self.high[start] - moved.high >= self.high_bounds[start][0]
        return True

    def receiver(self, pool: int, start: int, most: list[int]) -> int | None:
        """Who has the lowest capacity of those a bundle may go to, with points up to `most` of each."""
        weight, points, share = self.asked.pools[pool].points_x100, self.points, self.share
        best = None
        for end in self.asked.pools[pool].receivers:
            if (
                points[end] + weight <= most[end]
                and (best is None or share[end] < share[best])
                and end != start
                and self.may(pool, start, end)
            ):
                best = end
        return best

    def _share(self, post: int) -> int:
        return self.points[post] * 10**9 // max(1, self.posts[post].available_x100)

    def move(self, pool: int, start: int, end: int) -> None:
        """Move one bundle."""
        moved = self.asked.pools[pool]
        for post, sign in ((start, -1), (end, 1)):
            self.shift[pool, post] = self.shift.get((pool, post), 0) + sign
            if post != NOBODY:
                self.points[post] += sign * moved.points_x100
                self.share[post] = self._share(post)
                self.high[post] += sign * moved.high
                self.handled[post] += moved.cases
        self.moves += moved.cases


def greedy(asked: Pooled) -> Shift:
    """An answer that keeps every limit. What comes after the fewest moves in the goals moves nothing."""
    goals, now = asked.problem.goals, _Standing(asked)
    over = [goal for goal in goals if goal in (Goal.OVER, Goal.POINTS_OVER)]
    for goal in goals:
        if goal == Goal.MOVES:
            break
        if over and goal == over[0]:
            _relieve(now, least_first=goal == Goal.OVER)
        elif goal == Goal.WAITING:
            _give_out(now)
        elif goal == Goal.SPREAD:
            _even_out(now)
    return {key: more for key, more in now.shift.items() if more}


def _relieve(now: _Standing, *, least_first: bool) -> None:
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


def _give_out(now: _Standing) -> None:
    """What waits: pools that the fewest may hold first, then those of most points."""
    marks = [bound.mark for bound in now.asked.bounds]
    pools = now.asked.pools
    for pool in sorted(
        now.of_post.get(NOBODY, ()), key=lambda each: (len(pools[each].receivers), -pools[each].points_x100)
    ):
        while now.left(pool, NOBODY) and (end := now.receiver(pool, NOBODY, marks)) is not None:
            now.move(pool, NOBODY, end)


def _even_out(now: _Standing) -> None:
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


def _gains(now: _Standing, start: int) -> Iterable[tuple[int, int, int]]:
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
