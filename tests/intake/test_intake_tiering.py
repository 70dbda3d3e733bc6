"""`wmt tier`: JSON or a folder of tables in, tiers out; and what is refused, by file, row and column."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from wmt.cli import tier as command
from wmt.cli.console import RefusedInput
from wmt.intake.faults import Faults
from wmt.intake.tier_folder import read_tier_folder
from wmt.intake.tier_tables import TABLES
from wmt.tiering.explain import explained

PAGE = (Path(__file__).parents[2] / "docs/tiering.md").read_text("utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


def write(folder: Path, name: str, *rows: dict[str, Any]) -> None:
    """A table as CSV."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, columns)
        table.writeheader()
        table.writerows(rows)


def whole(folder: Path) -> None:
    """The first example of the page, as tables, and a second case of a man of whom little is known."""
    case = {"case_ref": "X123456", "as_of": "2026-11-30", "gender": "Female", "rsr": "3.5", "ogrs": "55"}
    write(folder, "tier_case", case, {"case_ref": "X654321", "as_of": "2026-11-30", "gender": "Male"})
    write(
        folder,
        "registration",
        {"case_ref": "x123456", "code": "RMRH", "date": "2026-01-05"},
        {"case_ref": "X123456", "code": "MAPP", "level": "M1", "category": "M2", "date": "2026-01-05"},
        {"case_ref": "X123456", "code": "RMDO", "date": "2025-01-01"},
        {
            "case_ref": "X123456",
            "code": "ALSH",
            "date": "2024-02-01",
            "end_date": "2026-02-01",
            "deleted": "false",
        },
    )
    write(folder, "conviction", {"case_ref": "X123456", "sentence_type": "SP"})
    write(
        folder,
        "requirement",
        {"case_ref": "X123456", "main_category": "W", "restrictive": "false"},
        {"case_ref": "X123456", "main_category": "F", "restrictive": "false"},
    )
    write(
        folder,
        "oasys_assessment",
        {
            "case_ref": "X123456",
            "date": "2025-11-10",
            "status": "COMPLETE",
            "layer": "LAYER3",
            "san": "false",
            "caring_responsibilities": "true",
            "impulsivity": "Some",
            "temper": "none",
        },
    )
    write(
        folder,
        "need",
        {"case_ref": "X123456", "section": "accommodation", "severity": "severe"},
        {
            "case_ref": "X123456",
            "section": "Drugs",
            "answer_1": "significant",
            "answer_2": "Currently",
            "answer_3": "some",
        },
        {"case_ref": "X123456", "section": "thinking", "score": "4"},
        {"case_ref": "X123456", "section": "attitudes", "severity": "Standard"},
    )
    write(folder, "enforcement", {"case_ref": "X123456", "outcome": "BRE03", "date": "2025-11-30"})


def run(path: Path, capsys: pytest.CaptureFixture[str], scheme: str = "v2") -> Any:
    command.tier(path, scheme=scheme, as_of=None, json=True, out_file=None)
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("number", "scheme", "tier", "provisional"), [(0, "v2", "B2", False), (1, "a-g", "C", True)]
)
def test_the_examples_of_the_page_are_what_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], number: int, scheme: str, tier: str, provisional: bool
) -> None:
    file = tmp_path / "cases.json"
    file.write_text(EXAMPLES[number], "utf-8")
    [case] = run(file, capsys, scheme)
    assert (case["tier"], case["provisional"]) == (tier, provisional)
    assert case["not_read"] == []
    assert [step["words"] for step in case["steps"]]
    if scheme == "v2":
        assert (case["letter_points"], case["number_points"]) == (23, 12)


def test_a_folder_of_tables_says_what_json_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole(tmp_path)
    from_tables = run(tmp_path, capsys)
    file = tmp_path / "cases.json"
    file.write_text(EXAMPLES[0], "utf-8")
    [from_json] = run(file, capsys)
    assert from_tables[0] == from_json
    assert (from_tables[1]["crn"], from_tables[1]["tier"]) == ("X654321", "D0")


def test_parquet_is_read_like_csv(tmp_path: Path) -> None:
    whole(tmp_path)
    faults = Faults()
    as_csv = read_tier_folder(tmp_path, faults)
    for file in list(tmp_path.glob("*.csv")):
        pl.read_csv(file, infer_schema=False).write_parquet(file.with_suffix(".parquet"))
        file.unlink()
    as_parquet = read_tier_folder(tmp_path, faults)
    assert faults.items == []
    assert as_csv is not None
    assert as_parquet is not None
    assert explained(as_csv, "v2") == explained(as_parquet, "v2")


def test_a_table_that_is_not_there_is_named_as_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "tier_case", {"case_ref": "X123456", "as_of": "2026-11-30"})
    [case] = run(tmp_path, capsys)
    assert {"registrations", "convictions", "assessment", "gender", "rsr", "ogrs"} == set(case["missing"])


