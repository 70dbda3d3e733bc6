"""`wmt scenario` on a small nation: today is what `wmt staffing` says, and plans are compared."""

from pathlib import Path

import pytest

from night_tools import Nation, Run


@pytest.fixture
def night_input(nation: Nation) -> tuple[object, ...]:
    return (nation.tidy(0), "--people", nation.people(0))


def test_today_is_what_staffing_says_and_levers_and_plans_move_it(
    run: Run, night_input: tuple[object, ...], tmp_path: Path
) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text("name: More away\nsteps:\n  - {do: demand, lever: days_away, low: 3}\n")
    work = run("staffing", *night_input, "--unit", "nation", "--json").json["work"]
    one, other = run(
        "scenario",
        *night_input,
        "--lever",
        "police=5..8",
        "--plan",
        plan,
        "--out",
        tmp_path / "s.csv",
        "--json",
    ).json
    assert one["now"]["need"] == other["now"]["need"] == pytest.approx(work["fte_by_points_product"])
    assert [each["scenario"] for each in (one, other)] == ["levers", "More away"]
    assert 0 < one["when"][2]["more_least"] < one["when"][2]["more_most"]
    # NET of 21.151% instead of 20%
    assert other["when"][0]["need_least"] == pytest.approx(work["points"] / 1750.453, abs=0.01)
    assert (tmp_path / "s.csv").read_text().count("\n") == 9


def test_what_cannot_be_is_refused(run: Run, night_input: tuple[object, ...]) -> None:
    for levers, said in (
        (("--lever", "weather=5"), "there is no lever weather"),
        (("--lever", "police=some"), "Enter a number for"),
        (("--lever", "police=5", "--lever", "police=8"), "police is set twice"),
        ((), "nothing is different from today"),
    ):
        refused = run("scenario", *night_input, *levers)
        assert (refused.code, said in refused.err) == (2, True)
    assert "police" in run("scenario", "--levers").out
