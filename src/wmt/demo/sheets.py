"""The sheets of the nightly workbook, as headers and rows; nothing is written here.

A blank cell is None. Orphan and placeholder rows of the kind real workbooks are full of come last, so that
the row numbers of real rows stay put.
"""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl

from wmt.demo import codes
from wmt.demo.sheet import IDENTITY, DemoSheet, Row, identities
from wmt.demo.size import Ints
from wmt.demo.tier_sheets import tier_sheets
from wmt.demo.work import WINDOW, day_number
from wmt.demo.world import World

LAYOUTS = ("L2021", "L2023", "L2024")
FLAG = ("Row_Type", "Case_Ref_No", "Tier_Code", "Team_Code", "OM_Grade_Code", "OM_Key", "Location")
SA = (*FLAG, "Disposal_Type_Desc", "Disposal_Type_Code", "Standalone_Order")
LIFERS = (
    *FLAG[:6], "In_Custody", "Register_Code", "Register_Description", "Register_Level",
    "Register_Level_Description", "Register_Category", "Deregistration_Date",
    "Register_Category_Description", "Registration_Date", "Next_Review_Date", "Location",
)  # fmt: skip
COURT = (
    *IDENTITY, "OM_Team_Staff_Grade", "SDR_Last_30", "SDR_Due_Next_30", "SDR_Conv_Last_30", "Oral_Reports",
    "Datestamp",
)  # fmt: skip
CMS = (
    "Contact_ID", "CRN", "Contact_Date", "Contact_Type_Code", "Contact_Type_Desc", "Contact_Staff_Name",
    "Contact_Staff_Key", "Contact_Staff_Grade", "Contact_Team_Key", "Contact_Provider_Code", "OM_Name",
    "OM_Key", "OM_Grade", "OM_Team_Key", "OM_Provider_Code",
)  # fmt: skip
T2A_DETAIL = (
    "CRN", "Event_No", "Allocation_Date", "Allocation_Desc", "Allocation_Cd", "Provider_Code_Order_Manager",
    "PDU_Order_Manager", "PDU_Cd_Order_Manager", "Team_Order_Manager", "Team_Cd_Order_Manager",
    "Staff_Name_Order_Manager", "Staff_Cd_Order_Manager", "NSI_Cd", "NSI_Desc", "Birth_Date", "Age",
    "NSI_Status_Cd", "NSI_Status_Desc", "NSI_Outcome_Cd", "NSI_Outcome_Desc", "Staff_Name_Offender_Manager",
    "Staff_Cd_Offender_Manager", "Staff_Grade_Cd_Offender_Manager", "Provider_Cd_Offender_Manager",
    "PDU_Cd_Offender_Manager", "Team_Cd_Offender_Manager",
)  # fmt: skip
NO_DATE = date(9999, 12, 31)


def report_counts(world: World) -> dict[str, Ints]:
    """Reports per post as the extract counts them: completed in the last 30 days, or due in the next 30."""
    age = day_number(world.day) - world.reports["on_day"].to_numpy()
    measures = {
        "SDR_Last_30": ("sdr", "completed"),
        "SDR_Due_Next_30": ("sdr", "due"),
        "SDR_Conv_Last_30": ("fdr", "completed"),
        "Oral_Reports": ("oral", "completed"),
        "Parom_Comp_Last_30": ("parom", "completed"),
        "Parom_Due_Next_30": ("parom", "due"),
    }
    post = world.reports["post_no"].to_numpy()
    counts = {}
    for name, (kind, state) in measures.items():
        here = ((world.reports["type"] == kind) & (world.reports["state"] == state)).to_numpy()
        here &= (age >= 0) & (age < WINDOW) if state == "completed" else (age < 0) & (age > -WINDOW)
        counts[name] = np.bincount(post[here], minlength=len(world.posts)).astype(np.int64)
    return counts


