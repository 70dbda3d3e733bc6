"""People tables without an extract: folders, single files and workbooks give the same records and faults."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from intake_tidy import ASH, OAK, TWO, Row, csv_of, ordinary_tidy, post_of

from wmt.intake import People, read, read_people_tables
from wmt.intake.codes import ReductionReason
from wmt.intake.faults import Faults
from wmt.intake.people_model import DatedHours
from wmt.intake.remedies import REMEDIES

DAY = date(2024, 6, 14)
ASH_POST, OAK_POST, TWO_POST = ((*name.split(":"),) for name in (ASH, OAK, TWO))
HOURS = [
    {**post_of(ASH), "hours": "18.5", "valid_from": None},
    {**post_of(ASH), "hours": "22.2", "valid_from": "2024-06-15"},
    {**post_of(OAK), "hours": "0", "valid_from": "2024-06-14"},
]
REDUCTIONS = [
    {**post_of(ASH), "reduction_id": "r1", "reason": "gardening", "hours": None, "first_day": "2024-06-01"},
    {**post_of(OAK), "reduction_id": "r2", "reason": "5", "hours": "1.25", "first_day": "2024-07-01"},
]
REDUCTIONS[1] |= {"last_day": "2024-12-31", "notes": 'said, "in person"\nand again'}
GRADES = [{**post_of(OAK), "grade": "PSO", "first_day": "2024-06-01", "last_day": None, "why": "acting down"}]
REASONS = [
    {"id": "27", "name": "Allotment work", "short_name": "Gardening", "category": "Personal Circumstances"},
    {"id": "27", "name": "Allotment work", "short_name": "Gardening", "category": "Personal Circumstances"},
]
REASONS[0] |= {"allowance_percent": "20", "max_percent": None, "months_to_expiry": "6", "first_day": None}
REASONS[1] |= {"allowance_percent": "20", "enabled": "false", "first_day": "2025-01-01"}
TABLES: dict[str, list[Row]] = {
    "contracted_hours": HOURS,
    "reductions": REDUCTIONS,
    "grade_corrections": GRADES,
    "reduction_reasons": REASONS,
}


def csv_files(**tables: list[Row]) -> list[tuple[str, bytes]]:
    return [(f"{name}.csv", csv_of(rows)) for name, rows in tables.items()]


def book_of(tables: dict[str, list[list[Any]]]) -> bytes:
    """A workbook with a sheet for each table, the header among its rows."""
    book, content = openpyxl.Workbook(), BytesIO()
    book.remove(book.worksheets[0])
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(content)
    return content.getvalue()


def as_texts(rows: list[Row]) -> list[list[Any]]:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return [columns, *([row.get(column) for column in columns] for row in rows)]


def clean(given: tuple[People, Faults]) -> People:
    people, faults = given
    assert [fault.message for fault in faults.items] == []
    return people


def records(people: People) -> tuple[Any, ...]:
    """All but where it was read."""
    return (
        people.hours_micro, people.reductions, people.dated_hours, people.grades, people.grade_corrections,
        people.reasons, people.withdrawn,
    )  # fmt: skip


def test_every_record_is_kept_beside_those_of_the_day() -> None:
    people = clean(read_people_tables(csv_files(**TABLES), DAY))
    assert people.hours_micro == {ASH_POST: 18_500_000, OAK_POST: 0}
    assert people.dated_hours == [
        DatedHours(2, ASH_POST, date.min, 18_500_000),
        DatedHours(3, ASH_POST, date(2024, 6, 15), 22_200_000),
        DatedHours(4, OAK_POST, DAY, 0),
    ]
    assert people.grades == {OAK_POST: "PSO"}
    assert [(c.row, c.grade, c.why) for c in people.grade_corrections] == [(2, "PSO", "acting down")]
    assert [(r.reference, r.percent_x100, r.hours_micro) for r in people.reductions] == [
        ("r1", 2_000, None),
        ("r2", None, 1_250_000),
    ]
    assert people.reductions[1].notes == 'said, "in person"\nand again'
    assert [source.name for source in people.sources] == [f"people/{name}.csv" for name in TABLES]


def test_reasons_of_the_folder_are_known_as_they_are_on_the_day() -> None:
    people = clean(read_people_tables(csv_files(**TABLES), DAY))
    assert people.reductions[0].reason == ReductionReason(
        "27", "Allotment work", "Gardening", Decimal(20), None, 6, enabled=True
    )
    assert [(each.first_day, each.reason.enabled) for each in people.reasons] == [
        (date.min, True),
        (date(2025, 1, 1), False),
    ]
    later, faults = read_people_tables(csv_files(**TABLES), date(2025, 1, 1))
    assert not later.reductions[0].reason.enabled
    assert [fault.code for fault in faults.items] == ["PEOPLE_REASON_OFF"]


def test_a_reason_of_the_future_can_be_used_and_one_of_the_rules_is_replaced_from_its_day() -> None:
    coming = [{**REASONS[0], "id": "28", "short_name": "Sabbatical", "first_day": "2024-09-01"}]
    coming += [{**REASONS[0], "id": "5", "short_name": "Maternity", "first_day": "2024-07-01"}]
    rows = [{**REDUCTIONS[0], "reason": "Sabbatical"}, {**REDUCTIONS[1], "hours": None, "reason": "5"}]
    files = csv_files(reductions=rows, reduction_reasons=coming)
    before, after = (clean(read_people_tables(files, day)) for day in (DAY, date(2024, 7, 1)))
    assert [each.percent_x100 for each in before.reductions] == [2_000, 10_000]
    assert [each.percent_x100 for each in after.reductions] == [2_000, 2_000]


def test_reasons_that_the_caller_knows_need_not_be_in_the_files() -> None:
    known = {"k": ReductionReason("k", "Kite flying", "Kites", Decimal(10), None, None, enabled=True)}
    files = csv_files(reductions=[{**REDUCTIONS[0], "reason": "kites"}])
    assert clean(read_people_tables(files, DAY, known=known)).reductions[0].percent_x100 == 1_000
    assert [fault.code for fault in read_people_tables(files, DAY)[1].items] == ["PEOPLE_UNKNOWN_REASON"]


def test_deleted_reductions_are_told_apart() -> None:
    rows = [
        {**REDUCTIONS[1], "deleted": "true"},
        {**post_of(TWO), "reason": "11", "first_day": "2024-06-01", "deleted": "TRUE", "hours": "not read"},
        {"reduction_id": "r9", "deleted": "true"},
        {**post_of(TWO), "deleted": "true"},
        {**REDUCTIONS[0], "reason": "11", "hours": "1", "deleted": "false"},
        {**REDUCTIONS[0], "deleted": "true"},
    ]
    people = clean(read_people_tables(csv_files(reductions=rows), DAY))
    assert [each.reference for each in people.reductions] == ["r1"]
    assert [(each.row, each.reference, each.post) for each in people.withdrawn] == [
        (2, "r2", OAK_POST),
        (3, f"{TWO}:11:2024-06-01", TWO_POST),
        (4, "r9", None),
    ]


def test_a_folder_files_and_a_workbook_are_the_same(tmp_path: Path) -> None:
    files = csv_files(**TABLES)
    for name, data in files:
        (tmp_path / name).write_bytes(data)
    (tmp_path / "notes.txt").write_text("not looked at", encoding="utf-8")
    book = tmp_path / "people.xlsx"
    book.write_bytes(book_of({name: as_texts(rows) for name, rows in TABLES.items()}))
    expected = records(clean(read_people_tables(files, DAY)))
    assert records(clean(read_people_tables(tmp_path, DAY))) == expected
    assert records(clean(read_people_tables(book, DAY))) == expected
    assert records(clean(read_people_tables([("Any name.XLSX", book.read_bytes())], DAY))) == expected


def test_typed_cells_of_a_workbook_are_their_texts() -> None:
    rows = [
        ["Team_Code", "staff_code", "reason", "percent", "hours", "first_day", "last_day", "deleted", None],
        ["N01AAA", "N01A001", 11, 12.5, None, datetime(2024, 6, 1), date(2024, 6, 30), False, None],
        [None] * 9,
        ["N01AAA", 1002, "11", None, 37 * 0.6, "2024-06-01", None, None, None],
    ]
    people = clean(
        read_people_tables(
            [
                ("p.xlsx", book_of({"Reductions": rows})),
            ],
            DAY,
        )
    )
    assert [(r.row, r.post[1], r.percent_x100, r.hours_micro) for r in people.reductions] == [
        (2, "N01A001", 1_250, None),
        (4, "1002", None, 22_200_000),
    ]
    assert (people.reductions[0].first_day, people.reductions[0].last_day) == (
        date(2024, 6, 1),
        date(2024, 6, 30),
    )


@pytest.mark.parametrize(
    ("cell", "code"),
    [("#REF!", "PEOPLE_BAD_CELL"), ("=1+1", "PEOPLE_BAD_CELL"), (1e15 + 0.5, "PEOPLE_BAD_NUMBER")],
)
def test_a_cell_of_a_workbook_that_has_no_value_is_refused_at_its_place(cell: Any, code: str) -> None:
    rows = [["team_code", "staff_code", "hours"], ["N01AAA", "N01A001", cell]]
    _, faults = read_people_tables([("p.xlsx", book_of({"contracted_hours": rows}))], DAY)
    (found,) = faults.items
    assert (found.code, found.sheet, found.row, found.column) == (code, "contracted_hours", 2, "hours")
    assert found.posts == (ASH_POST,)
    assert found.message.endswith(REMEDIES[code])


def test_a_staff_code_that_lost_its_digits_is_refused() -> None:
    rows = [["team_code", "staff_code", "hours"], ["N01AAA", 12345678901234567890, 37]]
    people, faults = read_people_tables([("p.xlsx", book_of({"contracted_hours": rows}))], DAY)
    assert [(fault.code, fault.row, fault.column) for fault in faults.items] == [
        ("PEOPLE_BAD_CELL", 2, "staff_code")
    ]
    assert people.hours_micro == {}


def test_a_character_that_is_no_text_is_refused() -> None:
    rows = [*REDUCTIONS[1:], {**REDUCTIONS[1], "reduction_id": "r3", "notes": "x" * 5000 + "\0"}]
    _, faults = read_people_tables(csv_files(reductions=rows), DAY)
    assert [(fault.code, fault.row, fault.column) for fault in faults.items] == [
        ("PEOPLE_BAD_CELL", 3, "notes")
    ]


def test_an_apostrophe_that_guards_a_text_is_no_part_of_it() -> None:
    texts = ["'=1+1", "'-9", "''=1", "'tis", "it's"]
    rows = [
        {**REDUCTIONS[1], "reduction_id": f"r{n}", "hours": f"{n + 1}", "notes": t}
        for n, t in enumerate(texts)
    ]
    people = clean(read_people_tables(csv_files(reductions=rows), DAY))
    assert [each.notes for each in people.reductions] == ["=1+1", "-9", "'=1", "'tis", "it's"]


def test_names_that_a_browser_or_a_person_lengthened_are_understood() -> None:
    files = [("Reductions (2).csv", csv_of(REDUCTIONS[1:])), ("contracted_hours_June.CSV", csv_of(HOURS))]
    people = clean(read_people_tables(files, DAY))
    assert (len(people.reductions), len(people.dated_hours)) == (1, 3)


NOT_TABLES: list[tuple[str, list[tuple[str, bytes]], str, str]] = [
    ("a file of another name", [("hours.csv", csv_of(HOURS))], "PEOPLE_UNKNOWN_TABLE", "refuse"),
    ("a file of another kind", [("reductions.pdf", b"%PDF-1.7")], "PEOPLE_UNKNOWN_TABLE", "refuse"),
    (
        "a name that only begins so",
        [("reductionsx.csv", csv_of(REDUCTIONS))],
        "PEOPLE_UNKNOWN_TABLE",
        "refuse",
    ),
    ("noise", [("reductions.csv", b'a,"b\n')], "PEOPLE_NOT_A_TABLE", "refuse"),
    ("no workbook", [("people.xlsx", b"PK\x03\x04nonsense")], "PEOPLE_NOT_A_TABLE", "refuse"),
    ("twice", csv_files(reductions=REDUCTIONS[1:]) * 2, "DUPLICATE_SHEET_OR_COLUMN", "refuse"),
    ("no known sheet", [("p.xlsx", book_of({"Sheet1": []}))], "PEOPLE_NOT_A_TABLE", "refuse"),
    (
        "one column twice",
        [("p.xlsx", book_of({"contracted_hours": [["team_code", "staff_code", "hours", "Hours"]]}))],
        "DUPLICATE_SHEET_OR_COLUMN",
        "refuse",
    ),
    (
        "a column without a header",
        [
            (
                "p.xlsx",
                book_of({"contracted_hours": [["team_code", "staff_code", "hours", None], [1, 2, 3, 4]]}),
            )
        ],
        "PEOPLE_NOT_A_TABLE",
        "refuse",
    ),
    (
        "a sheet beside",
        [("p.xlsx", book_of({"contracted_hours": as_texts(HOURS), "Notes": [["mind the gap"]]}))],
        "PEOPLE_UNKNOWN_TABLE",
        "warn",
    ),
]


@pytest.mark.parametrize(
    ("name", "files", "code", "severity"), NOT_TABLES, ids=[case[0] for case in NOT_TABLES]
)
def test_what_is_no_table_of_people_is_said(
    name: str, files: list[tuple[str, bytes]], code: str, severity: str
) -> None:
    _, faults = read_people_tables(files, DAY)
    assert [(fault.code, fault.severity) for fault in faults.items] == [(code, severity)], name
    assert faults.items[0].message.endswith(REMEDIES[code])


def test_paths_that_are_not_there_are_said(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        _, faults = read_people_tables(path, DAY)
        assert [fault.code for fault in faults.items] == ["PEOPLE_NOT_A_TABLE"]


@pytest.mark.parametrize(
    ("more", "code", "column"),
    [
        ({"id": None}, "PEOPLE_MISSING_VALUE", "id"),
        ({"category": None}, "PEOPLE_MISSING_VALUE", "category"),
        ({"max_percent": "101"}, "PEOPLE_BAD_NUMBER", "max_percent"),
        ({"months_to_expiry": "1.5"}, "PEOPLE_BAD_NUMBER", "months_to_expiry"),
        ({"months_to_expiry": "0"}, "PEOPLE_BAD_NUMBER", "months_to_expiry"),
        ({"enabled": "yes"}, "PEOPLE_BAD_VALUE", "enabled"),
        ({"first_day": "soon"}, "PEOPLE_BAD_DATE", "first_day"),
    ],
)
def test_a_fault_of_a_reason_stops_everything(more: Row, code: str, column: str, tmp_path: Path) -> None:
    people = tmp_path / "people"
    people.mkdir()
    (people / "reduction_reasons.csv").write_bytes(csv_of([{**REASONS[0], **more}]))
    result = read([ordinary_tidy().write(tmp_path / "tidy")], people=people, set_aside=True)
    assert not result.accepted
    (found,) = [fault for fault in result.faults if fault.severity == "refuse"]
    assert (found.code, found.sheet, found.row, found.column) == (code, "reduction_reasons", 2, column)


def test_a_reason_twice_from_one_day_is_refused() -> None:
    _, faults = read_people_tables(csv_files(reduction_reasons=[REASONS[0], REASONS[0]]), DAY)
    assert [(fault.code, fault.row, fault.column) for fault in faults.items] == [
        ("PEOPLE_DUPLICATE", 3, "id")
    ]


@pytest.mark.parametrize(
    ("more", "code", "column"),
    [
        ({"email": "ann"}, "PEOPLE_BAD_TEXT", "email"),
        ({"email": "ann@example"}, "PEOPLE_BAD_TEXT", "email"),
        ({"surname": "a" * 101}, "PEOPLE_BAD_TEXT", "surname"),
        ({"staff_code": None}, "PEOPLE_MISSING_VALUE", "staff_code"),
    ],
)
def test_a_fault_of_a_name_or_address_is_told_without_it(more: Row, code: str, column: str) -> None:
    row = {
        "staff_code": "N01A001", "forename": "Ann", "middle_name": None, "surname": "Bell",
        "email": "ann@example.org", **more,
    }  # fmt: skip
    _, faults = read_people_tables(csv_files(staff_details=[row]), DAY)
    assert [(fault.code, fault.row, fault.column) for fault in faults.items] == [(code, 2, column)]
    told = faults.items[0].message
    assert "ann@example" not in told
    assert "a" * 50 not in told


def test_a_person_twice_is_refused_whatever_the_letters() -> None:
    rows = [{"staff_code": code, "surname": "Bell"} for code in ("N01A001", "n01a001")]
    _, faults = read_people_tables(csv_files(staff_details=rows), DAY)
    assert [(fault.code, fault.row) for fault in faults.items] == [("PEOPLE_DUPLICATE", 3)]
