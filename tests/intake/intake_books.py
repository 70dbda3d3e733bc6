"""Small workbooks of every layout, as drafts that a test spoils before they are written.

A draft keeps rows as dictionaries by header, so that a test names what it changes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

STAMP = datetime(2024, 6, 14, 0, 32, 14, 443000)
PREFIX = {"community": "Comm", "custody": "Cust", "licence": "Licence"}
SEVENTEEN = ["0", *(letter + number for letter in "ABCD" for number in "0123")]
SUSPENDED = [f"{tier}S" for tier in SEVENTEEN[1:]]
OLD_EIGHT = ["0", "D2", "D1", "C2", "C1", "B2", "B1", "A"]
OLD_ELEVEN = [*OLD_EIGHT, "E", "F", "G"]
TIERS = {
    "L2017": OLD_EIGHT,
    "L2020": OLD_ELEVEN,
    "L2021": SEVENTEEN,
    "L2023": SEVENTEEN,
    "L2024": [*SEVENTEEN, *SUSPENDED],
}
STAMPS = {
    "L2017": datetime(2018, 3, 1, 1, 2, 3),
    "L2020": datetime(2020, 6, 1, 1, 2, 3),
    "L2021": datetime(2022, 3, 1, 1, 2, 3),
    "L2023": datetime(2023, 6, 14, 18, 30),
    "L2024": STAMP,
}
# a home or prison visit has the code CMS47 since the codes of one value; CMS16 was one of its three levels
ONE_VALUE = date(2023, 1, 6)

PLACE = [
    "Trust",
    "Region_Desc",
    "Region_Code",
    "PDU_Desc",
    "PDU_Code",
    "LDU_Desc",
    "LDU_Code",
    "Team_Desc",
    "Team_Code",
]
WHO = ["OM_Surname", "OM_Forename", "OM_Key", "OM_Grade_Code"]
TAIL = ["ComIn1st16Weeks", "LicIn1st16Weeks", "Datestamp", "V-CRN_Count"]
COURT = [
    "OM_Team_Staff_Grade",
    "SDR_Last_30",
    "SDR_Due_Next_30",
    "SDR_Conv_Last_30",
    "Oral_Reports",
    "Datestamp",
]
INST = [
    "Team_Desc",
    "Team_Code",
    "OM_Name",
    "OM_Key",
    "OM_Team_Staff_Grade",
    "Parom_Comp_Last_30",
    "Parom_Due_Next_30",
    "Datestamp",
]
FLAG = ["Row_Type", "Case_Ref_No", "Tier_Code", "Team_Code", "OM_Grade_Code", "OM_Key", "Location"]
ORDER = ["Disposal_Type_Desc", "Disposal_Type_Code", "Standalone_Order"]
REGISTER = [
    "In_Custody",
    "Register_Code",
    "Register_Description",
    "Register_Level",
    "Register_Level_Description",
    "Register_Category",
    "Deregistration_Date",
    "Register_Category_Description",
    "Registration_Date",
    "Next_Review_Date",
]
CMS = [
    "Contact_ID",
    "CRN",
    "Contact_Date",
    "Contact_Type_Code",
    "Contact_Type_Desc",
    "Contact_Staff_Name",
    "Contact_Staff_Key",
    "Contact_Staff_Grade",
    "Contact_Team_Key",
    "Contact_Provider_Code",
    "OM_Name",
    "OM_Key",
    "OM_Grade",
    "OM_Team_Key",
    "OM_Provider_Code",
]
GS = [
    header
    for header in CMS
    if not header.startswith("Contact_") or header.split("_")[1] in ("ID", "Date", "Type")
]
ARMS = [
    "Assessment_Date",
    "Assessment_Code",
    "Assessment_Desc",
    "Assessment_Staff_Name",
    "Assessment_Staff_Key",
    "Assessment_Staff_Grade",
    "Assessment_Team_Key",
    "Assessment_Provider_Code",
    "CRN",
    "Disposal_or_Release_Date",
    "Sentence_Type",
    "SO_Registration_Date",
]
T2A_DETAIL = [
    "CRN",
    "Event_No",
    "Allocation_Date",
    "Allocation_Desc",
    "Allocation_Cd",
    "Provider_Code_Order_Manager",
    "PDU_Order_Manager",
    "PDU_Cd_Order_Manager",
    "Team_Order_Manager",
    "Team_Cd_Order_Manager",
    "Staff_Name_Order_Manager",
    "Staff_Cd_Order_Manager",
    "NSI_Cd",
    "NSI_Desc",
    "Birth_Date",
    "Age",
    "NSI_Status_Cd",
    "NSI_Status_Desc",
    "NSI_Outcome_Cd",
    "NSI_Outcome_Desc",
    "Staff_Name_Offender_Manager",
    "Staff_Cd_Offender_Manager",
    "Staff_Grade_Cd_Offender_Manager",
    "Provider_Cd_Offender_Manager",
    "PDU_Cd_Offender_Manager",
    "Team_Cd_Offender_Manager",
]
FLAG_SHEETS = ("Flag_Warr_4_N", "Flag_Upw", "Flag_O_Due", "Flag_Priority")
TIER_SHEETS = ("WMT_Extract", "WMT_Extract_Filtered", "T2A", "OMIC_Teams")
ORDERED = [
    "WMT_Extract",
    "WMT_Extract_Filtered",
    "Court_Reports",
    "Inst_Reports",
    "Flag_Warr_4_N",
    "Flag_Upw",
    "Flag_O_Due",
    "Flag_Priority",
    "CMS",
    "GS",
    "ARMS",
    "WMT_Extract_SA",
    "Suspended_Lifers",
    "T2A_Detail",
    "T2A",
    "OMIC_Teams",
]
NOT_IN = {
    "L2017": {"WMT_Extract_Filtered", "Suspended_Lifers", "T2A_Detail", "OMIC_Teams"},
    "L2020": set(),
    "L2021": set(),
    "L2023": {"Inst_Reports", "ARMS", "GS"},
    "L2024": {"Inst_Reports", "ARMS", "GS"},
}

Cell = tuple[str, str]
"""Location and tier, the tier with its S when suspended."""


@dataclass
class Draft:
    """One sheet: headers in order, rows by header. Row 0 is Excel's row 2."""

    name: str
    headers: list[str]
    rows: list[dict[str, Any]] = field(default_factory=list)

    def grid(self) -> list[list[Any]]:
        """Header and rows as they stand on the sheet."""
        return [self.headers, *([row.get(header) for header in self.headers] for row in self.rows)]

    def add(self, **cells: Any) -> dict[str, Any]:
        """Add a row and return it, so that it can be spoiled."""
        self.rows.append(dict(cells))
        return self.rows[-1]

    def rename(self, old: str, new: str) -> None:
        """Give a column another header."""
        self.headers[self.headers.index(old)] = new
        for row in self.rows:
            row[new] = row.pop(old, None)

    def drop(self, header: str) -> None:
        """Take a column away."""
        self.headers.remove(header)


