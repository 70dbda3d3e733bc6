"""When a unit is full: the worked example of the specification, and a flow network for everything else."""

import os
import random
from fractions import Fraction

import pytest

from plan.full_oracle import most_more
from wmt.plan.full import GradeTime, KindDemand, Pool, PostTime, grade_sets, rooms, unmoved
from wmt.plan.full_odds import FirstPassage, days_until, inflow

PO, PSO, TPO = "PO", "PSO", "TPO"
CASE = {"high": 115, "C": 62, "D": 45}


def example() -> Pool:
    """The worked example of the specification, in whole points times a hundred."""
    demands = [
        KindDemand("high", frozenset({PO}), 33_000_00, Fraction(115_00)),
        KindDemand("C", frozenset({PO, PSO}), 36_000_00, Fraction(62_00)),
        KindDemand("D", frozenset({PO, PSO, TPO}), 6_000_00, Fraction(45_00)),
    ]
    grades = {
        PO: GradeTime(44_000_00, 2_760_00),
        PSO: GradeTime(35_200_00, 1_300_00),
        TPO: GradeTime(7_040_00, 0),
    }
    return Pool(demands, grades)


def spare(pool: Pool, ceiling_x100: int) -> dict[str, int]:
    return {room.kind: room.spare_x100 for room in rooms(pool, ceiling_x100)}


def test_the_worked_example() -> None:
    sets = {each.grades: each.slack_x100 for each in grade_sets(example(), 100_00)}
    assert sets == {(PO,): 8_240_00, (PO, PSO): 6_140_00, (PO, PSO, TPO): 7_180_00}
    found = {room.kind: room for room in rooms(example(), 100_00)}
    assert {kind: room.spare_x100 for kind, room in found.items()} == {
        "high": 6_140_00,
        "C": 6_140_00,
        "D": 7_180_00,
    }
    assert {kind: room.cases for kind, room in found.items()} == {"high": 53, "C": 99, "D": 159}
    assert found["high"].binding.grades == found["C"].binding.grades == (PO, PSO)
    assert found["D"].binding.grades == (PO, PSO, TPO)
    assert not any(room.is_full for room in found.values())


def test_the_worked_example_at_the_higher_ceiling() -> None:
    found = {room.kind: room for room in rooms(example(), 110_00)}
    assert spare(example(), 110_00) == {"high": 12_640_00, "C": 14_060_00, "D": 15_804_00}
    assert found["high"].binding.grades == (PO,)


def test_a_trainee_who_qualifies() -> None:
    qualified = example().with_time(TPO, -880_00).with_time(PO, 1_760_00)
    assert spare(qualified, 100_00) == {"high": 7_900_00, "C": 7_900_00, "D": 8_060_00}


def test_days_and_odds_of_the_worked_example() -> None:
    rates = {(PO,): 45, (PO, PSO): 105, (PO, PSO, TPO): 95}
    days = {
        each.grades: days_until(each.slack_x100, rates[each.grades]) for each in grade_sets(example(), 100_00)
    }
    assert {grades: f"{found:.1f}" for grades, found in days.items() if found} == {
        (PO,): "183.1",
        (PO, PSO): "58.5",
        (PO, PSO, TPO): "75.6",
    }
    path = FirstPassage(6_140, 105, 420)
    assert [f"{path.within(days):.4f}" for days in (28, 56, 91)] == ["0.1078", "0.5650", "0.8699"]
    told = [path.day_of(share) for share in (0.5, 0.1, 0.9)]
    assert [f"{found:.1f}" for found in told if found] == ["51.5", "27.4", "98.3"]


def test_what_never_fills_has_no_day() -> None:
    assert days_until(5_00, 0) is None
    assert days_until(0, -3) == 0
    away = FirstPassage(1_000, -50, 100)
    # of those that go down for ever only e^(-2·50·1000/100²) ever touch the line
    assert away.within(100_000) == pytest.approx(2.718281828**-10)
    assert away.day_of(0.5) is None


def test_one_hundredth_less_than_a_case_is_full() -> None:
    demand = KindDemand("C", frozenset({PO}), 90_00, Fraction(10_00))
    for available, is_full in ((100_00, False), (99_99, True)):
        (room,) = rooms(Pool([demand], {PO: GradeTime(available, 0)}), 100_00)
        assert room.is_full is is_full


def test_a_kind_that_nobody_may_hold_is_full() -> None:
    demands = [KindDemand("high", frozenset({"SPO"}), 5_00, Fraction(5_00))]
    (room,) = rooms(Pool(demands, {PO: GradeTime(100_00, 0)}), 100_00)
    assert room.binding.grades == ()
    assert room.spare_x100 == -5_00


