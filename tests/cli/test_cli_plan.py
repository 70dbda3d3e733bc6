"""`wmt plan` on a small nation: before and after as `wmt measure` has them, and what cannot be done."""

from pathlib import Path

import polars as pl
import pytest

from night_tools import Nation, Run
from wmt.plan.plan_file import load_plan


@pytest.fixture
def post(nation: Nation) -> tuple[str, str]:
    """Somebody with cases of community C2, and a colleague in the team, both with hours."""
    cases = pl.read_parquet(nation.tidy(0) / "case.parquet")
    mine = cases.filter(
        stream="standard", location="community", tier="C2", counted_active=True, suspended=False
    )
    counts = mine.group_by("team_code", "staff_code").len().sort("len", "team_code", "staff_code")
    team, staff, _ = counts.row(-1)
    people = pl.read_parquet(nation.tidy(0) / "staff.parquet").filter(
        pl.col("team_code") == team, pl.col("grade") == "PO", pl.col("staff_code") != staff
    )
    return f"{team}:{staff}", f"{team}:{people['staff_code'][0]}"


def _plan(folder: Path, name: str, *steps: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(f"name: {name}\nsteps:\n" + "".join(f"  - {step}\n" for step in steps), encoding="utf-8")
    return path


def test_a_plan_is_measured_before_and_after(
    run: Run, night: Path, post: tuple[str, str], tmp_path: Path
) -> None:
    old, new = post
    step = f"{{do: move, number: 1, kind: community:C2, from: {old}, to: {new}}}"
    plan = _plan(tmp_path, "one case", step, "{do: leave, post: N9Z:NOBODY}")
    found = run("plan", "show", night, plan, "--post", new, "--json").json
    measured = {row["code"]: row for row in run("measure", night, "--level", "post", "--json").json}
    moved = {row["code"]: row for row in found["units"] if row["level"] == "post"}
    assert set(moved) == {old, new}
    for code, sign in ((old, -1), (new, 1)):
        assert moved[code]["before"] == measured[code]["points"]
        assert moved[code]["change"] == sign * abs(moved[old]["change"]) != 0
    assert found["post"]["points"] == moved[new]["after"]
    # a move within a team leaves the team's points as they were
    assert {row["level"] for row in found["units"]} == {"post"}
    assert [(each["done"], each["missing"]) for each in found["steps"]] == [
        (True, []), (False, ["there is no post N9Z:NOBODY"]),
    ]  # fmt: skip
    said = run("plan", "show", night, plan).out
    assert "2. N9Z:NOBODY leaves; cases wait in the team. Not done: there is no post N9Z:NOBODY" in said


def test_a_priority_level_has_figures_beside_business_as_usual(
    run: Run, night: Path, post: tuple[str, str], tmp_path: Path
) -> None:
    teams = {row["code"]: row["pdu_code"] for row in run("measure", night, "--level", "team", "--json").json}
    pdu = teams[post[0].partition(":")[0]]
    steps = [
        "{do: rules, values: {priority_factors.amber.planned_contact: 0}}",
        f"{{do: priority, pdu: {pdu}, level: amber}}", "{do: priority, pdu: N0NE, level: red}",
    ]  # fmt: skip
    plan = _plan(tmp_path, "amber", *steps)
    found = run("plan", "show", night, plan, "--json").json
    assert found["steps"][2]["missing"] == ["there is no PDU N0NE"]
    assert found["units"] == []
    rows = {row["code"]: row for row in found["responsive"]}
    measured = {row["code"]: row["points"] for row in run("measure", night, "--level", "post", "--json").json}
    mine = [row for row in rows.values() if row["level"] == "post"]
    assert {row["code"].partition(":")[0] for row in mine} <= {team for team in teams if teams[team] == pdu}
    assert all(row["points"] == measured[row["code"]] >= row["responsive_points"] for row in mine)
    assert rows[post[0]]["responsive_points"] < rows[post[0]]["points"]
    assert rows[pdu]["at"] == "amber"
    assert "as usual and at the priority level" in " ".join(run("plan", "show", night, plan).out.split())


def test_plans_stand_side_by_side(run: Run, night: Path, post: tuple[str, str], tmp_path: Path) -> None:
    old, new = post
    one = _plan(tmp_path, "one", f"{{do: hours, post: {old}, hours: 10}}")
    two = _plan(tmp_path, "two", f"{{do: leave, post: {old}, to: {new}}}")
    rows = run("plan", "compare", night, one, two, "--level", "post", "--json").json
    found = {row["code"]: row for row in rows}
    assert set(found) == {old, new}
    measured = {row["code"]: row for row in run("measure", night, "--level", "post", "--json").json}
    assert found[old]["no change points"] == found[old]["1. one points"] == measured[old]["points"]
    assert found[old]["1. one available"] < found[old]["no change available"]
    assert found[old]["2. two available"] == 0
    assert found[new]["2. two points"] > found[new]["1. one points"] == measured[new]["points"]
    assert "Post: capacity in sentence management" in run("plan", "compare", night, one, two).out


def test_a_new_plan_is_written_once(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    assert run("plan", "new", file).code == 0
    before = file.read_text(encoding="utf-8")
    again = run("plan", "new", file)
    assert again.code != 0
    assert "is there already" in again.err
    assert file.read_text(encoding="utf-8") == before


def test_a_plan_of_people_who_leave_is_written_from_their_posts(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "leave.yaml"
    assert run("plan", "new", file, "--leaves", "T1:A", "--leaves", "T1:B", "--leaves", "T1:A").code == 0
    plan = load_plan(file)
    assert plan.name == "2 people leave"
    assert [step.content for step in plan.steps] == [
        {"do": "leave", "post": "T1:A"}, {"do": "leave", "post": "T1:B"},
    ]  # fmt: skip
    other = tmp_path / "other.yaml"
    wrong = run("plan", "new", other, "--leaves", "T1")
    assert wrong.code != 0
    assert "'T1' is no post (TEAM:STAFF)" in wrong.err
    assert not other.exists()


def test_a_plan_with_faults_measures_nothing(run: Run, night: Path, tmp_path: Path) -> None:
    ran = run("plan", "show", night, _plan(tmp_path, "faulty", "{do: lose, post: A:B}"))
    assert ran.code != 0
    assert "faulty.yaml: step 1: do should be one of" in ran.err
    assert not ran.out
