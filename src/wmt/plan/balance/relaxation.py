"""What no answer can go below when cases may be cut in parts: a linear programme, checked in whole numbers.

A solver of linear programmes works in floats. Only its prices of the constraints are taken, and any prices at
all give a true bound (weak duality), so it is summed exactly and no rounding can make it too high.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

#: Prices are kept in so many parts of one.
_PARTS = 1 << 40
#: CP-SAT writes a side without a limit as a number beyond this.
_ENDLESS = 1 << 61


def relaxed(cp: "cp_model.CpModel") -> int:
    """What the goal of a model cannot go below, in its units.

    The goal is a sum without a scale, and each constraint an interval of a sum or always true, as
    `model.Model` makes them.
    """
    from ortools.linear_solver import pywraplp  # type: ignore[import-untyped]

    proto: Any = cp.proto
    solver = pywraplp.Solver.CreateSolver("GLOP")
    domains = [list(variable.domain) for variable in proto.variables]
    variables = [solver.NumVar(domain[0], domain[-1], "") for domain in domains]
    rows = [(list(row.linear.domain), list(row.linear.vars), list(row.linear.coeffs))
            for row in proto.constraints if row.has_linear()]  # fmt: skip
    constraints = []
    for domain, places, worths in rows:
        constraint = solver.Constraint(
            domain[0] if domain[0] > -_ENDLESS else -solver.infinity(),
            domain[-1] if domain[-1] < _ENDLESS else solver.infinity(),
        )
        for place, worth in zip(places, worths, strict=True):
            constraint.SetCoefficient(variables[place], worth)
        constraints.append(constraint)
    goal = dict(zip(list(proto.objective.vars), list(proto.objective.coeffs), strict=True))
    for place, worth in goal.items():
        solver.Objective().SetCoefficient(variables[place], worth)
    solver.Solve()
    prices = [round(constraint.dual_value() * _PARTS) for constraint in constraints]
    return _exact(prices, rows, domains, goal, round(proto.objective.offset))


def _exact(
    prices: list[int],
    rows: list[tuple[list[int], list[int], list[int]]],
    domains: list[list[int]],
    goal: dict[int, int],
    offset: int,
) -> int:
    """The bound that some prices of the constraints give, rounded up: goals are whole numbers."""
    bound = offset * _PARTS
    left = [goal.get(place, 0) * _PARTS for place in range(len(domains))]
    for price, (domain, places, worths) in zip(prices, rows, strict=True):
        side = domain[0] if price > 0 else domain[-1]
        if not price or abs(side) >= _ENDLESS:
            continue
        bound += price * side
        for place, worth in zip(places, worths, strict=True):
            left[place] -= price * worth
    bound += sum(
        each * (domain[0] if each > 0 else domain[-1]) for each, domain in zip(left, domains, strict=True)
    )
    return -(-bound // _PARTS)
