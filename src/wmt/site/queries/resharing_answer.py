"""An answer to how cases are best shared again, as plain data: kept, shown and put into a plan from the same.

Points and available points are whole hundredths, as the ledger has them; people are codes of posts.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from wmt.plan.balance import pools
from wmt.plan.balance.answer import BundleMove, answer
from wmt.plan.balance.kept_moves import KeptMove, kept_moves, with_moves
from wmt.plan.balance.pools import Pooled, pooled
from wmt.plan.balance.problem import WAITING, CaseBundle, Goal, SharingProblem
from wmt.plan.balance.questions import OVERLOAD, LeverEffect
from wmt.plan.balance.solve import Reached, Solved
from wmt.site.queries.resharing import SharingNow

#: Why a move that somebody keeps is made.
KEPT = "you keep this move"


class AskedSharing:
    """A question in the terms of the solver: as it is (`whole`), and with the moves that are kept made.

    Raises ProblemError where nobody shares or the moves that are kept break a limit.
    """

    def __init__(self, now: SharingNow) -> None:
        self.now, self.shared = now, now.shared(now.kept)
        goals = [Goal(each) for each in now.asked.goals]
        self.whole = self.shared.of_problem(now.limits, goals)
        self.kept: Sequence[KeptMove] = kept_moves(self.whole, now.known.fixed)
        self.fixed = [(each.bundle.refs[0], each.to) for each in self.kept]
        self.left: Pooled = pooled(with_moves(self.whole, self.kept))

    def answered(self, solved: Solved) -> dict[str, Any]:
        """An answer as plain data."""
        found = answer(self.left, solved)
        moves = [*_kept(self.kept), *map(_moved, found.moves)]
        ends = _ends(self.whole, moves)
        return {
            "over_x100": self.whole.limits.over_x100,
            "step_x100": self.whole.limits.step_x100,
            "posts": ends,
            "moves": moves,
            "goals": [self._goal(each) for each in solved.reached],
            "may_move": sum(each.cases * each.number for each in self.whole.bundles),
            "stay": dict(sorted(self.shared.stay.items())),
            "protected": len(self.now.protected),
            "leavers": sorted(set(self.now.asked.leavers).intersection(post.code for post in self.now.posts)),
            "not_kept": len(set(self.now.asked.fixed) - set(self.fixed)),
            "needs": self._needs({move["receiver"] for move in moves}),
            "stopped": solved.stopped,
            "proved": solved.is_proved and not solved.stopped,
        }

    def _needs(self, receivers: set[str]) -> dict[str, str]:
        """What must be arranged before a post of a grade holds a case, of the grades that get any."""
        grades = sorted({post.grade for post in self.whole.posts if post.code in receivers})
        rules = ((grade, self.now.ledger.rules.get(f"eligibility.{grade}.condition")) for grade in grades)
        return {grade: str(rule.value) for grade, rule in rules if rule is not None}

    def _goal(self, reached: Reached) -> dict[str, Any]:
        after = reached.exact[1]
        if reached.goal == Goal.MOVES:
            after += sum(move.bundle.cases for move in self.kept)
        return {
            "goal": str(reached.goal),
            "before": pools.exact(self.whole_pooled, {}, reached.goal),
            "after": after,
            "least": reached.bound,
            "step": self.left.step(reached.goal),
            "steps": reached.value,
            "proved": reached.is_proved,
            "gap_x100": reached.gap_x100,
        }

    @cached_property
    def whole_pooled(self) -> Pooled:
        """The question as it is, in pools."""
        return pooled(self.whole)


#: With so many numbers of moves between none and all it is said how good they are.
_BETWEEN = 6


def fewer_moves(answer: Mapping[str, Any], asked: AskedSharing) -> list[int]:
    """Numbers of moves between none and those of an answer, beside the moves that are kept."""
    kept = sum(move.bundle.cases for move in asked.kept)
    made = sum(move["number"] for move in answer["moves"]) - kept
    return sorted({made * place // _BETWEEN for place in range(1, _BETWEEN)} - {0, made})


def frontier_told(
    answer: Mapping[str, Any], asked: AskedSharing, ways: Iterable[tuple[int, Solved]]
) -> list[dict[str, Any]]:
    """What no move, some numbers of moves, and all moves of an answer leave of overload, as plain data.

    More moves are never worse: whoever may make them may also make fewer.
    """
    kept = sum(move.bundle.cases for move in asked.kept)
    made = sum(move["number"] for move in answer["moves"])
    proved = {each["goal"] for each in answer["goals"] if each["proved"]}
    of_all = len(proved.intersection(map(str, OVERLOAD))) == len(OVERLOAD) and not answer["stopped"]
    over, points = (pools.exact(asked.whole_pooled, {}, goal) for goal in OVERLOAD)
    found = [(0, (over, points), True)]
    if made:
        found.append((made, overload_left(answer), of_all))
    for number, solved in ways:
        exact = {each.goal: each.exact[1] for each in solved.reached}
        is_proved = all(each.is_proved for each in solved.reached if each.goal in OVERLOAD)
        found.append((number + kept, (exact[Goal.OVER], exact[Goal.POINTS_OVER]), is_proved))
    told, best = list[dict[str, Any]](), (over, points)
    for most, left, is_proved in sorted(found, key=lambda each: each[0]):
        is_best, best = left <= best, min(best, left)
        told.append(
            {"most": most, "over": best[0], "points_over_x100": best[1], "proved": is_proved and is_best}
        )
    return told


def relieved(tried: Sequence[LeverEffect], without: tuple[int, ...]) -> dict[str, Any]:
    """The changes that were found to help, with what each leaves of overload, as plain data.

    The first line is without any: the better of the answer's own and the one found beside the changes. That
    nothing better was found with `others` proves nothing of them.
    """
    least = min(without, tried[0].overload)
    helping = [each for each in tried[1:] if each.overload < least]
    found = [(tried[0].words, *least), *((each.words, *each.overload) for each in helping)]
    return {
        "changes": [
            {"words": words, "over": over, "points_over_x100": points} for words, over, points in found
        ],
        "others": [each.words for each in tried[1:] if each not in helping],
    }


def overload_left(answer: Mapping[str, Any]) -> tuple[int, int]:
    """How many people an answer leaves over the threshold, and how many points over it."""
    over = [
        post["after_x100"] - answer["over_x100"] * post["available_x100"] // 10_000
        for post in answer["posts"] if post["available_x100"]
    ]  # fmt: skip
    return sum(more > 0 for more in over), sum(max(0, more) for more in over)


def _kept(moves: Iterable[KeptMove]) -> list[dict[str, Any]]:
    return [_move(each.bundle, 1, each.to, KEPT) for each in moves]


def _moved(move: BundleMove) -> dict[str, Any]:
    return _move(move.bundle, move.number, move.receiver.code, move.why)


def _move(bundle: CaseBundle, number: int, to: str, why: str) -> dict[str, Any]:
    return {
        "refs": list(bundle.refs),
        "number": bundle.cases * number,
        "kind": bundle.kind,
        "what": bundle.what,
        "points_x100": bundle.points_x100 * number,
        "high": bundle.high * number,
        "giver": "" if bundle.holder == WAITING else bundle.holder,
        "receiver": to,
        "why": why,
    }


def _ends(whole: SharingProblem, moves: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Everybody before and after all moves; to each move is added what it makes of the points of both."""
    found = {
        post.code: {
            "code": post.code, "grade": post.grade, "available_x100": post.available_x100,
            "before_x100": post.points_x100, "after_x100": post.points_x100,
            "high_before": post.high, "high_after": post.high, "gives": 0, "gets": 0,
        }
        for post in whole.posts
    }  # fmt: skip
    for move in moves:
        for side, sign, counted in (("giver", -1, "gives"), ("receiver", 1, "gets")):
            if move[side]:
                post = found[move[side]]
                was = post["after_x100"]
                post["after_x100"] += sign * move["points_x100"]
                post["high_after"] += sign * move["high"]
                post[counted] += move["number"]
                move[f"{side}_x100"] = [was, post["after_x100"]]
    return list(found.values())