def test_of_tiers_for_several_grades_the_hardest_to_place_decide() -> None:
    demands = [
        KindDemand("high", frozenset({PO}), 60_00, Fraction(10_00)),
        KindDemand("high", frozenset({PO, PSO}), 20_00, Fraction(10_00)),
    ]
    pool = Pool(demands, {PO: GradeTime(70_00, 0), PSO: GradeTime(100_00, 0)})
    assert spare(pool, 100_00) == {"high": 10_00}


def test_room_without_moving_anybody_is_counted_by_post() -> None:
    posts = [PostTime(PO, 40_00, 100_00), PostTime(PO, 95_00, 100_00), PostTime(PSO, 0, 100_00)]
    found = unmoved(posts, frozenset({PO}), Fraction(25_00), 100_00)
    assert (found.cases, found.posts) == (2, 1)
    # at 110% the first has 70 points left, the second 15
    assert unmoved(posts, frozenset({PO}), Fraction(15_00), 110_00) == type(found)(5, 2)


def _random_pool(chance: random.Random) -> Pool:
    grades = [PO, PSO, TPO, "SPO", "E", "F"][: chance.randint(1, 6)]
    demands = [
        KindDemand(
            f"kind {number}",
            frozenset(chance.sample(grades, chance.randint(1, len(grades)))),
            chance.randint(0, 400),
            Fraction(chance.randint(1, 40)),
        )
        for number in range(chance.randint(1, 6))
    ]
    times = {grade: GradeTime(chance.randint(0, 900), chance.randint(0, 30)) for grade in grades}
    return Pool(
        demands, {grade: time for grade, time in times.items() if time.available_x100 >= time.fixed_x100}
    )


def test_equal_to_the_largest_flow_of_a_network() -> None:
    chance, compared = random.Random(20261129), 0
    wanted = 500 if os.environ.get("WMT_SOAK") else 60
    while compared < wanted:
        pool = _random_pool(chance)
        supplies = {grade: time.available_x100 - time.fixed_x100 for grade, time in pool.grades.items()}
        demands = {each.kind: each.points_x100 for each in pool.demands}
        able = {each.kind: each.eligible & supplies.keys() for each in pool.demands}
        found = {room.kind: room.spare_x100 for room in rooms(pool, 100_00)}
        fits = min(each.slack_x100 for each in grade_sets(pool, 100_00)) >= 0
        for kind in demands:
            most = most_more(demands, able, supplies, kind)
            assert (most is not None) is fits
            if most is not None:
                assert found[kind] == most, pool
        compared += fits


def test_another_post_never_takes_room_and_no_set_allows_less() -> None:
    chance = random.Random(7)
    for _ in range(200):
        pool = _random_pool(chance)
        before = spare(pool, 100_00)
        for grade in pool.grades:
            after = spare(pool.with_time(grade, 50), 100_00)
            assert all(after[kind] >= before[kind] for kind in before)
        for room in rooms(pool, 100_00):
            assert all(room.spare_x100 <= each.slack_x100 for each in room.sets)


def test_units_apart_have_no_more_room_than_as_one() -> None:
    chance = random.Random(11)
    for _ in range(200):
        demands = example().demands
        parts = [
            Pool(
                [
                    KindDemand(each.kind, each.eligible, chance.randint(0, 300_00), each.case_x100)
                    for each in demands
                ],
                {grade: GradeTime(chance.randint(0, 600_00), 0) for grade in (PO, PSO, TPO)},
            )
            for _ in range(3)
        ]
        one = Pool(
            [
                KindDemand(
                    each.kind,
                    each.eligible,
                    sum(part.demands[place].points_x100 for part in parts),
                    each.case_x100,
                )
                for place, each in enumerate(demands)
            ],
            {
                grade: GradeTime(sum(part.grades[grade].available_x100 for part in parts), 0)
                for grade in (PO, PSO, TPO)
            },
        )
        apart = [spare(part, 100_00) for part in parts]
        for kind, whole in spare(one, 100_00).items():
            if all(min(each.values()) >= 0 for each in apart):
                assert sum(each[kind] for each in apart) <= whole


def test_net_inflow_is_that_of_the_days_between_and_its_spread_that_of_the_steps() -> None:
    from datetime import date, timedelta

    first = date(2026, 11, 1)
    steady = [(first + timedelta(day), 1_000_00 + 20_00 * day) for day in range(10)]
    found = inflow(steady)
    assert found is not None
    assert (found.points_a_day, found.spread) == (20, pytest.approx(0))
    # ±30 points about 20 a day on eight days: eight squares of 30 over seven
    turns = [(first, 0)]
    for day in range(1, 9):
        turns.append((first + timedelta(day), turns[-1][1] + (20_00 + (30_00 if day % 2 else -30_00))))
    waves = inflow(turns)
    assert waves is not None
    assert waves.points_a_day == 20
    assert waves.spread == pytest.approx((8 * 30**2 / 7) ** 0.5)
    assert inflow(steady[:1]) is None
