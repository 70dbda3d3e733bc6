"""Every fault of a workbook: what it is called, where it is said to be, and whether it refuses the file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from intake_books import ASH, OAK, Book, Draft, ordinary_book

from wmt.intake import Fault, read
from wmt.intake.remedies import REMEDIES

EXTRACT, FILTERED = "WMT_Extract", "WMT_Extract_Filtered"


@dataclass(frozen=True)
class Case:
    """One way to spoil the ordinary workbook, and the fault that must be found."""

    name: str
    severity: str
    code: str
    spoil: Callable[[Book], Any]
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    layout: str = "L2024"
    posts: tuple[str, ...] = ()


def put(sheet: str, index: int, **cells: Any) -> Callable[[Book], Any]:
    """Overwrite cells of a row; index 0 is Excel's row 2."""
    return lambda book: book[sheet].rows[index].update(cells)


def add(sheet: str, **cells: Any) -> Callable[[Book], Any]:
    """Add a row of just these cells."""
    return lambda book: book[sheet].add(**cells)


def bad_count(name: str, value: Any) -> Case:
    """A cell that is no count, in the second officer's row of the filtered sheet."""
    spoil = put(FILTERED, 1, CommTierA3=value)
    return Case(
        f"a count that is {name}", "refuse", "BAD_COUNT", spoil, FILTERED, 3, "CommTierA3", posts=(OAK,)
    )


def nothing(book: Book) -> None:
    """Leave the workbook as it is."""


def suspended_and_controlled(book: Book) -> None:
    put(FILTERED, 0, CommTierB2S=4)(book)
    put(EXTRACT, 0, **{"CommTierB2": 8, "V-CRN_Count": 10})(book)


def bare_letters(book: Book) -> None:
    for name in ("WMT_Extract", "WMT_Extract_Filtered", "T2A", "OMIC_Teams"):
        draft = book[name]
        plain = [header for header in draft.headers if "Tier" not in header]
        draft.headers = [
            *plain,
            *(f"{prefix}Tier{tier}" for prefix in ("Comm", "Cust", "Licence") for tier in "ABCDEFG"),
        ]


def old_t2a(book: Book) -> None:
    book.sheets["T2A"] = ordinary_book("L2017")["T2A"]


def narrow_omic(book: Book) -> None:
    book["OMIC_Teams"].headers = [
        h for h in book["OMIC_Teams"].headers if not ("Tier" in h and h.endswith("S"))
    ]


def twice(sheet: str, index: int) -> Callable[[Book], Any]:
    return lambda book: book[sheet].rows.append(dict(book[sheet].rows[index]))


def many_mismatches(book: Book) -> None:
    for number in range(25):
        book.officer(
            FILTERED, "N01AAA", f"N01X{number:03}", counts={("community", "B2"): 1}, **{"V-CRN_Count": 5}
        )


def no_stamps(book: Book) -> None:
    for draft in book.sheets.values():
        for row in draft.rows:
            row.pop("Datestamp", None)


def swap_t2a(book: Book) -> None:
    book["T2A"].rows[0]["V-CRN_Count"] = 14


def without(sheet: str) -> Callable[[Book], Any]:
    return lambda book: book.sheets.pop(sheet)


def contact(**cells: Any) -> Callable[[Book], Any]:
    return lambda book: book.contact(77, OAK, ASH, **{"Contact_Staff_Grade": "NPSQ", **cells})


def two_contacts(**cells: Any) -> Callable[[Book], Any]:
    return lambda book: book.contact(1756376536, OAK, ASH, **{"Contact_Staff_Grade": "NPSQ", **cells})


