"""The tidy door: what the tables mean, and that both ways of writing them mean the same."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from intake_books import ordinary_book
from intake_tidy import ASH, OAK, Tidy, case, csv_of, flag, ordinary_tidy, post_of, staff

from wmt.facts import Facts, kinds
from wmt.intake import Import, read


def accepted(tidy: Tidy, folder: Path, suffix: str = "csv", **options: Any) -> Import:
    result = read([tidy.write(folder / f"tidy-{suffix}", suffix)], **options)
    assert result.accepted, [fault.message for fault in result.faults]
    return result


def facts_of(tidy: Tidy, folder: Path, suffix: str = "csv", **options: Any) -> Facts:
    facts = accepted(tidy, folder, suffix, **options).facts
    assert facts is not None
    return facts


def assert_same(one: Facts, other: Facts, *tables: str) -> None:
    for name in tables or one.tables():
        assert one.table(name).equals(other.table(name)), (name, one.table(name), other.table(name))


def statuses(facts: Facts) -> dict[str, str]:
    """The status of each case by its reference."""
    numbers = {kind.kind_no: kind.status for kind in kinds(facts.tier_scheme)}
    named = facts.caseload.drop_nulls("case_ref")
    return {row["case_ref"]: numbers[row["kind_no"]] for row in named.iter_rows(named=True)}


def test_csv_parquet_and_zip_give_equal_facts(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    tidy.tables["staff"][0]["contracted_hours"] = Decimal("18.5")
    tidy.tables["case"][0]["first_16_weeks"] = True
    plain = facts_of(tidy, tmp_path)
    assert_same(facts_of(tidy, tmp_path, "parquet"), plain)
    for inside in ("", "night/"):
        zipped = read([tidy.write_zip(tmp_path / f"{len(inside)}.zip", inside)])
        assert zipped.facts is not None, zipped.faults
        assert_same(zipped.facts, plain)


def test_the_tidy_twin_of_the_workbook_has_its_posts_teams_and_contacts(tmp_path: Path) -> None:
    tidy = facts_of(ordinary_tidy(), tmp_path)
    book = read([ordinary_book().write(tmp_path / "extract.xlsx")]).facts
    assert book is not None
    assert tidy.as_at == book.as_at
    assert_same(tidy, book, "team", "post", "contact")
    counted = [
        facts.caseload.group_by("post_no", "kind_no").agg(pl.col("cases").sum()).sort(pl.all())
        for facts in (tidy, book)
    ]
    assert counted[0].equals(counted[1])


def test_hours_that_are_supplied_are_marked_so(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    tidy.tables["staff"][0]["contracted_hours"] = "18.50"
    tidy.tables["staff"][1]["contracted_hours"] = "0.93"
    for suffix in ("csv", "parquet"):
        post = facts_of(tidy, tmp_path, suffix).post
        assert post["contracted_micro"].to_list() == [18_500_000, 930_000, None, None]
        assert post["hours_source"].to_list() == ["supplied", "supplied", None, None]


def test_why_a_case_does_not_count(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    for ref, letters in (("X1", "LO"), ("X2", "L"), ("X3", "U"), ("X4", "OW"), ("X5", "R"), ("X6", "RW")):
        tidy.tables["case"].append(case(ref, OAK, "licence", "A1", counted_active=False))
        tidy.tables["case_flag"] += [flag(ref, OAK, letter, grade_code="NPSQ") for letter in letters]
    found = statuses(facts_of(tidy, tmp_path))
    assert [found[ref] for ref in ("X1", "X2", "X3", "X4", "X5", "X6")] == [
        "overdue",
        "suspended_lifer",
        "filtered",
        "warrant",
        "uncommenced",
        "warrant",
    ]
    assert found["X100000"] == "active"


def test_a_tier_with_its_suffix_is_split_and_words_may_be_written_otherwise(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    tidy.tables["case"] = [
        case("X1", OAK, "License", "A3S"),
        case("X2", OAK, "LICENCE", "a3", suspended=True),
        case("X3", OAK, "licence", "0", suspended=None),
    ]
    facts = facts_of(tidy, tmp_path)
    numbers = {kind.kind_no: kind for kind in kinds("pc16")}
    found = {row["case_ref"]: numbers[row["kind_no"]] for row in facts.caseload.iter_rows(named=True)}
    assert found["X1"] == found["X2"]
    assert (found["X1"].location, found["X1"].tier, found["X1"].suspended) == ("licence", "A3", 1)
    assert (found["X3"].tier, found["X3"].suspended) == ("0", 0)


def test_reports_have_their_age_and_those_due_lie_ahead(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    tidy.tables["report"] = [
        {"report_id": "a", **post_of(OAK), "type": "sdr", "state": "completed", "on_date": date(2024, 5, 15)},
        {"report_id": "b", **post_of(OAK), "type": "parom", "state": "due", "on_date": date(2024, 7, 1)},
    ]
    facts = facts_of(tidy, tmp_path)
    assert facts.report.select("report", "report_ref", "reports", "age_days").rows() == [
        ("parom_due", "b", 1, -17),
        ("sdr", "a", 1, 30),
    ]


def test_counts_alone_are_enough_where_no_case_list_is_given(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    tidy.case_list = "none"
    cell = {**post_of(OAK), "location": "custody", "suspended": False}
    tidy.tables["caseload_count"] = [
        {**cell, "tier": "D2", "basis": "all", "cases": 5},
        {**cell, "tier": "D2", "basis": "active", "cases": 2},
        {**cell, "tier": "C1S", "basis": "t2a", "cases": 3},
        {**cell, "tier": "A3", "basis": "active", "cases": 0},
    ]
    del tidy.tables["case"]
    for suffix in ("csv", "parquet"):
        facts = facts_of(tidy, tmp_path, suffix)
        numbers = {kind.kind_no: kind for kind in kinds("pc16")}
        found = {
            (numbers[r["kind_no"]].stream, numbers[r["kind_no"]].status, numbers[r["kind_no"]].suspended): r[
                "cases"
            ]
            for r in facts.caseload.filter(post_no=1).iter_rows(named=True)
        }
        assert found == {
            ("standard", "active", 0): 2,
            ("standard", "difference", 0): 3,
            ("t2a", "active", 1): 3,
        }


def test_counts_beside_a_complete_case_list_are_proved(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    cell = {"location": "custody", "tier": "D2", "suspended": False, "cases": 2}
    rest = {**post_of("N01BBB:N01A001"), **cell, "location": "licence", "tier": "D1", "cases": 7}
    ash = [
        {**post_of(ASH), **cell, "location": p, "tier": t, "cases": n}
        for p, t, n in (("community", "B2", 3), ("licence", "C1", 2))
    ]
    tidy.tables["caseload_count"] = [
        {**row, "basis": "active"} for row in ({**post_of(OAK), **cell}, rest, *ash)
    ]
    facts_of(tidy, tmp_path)
    tidy.tables["caseload_count"][0]["cases"] = 3
    result = read([tidy.write(tmp_path / "again")])
    assert [(f.code, f.sheet, f.posts) for f in result.faults if f.severity == "refuse"] == [
        ("CASES_AND_COUNTS_DIFFER", "case", (("N01AAA", "N01A002"),))
    ]
    aside = read([tidy.write(tmp_path / "again")], set_aside=True)
    assert aside.facts is not None
    assert [(a.team_code, a.staff_code, a.code) for a in aside.set_aside] == [
        ("N01AAA", "N01A002", "CASES_AND_COUNTS_DIFFER")
    ]


def test_a_case_file_beside_a_workbook_names_its_cases(tmp_path: Path) -> None:
    book = ordinary_book().write(tmp_path / "extract.xlsx")
    path = tmp_path / "case.csv"
    path.write_bytes(csv_of(ordinary_tidy().tables["case"]))
    result = read([book, path])
    assert result.facts is not None, [fault.message for fault in result.faults]
    assert result.layout == "L2024"
    assert result.facts.caseload["case_ref"].null_count() == 0
    assert result.sheets["case"].rows == 25
    cases = ordinary_tidy().tables["case"]
    cases.pop(7)
    path.write_bytes(csv_of(cases))
    differing = read([book, path])
    assert {fault.posts for fault in differing.faults if fault.code == "CASES_AND_COUNTS_DIFFER"} == {
        (("N01AAA", "N01A002"),)
    }


def test_a_case_file_needs_a_workbook_and_a_workbook_no_tidy_folder(tmp_path: Path) -> None:
    path = tmp_path / "case.csv"
    path.write_bytes(csv_of(ordinary_tidy().tables["case"]))
    folder = ordinary_tidy().write(tmp_path / "tidy")
    book = ordinary_book().write(tmp_path / "extract.xlsx")
    for paths in ([path], [folder, book], [folder, folder]):
        assert [fault.code for fault in read(paths).faults] == ["MIXED_INPUT"]


def test_text_is_trimmed_composed_and_quoted_by_the_book(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    tidy.tables["staff"][0].update(surname=' "Zoe\u0301", the\r\nelder ', forename="\xa0")
    post = facts_of(tidy, tmp_path).post
    assert post["name"][0] == '"Zo\u00e9", the elder'


def test_a_byte_order_mark_is_tolerated_and_empty_lines_are_no_rows(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    folder = tidy.write(tmp_path / "tidy")
    path = folder / "case.csv"
    plain = facts_of(tidy, tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\r\n\r\n")
    again = rewritten_manifest(folder)
    assert_same(again, plain)


def rewritten_manifest(folder: Path) -> Facts:
    """Read the folder after its manifest was made to fit the bytes of case.csv."""
    import hashlib
    import json

    manifest = json.loads((folder / "manifest.json").read_text())
    for entry in manifest["tables"]:
        entry["sha256"] = hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    facts = read([folder]).facts
    assert facts is not None
    return facts


@pytest.mark.parametrize("scheme", ["t7", "ag7"])
def test_other_tier_schemes_keep_their_name(scheme: str, tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    tidy.manifest = {"tier_scheme": scheme}
    tidy.tables["case"] = [case("X1", OAK, "licence", "G"), case("X2", ASH, "licence", "A")]
    tidy.tables["case_flag"] = []
    del tidy.tables["case_flag"]
    result = accepted(tidy, tmp_path)
    assert result.tier_scheme == scheme
    assert result.facts is not None
    assert len(result.facts.caseload) == 2
    assert ("LEGACY_TIER_SCHEME" in {fault.code for fault in result.faults}) is (scheme == "t7")


def test_a_grade_may_be_given_outright(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    tidy.tables["staff"] += [
        staff("N01AAA:N01A030", None, grade="TPO"),
        staff("N01AAA:N01A031", "NPSM", grade="SPO"),
    ]
    post = facts_of(tidy, tmp_path).post
    grades = dict(post.select("staff_code", "grade").iter_rows())
    assert (grades["N01A030"], grades["N01A031"]) == ("TPO", "SPO")


def test_first_weeks_are_counted_from_cases_where_no_measure_says(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    for number in (0, 1, 3):
        tidy.tables["case"][number]["first_16_weeks"] = True
    tidy.tables["case"][5]["first_16_weeks"] = True  # the one on warrant
    found = facts_of(tidy, tmp_path).measure.select("basis", "measure", "value").rows()
    assert found == [
        ("active", "com_first_16_weeks", 2),
        ("active", "lic_first_16_weeks", 1),
        ("all", "com_first_16_weeks", 3),
        ("all", "lic_first_16_weeks", 1),
    ]


def test_a_case_of_nobody_is_an_orphan_and_never_counted(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    tidy.tables["case"].append(case("X777", OAK, "licence", "A1", staff_code=None))
    result = accepted(tidy, tmp_path)
    assert result.sheets["case"].orphan_rows == 1
    assert result.facts is not None
    assert "X777" not in result.facts.caseload["case_ref"].to_list()
    assert [(f.code, f.row) for f in result.faults if f.code == "ORPHAN_ROW"] == [("ORPHAN_ROW", 27)]


def test_a_flag_without_seq_or_suspended_has_their_defaults(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    tidy.tables["case_flag"] = [
        {key: value for key, value in flag("X100009", ASH, "W").items() if key not in ("seq", "suspended")}
    ]
    result = read([tidy.write(tmp_path / "tidy")])
    assert result.facts is not None
    assert result.facts.flag["suspended"].to_list() == [0]
