"""One search at a time: a goal held at what none can go below, what proves it, what finds better answers.

One worker, a fixed seed and a limit in the solver's own count of work make the same answer of the same input
on any machine, however busy. Only somebody who stops it gets what was found until then.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from threading import Event, Thread
from typing import TYPE_CHECKING, NamedTuple

from wmt.plan.balance import pools
from wmt.plan.balance.floors import floor
from wmt.plan.balance.model import Model
from wmt.plan.balance.problem import Goal
from wmt.plan.balance.relaxation import relaxed

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

SEED = 2026
#: Seconds between two looks at whether somebody stopped it.
LOOKS = 0.2
#: The solver's own count of work in which all goals are tried at once.
AT_ONCE_WORK = 0.1
#: What proves most in units of up to so many posts.
PROVING, PROVING_POSTS = "reduced_costs", 120
#: The solver's words for 'there is an answer': feasible, and the best.
SOLVED = (2, 4)

#: Told which goal is sought and how much is done (0 to 1); a true answer stops the search.
Progress = Callable[[str, float], bool | None]


class SearchEnd(NamedTuple):
    """The best answer so far, what no answer can go below, and the work it took."""

    shift: pools.Shift
    bound: int
    work: float


class SearchWatch:
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
def watched(tell: Progress | None, goal: Goal, share: float) -> Iterator[SearchWatch]:
    """Tell while a goal is sought, from a thread beside the solver."""
    watch, done = SearchWatch(), Event()
    if tell is None:
        yield watch
        return

    def looks() -> None:
        while not done.wait(LOOKS):
            watch.look(tell, goal, share)

    watch.look(tell, goal, share)
    beside = Thread(target=looks, daemon=True)
    beside.start()
    try:
        yield watch
    finally:
        done.set()
        beside.join()


def least_of(model: Model, goal: Goal) -> int:
    """What no answer can go below in a goal, as good as those before it are held; the model keeps to it."""
    sought, least = model.goals[goal], floor(model.asked, goal)
    if isinstance(sought, int):
        return max(least, sought)
    model.cp.minimize(sought)
    least = max(least, relaxed(model.cp))
    model.hold(goal, least=least)
    return least


def at_the_bounds(asked: pools.Pooled, watch: SearchWatch) -> pools.Shift | None:
    """An answer that reaches in every goal what none can go below, sought in one go; None if not found.

    The bound of each goal is of answers that reach the bounds before it, so such an answer proves them all.
    """
    from ortools.sat.python import cp_model

    if watch.stopped.is_set():
        return None
    model = Model(asked)
    for goal in asked.problem.goals:
        least = least_of(model, goal)
        if goal != asked.problem.goals[-1]:
            model.hold(goal, most=least)
    solver = _solver(AT_ONCE_WORK, watch)
    # with every goal but one held fast there is little to find by trying values before the search
    solver.parameters.cp_model_probing_level = 0
    return model.shift(solver) if solver.solve(model.cp) == cp_model.OPTIMAL else None


def _solver(work: float, watch: SearchWatch) -> "cp_model.CpSolver":
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = SEED
    solver.parameters.max_deterministic_time = work
    watch.solver = solver
    return solver


def _shaved(model: Model, found: pools.Shift, goal: Goal, work: float, watch: SearchWatch) -> SearchEnd:
    """Ask for one step less than what was found, until there is no such answer or the work is used up.

    That there is none is often proved soon where a bound of the goal would take ten times as long.
    """
    from ortools.sat.python import cp_model

    used = 0.0
    while used < work and not watch.stopped.is_set():
        value = pools.value(model.asked, found, goal)
        asked = model.cp.clone()
        asked.clear_objective()  # type: ignore[no-untyped-call]
        asked.clear_hints()  # type: ignore[no-untyped-call]
        asked.add(model.goals[goal] <= value - 1)
        solver = _solver(work - used, watch)
        solver.parameters.linearization_level = 2
        status = solver.solve(asked)
        used += solver.response_proto.deterministic_time
        if status == cp_model.INFEASIBLE:
            return SearchEnd(found, value, used)
        if status not in SOLVED:
            break
        found = model.shift(solver)
    return SearchEnd(found, 0, used)


def search(model: Model, found: pools.Shift, goal: Goal, work: float, watch: SearchWatch) -> SearchEnd:
    """Seek one goal from an answer. Of two answers alike in it the one with fewer moves is kept.

    In a unit of no more than `PROVING_POSTS` a third of the work goes to `_shaved` (not of moves, too many of
    which are in question), half of what is left to a bound, which an answer to begin from would only hold up,
    and the rest to better answers.
    """
    bound, used, ways = 0, 0.0, [True]
    if len(model.asked.problem.posts) <= PROVING_POSTS:
        ways = [False, True]
        if goal != Goal.MOVES:
            found, bound, used = _shaved(model, found, goal, work / 3, watch)
            if bound or watch.stopped.is_set():
                return SearchEnd(found, bound, used)
    model.cp.minimize(model.goals[goal])
    for improves in ways:
        solver = _solver((work - used) / (1 if improves else 2), watch)
        solver.parameters.interleave_search = True  # all strategies in turn, in a stated order
        model.cp.clear_hints()  # type: ignore[no-untyped-call]
        if improves:
            model.hint(found)
        else:
            solver.parameters.subsolvers.append(PROVING)
        status = solver.solve(model.cp)
        used += solver.response_proto.deterministic_time
        bound = max(bound, ceil(solver.best_objective_bound - 1e-6))
        if status in SOLVED:
            found = min(
                (found, model.shift(solver)),
                key=lambda each: [pools.value(model.asked, each, of) for of in (goal, Goal.MOVES)],
            )
        if pools.value(model.asked, found, goal) <= bound or watch.stopped.is_set():
            break
    return SearchEnd(found, bound, used)
