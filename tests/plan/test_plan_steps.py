"""Plans laid over facts: what comes of each step equals the same change made for real, then measured."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from how_many import examples
from wmt import rules
from wmt.allocation.transfers import CaseTransfer, with_transfers
from wmt.facts import Facts, kind_number
from wmt.ledger import OMIC, Ledger
from wmt.ledger.prices import trainee_stages
from wmt.plan.facts_changed import codes, with_posts_added
from wmt.plan.laid_plan import StepOutcome
from wmt.plan.plan_file import PlanError, plan_of
from wmt.plan.steps import lay
from worlds import World, worlds

IN_2023 = datetime(2023, 6, 14, 18, 30)


def laid(facts: Facts, *steps: dict[str, Any]) -> tuple[Facts, list[StepOutcome]]:
    found, outcomes = lay(plan_of({"name": "a plan", "steps": list(steps)}), facts)
    return found.facts, outcomes


def ledger(facts: Facts) -> Ledger:
    return Ledger(facts, rules.load().at(facts.day))


def posts(facts: Facts) -> dict[str, tuple[int, int]]:
    """Points and available points of every post, in whole points."""
    rows = ledger(facts).totals(["post"]).select("code", "points_x100", "available_x100").rows()
    return {code: (points // 100, available // 100) for code, points, available in rows}


def team() -> World:
    world = World(IN_2023).post("N1A:OLD").post("N1A:NEW", "PSO", hours="18.5").post("N1B:FAR")
    for number in range(4):
        world.cases("N1A:OLD", "community", "C2", ref=f"X00000{number}")
    return world.cases("N1A:OLD", "licence", "B1", cases=3)


C2, B1 = 70, 126


def same(one: Facts, other: Facts) -> bool:
    return all(one.table(name).equals(other.table(name)) for name in one.tables())


def test_cases_move_become_another_tier_and_end() -> None:
    c2, d1 = (
        rules.load().at(IN_2023.date())[f"tier_points.pc16.community.{tier}"].hundredths // 100
        for tier in ("C2", "D1")
    )
    before = posts(team().facts())
    facts, outcomes = laid(
        team().facts(),
        {"do": "move", "cases": ["X000000"], "to": "N1A:NEW"},
        {"do": "move", "number": 2, "kind": "community:C2", "from": "N1A:OLD", "to": ["N1B:FAR", "N1A:NEW"]},
        {"do": "become", "cases": ["X000000"], "becomes": "community:D1"},
        {"do": "end", "number": 1, "kind": "community:C2", "from": "N1A"},
    )
    assert [(each.done, each.missing) for each in outcomes] == [(True, [])] * 4
    after = posts(facts)
    # the last step takes the first by the number of its post: NEW comes before OLD
    assert after["N1A:NEW"] == (d1, before["N1A:NEW"][1])
    assert after["N1B:FAR"][0] == c2
    assert after["N1A:OLD"][0] == before["N1A:OLD"][0] - 3 * c2


def test_counted_cases_are_dealt_in_turn() -> None:
    facts, _ = laid(
        team().facts(),
        {"do": "move", "number": 3, "kind": "licence:B1", "from": "N1A:OLD", "to": ["N1A:NEW", "N1B:FAR"]},
    )
    kind = kind_number("pc16", "standard", "licence", "B1", False, "active")
    numbers = {number: code for code, number in codes(facts).items()}
    rows = facts.caseload.filter(kind_no=kind)
    held = {
        numbers[post]: cases
        for post, cases in rows.group_by("post_no").agg(pl.col("cases").sum()).iter_rows()
    }
    assert held == {"N1A:NEW": 2, "N1B:FAR": 1}


def test_an_officer_leaves_and_one_starts() -> None:
    facts, outcomes = laid(
        team().facts(),
        {"do": "leave", "post": "N1A:OLD"},
        {"do": "start", "team": "N1A", "grade": "PO", "posts": 2},
    )
    assert [each.words for each in outcomes] == [
        "N1A:OLD leaves; cases wait in the team", "2 POs start in N1A",
    ]  # fmt: skip
    before, after = posts(team().facts()), posts(facts)
    assert after["N1A:OLD"] == (0, 0)
    assert after["N1A:WAITING"] == (before["N1A:OLD"][0], 0)
    # a full-time officer of the grade has what the one who left had
    assert after["N1A:NEW1"] == after["N1A:NEW2"] == (0, before["N1A:OLD"][1])
    assert after["N1B:FAR"] == before["N1B:FAR"]


def test_what_a_trainee_did_earns_nothing_when_they_leave_either() -> None:
    """They were in a stage of PQiP on the day: nobody's points come of it because they leave."""
    stage = min(trainee_stages(rules.load().at(IN_2023.date())))
    world = team().post("N1A:NEW", "TPO").reduction("N1A:NEW", hours="15", reason=stage)
    before = posts(world.contact("CMS01", by="N1A:NEW", om="N1B:FAR").facts())
    counted = posts(team().post("N1A:NEW", "TPO").contact("CMS01", by="N1A:NEW", om="N1B:FAR").facts())
    assert counted["N1B:FAR"] != before["N1B:FAR"]
    after = posts(laid(world.facts(), {"do": "leave", "post": "N1A:NEW"})[0])
    assert after["N1B:FAR"] == before["N1B:FAR"]
    assert after["N1A:NEW"] == (before["N1A:NEW"][0], 0)


