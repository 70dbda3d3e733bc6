"""Need, supply and gap, held to figures that were worked out by hand from the published tables."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wmt import rules
from wmt.ledger import Ledger
from wmt.plan import full_pool
from wmt.staffing import gap, need, rates, supply
from worlds import World

DAY = date(2026, 11, 20)
CASES = {
    "community": {"A3": 10, "B2": 60, "C2": 300, "D1": 200, "D0": 150},
    "licence": {"A2": 30, "B3": 90, "C3": 200, "D2": 60},
    "custody": {"B2": 80, "C1": 100},
}


def overlaid(**values: object) -> rules.RuleSet:
    entries = tuple((path.replace("__", "."), date(2021, 1, 1), value) for path, value in values.items())
    return rules.load().at(DAY, [rules.Overlay("what-if", "tests", entries)])


def a_pdu() -> World:
    """The worked unit: cases, 40 standard and 30 fast reports, 22 POs, 24 PSOs, eight trainees, six SPOCs."""
    world = World(datetime(2026, 11, 20, 18, 30))
    officers = [f"T1:PO{number:02d}" for number in range(22)]
    for number, post in enumerate(officers):
        world.post(post)
        if number < 5:
            world.reduction(post, percent="20", reason="15")
        elif number < 11:
            world.reduction(post, hours="1.85", reason="26")
    for number in range(24):
        world.post(f"T1:SO{number:02d}", grade="PSO")
    for number, (stage, percent) in enumerate([("12", 80)] * 3 + [("13", 60)] * 3 + [("14", 40)] * 2):
        world.post(f"T1:TR{number:02d}", grade="TPO").reduction(
            f"T1:TR{number:02d}", percent=str(percent), reason=stage
        )
    for location, tiers in CASES.items():
        for tier, number in tiers.items():
            world.cases(officers[0], location, tier, number)
    return world.report(officers[0], "sdr", 40).report(officers[0], "fdr", 30)


def staffing(world: World, ruleset: rules.RuleSet | None = None, **chosen: object) -> gap.Staffing:
    of_rules = rates.Rates(ruleset or rules.load().at(DAY), chosen.pop("chain", None))  # type: ignore[arg-type]
    facts = world.facts()
    made = Ledger(facts, of_rules.ruleset)
    lines, posts = made.lines(), full_pool.posts_in_stream(made.totals(["post"]), facts.post)
    work = need.work_sums(lines, posts, "pdu")
    people = supply.supplies(of_rules, lines, posts, facts.reduction, "pdu")
    return gap.staffing_of(of_rules, work, people, "T1PDU", **chosen)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def worked() -> gap.Staffing:
    return staffing(a_pdu())


def rounded(value: Fraction | None, places: int = 4) -> Decimal:
    assert value is not None
    return gap.places(value, places)


def test_constants() -> None:
    product, together = (rates.Rates(rules.load().at(DAY), chain) for chain in rates.CHAINS)
    assert product.hours_of_fte == Fraction("1327.27584")
    assert together.hours_of_fte == Fraction("1273.2588")
    assert product.points_of_fte == 1776
    assert rounded(together.points_of_fte, 6) == Decimal("1703.720930")
    assert rounded(product.points_of_fte / together.points_of_fte, 7) == Decimal("1.0424242")
    assert rounded(product.hours_of_point, 5) == Decimal("0.74734")
    assert product.days_a_year == Fraction("260.7")
    assert rounded(product.days_away["training"] / product.days_a_year * 100, 3) == Decimal("3.069")


def test_a_thousand_community_c2_in_both_readings_and_by_targets() -> None:
    found = staffing(World(datetime(2026, 11, 20)).post("T1:A").cases("T1:A", "community", "C2", 1000))
    assert found.need.hours == 55_000
    told = gap.present(found)
    assert told["work"]["fte_by_hours_product"].quantize(Decimal("0.01")) == Decimal("41.44")
    assert told["work"]["fte_by_hours_sum"].quantize(Decimal("0.01")) == Decimal("43.20")
    line = told["reconciliation"]
    assert line["fte_by_points"].quantize(Decimal("0.01")) == Decimal("41.67")
    assert line["full_targets"].quantize(Decimal("0.01")) == Decimal("33.64")
    assert line["points_more_than_hours"].quantize(Decimal("0.01")) == Decimal("0.23")
    assert line["targets_more_than_points"].quantize(Decimal("0.01")) == Decimal("0.38")


def test_the_worked_unit_by_kind(worked: gap.Staffing) -> None:
    found = {each.kind: (each.points, rounded(each.by_points)) for each in worked.need.kinds}
    assert found == {
        "high": (27_890, Decimal("15.7038")),
        "medium": (41_300, Decimal("23.2545")),
        "low": (15_710, Decimal("8.8457")),
        "reports": (7_470, Decimal("4.2061")),
    }
    assert (worked.need.points, rounded(worked.need.by_points)) == (92_370, Decimal("52.0101"))
    assert rounded(worked.need.hours, 2) == Decimal("68846.30")
    assert rounded(worked.need.by_hours) == Decimal("51.8704")
    together = staffing(a_pdu(), chain="sum").need
    assert (rounded(together.by_points), rounded(together.by_hours)) == (
        Decimal("54.2166"),
        Decimal("54.0709"),
    )


def test_the_worked_unit_by_grade(worked: gap.Staffing) -> None:
    by_grade = {grade: rounded(fte) for grade, fte in worked.need.work_by_grade.items()}
    assert by_grade == {"PO": Decimal("27.1087"), "PSO": Decimal("24.9015")}
    assert worked.need.roles_by_grade == {
        "PO": {"single point of contact": Fraction("0.3"), "mentoring trainees": Fraction("0.4")}
    }
    assert (rounded(worked.required("PO")), rounded(worked.required())) == (
        Decimal("27.8087"),
        Decimal("52.7101"),
    )


def test_people_there_and_what_is_short_with_one_agency_officer(worked: gap.Staffing) -> None:
    """The six roles are in the need: their hours are not taken off the officers again."""
    assert worked.present("PO") == 21
    assert worked.present("PSO") == 27  # 24, and of the eight trainees 0.6 + 1.2 + 1.2
    helped = staffing(a_pdu())
    helped.supply.grades["PO"].agency = Fraction(1)
    assert (rounded(helped.short("PO")), rounded(helped.ratio("PO"))) == (
        Decimal("5.8087"),
        Decimal("0.7911"),
    )
    assert rounded(helped.short("PSO")) == Decimal("-2.0985")
    assert (rounded(helped.short()), rounded(helped.ratio())) == (Decimal("3.7101"), Decimal("0.9296"))
    assert helped.binding == "PO"


@pytest.mark.parametrize(
    ("values", "more", "net"),
    [
        ({"staffing__more_days_away": 3}, "0.759", "21.151"),
        ({"staffing__training_days": 12}, "1.017", "21.534"),
        ({"net_percent": 16}, "-2.477", "16.000"),
    ],
)
def test_days_away_are_a_lever(values: dict[str, object], more: str, net: str, worked: gap.Staffing) -> None:
    found = staffing(a_pdu(), overlaid(**values)).need
    assert rounded(found.by_points - worked.need.by_points, 3) == Decimal(more)
    assert rounded(found.rates.net * 100, 3) == Decimal(net)


def test_three_more_sick_days_leave_fewer_points_for_an_officer() -> None:
    found = rates.Rates(overlaid(staffing__more_days_away=3))
    assert rounded(found.points_of_fte, 3) == Decimal("1750.453")


def test_both_published_underestimates_are_shares_of_the_true_need(worked: gap.Staffing) -> None:
    first, second = gap.measured(worked.need)
    assert first["factor"] == Decimal("1.51515")
    assert first["work"].quantize(Decimal("0.01")) == Decimal("78.80")
    assert "National Audit Office" in first["source"]
    assert second["factor"] == Decimal("1.66667")


def test_reductions_say_where_they_went() -> None:
    """Sickness is in NET, learning is taken off, a role is in the need; nothing is counted twice."""
    world = World(datetime(2026, 11, 20)).post("T1:A").post("T1:B").post("T1:C")
    world.reduction("T1:A", percent="100", reason="2")
    world.reduction("T1:B", percent="20", reason="15").reduction("T1:C", hours="1.85", reason="26")
    found = staffing(world)
    assert found.supply.reductions == {
        supply.IN_NET: Fraction(1),
        supply.TAKEN_OFF: Fraction("0.2"),
        supply.IN_NEED: Fraction("0.05"),
    }
    assert found.present("PO") == Fraction("2.8")


def test_no_reduction_takes_more_than_the_hours_of_a_post() -> None:
    world = World(datetime(2026, 11, 20)).post("T1:A", hours="10")
    world.reduction("T1:A", hours="8", reason="24").reduction("T1:A", hours="8", reason="22")
    found = staffing(world)
    assert found.supply.grades["PO"].present == 0
    assert found.supply.reductions[supply.TAKEN_OFF] == Fraction(10, 37)


def test_shares_that_are_not_everything_are_refused() -> None:
    with pytest.raises(rates.StaffingError, match=r"staffing.shares.medium add up to 110%"):
        _ = staffing(a_pdu(), overlaid(staffing__shares__medium__PO=50)).need.work_by_grade


def test_absence_that_leaves_no_time_is_refused() -> None:
    with pytest.raises(rates.StaffingError, match="leave no"):
        _ = rates.Rates(overlaid(net_percent=90), "sum").hours_of_fte


def test_points_that_an_overlay_sets_have_no_published_hours() -> None:
    world = World(datetime(2026, 11, 20)).post("T1:A").cases("T1:A", "community", "C2", 10)
    found = staffing(world, overlaid(tier_points__pc16__community__C2=100)).need
    assert [each.by for each in found.work] == ["points"]
    assert found.hours == 1000 * found.rates.hours_of_point


def test_a_unit_without_work_needs_nobody() -> None:
    found = staffing(World(datetime(2026, 11, 20)).post("T1:A"))
    assert (found.required(), found.ratio(), found.binding) == (0, None, None)


@given(st.dictionaries(st.sampled_from(["A3", "B2", "C2", "D1"]), st.integers(1, 50), min_size=1))
def test_need_by_grade_is_the_need_of_the_work(tiers: dict[str, int]) -> None:
    """Whatever the work, grades share all of it, and each line's part adds up to the whole."""
    of_rules = rates.Rates(rules.load().at(DAY))
    points = {"A3": 128, "B2": 112, "C2": 74, "D1": 49}
    sums = [
        need.WorkSum(
            "case", "community", tier, False, f"tier_points.pc16.community.{tier}",
            points[tier] * 100, number, points[tier] * 100 * number,
        )
        for tier, number in tiers.items()
    ]  # fmt: skip
    found = need.need_of(of_rules, sums)
    assert sum(found.work_by_grade.values()) == found.by_points
    assert found.points == sum(points[tier] * number for tier, number in tiers.items())


def test_what_is_open_is_a_range_in_which_the_gap_by_reason_lies(worked: gap.Staffing) -> None:
    """22 officers by contract; NQO and SPOC reductions leave 20.7 of them, whatever they are for."""
    told = gap.present_open(worked)
    row = next(each for each in told["grades"] if each["grade"] == "PO")
    assert (row["contracted"], row["left"]) == (22, Decimal("20.7"))
    assert row["roles"] == {"mentoring trainees": Decimal("0.4")}
    assert row["least_short"] == gap.places(worked.need.work_by_grade["PO"] + Fraction("0.4") - 22)
    assert row["most_short"] - row["least_short"] == Decimal("1.3")
    assert not {"reductions", "binding_grade"} & set(told)
