"""`wmt measure` tells cases per FTE as the page does: per unit and stream, per FTE and by head."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from wmt.demo import write_nation


def test_measure_tells_cases_per_fte(tmp_path: Path, run: Any) -> None:
    truth = write_nation(tmp_path, posts=60, cases=1_500, nights=1, formats=("tidy", "people"))
    folder = tmp_path / truth.nights[0].folder
    rows = json.loads(run("measure", folder / "tidy", "--people", folder / "people", "--json").out)
    nation = next(row for row in rows if (row["level"], row["stream"]) == ("nation", "sentence_management"))
    posts = [row for row in rows if (row["level"], row["stream"]) == ("post", "sentence_management")]
    told = nation["caseload"]
    hours = sum((Fraction(str(row["contracted_hours"])) for row in posts), Fraction())
    assert told["cases"] == nation["cases"] == sum(row["cases"] for row in posts)
    assert abs(Fraction(str(told["cases_per_fte"])) - told["cases"] / (hours / 37)) <= Fraction(1, 200)
    held: dict[str, int] = {}
    for row in posts:
        if row["contracted_hours"]:
            mine = row["cases"] - row["unpaid_only_cases"]
            held[row["staff_code"]] = held.get(row["staff_code"], 0) + mine
    for mark in (40, 50, 60):
        assert told[f"people_over_{mark}"] == sum(cases > mark for cases in held.values())
    assert told["posts_over_60_per_fte"] <= told["posts_over_50_per_fte"] <= told["posts_over_40_per_fte"]
    assert truth.nights[0].folder == "2026-11-20T183000"
    shown = run("measure", folder / "tidy", "--people", folder / "people").out
    assert "Data from 20 November 2026, 6.30pm. Points rules of 20 November 2026." in " ".join(shown.split())
