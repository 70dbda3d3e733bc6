"""The nation through the real door: both formats are taken, and the ledger finds what was planted."""

from pathlib import Path

import polars as pl
import pytest
from demo_nations import Written

from wmt import rules
from wmt.demo import faults, write_nation
from wmt.demo.calibration import NEW_RULES
from wmt.intake import Import, read
from wmt.ledger import Ledger

EXPECTED_WARNINGS = {
    "BLANK_GRADE", "CONTACT_AHEAD", "CONTACT_SIDE_UNKNOWN", "CONTROL_TOTAL_READING", "ORPHAN_ROW",
    "PLACEHOLDER_ROW", "REDUCTIONS_ABOVE_HOURS", "TRAINEE_CONTACT", "UNKNOWN_GRADE", "UNMATCHED_OFFICER",
}  # fmt: skip
TOTALS = ("points_x100", "available_x100", "cases", "cases_all", "omic_cases", "suspended_cases", "posts")


def taken(nation: Written, night: int, name: str) -> Import:
    folder = nation.night(night)
    return read([folder / name], people=folder / "people")


@pytest.mark.parametrize("night", [0, 3])
def test_both_doors_find_the_same_nation(nation: Written, night: int) -> None:
    rule_set = rules.load().at(NEW_RULES)
    totals = []
    for name in ("tidy", "extract.xlsx"):
        night_in = taken(nation, night, name)
        assert night_in.facts is not None, [fault.message for fault in night_in.faults]
        assert {fault.code for fault in night_in.faults} <= EXPECTED_WARNINGS
        found = Ledger(night_in.facts, rule_set).totals(["post", "nation"])
        totals.append(found.select("level", "code", *TOTALS).sort("level", "code"))
    assert totals[0].equals(totals[1])


def test_the_ledger_measures_what_the_truth_says(nation: Written) -> None:
    facts = taken(nation, 0, "tidy").facts
    assert facts is not None
    by_stream = Ledger(facts, rules.load().at(NEW_RULES)).totals(["nation"])
    [found] = by_stream.select(pl.selectors.integer().sum()).to_dicts()
    truth, counts = nation.truth.calibration, nation.truth.nights[0].counts
    assert found["points_x100"] == truth.points_2023 * 100
    assert found["available_x100"] == truth.available_2023 * 100
    assert found["cases"] == truth.active_cases == counts["active"]
    assert found["cases_all"] == counts["active"] + counts["inactive"]
    assert found["omic_cases"] == counts["omic"]
    assert found["suspended_cases"] == counts["suspended"]
    assert 0 < found["untiered_cases"] <= counts["untiered"]
    assert found["contacts_x100"] == 0


@pytest.mark.parametrize("kind", faults.KINDS)
def test_the_door_sees_what_was_planted(kind: str, tmp_path: Path) -> None:
    truth = write_nation(tmp_path, seed=5, scale=0.01, formats=("workbook",), faults={0: (kind,)})
    [planted] = truth.nights[0].faults
    night_in = read([tmp_path / truth.nights[0].folder / "extract.xlsx"])
    assert night_in.accepted != planted.refused
    alike = [fault for fault in night_in.faults if fault.code == planted.code]
    assert alike, [fault.code for fault in night_in.faults]
    severity = "refuse" if planted.refused else "warn"
    here = [fault for fault in alike if fault.sheet == planted.sheet and fault.severity == severity]
    assert here
    if planted.code in ("BAD_COUNT", "DUPLICATE_OFFICER_ROW"):
        assert [fault.row for fault in here] == [planted.row]
    if planted.code == "BAD_COUNT":
        assert [fault.column for fault in here] == [planted.column]
