"""`wmt agreements`: lists, checks, and states of a night that follow from what `wmt measure` says."""

from pathlib import Path

import pytest

from night_tools import Nation, Run

FIFTY = """
name: Fifty cases
clause: Nobody holds more than 50 cases.
source: Staff meeting of 4 March
binds: true
measures: {cases: {name: Cases, value: cases, unit: cases, states: [{state: green}, {state: red, over: 50}]}}
"""


@pytest.fixture
def fifty(tmp_path: Path) -> Path:
    file = tmp_path / "fifty.yaml"
    file.write_text(FIFTY, encoding="utf-8")
    return file


def test_what_comes_with_the_program_is_listed_and_shown(run: Run, tmp_path: Path) -> None:
    listed = run("agreements", "list", "--json").json
    assert len(listed) == 16
    assert "16 agreements" in run("agreements", "list").out
    shown = run("agreements", "show", "north-yorkshire").out
    assert "double red" in shown
    assert "Make an action plan" in shown
    file = tmp_path / "own.yaml"
    file.write_text(run("agreements", "show", "dorset", "--yaml").out, encoding="utf-8")
    assert run("agreements", "show", file, "--yaml").out == file.read_text("utf-8")
    assert run("agreements", "check", file).out.startswith("no faults; Dorset")


def test_a_file_with_a_fault_is_refused_with_its_place(run: Run, fifty: Path) -> None:
    fifty.write_text(FIFTY.replace("value: cases", "value: caseload"), encoding="utf-8")
    found = run("agreements", "check", fifty)
    assert found.code == 2
    assert "fifty.yaml: measure 'cases': there is no figure 'caseload'" in " ".join(found.err.split())
    assert "is not stated; choose one" in run("agreements", "check", _shipped("devon-and-cornwall")).out


def _shipped(key: str) -> Path:
    return Path(__file__).parents[2] / "src/wmt/agreements/shipped" / f"{key}.yaml"


def test_states_follow_from_the_figures_of_measure(run: Run, night: Path, fifty: Path) -> None:
    posts = {
        row["code"]: row
        for row in run("measure", night, "--level", "post", "--json").json
        if row["stream"] == "sentence_management" and row["grade"] != "DMY"
    }
    states = {row["code"]: row for row in run("agreements", "states", night, "--pack", fifty, "--json").json}
    assert set(states) == set(posts)
    for code, row in states.items():
        assert row["value"] == posts[code]["cases"]
        assert row["state"] == ("red" if posts[code]["cases"] > 50 else "green")
    assert {row["state"] for row in states.values()} == {"red", "green"}
    counted = run("agreements", "states", night, "--pack", fifty).out
    assert str(sum(row["state"] == "red" for row in states.values())) in counted


def test_a_unit_has_its_own_and_those_of_its_people(run: Run, night: Path, tmp_path: Path) -> None:
    team = run("measure", night, "--level", "team", "--json").json[0]["code"]
    figures = tmp_path / "figures.csv"
    figures.write_text(f"unit,figure,value\n{team},section_7_hours,49\n", encoding="utf-8")
    given = ("agreements", "states", night, "--unit", team, "--figures", figures)
    rows = run(*given, "--json").json
    assert all(row["code"] == team or row["code"].startswith(f"{team}:") for row in rows)
    (section_7,) = (row for row in rows if row["measure"] == "section-7")
    assert (section_7["value"], section_7["state"]) == (49, "over the allowance")
    (private,) = (row for row in rows if row["measure"] == "private-law")
    assert private["value"] is None
    assert "nobody has given it" in private["not_known"]
    assert len(run("agreements", "states", night, "--unit", "nation", "--pack", "gwent", "--json").json) > 5
    out = tmp_path / "states.csv"
    told = run(*given, "--pack", "cafcass", "--out", out)
    assert "over the allowance" in told.out
    assert told.code == 0, told.err
    assert "section-7" in out.read_text("utf-8")


def test_a_level_that_is_left_open_is_chosen(run: Run, night: Path) -> None:
    given = ("agreements", "states", night, "--pack", "north-yorkshire", "--json")
    assert {row["state"] for row in run(*given).json} == {None}
    chosen = [f"--set={one}.{state}" for one in ("person", "team") for state in ("red=100", "double red=110")]
    assert "double red" in {row["state"] for row in run(*given, *chosen).json}
    for wrong, said in [
        ("person.red", "write MEASURE.STATE=N"),
        ("person.blue=5", "do not leave that level open"),
    ]:
        found = run(*given, "--set", wrong)
        assert found.code == 2
        assert said in " ".join(found.err.split())
    assert "they leave none open" in " ".join(
        run(*given[:3], "--pack", "gwent", "--set", "a.b=1").err.split()
    )


def test_an_extract_has_states_too_and_no_days_before(run: Run, nation: Nation, fifty: Path) -> None:
    fifty.write_text(FIFTY.replace("value: cases", "value: days_over"), encoding="utf-8")
    rows = run(
        "agreements", "states", nation.tidy(0), "--people", nation.people(0), "--pack", fifty, "--json"
    ).json
    assert {row["not_known"] for row in rows} == {"the days before are not there"}
