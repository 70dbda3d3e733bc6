"""Moves that a manager keeps: they are done first, and the best answer is sought for what is left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from wmt.plan.balance import pools
from wmt.plan.balance import problem as asking


@dataclass(frozen=True)
class KeptMove:
    """A bundle of cases by their references, and the post that gets it."""

    bundle: asking.CaseBundle
    to: str


def kept_moves(asked: asking.SharingProblem, wanted: Iterable[tuple[str, str]]) -> list[KeptMove]:
    """The moves of some cases (reference, post) that can still be made; the others are left out."""
    by_ref = {ref: bundle for bundle in asked.bundles for ref in bundle.refs}
    posts = {post.code: post for post in asked.posts}
    found = []
    for ref, to in dict.fromkeys(wanted):
        bundle, post, holder = by_ref.get(ref), posts.get(to), None
        if bundle is not None and bundle.holder != asking.WAITING:
            holder = posts[bundle.holder]
        gives = holder is None or holder.gives
        if bundle is None or post is None or bundle.holder == to or not gives:
            continue
        if asking.may_receive(post) and post.grade in bundle.grades and to not in bundle.not_to:
            found.append(KeptMove(bundle, to))
    return found


def with_moves(asked: asking.SharingProblem, moves: Sequence[KeptMove]) -> asking.SharingProblem:
    """What is left to be asked once these moves are made.

    Raises ProblemError where they break a limit by themselves, so that no answer could keep them all.
    """
    posts = {post.code: post for post in asked.posts}
    for move in moves:
        for code, sign in ((move.bundle.holder, -1), (move.to, 1)):
            if code != asking.WAITING:
                post = posts[code]
                posts[code] = replace(
                    post, points_x100=post.points_x100 + sign * move.bundle.points_x100,
                    high=post.high + sign * move.bundle.high, handled=post.handled + move.bundle.cases,
                )  # fmt: skip
    number = sum(move.bundle.cases for move in moves)
    limits = asked.limits
    if limits.moves is not None and number > limits.moves:
        raise asking.ProblemError(
            f"you keep {number} moves, and at most {limits.moves} are wanted: keep fewer, or allow more"
        )
    for place, post in enumerate(asked.posts):
        if posts[post.code] != post:
            _check(asked, place, posts[post.code])
    gone = {move.bundle for move in moves}
    left = limits if limits.moves is None else replace(limits, moves=limits.moves - number)
    return replace(
        asked, posts=tuple(posts.values()), limits=left,
        bundles=tuple(bundle for bundle in asked.bundles if bundle not in gone),
    )  # fmt: skip


def _check(asked: asking.SharingProblem, place: int, then: asking.SharingPost) -> None:
    limits, post = asked.limits, asked.posts[place]
    mark = limits.over_x100 * post.available_x100 // 10_000
    if then.points_x100 > max(mark, post.points_x100):
        raise asking.ProblemError(
            f"the moves you keep take {post.code} over the threshold: keep one of those by which they give, "
            "too, or keep fewer"
        )
    if limits.per_person is not None and then.handled > limits.per_person:
        raise asking.ProblemError(
            f"you keep {then.handled} moves of {post.code}, and at most {limits.per_person} a person are "
            "wanted: keep fewer, or allow more"
        )
    low, high = pools.high_bounds(asked, place)
    if not low <= then.high <= high:
        raise asking.ProblemError(
            f"the moves you keep leave {post.code} with {then.high} high-risk cases, outside the limits: "
            "keep fewer, or change the limits"
        )
