"""Workbooks of every period, several of one night, and the sheets only some of them have."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from intake_books import ASH, OAK, STAMPS, TIERS, Draft, empty_book, ordinary_book
from intake_reading import cases, facts_of, result_of, rows

from wmt.intake import read


def test_arms_and_parole_reports_of_2022(tmp_path: Path) -> None:
    book = ordinary_book("L2021")
    book["Inst_Reports"].add(
        Team_Code="N01AAA", OM_Key="N01A002", OM_Name="Oak, Ann", Parom_Comp_Last_30=3, Datestamp=book.stamp
    )
    for kind in ("Community", "License", "Custody"):
        book["ARMS"].add(
            Assessment_Staff_Key="N01A002", Assessment_Team_Key="N01AAA", Sentence_Type=kind, CRN=f"X{kind}"
        )
    facts = facts_of(book, tmp_path)
    found = {(row["report"], row["report_ref"], row["reports"]) for row in rows(facts, "report", OAK)}
    assert {
        ("parom", "parom_comp_last_30", 3),
        ("arms_community", "XCommunity", 1),
        ("arms_licence", "XLicense", 1),
    } <= found


@pytest.mark.parametrize("layout", TIERS)
def test_every_layout_gives_its_counts_in_its_own_scheme(layout: str, tmp_path: Path) -> None:
    result = result_of(ordinary_book(layout), tmp_path)
    assert result.layout == layout
    assert result.as_at == STAMPS[layout]
    assert result.tier_scheme == ("t7" if layout in ("L2017", "L2020") else "pc16")
    assert cases(result.facts, OAK) == {("standard", "custody", "D2", 0, "active"): 2}  # type: ignore[arg-type]


def test_an_empty_optional_sheet_needs_no_headers(tmp_path: Path) -> None:
    book = ordinary_book()
    book.sheets["GS"] = Draft("GS", [])
    assert "GS" not in result_of(book, tmp_path).sheets


def test_group_contacts_are_kept_and_earn_nothing(tmp_path: Path) -> None:
    book = ordinary_book()
    book.sheets["GS"] = empty_book("L2021")["GS"]
    book["GS"].add(
        Contact_ID=1, CRN="X1", Contact_Date=date(2024, 6, 1), Contact_Type_Code="NGS01", OM_Key="N01A001"
    )
    result = result_of(book, tmp_path)
    assert result.canonical["contact"].filter(pl.col("kind") == "gs")["type_code"].to_list() == ["NGS01"]
    assert result.facts is not None
    assert result.facts.contact["contact_ref"].to_list() == ["1756376536"]


def test_two_workbooks_of_one_night_are_one_load(tmp_path: Path) -> None:
    first, second = ordinary_book("L2020"), ordinary_book("L2020")
    for draft in second.sheets.values():
        for row in draft.rows:
            row.update(
                {key: str(value).replace("N01", "N02") for key, value in row.items() if "N01" in str(value)}
            )
            if "Contact_ID" in row:
                row["Contact_ID"] = 2
    paths = [first.write(tmp_path / "north.xlsx"), second.write(tmp_path / "south.xlsx")]
    result = read(paths)
    assert result.accepted, [fault.message for fault in result.faults]
    assert cases(result.facts, ASH) == cases(result.facts, ASH.replace("N01", "N02"))  # type: ignore[arg-type]
    assert result.sheets["WMT_Extract (south.xlsx)"].rows == 3
    again = read([paths[0], paths[0]])
    assert not again.accepted
    assert "DUPLICATE_OFFICER_ROW" in {fault.code for fault in again.faults}


def test_each_of_two_regional_workbooks_must_be_whole(tmp_path: Path) -> None:
    first, second = ordinary_book("L2020"), ordinary_book("L2020")
    del second.sheets["CMS"]
    result = read([first.write(tmp_path / "north.xlsx"), second.write(tmp_path / "south.xlsx")])
    assert "MISSING_SHEETS" in {fault.code for fault in result.faults}


def test_two_workbooks_of_different_schemes_or_layouts_are_refused(tmp_path: Path) -> None:
    old, new = (
        ordinary_book("L2020").write(tmp_path / "old.xlsx"),
        ordinary_book().write(tmp_path / "new.xlsx"),
    )
    former = ordinary_book("L2023").write(tmp_path / "former.xlsx")
    assert "MIXED_TIER_SCHEMES" in {fault.code for fault in read([old, new]).faults}
    assert "MIXED_LAYOUTS" in {fault.code for fault in read([former, new]).faults}


def test_progress_is_told_and_sources_are_named(tmp_path: Path) -> None:
    seen: list[tuple[str, float]] = []
    result = result_of(ordinary_book(), tmp_path, progress=lambda stage, share: seen.append((stage, share)))
    assert [share for _, share in seen] == sorted(share for _, share in seen)
    assert seen[-1] == ("done", 1.0)
    source = result.sources[0]
    path = tmp_path / "extract.xlsx"
    assert (source.name, source.size) == ("extract.xlsx", path.stat().st_size)
