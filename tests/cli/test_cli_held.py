"""Commands about nights that differ too far, and days that cannot be so: exit codes and words."""

import json
from pathlib import Path

import pytest

from night_tools import Nation, Run
from spoiled_nights import read_tables, write_tables


@pytest.fixture
def small(nation: Nation, tmp_path: Path) -> Path:
    """The second night without most of its cases."""
    tables = read_tables(nation.tidy(1))
    manifest = json.loads((nation.tidy(1) / "manifest.json").read_text())
    return write_tables({**tables, "case": tables["case"].head(600)}, manifest, tmp_path / "small")


@pytest.fixture
def nights(run: Run, nation: Nation, tmp_path: Path) -> Path:
    assert run("load", nation.tidy(0), "--nights", tmp_path / "nights").code == 0
    return tmp_path / "nights"


def test_a_folder_of_nights_refuses_to_guess(run: Run, nights: Path, small: Path) -> None:
    held = run("load", small, "--nights", nights)
    assert held.code == 3
    assert "held: Active cases: " in held.err
    assert "--accept-implausible" in held.err
    assert [path.name for path in nights.glob("20*")] == ["2026-11-20T183000"]
    said = run("load", small, "--nights", nights, "--json")
    assert (said.code, said.json["held"], said.json["night"]) == (3, True, None)
    empty = run("load", small, "--nights", nights, "--accept-implausible", " ")
    assert (empty.code, "needs a reason" in empty.err) == (2, True)
    taken = run("load", small, "--nights", nights, "--accept-implausible", "A region left")
    assert taken.code == 0
    loaded = json.loads((nights / "2026-11-21T183000" / "loaded.json").read_text())
    assert loaded["accepted"]["reason"] == "A region left"


def test_checking_against_a_night(run: Run, nights: Path, nation: Nation, small: Path) -> None:
    night = nights / "2026-11-20T183000"
    held = run("check", small, "--against", night)
    assert (held.code, "would be held" in held.out) == (3, True)
    assert run("check", small).code == 0
    assert run("check", nation.tidy(1), "--against", night).code == 0


@pytest.mark.parametrize("command", ["check", "measure"])
def test_an_extract_of_a_day_that_has_not_come(
    run: Run, nation: Nation, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("WMT_TODAY", "2026-11-18")
    refused = run(command, nation.tidy(0))
    assert (refused.code, "AS_AT_AHEAD" in refused.err) == (2, True)
    assert "manifest.json" in refused.err
    monkeypatch.setenv("WMT_TODAY", "2026-11-19")
    assert run(command, nation.tidy(0)).code == 0


@pytest.mark.parametrize(
    ("day", "told"),
    [("0202-01-06", "6 January 0202"), ("2206-01-06", "6 January 2206"),
     ("1899-01-01", "1 January 1899"), ("9999-12-31", "31 December 9999")],
)  # fmt: skip
def test_days_that_cannot_be_so(run: Run, nation: Nation, tmp_path: Path, day: str, told: str) -> None:
    refused = run("measure", nation.tidy(0), "--rules-date", day)
    assert (refused.code, f"{told} is outside 1990 to 2100" in refused.err) == (2, True)
    people = tmp_path / "people"
    people.mkdir()
    (people / "reductions.csv").write_text(
        f"team_code,staff_code,reason,hours,first_day,last_day\nN1,A,3,2,{day},\n", encoding="utf-8"
    )
    refused = run("check", nation.tidy(0), "--people", people)
    assert (refused.code, f"first_day {told} is outside 1900 to 2098" in refused.err) == (2, True)
    archive = tmp_path / "archive.csv"
    archive.write_text(
        f"day,level,code,points_x100,available_x100\n{day},nation,nation,100,100\n", encoding="utf-8"
    )
    refused = run("nights", "import-archive", archive, "--nights", tmp_path / "nights")
    assert refused.code == 2
    assert f"row 2, column day: {told} is outside 2000 to 2199; check the year" in refused.err


def test_an_archive_of_days_to_come(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WMT_TODAY", "2026-11-20")
    archive = tmp_path / "archive.csv"
    head = "day,level,code,points_x100,available_x100\n"
    archive.write_text(f"{head}2026-11-22,nation,nation,100,100\n", encoding="utf-8")
    refused = run("nights", "import-archive", archive, "--nights", tmp_path / "nights")
    assert (refused.code, "row 2, column day: 22 November 2026 has not come" in refused.err) == (2, True)