@dataclass
class Book:
    """A workbook in the making."""

    layout: str
    sheets: dict[str, Draft]

    def __getitem__(self, name: str) -> Draft:
        return self.sheets[name]

    @property
    def stamp(self) -> datetime:
        """The moment its rows describe."""
        return STAMPS[self.layout]

    def officer(self, sheet: str, team: str, staff: str, grade: str = "NPSM", **more: Any) -> dict[str, Any]:
        """Add an officer's row to a tier or report sheet; counts are given by `counts` or by header."""
        counts: dict[Cell, int] = more.pop("counts", {})
        row = self.sheets[sheet].add(**place(team), OM_Key=staff, OM_Grade_Code=grade, Datestamp=self.stamp)
        row.update(
            OM_Surname=more.pop("surname", f"Sur{staff}"), OM_Forename=more.pop("forename", f"Fore{staff}")
        )
        for (location, tier), cases in counts.items():
            row[f"{PREFIX[location]}Tier{tier}"] = cases
        if sheet in TIER_SHEETS:
            row["V-CRN_Count"] = sum(counts.values())
        row.update(more)
        return row

    def flag(self, sheet: str, letter: str, case: str, post: str, **more: Any) -> dict[str, Any]:
        """Add a flag row; the post is TEAM:STAFF."""
        team, staff = post.split(":")
        cells = {
            "Row_Type": letter,
            "Case_Ref_No": case,
            "Tier_Code": "6",
            "Team_Code": team,
            "OM_Key": staff,
        }
        return self.sheets[sheet].add(**{**cells, "OM_Grade_Code": "NPSM", "Location": "Community", **more})

    def contact(self, number: Any, by: str, om: str, **more: Any) -> dict[str, Any]:
        """Add a CMS row done by one post on another's case, on the day of the extract."""
        (by_team, by_staff), (om_team, om_staff) = by.split(":"), om.split(":")
        cells = {
            "Contact_ID": number,
            "CRN": "X100001",
            "Contact_Date": self.stamp.date(),
            "Contact_Type_Code": "CMS47" if self.stamp.date() >= ONE_VALUE else "CMS16",
            "Contact_Team_Key": by_team,
            "Contact_Staff_Key": by_staff,
            "Contact_Staff_Grade": "NPSM",
            "OM_Team_Key": om_team,
            "OM_Key": om_staff,
            "OM_Grade": "NPSM",
        }
        return self.sheets["CMS"].add(**{**cells, **more})

    def write(self, path: Path) -> Path:
        """Write the .xlsx. Texts that begin with '=' become formulas without a value, '#N/A' an error."""
        book = openpyxl.Workbook()
        book.remove(book.active)
        for draft in self.sheets.values():
            page = book.create_sheet(draft.name)
            for row in draft.grid():
                page.append(row)
        book.save(path)
        return path