REFUSED = [
    Case("a sheet missing", "refuse", "MISSING_SHEETS", without("Suspended_Lifers"), "Suspended_Lifers"),
    Case("ARMS missing in 2022", "refuse", "MISSING_SHEETS", without("ARMS"), "ARMS", layout="L2021"),
    Case(
        "a key column gone",
        "refuse",
        "MISSING_COLUMNS",
        lambda b: b["Flag_Upw"].drop("OM_Key"),
        "Flag_Upw",
        1,
        "OM_Key",
    ),
    Case(
        "a tier column gone",
        "refuse",
        "MISSING_COLUMNS",
        lambda b: b["T2A"].drop("CustTierB1"),
        "T2A",
        1,
        "CustTierB1",
    ),
    Case(
        "S for two places",
        "refuse",
        "MISSING_COLUMNS",
        lambda b: b["T2A"].drop("LicenceTierA0S"),
        "T2A",
        1,
        "LicenceTierA0S",
    ),
    Case(
        "an earning report gone",
        "refuse",
        "MISSING_COLUMNS",
        lambda b: b["Court_Reports"].drop("SDR_Last_30"),
        "Court_Reports",
        1,
        "SDR_Last_30",
    ),
    Case(
        "the grade column gone",
        "refuse",
        "MISSING_COLUMNS",
        lambda b: b[EXTRACT].drop("OM_Grade_Code"),
        EXTRACT,
        1,
        "OM_Grade_Code",
    ),
    Case(
        "a header twice",
        "refuse",
        "DUPLICATE_SHEET_OR_COLUMN",
        lambda b: b[EXTRACT].headers.append(" commTierA1\r\n"),
        EXTRACT,
        1,
        "commTierA1",
    ),
    Case(
        "a sheet twice",
        "refuse",
        "DUPLICATE_SHEET_OR_COLUMN",
        lambda b: b.sheets.update(x=Draft("T2-A ", ["x"])),
        "T2-A",
    ),
    Case("bare A to G", "refuse", "UNKNOWN_TIER_SCHEME", bare_letters, EXTRACT, 1, "CommTierA"),
    Case(
        "a tier nobody knows",
        "refuse",
        "UNKNOWN_TIER_SCHEME",
        lambda b: b["T2A"].headers.append("CommTierE"),
        "T2A",
        1,
        "CommTierE",
    ),
    Case("old and new tiers", "refuse", "MIXED_TIER_SCHEMES", old_t2a),
    bad_count("a text", "two"),
    bad_count("digits as text", "12"),
    bad_count("digits with a space", "1 2"),
    bad_count("a decimal", 1.5),
    bad_count("negative", -1),
    bad_count("true", True),
    bad_count("a date", datetime(2024, 1, 1)),
    bad_count("an error", "#N/A"),
    bad_count("a formula without a value", "=1+1"),
    bad_count("past belief", 10**9),
    Case(
        "a control total in words",
        "refuse",
        "BAD_COUNT",
        put(EXTRACT, 0, **{"V-CRN_Count": "six"}),
        EXTRACT,
        2,
        "V-CRN_Count",
        posts=(ASH,),
    ),
    Case(
        "a report count negative",
        "refuse",
        "BAD_COUNT",
        put("Court_Reports", 0, SDR_Last_30=-2),
        "Court_Reports",
        2,
        "SDR_Last_30",
        posts=(OAK,),
    ),
    Case("an error in a key", "refuse", "BAD_KEY", put(FILTERED, 0, OM_Key="#REF!"), FILTERED, 2, "OM_Key"),
    Case(
        "a date in a key",
        "refuse",
        "BAD_KEY",
        put(FILTERED, 0, Team_Code=date(2024, 1, 1)),
        FILTERED,
        2,
        "Team_Code",
    ),
    Case(
        "an officer twice",
        "refuse",
        "DUPLICATE_OFFICER_ROW",
        twice(FILTERED, 0),
        FILTERED,
        5,
        "OM_Key",
        posts=(ASH,),
    ),
    Case(
        "a court officer twice",
        "refuse",
        "DUPLICATE_OFFICER_ROW",
        twice("Court_Reports", 0),
        "Court_Reports",
        3,
        "OM_Key",
        posts=(OAK,),
    ),
    Case("as many T2A as active", "refuse", "T2A_NOT_BELOW_ACTIVE", swap_t2a, "T2A"),
    Case(
        "control totals wrong everywhere",
        "refuse",
        "CONTROL_TOTAL_MISMATCH",
        many_mismatches,
        FILTERED,
        5,
        "V-CRN_Count",
        posts=("N01AAA:N01X000",),
    ),
    Case("no Datestamp", "refuse", "NO_DATESTAMP", no_stamps),
    Case(
        "a contact without a date",
        "refuse",
        "BAD_DATE",
        contact(Contact_Date=None),
        "CMS",
        3,
        "Contact_Date",
        posts=(OAK, ASH),
    ),
    Case(
        "a contact date in words",
        "refuse",
        "BAD_DATE",
        contact(Contact_Date="03/06/2024"),
        "CMS",
        3,
        "Contact_Date",
        posts=(OAK, ASH),
    ),
    Case(
        "one contact, two stories",
        "refuse",
        "DUPLICATE_CONTACT_ID",
        two_contacts(Contact_Type_Code="CMS46"),
        "CMS",
        2,
        posts=(OAK, ASH),
    ),
]

