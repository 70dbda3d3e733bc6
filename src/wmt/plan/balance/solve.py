"""From a problem to an answer: at once by the greedy rule, or goal after goal by the model, with a proof.

One worker, a fixed seed and a limit in the solver's own count of work make the same answer of the same input
on any machine, however busy. Only somebody who stops it gets what was found until then.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from threading import Event, Thread
from typing import TYPE_CHECKING, NamedTuple

from wmt.plan.balance import pools
from wmt.plan.balance.floors import floor
from wmt.plan.balance.greedy import greedy
from wmt.plan.balance.model import Model
from wmt.plan.balance.pools import Pooled, Shift
from wmt.plan.balance.problem import Goal

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

#: The solver's own count of work for a whole answer of up to `WORK_POSTS` posts, in proportion beyond that: a
#: unit takes two to five seconds of a core.
WORK, WORK_POSTS = 2.0, 120
SEED = 2026
#: Seconds between two looks at whether somebody stopped it.
LOOKS = 0.2

#: Told which goal is sought and how much is done (0 to 1); a true answer stops the search.
Progress = Callable[[str, float], bool | None]


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
    if work is None:
        work = WORK * max(1.0, len(asked.problem.posts) / WORK_POSTS)
    reached: list[Reached] = []
    model: Model | None = None
    for place, goal in enumerate(goals):
        least = floor(asked, goal)
        with _watched(tell, goal, place / len(goals)) as watch:
            if pools.value(asked, found, goal) > least and not stopped:
                if model is None:
                    model = Model(asked)
                    for each in reached:
                        model.cp.add(model.goals[each.goal] <= each.value)
                search = _search(model, found, goal, work / (len(goals) - place), watch)
                found, least, work = search.shift, max(least, search.bound), work - search.work
                stopped = watch.stopped.is_set()
        reached.append(_reached(asked, goal, found, least))
        if model is not None:
            model.cp.add(model.goals[goal] <= reached[-1].value)
    return Solved(found, reached, stopped)


class _Search(NamedTuple):
    shift: Shift
    bound: int
    work: float


class _Watch:
    """Whether somebody has asked to stop, and the solver that then does."""

    def __init__(self) -> None:
        self.stopped = Event()
        self.solver: cp_model.CpSolver | None = None

    def look(self, tell: Progress, goal: str, share: float) -> None:
        """Say what is being done; stop where the answer asks for it."""
        if tell(goal, share):
            self.stopped.set()
        if self.stopped.is_set() and self.solver is not None:
            self.solver.stop_search()


@contextmanager
def _watched(tell: Progress | None, goal: Goal, share: float) -> Iterator[_Watch]:
    """Tell while a goal is sought, from a thread beside the solver."""
    watch, done = _Watch(), Event()
    if tell is None:
        yield watch
        return

    def looks() -> None:
        watch.look(tell, goal, share)
        while not done.wait(LOOKS):
            watch.look(tell, goal, share)

    beside = Thread(target=looks, daemon=True)
    beside.start()
    try:
        yield watch
    finally:
        done.set()
        beside.join()


def _search(model: Model, found: Shift, goal: Goal, work: float, watch: _Watch) -> _Search:
    """Seek one goal from an answer. Of two answers alike in it the one with fewer moves is kept."""
    from ortools.sat.python import cp_model

    model.cp.minimize(model.goals[goal])
    model.hint(found)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.interleave_search = True  # all strategies in turn, in a stated order
    solver.parameters.random_seed = SEED
    solver.parameters.max_deterministic_time = work
    watch.solver = solver
    status = solver.solve(model.cp)
    used = solver.response_proto.deterministic_time
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return _Search(found, 0, used)
    other = model.shift(solver)
    best = min(
        (found, other),
        key=lambda each: (pools.value(model.asked, each, goal), pools.value(model.asked, each, Goal.MOVES)),
    )
    return _Search(best, ceil(solver.best_objective_bound - 1e-6), used)