def place(team: str) -> dict[str, str]:
    """Where a team stands: region and PDU follow from its code."""
    region, pdu = team[:3], f"{team[:3]}{team[3]}PD"
    return {
        "Trust": "PS",
        "Region_Desc": f"Region {region}",
        "Region_Code": region,
        "PDU_Desc": f"Unit {pdu}",
        "PDU_Code": pdu,
        "LDU_Desc": f"Unit {pdu}",
        "LDU_Code": pdu,
        "Team_Desc": f"Team {team}",
        "Team_Code": team,
    }


def empty_book(layout: str = "L2024") -> Book:
    """A workbook of a layout with headers only."""
    names = [name for name in ORDERED if name not in NOT_IN[layout]]
    return Book(layout, {name: Draft(name, headers_of(name, layout)) for name in names})


def headers_of(sheet: str, layout: str) -> list[str]:
    """The headers of a sheet in a layout."""
    old = TIERS[layout][1] == "D2"
    where = [header for header in PLACE if not (old and header.startswith("PDU"))]
    if sheet in TIER_SHEETS:
        tiers = TIERS[layout]
        plain = [f"{PREFIX[location]}Tier{tier}" for location in PREFIX for tier in tiers if tier[-1] != "S"]
        suffixed = [
            f"{PREFIX[location]}Tier{tier}" for location in PREFIX for tier in tiers if tier[-1] == "S"
        ]
        never = ["CommTier1a", "CommTier", "CommTier3a"] if layout == "L2017" else []
        tail = TAIL[:3] if layout == "L2017" else TAIL
        return [*where, *WHO, *plain, *suffixed, *never, *tail]
    special: dict[str, Callable[[], list[str]]] = {
        "Court_Reports": lambda: [*where, *WHO, *COURT],
        "Inst_Reports": lambda: list(INST),
        "WMT_Extract_SA": lambda: [*(FLAG[1:] if old else FLAG), *ORDER],
        "Suspended_Lifers": lambda: [*FLAG, *REGISTER],
        "CMS": lambda: list(CMS),
        "GS": lambda: list(GS),
        "ARMS": lambda: list(ARMS),
        "T2A_Detail": lambda: list(T2A_DETAIL),
    }
    return special.get(sheet, lambda: list(FLAG))()


ASH, OAK, TWO = "N01AAA:N01A001", "N01AAA:N01A002", "N01BBB:N01A001"


def ordinary_book(layout: str = "L2024") -> Book:
    """Four officers, one of them in two teams, with work of every kind; nothing is wrong with it.

    ASH has 5 active cases of 6 (one on warrant), all active ones listed with letter N; OAK has 2, not listed.
    """
    book = empty_book(layout)
    b2, c1 = "B2", "C1"
    active = {("community", b2): 3, ("licence", c1): 2}
    for name, more in (("WMT_Extract", 1), ("WMT_Extract_Filtered", 0)):
        if name in book.sheets:
            book.officer(name, "N01AAA", "N01A001", counts={**active, ("community", b2): 3 + more})
            book.officer(name, "N01AAA", "N01A002", "NPSQ", counts={("custody", "D2"): 2})
            book.officer(name, "N01BBB", "N01A001", counts={("licence", "D1"): 7})
    book.officer("T2A", "N01AAA", "N01A001", counts={("community", b2): 1})
    book.officer(
        "Court_Reports", "N01AAA", "N01A002", "NPSQ", SDR_Last_30=2, SDR_Conv_Last_30=1, Oral_Reports=4
    )
    for number in range(5):
        tier, location = ("6", "Community") if number < 3 else ("11", "Licence")
        if layout not in ("L2017", "L2020"):
            book.flag("Flag_Warr_4_N", "N", f"X10000{number}", ASH, Tier_Code=tier, Location=location)
    book.flag("Flag_Warr_4_N", "W", "X100009", ASH)
    book.contact(1756376536, OAK, ASH, Contact_Staff_Grade="NPSQ")
    if "OMIC_Teams" in book.sheets:
        book.officer("OMIC_Teams", "N01OMI", "N01A003", counts={("custody", c1): 9})
    return book