WARNED = [
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
        "a code in another case",
        "warn",
        "KEY_CASE_DIFFERS",
        lambda b: b.officer(EXTRACT, "n01aaa", "N01A005"),
        EXTRACT,
        5,
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


def faults_of(case: Case, folder: Path) -> tuple[bool, list[Fault]]:
    book = ordinary_book(case.layout)
    case.spoil(book)
    result = read([book.write(folder / "extract.xlsx")])
    return result.accepted, result.faults


@pytest.mark.parametrize("case", [*REFUSED, *WARNED], ids=lambda case: f"{case.code} {case.name}")
def test_the_fault_is_named_with_its_place_and_remedy(case: Case, tmp_path: Path) -> None:
    accepted, faults = faults_of(case, tmp_path)
    assert accepted is (case.severity == "warn")
    found = [fault for fault in faults if (fault.severity, fault.code) == (case.severity, case.code)]
    assert found, [(fault.code, fault.message) for fault in faults]
    place = (case.sheet, case.row, case.column)
    assert place in [(fault.sheet, fault.row, fault.column) for fault in found], found
    fault = next(fault for fault in found if (fault.sheet, fault.row, fault.column) == place)
    assert fault.message.endswith(REMEDIES[case.code])
    assert tuple(":".join(post) for post in fault.posts) == case.posts


def test_the_ordinary_workbooks_are_accepted_without_a_surprise(tmp_path: Path) -> None:
    expected = {
        "L2024": ["UNMATCHED_OFFICER"],
        "L2023": ["UNMATCHED_OFFICER"],
        "L2021": ["UNMATCHED_OFFICER"],
        "L2020": ["LEGACY_TIER_SCHEME", "UNMATCHED_OFFICER"],
        "L2017": ["UNKNOWN_COLUMN", "UNKNOWN_COLUMN", "LEGACY_TIER_SCHEME"],
    }
    for layout, codes in expected.items():
        result = read([ordinary_book(layout).write(tmp_path / f"{layout}.xlsx")])
        assert result.accepted
        assert result.layout == layout
        assert [fault.code for fault in result.faults] == codes


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


def test_many_refusals_are_summed_up_and_still_name_every_post(tmp_path: Path) -> None:
    book = ordinary_book()
    for number in range(40):
        book.officer(FILTERED, "N01AAA", f"N01X{number:03}", CommTierA3="x")
    result = read([book.write(tmp_path / "extract.xlsx")])
    bad = [fault for fault in result.faults if fault.code == "BAD_COUNT"]
    assert len(bad) == 26
    assert len({post for fault in bad for post in fault.posts}) == 40
