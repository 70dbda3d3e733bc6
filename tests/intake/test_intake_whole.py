"""An extract that is dated ahead of time, or empty, is refused by name, whichever door it came through."""

import hashlib
import json
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from intake_books import ordinary_book
from intake_tidy import AS_AT, ordinary_tidy

from wmt.intake import Import, read

SHEETS = (
    "WMT_Extract", "WMT_Extract_Filtered", "T2A", "OMIC_Teams", "Court_Reports", "Flag_Warr_4_N", "Flag_Upw",
    "Flag_O_Due", "Flag_Priority", "CMS", "WMT_Extract_SA", "Suspended_Lifers", "T2A_Detail",
)  # fmt: skip


def refused(taken: Import) -> list[tuple[str, str | None, int | None, str | None]]:
    return [(f.code, f.sheet, f.row, f.column) for f in taken.faults if f.severity == "refuse"]


@pytest.mark.parametrize(("last", "codes"), [(date(2024, 6, 13), ["AS_AT_AHEAD"]), (date(2024, 6, 14), [])])
def test_tidy_tables_of_a_day_that_has_not_come(tmp_path: Path, last: date, codes: list[str]) -> None:
    assert AS_AT.startswith("2024-06-14")
    taken = read([ordinary_tidy().write(tmp_path / "tidy")], last_day=last)
    assert [(code, sheet, column) for code, sheet, _, column in refused(taken)] == [
        (code, "manifest.json", "as_at") for code in codes
    ]
    assert taken.accepted is (not codes)


def test_a_workbook_of_a_day_that_has_not_come_names_the_cell(tmp_path: Path) -> None:
    book = ordinary_book("L2024")
    book["WMT_Extract_Filtered"].rows[1]["Datestamp"] = datetime(2187, 3, 1)
    path = book.write(tmp_path / "extract.xlsx")
    taken = read([path], last_day=date(2026, 11, 28))
    assert refused(taken) == [("AS_AT_AHEAD", "WMT_Extract_Filtered", 3, "Datestamp")]
    assert not taken.accepted
    assert "1 March 2187" in next(fault.message for fault in taken.faults if fault.code == "AS_AT_AHEAD")
    assert read([path]).as_at == datetime(2187, 3, 1)


@pytest.mark.parametrize("gone", [*[(name,) for name in SHEETS], SHEETS[:2], SHEETS[:4], SHEETS])
def test_sheets_without_rows_are_refused_or_taken_and_never_a_fault_of_ours(
    tmp_path: Path, gone: tuple[str, ...]
) -> None:
    book = ordinary_book("L2024")
    for name in gone:
        book[name].rows.clear()
    taken = read([book.write(tmp_path / "extract.xlsx")])
    if {"WMT_Extract", "WMT_Extract_Filtered"} <= set(gone):
        assert not taken.accepted
        assert {code for code, *_ in refused(taken)} <= {"NO_ROWS", "NO_DATESTAMP", "T2A_NOT_BELOW_ACTIVE"}
    assert taken.accepted == (not refused(taken))


def test_only_headers_and_a_moment_elsewhere(tmp_path: Path) -> None:
    book = ordinary_book("L2024")
    for name in SHEETS:
        if name != "Court_Reports":
            book[name].rows.clear()
    assert "NO_ROWS" in [code for code, *_ in refused(read([book.write(tmp_path / "extract.xlsx")]))]


def test_officers_without_one_active_case(tmp_path: Path) -> None:
    book = ordinary_book("L2024")
    for name in ("WMT_Extract", "WMT_Extract_Filtered", "T2A", "OMIC_Teams"):
        for row in book[name].rows:
            row.update({key: 0 for key in row if "Tier" in key or key == "V-CRN_Count"})
    assert "NO_ACTIVE_CASES" in [code for code, *_ in refused(read([book.write(tmp_path / "extract.xlsx")]))]


@pytest.mark.parametrize(
    "gone", [("team",), ("staff",), ("case",), ("team", "staff"), ("team", "staff", "case")]
)
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_tidy_tables_without_rows(tmp_path: Path, gone: tuple[str, ...], suffix: str) -> None:
    folder = ordinary_tidy().write(tmp_path / "tidy", suffix)
    for name in gone:
        _clear(folder, name, suffix)
    taken = read([folder])
    codes = {code for code, *_ in refused(taken)}
    if "case" in gone:
        assert codes & {"NO_ROWS", "NO_ACTIVE_CASES"}
        assert not taken.accepted
    assert taken.accepted == (not codes)


def _clear(folder: Path, name: str, suffix: str) -> None:
    """Leave nothing but the header, with a manifest that fits."""
    path = folder / f"{name}.{suffix}"
    if suffix == "csv":
        path.write_bytes(path.read_bytes().partition(b"\r\n")[0] + b"\r\n")
    else:
        pl.read_parquet(path).clear().write_parquet(path)
    manifest = json.loads((folder / "manifest.json").read_text())
    for table in manifest["tables"]:
        if table["name"] == name:
            table |= {"rows": 0, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest))
