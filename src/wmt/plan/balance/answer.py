"""An answer in words and figures: who gives which case to whom, why, and what it does to both.

The moves are paired from a shift without a choice: within a team first, then within a PDU, then by code. Of
cases alike the one goes that has been with its officer for the shortest time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from wmt import ledger
from wmt.plan.balance import pools
from wmt.plan.balance import problem as asking
from wmt.plan.balance.solve import Reached, Solved


@dataclass(frozen=True, kw_only=True)
class BundleMove:
    """A bundle (or `number` of counted ones alike) that goes from one post to another, and why.

    The moments are those of the two posts before and after this move, in the order of the moves; of nobody
    (a waiting case) there are none.
    """

    bundle: asking.CaseBundle
    number: int
    giver: asking.SharingPost | None
    receiver: asking.SharingPost
    why: str
    giver_moments: tuple[ledger.Moment, ledger.Moment] | None
    receiver_moments: tuple[ledger.Moment, ledger.Moment]

    @property
    def cases(self) -> int:
        """How many cases move."""
        return self.bundle.cases * self.number


@dataclass(frozen=True, kw_only=True)
class SharingEffect:
    """A post that gives or receives, now and after all moves: its figures, its high-risk cases, its moves."""

    post: asking.SharingPost
    before: ledger.Moment
    after: ledger.Moment
    high_after: int
    given: int
    received: int


@dataclass(frozen=True, kw_only=True)
class SharingAnswer:
    """The moves in the order of who gives, what they do to everybody touched, how far goals are reached."""

    moves: list[BundleMove]
    effects: list[SharingEffect]
    reached: list[Reached]
    stopped: bool


def answer(asked: pools.Pooled, solved: Solved) -> SharingAnswer:
    """The moves of a solution, paired, with what they do."""
    moves = list(_told(asked, solved.shift))
    return SharingAnswer(
        moves=moves, effects=_effects(asked, moves), reached=solved.reached, stopped=solved.stopped
    )


def _paired(asked: pools.Pooled, shift: pools.Shift) -> list[tuple[int, int, int, int]]:
    """(giver, receiver, place of the bundle, how many), sorted."""
    found = []
    for number in range(len(asked.pools)):
        given = {post: -more for (pool, post), more in sorted(shift.items()) if pool == number and more < 0}
        taken = {post: more for (pool, post), more in sorted(shift.items()) if pool == number and more > 0}
        stock = {post: _stock(asked, number, post) for post in given}
        for far in range(3):
            for giver in given:
                for receiver in taken:
                    if _distance(asked, giver, receiver) == far:
                        many = min(given[giver], taken[receiver])
                        given[giver] -= many
                        taken[receiver] -= many
                        found += [(giver, receiver, *part) for part in _of_stock(stock[giver], many)]
    return sorted(found)


def _stock(asked: pools.Pooled, pool: int, post: int) -> list[list[int]]:
    """The bundles that a post has in a pool, in the order in which they go: [place, how many]."""
    code = asking.WAITING if post == pools.NOBODY else asked.problem.posts[post].code
    bundles = enumerate(asked.problem.bundles)
    return [[at, each.number] for at, each in bundles if each.holder == code and asked.pool_of[at] == pool]


def _of_stock(stock: list[list[int]], many: int) -> Iterator[tuple[int, int]]:
    while many:
        number = min(many, stock[0][1])
        yield stock[0][0], number
        many -= number
        stock[0][1] -= number
        if not stock[0][1]:
            stock.pop(0)


def _distance(asked: pools.Pooled, giver: int, receiver: int) -> int:
    """0 within a team, 1 within a PDU, 2 beyond; what waits is as near to everybody."""
    if giver == pools.NOBODY:
        return 0
    one, other = asked.problem.posts[giver], asked.problem.posts[receiver]
    return 0 if one.team_code == other.team_code else 1 if one.pdu_code == other.pdu_code else 2


def _told(asked: pools.Pooled, shift: pools.Shift) -> Iterator[BundleMove]:
    posts = asked.problem.posts
    points = [post.points_x100 for post in posts]
    after = pools.points_after(asked, shift)
    for giver, receiver, at, number in _paired(asked, shift):
        bundle = asked.problem.bundles[at]
        moments = {}
        for post, sign in ((giver, -1), (receiver, 1)):
            if post != pools.NOBODY:
                now = ledger.Moment(points[post], posts[post].available_x100)
                points[post] += sign * bundle.points_x100 * number
                moments[post] = now, ledger.Moment(points[post], posts[post].available_x100)
        yield BundleMove(
            bundle=bundle,
            number=number,
            giver=None if giver == pools.NOBODY else posts[giver],
            receiver=posts[receiver],
            why=f"{_why_from(asked, giver)}; {_why_to(asked, receiver, after[receiver])}",
            giver_moments=moments.get(giver),
            receiver_moments=moments[receiver],
        )


def _why_from(asked: pools.Pooled, giver: int) -> str:
    if giver == pools.NOBODY:
        return "nobody holds it"
    post, bound = asked.problem.posts[giver], asked.bounds[giver]
    if ledger.is_over(post.points_x100, post.available_x100, asked.problem.limits.over_x100):
        return "giver is over the threshold"
    return "giver is above the average" if post.points_x100 > bound.high else "giver makes room for another"


def _why_to(asked: pools.Pooled, receiver: int, after: int) -> str:
    post, bound = asked.problem.posts[receiver], asked.bounds[receiver]
    if after <= post.points_x100:
        return "receiver gives more than this up"
    return "receiver is below the average" if post.points_x100 < bound.low else "receiver has room"


def _effects(asked: pools.Pooled, moves: list[BundleMove]) -> list[SharingEffect]:
    """Everybody who gives or receives, by code."""
    found = []
    for post in asked.problem.posts:
        gives = [move for move in moves if move.giver == post]
        takes = [move for move in moves if move.receiver == post]
        if gives or takes:
            points = sum(move.bundle.points_x100 * move.number for move in takes)
            points -= sum(move.bundle.points_x100 * move.number for move in gives)
            high = sum(move.bundle.high * move.number for move in takes)
            high -= sum(move.bundle.high * move.number for move in gives)
            now = ledger.Moment(post.points_x100, post.available_x100)
            found.append(
                SharingEffect(
                    post=post, before=now, after=now._replace(points_x100=now.points_x100 + points),
                    high_after=post.high + high, given=sum(move.cases for move in gives),
                    received=sum(move.cases for move in takes),
                )
            )  # fmt: skip
    return found
