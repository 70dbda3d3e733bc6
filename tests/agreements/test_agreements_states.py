"""States of measures: what holds, what is open, and what an honest blank looks like."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.agreement_units import case, report, unit
from wmt.agreements import reading
from wmt.agreements.expressions import ExpressionError, FigureName, NotKnown
from wmt.agreements.pack import Agreement, chosen_level
from wmt.agreements.samples import interval
from wmt.agreements.states import LevelShown, finding, findings, shown
from wmt.rules import RuleSet


def pack(states: str, value: str = "cases", more: str = "", clause: str = "") -> Agreement:
    return reading.read_pack(
        f"name: A\nclause: of the pack\nsource: C\nbinds: true\n{more}\n"
        f"measures:\n  m: {{name: M, value: '{value}', unit: u, {clause} states: {states}}}",
        "a",
    )


RANGE = "[{state: low}, {state: fine, from: 10}, {state: high, over: 20}]"


@pytest.mark.parametrize(
    ("states", "cases", "state"),
    [
        (RANGE, 9, "low"),
        (RANGE, 10, "fine"),
        (RANGE, 20, "fine"),
        (RANGE, 21, "high"),
        ("[{state: much}, {state: little, under: 5}]", 5, "much"),
        ("[{state: much}, {state: little, under: 5}]", 4, "little"),
        ("[{state: much}, {state: little, up_to: 5}]", 5, "little"),
        ("[{state: much}, {state: little, up_to: 5}]", 6, "much"),
        ("[{state: over ten, over: 10}]", 10, None),
    ],
)
def test_the_last_state_that_holds_is_the_state(states: str, cases: int, state: str | None) -> None:
    found = finding(pack(states), "m", unit(cases={"community": {"C2": cases}}))
    assert (found.state and found.state.state) == state
    assert found.note == ("" if state else "no state of the agreement holds")


def test_a_rule_that_does_not_hold_on_the_day_leaves_the_state_open() -> None:
    agreed = pack("[{state: a}, {state: b, over: rule(thresholds.caseload_ceiling.cases_per_fte)}]")
    made = unit(cases={"community": {"C2": 50}})
    found = finding(agreed, "m", replace(made, rules=RuleSet(made.day, {})))
    assert found.state is None
    assert found.note == "the level of b is not known on this day"
    assert found.levels[1] == LevelShown("b", "level not known on this day", None)


@pytest.mark.parametrize("level", ["NaN", "sNaN", "Infinity", "-5", "1e2000000", "1000001"])
def test_a_level_that_no_state_could_have_is_refused(level: str) -> None:
    with pytest.raises(ExpressionError, match="should be a number from 0 to 1,000,000"):
        chosen_level(level)


@pytest.mark.parametrize("level", ["0.00001", "1e-2000000", "0e-2000000"])
def test_a_level_with_more_decimals_than_anybody_reads_is_refused(level: str) -> None:
    with pytest.raises(ExpressionError, match="at most 4 decimals"):
        chosen_level(level)


@pytest.mark.parametrize(("text", "level"), [("0", 0), (" 1000000 ", 1_000_000), ("1.5", Decimal("1.5"))])
def test_a_level_can_be_chosen_up_to_a_million(text: str, level: Decimal) -> None:
    assert chosen_level(text) == level


def test_the_working_names_every_figure_and_every_level() -> None:
    ceiling = "rule(thresholds.caseload_ceiling.cases_per_fte)"
    agreed = pack(f"[{{state: a}}, {{state: b, from: 50}}, {{state: c, over: {ceiling}}}]")
    found = finding(agreed, "m", unit(cases={"community": {"C2": 50}}))
    assert [(each.name, each.words, shown(each.value)) for each in found.working] == [
        ("cases", "active cases; those of a type or tier", "50")
    ]
    assert found.levels == (
        LevelShown("a", "otherwise", True),
        LevelShown("b", "50 or more", True),
        LevelShown("c", "over 50", False),
    )


def test_the_clause_of_the_state_goes_before_that_of_the_measure_and_of_the_pack() -> None:
    one = unit()
    assert finding(pack("[{state: a}]"), "m", one).clause == "of the pack"
    assert (
        finding(pack("[{state: a}]", clause="clause: of the measure,"), "m", one).clause == "of the measure"
    )
    of_state = pack("[{state: a, clause: of the state}]", clause="clause: of the measure,")
    assert finding(of_state, "m", one).clause == "of the state"
    open_state = pack(
        "[{state: a, over: not stated, clause: of the state}]", clause="clause: of the measure,"
    )
    assert finding(open_state, "m", one).clause == "of the measure"


def test_a_figure_that_people_counted_is_named_in_their_words() -> None:
    agreed = pack("[{state: a}]", "hours * 2", "collects: {hours: Hours of a report}")
    found = finding(agreed, "m", unit(collected={"hours": 3}))
    assert (found.working[0].words, found.value) == ("Hours of a report", 6)


def test_a_mean_of_few_values_is_in_a_state_only_where_its_whole_interval_is() -> None:
    agreed = pack("[{state: a}, {state: b, over: 10}]", "hours", "collects: {hours: Hours of a report}")
    # two values 1 apart: 12.706 × 0.5 either side of the mean
    near = finding(agreed, "m", unit(collected={"hours": [13, 14]}))
    assert near.state is None
    assert near.note == "the mean of so few values lies anywhere from 7.15 to 19.85"
    far = finding(agreed, "m", unit(collected={"hours": [33, 34]}))
    assert far.state is agreed.measures["m"].states[1]
    assert far.span == (Fraction("27.147"), Fraction("39.853"))
    assert finding(agreed, "m", unit(collected={"hours": 13})).span is None


def test_an_interval_is_narrower_the_more_values_there_are() -> None:
    assert interval([Fraction(5)]) is None
    # 40 values of 4 and 6 by turns: variance 40/39; 2.042 × √(40 / 39 / 40) = 0.327
    many = interval([Fraction(4), Fraction(6)] * 20)
    assert many == (Fraction("4.673"), Fraction("5.327"))


def test_a_measure_is_in_force_on_its_days_and_for_whom_it_covers() -> None:
    common = "name: M, value: cases, unit: u, states: [{state: a}]"
    agreed = reading.read_pack(
        (
            "name: A\nclause: B\nsource: C\nbinds: true\nmeasures:\n"
            "  po: {<<, covers: {grades: [PO]}, to: 2026-11-19}\n"
            "  any: {<<, from: 2026-11-20}\n"
            "  here: {<<, covers: {level: team, units: [P1]}}\n"
            "  there: {<<, covers: {level: team, units: [P2]}}\n"
            "  courts: {<<, covers: {streams: [courts]}}\n"
            "  nobody: {<<, covers: {grades: [DMY]}}"
        ).replace("<<", common),
        "a",
    )

    def measures(**about: object) -> list[str]:
        return [found.measure_key for found in findings(agreed, [unit(**about)])]  # type: ignore[arg-type]

    assert measures() == ["any"]
    assert measures(day=date(2026, 11, 19)) == ["po"]
    assert measures(grade="PSO", day=date(2026, 11, 19)) == []
    assert measures(grade="DMY") == ["nobody"]
    assert measures(level="team", grade=None) == ["here"]
    assert measures(stream="courts") == ["courts"]


@pytest.mark.parametrize(
    ("value", "about", "expected"),
    [
        ("capacity", {"capacity": "110.05"}, "110.05"),
        ("capacity", {}, "not known: there are no available hours"),
        ("capacity", {"stream": "omic"}, "not known: OMiC work is not measured against hours"),
        ("points", {"cases": {"community": {"C2": 2}}}, "200"),
        ("points(type=licence)", {"cases": {"community": {"C2": 2}, "licence": {"A3": 3}}}, "300"),
        ("cases(tier=A)", {"cases": {"community": {"A1": 2, "A3": 3, "B1": 9}}}, "5"),
        (
            "cases(tier=A1|B, type=licence|custody)",
            {"cases": {"licence": {"A1": 2, "A2": 7}, "custody": {"B0": 1}}},
            "3",
        ),
        ("cases(tier=untiered)", {"cases": {"community": {"0": 2, "A3": 3}}}, "2"),
        (
            "cases(tier=E)",
            {},
            "not known: this data has no tier E; "
            "its tiers are A3, A2, A1, A0, B3, B2, B1, B0, C3, C2, C1, C0, D3, D2, D1, D0",
        ),
        ("cases_all + untiered_cases", {"cases_all": 5, "untiered_cases": 2}, "7"),
        ("suspended_cases", {"suspended_cases": 1}, "1"),
        ("fte", {"hours": "55.5"}, "1.5"),
        ("days_over", {"days_over": 12}, "12"),
        ("days_over", {}, "not known: the days before are not there"),
        ("cases", {"unmeasured_posts": 1}, "not known: this person was left out of the data"),
        ("contracted_hours - reduction_hours", {"reduction_hours_micro": 500_000}, "36.5"),
        ("available_points", {"available_x100": 220_050}, "2,200.5"),
        ("points_age_days", {"cases": {"community": {"C2": 1}}}, "1,414"),
        ("reports(kind=fdr)", {"reports": {"sdr": 3, "fdr": 2, "oral": 9}}, "2"),
        ("reports", {"reports": {"sdr": 3, "fdr": 2, "oral": 9}}, "5"),
        ("0 - 5 / 3", {}, "−1.67"),
    ],
)
def test_every_figure_is_that_of_the_sums_and_lines(
    value: str, about: dict[str, object], expected: str
) -> None:
    found = finding(pack("[{state: a}]", value), "m", unit(**about))  # type: ignore[arg-type]
    assert shown(found.value) == expected


def test_reports_outside_their_days_do_not_count() -> None:
    one = unit()
    late = replace(one, cells=[report("sdr", 2), report("sdr", 5, "outside the days that count")])
    assert late.figure(FigureName("reports")) == 2


def test_the_age_of_points_whose_start_was_not_published_is_not_known() -> None:
    published = {**case("community", "C2", 1), "rule_from": "2021-05-01"}
    for day in ("2017-05-01", "0001-01-01"):
        old = {**case("custody", "C2", 1), "rule_from": day}
        found = replace(unit(), cells=[published, old]).figure(FigureName("points_age_days"))
        assert found == NotKnown("the day from which tier_points.pc16.custody.C2 holds was not published")


@given(st.integers(0, 200), st.integers(0, 100), st.integers(0, 100))
def test_more_of_what_is_measured_never_gives_a_milder_state(cases: int, more: int, level: int) -> None:
    agreed = pack(f"[{{state: a}}, {{state: b, from: {level}}}, {{state: c, over: {level + 20}}}]")
    order = ["a", "b", "c"]
    states = [
        order.index(finding(agreed, "m", unit(cases={"community": {"C2": number}})).state.state)  # type: ignore[union-attr]
        for number in (cases, cases + more)
    ]
    assert states == sorted(states)
