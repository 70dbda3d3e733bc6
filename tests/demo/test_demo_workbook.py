"""The workbook of a night says the same as its tidy tables, in the layout of the real thing."""

from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from demo_nations import Grid, Written, read_workbook, records

from wmt import rules
from wmt.demo import write_nation
from wmt.facts import TIERS

REQUIRED = {
    "WMT_Extract", "WMT_Extract_Filtered", "Court_Reports", "Flag_Warr_4_N", "Flag_Upw", "Flag_O_Due",
    "Flag_Priority", "CMS", "T2A", "WMT_Extract_SA", "Suspended_Lifers", "T2A_Detail", "OMIC_Teams",
}  # fmt: skip
PLACES = {"Comm": "community", "Cust": "custody", "Licence": "licence"}
Cells = Counter[tuple[str, str, str, str, bool]]


@pytest.fixture(scope="module", params=[0, 3])
def night(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


@pytest.fixture(scope="module")
def book(nation: Written, night: int) -> dict[str, Grid]:
    return nation.workbook(night)


def counted(grid: Grid) -> Cells:
    """(team, staff, location, tier, suspended) → cases, from the tier columns of keyed rows."""
    cells: Cells = Counter()
    for row in records(grid, "Team_Code", "OM_Key"):
        for header, value in row.items():
            place, found, tier = header.partition("Tier")
            if found and place in PLACES and value != "":
                key = (row["Team_Code"], row["OM_Key"], PLACES[place], tier.rstrip("S"), tier.endswith("S"))
                cells[key] += int(value)
    return cells


def expected(cases: pl.DataFrame) -> Cells:
    """The same from tidy cases."""
    columns = ("team_code", "staff_code", "location", "tier", "suspended")
    return Counter(cases.select(columns).rows())


def test_the_sheets_are_the_required_ones(book: dict[str, Grid]) -> None:
    assert set(book) == REQUIRED
    for name in ("WMT_Extract", "WMT_Extract_Filtered", "T2A", "OMIC_Teams"):
        assert len(book[name][0]) == len(set(book[name][0])) == 116
    assert len(book["Court_Reports"][0]) == 19
    assert len(book["CMS"][0]) == 15
    assert len(book["T2A_Detail"][0]) == 26
    assert len(book["Suspended_Lifers"][0]) == 17


@pytest.mark.parametrize(
    ("sheet", "which"),
    [
        ("WMT_Extract", pl.col("stream") == "standard"),
        ("WMT_Extract_Filtered", (pl.col("stream") == "standard") & pl.col("counted_active")),
        ("T2A", pl.col("stream") == "t2a"),
        ("OMIC_Teams", pl.col("stream") == "omic"),
    ],
)
def test_counts_are_the_tidy_cases(
    nation: Written, night: int, book: dict[str, Grid], sheet: str, which: pl.Expr
) -> None:
    assert counted(book[sheet]) == expected(nation.tidy(night, "case").filter(which))


def test_filtered_and_inactive_are_all(nation: Written, night: int, book: dict[str, Grid]) -> None:
    inactive = nation.tidy(night, "case").filter(~pl.col("counted_active"))
    assert counted(book["WMT_Extract_Filtered"]) + expected(inactive) == counted(book["WMT_Extract"])


def test_rows_with_letter_n_are_the_case_list(nation: Written, night: int, book: dict[str, Grid]) -> None:
    numbers = rules.load().at(nation.truth.nights[night].as_at.date()).under("tier_numbers.pc16")
    assert numbers  # the numbers of the file's scheme are known to the rules
    tiers = TIERS["pc16"]
    listed: Cells = Counter()
    for row in records(book["Flag_Warr_4_N"], "Case_Ref_No"):
        if row["Row_Type"] == "N":
            number = int(row["Tier_Code"])
            suspended = number > 16
            tier = tiers[number - 16 if suspended else number]
            listed[row["Team_Code"], row["OM_Key"], row["Location"].lower(), tier, suspended] += 1
    assert listed == counted(book["WMT_Extract_Filtered"])


def test_control_totals_and_first_weeks(nation: Written, night: int, book: dict[str, Grid]) -> None:
    cases = nation.tidy(night, "case").filter(pl.col("stream") == "standard", pl.col("counted_active"))
    new = Counter(cases.filter(pl.col("first_16_weeks")).select("team_code", "staff_code", "location").rows())
    totals = Counter(cases.select("team_code", "staff_code").rows())
    for row in records(book["WMT_Extract_Filtered"], "Team_Code", "OM_Key"):
        post = (row["Team_Code"], row["OM_Key"])
        assert row["V-CRN_Count"] == totals[post]
        assert (row["ComIn1st16Weeks"] or 0) == new[*post, "community"]
        assert (row["LicIn1st16Weeks"] or 0) == new[*post, "licence"]
        assert row["Datestamp"] == nation.truth.nights[night].as_at


def test_every_post_is_somewhere(nation: Written, night: int, book: dict[str, Grid]) -> None:
    sheets = ("WMT_Extract", "OMIC_Teams", "Court_Reports")
    named = {(row["Team_Code"], row["OM_Key"]) for sheet in sheets for row in records(book[sheet], "OM_Key")}
    assert named == set(nation.tidy(night, "staff").select("team_code", "staff_code").rows())


def test_identity_is_the_staff_table(nation: Written, night: int, book: dict[str, Grid]) -> None:
    staff = nation.tidy(night, "staff").join(nation.tidy(night, "team"), on="team_code")
    known = {(row["team_code"], row["staff_code"]): row for row in staff.iter_rows(named=True)}
    blank = 0
    for row in records(book["WMT_Extract"], "Team_Code", "OM_Key"):
        post = known[row["Team_Code"], row["OM_Key"]]
        assert (row["OM_Surname"], row["OM_Forename"]) == (post["surname"], post["forename"])
        assert (row["Region_Code"], row["PDU_Code"]) == (post["region_code"], post["pdu_code"])
        assert row["OM_Grade_Code"].strip() == (post["grade_code"] or "")
        blank += row["OM_Grade_Code"] == " "
    assert blank


def test_court_reports_are_the_dated_ones_of_thirty_days(
    nation: Written, night: int, book: dict[str, Grid]
) -> None:
    day = nation.truth.nights[night].as_at.date()
    age = (pl.lit(day) - pl.col("on_date")).dt.total_days()
    reports = nation.tidy(night, "report").filter(age <= 30)
    found = Counter(reports.select("team_code", "staff_code", "type", "state").rows())
    columns = {
        "SDR_Last_30": ("sdr", "completed"),
        "SDR_Due_Next_30": ("sdr", "due"),
        "SDR_Conv_Last_30": ("fdr", "completed"),
        "Oral_Reports": ("oral", "completed"),
    }
    counts: Counter[tuple[Any, ...]] = Counter()
    for row in records(book["Court_Reports"], "OM_Key"):
        for column, kind in columns.items():
            counts[row["Team_Code"], row["OM_Key"], *kind] += int(row[column] or 0)
    assert +counts == Counter({key: n for key, n in found.items() if key[2] != "parom"})


def test_flags_and_contacts_are_the_tidy_ones(nation: Written, night: int, book: dict[str, Grid]) -> None:
    sheets = (
        "Flag_Warr_4_N",
        "Flag_Upw",
        "Flag_O_Due",
        "Flag_Priority",
        "WMT_Extract_SA",
        "Suspended_Lifers",
    )
    listed = {
        (row["Row_Type"], row["Case_Ref_No"])
        for sheet in sheets
        for row in records(book[sheet], "Case_Ref_No")
        if row["Row_Type"] != "N"
    }
    # no sheet of the workbook says that requirements are not commenced
    flags = nation.tidy(night, "case_flag").filter(pl.col("flag") != "R")
    assert listed == set(flags.select("flag", "case_ref").rows())
    contacts = {(str(int(r["Contact_ID"])), r["CRN"], r["Contact_Staff_Key"] or None, r["OM_Key"] or None)
                for r in records(book["CMS"], "CRN")}  # fmt: skip
    tidy = nation.tidy(night, "contact").select("contact_id", "case_ref", "by_staff_code", "om_staff_code")
    assert contacts == set(tidy.rows())
    details = {row["CRN"] for row in records(book["T2A_Detail"], "CRN")}
    assert details == set(nation.tidy(night, "t2a_case")["case_ref"])


def test_lifers_have_the_year_9999(book: dict[str, Grid]) -> None:
    lifers = records(book["Suspended_Lifers"], "Case_Ref_No")
    assert lifers
    assert {row["Deregistration_Date"].year for row in lifers} == {9999}


def test_stray_rows_are_where_the_truth_says(nation: Written, night: int, book: dict[str, Grid]) -> None:
    strays = 0
    for name, about in nation.truth.nights[night].sheets.items():
        filled = [row for row in book[name][1:] if any(cell != "" for cell in row)]
        assert len(filled) == about["rows"], name
        for row in (*about["orphan_rows"], *about["placeholder_rows"]):
            cells = dict(zip(book[name][0], book[name][row - 1], strict=True))
            assert any(cell != "" for cell in cells.values())
            assert not cells.get("OM_Key")
            strays += 1
    assert strays >= 7


@pytest.mark.parametrize(("layout", "sheets", "columns"), [("L2021", 16, 68), ("L2023", 13, 68)])
def test_older_layouts(layout: str, sheets: int, columns: int, tmp_path: Path) -> None:
    truth = write_nation(tmp_path, scale=0.01, layout=layout)
    folder = tmp_path / truth.nights[0].folder
    book = read_workbook(folder / "extract.xlsx")
    cases = pl.read_parquet(folder / "tidy" / "case.parquet")
    assert len(book) == sheets
    assert len(book["WMT_Extract"][0]) == columns
    assert not cases["suspended"].any()
    assert counted(book["WMT_Extract"]) == expected(cases.filter(stream="standard"))
    if layout == "L2021":
        assert len(records(book["ARMS"], "CRN")) == truth.nights[0].tidy_rows["assessment"]
        assert records(book["Inst_Reports"], "OM_Key")