@pytest.mark.parametrize(
    ("table", "row", "code", "said"),
    [
        (
            "tier_case",
            {"case_ref": "X123456", "as_of": "30.11."},
            "TIER_VALUE",
            "tier_case.csv row 2: as_of cannot be '30.11.'",
        ),
        (
            "tier_case",
            {"case_ref": "X123456", "as_of": ""},
            "MISSING_VALUE",
            "tier_case.csv row 2: as_of is empty",
        ),
        ("tier_case", {"case_ref": "X123456"}, "TIER_COLUMN", "tier_case.csv has no column as_of"),
        (
            "tier_case",
            {"case_ref": "X123456", "as_of": "2026-11-30", "ogrs": "101"},
            "TIER_VALUE",
            "ogrs cannot be '101'",
        ),
        (
            "registration",
            {"case_ref": "X999999", "code": "RMRH"},
            "TIER_WITHOUT_CASE",
            "tier_case has no row for X999999",
        ),
        (
            "requirement",
            {"case_ref": "X123456", "conviction_no": "2", "main_category": "F"},
            "TIER_WITHOUT_CASE",
            "requirement row 2: conviction has no row for X123456 2",
        ),
        (
            "need",
            {"case_ref": "X123456", "section": "pets"},
            "TIER_VALUE",
            "need.csv row 2: section cannot be 'pets'",
        ),
        (
            "risk_score",
            {"case_ref": "X123456", "kind": "rsr", "score": "-1"},
            "TIER_VALUE",
            "score cannot be '-1'",
        ),
    ],
)
def test_a_fault_names_file_row_column_and_remedy(
    tmp_path: Path, table: str, row: dict[str, str], code: str, said: str
) -> None:
    whole(tmp_path)
    write(tmp_path, table, row)
    for child, of in (("registration", "tier_case"), ("requirement", "tier_case"), ("need", "tier_case")):
        if table == of:  # rows of other tables are no fault of this one
            (tmp_path / f"{child}.csv").unlink()
    faults = Faults()
    read_tier_folder(tmp_path, faults)
    found = [fault for fault in faults.items if fault.code == code]
    assert said in found[0].message
    assert (found[0].severity, found[0].sheet) == ("refuse", table)
    with pytest.raises(RefusedInput, match="no tier was worked out"):
        command.tier(tmp_path, scheme="v2", as_of=None, json=True, out_file=None)


def test_two_rows_of_a_case_are_refused(tmp_path: Path) -> None:
    case = {"case_ref": "X123456", "as_of": "2026-11-30"}
    write(tmp_path, "tier_case", case, case)
    faults = Faults()
    read_tier_folder(tmp_path, faults)
    assert {fault.code for fault in faults.items} == {"DUPLICATE_KEY"}


def test_a_table_in_two_files_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "tier_case", {"case_ref": "X123456", "as_of": "2026-11-30"})
    (other,) = (each for each in (".csv", ".parquet") if not (tmp_path / f"tier_case{each}").exists())
    (tmp_path / f"tier_case{other}").write_bytes(b"")
    faults = Faults()
    read_tier_folder(tmp_path, faults)
    assert "TIER_TABLE_TWICE" in {fault.code for fault in faults.items}


def test_what_is_not_known_is_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "tier_case", {"case_ref": "X123456", "as_of": "2026-11-30", "colour": "blue"})
    write(tmp_path, "weather", {"day": "2026-11-30"})
    faults = Faults()
    assert read_tier_folder(tmp_path, faults) is not None
    assert {fault.code: fault.severity for fault in faults.items} == {
        "TIER_UNKNOWN_TABLE": "warn",
        "TIER_UNKNOWN_COLUMN": "warn",
    }
    assert run(tmp_path, capsys)[0]["tier"] == "D0"


def test_a_folder_without_cases_and_a_file_that_is_no_table_are_refused(tmp_path: Path) -> None:
    faults = Faults()
    assert read_tier_folder(tmp_path, faults) is None
    assert [fault.code for fault in faults.items] == ["TIER_FOLDER"]
    (tmp_path / "tier_case.csv").write_text('case_ref,as_of\n"X', "utf-8")
    faults = Faults()
    read_tier_folder(tmp_path, faults)
    assert {fault.code for fault in faults.items} == {"NOT_A_TABLE"}


def test_refused_json_says_every_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps([{"crn": "X1", "rsr": "7"}] * 30), "utf-8")
    with pytest.raises(RefusedInput, match=r"30 faults\. No tier was worked out"):
        command.tier(file, scheme="v2", as_of=None, json=True, out_file=None)
    said = capsys.readouterr()
    assert said.out == ""
    assert "cases.json: case 1 (X1), rsr: should be a number" in said.err
    assert "and 5 more faults" in said.err


def test_tables_and_files_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole(tmp_path)
    out = tmp_path / "tiers.csv"
    command.tier(tmp_path, scheme="v2", as_of=None, json=False, out_file=out)
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert [(row["crn"], row["tier"], row["letter_points"], row["needs_points"]) for row in rows] == [
        ("X123456", "B2", "23", "7"),
        ("X654321", "D0", "0", "0"),
    ]
    file = tmp_path / "cases.json"
    file.write_text(EXAMPLES[1].replace('"crn"', '"colour": 1, "crn"'), "utf-8")
    capsys.readouterr()
    command.tier(file, scheme="a-g", as_of=None, json=False, out_file=None)
    said = capsys.readouterr()
    assert "C, provisional" in said.out
    assert "The highest letter is C" in said.out
    assert "were not read: colour" in said.err


def test_the_page_lists_every_table_and_column() -> None:
    for name, schema in TABLES.items():
        tables = PAGE.partition("## A folder of tables")[2]
        line = next(line for line in tables.splitlines() if line.startswith(f"| `{name}` |"))
        of = "answer_1 to answer_4" if name == "need" else ""
        columns = [
            column
            for column in schema.column_names()
            if column != "row" and not (of and column.startswith("answer"))
        ]
        assert [column for column in columns if not re.search(rf"\b{column}\b", line)] == []
