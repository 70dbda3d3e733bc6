"""What stands around the sums: former lines, lines of some posts, plain data, points at stake, shares."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from wmt import rules
from wmt.ledger import Ledger, LedgerError, Moment
from wmt.ledger.arithmetic import capacity_parts_x100, capacity_x100, remaining_x100
from wmt.ledger.caseload import case_marks, caseloads
from wmt.ledger.potential_points import further_x100, more_x100, path_of, uncommenced_at_stake
from wmt.ledger.serialise import present_line, present_post, present_total
from worlds import World

DAY = date(2023, 6, 14)
RULES = rules.load().at(DAY)
OVER = 11_000


def team() -> World:
    """Three posts: 2 cases of A3 in the community (128 each), 1 licence C2 (65), and none."""
    world = World().post("N1A:S1").post("N1A:S2", hours="18.5").post("N1B:S3", "PSO")
    return world.cases("N1A:S1", "community", "A3", 2).cases("N1A:S2", "licence", "C2")


def test_a_post_without_fresh_facts_keeps_its_former_lines() -> None:
    before = Ledger(team().facts(), RULES)
    stale = (
        World(datetime(2023, 6, 15, 18, 30))
        .post("N1A:S1", stale_since=datetime(2023, 6, 14, 18, 30))
        .post("N1A:S2", hours="37")
    )
    stale.cases("N1A:S2", "licence", "C2", 3)
    former = before.lines().filter(pl.col("staff_code") == "S1")
    after = Ledger(stale.facts(), RULES, former=former).totals(["post"])
    found = {row["code"]: (row["points_x100"], row["available_x100"]) for row in after.iter_rows(named=True)}
    assert found == {"N1A:S1": (25_600, 220_000), "N1A:S2": (19_500, 220_000)}
    nothing = Ledger(stale.facts(), RULES, former=former.clear()).totals(["post"])
    assert dict(zip(nothing["code"], nothing["points_x100"], strict=True))["N1A:S1"] == 0


def test_the_lines_of_some_posts() -> None:
    facts = team().facts()
    ledger = Ledger(facts, RULES)
    number = facts.post.filter(pl.col("staff_code") == "S2")["post_no"].item()
    assert_frame_equal(ledger.lines([number]), ledger.lines().filter(pl.col("staff_code") == "S2"))
    assert ledger.lines([]).is_empty()


def test_a_post_as_plain_data() -> None:
    ledger = Ledger(team().cases("N1A:S2", "custody", "B1", status="warrant", ref="W000001").facts(), RULES)
    (total,) = (row for row in ledger.totals(["post"]).iter_rows(named=True) if row["staff_code"] == "S2")
    lines = ledger.lines().filter(pl.col("staff_code") == "S2")
    found = present_post(total, lines, OVER)
    assert (found["points"], found["available"], found["capacity"]) == (65, 1_100, Decimal("5.91"))
    assert (found["over_mark"], found["contracted_hours"]) == (False, Decimal("18.5"))
    assert found["breakdown"]["omic"] == 0
    assert sum(line["points"] for line in found["work"]) == 65
    assert [(line["kind"], line["points"], line["quantity"]) for line in found["time"]] == [
        ("contracted_hours", 1_100, Decimal("18.5"))
    ]
    (case,) = (line for line in found["work"] if line["tier"] == "C2")
    assert (case["each"], case["counted"], case["suspended"], case["rule"]) == (
        65, True, False, "tier_points.pc16.licence.C2",
    )  # fmt: skip
    assert [(row["cases"], row["counted"]) for row in found["reconciliation"]] == [(1, True), (1, False)]


def test_a_total_over_the_mark_and_one_without_hours() -> None:
    world = (
        World().post("N1A:S1", hours="3.7").cases("N1A:S1", "community", "A3", 2).post("N1A:S2", hours="0")
    )
    rows = {row["staff_code"]: row for row in Ledger(world.facts(), RULES).totals(["post"]).to_dicts()}
    assert present_total(rows["S1"], OVER)["over_mark"] is True  # 256 of 220
    found = present_total(rows["S2"], OVER)
    assert (found["capacity"], found["over_mark"], found["contracted_hours"]) == (None, False, 0)
    nobody = World().post("N1A:S1", hours=None).facts()
    (line,) = Ledger(nobody, RULES).lines().filter(pl.col("side") == "time").iter_rows(named=True)
    assert present_line({**line, "quantity_micro": None})["quantity"] is None


def test_what_requirements_that_commence_would_add() -> None:
    world = World().post("N1A:S1").cases("N1A:S1", "community", "D0", status="uncommenced", ref="U000001")
    world.cases("N1A:S1", "community", "A3", status="uncommenced", ref="U000002")
    world.cases("N1A:S1", "custody", "A3", stream="omic", status="uncommenced", ref="U000003")
    world.cases("N1A:S1", "licence", "C2", ref="A000001")
    found = uncommenced_at_stake(Ledger(world.facts(), RULES).lines(), RULES, "pc16")
    assert dict(zip(found["ref"], found["points_x100"], strict=True)) == {"U000001": 2_100, "U000002": 12_800}
    assert found["cases"].to_list() == [1, 1]
    nobody = World().post("N1A:S1").facts()
    assert uncommenced_at_stake(Ledger(nobody, RULES).lines(), RULES, "pc16").is_empty()


def test_where_a_case_has_its_points_from() -> None:
    words = {"stream": "standard", "location": "licence", "tier": "B2", "suspended": 0}
    assert path_of("pc16", words) == "tier_points.pc16.licence.B2"
    assert path_of("pc16", {**words, "suspended": 1}) == "tier_points.pc16.licence.B2S"
    assert path_of("pc16", {**words, "stream": "t2a"}) == "t2a_points.pc16.licence.B2"
    assert more_x100(RULES["tier_points.pc16.licence.C2"], 3, 500) == 3 * 6_500 - 500
    assert more_x100(None, 3, 500) == -500


def test_how_far_a_capacity_would_rise() -> None:
    assert further_x100(Moment(100_000, 200_000), 10_000) == 500
    assert further_x100(Moment(100_000, 200_000), -100_000) == -5_000
    assert further_x100(Moment(100_000, 0), 10_000) is None


def test_what_there_is_time_for() -> None:
    assert (remaining_x100(150_000, 220_000), remaining_x100(220_001, 220_000)) == (70_000, -1)


@given(st.lists(st.integers(-100_000, 100_000), min_size=1, max_size=8), st.integers(1, 300_000))
def test_parts_of_a_capacity_add_up_to_it(parts: list[int], available: int) -> None:
    found = capacity_parts_x100(parts, available)
    assert found is not None
    assert sum(found) == capacity_x100(sum(parts), available)
    for part, shown in zip(parts, found, strict=True):
        assert abs(shown - Fraction(part * 10_000, available)) <= 1


def test_without_time_a_capacity_has_no_parts() -> None:
    assert capacity_parts_x100([100, 200], 0) is None


def test_cases_per_fte_of_every_unit_at_once() -> None:
    world = team().cases("N1B:S3", "community", "D1", 40)
    totals = Ledger(world.facts(), RULES).totals(["post"])
    found = caseloads(totals.iter_rows(named=True), ["team", "nation"], case_marks(RULES))
    stream = "sentence_management"
    assert {key: (unit.posts, unit.cases, unit.fte) for key, unit in found.items()} == {
        ("team", "N1A", stream): (2, 3, Fraction(3, 2)),
        ("team", "N1B", stream): (1, 40, Fraction(1)),
        ("nation", "nation", stream): (3, 43, Fraction(5, 2)),
    }
    posts = caseloads(totals.iter_rows(named=True), ["post"], case_marks(RULES))
    assert posts["post", "N1B:S3", stream].cases == 40


def test_a_weighting_that_makes_parts_of_hundredths_is_refused() -> None:
    values = (("omic_weighting.custody", DAY, 33), ("tier_points.pc16.custody.A3", DAY, Decimal("18.55")))
    laid = rules.load().at(DAY, [rules.Overlay("what-if", "a test", values)])
    with pytest.raises(LedgerError, match=r"omic_weighting\.custody of 33% makes fractions of a hundredth"):
        Ledger(team().facts(), laid)
