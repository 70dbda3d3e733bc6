"""Reading apart: the same answer, and a file that needs too much memory ends nobody but its reader."""

from dataclasses import replace
from pathlib import Path

import pytest
from intake_books import ordinary_book

from wmt.intake import Import, read, read_apart
from wmt.intake.faults import Faults
from wmt.intake.limits import packaged, under

pytestmark = pytest.mark.process


def test_an_extract_is_read_apart_the_same(tmp_path: Path) -> None:
    path = ordinary_book().write(tmp_path / "extract.xlsx")
    stages: list[str] = []
    there = read_apart([path], limits={}, progress=lambda stage, _: stages.append(stage), names=True)
    here = read([path], names=True)
    assert stages[-1] == "done"
    assert (there.accepted, there.as_at, there.faults) == (here.accepted, here.as_at, here.faults)
    assert there.facts is not None
    assert here.facts is not None
    for name in ("post", "caseload"):
        assert there.facts.table(name).equals(here.facts.table(name))


def test_what_needs_more_memory_than_its_limit_is_refused(tmp_path: Path) -> None:
    path = ordinary_book().write(tmp_path / "extract.xlsx")
    found = read_apart([path], limits={"input": replace(packaged(), memory_mib=40)})
    assert codes(found) == ["TOO_LARGE"]
    assert "40 MiB of memory" in found.faults[0].message


def test_limits_are_looked_at_before_reading(tmp_path: Path) -> None:
    path = ordinary_book().write(tmp_path / "extract.xlsx")
    for limit, most in (("columns", 50), ("sheet_cells", 100), ("rows", 2), ("part_mib", 0)):
        with under({"input": replace(packaged(), **{limit: most})}):
            assert codes(read([path])) == ["TOO_LARGE"], limit


def test_faults_beyond_the_most_are_counted_by_kind() -> None:
    faults = Faults(most=2)
    for row in range(2, 12):
        faults.refuse("BAD_COUNT", f"row {row}", sheet="S", row=row, posts=[("T", str(row))])
    faults.warn("ORPHAN_ROW", "3 rows", sheet="S", rows=3)
    told = [(fault.code, fault.rows) for fault in faults.items]
    assert told == [("BAD_COUNT", 1), ("BAD_COUNT", 1), ("BAD_COUNT", 8), ("ORPHAN_ROW", 3)]
    assert faults.items[2].message.startswith("and 8 more faults of this kind")
    assert len(faults.named_posts()) == 10


def test_missing_sheets_and_columns_hide_no_faults_of_others(tmp_path: Path) -> None:
    book = ordinary_book()
    del book.sheets["Flag_Upw"]
    book["Court_Reports"].drop("SDR_Last_30")
    book["T2A"].drop("CommTierA3")
    book["WMT_Extract"].rows[0]["CommTierB2"] = "four"
    book["CMS"].rows[0]["Contact_Date"] = "soon"
    found = read([book.write(tmp_path / "extract.xlsx")])
    refused = {(fault.code, fault.sheet) for fault in found.faults if fault.severity == "refuse"}
    assert refused == {
        ("MISSING_SHEETS", "Flag_Upw"),
        ("MISSING_COLUMNS", "Court_Reports"),
        ("MISSING_COLUMNS", "T2A"),
        ("BAD_COUNT", "WMT_Extract"),
        ("BAD_DATE", "CMS"),
    }


def test_the_grade_of_inst_reports_is_used(tmp_path: Path) -> None:
    book = ordinary_book("L2021")
    book["Inst_Reports"].add(
        Team_Code="N01CCC",
        OM_Key="N01A077",
        OM_Team_Staff_Grade="N01CCC|N01A077|NPSM",
        Parom_Comp_Last_30=1,
        Datestamp=book.stamp,
    )
    facts = read([book.write(tmp_path / "extract.xlsx")]).facts
    assert facts is not None
    post = next(row for row in facts.post.iter_rows(named=True) if row["staff_code"] == "N01A077")
    assert post["grade_code"] == "NPSM"


def codes(found: Import) -> list[str]:
    """The codes that refuse."""
    return [fault.code for fault in found.faults if fault.severity == "refuse"]
