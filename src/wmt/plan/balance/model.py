"""The integer model: what each post gives to and takes from each pool, under the limits, and each goal.

OR-tools is imported here, and only when a model is made.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from wmt.plan.balance import pools
from wmt.plan.balance.pools import NOBODY, Pooled, Shift, value
from wmt.plan.balance.problem import Goal

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

Linear = Any  # a linear expression of OR-tools, or a whole number where nothing in it can change


class _Hinted(NamedTuple):
    """A variable of a goal, and what it is at an answer with these points."""

    var: "cp_model.IntVar"
    at: Callable[[Shift, list[int]], int]


class Model:
    """The variables of a problem; `cp` takes the goals one after another."""

    def __init__(self, asked: Pooled) -> None:
        from ortools.sat.python import cp_model

        self.asked = asked
        self.cp = cp_model.CpModel()
        self.gives: dict[tuple[int, int], cp_model.IntVar] = {}
        self.takes: dict[tuple[int, int], cp_model.IntVar] = {}
        self._hinted: list[_Hinted] = []
        self._make_flows()
        self.points = [
            post.points_x100 + self._change(at, "points_x100") for at, post in enumerate(asked.problem.posts)
        ]
        self._keep_limits()
        self.goals = {goal: self._goal(goal) for goal in asked.problem.goals}

    def _make_flows(self) -> None:
        """Variables by pool and post, and the same by post: what a pool is given is taken from it."""
        self.of_post: defaultdict[int, list[tuple[int, int, cp_model.IntVar]]] = defaultdict(list)
        for number, pool in enumerate(self.asked.pools):
            given, taken = [], []
            for post, held in sorted(pool.held.items()):
                given.append(self.cp.new_int_var(0, held, f"gives_{number}_{post}"))
                self.gives[number, post] = given[-1]
                self.of_post[post].append((number, -1, given[-1]))
            for post in pool.receivers:
                if most := self._most(number, post):
                    taken.append(self.cp.new_int_var(0, most, f"takes_{number}_{post}"))
                    self.takes[number, post] = taken[-1]
                    self.of_post[post].append((number, 1, taken[-1]))
            self.cp.add(sum(given) == sum(taken))

    def _most(self, number: int, post: int) -> int:
        """The most that a post can take of a pool, if it gave all else away."""
        pool, limits = self.asked.pools[number], self.asked.problem.limits
        room = self.asked.bounds[post].most - self.asked.problem.posts[post].points_x100
        room += self.asked.can_give(post) - pool.points_x100 * pool.held.get(post, 0)
        most = min(sum(pool.held.values()) - pool.held.get(post, 0), room // pool.points_x100)
        handled = self.asked.problem.posts[post].handled
        for limit, used in ((limits.moves, 0), (limits.per_person, handled)):
            most = most if limit is None else min(most, (limit - used) // pool.cases)
        return max(0, most)

    def _change(self, post: int, worth: str) -> Linear:
        """What a post takes less what it gives, each bundle at what it is worth."""
        worths = (
            (getattr(self.asked.pools[pool], worth), sign, var) for pool, sign, var in self.of_post[post]
        )
        return sum(sign * each * var for each, sign, var in worths if each)

    def _keep_limits(self) -> None:
        limits, of = self.asked.problem.limits, self.asked.pools
        for place, post in enumerate(self.asked.problem.posts):
            mine = self.of_post[place]
            if not mine:
                continue
            self.cp.add(self.points[place] <= self.asked.bounds[place].most)
            low, high = pools.high_bounds(self.asked.problem, place)
            change = self._change(place, "high")
            if not isinstance(change, int):
                self.cp.add_linear_constraint(change, low - post.high, high - post.high)
            if limits.per_person is not None:
                most = limits.per_person - post.handled
                self.cp.add(sum(of[pool].cases * var for pool, _, var in mine) <= most)
        if limits.moves is not None:
            self.cp.add(self._moves() <= limits.moves)

    def _moves(self) -> Linear:
        return sum(self.asked.pools[pool].cases * var for (pool, _), var in self.takes.items())

    def _goal(self, goal: Goal) -> Linear:
        if goal == Goal.MOVES:
            return self._moves()
        if goal == Goal.WAITING:
            waits = ((pool, var) for (pool, of), var in self.gives.items() if of == NOBODY)
            return value(self.asked, {}, goal) - sum(
                self.asked.pools[pool].cases * var for pool, var in waits
            )
        whole = sum(self._of_post(goal, place) for place in range(len(self.points)))
        step = self.asked.step(goal)
        widest = (self._widest(goal, place) for place in range(len(self.points)))
        if step == 1 or isinstance(whole, int):
            return -(-whole // step) if isinstance(whole, int) else whole
        steps = self.cp.new_int_var(0, sum(widest) // step + 1, goal)
        self.cp.add(step * steps >= whole)
        self._hinted.append(_Hinted(steps, lambda shift, _: value(self.asked, shift, goal)))
        return steps

    def _of_post(self, goal: Goal, place: int) -> Linear:
        """What a post adds to a goal: a variable no lower than that, or a number where it cannot change."""
        bound, points = self.asked.bounds[place], self.points[place]
        if not self.asked.problem.posts[place].available_x100:
            return 0
        if isinstance(points, int):
            return pools.post_value(goal, bound, points)
        widest = self._widest(goal, place)
        if not widest:
            return 0
        if goal == Goal.OVER:
            var = self.cp.new_bool_var(f"{goal}_{place}")
            self.cp.add(points - (bound.most - bound.mark) * var <= bound.mark)
        else:
            var = self.cp.new_int_var(0, widest, f"{goal}_{place}")
            self.cp.add(var >= points - (bound.mark if goal == Goal.POINTS_OVER else bound.high))
            if goal == Goal.SPREAD:
                self.cp.add(var >= bound.low - points)
        self._hinted.append(_Hinted(var, lambda _, at: pools.post_value(goal, bound, at[place])))
        return var

    def _widest(self, goal: Goal, place: int) -> int:
        """The most that a post can add to a goal of points; whether it can be over, too."""
        bound, post = self.asked.bounds[place], self.asked.problem.posts[place]
        if goal != Goal.SPREAD:
            return max(0, bound.most - bound.mark)
        least = post.points_x100 - self.asked.can_give(place)
        return max(bound.most - bound.high, bound.low - least, 0)

    def hold(self, goal: Goal, *, most: int | None = None, least: int | None = None) -> None:
        """Keep a goal at no more, or no less, than so much."""
        if not isinstance(sought := self.goals[goal], int):
            self.cp.add(sought <= most if least is None else sought >= least)

    def hint(self, shift: Shift) -> None:
        """Begin from an answer."""
        self.cp.clear_hints()  # type: ignore[no-untyped-call]
        for key, var in self.takes.items():
            self.cp.add_hint(var, max(0, shift.get(key, 0)))
        for key, var in self.gives.items():
            self.cp.add_hint(var, max(0, -shift.get(key, 0)))
        points = pools.points_after(self.asked, shift)
        for hinted in self._hinted:
            self.cp.add_hint(hinted.var, hinted.at(shift, points))

    def shift(self, solver: "cp_model.CpSolver") -> Shift:
        """The answer of a solver, what a post both gives to and takes from one pool left out."""
        found: dict[tuple[int, int], int] = {}
        for key in sorted({*self.takes, *self.gives}):
            more = solver.value(self.takes[key]) if key in self.takes else 0
            less = solver.value(self.gives[key]) if key in self.gives else 0
            if more != less:
                found[key] = more - less
        return found
