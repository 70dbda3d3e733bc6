"""Sharing read from the lines of a night: figures after the moves are those of a whole recompute."""

import random
from collections import Counter
from datetime import date, datetime

import polars as pl
import pytest

from how_many import examples
from wmt import rules
from wmt.allocation.transfers import CaseTransfer, with_transfers
from wmt.ledger import Ledger
from wmt.plan.balance.answer import answer
from wmt.plan.balance.levers import changes
from wmt.plan.balance.movable import DATED_CASE
from wmt.plan.balance.pools import pooled
from wmt.plan.balance.problem import WAITING, Limits, ProblemError, SharingProblem
from wmt.plan.balance.questions import relief
from wmt.plan.balance.reading import Kept, sharing
from wmt.plan.balance.solve import quick, solve
from worlds import World

AS_AT = datetime(2023, 6, 14, 18, 30)
DAY = AS_AT.date()
LIMITS = Limits(over_x100=11_000)


def _ledger(world: World) -> Ledger:
    return Ledger(world.facts(), rules.load().at(DAY))


def _random(seed: int) -> World:
    dice = random.Random(seed)
    world = World(AS_AT)
    grades = {"A": "PO", "B": "PO", "C": "PSO", "D": "TPO", "E": "SPO"}
    for code, grade in grades.items():
        world.post(f"N1{dice.choice('AB')}:{code}", grade, dice.choice(("37", "22.5", "0")))
    posts = sorted(world.posts)
    for number in range(dice.randint(20, 60)):
        post = dice.choice(posts[:3])
        location, tier = (
            dice.choice(("community", "licence", "custody")),
            dice.choice(("B1", "C1", "C2", "D2", "0")),
        )
        ref = f"X{number:06}"
        status = dice.choice(("active", "active", "active", "warrant"))
        world.cases(post, location, tier, ref=ref, suspended=dice.random() < 0.1, status=status)
        if location == "community" and dice.random() < 0.2:
            world.flag(post, ref, "U", location, tier)
    world.report(posts[0], "fdr", 2)
    return world


def test_figures_after_the_moves_are_those_of_a_whole_recompute() -> None:
    moved = 0
    for seed in range(examples(12)):
        world = _random(seed)
        facts = world.facts()
        found = Ledger(facts, rules.load().at(DAY))
        shared = sharing(found, ["N1A", "N1B"], Kept())
        in_pools = pooled(shared.of_problem(LIMITS))
        told = answer(in_pools, quick(in_pools))
        transfers = [
            CaseTransfer(ref, ref, move.giver.code, move.receiver.code, DAY)
            for move in told.moves
            if move.giver
            for ref in move.bundle.refs
        ]
        then, counted = with_transfers(facts, transfers)
        assert len(counted) == len(transfers)
        recomputed = Ledger(then, rules.load().at(DAY)).totals(["post"])
        figures = {
            code: tuple(of) for code, *of in recomputed.select("code", "points_x100", "available_x100").rows()
        }
        for effect in told.effects:
            assert figures[effect.post.code] == tuple(effect.after), seed
        moved += len(transfers)
    assert moved > 10


def test_what_may_move_and_what_stays() -> None:
    world = World(AS_AT)
    for post, grade in (("N1A:ONE", "PO"), ("N1A:TWO", "PSO"), ("N1A:NOBODY", "DMY")):
        world.post(post, grade, is_placeholder=int(grade == "DMY"))
    for ref in ("X000001", "X000002", "X000003", "X000004", "X000005", "X000006"):
        world.cases("N1A:ONE", "community", "C1", ref=ref)
    world.cases("N1A:TWO", "community", "C1", ref="X000006")  # held by both
    world.cases("N1A:ONE", "custody", "B2", ref="X000007")
    world.cases("N1A:ONE", "custody", "C1", ref="X000008", status="warrant")  # earns nothing
    world.cases("N1A:NOBODY", "licence", "D1", ref="X000009")
    dated = pl.DataFrame(
        [
            {"case_ref": "X000001", "allocated_on": date(2023, 6, 1)},
            {"case_ref": "X000002", "ends_on": date(2023, 6, 20)},
            {"case_ref": "X000003", "allocated_on": date(2023, 1, 1), "ends_on": date(2024, 1, 1)},
        ],
        {"case_ref": pl.String, "allocated_on": pl.Date, "ends_on": pl.Date},
    ).with_columns(team_code=pl.lit("N1A"), staff_code=pl.lit("ONE"))
    kept = Kept(still=["X000004"], held_weeks=4, ends_weeks=4)
    shared = sharing(_ledger(world), ["N1A"], kept, dated.select(DATED_CASE.names()), waiting=True)
    assert shared.stay == {
        "held for less than 4 weeks": 1,
        "end within 4 weeks": 1,
        "kept where they are": 1,
        "held by several posts": 2,
    }
    assert {each.refs: (each.holder, each.grades, each.high) for each in shared.bundles} == {
        ("X000003",): ("N1A:ONE", {"PO", "PSO", "TPO"}, 0),
        ("X000005",): ("N1A:ONE", {"PO", "PSO", "TPO"}, 0),
        ("X000007",): ("N1A:ONE", {"PO"}, 1),
        ("X000009",): (WAITING, {"PO", "PSO", "TPO"}, 0),
    }
    assert [post.code for post in shared.posts] == ["N1A:ONE", "N1A:TWO"]


