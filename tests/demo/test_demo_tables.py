"""The tidy tables of a nation: keys that are keys, references that refer, words from the lists."""

import re
from datetime import timedelta

import polars as pl
import pytest
from demo_nations import Written

from wmt import rules
from wmt.facts import GRADES, LOCATIONS, STREAMS, TIERS

KEYS = {
    "team": ["team_code"],
    "staff": ["team_code", "staff_code"],
    "case": ["case_ref"],
    "case_flag": ["case_ref", "team_code", "staff_code", "flag", "seq"],
    "report": ["report_id"],
    "contact": ["contact_id"],
    "assessment": ["seq"],
    "t2a_case": ["case_ref", "event_no"],
}
NIGHTS = range(4)


@pytest.mark.parametrize("night", NIGHTS)
@pytest.mark.parametrize("table", KEYS)
def test_keys_are_unique_and_filled(nation: Written, night: int, table: str) -> None:
    keys = nation.tidy(night, table).select(KEYS[table])
    assert keys.is_unique().all()
    assert keys.null_count().row(0) == (0,) * len(KEYS[table])


@pytest.mark.parametrize("night", NIGHTS)
def test_every_row_refers_to_something(nation: Written, night: int) -> None:
    post = ["team_code", "staff_code"]
    teams, posts = nation.tidy(night, "team"), nation.tidy(night, "staff").select(post)
    cases = nation.tidy(night, "case")
    assert posts.join(teams, on="team_code", how="anti").is_empty()
    for table in ("case", "case_flag", "report"):
        assert nation.tidy(night, table).join(posts, on=post, how="anti").is_empty(), table
    for table in ("contracted_hours", "reductions"):
        assert nation.people(night, table).join(posts, on=post, how="anti").is_empty(), table
    for table in ("case_flag", "t2a_case"):
        assert nation.tidy(night, table).join(cases, on="case_ref", how="anti").is_empty(), table
    contacts = nation.tidy(night, "contact")
    for side in ("by", "om"):
        keys = [f"{side}_team_code", f"{side}_staff_code"]
        known = contacts.filter(pl.col(keys[0]).is_not_null())
        assert known.join(posts, left_on=keys, right_on=post, how="anti").is_empty()


def test_words_come_from_the_lists(nation: Written) -> None:
    cases, staff = nation.tidy(0, "case"), nation.tidy(0, "staff")
    assert set(cases["location"]) == set(LOCATIONS)
    assert set(cases["tier"]) <= set(TIERS["pc16"])
    assert set(cases["stream"]) == set(STREAMS)
    assert set(staff["grade"]) <= set(GRADES)
    assert all(re.fullmatch(r"[A-Z]\d{6}", ref) for ref in cases["case_ref"])
    assert staff["team_code"].str.len_chars().unique().to_list() == [6]
    assert staff["staff_code"].str.len_chars().unique().to_list() == [7]


def test_raw_grades_mean_what_the_rules_say(nation: Written) -> None:
    codes = rules.load().at(nation.truth.nights[0].as_at.date()).under("grade_codes")
    known = {value.path.rsplit(".", 1)[-1]: value.value for value in codes.values()}
    staff = nation.tidy(0, "staff").filter(pl.col("grade_code").is_in(list(known)))
    assert len(staff) > 100
    assert [known[code] for code in staff["grade_code"]] == staff["grade"].to_list()


@pytest.mark.parametrize("night", NIGHTS)
def test_a_flag_says_what_its_case_says(nation: Written, night: int) -> None:
    flags = nation.tidy(night, "case_flag")
    joined = flags.join(nation.tidy(night, "case"), on="case_ref", suffix="_case")
    for column in ("team_code", "staff_code", "location", "tier", "suspended"):
        assert (joined[column] == joined[f"{column}_case"]).all(), column
    listed = joined.filter(pl.col("flag").is_in(["W", "O", "L", "R"]))
    assert not listed["counted_active"].any()
    assert listed["case_ref"].is_unique().all()
    standalone = flags.filter(flag="S")["case_ref"].implode()
    inactive = nation.tidy(night, "case").filter(~pl.col("counted_active"))
    unlisted = inactive.filter(~pl.col("case_ref").is_in(listed["case_ref"].implode()))
    assert unlisted.filter(~pl.col("case_ref").is_in(standalone)).is_empty()


@pytest.mark.parametrize("night", NIGHTS)
def test_dates_make_sense(nation: Written, night: int) -> None:
    day = nation.truth.nights[night].as_at.date()
    cases = nation.tidy(night, "case")
    overdue = nation.tidy(night, "case_flag").filter(flag="O")["case_ref"]
    running = cases.filter(~pl.col("case_ref").is_in(overdue.implode()))
    assert (cases["starts_on"] <= cases["allocated_on"]).all()
    assert (cases["allocated_on"] <= day).all()
    assert (cases.filter(pl.col("case_ref").is_in(overdue.implode()))["ends_on"] < day).all()
    new = (cases["location"] != "custody") & (cases["starts_on"] > day - timedelta(days=112))
    assert (cases["first_16_weeks"] == new).all()
    assert (running["ends_on"] > running["starts_on"]).all()


@pytest.mark.parametrize("night", NIGHTS)
def test_ages_keep_clear_of_edges_that_readers_could_see_differently(nation: Written, night: int) -> None:
    day = nation.truth.nights[night].as_at.date()
    reports = nation.tidy(night, "report").with_columns(age=(pl.lit(day) - pl.col("on_date")).dt.total_days())
    done, due = reports.filter(state="completed")["age"], reports.filter(state="due")["age"]
    assert (done.is_between(0, 29) | (done >= 40)).all()
    assert due.is_between(-29, -1).all()
    ages = (pl.Series([day]) - nation.tidy(night, "contact")["contact_date"]).dt.total_days()
    assert ages.is_between(-3, 9).all()
    assert {6, 7} <= set(ages)


def test_the_people_files_are_what_a_manager_could_have_entered(nation: Written) -> None:
    reasons = rules.load().at(nation.truth.nights[0].as_at.date()).children("reduction_reasons")
    found = nation.people(3, "reductions")
    assert set(found["reason"]) <= set(reasons)
    assert found["reduction_id"].is_unique().all()
    assert (found["hours"].is_null() != found["percent"].is_null()).all()
    ended = found.filter(pl.col("last_day").is_not_null())
    assert (ended["last_day"] >= ended["first_day"]).all()
    hours = nation.people(3, "contracted_hours")
    assert hours.select("team_code", "staff_code", "valid_from").is_unique().all()
    assert set(hours["hours"]) >= {"37", "22.2", "14.8"}


def test_names_are_invented_but_lifelike(nation: Written) -> None:
    staff = nation.tidy(0, "staff")
    names = (staff["forename"] + " " + staff["surname"]).to_list()
    assert any(not name.isascii() for name in names)
    assert {"Unallocated Staff", "Inactive Inactive"} & set(names)
    teams = nation.tidy(0, "team")
    assert teams["region_code"].n_unique() == 12
    assert teams["is_omic"].any()
    assert any("Court Team" in name for name in teams["team_name"])


def test_some_people_have_two_posts(nation: Written) -> None:
    staff = nation.tidy(0, "staff")
    twice = staff.filter(pl.col("staff_code").is_duplicated()).sort("staff_code")
    assert len(twice) >= 2
    people = twice.group_by("staff_code").agg(pl.col("surname").n_unique(), pl.col("team_code").n_unique())
    assert people["surname"].to_list() == [1] * len(people)
    assert people["team_code"].to_list() == [2] * len(people)
