"""Input that people have: files as their programs write them, and people who do not fit one row."""

import codecs
from datetime import date
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from intake_tidy import ASH, Tidy, case, csv_of, ordinary_tidy, post_of, staff, team
from test_intake_people_tables import DAY, HOURS

from wmt.intake import read, read_people_tables
from wmt.intake.people_model import last_of_months

PLAIN = csv_of(HOURS).decode()


def hours_of(data: bytes) -> tuple[list[tuple[str, int]], list[str]]:
    """Hours by staff code, and the faults, of a CSV file of contracted hours."""
    people, faults = read_people_tables([("contracted_hours.csv", data)], DAY)
    rows = [(":".join(each.post), each.hours_micro) for each in people.dated_hours]
    return rows, [fault.message for fault in faults.items]


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.replace("\r\n", "\r").encode(),
        PLAIN.replace("\r\n", "\n").encode(),
        PLAIN.replace("\r\n", "\r", 1).encode(),
        PLAIN.replace("\r\n", "\n", 1).encode(),
        PLAIN.replace("18.5", '"18.5"').replace("\r\n", "\r").encode(),
        codecs.BOM_UTF8 + PLAIN.encode(),
        PLAIN.encode("utf-16"),
        codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
        PLAIN.rstrip().encode(),
        (PLAIN + "\r\n\r\n").encode(),
        PLAIN.replace("N01A001", "\u00a0N01A001\u200b").encode(),
    ],
    ids=["CR", "LF", "one CR", "one LF", "CR and quotes", "mark", "UTF-16", "UTF-16 BE", "no end",
         "blank rows", "unseen characters"],
)  # fmt: skip
def test_a_csv_file_is_read_however_its_lines_end(data: bytes) -> None:
    assert hours_of(data) == hours_of(PLAIN.encode())
    assert len(hours_of(data)[0]) == len(HOURS)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (PLAIN.replace(",", ";").encode(), "separates its columns by semicolons"),
        (PLAIN.replace(",", "\t").encode(), "separates its columns by tabs"),
        (PLAIN.replace("18.5", '"18.5').encode(), "with paired quotes"),
        (PLAIN.replace("valid_from", "hours", 1).encode(), "has the column hours twice"),
        (PLAIN.encode("utf-16-le"), "is not UTF-8 text"),
        (PLAIN.replace("18.5", "£18").encode("latin-1"), "row 2 holds a byte of another encoding"),
        (PLAIN.replace("18.5", "18.5,1").encode(), "row 2 has 5 cells and the header has 4"),
        (b"\r\r\r", "is empty"),
    ],
)
def test_a_csv_file_that_cannot_be_read_is_refused_by_name(data: bytes, said: str) -> None:
    rows, faults = hours_of(data)
    assert rows == []
    assert any(said in fault for fault in faults), faults


def test_a_file_with_a_header_only_holds_nothing() -> None:
    assert hours_of(PLAIN.split("\r\n")[0].encode()) == ([], [])


@pytest.mark.parametrize("number_format", ["0%", "0.00%", '0.0"%"%', "[Red]0%;-0%"])
def test_a_share_in_a_workbook_is_what_is_shown(number_format: str) -> None:
    book, content = openpyxl.Workbook(), BytesIO()
    sheet = book.worksheets[0]
    sheet.title = "reductions"
    sheet.append(["team_code", "staff_code", "reason", "percent", "first_day"])
    sheet.append([*ASH.split(":"), "11", 0.2, date(2024, 6, 1)])
    hours = book.create_sheet("contracted_hours")
    hours.append(["team_code", "staff_code", "hours"])
    hours.append([*ASH.split(":"), 0.2])
    sheet["D2"].number_format = hours["C2"].number_format = number_format
    book.save(content)
    people, faults = read_people_tables([("people.xlsx", content.getvalue())], DAY)
    assert [each.percent_x100 for each in people.reductions] == [2000]
    assert people.dated_hours == []
    (fault,) = (fault for fault in faults.items if fault.severity == "refuse")
    assert (fault.code, fault.sheet, fault.row, fault.column) == (
        "PEOPLE_BAD_CELL",
        "contracted_hours",
        2,
        "hours",
    )
    assert "20%, which is a percentage" in fault.message


def test_a_format_that_only_looks_like_a_percentage_is_none() -> None:
    book, content = openpyxl.Workbook(), BytesIO()
    sheet = book.worksheets[0]
    sheet.title = "contracted_hours"
    sheet.append(["team_code", "staff_code", "hours"])
    sheet.append([*ASH.split(":"), 18.5])
    sheet["C2"].number_format = '0.0" % of nothing"'
    book.save(content)
    people, faults = read_people_tables([("people.xlsx", content.getvalue())], DAY)
    assert [each.hours_micro for each in people.dated_hours] == [18_500_000]
    assert not faults.refusing()


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        (date(2026, 3, 31), 6, date(2026, 9, 30)),
        (date(2026, 3, 30), 6, date(2026, 9, 29)),
        (date(2026, 4, 1), 6, date(2026, 9, 30)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2025, 8, 29), 6, date(2026, 2, 28)),
        (date(2025, 8, 28), 6, date(2026, 2, 27)),
        (date(2026, 5, 31), 9, date(2027, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
    ],
)
def test_months_end_on_the_day_before_or_on_the_months_last(first: date, months: int, last: date) -> None:
    assert last_of_months(first, months) == last


def two_managers() -> Tidy:
    """One person with a manager in prison and one in the community."""
    tidy = ordinary_tidy()
    tidy.tables["case"].append(case("X100000", "N01OMI:N01A003", "custody", "B2", stream="omic"))
    return tidy


def test_a_person_with_two_managers_is_one_case_of_each(tmp_path: Path) -> None:
    result = read([two_managers().write(tmp_path / "tidy")])
    assert result.facts is not None, [fault.message for fault in result.faults]
    held = result.facts.caseload.filter(case_ref="X100000").join(result.facts.post, on="post_no")
    assert sorted(held["team_code"]) == ["N01AAA", "N01OMI"]


def test_a_person_in_two_teams_with_hours_assumed_in_each_is_told(tmp_path: Path) -> None:
    result = read([ordinary_tidy().write(tmp_path / "tidy")])
    (told,) = (fault for fault in result.faults if fault.code == "HOURS_ASSUMED_TWICE")
    assert "N01AAA:N01A001 and N01BBB:N01A001: 74 hours" in told.message
    tidy = ordinary_tidy()
    for row in tidy.tables["staff"]:
        row["contracted_hours"] = "18.5"
    result = read([tidy.write(tmp_path / "given")])
    assert "HOURS_ASSUMED_TWICE" not in [fault.code for fault in result.faults]


def test_a_placeholder_in_two_teams_is_nobody(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    tidy.tables["team"].append(team("N01CCC"))
    tidy.tables["staff"] += [
        staff(f"{code}:N01ZZZ", surname="Unallocated", **post_of(f"{code}:N01ZZZ"))
        for code in ("N01AAA", "N01CCC")
    ]
    result = read([tidy.write(tmp_path / "tidy")])
    (told,) = (fault for fault in result.faults if fault.code == "HOURS_ASSUMED_TWICE")
    assert "N01ZZZ" not in told.message
