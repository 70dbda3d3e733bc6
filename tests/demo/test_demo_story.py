"""The officer the demonstration explains has everything the story promises."""

from collections import Counter

import polars as pl
from demo_nations import Written

from wmt import rules
from wmt.intake import read
from wmt.ledger import Ledger, capacity_x100


def test_the_story_is_true(nation: Written) -> None:
    story = nation.json["stories"][0]
    post = {"team_code": story["team_code"], "staff_code": story["staff_code"]}
    assert story["post"] == f"{post['team_code']}:{post['staff_code']}"
    [officer] = nation.tidy(0, "staff").filter(**post).iter_rows(named=True)
    assert officer["grade"] == "PO"
    assert story["name"] == f"{officer['surname']}, {officer['forename']}"

    cases = nation.tidy(0, "case").filter(**post)
    active = cases.filter("counted_active")
    assert set(active["location"]) == {"community", "custody", "licence"}
    assert Counter(active["stream"].to_list())["t2a"] == 1
    assert (active["tier"] == "0").any()
    assert active["suspended"].any()
    flags = nation.tidy(0, "case_flag").filter(**post)["flag"].to_list()
    assert {"W", "O"} <= set(flags)
    assert len(cases) - len(active) >= 2


def test_the_story_has_help_both_ways_a_report_and_an_allowance(nation: Written) -> None:
    story = nation.json["stories"][0]
    day = nation.truth.nights[0].as_at.date()
    contacts = nation.tidy(0, "contact").with_columns(
        age=(pl.lit(day) - pl.col("contact_date")).dt.total_days()
    )
    given = contacts.filter(by_staff_code=story["staff_code"]).select("type_code", "age").rows()
    taken = contacts.filter(om_staff_code=story["staff_code"]).select("type_code", "age").rows()
    assert ("CMS47", 6) in given
    assert {("CMS46", 0), ("CMS43", 7)} <= set(taken)
    reports = nation.tidy(0, "report").filter(team_code=story["team_code"], staff_code=story["staff_code"])
    assert ("sdr", "completed") in reports.select("type", "state").rows()
    allowances = nation.people(0, "reductions").filter(staff_code=story["staff_code"])
    assert ("26", "5") in allowances.select("reason", "percent").rows()


def capacity_of(nation: Written, night: int, post: str) -> tuple[int, int, int | None]:
    """Points, available points and capacity of a post on a night, in hundredths."""
    folder = nation.night(night)
    taken = read([folder / "tidy"], people=folder / "people")
    assert taken.facts is not None, taken.faults
    totals = Ledger(taken.facts, rules.load().at(taken.facts.day)).totals(["post"])
    row = totals.filter(code=post).row(0, named=True)
    return row["points_x100"], row["available_x100"], capacity_x100(row["points_x100"], row["available_x100"])


def test_forty_cases_commence_overnight_and_nothing_else_happens(nation: Written) -> None:
    _, story = nation.json["stories"]
    told = nation.truth.events.filter(pl.col("kind") == "commenced")
    assert set(told["night"]) == {1}
    assert len(told) == 40
    assert all(before.startswith(story["post"]) for before in told["before"])
    with_post = nation.truth.events.filter(
        pl.col("night") == 1,
        pl.concat_str("ref", "before", "after").str.contains(story["post"], literal=True),
    )
    assert set(with_post["kind"]) == {"commenced"}
    flags = nation.tidy(0, "case_flag").filter(staff_code=story["staff_code"], flag="R")
    assert set(flags["case_ref"]) == set(told["ref"])
    assert nation.tidy(1, "case_flag").filter(flag="R").is_empty()


def test_they_take_the_officer_from_77_to_111_percent(nation: Written) -> None:
    _, story = nation.json["stories"]
    before, after = (capacity_of(nation, night, story["post"]) for night in (0, 1))
    assert before[1] == after[1] == 220_000
    assert after[0] - before[0] == 74_800  # 28 × 21 + 25 + 5 × 27, and six nobody has tiered
    assert 7_650 <= before[2] <= 7_750
    assert 11_050 <= after[2] <= 11_150