def test_hours_reductions_and_grade_are_as_if_entered() -> None:
    world = team().reduction("N1A:OLD", percent="20").reduction("N1A:OLD", hours="3")
    facts, _ = laid(
        world.facts(),
        {"do": "hours", "post": "N1A:OLD", "hours": 30},
        {"do": "end_reductions", "post": "N1A:OLD", "reductions": ["D0001"]},
        {"do": "reduce", "post": "N1A:NEW", "hours": Decimal("7.4")},
        {"do": "grade", "post": "N1A:NEW", "grade": "PO"},
    )
    real = team().post("N1A:OLD", hours="30").post("N1A:NEW", "PO", hours="18.5")
    real.reduction("N1A:OLD", percent="20").reduction("N1A:NEW", hours="7.4")
    assert posts(facts) == posts(real.facts())


def test_cases_arrive_where_they_wait_or_at_a_post() -> None:
    facts, outcomes = laid(
        team().facts(),
        {"do": "arrive", "a_week": 3, "weeks": 4, "kind": "community:C2", "to": "N1B"},
        {"do": "arrive", "number": 1, "kind": "community:C2", "to": "N1B:FAR"},
    )
    assert outcomes[0].words == "12 cases (community C2) come to N1B (3 a week for 4 weeks)"
    found = posts(facts)
    assert found["N1B:WAITING"][0] == 12 * found["N1B:FAR"][0] > 0


def test_a_placeholder_that_is_there_is_used() -> None:
    world = team().post("N1A:NOBODY", "DMY", hours=None, is_placeholder=1)
    facts, _ = laid(world.facts(), {"do": "leave", "post": "N1A:OLD"})
    assert "N1A:WAITING" not in codes(facts)
    assert posts(facts)["N1A:NOBODY"][0] == posts(world.facts())["N1A:OLD"][0]


def test_cases_do_not_wait_at_a_placeholder_that_keeps_earlier_figures() -> None:
    world = team().post("N1A:NOBODY", "DMY", hours=None, is_placeholder=1, stale_since=IN_2023)
    before, after = (posts(world.facts()), posts(laid(world.facts(), {"do": "leave", "post": "N1A:OLD"})[0]))
    assert after["N1A:WAITING"][0] == before["N1A:OLD"][0] > 0
    assert sum(each for each, _ in after.values()) == sum(each for each, _ in before.values())


def test_a_rule_is_laid_over() -> None:
    plan = plan_of({
        "name": "a draft",
        "steps": [{"do": "rules", "values": {"tier_points.pc16.community.C2": 10}}],
    })  # fmt: skip
    found, _ = lay(plan, team().facts())
    then = Ledger(found.facts, rules.load().at(IN_2023.date(), found.overlays))
    total = then.totals(["post"]).row(by_predicate=pl.col("code") == "N1A:OLD", named=True)
    now = ledger(team().facts()).totals(["post"]).row(by_predicate=pl.col("code") == "N1A:OLD", named=True)
    c2 = rules.load().at(IN_2023.date())["tier_points.pc16.community.C2"].hundredths
    assert now["points_x100"] - total["points_x100"] == 4 * (c2 - 1_000)


