"""An oracle for 'full' that shares no code with it: cases flow to grades, by augmenting paths."""

from collections import deque


def most_more(demands, able, supplies, kind):  # type: ignore[no-untyped-def]
    """The most that may be added to a kind, all of it and of the others placed; None where they cannot be.

    `demands` by kind, `able` grades by kind, `supplies` by grade: whole numbers, none below zero.
    """
    if _placed(demands, able, supplies) < sum(demands.values()):
        return None
    low, high = 0, sum(supplies.values())
    while low < high:
        middle = (low + high + 1) // 2
        more = {**demands, kind: demands[kind] + middle}
        if _placed(more, able, supplies) == sum(more.values()):
            low = middle
        else:
            high = middle - 1
    return low


def _placed(demands, able, supplies):  # type: ignore[no-untyped-def]
    """The largest flow from the kinds to the grades that may hold them."""
    left = {}
    for kind, points in demands.items():
        left["from", ("kind", kind)], left[("kind", kind), "from"] = points, 0
        for grade in able[kind]:
            left[("kind", kind), ("grade", grade)], left[("grade", grade), ("kind", kind)] = points, 0
    for grade, points in supplies.items():
        left[("grade", grade), "to"], left["to", ("grade", grade)] = points, 0
    beside = {}
    for one, other in left:
        beside.setdefault(one, []).append(other)
    flow = 0
    while True:
        came, waiting = {"from": None}, deque(["from"])
        while waiting and "to" not in came:
            one = waiting.popleft()
            for other in beside.get(one, ()):
                if other not in came and left[one, other] > 0:
                    came[other] = one
                    waiting.append(other)
        if "to" not in came:
            return flow
        steps, place = [], "to"
        while came[place] is not None:
            steps.append((came[place], place))
            place = came[place]
        most = min(left[step] for step in steps)
        for one, other in steps:
            left[one, other] -= most
            left[other, one] += most
        flow += most
