"""What the command line says beside figures: how many warnings, and what cases may come to earn."""

import json
from pathlib import Path

from night_tools import Nation, Run
from wmt.cli.side_by_side import _untiered


def test_measure_says_how_many_warnings_there_are(nation: Nation, run: Run) -> None:
    checked = run("check", nation.tidy(0), "--json")
    warnings = [fault for fault in json.loads(checked.out)["faults"] if fault["severity"] == "warn"]
    said = f"{len(warnings)} warning"
    assert warnings
    assert said in checked.err
    assert said in run("measure", nation.tidy(0), "--level", "nation").err
    quiet = run("measure", nation.tidy(0), "--level", "nation", "--json")
    assert said in quiet.err
    assert json.loads(quiet.out)


def test_explain_values_cases_that_are_not_commenced(tmp_path: Path, run: Run) -> None:
    """One B2 case in the community would add 112 points, as the rules of 2023 have it."""
    tables = {
        "team": "team_code,pdu_code,region_code\nN01AAA,N01A,N01\n",
        "staff": "team_code,staff_code,grade\nN01AAA,N01A001,PO\n",
        "case": (
            "case_ref,team_code,staff_code,location,tier,counted_active\n"
            "X1,N01AAA,N01A001,community,B2,false\nX2,N01AAA,N01A001,community,C2,true\n"
        ),
        "case_flag": "case_ref,team_code,staff_code,flag\nX1,N01AAA,N01A001,R\n",
    }
    given = written(tmp_path, tables, "pc16", "2024-06-14T00:30:00")
    found = run("explain", given, "--post", "N01AAA:N01A001", "--json").json
    assert (found["uncommenced"]["cases"], found["uncommenced"]["points"]) == (1, 112)
    said = run("explain", given, "--post", "N01AAA:N01A001").out
    assert "1 case with requirements not commenced: 112 points more once they are" in said


def test_explain_says_nothing_of_points_that_nobody_published(tmp_path: Path, run: Run) -> None:
    tables = {
        "team": "team_code,pdu_code,region_code\nN01AAA,N01A,N01\n",
        "staff": "team_code,staff_code,grade\nN01AAA,N01A001,PO\n",
        "case": (
            "case_ref,team_code,staff_code,location,tier,counted_active\nX1,N01AAA,N01A001,community,0,true\n"
        ),
    }
    given = written(tmp_path, tables, "t7", "2020-02-03T00:30:00")
    said = run("explain", given, "--post", "N01AAA:N01A001").out
    assert "would earn" not in said
    assert "1 untiered community case: no points are published for the tiers of this extract" in said


def test_untiered_cases_are_one_or_several() -> None:
    row = {"cases": 2, "location": "custody", "lowest": 1, "highest": 3}
    assert _untiered(row).startswith("2 untiered custody cases: each would earn 1 to 3 points")


def written(folder: Path, tables: dict[str, str], scheme: str, as_at: str) -> Path:
    """A tidy folder of small tables."""
    import hashlib

    listed = []
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        listed.append({"name": name, "file": f"{name}.csv", "rows": text.count("\n") - 1, "sha256": sha256})
    manifest = {
        "format": "workload-input/1", "as_at": as_at, "tier_scheme": scheme, "source": "a test",
        "case_list": "complete", "tables": listed,
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder
