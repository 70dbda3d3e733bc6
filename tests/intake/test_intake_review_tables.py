"""What a review found in tidy tables and people tables that intake took and should not have."""

import csv
import io
import time
from pathlib import Path

import pytest
from intake_answers import counted, facts_of, key_of, listed, refused, statuses, warned
from intake_books import OAK, ordinary_book
from intake_tidy import Tidy, case, csv_of, ordinary_tidy, staff, team

from wmt.intake import read
from wmt.intake.faults import ReadingStopped
from wmt.intake.read_table import read_typed


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (b"a,b,c\n1,2,3\n4,5\n", 3),
        (b"a,b,c\r\n1,2,3\r\n4,5,6,7\r\n", 3),
        (b'a,b,c\n"1\n1",2,3\n"4,5",6\n', 3),
        (b'a,b,c\n"1",2,3\n\n"4",5,6,7\n', 4),
        (b"a,b,c\n1\n", 2),
    ],
)
def test_a_row_with_another_number_of_cells_is_named(text: bytes, row: int) -> None:
    with pytest.raises(ReadingStopped) as error:
        read_typed(text, "case.csv")
    assert (error.value.code, error.value.row) == ("NOT_A_TABLE", row)
    assert f"case.csv row {row} has " in error.value.what


def test_quotes_and_empty_lines_are_no_fault() -> None:
    found = read_typed(b'\xef\xbb\xbfa,b\n"1,\n""x""",2\n\n3,"4"\n', "team.csv")
    assert [row for row in found.iter_rows() if any(row)] == [('1,\n"x"', "2"), ("3", "4")]


def test_a_cut_row_is_refused_in_every_table(tmp_path: Path) -> None:
    folder = ordinary_tidy().write(tmp_path / "tidy")
    staff_file = folder / "staff.csv"
    staff_file.write_bytes(staff_file.read_bytes() + b"N01AAA,N01A077\r\n")
    found = [f for f in read([folder]).faults if f.code == "NOT_A_TABLE"]
    assert [(f.severity, f.sheet, f.row) for f in found] == [("refuse", "staff", 6)]
    cases = csv_of(listed()) + b"X9,N01AAA,N01A001\r\n"
    (tmp_path / "case.csv").write_bytes(cases)
    result = read([ordinary_book().write(tmp_path / "one.xlsx"), tmp_path / "case.csv"])
    assert "NOT_A_TABLE" in refused(result)
    people = tmp_path / "people"
    people.mkdir()
    (people / "contracted_hours.csv").write_text("team_code,staff_code,hours\nN01AAA,N01A001\n")
    result = read([tmp_path / "one.xlsx"], people=people)
    assert [(f.code, f.row) for f in result.faults if f.severity == "refuse"] == [("PEOPLE_NOT_A_TABLE", 2)]


def test_a_national_table_is_looked_through_in_no_time() -> None:
    rows = [[f"X{n}", "N01AAA", "N01A001", "community", "B2", "true", ""] for n in range(250_000)]
    text = io.StringIO()
    csv.writer(text).writerows([["a", "b", "c", "d", "e", "f", "g"], *rows])
    began = time.process_time()
    assert len(read_typed(text.getvalue().encode(), "case.csv")) == 250_000
    assert time.process_time() - began < 5


def test_cases_beside_counts_that_are_followed_are_warned_of(tmp_path: Path) -> None:
    tidy = counted({"basis": "active", "cases": 5})
    tidy.tables["case"] = [case("X1", OAK, "community", "A3", first_16_weeks=True)]
    result = read([tidy.write(tmp_path / "tidy")])
    assert len(warned(result, "CASES_NOT_USED")) == 1
    assert statuses(facts_of(result)) == {"active": 5}
    assert facts_of(result).measure.height == 0


