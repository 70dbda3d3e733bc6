"""What refuses a workbook: how it is called, where it is said to be, and whose posts it touches."""

from datetime import date, datetime
from pathlib import Path

import pytest
from intake_books import ASH, OAK, Draft, ordinary_book
from intake_spoiled import (
    EXTRACT,
    FILTERED,
    Case,
    assert_named,
    bad_count,
    bare_letters,
    contact,
    many_mismatches,
    no_stamps,
    old_t2a,
    put,
    swap_t2a,
    twice,
    two_contacts,
    without,
)

from wmt.intake import read

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
        "a code in another case",
        "refuse",
        "KEYS_LOOK_ALIKE",
        lambda b: [b.officer(EXTRACT, "N01AAA", code) for code in ("N01A005", "n01a005")],
        EXTRACT,
        6,
        "staff_code",
        posts=("N01AAA:N01A005", "N01AAA:n01a005"),
    ),
    Case("a colon in a code", "refuse", "BAD_KEY", put(FILTERED, 0, OM_Key="A:B"), FILTERED, 2, "staff_code"),
    Case(
        "a look-alike",
        "refuse",
        "BAD_KEY",
        put(FILTERED, 0, OM_Key="N01\u0410001"),
        FILTERED,
        2,
        "staff_code",
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


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case.code} {case.name}")
def test_the_fault_is_named_with_its_place_and_remedy(case: Case, tmp_path: Path) -> None:
    assert_named(case, tmp_path)


def test_many_refusals_are_summed_up_and_still_name_every_post(tmp_path: Path) -> None:
    book = ordinary_book()
    for number in range(40):
        book.officer(FILTERED, "N01AAA", f"N01X{number:03}", CommTierA3="x")
    result = read([book.write(tmp_path / "extract.xlsx")])
    bad = [fault for fault in result.faults if fault.code == "BAD_COUNT"]
    assert len(bad) == 26
    assert len({post for fault in bad for post in fault.posts}) == 40
