"""From a problem to an answer: at once by the greedy rule, or goal after goal by the model, with a proof.

One worker, a fixed seed and a limit in the solver's own count of work make the same answer of the same input
on any machine, however busy. Only somebody who stops it gets what was found until then.
"""

from dataclasses import dataclass
from typing import NamedTuple

from wmt.plan.balance import pools
from wmt.plan.balance.floors import floor
from wmt.plan.balance.greedy import greedy
from wmt.plan.balance.model import Model
from wmt.plan.balance.pools import Pooled, Shift
from wmt.plan.balance.problem import Goal
from wmt.plan.balance.search import Progress, at_the_bounds, least_of, search, watched

#: The solver's own count of work for a whole answer of up to `WORK_POSTS` posts, some nine seconds of a core,
#: and for each so many posts of a larger unit, where more finds no more.
WORK, LARGE_WORK, WORK_POSTS = 3.0, 1.0, 120
#: All goals are tried at once in units of up to so many posts.
AT_ONCE_POSTS = 30


class Reached(NamedTuple):
    """A goal: what it is now, what an answer makes of it, and what no answer can go below, all in its steps.

    The bound holds for all answers that are as good in the goals before it. `exact` are the first two as they
    are: posts, cases, or points in hundredths.
    """

    goal: Goal
    before: int
    value: int
    bound: int
    exact: tuple[int, int]

    @property
    def is_proved(self) -> bool:
        """Whether nothing better exists."""
        return self.value == self.bound

    @property
    def gap_x100(self) -> int:
        """At most so much better is possible, in hundredths of a per cent of what it is, rounded up."""
        return -(-10_000 * (self.value - self.bound) // max(1, self.value))


@dataclass(frozen=True)
class Solved:
    """A shift, how far each goal was reached by it, and whether somebody stopped the search."""

    shift: Shift
    reached: list[Reached]
    stopped: bool = False

    @property
    def is_proved(self) -> bool:
        """Whether nothing better exists in any goal, in their order."""
        return all(each.is_proved for each in self.reached)


def quick(asked: Pooled) -> Solved:
    """The greedy answer, with what no answer can go below by plain sums."""
    shift = greedy(asked)
    return Solved(shift, [_reached(asked, goal, shift, floor(asked, goal)) for goal in asked.problem.goals])


def _reached(asked: Pooled, goal: Goal, shift: Shift, bound: int) -> Reached:
    both = pools.exact(asked, {}, goal), pools.exact(asked, shift, goal)
    return Reached(goal, pools.value(asked, {}, goal), pools.value(asked, shift, goal), bound, both)


def solve(asked: Pooled, *, work: float | None = None, tell: Progress | None = None) -> Solved:
    """The best answer found within so much work, and what no answer can go below.

    Each goal is held at what it reached before the next is sought, and may use its share of the work left.
    """
    found, stopped = greedy(asked, swaps=True), False
    goals = asked.problem.goals
    if all(pools.value(asked, found, goal) == floor(asked, goal) for goal in goals):
        return Solved(found, [_reached(asked, goal, found, floor(asked, goal)) for goal in goals])
    if len(asked.problem.posts) <= AT_ONCE_POSTS:
        with watched(tell, goals[0], 0) as watch:
            best = at_the_bounds(asked, watch)
        if best is not None:
            values = ((goal, pools.value(asked, best, goal)) for goal in goals)
            return Solved(best, [_reached(asked, goal, best, value) for goal, value in values])
        stopped = watch.stopped.is_set()
    if work is None:
        work = max(WORK, LARGE_WORK * len(asked.problem.posts) / WORK_POSTS)
    reached: list[Reached] = []
    model = Model(asked)
    for place, goal in enumerate(goals):
        with watched(tell, goal, place / len(goals)) as watch:
            least = least_of(model, goal)
            if pools.value(asked, found, goal) > least and not stopped:
                sought = search(model, found, goal, work / (len(goals) - place), watch)
                found, least, work = sought.shift, max(least, sought.bound), work - sought.work
                stopped = watch.stopped.is_set()
        reached.append(_reached(asked, goal, found, least))
        model.hold(goal, most=reached[-1].value)
    # what came after a goal may have moved it within its step: told is what the answer makes of it in the end
    return Solved(found, [_reached(asked, each.goal, found, each.bound) for each in reached], stopped)
