"""A unit in words, and what would free most: the worked example of the specification."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from plan.test_full import CASE, PO, PSO, TPO, example
from wmt import rules
from wmt.plan.full import GradeTime, PostTime, Unmoved, rooms
from wmt.plan.full_ahead import ahead_of
from wmt.plan.full_certificate import Certified, checksum, figures_of
from wmt.plan.full_history import FullOutlook, FullPast
from wmt.plan.full_odds import Inflow
from wmt.plan.full_pool import FullRules, LineSum, UnitSums, pool_of, sums_of
from wmt.plan.full_present import present
from wmt.plan.full_runs import NO_RUN
from wmt.plan.full_state import (
    FULL,
    HAS_ROOM,
    NOT_KNOWN,
    UNEVEN,
    FullState,
    KindState,
    reliefs,
    state_of,
)

RULES = FullRules(rules.load().at(date(2026, 11, 20)))


def example_state() -> FullState:
    """The worked example, its trainees being eight posts of 880 points each."""
    pool = example()
    kinds = [
        KindState(
            best.kind, frozenset({PO}), 33_000_00, best.case_x100, best, Unmoved(0, 0), over, Unmoved(0, 0)
        )
        for best, over in zip(rooms(pool, 100_00), rooms(pool, 110_00), strict=True)
    ]
    return FullState(RULES, pool, kinds, 8)


def test_a_trainee_who_qualifies_is_the_one_of_the_specification() -> None:
    found = {(each.what, each.subject): each for each in reliefs(example_state(), {})}
    qualifies = found["qualifies", TPO]
    assert qualifies.points_x100 == (1_760 - 880) * 100
    assert qualifies.spare_x100 == {"high": 7_900_00, "C": 7_900_00, "D": 8_060_00}


def test_a_grade_with_more_work_of_its_own_than_time_is_said_to_make_others_full() -> None:
    """PSO have 100.00 points up to the ceiling and reports of 112.50, so PO seem to have 12.50 less for C."""
    sums = UnitSums()
    for grade, time, fixed in ((PO, 200_00, 0), (PSO, 100_00, 112_50)):
        sums.add("time", grade, ("", frozenset()), time, (0, 0))
        sums.add("fixed", grade, ("", frozenset()), fixed, (0, 0))
    sums.add("cases", "", ("medium", frozenset({PO, PSO})), 150_00, (150_00, 3))
    found = state_of(RULES, sums, [], {})
    assert found.kinds[0].best.spare_x100 == 200_00 - 12_50 - 150_00
    assert found.overdrawn_x100 == {PSO: 12_50}
    (note,) = present(found, date(2026, 11, 20), None, [])["notes"]
    assert "PSO" in note
    assert "12.50 points more" in note
    assert example_state().overdrawn_x100 == {}


def test_what_frees_most_comes_first() -> None:
    found = reliefs(example_state(), {PSO: 440_00})
    order = [(each.what, each.subject) for each in found]
    # 2,200 of a week; 10 cases of 115, of 62; 10 cases of D are of no help to {PO, PSO}
    assert order[:2] == [("officer", PO), ("officer", PSO)]
    spare = {(each.what, each.subject): each.spare_x100["C"] for each in found}
    assert spare["officer", PSO] == 8_340_00
    assert spare["cases", "high"] == 6_140_00 + 10 * CASE["high"] * 100
    assert spare["cases", "D"] == 6_140_00
    assert spare["reduction", PSO] == 6_580_00
    # with another PSO high cases are limited by the officers alone, who have 8,240 left
    high = {(each.what, each.subject): each.spare_x100["high"] for each in found}
    assert high["officer", PSO] == 8_240_00
    assert list(high.values()) == sorted(high.values(), reverse=True)


def line(grade: str, points: int, *, tier: str = "", kind: str = "case", cases: int = 0) -> LineSum:
    side = "time" if kind == "contracted_hours" else "work"
    return LineSum(grade, side, kind, "community", tier, False, points * 100, cases)


def unit(*lines: LineSum) -> UnitSums:
    return sums_of(
        RULES, [line(PO, 2_200, kind="contracted_hours"), line(PSO, 2_200, kind="contracted_hours"), *lines]
    )


def test_kinds_are_made_of_tiers_and_of_who_may_hold_them() -> None:
    sums = unit(
        line(PO, 300, tier="B2", cases=3),
        line(PSO, 100, tier="B0", cases=1),
        line("DMY", 740, tier="C2", cases=10),
        line(PSO, 0, tier="0", cases=4),
        line(PSO, 120, kind="report"),
        line(PO, -20, kind="contact"),
    )
    pool = pool_of(RULES, sums, {})
    found = {(each.kind, each.eligible): each.points_x100 for each in pool.demands}
    everybody = frozenset({PO, PSO, TPO})
    assert found == {
        ("high", frozenset({PO})): 300_00,
        ("high", everybody): 100_00,
        ("medium", everybody): 740_00,
    }
    assert {each.case_x100 for each in pool.demands if each.kind == "high"} == {Fraction(100_00)}
    assert pool.grades == {PO: GradeTime(2_200_00, -20_00), PSO: GradeTime(2_200_00, 120_00)}


def test_a_kind_that_a_unit_has_none_of_is_told_by_the_average_elsewhere() -> None:
    state = state_of(RULES, unit(line(PO, 2_180, tier="A3", cases=20)), [], {"low": Fraction(25_00)})
    assert [(each.kind, each.best.spare_x100) for each in state.kinds] == [("high", 20_00), ("low", 2_220_00)]
    assert [each.best.cases for each in state.kinds] == [0, 88]


@pytest.mark.parametrize(
    ("held", "room", "word"),
    [(4_000, 0, HAS_ROOM), (4_340, 0, FULL), (4_340, 400, UNEVEN), (4_900, 0, FULL)],
)
def test_three_words(held: int, room: int, word: str) -> None:
    post = PostTime(PSO, (2_200 - room) * 100, 2_200_00)
    state = state_of(RULES, unit(line(PO, held, tier="C1", cases=held // 62)), [post], {})
    assert state.word == word
    # 110% of 4,400 is 4,840
    assert state.is_over_full == (held > 4_840 - 62)


def test_a_unit_without_lines_is_neither_full_nor_has_it_room() -> None:
    state = state_of(RULES, UnitSums(), [], {"high": Fraction(107_00), "low": Fraction(25_00)})
    assert (state.word, state.is_over_full, state.kinds) == (NOT_KNOWN, False, [])
    # tiers without points: there are posts, and nobody knows what a case is worth
    state = state_of(RULES, unit(line(PO, 0, tier="C1", cases=9)), [], {})
    assert (state.word, state.is_over_full, reliefs(state, {})) == (NOT_KNOWN, False, [])


def test_trainees_who_may_hold_nothing_that_there_is_free_nothing() -> None:
    sums = unit(line(TPO, 880, kind="contracted_hours"), line(PO, 100, tier="B2", cases=1))
    state = state_of(RULES, sums, [PostTime(TPO, 0, 880_00)], {})
    assert {each.what for each in reliefs(state, {TPO: 440_00})} == {"officer", "cases"}


def test_what_a_case_that_is_not_active_earns_is_no_part_of_the_average() -> None:
    sums = unit(
        line(PO, 600, tier="C2", cases=10),
        line(PO, 90, tier="C2", cases=0),  # a warrant under rules that weigh it
        line(PO, 6, tier="C2", kind="iom"),  # an active case that is weighed up
    )
    (medium,) = state_of(RULES, sums, [], {}).kinds
    assert (medium.case_x100, medium.points_x100) == (Fraction(60_60), 696_00)


@pytest.mark.parametrize(("a_day", "on"), [(10.0, date(2027, 5, 24)), (0.001, None)])
def test_an_estimate_counts_from_the_last_day_with_data_and_may_be_beyond_any_calendar(
    a_day: float, on: date | None
) -> None:
    state = state_of(RULES, unit(line(PO, 350, tier="B2", cases=10)), [], {})
    last = date(2026, 11, 20)  # 1,850 points left: 185 days at ten a day
    (high,) = (each for each in state.kinds if each.kind == "high")
    rates = {each.grades: Inflow(a_day, None, date(2026, 10, 23), last) for each in high.best.sets}
    none = FullPast([], [], [])
    outlook = FullOutlook({"high": NO_RUN}, {"high": ahead_of(high.best, rates)}, none, last)
    (told,) = present(state, date(2026, 11, 29), outlook, [])["kinds"]
    assert told["estimate"]["full_on"] == on


def test_a_certificate_is_of_its_figures() -> None:
    about, state = Certified("pdu", "P1", "2026-11-20T183000", "abc"), example_state()
    first = checksum(figures_of(about, state))
    assert first == checksum(dict(reversed(figures_of(about, example_state()).items())))
    moved = replace(state, pool=state.pool.with_time(PO, 1))
    others = [figures_of(about, moved), figures_of(replace(about, inputs="abd"), state)]
    assert len({first, *map(checksum, others)}) == 3
