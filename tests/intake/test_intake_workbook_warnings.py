"""What a workbook is warned of: how it is called, where it is said to be; the workbook is taken."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from intake_books import ASH, Book, Draft, ordinary_book
from intake_spoiled import (
    EXTRACT,
    FILTERED,
    Case,
    add,
    assert_named,
    contact,
    narrow_omic,
    nothing,
    put,
    suspended_and_controlled,
    two_contacts,
)

from wmt.intake import read

#: Sheets that are not missed when they are empty.
OPTIONAL = ("GS", "ARMS", "Inst_Reports")


def emptied(sheet: str) -> Callable[[Book], Any]:
    """A sheet that keeps its headers and loses its rows."""
    return lambda book: book[sheet].rows.clear()


WARNED = [
    Case(
        "a sheet that lost its rows", "warn", "SHEET_WITHOUT_ROWS", emptied("Court_Reports"), "Court_Reports"
    ),
    Case("a row without keys", "warn", "ORPHAN_ROW", add(EXTRACT, CommTierA1=1), EXTRACT, 5),
    Case(
        "a row without a team", "warn", "ORPHAN_ROW", add(EXTRACT, OM_Key="N01A009", CommTierA1=1), EXTRACT, 5
    ),
    Case(
        "a flag without a case",
        "warn",
        "ORPHAN_ROW",
        add("Flag_Upw", Team_Code="N01AAA", OM_Key="N01A001"),
        "Flag_Upw",
        2,
    ),
    Case("a contact of nobody", "warn", "ORPHAN_ROW", contact(OM_Key=None, Contact_Team_Key=" "), "CMS", 3),
    Case("a contact of one side", "warn", "CONTACT_SIDE_UNKNOWN", contact(OM_Key=None), "CMS", 3),
    Case(
        "a row of constants",
        "warn",
        "PLACEHOLDER_ROW",
        lambda b: b[EXTRACT].add(Trust="PS", Datestamp=b.stamp),
        EXTRACT,
        5,
    ),
    Case(
        "a flag row of constants",
        "warn",
        "PLACEHOLDER_ROW",
        add("Flag_Upw", Row_Type="U", Location="Community"),
        "Flag_Upw",
        2,
    ),
    Case(
        "a sheet nobody knows",
        "warn",
        "UNKNOWN_SHEET",
        lambda b: b.sheets.update(x=Draft("Notes", ["x"])),
        "Notes",
    ),
    Case(
        "a column nobody knows",
        "warn",
        "UNKNOWN_COLUMN",
        lambda b: b["CMS"].headers.append("Mood"),
        "CMS",
        1,
        "Mood",
    ),
    Case(
        "a column without a header",
        "warn",
        "UNKNOWN_COLUMN",
        lambda b: (b["T2A"].headers.append(" "), b["T2A"].rows[0].update({" ": 3})),
        "T2A",
        1,
        "DM",
    ),
    Case("the old letters", "warn", "LEGACY_TIER_SCHEME", nothing, layout="L2017"),
    Case(
        "control total wrong once",
        "warn",
        "CONTROL_TOTAL_MISMATCH",
        put(FILTERED, 0, **{"V-CRN_Count": 9}),
        FILTERED,
        2,
        "V-CRN_Count",
    ),
    Case(
        "suspended tiers in the control",
        "warn",
        "CONTROL_TOTAL_READING",
        suspended_and_controlled,
        FILTERED,
        None,
        "V-CRN_Count",
    ),
    Case("17 here, 33 there", "warn", "TIER_SETS_DIFFER", narrow_omic),
    Case("a blank grade", "warn", "BLANK_GRADE", put(EXTRACT, 0, OM_Grade_Code=" "), EXTRACT, 2),
    Case("a grade nobody knows", "warn", "UNKNOWN_GRADE", put(EXTRACT, 0, OM_Grade_Code="QX77"), EXTRACT, 2),
    Case(
        "a letter on the wrong sheet",
        "warn",
        "FLAG_LETTER_CONFLICT",
        lambda b: b.flag("Flag_Upw", "O", "X1", ASH),
        "Flag_Upw",
        2,
        "Row_Type",
    ),
    Case(
        "a letter missing",
        "warn",
        "FLAG_LETTER_CONFLICT",
        lambda b: b.flag("Flag_Upw", " ", "X1", ASH),
        "Flag_Upw",
        2,
        "Row_Type",
    ),
    Case(
        "a tier number of no tier",
        "warn",
        "UNKNOWN_TIER_CODE",
        lambda b: b.flag("Flag_Upw", "U", "X1", ASH, Tier_Code="33"),
        "Flag_Upw",
        2,
        "Tier_Code",
    ),
    Case(
        "a location of no place",
        "warn",
        "UNKNOWN_LOCATION",
        lambda b: b.flag("Flag_Upw", "U", "X1", ASH, Location="Moon"),
        "Flag_Upw",
        2,
        "Location",
    ),
    Case(
        "an officer on T2A only",
        "warn",
        "UNMATCHED_OFFICER",
        lambda b: b.officer("T2A", "N01AAA", "N01T001", counts={}),
        "T2A",
        3,
    ),
    Case(
        "one code, two grades", "warn", "CONFLICTING_ATTRIBUTE", put("T2A", 0, OM_Grade_Code="NPSQ"), "T2A", 2
    ),
    Case(
        "one team, two names",
        "warn",
        "CONFLICTING_ATTRIBUTE",
        put(EXTRACT, 1, Team_Desc="Another"),
        EXTRACT,
        3,
    ),
    Case(
        "a name that turns round",
        "warn",
        "TEXT_MENDED",
        put(EXTRACT, 0, OM_Surname="Ash\u202ekaO"),
        EXTRACT,
        2,
        "surname",
    ),
    Case(
        "a partial case list",
        "warn",
        "CASE_LIST_PARTIAL",
        lambda b: b["Flag_Warr_4_N"].rows.pop(0),
        "Flag_Warr_4_N",
    ),
    Case("a contact word for word", "warn", "DUPLICATE_CONTACT_ID", two_contacts(), "CMS", 2),
    Case("one id on two cases", "warn", "DUPLICATE_CONTACT_ID", two_contacts(CRN="X999999"), "CMS", 2),
    Case("a contact tomorrow", "warn", "CONTACT_AHEAD", contact(Contact_Date=date(2024, 6, 15)), "CMS", 3),
    Case("a code of no list", "warn", "UNKNOWN_CONTACT_CODE", contact(Contact_Type_Code="CMS99"), "CMS", 3),
    Case("a trainee's contact", "warn", "TRAINEE_CONTACT", contact(Contact_Staff_Grade="NPSP"), "CMS", 3),
    Case(
        "two Datestamps",
        "warn",
        "SEVERAL_DATESTAMPS",
        lambda b: b[EXTRACT].rows[0].update(Datestamp=b.stamp - timedelta(days=1)),
    ),
    Case(
        "a Datestamp of 1900",
        "warn",
        "BAD_DATESTAMP",
        put(EXTRACT, 0, Datestamp=datetime(1900, 1, 1)),
        EXTRACT,
        2,
        "Datestamp",
    ),
    Case(
        "a Datestamp in words",
        "warn",
        "BAD_DATESTAMP",
        put(EXTRACT, 0, Datestamp="last night"),
        EXTRACT,
        2,
        "Datestamp",
    ),
    Case(
        "a date that earns nothing",
        "warn",
        "BAD_DATE",
        add("T2A_Detail", CRN="X1", Event_No="1", Allocation_Date="May"),
        "T2A_Detail",
        2,
        "Allocation_Date",
    ),
    Case(
        "2023 layout in 2022",
        "warn",
        "LAYOUT_OLDER_THAN_DATE",
        lambda b: [b.sheets.pop(n) for n in ("ARMS", "GS", "Inst_Reports")],
        layout="L2021",
    ),
]


@pytest.mark.parametrize("case", WARNED, ids=lambda case: f"{case.code} {case.name}")
def test_the_fault_is_named_with_its_place_and_remedy(case: Case, tmp_path: Path) -> None:
    assert_named(case, tmp_path)


def test_the_ordinary_workbooks_are_accepted_without_a_surprise(tmp_path: Path) -> None:
    expected = {
        "L2024": ["UNMATCHED_OFFICER", "HOURS_ASSUMED_TWICE"],
        "L2023": ["UNMATCHED_OFFICER", "HOURS_ASSUMED_TWICE"],
        "L2021": ["UNMATCHED_OFFICER", "HOURS_ASSUMED_TWICE"],
        "L2020": ["LEGACY_TIER_SCHEME", "UNMATCHED_OFFICER", "HOURS_ASSUMED_TWICE"],
        "L2017": ["UNKNOWN_COLUMN", "UNKNOWN_COLUMN", "LEGACY_TIER_SCHEME", "HOURS_ASSUMED_TWICE"],
    }
    for layout, codes in expected.items():
        result = read([ordinary_book(layout).write(tmp_path / f"{layout}.xlsx")])
        assert result.accepted
        assert result.layout == layout
        empty = [fault.sheet for fault in result.faults if fault.code == "SHEET_WITHOUT_ROWS"]
        assert empty == [
            name
            for name, draft in ordinary_book(layout).sheets.items()
            if not draft.rows and name not in OPTIONAL
        ]
        assert [fault.code for fault in result.faults if fault.code != "SHEET_WITHOUT_ROWS"] == codes


def test_a_fault_that_repeats_without_end_is_said_once(tmp_path: Path) -> None:
    book = ordinary_book()
    for _ in range(500):
        book[EXTRACT].add(CommTierA1=1)
    result = read([book.write(tmp_path / "extract.xlsx")])
    orphans = [fault for fault in result.faults if fault.code == "ORPHAN_ROW"]
    assert len(orphans) == 1
    assert "500 rows" in orphans[0].message
    assert "row 5; row 6; row 7; row 8; row 9, and 495 more" in orphans[0].message
    assert result.sheets[EXTRACT].rows == 503
    assert result.sheets[EXTRACT].orphan_rows == 500
