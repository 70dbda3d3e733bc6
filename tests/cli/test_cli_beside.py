"""`wmt explain --beside`: one post under several rule sets, and what its untiered cases are worth."""

import json
from pathlib import Path

import pytest

from night_tools import wmt
from wmt.demo import write_nation

pytestmark = pytest.mark.process


def test_a_post_under_its_own_and_two_other_rule_sets(tmp_path: Path) -> None:
    truth = write_nation(tmp_path, scale=0.01, formats=("tidy", "people"))
    night, post = tmp_path / truth.nights[0].folder, truth.stories[0]["post"]
    overlay = tmp_path / "draft.yaml"
    overlay.write_text(
        "name: draft\nreference: a test\nvalues: {nominal_target.PO: 4400}\n", encoding="utf-8"
    )
    given = ("explain", night / "tidy", "--people", night / "people", "--post", post)
    asked = ("--beside", "2023-01-05", "--beside", overlay)
    found = json.loads(wmt(*given, *asked, "--json").stdout)
    old, draft = found["beside"]
    assert (old["rule_set"], draft["rule_set"]) == ("2023-01-05", str(overlay))
    assert draft["points"] == found["points"]
    assert draft["available"] == 2 * found["available"]
    alone = json.loads(wmt(*given, "--rules-date", "2023-01-05", "--json").stdout)
    assert [old[key] for key in ("points", "available", "capacity")] == [
        alone[key] for key in ("points", "available", "capacity")
    ]
    assert sum(row["cases"] for row in found["untiered"]) == found["untiered_cases"]
    assert "Side by side" in wmt(*given, *asked).stdout
    # several rule books at once, a unit or a post, and agreements beside them
    given_books = ("rules", "beside", *given[1:4], "--post", post, *asked, "--beside", "cheshire")
    books = json.loads(wmt(*given_books, "--json").stdout)
    assert [(each["points"], each["available"]) for each in books["books"]] == [
        (each["points"], each["available"]) for each in (old, draft)
    ]
    for at, each in enumerate(books["books"]):
        assert sum(line["points"][at] for line in books["lines"] if line["side"] == "work") == each["points"]
    assert {each["pack"] for each in books["stated"]} == {"cheshire"}
    assert "side by side" in wmt("rules", "beside", *given[1:4], "--beside", "2021-06-01").stdout
    for wrong in (("--beside", "x"), ("--beside", "red", "--post", "no:one"), ("--beside", "red") * 5):
        assert wmt("rules", "beside", *given[1:4], *wrong).returncode == 2
    # at amber planned contacts of cases count for nothing, which takes off points and no time
    matrix = tmp_path / "matrix.yaml"
    values = "values: {priority_factors.amber.planned_contact: 0}"
    matrix.write_text(f"name: matrix\nreference: a test\n{values}\n", encoding="utf-8")
    levels = ("--beside", "amber", "--beside", "red")
    told = json.loads(wmt(*given, "--overlay", matrix, *levels, "--json").stdout)
    amber, red = told["beside"]
    assert amber["available"] == red["available"] == found["available"]
    assert amber["points"] < found["points"] == red["points"]
    refused = wmt(*given, "--beside", "nonsense")
    assert refused.returncode == 2
    assert "not a day" in refused.stderr
