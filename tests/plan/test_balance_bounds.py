"""What no answer can go below is below every way there is; who is not relieved gives nothing for it."""

import random
from dataclasses import replace

import pytest
from balance_counter import EVERYBODY, small, ways, worth

from how_many import examples
from wmt.plan.balance import relaxation
from wmt.plan.balance import search as searching
from wmt.plan.balance.greedy import greedy
from wmt.plan.balance.model import Model
from wmt.plan.balance.pools import pooled, value
from wmt.plan.balance.problem import GOALS, CaseBundle, Goal, Limits, SharingPost, problem
from wmt.plan.balance.solve import solve


def _bound(model: Model, goal: Goal) -> int:
    if isinstance(sought := model.goals[goal], int):
        return sought
    model.cp.minimize(sought)
    return relaxation.relaxed(model.cp)


@pytest.mark.parametrize("goal", GOALS)
def test_no_way_goes_below_the_relaxation(goal: Goal, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the prices of the solver, and with any others."""
    exact = relaxation._exact
    for seed in range(4000, 4000 + examples(60)):
        asked = replace(small(seed), goals=(goal,))
        best = min(worth(asked, way) for way in ways(asked))[0]
        dice = random.Random(seed)
        assert _bound(Model(pooled(asked)), goal) <= best, seed
        with monkeypatch.context() as patched:
            patched.setattr(
                relaxation,
                "_exact",
                lambda prices, *of, dice=dice: exact([dice.randint(-(2**41), 2**41) for _ in prices], *of),
            )
            assert _bound(Model(pooled(asked)), goal) <= best, seed


def _two_over(*goals: Goal):  # type: ignore[no-untyped-def]
    """A 10 points over, D 30, and B has room for 25; all cases are of 10."""
    points = {"A": 12_000, "B": 8_500, "D": 14_000}
    posts = [
        SharingPost(code=f"T:{code}", pdu_code="P", grade="PO", points_x100=of, available_x100=10_000)
        for code, of in points.items()
    ]
    bundles = [
        CaseBundle(
            holder=f"T:{code}", what="custody C1", points_x100=1_000, grades=EVERYBODY, refs=(f"{code}{n}",)
        )
        for code in ("A", "D")
        for n in range(6)
    ]
    return pooled(problem(posts, bundles, Limits(over_x100=11_000, step_x100=0), goals))


def test_who_does_not_come_to_the_threshold_gives_nothing_for_it() -> None:
    asked = _two_over(Goal.OVER)
    assert [value(asked, greedy(asked), goal) for goal in (Goal.OVER, Goal.MOVES)] == [1, 1]


def test_points_over_come_off_whoever_stays_over() -> None:
    """A comes to the threshold, and D gives what B still has room for: one case of the two it would need."""
    asked = _two_over(Goal.OVER, Goal.POINTS_OVER)
    found = greedy(asked)
    assert [value(asked, found, goal) for goal in (*asked.problem.goals, Goal.MOVES)] == [1, 2_000, 2]


def test_the_model_is_not_asked_where_plain_sums_prove_that_nothing_need_move(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = _two_over(*GOALS)
    even = replace(asked.problem, limits=replace(asked.problem.limits, over_x100=20_000, band_x100=10_000))
    monkeypatch.setattr("wmt.plan.balance.solve.Model", None)
    monkeypatch.setattr("wmt.plan.balance.search.Model", None)
    found = solve(pooled(even))
    assert (found.shift, found.is_proved) == ({}, True)


@pytest.mark.parametrize("goal", [Goal.POINTS_OVER, Goal.SPREAD])
def test_that_there_is_no_step_less_is_asked_until_it_is_true(goal: Goal) -> None:
    """From no move at all down to the best of all ways, by nothing but such questions."""
    for seed in range(5000, 5000 + examples(25)):
        asked = replace(small(seed), goals=(goal,))
        best = min(worth(asked, way) for way in ways(asked))[0]
        model = Model(pooled(asked))
        if isinstance(model.goals[goal], int):
            continue
        end = searching._shaved(model, {}, goal, 5.0, searching.SearchWatch())
        assert (end.bound, value(model.asked, end.shift, goal)) == (best, best), seed
