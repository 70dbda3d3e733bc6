"""`wmt data-quality` and `wmt tier --beside`: what is told of an input, and since when of saved nights."""

import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from night_tools import Run
from wmt.nights import open_night, quality

sys.path.insert(0, str(Path(__file__).parents[1] / "intake"))
from intake_tidy import AS_AT, ASH, Tidy, case, flag, ordinary_tidy

TIER = {
    "tier_case": [{"case_ref": "X100003", "as_of": date(2024, 6, 14), "gender": "Male", "ogrs": 0}],
    "registration": [{"case_ref": "X100003", "code": "RHRH", "date": date(2024, 1, 5)}],
    "conviction": [{"case_ref": "X100003", "sentence_type": "NC"}],
}


def spoiled(days: int = 0) -> Tidy:
    """A night with an uncommenced requirement, and a licence case recorded as C1 that comes to B2."""
    tidy = ordinary_tidy()
    tidy.tables["case"].append(case("X500000", ASH, "community", "B2", counted_active=False))
    tidy.tables["case_flag"].append(flag("X500000", ASH, "R"))
    tidy.tables |= TIER
    as_at = date.fromisoformat(AS_AT[:10]) + timedelta(days)
    tidy.manifest = {"as_at": f"{as_at}{AS_AT[10:]}"}
    return tidy


def test_records_of_an_input_are_told_by_unit_and_kind(run: Run, tmp_path: Path) -> None:
    folder = spoiled().write(tmp_path / "tidy")
    told = run("data-quality", folder, "--unit", ASH, "--json").json
    kinds = {each["kind"]: each for each in told["kinds"]}
    assert kinds["uncommenced"]["who"] == "practitioner"
    assert (kinds["uncommenced"]["least"], kinds["uncommenced"]["most"]) == (112, 112)
    assert kinds["tier_differs"]["expected"] == 122 - 60  # licence: B2 for C1
    # the contact that stands between two posts, and whatever else there is, add up
    assert told["all"]["expected"] == sum(
        each["expected"] for each in told["records"] if each["in_sum"] and each["kind"] != "in_breach"
    )
    one = run("data-quality", folder, "--unit", ASH, "--kind", "uncommenced", "--json").json
    assert [each["ref"] for each in one["records"]] == ["X500000"]
    said = run("data-quality", folder, "--unit", "nation").out
    assert "Requirement not commenced" in said
    assert "would be" in said
    assert "N01AAA" in run("data-quality", folder, "--level", "team").out


def test_differences_of_tiers_are_listed(run: Run, tmp_path: Path) -> None:
    folder = spoiled().write(tmp_path / "tidy")
    (row,) = run("tier", "--beside", folder, "--json").json
    assert (row["ref"], row["recorded"], row["instead"]) == ("X100003", "licence C1", "tier worked out: B2")
    assert "1 difference, +62.00 points together" in run("tier", "--beside", folder).out
    bare = ordinary_tidy().write(tmp_path / "bare")
    assert "has no table tier_case" in run("tier", "--beside", bare).err
    assert "give a file or folder of cases" in run("tier").err


def test_saved_nights_say_since_when(run: Run, tmp_path: Path) -> None:
    nights = tmp_path / "nights"
    for days in range(2):
        run("load", spoiled(days).write(tmp_path / f"tidy{days}"), "--nights", nights)
    latest = max(path for path in nights.iterdir() if path.name.startswith("2024"))
    records = run("data-quality", latest, "--json").json["records"]
    since = {each["kind"]: each["since"] for each in records}
    assert since["uncommenced"] == "2024-06-14"
    assert run("recompute", latest).out
    tables = quality.tier_tables(open_night(latest), "X100003")
    assert {name: table.height for name, table in tables.items()} == dict.fromkeys(TIER, 1)
    assert quality.tier_tables(open_night(latest), "X999999") == {}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--level", "street"), "choose one of"),
        (("--kind", "strange"), "choose one of untiered"),
        (("--unit", "N99"), "no team, PDU or region of that code"),
    ],
)
def test_what_makes_no_sense_is_refused(asked: tuple[str, str], said: str, run: Run, tmp_path: Path) -> None:
    folder = spoiled().write(tmp_path / "tidy")
    assert said in run("data-quality", folder, *asked).err
