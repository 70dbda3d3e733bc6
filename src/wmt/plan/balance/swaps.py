"""Swaps that fill what single bundles leave: one goes for a smaller one, and somebody comes to the threshold.

Behind the greedy answer every receiver has a little room that no whole bundle fits. A post over the threshold
gives a bundle to one of them and takes a smaller one back; the difference is what fits.
"""

from bisect import bisect_left
from heapq import nlargest

from wmt.plan.balance.greedy_state import Standing

#: Of so many posts with most room the best swap is taken.
RECEIVERS = 40


def relieve_by_swaps(now: Standing, *, whole: bool) -> list[tuple[int, int, int]]:
    """Bring posts to the threshold by swaps, least over first: what was moved, as (pool, start, end).

    Who does not come there stays as they were, if `whole`.
    """
    made: list[tuple[int, int, int]] = []
    marks = [bound.mark for bound in now.asked.bounds]
    over = [
        (now.points[place] - marks[place], place)
        for place, post in enumerate(now.posts)
        if post.available_x100 and now.points[place] > marks[place]
    ]
    for _, place in sorted(over):
        done: list[tuple[int, int, int]] = []
        while (more := now.points[place] - marks[place]) > 0:
            swap = _best_swap(now, place, more, marks)
            if swap is None:
                break
            pool, other, back = swap
            now.move(pool, place, other)
            now.move(back, other, place)
            done += [(pool, place, other), (back, other, place)]
        if whole and now.points[place] > marks[place]:
            now.take_back(done)
        else:
            made += done
    return made


def _best_swap(now: Standing, place: int, more: int, marks: list[int]) -> tuple[int, int, int] | None:
    """(pool given, to whom, pool taken back): the least difference that is enough, else the largest."""
    pools = now.asked.pools
    given = now.has(place)
    best: tuple[tuple[bool, int], tuple[int, int, int]] | None = None
    roomy = (
        (marks[other] - now.points[other], -other)
        for other, post in enumerate(now.posts)
        if other != place and post.available_x100 and now.points[other] < marks[other]
    )
    for room, of in nlargest(RECEIVERS, roomy):
        other = -of
        back = [pool for pool in now.has(other) if now.takes(pool, place)]
        back.sort(key=lambda each: pools[each].points_x100)
        weights = [pools[each].points_x100 for each in back]
        for pool in given:
            weight = pools[pool].points_x100
            if not now.takes(pool, other):
                continue
            for wanted in {weight - room, weight - min(room, more)}:
                # the smallest that is taken back with no more than `room` left over
                at = bisect_left(weights, wanted)
                if at == len(back) or weights[at] >= weight:
                    continue
                gain = weight - weights[at]
                key = (gain < more, gain if gain >= more else -gain)
                if (best is None or key < best[0]) and now.may_swap(pool, place, other, back[at]):
                    best = key, (pool, other, back[at])
    return None if best is None else best[1]