@pytest.mark.parametrize(
    ("step", "missing"),
    [
        ({"do": "move", "cases": ["X999999"], "to": "N1A:NEW"}, "nobody holds X999999 in this data"),
        ({"do": "move", "cases": ["X000001"], "to": "N1A:GONE"}, "there is no post N1A:GONE"),
        ({"do": "move", "cases": ["X000001"], "to": "N1A:OLD"}, "X000001 is there already"),
        ({"do": "leave", "post": "N1A:GONE"}, "there is no post N1A:GONE"),
        ({"do": "start", "team": "N9Z", "grade": "PO"}, "there is no team N9Z"),
        ({"do": "end_reductions", "post": "N1A:OLD"}, "N1A:OLD has no reductions"),
        ({"do": "hours", "post": "N1A:STALE", "hours": 5}, "N1A:STALE has no figures in this data"),
        (
            {"do": "become", "cases": ["X000001"], "becomes": "community:C2"},
            "X000001 is of that kind already",
        ),
        (
            {"do": "end", "number": 9, "kind": "custody:A3", "from": "N1A"},
            "N1A has 0 cases of that kind, not 9",
        ),
        (
            {"do": "end", "number": 9, "kind": "custody:A3", "from": "N9Z"},
            "there is nobody in N9Z to take cases from",
        ),
    ],
)
def test_what_is_not_there_is_told_and_changes_nothing(step: dict[str, Any], missing: str) -> None:
    before = team().post("N1A:STALE", stale_since=IN_2023).facts()
    facts, (outcome,) = laid(before, step)
    assert outcome.missing[0] == missing
    assert not outcome.done
    assert same(facts, before)


def test_what_is_there_in_part_is_done_in_part() -> None:
    step = {"do": "move", "number": 6, "kind": "community:C2", "from": "N1A:OLD", "to": "N1A:NEW"}
    facts, (outcome,) = laid(team().facts(), step)
    assert (outcome.done, outcome.missing) == (True, ["N1A:OLD has 4 cases of that kind, not 6"])
    assert posts(facts)["N1A:NEW"][0] > 0


def test_a_kind_that_is_none_is_refused_by_its_step() -> None:
    with pytest.raises(PlanError, match="step 1: this data has no tier Q9"):
        laid(team().facts(), {"do": "arrive", "number": 1, "kind": "community:Q9", "to": "N1A"})


@settings(max_examples=examples(150), deadline=None)
@given(world=worlds(as_at=IN_2023), data=st.data())
def test_a_case_that_moves_is_one_that_was_allocated(world: World, data: st.DataObject) -> None:
    facts = world.facts()
    held = {number: code for code, number in codes(facts).items()}
    rows = ledger(facts).lines().filter(pl.col("kind") == "case", pl.col("stream") != OMIC)
    own = rows.filter(pl.col("ref").is_not_null()).select("ref", "post_no").rows()
    if not own:
        return
    ref, post_no = data.draw(st.sampled_from(own))
    to = data.draw(st.sampled_from(sorted(set(held.values()) - {held[post_no]}) or [""]))
    if not to:
        return
    then, _ = laid(facts, {"do": "move", "cases": [ref], "to": to})
    given_so, counted = with_transfers(facts, [CaseTransfer("k", ref, held[post_no], to, facts.day)])
    assert len(counted) == 1
    assert same(then, given_so)


@settings(max_examples=examples(100), deadline=None)
@given(world=worlds(as_at=IN_2023))
def test_posts_that_are_added_leave_all_others_as_they_were(world: World) -> None:
    facts = world.facts()
    first = facts.post.row(0, named=True)
    new = {name: value for name, value in first.items() if name != "post_no"}
    new |= {"staff_code": "AAA", "is_placeholder": 0, "grade": "PO", "contracted_micro": 37_000_000}
    then = with_posts_added(facts, [new])
    (added,) = set(codes(then)) - set(codes(facts))
    assert added == f"{first['team_code']}:AAA"
    names = ["code", "points_x100", "available_x100", "cases_all", "stream"]
    before, after = (ledger(each).totals(["post"]).select(names) for each in (facts, then))
    assert after.filter(pl.col("code") != added).equals(before)
    assert list(codes(then).values()) == list(range(then.post.height))


@settings(max_examples=examples(100), deadline=None)
@given(world=worlds(as_at=IN_2023), data=st.data())
def test_moves_leave_the_points_of_everybody_together(world: World, data: st.DataObject) -> None:
    facts = world.facts()
    names = sorted(codes(facts))
    steps = [
        {
            "do": "move", "number": data.draw(st.integers(1, 9)),
            "kind": data.draw(st.sampled_from(["community:C2", "custody:B3", "t2a:licence:D1S"])),
            "from": data.draw(st.sampled_from(names)), "to": data.draw(st.sampled_from(names)),
        }
        for _ in range(4)
    ]  # fmt: skip
    then, outcomes = laid(facts, *steps)
    assert len(outcomes) == len(steps)
    before, after = (ledger(each).totals(["post"])["points_x100"].sum() for each in (facts, then))
    assert after == before
    cases = ("cases", "kind_no")
    assert (
        then.caseload.group_by("kind_no")
        .agg(pl.col("cases").sum())
        .sort("kind_no")
        .equals(facts.caseload.group_by("kind_no").agg(pl.col("cases").sum()).sort("kind_no"))
    ), cases
