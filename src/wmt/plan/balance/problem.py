"""What is to be shared again: posts, cases that may move, limits, and goals in the order they matter.

All points are whole hundredths. Everything is sorted when a problem is made, so that the order in which
posts and cases came never changes an answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from wmt.errors import RefusalError

#: Where a case is that nobody holds yet.
WAITING = ""


class Goal(StrEnum):
    """What an answer is good by; less is better for each."""

    OVER = "over"  # posts over the threshold
    POINTS_OVER = "points-over"  # points over it, of all of them
    WAITING = "waiting"  # waiting cases that stay with nobody
    SPREAD = "spread"  # points further from the average capacity than the band
    MOVES = "moves"  # cases that change hands


#: The same in words, as what is counted of each.
GOAL_WORDS = {
    Goal.OVER: "people over the threshold",
    Goal.POINTS_OVER: "points over the threshold",
    Goal.WAITING: "waiting cases that stay with nobody",
    Goal.SPREAD: "points beyond the band around the average",
    Goal.MOVES: "cases that move",
}
#: Nobody is overloaded to take what waits, and evenness is worth less than both.
GOALS = (Goal.OVER, Goal.POINTS_OVER, Goal.WAITING, Goal.SPREAD, Goal.MOVES)


class ProblemError(RefusalError):
    """What was asked contradicts itself or names what is not there; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class SharingPost:
    """A post as it stands. `high` are its high-risk cases, those that cannot move among them.

    A post without available time never receives, whatever `receives` says. `handled` are the cases that it
    gives and receives already, by moves that are kept.
    """

    code: str  # 'TEAM:STAFF'
    pdu_code: str
    grade: str
    points_x100: int
    available_x100: int
    high: int = 0
    gives: bool = True
    receives: bool = True
    handled: int = 0
    name: str | None = field(default=None, compare=False)

    @property
    def team_code(self) -> str:
        """The team it is in."""
        return self.code.partition(":")[0]


@dataclass(frozen=True, kw_only=True)
class CaseBundle:
    """Cases that move together, one as a rule; or a number of counted cases that are alike (no `refs`).

    `holder` is the code of a post, or `WAITING`. `points_x100`, `cases` and `high` are of one bundle.
    `grades` may hold all of its cases; `not_to` are posts that it must not go to. `tier` and `kind` are those
    of a case alone, '' of several.
    """

    holder: str
    what: str  # 'custody B3'
    points_x100: int
    grades: frozenset[str]
    refs: tuple[str, ...] = ()
    cases: int = 1
    high: int = 0
    not_to: frozenset[str] = frozenset()
    since: date | None = None
    number: int = 1
    tier: str = ""
    kind: str = ""  # 'custody:B3', as a plan describes it

    @property
    def order(self) -> tuple[str, date, str, tuple[str, ...], tuple[str, ...]]:
        """Who has been with their officer for the shortest time comes first; of no known day last."""
        known = date.max if self.since is None else date.min + (date.max - self.since)
        return self.holder, known, self.what, self.refs, tuple(sorted(self.not_to))


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What no answer breaks. Nobody goes over the threshold by a move, and nobody over it ends higher.

    Points over and spread count in steps of `step_x100`, hundredths of a per cent of all available points (0:
    in hundredths of a point): for less than a step nobody is passed on to somebody else.
    `per_person` counts cases given and received together. A post with more high-risk cases than `high_most`
    ends with no more than it has, one with fewer than `high_least` with no fewer.
    """

    over_x100: int  # the threshold: hundredths of a per cent, strictly over it counts
    band_x100: int = 500  # either side of the average capacity, hundredths of a percentage point; ours
    step_x100: int = 50  # half a percentage point of the capacity of all; ours
    moves: int | None = None
    per_person: int | None = None
    high_least: int | None = None
    high_most: int | None = None


class PostBounds(NamedTuple):
    """Of one post: the points it is at the threshold with, the most it may end with, and its band."""

    mark: int
    most: int
    low: int
    high: int


@dataclass(frozen=True, kw_only=True)
class SharingProblem:
    """Posts by code, bundles in their order, limits, goals. Made by `problem`."""

    posts: tuple[SharingPost, ...]
    bundles: tuple[CaseBundle, ...]
    limits: Limits
    goals: tuple[Goal, ...]

    def bounds(self) -> list[PostBounds]:
        """The bounds of each post, in their order.

        The average is that of the posts that may receive something, with what is waiting for them.
        """
        held = {bundle.grades for bundle in self.bundles}
        able = {grade for grades in held for grade in grades}
        takes = [may_receive(post) and post.grade in able for post in self.posts]
        available = sum(post.available_x100 for post, may in zip(self.posts, takes, strict=True) if may)
        points = sum(post.points_x100 for post, may in zip(self.posts, takes, strict=True) if may)
        points += sum(each.points_x100 * each.number for each in self.bundles if each.holder == WAITING)
        return [
            self._bounds_of(post, points, available, may) for post, may in zip(self.posts, takes, strict=True)
        ]

    def _bounds_of(self, post: SharingPost, points: int, available: int, may: bool) -> PostBounds:
        mark = self.limits.over_x100 * post.available_x100 // 10_000
        most = max(mark, post.points_x100) if may else post.points_x100
        counts = post.available_x100 and available and (post.gives or post.receives)
        if not counts:
            return PostBounds(mark, most, 0, most)
        wide, share = self.limits.band_x100 * available, 10_000 * points
        low = -(-post.available_x100 * (share - wide) // (10_000 * available)) if may else 0
        high = post.available_x100 * (share + wide) // (10_000 * available)
        return PostBounds(mark, most, min(low, most), high)


def may_receive(post: SharingPost) -> bool:
    """Whether a post may receive anything at all."""
    return post.receives and post.available_x100 > 0


def problem(
    posts: Iterable[SharingPost],
    bundles: Iterable[CaseBundle],
    limits: Limits,
    goals: Sequence[Goal] = GOALS,
) -> SharingProblem:
    """A problem in its stated order. Raises ProblemError where posts or goals are doubled or missing."""
    ordered = tuple(sorted(posts, key=lambda each: each.code))
    codes = [post.code for post in ordered]
    if not goals or len(set(goals)) != len(goals):
        raise ProblemError("name each goal once, and at least one of " + ", ".join(GOALS))
    if len(set(codes)) != len(codes):
        raise ProblemError("a post is among them twice; name each once")
    movable = tuple(sorted(bundles, key=lambda each: each.order))
    strangers = sorted({each.holder for each in movable} - {WAITING, *codes})
    if strangers:
        raise ProblemError(f"{strangers[0]} holds cases and is not among the posts")
    low, high = limits.high_least, limits.high_most
    if low is not None and high is not None and low > high:
        raise ProblemError(f"at least {low} and at most {high} high-risk cases each cannot both be")
    return SharingProblem(posts=ordered, bundles=movable, limits=limits, goals=tuple(goals))
