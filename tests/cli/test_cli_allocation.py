"""`wmt waiting` and `wmt candidates` on a small nation: figures as `wmt measure` has them, and refusals."""

import polars as pl
import pytest

from night_tools import Nation, Run


@pytest.fixture
def night_input(nation: Nation) -> tuple[object, ...]:
    return (nation.tidy(0), "--people", nation.people(0))


def test_candidates_are_told_as_they_are_measured(
    run: Run, nation: Nation, night_input: tuple[object, ...]
) -> None:
    cases = pl.read_parquet(nation.tidy(0) / "case.parquet")
    case = cases.filter(stream="standard", tier="B2", counted_active=True).row(0, named=True)
    team = case["team_code"]
    found = run("candidates", *night_input, "--case", case["case_ref"], "--json").json
    measured = {
        row["code"]: row
        for row in run("measure", *night_input, "--level", "post", "--json").json
        if row["team_code"] == team and row["grade"] != "DMY"
    }
    (given,) = found["cases"]
    assert given["post"] == f"{team}:{case['staff_code']}"
    assert {row["code"] for row in found["candidates"]} <= set(measured)
    assert given["post"] in {row["code"] for row in found["candidates"]}
    for row in found["candidates"]:
        now = measured[row["code"]]
        assert (row["now"]["points"], row["available"]) == (now["points"], now["available"])
        more = 0 if row["code"] == given["post"] else given["points"]
        assert row["with_all"]["points"] == pytest.approx(now["points"] + more, abs=0.001)
        assert row["with_each"][0]["holds"] == (row["code"] == given["post"])
        if not row["available"]:
            assert row["with_all"]["capacity"] is None
            assert not row["eligible"]


def test_a_kept_night_says_the_same(
    run: Run, nation: Nation, night: object, night_input: tuple[object, ...]
) -> None:
    region = pl.read_parquet(nation.tidy(0) / "team.parquet")["region_code"].drop_nulls()[0]
    asked = ("--kind", "custody:B3", "--region", region, "--json")
    keys = ("code", "now", "with_all", "why", "cases", "allocated")
    of_night, of_input = (
        [{key: row[key] for key in keys} for row in run("candidates", *given, *asked).json["candidates"]]
        for given in ((night,), night_input)
    )
    assert of_night
    assert of_night == of_input


def test_what_waits_is_what_placeholders_hold(
    run: Run, nation: Nation, night_input: tuple[object, ...]
) -> None:
    keys = ["team_code", "staff_code"]
    cases, staff = (pl.read_parquet(nation.tidy(0) / f"{name}.parquet") for name in ("case", "staff"))
    held = cases.join(staff.filter("is_placeholder").select(keys), on=keys).filter(pl.col("stream") != "omic")
    rows = run("waiting", *night_input, "--json").json
    assert {row["ref"] for row in rows} == set(held["case_ref"])
    since = dict(held.select("case_ref", "allocated_on").iter_rows())
    assert all(row["since"] == since[row["ref"]].isoformat() for row in rows if since[row["ref"]])
    days = [row["days"] for row in rows if row["days"] is not None]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ((), "say which case: --case CRN, or --kind custody:B3"),
        (("--kind", "custody:B3"), "say whom to look at: --team, --pdu or --region"),
        (("--case", "NOBODY"), "there is no case NOBODY: nobody in this data holds it"),
        (("--case", "A", "--case", "A"), "--case A is given twice"),
        (("--kind", "custody:B3", "--now", "custody:B2"), "--now says what one --case is now"),
        (("--kind", "custody:B3", "--team", "NOWHERE"), "--team NOWHERE: there is no such team"),
        (("--kind", "custody:B3", "--new-post", "DMY"), "--new-post DMY: choose one of PO, PSO, TPO, SPO"),
        (("--kind", "custody", "--team", "NOWHERE"), "'custody' describes no case"),
    ],
)
def test_questions_that_make_no_sense(
    run: Run, night_input: tuple[object, ...], asked: tuple[str, ...], why: str
) -> None:
    ran = run("candidates", *night_input, *asked)
    assert ran.code == 2
    assert why in ran.err


def test_a_table_for_people(run: Run, nation: Nation, night_input: tuple[object, ...]) -> None:
    team = nation.story.partition(":")[0]
    asked = ("--kind", "custody:B3", "--kind", "community:D1", "--team", team, "--new-post", "PO")
    said = run("candidates", *night_input, *asked).out
    assert "A case: custody B3" in said
    assert "Who could hold them" in said
    assert "(new post)" in said
    assert "The decision is the manager's" in said
