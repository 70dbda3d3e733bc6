"""How things stand while bundles are moved one after another: points, limits, and what may still go where."""

from collections.abc import Sequence

from wmt.plan.balance.pools import NOBODY, Pooled, high_bounds


class Standing:
    """How things stand after the bundles moved so far."""

    def __init__(self, asked: Pooled) -> None:
        self.asked, self.posts, self.limits = asked, asked.problem.posts, asked.problem.limits
        self.points = [post.points_x100 for post in self.posts]
        # capacity in billionths: receivers come by it, lowest first, and of equal ones by code
        self.share = [self._share(place) for place in range(len(self.posts))]
        self.high = [post.high for post in self.posts]
        self.handled = [post.handled for post in self.posts]
        self.moves = 0
        self.shift: dict[tuple[int, int], int] = {}
        self.high_bounds = [high_bounds(asked.problem, place) for place in range(len(self.posts))]
        self.receivers = [frozenset(pool.receivers) for pool in asked.pools]
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

    def takes(self, pool: int, end: int) -> bool:
        """Whether a post may receive of a pool, or gets back what it gave."""
        return end in self.receivers[pool] or self.shift.get((pool, end), 0) < 0

    def has(self, post: int) -> list[int]:
        """The pools that a post has something of now, that which it was given among it."""
        return [pool for pool in range(len(self.receivers)) if self._now(pool, post) > 0]

    def _now(self, pool: int, post: int) -> int:
        return self.asked.pools[pool].held.get(post, 0) + self.shift.get((pool, post), 0)

    def may_swap(self, pool: int, start: int, other: int, back: int) -> bool:
        """Whether a bundle may go for another, whatever the points."""
        one, two, limits = self.asked.pools[pool], self.asked.pools[back], self.limits
        if limits.moves is not None and self.moves + one.cases + two.cases > limits.moves:
            return False
        if limits.per_person is not None and any(
            self.handled[post] + one.cases + two.cases > limits.per_person for post in (start, other)
        ):
            return False
        more = one.high - two.high
        return (
            self.high_bounds[start][0] <= self.high[start] - more <= self.high_bounds[start][1]
            and self.high_bounds[other][0] <= self.high[other] + more <= self.high_bounds[other][1]
        )

    def take_back(self, done: Sequence[tuple[int, int, int]]) -> None:
        """Undo moves: the last (pool, start, end) of them, in the order in which they were made."""
        for pool, start, end in reversed(done):
            moved = self.asked.pools[pool]
            self.move(pool, end, start)
            self.moves -= 2 * moved.cases
            for post in (start, end):
                if post != NOBODY:
                    self.handled[post] -= 2 * moved.cases

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