def test_which_cases_are_of_high_risk_is_a_rule_of_the_day() -> None:
    world = World(AS_AT).post("N1A:ONE").post("N1A:TWO")
    for number, tier in enumerate(("B1", "C1", "C2", "D1")):
        world.cases("N1A:ONE", "community", tier, ref=f"X00000{number}")
    world.cases("N1A:ONE", "custody", "C1", 4)
    overlay = rules.Overlay("a service", "theirs", (("full_kinds.high", date(2022, 1, 1), "B C1"),))
    for overlays, high in (([], {"B1": 1}), ([overlay], {"B1": 1, "C1": 1 + 4})):
        shared = sharing(Ledger(world.facts(), rules.load().at(DAY, overlays)), ["N1A"], Kept())
        counts = Counter[str]()
        for each in shared.bundles:
            counts[each.tier] += each.high * each.number
        assert +counts == high
        assert [post.high for post in shared.posts] == [sum(high.values()), 0]


def test_counted_cases_move_as_so_many_alike() -> None:
    world = World(AS_AT).post("N1A:ONE").post("N1A:TWO")
    world.cases("N1A:ONE", "community", "C1", 45)
    shared = sharing(_ledger(world), ["N1A"], Kept())
    (bundle,) = shared.bundles
    assert (bundle.refs, bundle.number, bundle.points_x100 * 45) == ((), 45, shared.posts[0].points_x100)
    in_pools = pooled(shared.of_problem(LIMITS))
    (move,) = answer(in_pools, solve(in_pools)).moves
    assert move.giver_moments is not None
    assert move.giver_moments[1].points_x100 == (45 - move.number) * bundle.points_x100


def test_cases_that_belong_together_go_together() -> None:
    world = World(AS_AT).post("N1A:ONE").post("N1A:TWO")
    for number in range(4):
        world.cases("N1A:ONE", "community", "C1", ref=f"X00000{number}")
    world.cases("N1A:TWO", "community", "B1", ref="X000009")
    pair = ["X000000", "X000001"]
    shared = sharing(_ledger(world), ["N1A"], Kept(together=[pair, ["X000002", "X000009"]]))
    assert shared.stay == {"with cases that stay": 2}
    assert {each.refs: each.cases for each in shared.bundles} == {("X000000", "X000001"): 2, ("X000003",): 1}


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        (Kept(locked=["N1A:WHO"]), "N1A:WHO is no post of sentence management among those that share"),
        (Kept(protected=["N9Z:ONE"]), "N9Z:ONE is no post"),
        (Kept(apart=[("X000001", "N1A:WHO")]), "N1A:WHO is no post"),
        (Kept(apart=[("X999999", "N1A:ONE")]), "X999999 is no case"),
        (Kept(still=["X999999"]), "X999999 is no case"),
        (Kept(together=[["X000001", "X999999"]]), "X999999 is no case"),
        (Kept(together=[["X000001"], ["X000001"]]), "X000001 is to be kept together with two groups"),
    ],
)
def test_what_is_not_there_is_named(kept: Kept, why: str) -> None:
    world = World(AS_AT).post("N1A:ONE").cases("N1A:ONE", "community", "C1", ref="X000001")
    with pytest.raises(ProblemError, match=why):
        sharing(_ledger(world), ["N1A"], kept)


def test_what_would_help_an_officer_alone() -> None:
    """One PO with 30 B1 cases and a reduction: another PO, or the reduction's end, frees; no PSO does."""
    world = World(AS_AT).post("N1A:ONE")
    for number in range(30):
        world.cases("N1A:ONE", "community", "B1", ref=f"X{number:06}")
    world.reduction("N1A:ONE", hours="10")
    found = _ledger(world)
    shared = sharing(found, ["N1A"], Kept())
    asked = shared.of_problem(LIMITS)

    def again(kept: Kept) -> SharingProblem:
        return sharing(found, ["N1A"], kept).of_problem(LIMITS)

    tried = relief(asked, changes(asked, found, Kept(), again))
    points = {each.words: each.overload[1] for each in tried}
    (post,) = shared.posts
    assert points["as it is"] == post.points_x100 - post.available_x100 * 11 // 10
    assert points["one more PO"] == 0
    assert 0 < points["the reductions of N1A:ONE ended"] < points["as it is"]
    assert points["one more PSO"] == points["10 cases of tier C to somebody outside"] == points["as it is"]
    assert points["PSOs may hold every case"] == points["as it is"]
