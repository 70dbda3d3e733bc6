"""Questions beside the best answer: the fewest moves, how good so many moves are, and what would help.

Each is answered by solving again with that change; nothing is guessed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from wmt.plan.balance import problem, search
from wmt.plan.balance import problem as asking
from wmt.plan.balance import solve as solving
from wmt.plan.balance.pools import pooled

#: Posts and points over the threshold: what 'too much' is, whatever comes after.
OVERLOAD = (problem.Goal.OVER, problem.Goal.POINTS_OVER)


def fewest_moves(asked: problem.SharingProblem) -> problem.SharingProblem:
    """The same without evenness: overload as little as can be, by the fewest moves."""
    return replace(asked, goals=(*OVERLOAD, problem.Goal.MOVES))


#: At most so many moves, and the answer with them.
Ways = list[tuple[int, solving.Solved]]


def frontier(
    asked: problem.SharingProblem,
    moves: Sequence[int],
    *,
    work: float | None = None,
    tell: search.Progress | None = None,
) -> Ways:
    """How little overload can be left with at most so many moves, for each of some numbers."""
    of_each = ((number, _at_most(asked, number)) for number in sorted(set(moves)))
    return [(number, solving.solve(pooled(of), work=work, tell=tell)) for number, of in of_each]


def frontier_quick(asked: problem.SharingProblem, moves: Sequence[int], *, work: float | None = None) -> Ways:  # noqa: ARG001
    """The same by the plain rule, at once and mostly without a proof."""
    return [(number, solving.quick(pooled(_at_most(asked, number)))) for number in sorted(set(moves))]


def _at_most(asked: problem.SharingProblem, number: int) -> problem.SharingProblem:
    most = asked.limits.moves
    limits = replace(asked.limits, moves=number if most is None else min(number, most))
    return replace(asked, limits=limits, goals=(*OVERLOAD, problem.Goal.MOVES))


@dataclass(frozen=True)
class Lever:
    """Something that could be otherwise, in words, and the problem that it would be then."""

    words: str
    then: problem.SharingProblem


@dataclass(frozen=True)
class LeverEffect:
    """What a change would make of overload. It frees where it is better than without it."""

    words: str
    reached: list[solving.Reached]

    @property
    def overload(self) -> tuple[int, ...]:
        """Posts over and points over in hundredths, as left by the best answer found."""
        return tuple(each.exact[1] for each in self.reached)


def relief(
    asked: problem.SharingProblem,
    changes: Iterable[Lever],
    *,
    work: float | None = None,
    tell: search.Progress | None = None,
) -> list[LeverEffect]:
    """What each change would leave of overload, the best first; the first line is without any."""
    tried = [Lever("as it is", asked), *changes]
    found = []
    for change in tried:
        of = replace(change.then, goals=OVERLOAD)
        found.append(LeverEffect(change.words, solving.solve(pooled(of), work=work, tell=tell).reached))
    return [found[0], *sorted(found[1:], key=lambda each: (each.overload, each.words))]


def without_limits(asked: problem.SharingProblem) -> list[Lever]:
    """Each limit that is set, lifted."""
    limits = asked.limits
    lifted = [
        (limits.moves is not None, "any number of moves", replace(limits, moves=None)),
        (limits.per_person is not None, "any number of moves a person", replace(limits, per_person=None)),
        (
            limits.high_least is not None or limits.high_most is not None,
            "any number of high-risk cases each",
            replace(limits, high_least=None, high_most=None),
        ),
    ]
    found = [Lever(words, replace(asked, limits=then)) for is_set, words, then in lifted if is_set]
    posts = [replace(post, receives=True) if post.gives else post for post in asked.posts]
    if tuple(posts) != asked.posts:
        found.append(Lever("protected posts may receive", replace(asked, posts=tuple(posts))))
    return found


def one_more(asked: problem.SharingProblem, grade: str, available_x100: int) -> Lever:
    """Another officer with usual hours, who holds nothing yet."""
    pdu = asked.posts[0].pdu_code if asked.posts else ""
    post = problem.SharingPost(
        code=f":one more {grade}", pdu_code=pdu, grade=grade, points_x100=0, available_x100=available_x100
    )
    return Lever(
        f"one more {grade}", asking.problem([*asked.posts, post], asked.bundles, asked.limits, asked.goals)
    )


def more_time(asked: problem.SharingProblem, code: str, words: str, available_x100: int) -> Lever:
    """A post with more available time, as where a reduction ends."""
    posts = tuple(
        replace(post, available_x100=available_x100) if post.code == code else post for post in asked.posts
    )
    return Lever(words, replace(asked, posts=posts))


def all_may_hold(asked: problem.SharingProblem, grade: str, words: str) -> Lever:
    """A grade that may hold every case."""
    bundles = tuple(replace(each, grades=each.grades | {grade}) for each in asked.bundles)
    return Lever(words, replace(asked, bundles=bundles))


def leave(asked: problem.SharingProblem, number: int, tiers: str, words: str) -> Lever:
    """So many cases of some tiers that go to others: from who is most over, the most points first."""
    posts = {post.code: post for post in asked.posts}
    gone: list[asking.CaseBundle] = []

    def order(each: asking.CaseBundle) -> tuple[int, int, str]:
        post = posts[each.holder]
        mark = asked.limits.over_x100 * post.available_x100 // 10_000
        return mark - post.points_x100, -each.points_x100, "".join(each.refs)

    able = [
        each for each in asked.bundles
        if each.holder in posts and posts[each.holder].available_x100 and each.cases == each.number == 1
        and each.tier.startswith(tiers)
    ]  # fmt: skip
    for _ in range(number):
        if not able:
            break
        gone.append(min(able, key=order))
        able.remove(gone[-1])
        holder = posts[gone[-1].holder]
        posts[holder.code] = replace(holder, points_x100=holder.points_x100 - gone[-1].points_x100)
    bundles = tuple(each for each in asked.bundles if each not in gone)
    return Lever(words, replace(asked, posts=tuple(posts.values()), bundles=bundles))
