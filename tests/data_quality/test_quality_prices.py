"""What is to be put right has the price that its lines would have; figures worked out by hand."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import polars as pl
import pytest
from quality_nations import RULES as NATION_RULES
from quality_nations import Nation, clean

from wmt import rules
from wmt.data_quality.find import find
from wmt.data_quality.kinds import FINDING, kind_rules
from wmt.data_quality.over_nights import put_right, since_before
from wmt.data_quality.sums import QualitySum, all_together, placed, put_right_x100, sums_by
from wmt.facts import Facts
from wmt.ledger import Cause, Ledger, Moment
from wmt.ledger.explain_change import Side, why
from worlds import World

OLD = date(2022, 2, 2)
BEFORE, AFTER = datetime(2022, 2, 2, 18, 30), datetime(2022, 2, 3, 18, 30)
#: The weight of the cases of the story, laid over the rules of 2021.
STORY = rules.load().at(
    OLD, [rules.Overlay("story", "seed", (("tier_points.pc16.community.D0", OLD, Decimal("18.5")),))]
)
NOW = rules.load().at(date(2023, 6, 14))
NO_STALE = pl.DataFrame(schema={"team_code": pl.String, "staff_code": pl.String})


def officer(status: str, as_at: datetime) -> Facts:
    """1,675 points of 2,176, and forty cases whose requirements have not commenced, or have; a colleague has
    2,300 of 2,176."""
    world = World(as_at).post("N1A:S1").post("N1A:S2")
    world.cases("N1A:S2", "community", "C1", 46)
    kinds = [("community", "A3")] * 5 + [("community", "C1")] * 11 + [("custody", "B2"), ("custody", "B1")]
    for number, (location, tier) in enumerate(kinds):
        world.cases("N1A:S1", location, tier, ref=f"A{number:06d}")
    for number in range(40):
        world.cases("N1A:S1", "community", "D0", status=status, ref=f"U{number:06d}")
    return world.facts()


def found_in(facts: Facts, ruleset: rules.RuleSet = NOW) -> pl.DataFrame:
    return find(facts, {}, ruleset, Ledger(facts, ruleset).lines())


def test_forty_uncommenced_requirements_are_listed_and_priced_before_they_move_the_figure() -> None:
    facts = officer("uncommenced", BEFORE)
    found = found_in(facts, STORY)
    assert found.height == 40
    assert set(found["kind"]) == {"uncommenced"}
    amounts = found.select("least_x100", "most_x100", "expected_x100").unique()
    assert amounts.rows() == [(1_850, 1_850, 1_850)]
    # the officer goes from 77.0% to 111.0%, the team of two from 91.3% to 108.3%
    units = placed(found, facts.team)
    officer_sum = sums_by(units, "post_code")["N1A:S1"]
    assert (officer_sum.findings, officer_sum.expected_x100) == (40, 74_000)
    assert put_right_x100(Moment(167_500, 217_600), officer_sum) == (11_098, 11_098, 11_098)
    team_sum = all_together(units, kind_rules(STORY))
    assert put_right_x100(Moment(397_500, 435_200), team_sum)[2] == 10_834
    # then they are commenced: the list is empty, and the whole movement is theirs
    after = officer("active", AFTER)
    assert put_right(found, found_in(after, STORY)).height == 40
    moved = why(Side(facts, STORY), Side(after, STORY), "post", "N1A:S1")
    assert (moved.before, moved.after) == (Moment(167_500, 217_600), Moment(241_500, 217_600))
    assert [(each.cause, each.points_x100, each.lines) for each in moved.causes] == [
        (Cause.COMMENCED, 74_000, 40)
    ]


def test_a_case_without_a_tier_is_expected_to_be_like_the_others() -> None:
    world = World().post("N1A:S1").cases("N1A:S1", "community", "C2", 3).cases("N1A:S1", "community", "B2")
    world.cases("N1A:S1", "community", "0", 2).cases("N1A:S1", "licence", "0", ref="X000001")
    found = found_in(world.facts())
    counted, named = found.sort("recorded").iter_rows(named=True)
    # two cases: 21 (D0) to 128 (A3) each; three of four are worth 74 and one 112, so 83.5 each
    assert counted["cases"] == 2
    assert (counted["least_x100"], counted["most_x100"], counted["expected_x100"]) == (4_200, 25_600, 16_700)
    # nobody else is on licence: nothing can be expected
    assert (named["ref"], named["least_x100"], named["most_x100"]) == ("X000001", 0, 15_800)
    assert named["expected_x100"] is None
    both = all_together(placed(found, world.facts().team), kind_rules(NOW))
    assert (both.findings, both.cases, both.expected_x100, both.unknown) == (2, 3, 16_700, 1)


def test_a_case_with_several_things_counts_once_in_the_sum() -> None:
    world = World().post("N1A:S1").post("N1B:S2")
    for post in ("N1A:S1", "N1B:S2"):
        world.cases(post, "licence", "B2", ref="X000001")
    world.flag("N1A:S1", "X000001", "W", "licence", "B2")
    found = found_in(world.facts())
    assert found.select("kind", "staff_code", "least_x100", "expected_x100", "in_sum").rows() == [
        ("duplicate", "S1", -12_200, -6_100, 1),
        ("duplicate", "S2", -12_200, -6_100, 1),
        ("active_and_inactive", "S1", -12_200, -6_100, 0),
        ("active_and_inactive", "S2", -12_200, -6_100, 0),
    ]
    whole = all_together(placed(found, world.facts().team), kind_rules(NOW))
    assert (whole.findings, whole.expected_x100) == (4, -12_200)


def test_of_three_records_of_a_case_one_stays() -> None:
    """A licence case B2 earns 122: of three such records two go, so that 244 are expected to."""
    world = World()
    for post in ("N1A:S1", "N1B:S2", "N1C:S3"):
        world.post(post).cases(post, "licence", "B2", ref="X000001")
    found = found_in(world.facts())
    assert [round(each / 100) for each in found["expected_x100"]] == [-81, -81, -81]
    whole = all_together(placed(found, world.facts().team), kind_rules(NOW))
    assert abs(whole.expected_x100 + 24_400) < 10


def test_nothing_is_expected_of_a_unit_while_of_one_record_nothing_can_be() -> None:
    known = QualitySum(1, 1, None, 0, 9_000, 5_000, 0, 0, 0, 0)
    assert put_right_x100(Moment(100_000, 100_000), known) == (10_000, 10_900, 10_500)
    assert put_right_x100(Moment(100_000, 100_000), replace(known, unknown=1)) == (10_000, 10_900, None)


def test_hours_that_are_assumed_may_be_few_or_a_full_week() -> None:
    # the target of a PO is 2,200 of 37 hours: 7.4 hours hold 440 points, 30 of a colleague 1,783
    world = World().post("N1A:S1", hours=None).post("N1A:S2", hours="30").post("N1A:S3", "PSO", None)
    found = found_in(world.facts()).filter(pl.col("kind") == "hours_assumed")
    names = ["staff_code", "least_available_x100", "most_available_x100", "expected_available_x100"]
    first, second = found.select(names).rows()
    assert first == ("S1", -176_000, 0, -41_700)
    assert (second[0], second[3]) == ("S3", None)  # nobody knows the hours of another PSO


def one_case(tier: str, **told: object) -> Nation:
    """A man of one order with one requirement and medium risk; no usable assessment says his needs."""
    nation = clean(Random(1), posts=2, cases=1)
    (case,) = nation.cases
    case.update({"tier": tier, "suspended": False, "status": "active", "flags": [], "location": "community"})
    case["inputs"] = {
        "risk": "medium", "assessed": "medium", "registered": False, "sentence": "SP", "requirements": ["F"],
        "commenced": True, "layer": "LAYER1", **told,
    }  # fmt: skip
    return nation


@pytest.mark.parametrize(
    ("tier", "told", "kind", "amounts"),
    [
        # C2 recorded is worth 74; worked out it is C2: nothing to put right
        ("C2", {}, None, ()),
        # B2 recorded (112), C2 worked out (74)
        ("B2", {}, "tier_differs", (-3_800, -3_800, -3_800)),
        # and the other way round: high risk registered and assessed gives B2
        ("C2", {"risk": "high", "assessed": "high"}, "tier_differs", (3_800, 3_800, 3_800)),
        # the assessment says high: either the register is right (C2) or the assessment (B2)
        ("C2", {"assessed": "high"}, "risk_differs", (0, 3_800, 1_900)),
        ("C2", {"assessed": "low"}, "risk_differs", (-2_200, 0, -1_100)),  # D2 is worth 52
        ("C2", {"assessed": None}, None, ()),
        # no requirement: no mandate, so C0 (25); with one it would be C2
        ("C0", {"requirements": []}, "no_requirements", (0, 4_900, 2_450)),
        # registered as suspended: C2S earns nothing
        ("C2", {"registered": True}, "suspension_differs", (-7_400, -7_400, -7_400)),
        # the table of requirements says it has not commenced, and the case counts all the same
        ("C2", {"commenced": False}, "uncommenced", (0, 0, 0)),
    ],
)
def test_a_tier_unlike_what_its_inputs_give_is_priced_both_ways(
    tier: str, told: dict[str, object], kind: str | None, amounts: tuple[int, ...]
) -> None:
    found = one_case(tier, **told).found()
    assert found["kind"].to_list() == ([] if kind is None else [kind])
    if kind:
        assert found.select("least_x100", "most_x100", "expected_x100").row(0) == amounts


def test_a_tier_that_can_be_worked_out_is_what_an_untiered_case_is_worth() -> None:
    (row,) = one_case("0").found().iter_rows(named=True)
    assert (row["kind"], row["instead"]) == ("untiered", "tier worked out: C2")
    assert (row["least_x100"], row["most_x100"], row["expected_x100"]) == (7_400, 7_400, 7_400)


def test_without_its_risk_or_its_orders_no_tier_is_held_against_a_case() -> None:
    nation = one_case("A3")
    inputs = nation.inputs()
    facts = nation.facts()
    lines = Ledger(facts, NATION_RULES).lines()
    assert find(facts, inputs, NATION_RULES, lines)["kind"].to_list() == ["tier_differs"]
    for gone in ("registration", "conviction"):
        rest = {name: table for name, table in inputs.items() if name != gone}
        assert find(facts, rest, NATION_RULES, lines).is_empty()
    unknown = inputs | {"registration": inputs["registration"].with_columns(code=pl.lit("ALSH"))}
    assert find(facts, unknown, NATION_RULES, lines).is_empty()


def test_since_when_is_carried_from_night_to_night() -> None:
    first, again, gone = (officer(status, as_at) for status, as_at in (
        ("uncommenced", BEFORE), ("uncommenced", AFTER), ("active", AFTER + timedelta(1))
    ))  # fmt: skip
    one = since_before(found_in(first, STORY), None, NO_STALE)
    two = since_before(found_in(again, STORY), one, NO_STALE)
    assert (set(one["since"]), set(two["since"])) == ({OLD}, {OLD})
    assert since_before(found_in(gone, STORY), two, NO_STALE).is_empty()
    # a post that keeps the figures of the night before keeps what was to be put right there
    stale = pl.DataFrame({"team_code": ["N1A"], "staff_code": ["S1"]})
    assert since_before(FINDING.to_frame(), two, stale).height == 40
