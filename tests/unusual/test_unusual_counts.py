"""What changed between two nights: each kind of change counted once, in the right place and direction."""

from datetime import timedelta

import polars as pl
import pytest

from wmt.ledger import Ledger
from wmt.rules import load
from wmt.unusual.counts import NightSide, cases_changed, counts_of
from worlds import AS_AT, World

RULES = load().at(AS_AT.date())
POSTS = ("N1A:S1", "N1A:S2", "N1B:S3")


def night(later: int = 0) -> World:
    """Three posts in two teams, and one post that stands for nobody."""
    world = World(AS_AT + timedelta(days=later))
    for name in POSTS:
        world.post(name)
    return world.post("N1A:NOBODY", hours="0", is_placeholder=1).post("N1B:S4", hours="0")


def side(world: World, inputs: dict[str, pl.DataFrame] | None = None) -> NightSide:
    facts = world.facts()
    ledger = Ledger(facts, RULES)
    lines = ledger.lines().filter(pl.col("kind") == "contact")
    return NightSide(facts, inputs or {}, RULES, lines, ledger.totals(["post"]))


def counted(before: World, after: World, *, near: tuple[tuple[str, str], ...] = (), days: int = 1, **kinds):
    """Numbers and exposure by kind and team, as far as anything happened."""
    found = counts_of(side(before, kinds.get("was")), side(after, kinds.get("now")), near, days)
    teams = found.filter(pl.col("staff_code").is_null())
    return {
        (kind, team): (number, of, exposure)
        for kind, team, number, of, exposure in teams.select(
            "kind", "team_code", "number", "of", "exposure"
        ).iter_rows()
        if number
    }


def one_case(later: int, tier: str, post: str = "N1A:S1", **more: object) -> World:
    return night(later).cases(post, "community", tier, ref="X1", **more)  # type: ignore[arg-type]


def test_a_lower_tier_is_a_fall_and_the_way_back_a_rise() -> None:
    down = counted(one_case(0, "B2"), one_case(1, "C2"))
    assert down[("tier_down", "N1A")] == (1, 1, 1)
    assert ("high_tier_down", "N1A") in down
    assert len(down) == 2
    up = counted(one_case(0, "C2"), one_case(1, "B2"))
    assert set(up) == {("tier_up", "N1A"), ("high_tier_up", "N1A")}


def test_points_are_those_of_the_tier_alone() -> None:
    before, after = one_case(0, "B2"), one_case(1, "C2", suspended=True)
    rows = counts_of(side(before), side(after), (), 1)
    change = dict(rows.filter(pl.col("staff_code").is_null()).select("kind", "points_x100").iter_rows())
    worth = {
        (tier, suspended): Ledger(one_case(0, tier, suspended=suspended).facts(), RULES)
        .totals(["post"])["points_x100"]
        .sum()
        for tier in ("B2", "C2")
        for suspended in (False, True)
    }
    assert change["tier_down"] == worth["C2", True] - worth["B2", True]
    assert change["suspended"] == worth["C2", True] - worth["B2", False]


def test_a_case_that_moves_neither_ends_nor_begins() -> None:
    found = counted(one_case(0, "B2"), one_case(1, "B2", post="N1B:S3"))
    assert set(found) == set()


@pytest.mark.parametrize(("post", "number"), [("N1B:S4", 1), ("N1A:NOBODY", 0), ("N1B:S3", 0)])
def test_cases_given_to_people_without_time(post: str, number: int) -> None:
    found = counted(one_case(0, "B2"), one_case(1, "B2", post=post))
    assert sum(each[0] for (kind, _), each in found.items() if kind == "without_time") == number


def test_ends_and_beginnings() -> None:
    one, gone = one_case(0, "B2").cases("N1A:S2", "community", "C1", ref="X2"), one_case(1, "B2")
    assert counted(one, gone) == {("ended", "N1A"): (1, 2, 2)}
    assert counted(one_case(0, "B2"), one_case(1, "B2", status="warrant")) == {("ended", "N1A"): (1, 1, 1)}
    back = counted(one_case(0, "B2", status="warrant").cases("N1A:S2", "community", "C1", ref="X2"),
                   one_case(1, "B2").cases("N1A:S2", "community", "C1", ref="X2"))  # fmt: skip
    assert back == {("begun", "N1A"): (1, 1, 1)}


def test_a_gap_exposes_cases_for_longer() -> None:
    found = counted(one_case(0, "B2"), one_case(3, "C2"), days=3)
    assert found[("tier_down", "N1A")] == (1, 1, 3)


def test_posts_that_keep_older_figures_are_left_out() -> None:
    stale = one_case(1, "C2")
    stale.posts["N1A:S1"]["stale_since"] = AS_AT
    assert counted(one_case(0, "B2"), stale) == {}


def test_another_tier_scheme_is_no_change() -> None:
    other = World(AS_AT + timedelta(1), "t7").post("N1A:S1")
    assert counts_of(side(one_case(0, "B2")), side(other), (), 1).is_empty()


def test_time_of_those_nearly_four_weeks_over_is_counted_apart() -> None:
    before, after = night(), night(1)
    after.posts["N1A:S1"]["contracted_micro"] = 30_000_000
    after.posts["N1A:S2"]["contracted_micro"] = 30_000_000
    found = counted(before, after, near=(("N1A", "S1"),))
    assert found == {("time_less_near", "N1A"): (1, 1, 1), ("time_less", "N1A"): (1, 1, 1)}
    assert set(counted(after, before, near=(("N1A", "S1"),))) == {
        ("time_more_near", "N1A"),
        ("time_more", "N1A"),
    }


def test_contacts_claimed_both_ways_and_recorded_late() -> None:
    before, after = night(), night(1)
    after.contact("CMS01", by="N1A:S1", om="N1B:S3").contact("CMS01", by="N1B:S3", om="N1A:S1")
    after.contact("CMS01", by="N1A:S2", om="N1B:S3")
    day = AS_AT.date() + timedelta(1)
    table = pl.DataFrame(
        {
            "contact_id": ["C0000", "C0001", "C0002"],
            "contact_date": [day - timedelta(8), day - timedelta(7), day],
            "recorded_on": [day, day, None],
        }
    )
    found = counted(before, after, now={"contact": table})
    assert found[("both_ways", "N1A")][:2] == (1, 2)
    assert found[("both_ways", "N1B")][:2] == (1, 1)
    # only the first came after more than seven days; of the third nobody knows
    assert found[("late_raises", "N1A")] == (1, 1, 1)
    assert found[("late_lowers", "N1B")] == (1, 1, 1)
    assert ("late_raises", "N1B") not in found


def test_cases_are_told_in_words() -> None:
    rows = cases_changed(side(one_case(0, "B2")), side(one_case(1, "C2", suspended=True)), "high_tier_down")
    assert rows.select("case_ref", "team_code", "staff_code", "was", "now").rows() == [
        ("X1", "N1A", "S1", "community B2", "community C2, suspended")
    ]
