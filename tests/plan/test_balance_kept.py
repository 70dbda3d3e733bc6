"""Moves that somebody keeps are done first, and no limit is broken by them or by what comes after."""

import random

import pytest

from how_many import examples
from wmt.plan.balance.answer import answer
from wmt.plan.balance.kept_moves import kept_moves, with_moves
from wmt.plan.balance.pools import pooled
from wmt.plan.balance.problem import CaseBundle, Limits, ProblemError, SharingPost, SharingProblem, problem
from wmt.plan.balance.solve import quick, solve

GRADES = frozenset({"PO"})


def _case(holder: str, ref: str, points: int = 100, **more: object) -> CaseBundle:
    return CaseBundle(
        holder=holder, what="custody B1", points_x100=points, grades=GRADES, refs=(ref,), **more
    )  # type: ignore[arg-type]


def _asked(*, over: int = 300, **limits: int) -> SharingProblem:
    """One has three cases and room for two, the other none and room for three."""
    posts = [
        SharingPost(code=code, pdu_code="P", grade="PO", points_x100=points, available_x100=over)
        for code, points in (("T:A", 300), ("T:B", 0))
    ]
    cases = [_case("T:A", f"X{number}", high=number == 0) for number in range(3)]
    return problem(posts, cases, Limits(over_x100=6_667, step_x100=0, **limits))  # type: ignore[arg-type]


def test_a_kept_move_is_done_and_the_rest_is_sought_beside_it() -> None:
    asked = _asked(moves=2, per_person=2)
    left = with_moves(asked, kept_moves(asked, [("X2", "T:B")]))
    assert [(post.code, post.points_x100, post.handled) for post in left.posts] == [
        ("T:A", 200, 1), ("T:B", 100, 1),
    ]  # fmt: skip
    assert left.limits.moves == 1
    assert {bundle.refs for bundle in left.bundles} == {("X0",), ("X1",)}


def test_what_cannot_be_kept_any_more_is_left_out() -> None:
    asked = _asked()
    wanted = [("X9", "T:B"), ("X1", "T:GONE"), ("X1", "T:A")]
    assert kept_moves(asked, wanted) == []
    shut = problem(asked.posts, [_case("T:A", "X1", not_to=frozenset({"T:B"}))], asked.limits)
    assert kept_moves(shut, [("X1", "T:B")]) == []


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({"moves": 1}, "you keep 3 moves, and at most 1"),
        ({"per_person": 2}, "you keep 3 moves of T:A"),
        ({"high_most": 0}, "leave T:B with 1 high-risk"),
        ({}, "take T:B over the threshold"),
    ],
)
def test_moves_that_break_a_limit_cannot_all_be_kept(limits: dict[str, int], why: str) -> None:
    asked = _asked(over=900 if limits else 300, **limits)
    with pytest.raises(ProblemError, match=why):
        with_moves(asked, kept_moves(asked, [(f"X{number}", "T:B") for number in range(3)]))


def test_no_answer_breaks_a_limit_whatever_is_kept_first() -> None:
    """Random units: a part of an answer is kept, and the next answer with it is within every limit."""
    kept_in_all = 0
    for seed in range(examples(60)):
        dice = random.Random(seed)
        posts = [
            SharingPost(
                code=f"T:{place}", pdu_code="P", grade="PO", points_x100=dice.randint(0, 900),
                available_x100=dice.choice((0, 500, 600)), high=3,
            )
            for place in range(4)
        ]  # fmt: skip
        cases = [
            _case(dice.choice(posts).code, f"X{number}", dice.randint(20, 120), high=dice.randint(0, 1))
            for number in range(10)
        ]
        limits = Limits(over_x100=10_000, moves=dice.randint(2, 6), per_person=3, high_most=4, step_x100=0)
        asked = problem(posts, cases, limits)
        first = answer(pooled(asked), quick(pooled(asked)))
        wanted = [(move.bundle.refs[0], move.receiver.code) for move in first.moves if dice.random() < 0.5]
        try:
            moves = kept_moves(asked, wanted)
            left = with_moves(asked, moves)
        except ProblemError:  # half of a swap
            continue
        kept_in_all += len(moves)
        for way in (quick, solve):
            found = answer(pooled(left), way(pooled(left)))
            _within(
                asked, [(m.bundle, m.to) for m in moves] + [(m.bundle, m.receiver.code) for m in found.moves]
            )
    assert kept_in_all > 10


def _within(asked: SharingProblem, moves: list[tuple[CaseBundle, str]]) -> None:
    points = {post.code: post.points_x100 for post in asked.posts}
    high = {post.code: post.high for post in asked.posts}
    handled = dict.fromkeys(points, 0)
    assert len({bundle.refs for bundle, _ in moves}) == len(moves) <= (asked.limits.moves or 0)
    for bundle, to in moves:
        for code, sign in ((bundle.holder, -1), (to, 1)):
            points[code] += sign * bundle.points_x100
            high[code] += sign * bundle.high
            handled[code] += 1
    for post in asked.posts:
        assert points[post.code] <= max(post.available_x100, post.points_x100)
        assert high[post.code] <= max(4, post.high)
        assert handled[post.code] <= 3
