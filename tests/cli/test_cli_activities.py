"""`wmt rules tier` and `wmt rules calibrate`."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from night_tools import Run
from wmt.cli.activities import cannot_hold
from wmt.rules import activities, calibrate, load

DOCS = Path(__file__).parents[2] / "docs"


def test_what_the_points_of_a_tier_are_for(run: Run) -> None:
    said = run("rules", "tier", "a3", "--type", "community", "--on", "2026-11-20").out
    assert "Community A3 on 20 November 2026: 128 points, 95.50 hours a year" in said
    row = next(line for line in said.splitlines() if line.startswith("planned supervision contact"))
    assert row.split()[3:9] == ["60", "52.14", "100", "4", "52.14", "69.9"]
    assert "Remainder: 0.26 hours a year, 0.3 points" in said


def test_longer_contacts_cost_hours_and_points(run: Run, tmp_path: Path) -> None:
    overlay = tmp_path / "longer.yaml"
    parts = (
        "activity_timings.planned_contact.with_the_person: 45\n  activity_timings.planned_contact.total: 75"
    )
    overlay.write_text(f"name: Longer contacts\nreference: a what-if\nvalues:\n  {parts}\n")
    found = run("rules", "tier", "A3", "--on", "2026-11-20", "--overlay", overlay, "--json").json
    # a quarter of an hour in 52.14 contacts, and 20% for responsive work: 15.642 hours on top of 95.5
    assert (found["annual_hours"], found["points"]) == (111.14, 149)
    overlay.write_text("name: Half\nreference: x\nvalues:\n  activity_timings.planned_contact.record: 5\n")
    refused = run("rules", "tier", "A3", "--overlay", overlay)
    assert refused.code == 2
    assert "the parts make 50.00; change both" in refused.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["A3", "--type", "remand"], "--type remand: choose one of community, licence"),
        (["A3", "--on", "2022-01-01"], "no hours are known for community A3 on 1 January 2022"),
        (["Z9"], "no hours are known for community Z9"),
    ],
)
def test_what_is_not_known_is_refused_with_a_remedy(run: Run, arguments: list[str], said: str) -> None:
    refused = run("rules", "tier", *arguments)
    assert refused.code == 2
    assert said in " ".join(refused.err.split())


def test_calibration_says_what_it_found_and_where_it_cannot_hold(run: Run) -> None:
    said = run("rules", "calibrate", "--on", "2026-11-20").out
    assert "Community B1 cannot hold 30%: planned contact would leave 9.78 mandatory hours" in said
    found = run("rules", "calibrate", "--on", "2026-11-20", "--json").json
    assert found["chosen"]["activity_times.community.planned_contact.C"] == 20
    assert {tier["short_hours"] for tier in found["tiers"]} == {0}
    assert len(found["tiers"]) == 28


def test_the_report_of_calibration_is_in_the_documentation() -> None:
    tree = load()
    ruleset = tree.at(tree.days[-1])
    highest = activities.exact(ruleset["responsive_time.max_percent"])
    written = (DOCS / "activities.md").read_text(encoding="utf-8")
    said = cannot_hold(calibrate.calibrate(ruleset), highest)
    assert [sentence for sentence in said if sentence not in written] == []
    assert written.count("cannot hold 30%") == len(said)


def test_hours_that_cannot_hold_at_all_are_said() -> None:
    tier = calibrate.calibrate(load().at(load().days[-1])).tiers[0]
    said = cannot_hold(calibrate.Fit({}, (replace(tier, short=Fraction(5, 2)),)), Fraction(30))
    assert said == ["Community A3 cannot hold: mandatory activities take 2.50 hours more than published."]


LONGER = """name: Longer contacts
reference: a what-if
values:
  activity_timings.planned_contact.with_the_person: 40
  activity_timings.planned_contact.total: 70
"""


def test_longer_contacts_move_the_capacity_of_every_level(run: Run, night: Path, tmp_path: Path) -> None:
    overlay, points = tmp_path / "longer.yaml", tmp_path / "points.yaml"
    overlay.write_text(LONGER)
    rows = run("rules", "points", "--overlay", overlay, "--on", "2026-11-20", "--out", points, "--json").json
    by_tier = {(row["case_type"], row["tier"]): row for row in rows}
    assert len(by_tier) == 28, "every tier has planned contacts"
    # ten minutes more in 20 contacts, and 15% for responsive work: 3.83 hours on top of 51.5
    c1 = by_tier["community", "C1"]
    assert (c1["hours_before"], c1["hours"], c1["points_before"], c1["points"]) == (51.5, 55.33, 69, 74)
    plain = run("measure", night, "--json").json
    laid = run("measure", night, "--overlay", points, "--json").json
    before, after = (
        next(row for row in found if (row["level"], row["stream"]) == ("nation", "sentence_management"))
        for found in (plain, laid)
    )
    assert after["breakdown"]["community"] > before["breakdown"]["community"]
    assert after["breakdown"]["custody"] == before["breakdown"]["custody"]
    assert after["capacity"] > before["capacity"]


def test_what_changes_no_points_writes_no_file(run: Run, tmp_path: Path) -> None:
    overlay, points = tmp_path / "same.yaml", tmp_path / "points.yaml"
    overlay.write_text("name: Warrants\nreference: x\nvalues:\n  activity_timings.warrant_work: 90\n")
    refused = run("rules", "points", "--overlay", overlay, "--out", points)
    assert (refused.code, points.exists()) == (2, False)
    assert "no points change" in refused.err
    assert "0 tiers with other hours" in run("rules", "points", "--overlay", overlay).out
