"""Tables that tiers are worked out from, beside the others of a tidy night: kept, checked, and in no fact."""

from datetime import date
from pathlib import Path

import pytest
from intake_tidy import Row, ordinary_tidy

from wmt.facts import SCHEMAS
from wmt.intake import read
from wmt.intake.model import Import
from wmt.tiering.calculate import tiers
from wmt.tiering.named_tables import tier_input

CASE: Row = {"case_ref": "x777771", "as_of": date(2024, 6, 14), "gender": "Male", "rsr": "3.5", "ogrs": 12}
HIGH: Row = {"case_ref": "X777771", "code": "RHRH", "date": date(2024, 1, 5)}
ORDER: Row = {"case_ref": "X777771", "sentence_type": "SP"}
WORK: Row = {"case_ref": "X777771", "main_category": "F", "restrictive": False, "commenced": False}
ASSESSED: Row = {"case_ref": "X777771", "date": date(2024, 3, 1), "status": "COMPLETE", "rosh": "Very High"}


def read_with(folder: Path, **tables: list[Row]) -> Import:
    tidy = ordinary_tidy()
    tidy.tables.update(tables)
    return read([tidy.write(folder / "tidy")])


def whole(folder: Path, **more: list[Row]) -> Import:
    given = {
        "tier_case": [CASE],
        "registration": [HIGH],
        "conviction": [ORDER],
        "requirement": [WORK],
        "oasys_assessment": [ASSESSED],
    }
    return read_with(folder, **(given | more))


def test_they_are_kept_with_the_night_and_no_fact_is_another_one(tmp_path: Path) -> None:
    result = whole(tmp_path)
    assert result.accepted
    assert result.sheets["requirement"].rows == 1
    kept = result.canonical
    assert kept["tier_case"]["case_ref"].to_list() == ["X777771"]
    assert kept["requirement"].select("conviction_no", "commenced").row(0) == (1, False)
    assert kept["oasys_assessment"]["rosh"].to_list() == ["very high"]
    # RSR 3.5 and high risk: 20 points; a mandate and an assessment without needs: 1
    assert tiers(tier_input(kept), "v2")["tier"].to_list() == ["B1"]
    bare = read([ordinary_tidy().write(tmp_path / "bare")])
    assert "tier_case" not in bare.canonical
    for name in SCHEMAS:
        assert getattr(result.facts, name).equals(getattr(bare.facts, name))


@pytest.mark.parametrize(
    ("tables", "code", "sheet"),
    [
        ({"tier_case": [{**CASE, "as_of": date(2024, 6, 15)}]}, "TIER_DAY_AHEAD", "tier_case"),
        ({"registration": [{**HIGH, "case_ref": "X777772"}]}, "TIER_WITHOUT_CASE", "registration"),
        ({"requirement": [{**WORK, "conviction_no": 2}]}, "TIER_WITHOUT_CASE", "requirement"),
        ({"oasys_assessment": [{**ASSESSED, "rosh": "extreme"}]}, "TIER_VALUE", "oasys_assessment"),
        ({"tier_case": [CASE, CASE]}, "DUPLICATE_KEY", "tier_case"),
    ],
)
def test_what_cannot_be_is_refused_by_table(
    tables: dict[str, list[Row]], code: str, sheet: str, tmp_path: Path
) -> None:
    result = whole(tmp_path, **tables)
    assert not result.accepted
    assert (code, sheet) in {(fault.code, fault.sheet) for fault in result.faults}


def test_none_of_them_comes_without_the_table_of_cases(tmp_path: Path) -> None:
    result = read_with(tmp_path, registration=[HIGH])
    assert [(fault.code, fault.sheet) for fault in result.faults if fault.severity == "refuse"] == [
        ("MISSING_SHEETS", "tier_case")
    ]


def test_a_contact_may_say_when_it_was_recorded(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    for row in tidy.tables["contact"]:
        row["recorded_on"] = date(2024, 6, 13)
    result = read([tidy.write(tmp_path / "tidy")])
    assert result.accepted
    assert set(result.canonical["contact"]["recorded_on"]) == {date(2024, 6, 13)}
