"""What a review found that intake took and should not have, or took in another way than it said."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from intake_answers import counted, facts_of, key_of, listed, refused, statuses, warned
from intake_books import ASH, OAK, TWO, Book, ordinary_book
from intake_tidy import AS_AT, Row, csv_of, ordinary_tidy, post_of

from wmt import rules
from wmt.intake import Import, read
from wmt.intake.codes import codes_at
from wmt.intake.faults import FaultPlace, Faults


def night_of_two(layout: str = "L2021") -> tuple[Book, Book]:
    """Two workbooks that split the country: the ordinary one, and one of another region."""
    other = ordinary_book(layout)
    for draft in other.sheets.values():
        for row in draft.rows:
            for header, value in row.items():
                if isinstance(value, str) and value.startswith("N01"):
                    row[header] = "N02" + value[3:]
                elif header in ("CRN", "Case_Ref_No"):
                    row[header] = "Y" + str(value)[1:]
    other["CMS"].rows[0]["Contact_ID"] = 1756376999
    return ordinary_book(layout), other


def read_two(books: tuple[Book, Book], folder: Path, **options: Any) -> Import:
    """Both workbooks, read as one night."""
    paths = [book.write(folder / f"{n}.xlsx") for n, book in enumerate(books)]
    return read(paths, **options)


def test_two_workbooks_that_split_the_country_are_one_night(tmp_path: Path) -> None:
    assert refused(read_two(night_of_two(), tmp_path)) == []


@pytest.mark.parametrize(
    ("sheet", "cells"), [("Court_Reports", {"SDR_Last_30": 2}), ("Inst_Reports", {"Parom_Comp_Last_30": 1})]
)
def test_reports_of_a_post_in_two_workbooks_are_refused(
    sheet: str, cells: dict[str, int], tmp_path: Path
) -> None:
    books = night_of_two()
    for book in books:
        book[sheet].rows = [row for row in book[sheet].rows if row["OM_Key"] != "N01A002"]
        book.officer(sheet, "N01AAA", "N01A002", "NPSQ", **cells)
    result = read_two(books, tmp_path)
    found = [fault for fault in result.faults if fault.severity == "refuse"]
    assert [(fault.code, fault.posts) for fault in found] == [("DUPLICATE_OFFICER_ROW", (key_of(OAK),))]
    aside = read_two(books, tmp_path, set_aside=True)
    assert [one.staff_code for one in aside.set_aside] == ["N01A002"]
    assert not facts_of(aside).report.filter(pl.col("post_no") == 1).height


def arms(book: Book, **more: Any) -> Row:
    """Add an ARMS row of OAK."""
    cells = {"Assessment_Team_Key": "N01AAA", "Assessment_Staff_Key": "N01A002", "CRN": "X77"}
    words = {"Sentence_Type": "Community", "Assessment_Date": date(2022, 2, 27)}
    return book["ARMS"].add(**{**cells, **words, **more})


def test_an_assessment_repeated_word_for_word_counts_once(tmp_path: Path) -> None:
    book = ordinary_book("L2021")
    for more in ({}, {}, {"Assessment_Date": date(2022, 2, 26)}, {"CRN": None}, {"CRN": None}):
        arms(book, **more)
    result = read([book.write(tmp_path / "one.xlsx")])
    found = facts_of(result).report.filter(pl.col("report") == "arms_community")
    assert sorted(found["report_ref"]) == ["ARMS 3", "ARMS 4", "X77", "X77"]
    assert ["1 row repeats" in text for text in warned(result, "DUPLICATE_ASSESSMENT")] == [True]


def test_an_assessment_in_two_workbooks_counts_once(tmp_path: Path) -> None:
    books = night_of_two()
    for book in books:
        arms(book)
    books[1]["ARMS"].rows.insert(0, {**books[1]["ARMS"].rows[0], "CRN": "Y1"})
    result = read_two(books, tmp_path)
    assert facts_of(result).report.filter(pl.col("report") == "arms_community")["report_ref"].to_list() == [
        "X77",
        "Y1",
    ]
    assert result.canonical["assessment"]["seq"].to_list() == [1, 2]
    assert len(warned(result, "DUPLICATE_ASSESSMENT")) == 1


def test_counts_of_all_cases_alone_are_refused(tmp_path: Path) -> None:
    tidy = counted({"basis": "all", "cases": 5})
    assert refused(read([tidy.write(tmp_path / "tidy")])) == ["NO_ACTIVE_COUNTS"]


def test_counts_of_active_cases_alone_leave_no_difference(tmp_path: Path) -> None:
    tidy = counted({"basis": "active", "cases": 5})
    facts = facts_of(read([tidy.write(tmp_path / "tidy")]))
    assert statuses(facts) == {"active": 5}


def test_a_post_without_a_row_of_active_cases_is_warned_of(tmp_path: Path) -> None:
    book = ordinary_book()
    gone = [row for row in book["WMT_Extract_Filtered"].rows if row["Team_Code"] == "N01BBB"]
    book["WMT_Extract_Filtered"].rows.remove(gone[0])
    result = read([book.write(tmp_path / "one.xlsx")])
    assert result.accepted
    assert [TWO in text for text in warned(result, "NO_ACTIVE_ROW")] == [True]


def test_a_post_whose_cases_are_all_inactive_is_not_warned_of(tmp_path: Path) -> None:
    book = ordinary_book()
    book["WMT_Extract_Filtered"].rows.pop(1)
    for ref in ("X41", "X42"):
        book.flag("Flag_O_Due", "O", ref, OAK, Location="Custody", Tier_Code="14")
    result = read([book.write(tmp_path / "one.xlsx")])
    assert result.accepted
    assert warned(result, "NO_ACTIVE_ROW") == []


def test_more_active_cases_than_cases_are_refused_for_that_post(tmp_path: Path) -> None:
    book = ordinary_book()
    book["WMT_Extract_Filtered"].rows[1].update({"CustTierD2": 3, "V-CRN_Count": 3})
    path = book.write(tmp_path / "one.xlsx")
    found = [fault for fault in read([path]).faults if fault.severity == "refuse"]
    assert [(fault.code, fault.posts) for fault in found] == [("ACTIVE_ABOVE_ALL", (key_of(OAK),))]
    assert read([path], set_aside=True).accepted


def test_counts_in_tidy_tables_are_held_to_the_same(tmp_path: Path) -> None:
    less = {"basis": "all", "cases": 5}, {"basis": "active", "cases": 6}
    assert refused(read([counted(*less).write(tmp_path / "less")])) == ["ACTIVE_ABOVE_ALL"]
    silent = {"basis": "active", "cases": 6}, {**post_of(ASH), "basis": "all", "cases": 2}
    result = read([counted(*silent).write(tmp_path / "silent")])
    assert refused(result) == ["ACTIVE_ABOVE_ALL"]
    assert len(warned(result, "NO_ACTIVE_ROW")) == 1


def beside(book: Book, cases: list[Row], folder: Path) -> Import:
    """A workbook and a case file."""
    (folder / "case.csv").write_bytes(csv_of(cases))
    return read([book.write(folder / "one.xlsx"), folder / "case.csv"])


def test_the_ordinary_workbook_and_its_cases_agree(tmp_path: Path) -> None:
    assert refused(beside(ordinary_book(), listed(), tmp_path)) == []


@pytest.mark.parametrize("stream", ["t2a", "omic"])
def test_cases_of_a_stream_that_the_workbook_counts_none_of_are_refused(stream: str, tmp_path: Path) -> None:
    book = ordinary_book()
    if stream == "t2a":
        book["T2A"].rows[0].update({"CommTierB2": 0, "V-CRN_Count": 0})
    else:
        book["OMIC_Teams"].rows.clear()
    assert set(refused(beside(book, listed(), tmp_path))) == {"CASES_AND_COUNTS_DIFFER"}


def test_an_omic_case_is_active_whatever_counted_active_says(tmp_path: Path) -> None:
    cases = [{**row, "counted_active": False} if row["stream"] == "omic" else row for row in listed()]
    result = beside(ordinary_book(), cases, tmp_path)
    assert statuses(facts_of(result)) == {"active": 24, "warrant": 1}
    tidy = ordinary_tidy()
    tidy.tables["case"] = cases
    assert statuses(facts_of(read([tidy.write(tmp_path / "tidy")]))) == {"active": 24, "warrant": 1}


def test_a_t2a_case_not_counted_is_not_active(tmp_path: Path) -> None:
    cases = [{**row, "counted_active": False} if row["stream"] == "t2a" else row for row in listed()]
    assert refused(beside(ordinary_book(), cases, tmp_path)) == ["CASES_AND_COUNTS_DIFFER"]


@pytest.mark.parametrize(("age", "said"), [(0, 1), (29, 1), (30, 0), (-1, 0)])
def test_a_report_is_in_the_window_as_long_as_it_earns(age: int, said: int, tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    day = date.fromisoformat(AS_AT[:10]) - timedelta(days=age)
    tidy.tables["report"] = [
        {"report_id": "r1", **post_of(OAK), "type": "sdr", "state": "completed", "on_date": day}
    ]
    usual = {**post_of(OAK), "basis": "reports", "measure": "sdr_last_30"}
    other = {**usual, **post_of(ASH), "measure": "oral_reports", "value": 1}
    tidy.tables["measure"] = [{**usual, "value": said}, other]
    assert refused(read([tidy.write(tmp_path / "right")])) == []
    tidy.tables["measure"] = [{**usual, "value": 1 - said}, other]
    assert refused(read([tidy.write(tmp_path / "wrong")])) == ["REPORTS_AND_COUNTS_DIFFER"]


def test_the_windows_of_reports_are_those_of_the_rules() -> None:
    windows = codes_at(rules.load(), date(2024, 6, 14)).report_windows
    assert {windows[kind] for kind in ("sdr", "fdr", "parom")} == {30}


def test_a_contact_id_that_lost_digits_is_refused_for_its_posts(tmp_path: Path) -> None:
    book = ordinary_book()
    book["CMS"].rows[0]["Contact_ID"] = 2**53 + 2
    found = [f for f in read([book.write(tmp_path / "one.xlsx")]).faults if f.severity == "refuse"]
    assert [(f.code, f.column, set(f.posts)) for f in found] == [
        ("BAD_KEY", "Contact_ID", {key_of(OAK), key_of(ASH)})
    ]
    assert "as text" in found[0].message


@pytest.mark.parametrize("value", [2**53, -(2**53), 1e300])
def test_an_officers_key_that_lost_digits_is_refused(value: float, tmp_path: Path) -> None:
    book = ordinary_book()
    book["WMT_Extract"].rows[0]["OM_Key"] = value
    found = [f for f in read([book.write(tmp_path / "one.xlsx")]).faults if f.code == "BAD_KEY"]
    assert [(f.severity, f.posts) for f in found] == [("refuse", ())]


def test_a_contacts_officer_that_lost_digits_is_refused(tmp_path: Path) -> None:
    book = ordinary_book()
    book["CMS"].rows[0]["Contact_Staff_Key"] = 2**53
    found = [f for f in read([book.write(tmp_path / "one.xlsx")]).faults if f.code == "BAD_KEY"]
    assert [(f.severity, f.posts) for f in found] == [("refuse", ())]


def test_a_key_of_fifteen_digits_stays(tmp_path: Path) -> None:
    book = ordinary_book()
    book["CMS"].rows[0]["Contact_ID"] = 123456789012345
    result = read([book.write(tmp_path / "one.xlsx")])
    assert facts_of(result).contact["contact_ref"].to_list() == ["123456789012345"]


@pytest.mark.parametrize(
    ("what", "of_one"),
    [
        ("{n} posts have no grade", "1 post has no grade"),
        ("{n} rows of the sheet CMS have a tier of no known name",
         "1 row of the sheet CMS has a tier of no known name"),
        ("{n} people stand in several teams", "1 person stands in several teams"),
        ("{n} posts on CMS do not stand on WMT", "1 post on CMS does not stand on WMT"),
        ("the reductions of {n} posts are cut", "the reductions of 1 post are cut"),
    ],
)  # fmt: skip
def test_a_warning_of_one_thing_says_so(what: str, of_one: str) -> None:
    faults = Faults()
    faults.warn_once("BLANK_GRADE", None, [FaultPlace(2, None, "A")], what)
    faults.warn_once("BLANK_GRADE", None, [FaultPlace(2, None, "A")] * 2, what)
    one, two = (each.message for each in faults.items)
    assert one.startswith(f"{of_one} (row 2: A)")
    assert two.startswith(f"{what.format(n=2)} (row 2: A")
