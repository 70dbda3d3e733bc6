"""Levers of demand, held to figures that were worked out by hand from the published tables."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenario_rows import NOW, cases, ends, of, rounded, step, worth
from wmt.plan import full
from wmt.plan.demand_levers import LEVERS, demand_words
from wmt.plan.demand_text import FIELDS, steps_of, typed_of
from wmt.plan.full_odds import Inflow
from wmt.plan.plan_file import PlanError, plan_of, read_plan, step_of
from wmt.staffing import demand, scenario_told
from wmt.staffing.rates import StaffingError
from wmt.staffing.room_then import Inflows, room_then


@pytest.mark.parametrize(
    ("lever", "points", "fte"),
    [("standard_reports", "11334.7", "6.382"), ("fast_reports", "5338.8", "3.006")],
)
def test_a_thousand_reports_a_year_more(lever: str, points: str, fte: str) -> None:
    found = of(step(lever, 1000)).at(12)
    assert (
        rounded(found.points.least - 92_370, 1) == rounded(found.points.most - 92_370, 1) == Decimal(points)
    )
    # the other reading needs 4.24% more people for the same work
    assert rounded(found.change.least, 3) == Decimal(fte)
    assert rounded(found.change.most, 3) == rounded(found.change.least * Fraction("1.0424242424"), 3)


@pytest.mark.parametrize(
    ("months", "fixed", "spread"), [(12, "3.95", "2.73"), (24, "5.00", "3.97"), (0, "0.00", "0.00")]
)
def test_five_per_cent_more_starts_reach_the_caseload_by_and_by(months: int, fixed: str, spread: str) -> None:
    length = Fraction("15.2")
    found = [rounded(5 * demand.lag_share(months, length, lag), 2) for lag in demand.LAGS]
    assert found == [Decimal(fixed), Decimal(spread)]


def test_more_community_orders_are_told_as_the_range_of_both() -> None:
    """44.91% of court orders are suspended sentences, which stay as they are."""
    found = of(step("community_orders", 5), sums=[cases("community", "C2", 1000)]).at(12)
    # 74,000 points × 55.09% × 2.73% and 3.95%
    assert [rounded(each - 74_000, 0) for each in found.points] == [1113, 1609]
    fewer = of(step("community_orders", -5), sums=[cases("community", "C2", 1000)]).at(12)
    assert [rounded(each - 74_000, 0) for each in fewer.points] == [-1609, -1113]


def test_both_kinds_of_court_order_together_are_the_police_lever_without_custody() -> None:
    sums = [cases("community", "C2", 1000), cases("licence", "C2", 1000)]
    apart = of(step("community_orders", 5), step("suspended_sentences", 5), sums=sums).at(24).points
    together = of(step("police", 5), sums=sums).at(24).points
    assert abs(apart.least - together.least) < 60  # one after the other: their product is in it too
    assert of(step("licences", 5), sums=sums).at(24).points.most == 74_000 + 1050 * 65


def test_reports_in_three_of_four_cases_are_half_as_many_again_as_in_half_of_them() -> None:
    found = of(step("report_share", 75)).at(3)
    assert ends(found) == (92_370 + 7_470 // 2,) * 2


def test_a_quarter_of_people_are_suspended() -> None:
    """300 C2 and 100 of them suspended already: 25% of 400 is 100."""
    sums = [cases("community", "C2", 300), cases("community", "C2", 100, suspended=True)]
    assert ends(of(step("suspended_share", 25), sums=sums).at(3)) == (300 * 74,) * 2
    assert ends(of(step("suspended_share", 50), sums=sums).at(3)) == (200 * 74,) * 2
    back = of(step("suspended_share", 0), sums=sums).at(3)
    assert (ends(back), back.ends[0].hours) == ((400 * 74,) * 2, 400 * 55)


def test_people_are_on_licence_early_for_so_many_months() -> None:
    early = step("early_release", 10, month=2, months=6)
    sums = [cases("custody", "B2", 80), cases("licence", "B3", 5)]
    gain = (
        NOW["tier_points.pc16.licence.B2"].hundredths - NOW["tier_points.pc16.custody.B2"].hundredths
    ) // 10
    for months, more in ((1, 0), (2, gain), (7, gain), (8, 0)):
        assert of(early, sums=sums).at(months).points.most - of(sums=sums).now().points == more


def test_early_release_takes_no_more_people_than_there_are() -> None:
    found = of(step("early_release", 1000, month=0, months=6), sums=[cases("custody", "B2", 80)]).at(3)
    assert found.points.most == 80 * worth("tier_points.pc16.licence.B2")


def test_a_tier_becomes_another() -> None:
    found = of(step("tier_mix", 50, tier="C2", becomes="C1"), sums=[cases("community", "C2", 300)]).at(3)
    assert found.points.least == 150 * 74 + 150 * 69


def test_cases_of_one_tier_change_and_those_of_no_other() -> None:
    sums = [
        cases("community", "C2", 300), cases("community", "C2", 100, suspended=True),
        cases("licence", "C2", 100), cases("community", "C1", 100),
    ]  # fmt: skip
    found = of(step("tier_cases", 5, tier="C2", high=Decimal(10)), sums=sums).at(3).points
    now = of(sums=sums).now().points
    more = 300 * worth("tier_points.pc16.community.C2") + 100 * worth("tier_points.pc16.licence.C2")
    assert (found.least - now, found.most - now) == (more * 5 / 100, more * 10 / 100)
    (same,) = steps_of({"tier_cases": "-5", "of_tier": "c2"})[0]
    assert demand_words(same) == "cases change by -5% in tier C2"
    assert "such as C2" in steps_of({"tier_cases": "5"})[1]["of_tier"]


def test_recalled_people_are_in_custody_for_as_long_as_a_recall_lasts() -> None:
    """13,193 ÷ 3 ÷ 68,084 a month, 10% more of them, three months each."""
    sums = [cases("licence", "C2", 1000), cases("custody", "C2", 500)]
    moved = Fraction(13_193, 3 * 68_084) * Fraction(3, 10) * 1000
    less = worth("tier_points.pc16.licence.C2") - worth("tier_points.pc16.custody.C2")
    assert rounded(of(step("recalls", 10), sums=sums).at(24).points.least, 0) == rounded(
        of(sums=sums).now().points - moved * less,
        0,
    )
    assert of(step("recalls", -10), sums=sums).at(24).points.most > of(sums=sums).now().points


def test_the_true_time_behind_a_thirty_four_per_cent_underestimate() -> None:
    found = of(step("time_factor", "1.51", high=Decimal("1.52"))).at(3).people
    assert found.least < Fraction("78.80") < found.most


@pytest.mark.parametrize(
    ("lever", "value", "more"), [("days_away", 3, "0.759"), ("net_percent", 16, "-2.477")]
)
def test_days_away(lever: str, value: int, more: str) -> None:
    found = of(step(lever, value)).at(3)
    assert rounded(found.people.least - Fraction(92_370, 1776), 3) == Decimal(more)
    assert ends(found) == (92_370, 92_370)


def test_who_does_the_work_of_tier_c() -> None:
    found = of(step("officer_share", 100)).at(3)
    assert rounded(found.of_grade("PO").least, 4) == rounded(
        Fraction(27_890 + 41_300) / 1776 + Fraction(7_470, 2 * 1776), 4
    )


def test_handover_at_fifteen_months_doubles_the_cases_before_release() -> None:
    sums = [cases("custody", "B2", 80)]
    now = of(sums=sums).now().points
    assert of(step("handover_months", 15), sums=sums).at(12).points.most == 2 * now
    assert ends(of(step("handover_months", "7.5"), sums=sums).at(12)) == (now, now)


def test_two_meetings_more_before_each_release() -> None:
    """75 cases stay 7½ months: 120 releases a year, each with 3 hours more."""
    found = of(step("handover_meetings", 4), sums=[cases("custody", "B2", 75)]).at(3)
    assert rounded(found.ends[0].hours - of(sums=[cases("custody", "B2", 75)]).now().hours, 1) == 360


def test_a_band_has_a_low_and_a_high_end() -> None:
    found = of(step("volume_band", band="higher")).at(3)
    assert ends(found) == (92_370, rounded(Fraction(92_370) * Fraction("1.1"), 2))


def test_a_contract_is_volume_by_cost_by_intensity_and_a_budget_buys_part_of_it() -> None:
    contract = step("contract", 1000, unit_cost=Decimal(200), intensity="high", budget=Decimal(150_000))
    told = scenario_told.present(of(contract, step("volume_band", band="higher")), 1)["contracts"]
    assert told == [
        {"number": 1, "volume_least": 1000, "volume_most": 1100, "value_least": 300_000,
         "value_most": 330_000, "people_of_budget": 500}
    ]  # fmt: skip
    assert ends(of(contract).at(12)) == (92_370, 92_370)


def test_levers_add_up_to_the_change_of_the_scenario() -> None:
    found = of(step("police", 5, high=Decimal(8)), step("days_away", 3), step("standard_reports", 100)).at(12)
    assert sum(each.least for each in found.by_step()) <= found.change.least + Fraction(1, 2)
    assert sum(each.most for each in found.by_step()) >= found.change.most - Fraction(1, 2)


def test_every_fte_opens_into_lines_at_both_ends() -> None:
    told = scenario_told.present(of(step("police", 5, high=Decimal(8)), step("standard_reports", 100)), 100)
    year = next(each for each in told["when"] if each["months"] == 12)
    for end in ("least", "most"):
        assert sum(line[f"points_{end}"] for line in told["lines"]) == year[f"points_{end}"]
        assert float(sum(line[f"fte_{end}"] for line in told["lines"])) == pytest.approx(
            float(year[f"need_{end}"]), abs=0.001
        )
    assert sum(line["points_now"] for line in told["lines"]) == told["now"]["points"]


def test_placeholders_are_marked_with_their_source() -> None:
    told = scenario_told.present(of(step("licences", 5), step("community_orders", 5)), 100)
    marks = {each["rule"]: (each["is_placeholder"], bool(each["source"])) for each in told["rules"]}
    assert marks["staffing.demand.order_length.licence"] == (True, True)
    assert marks["staffing.demand.order_length.community_order"] == (False, True)


def test_no_time_left_is_refused() -> None:
    with pytest.raises(StaffingError, match="leave no"):
        of(step("net_percent", 80), step("days_away", 150)).at(3)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"lever": "weather", "low": 1}, "is no lever; use one of community_orders"),
        ({"lever": "licences"}, "low is missing"),
        ({"lever": "licences", "low": 5, "high": 4}, "high is below low"),
        ({"lever": "licences", "low": -101}, "is from -100 to 1,000"),
        ({"lever": "tier_mix", "low": 5}, "needs tier and becomes too"),
        ({"lever": "tier_mix", "low": 5, "tier": "C1", "becomes": "C1"}, "are the same"),
        ({"lever": "licences", "low": 5, "month": 2}, "has no month"),
        ({"lever": "volume_band", "band": "higher", "low": 2}, "has its own range"),
        ({"lever": "licences", "low": 5, "budget": 5}, "only a contract has a budget"),
        ({"lever": "licences", "low": Decimal("NaN")}, "low"),
        ({"lever": "licences", "low": Decimal("Infinity")}, "low"),
    ],
)
def test_what_is_wrong_with_a_step_is_said(content: dict[str, Any], said: str) -> None:
    with pytest.raises(PlanError, match=said):
        step_of({"do": "demand", **content})


def test_a_plan_keeps_its_levers_as_they_were_typed() -> None:
    plan = plan_of({"name": "More work", "steps": [
        {"do": "demand", "lever": "police", "low": Decimal("5.5"), "high": 8},
        {"do": "demand", "lever": "volume_band", "band": "lower"},
    ]})  # fmt: skip
    assert read_plan(plan.text) == plan
    assert [each.lever for each in plan.demand] == ["police", "volume_band"]


def test_what_is_typed_becomes_steps_and_is_typed_again() -> None:
    typed = {
        "police": "5 to 8", "days_away": "3", "volume_band": "higher", "net_percent": "−0.5%",
        "tier_mix": "20", "from_tier": "c2", "to_tier": "C1", "early_release": "1,000..2,000",
        "early_month": "2", "early_months": "6", "contract": "", "licences": " ",
        "unit_cost": "nonsense that no lever asks for",
    }  # fmt: skip
    steps, faults = steps_of(typed)
    assert faults == {"net_percent": "‘Non-effective time (NET)’ must be from 0 to 80"}
    assert [each.lever for each in steps] == [
        "police",
        "early_release",
        "tier_mix",
        "days_away",
        "volume_band",
    ]
    assert steps_of(typed_of(steps)) == (steps, {})


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"police": "a lot"}, "police", "Enter a number for"),
        ({"police": "8 to 5"}, "police", "Enter the lower number first"),
        ({"police": "5000"}, "police", "must be from -100 to 1,000"),
        ({"police": "NaN"}, "police", "Enter a number for"),
        ({"volume_band": "huge"}, "volume_band", "Choose a volume band"),
        ({"early_release": "5"}, "early_month", "in how many months"),
        (
            {"early_release": "5", "early_month": "1", "early_months": "0"},
            "early_months",
            "how many months early",
        ),
        ({"tier_mix": "5", "from_tier": "H9", "to_tier": "C1"}, "from_tier", "such as C2"),
        ({"tier_mix": "5", "from_tier": "C1", "to_tier": "C1"}, "tier_mix", "the same"),
        (
            {"contract": "5", "unit_cost": "£5", "intensity": "low", "budget": "-4"},
            "budget",
            "leave it blank",
        ),
    ],
)
def test_what_is_typed_wrong_is_said_by_its_field(typed: dict[str, str], field: str, said: str) -> None:
    _, faults = steps_of(typed)
    assert said in faults[field]


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=12)))
def test_whatever_is_typed_becomes_steps_or_faults(typed: dict[str, str]) -> None:
    steps, faults = steps_of(typed)
    assert {each.lever for each in steps}.isdisjoint(faults)


def test_room_in_a_scenario_is_what_the_sums_leave() -> None:
    """The worked unit of room for cases: high and medium have 6,140 points left and are full in 58.5 days."""
    officers, all_grades = frozenset({"PO"}), frozenset({"PO", "PSO", "TPO"})
    pool = full.Pool(
        [
            full.KindDemand("high", officers, 3_300_000, Fraction(11_500)),
            full.KindDemand("medium", frozenset({"PO", "PSO"}), 3_600_000, Fraction(6_200)),
            full.KindDemand("low", all_grades, 600_000, Fraction(4_500)),
        ],
        {
            "PO": full.GradeTime(4_400_000, 276_000),
            "PSO": full.GradeTime(3_520_000, 130_000),
            "TPO": full.GradeTime(704_000, 0),
        },
    )
    day = date(2026, 11, 20)
    rates: Inflows = {("PO", "PSO"): Inflow(105.0, None, day, day)}
    sums = [cases("community", "B2", 100), cases("community", "C2", 100)]
    told = room_then(pool, 10_000, of(step("ceiling", 110), sums=sums).at(3), rates)
    medium = next(each for each in told if each["kind"] == "medium")
    assert (medium["spare_x100_now"], medium["cases_now"]) == (614_000, 99)
    assert medium["days_now"] == pytest.approx(58.5, abs=0.05)
    assert medium["spare_x100_least"] == medium["spare_x100_most"] == 1_406_000
    # 10% more of all cases: 6,900 points of high and medium ones more, and none left
    worse = room_then(pool, 10_000, of(step("volume_band", band="higher"), sums=sums).at(3), rates)
    medium = next(each for each in worse if each["kind"] == "medium")
    assert (medium["spare_x100_least"], medium["spare_x100_most"]) == (614_000 - 690_000, 614_000)
    assert (medium["days_least"], medium["cases_least"]) == (0.0, 0)


_NUMBERS = st.integers(-90, 200).map(Decimal)


@given(
    lever=st.sampled_from([name for name, each in LEVERS.items() if not each.needs]),
    typed=st.tuples(_NUMBERS, _NUMBERS),
    months=st.integers(0, 60),
    by=st.sampled_from(["points", "hours"]),
)
def test_the_least_is_never_above_the_most(
    lever: str, typed: tuple[Decimal, Decimal], months: int, by: str
) -> None:
    limits = LEVERS[lever]
    low, high = (min(max(each, limits.least), limits.most, Decimal(70)) for each in sorted(typed))
    found = of(step(lever, low, high=high), by=by).at(months)
    assert found.people.least <= found.people.most
    assert found.change.least <= found.change.most
    if lever in ("police", "licences", "custody") and low == 0:
        assert found.points.least == 92_370