def _flag_sheets(world: World) -> list[DemoSheet]:
    flags = codes.flag_rows(world)
    cases = codes.described_cases(world).filter(pl.col("status_no") == 0, stream="standard")
    everything = pl.concat([flags, cases.with_columns(flag=pl.lit("N"))]).with_columns(
        number=(pl.col("tier_no") + 16 * pl.col("suspended")).cast(pl.String),
        location=pl.col("location").str.to_titlecase(),
    )
    columns = ["flag", "case_ref", "number", "team_code", "grade_code", "staff_code", "location"]

    def rows(*wanted: str) -> list[Row]:
        return [list(row) for flag in wanted for row in everything.filter(flag=flag).select(columns).rows()]

    sheets = [
        DemoSheet("Flag_Warr_4_N", list(FLAG), rows("W", "N")),
        DemoSheet("Flag_Upw", list(FLAG), rows("U")),
        DemoSheet("Flag_O_Due", list(FLAG), rows("O")),
        DemoSheet("Flag_Priority", list(FLAG), rows("P", "I")),
    ]
    order = ["ORA Suspended Sentence Order", "330", "SA Curfew"]
    sheets.append(DemoSheet("WMT_Extract_SA", list(SA), [[*row, *order] for row in rows("S")]))
    lifers, found = everything.filter(flag="L"), []
    dates = lifers.select(codes.day_of("starts").alias("from"), codes.day_of("allocated").alias("at")).rows()
    register = ["INLL", "Lifer", "L2", "Lifer - Not Supervised", "LF03", NO_DATE, "Lifer - Life Imprisonment"]
    for row, (registered, at) in zip(lifers.select(columns).rows(), dates, strict=True):
        inside = "Y" if row[-1] == "Custody" else "N"
        found.append([*row[:-1], inside, *register, registered, at + timedelta(days=365), row[-1]])
    return [*sheets, DemoSheet("Suspended_Lifers", list(LIFERS), found)]


def _t2a_detail(world: World) -> DemoSheet:
    rows: list[Row] = []
    for case in codes.t2a_events(world).iter_rows(named=True):
        age, place = case["age"], [case["region_code"], case["pdu_name"], case["pdu_code"]]
        born = f"04/01/{world.day.year - age}"
        order = [case["team_name"], case["team_code"], case["name"], case["staff_code"]]
        offender = [
            case["name"],
            case["staff_code"],
            case["grade_code"],
            place[0],
            place[2],
            case["team_code"],
        ]
        allocated = [case["on"], "Out Of Jurisdiction Transfer", "OOJ"]
        youth = ["YOS", "YOS (NPS use only)", born, f" {age:03d} yrs", "YOS03", "Transfer Meeting", " ", " "]
        rows.append([case["case_ref"], str(case["event_no"]), *allocated, *place, *order, *youth, *offender])
    return DemoSheet("T2A_Detail", list(T2A_DETAIL), rows)


def build_sheets(
    world: World, layout: str, older: Callable[[World], list[DemoSheet]]
) -> dict[str, DemoSheet]:
    """All sheets of a layout by name, in workbook order. `older` gives the sheets that left in 2023."""
    extract, filtered, t2a, omic = tier_sheets(world, layout)
    warrants, *flags, standalone, lifers = _flag_sheets(world)
    counts = report_counts(world)
    measures = [counts[name] for name in COURT[-5:-1]]
    rows: list[Row] = []
    for post, person in enumerate(identities(world)):
        numbers = [int(measure[post]) for measure in measures]
        if any(numbers):
            composite = f"{person[8]}|{person[11]}|{person[12]}"
            rows.append([*person, composite, *(n or None for n in numbers), world.as_at])
    whose = [f"{side}_{what}" for side in ("by", "om")
             for what in ("name", "staff_code", "grade_code", "team_code", "provider_code")]  # fmt: skip
    shown = ("contact_id", "case_ref", "contact_date", "code", "type_desc", *whose)
    cms = DemoSheet(
        "CMS", list(CMS), [list(row) for row in codes.described_contacts(world).select(shown).rows()]
    )
    sheets = [extract, filtered, DemoSheet("Court_Reports", list(COURT), rows), warrants, *flags, cms]
    sheets += [standalone, lifers, _t2a_detail(world), t2a, omic]
    if layout == "L2021":
        sheets += older(world)
    # the litter of real workbooks: lone counts, rows of constants, styled rows with nothing in them
    as_at = world.as_at
    extract.add_stray("orphan", {"CommTierC1": 1})
    extract.add_stray("orphan", {"LicenceTierB2": 2, "V-CRN_Count": 2, "Datestamp": as_at})
    extract.add_stray("placeholder", {"Trust": "PS", "Datestamp": as_at})
    filtered.add_stray("orphan", {"CustTierD1": 1})
    filtered.add_stray("placeholder", {"Trust": "PS", "Datestamp": as_at})
    t2a.add_stray("placeholder", {"Trust": "PS", "Datestamp": as_at})
    flags[0].add_stray("placeholder", {"Row_Type": "U", "Location": "Community"})
    extract.empty_styled_rows = 250
    return {sheet.name: sheet for sheet in sheets}
