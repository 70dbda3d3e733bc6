"""Small problems of sharing and a counter that tries every way: it shares no code with what it checks."""

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import ceil, floor

from wmt.plan.balance.problem import (
    GOALS,
    WAITING,
    CaseBundle,
    Goal,
    Limits,
    SharingPost,
    SharingProblem,
    problem,
)

EVERYBODY, OFFICERS = frozenset(("PO", "PSO", "TPO")), frozenset(("PO",))
#: A way: for each bundle the code of the post that has it then.
Way = tuple[str, ...]


def small(seed: int) -> SharingProblem:
    """Two to four posts, up to five bundles, limits and goals of all kinds."""
    dice = random.Random(seed)
    codes = [f"T{dice.randint(1, 2)}:S{number}" for number in range(dice.randint(2, 4))]
    grades = {code: dice.choice(("PO", "PO", "PSO", "SPO")) for code in codes}
    holders = [*codes, *([WAITING] if dice.random() < 0.4 else [])]
    bundles = []
    for number in range(dice.randint(1, 5)):
        high = int(dice.random() < 0.4)
        bundles.append(
            CaseBundle(
                holder=dice.choice(holders),
                what="licence B3" if high else "custody C1",
                points_x100=dice.choice((1700, 2500, 2500, 4900, 6133)),
                grades=OFFICERS if high else EVERYBODY,
                refs=(f"X{number}",),
                cases=dice.choice((1, 1, 1, 2)),
                high=high,
                not_to=frozenset(dice.sample(codes, 1)) if dice.random() < 0.15 else frozenset(),
            )
        )
    posts = [
        SharingPost(
            code=code,
            pdu_code="P",
            grade=grades[code],
            points_x100=sum(each.points_x100 for each in bundles if each.holder == code)
            + dice.choice((0, 0, 3300)),
            available_x100=dice.choice((0, 4000, 6000, 6001, 9000, 12_000)),
            high=sum(each.high for each in bundles if each.holder == code) + dice.choice((0, 0, 1)),
            gives=dice.random() < 0.9,
            receives=dice.random() < 0.9,
        )
        for code in codes
    ]
    limits = Limits(
        over_x100=11_000,
        band_x100=dice.choice((0, 500, 1500)),
        step_x100=dice.choice((0, 50, 200)),
        moves=dice.choice((None, None, 1, 2, 3)),
        per_person=dice.choice((None, None, 1, 2)),
        high_least=dice.choice((None, None, 1)),
        high_most=dice.choice((None, None, 1, 2)),
    )
    goals = list(GOALS)
    if dice.random() < 0.5:
        dice.shuffle(goals)
    return problem(posts, bundles, limits, goals[: dice.randint(1, 5)] if dice.random() < 0.2 else goals)


def ways(asked: SharingProblem) -> Iterator[Way]:
    """Every way that keeps the limits."""
    codes = [post.code for post in asked.posts]
    for way in product(
        *[[bundle.holder, *(code for code in codes if code != bundle.holder)] for bundle in asked.bundles]
    ):
        if not broken(asked, way):
            yield way


def broken(asked: SharingProblem, way: Way) -> str:
    """Which limit a way breaks; '' where none."""
    limits, moved = (
        asked.limits,
        [(each, to) for each, to in zip(asked.bundles, way, strict=True) if to != each.holder],
    )
    posts = {post.code: post for post in asked.posts}
    for bundle, to in moved:
        if bundle.holder != WAITING and not posts[bundle.holder].gives:
            return "a locked post gives"
        if not posts[to].receives or not posts[to].available_x100:
            return "a post receives that may not"
        if posts[to].grade not in bundle.grades or to in bundle.not_to:
            return "a bundle is where it may not be"
    if limits.moves is not None and sum(bundle.cases for bundle, _ in moved) > limits.moves:
        return "too many moves"
    for code, post in posts.items():
        points, high, handled = _of(asked, way, code)
        if points > post.points_x100 and Fraction(points, post.available_x100) > Fraction(
            limits.over_x100, 10_000
        ):
            return "over the threshold by a move"
        if limits.per_person is not None and handled > limits.per_person:
            return "too many moves of a person"
        if limits.high_most is not None and high > max(limits.high_most, post.high):
            return "too many of high risk"
        if limits.high_least is not None and high < min(limits.high_least, post.high):
            return "too few of high risk"
    return ""


def _of(asked: SharingProblem, way: Way, code: str) -> tuple[int, int, int]:
    """Points, high-risk cases and cases given or received of a post."""
    post = next(post for post in asked.posts if post.code == code)
    points, high, handled = post.points_x100, post.high, 0
    for bundle, to in zip(asked.bundles, way, strict=True):
        sign = (to == code) - (bundle.holder == code)
        points += sign * bundle.points_x100
        high += sign * bundle.high
        handled += abs(sign) * bundle.cases
    return points, high, handled


def worth(asked: SharingProblem, way: Way) -> tuple[int, ...]:
    """What a way makes of each goal, in their order and steps."""
    step = max(
        1, floor(Fraction(sum(post.available_x100 for post in asked.posts) * asked.limits.step_x100, 10_000))
    )
    over = spread = 0
    beyond = 0
    for post in asked.posts:
        if not post.available_x100:
            continue
        points, _, _ = _of(asked, way, post.code)
        mark = Fraction(asked.limits.over_x100 * post.available_x100, 10_000)
        over += points > mark
        beyond += max(0, points - floor(mark))
        low, high = _band(asked, post)
        spread += max(0, points - high, low - points)
    moved = [(each, to) for each, to in zip(asked.bundles, way, strict=True) if to != each.holder]
    of = {
        Goal.OVER: over,
        Goal.POINTS_OVER: ceil(Fraction(beyond, step)),
        Goal.SPREAD: ceil(Fraction(spread, step)),
        Goal.MOVES: sum(each.cases for each, _ in moved),
        Goal.WAITING: sum(each.cases for each, to in zip(asked.bundles, way, strict=True) if to == WAITING),
    }
    return tuple(of[goal] for goal in asked.goals)


def _band(asked: SharingProblem, post: SharingPost) -> tuple[int, int]:
    """From and up to how many points a post is even: nobody is asked to go over the threshold for it."""
    able = {grade for bundle in asked.bundles for grade in bundle.grades}
    may = [
        each for each in asked.posts
        if each.receives and each.available_x100 and each.grade in able
    ]  # fmt: skip
    if not may or not (post.gives or post.receives):
        return 0, 10**9
    waits = sum(bundle.points_x100 for bundle in asked.bundles if bundle.holder == WAITING)
    mean = Fraction(sum(each.points_x100 for each in may) + waits, sum(each.available_x100 for each in may))
    wide = Fraction(asked.limits.band_x100, 10_000)
    most = max(post.points_x100, floor(Fraction(asked.limits.over_x100 * post.available_x100, 10_000)))
    low = min(ceil(post.available_x100 * (mean - wide)), most) if post in may else 0
    return low, floor(post.available_x100 * (mean + wide))