def plan_steps(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps of a plan that makes the moves of an answer, one for each pair of who gives and who gets.

    Steps are done one after the other, and each is looked at by itself: whoever gives and gets gives first
    where that can be, so that nobody is over the threshold in between who is not in the end.
    """
    pairs: dict[tuple[str, str], tuple[int, list[str]]] = {}
    left: list[tuple[str, str, int, dict[str, Any]]] = []
    for move in answer["moves"]:
        pair = giver, receiver = move["giver"], move["receiver"]
        if move["refs"]:
            points, refs = pairs.get(pair, (0, []))
            pairs[pair] = points + move["points_x100"], [*refs, *move["refs"]]
        else:
            step = {
                "do": "move",
                "number": move["number"],
                "kind": move["kind"],
                "from": giver,
                "to": receiver,
            }
            left.append((giver, receiver, move["points_x100"], step))
    for (giver, receiver), (points, refs) in pairs.items():
        left.append((giver, receiver, points, {"do": "move", "cases": refs, "to": receiver}))
    held = {post["code"]: post["before_x100"] for post in answer["posts"]}
    most = {post["code"]: answer["over_x100"] * post["available_x100"] // 10_000 for post in answer["posts"]}

    def place(each: tuple[str, str, int, dict[str, Any]]) -> tuple[Any, ...]:
        giver, receiver, points, step = each
        return max(0, held[receiver] + points - most[receiver]), "number" in step, giver, receiver

    steps = []
    while left:
        left.remove(chosen := min(left, key=place))
        giver, receiver, points, step = chosen
        held[receiver] += points
        if giver:
            held[giver] -= points
        steps.append(step)
    return steps
