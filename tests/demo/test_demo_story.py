"""The officer the demonstration explains has everything the story promises."""

from collections import Counter

import polars as pl
from demo_nations import Written


def test_the_story_is_true(nation: Written) -> None:
    [story] = nation.json["stories"]
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
    [story] = nation.json["stories"]
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
