"""What no answer can go below, by plain sums: no case is looked at, so every answer is at least so much.

Whoever comes to the threshold sheds at least what they are over, and others take it: no more than the room
under the threshold of those who may receive. What somebody sheds is at most all of theirs that may move.
"""

from wmt.plan.balance.pools import Pooled, post_value
from wmt.plan.balance.problem import Goal


def floor(asked: Pooled, goal: Goal) -> int:
    """What no answer can go below in a goal, in its steps, whatever the other goals."""
    if goal in (Goal.MOVES, Goal.WAITING):
        return 0
    least = {Goal.OVER: _over, Goal.POINTS_OVER: _points_over, Goal.SPREAD: _fixed_spread}[goal](asked)
    return -(-least // asked.step(goal))


def _excesses(asked: Pooled) -> list[tuple[int, int]]:
    """Of posts over the threshold: the points over it, and those that they could give away at most."""
    rows = enumerate(zip(asked.problem.posts, asked.bounds, strict=True))
    return [
        (post.points_x100 - bound.mark, asked.can_give(place))
        for place, (post, bound) in rows
        if post.available_x100 and post.points_x100 > bound.mark
    ]


def _room(asked: Pooled) -> int:
    receivers = {post for pool in asked.pools for post in pool.receivers}
    return sum(max(0, asked.bounds[at].mark - asked.problem.posts[at].points_x100) for at in receivers)


def _over(asked: Pooled) -> int:
    """Those who stay over, if the least over come first until the room is used."""
    found, room, relieved = _excesses(asked), _room(asked), 0
    for more in sorted(more for more, most in found if most >= more):
        room -= more
        if room < 0:
            break
        relieved += 1
    return len(found) - relieved


def _points_over(asked: Pooled) -> int:
    found = _excesses(asked)
    shed = min(_room(asked), sum(min(more, most) for more, most in found))
    return sum(more for more, _ in found) - shed


def _fixed_spread(asked: Pooled) -> int:
    """Of posts that can neither give nor receive, which stay as they are."""
    able = {post for pool in asked.pools for post in (*pool.held, *pool.receivers)}
    rows = enumerate(zip(asked.problem.posts, asked.bounds, strict=True))
    return sum(
        post_value(Goal.SPREAD, bound, post.points_x100)
        for place, (post, bound) in rows
        if post.available_x100 and place not in able
    )