@pytest.mark.parametrize(("hours", "good"), [("18.75", True), ("18.750000", True), ("18.333", False)])
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_hours_in_the_table_of_staff_are_kept_to_the_hundredth(
    hours: str, good: bool, suffix: str, tmp_path: Path
) -> None:
    tidy = ordinary_tidy()
    tidy.tables["staff"][1]["contracted_hours"] = hours
    found = [f for f in read([tidy.write(tmp_path / "tidy", suffix)]).faults if f.severity == "refuse"]
    assert [(f.code, f.row, f.column, f.posts) for f in found] == [
        ("BAD_VALUE", 3, "contracted_hours", (key_of(OAK),))
    ] * (not good)
    assert all("two decimals" in f.message for f in found)


@pytest.mark.parametrize(("hours", "good"), [("18.75", True), ("18.333", False)])
def test_hours_in_the_people_tables_are_kept_to_the_hundredth(hours: str, good: bool, tmp_path: Path) -> None:
    (tmp_path / "contracted_hours.csv").write_text(f"team_code,staff_code,hours\nN01AAA,N01A001,{hours}\n")
    (tmp_path / "reductions.csv").write_text(
        "team_code,staff_code,reason,hours,first_day\nN01AAA,N01A001,other,1.333333,2024-01-01\n"
    )
    result = read([ordinary_book().write(tmp_path / "one.xlsx")], people=tmp_path)
    assert ("PEOPLE_BAD_NUMBER" in refused(result)) is not good


def placed(tidy: Tidy, folder: Path) -> dict[str, tuple[str, str, str, str]]:
    """PDU and region of every team, codes and names."""
    table = facts_of(read([tidy.write(folder / "tidy")])).team
    return {
        row["team_code"]: (row["pdu_code"], row["pdu_name"], row["region_code"], row["region_name"])
        for row in table.iter_rows(named=True)
    }


def test_a_unit_told_in_two_regions_stays_in_the_first(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    tidy.tables["team"][1].update(pdu_code="N01APD", region_code="N02", region_name="Region N02")
    tidy.tables["team"][2].update(pdu_code="N01APD", region_code=None, region_name=None)
    assert set(placed(tidy, tmp_path).values()) == {("N01APD", "Unit N01APD", "N01", "Region N01")}
    assert any("region_code of a pdu_code" in text for text in conflicts(tidy, tmp_path))


def conflicts(tidy: Tidy, folder: Path) -> list[str]:
    """What it says about attributes told in two ways."""
    return warned(read([tidy.write(folder / "tidy")]), "CONFLICTING_ATTRIBUTE")


def test_a_team_of_a_known_region_without_a_unit_has_a_unit_of_its_region(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    for row in tidy.tables["team"][:2]:
        row.update(pdu_code=None, pdu_name=None)
    tidy.tables["team"][1].update(region_code="N02", region_name="Region N02")
    tidy.tables["team"].append(team("N03CCC", pdu_code=None, pdu_name=None, region_code=None))
    tidy.tables["staff"].append(staff("N03CCC:N03C001"))
    found = placed(tidy, tmp_path)
    assert found["N01AAA"] == ("N01:NOT-KNOWN", "Not known", "N01", "Region N01")
    assert found["N01BBB"] == ("N02:NOT-KNOWN", "Not known", "N02", "Region N02")
    assert found["N03CCC"] == ("NOT-KNOWN", "Not known", "NOT-KNOWN", "Not known")


@pytest.mark.parametrize("moment", [1718325134, 1718325134.5, "1718325134", True])
def test_a_moment_given_as_a_number_is_refused(moment: object, tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    tidy.manifest = {"as_at": moment}
    assert refused(read([tidy.write(tmp_path / "tidy")])) == ["MANIFEST_BAD"]


@pytest.mark.parametrize("moment", ["2024-06-14T00:32:14Z", "2024-06-14T00:32:14+01:00"])
def test_a_moment_with_an_offset_is_refused(moment: str, tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    tidy.manifest = {"as_at": moment}
    result = read([tidy.write(tmp_path / "tidy")])
    assert refused(result) == ["MANIFEST_TIME_ZONE"]
    assert "without" in result.faults[0].message
