"""Corrections of grade in a night: on the post, on the contacts that tell no grade, and on nothing else."""

from pathlib import Path
from typing import Any

import pytest
from intake_tidy import ASH, OAK, TWO, Row, csv_of, ordinary_tidy, post_of

from wmt.intake import Import, read
from wmt.intake.remedies import REMEDIES

NIGHT = "2024-06-14"


def corrected(post: str = ASH, grade: str | None = "PSO", first_day: str | None = NIGHT, **more: Any) -> Row:
    return {**post_of(post), "grade": grade, "first_day": first_day, **more}


def read_with(folder: Path, rows: list[Row], **options: Any) -> Import:
    people = folder / "people"
    people.mkdir(exist_ok=True)
    (people / "grade_corrections.csv").write_bytes(csv_of(rows))
    return read([ordinary_tidy().write(folder / "tidy")], people=people, **options)


def grades(result: Import) -> dict[str, tuple[str, str | None]]:
    assert result.facts is not None, [fault.message for fault in result.faults]
    rows = result.facts.post.select("team_code", "staff_code", "grade", "grade_code").iter_rows()
    return {f"{team}:{staff}": (grade, code) for team, staff, grade, code in rows}


def test_the_grade_is_replaced_and_its_code_stays(tmp_path: Path) -> None:
    before = grades(read([ordinary_tidy().write(tmp_path / "before")]))
    after = grades(read_with(tmp_path, [corrected(ASH, "TPO", why="began her training")]))
    assert after == {**before, ASH: ("TPO", before[ASH][1])}
    assert before[ASH][0] != "TPO"


def test_what_the_extract_supplied_is_kept_as_it_was(tmp_path: Path) -> None:
    before = read([ordinary_tidy().write(tmp_path / "before")]).canonical["staff"]
    assert read_with(tmp_path, [corrected(ASH, "TPO")]).canonical["staff"].equals(before)


@pytest.mark.parametrize(
    ("rows", "grade"),
    [
        ([corrected(grade="SPO", last_day=NIGHT)], "SPO"),
        ([corrected(grade="SPO", first_day="2024-06-15")], "PO"),
        ([corrected(grade="SPO", first_day="2024-06-01", last_day="2024-06-13")], "PO"),
        (
            [corrected(grade="SPO", first_day="2024-06-02"), corrected(grade="PSO", first_day="2024-06-01")],
            "SPO",
        ),
        ([corrected(grade="pso")], "PSO"),
    ],
)
def test_both_days_count_and_the_latest_wins(rows: list[Row], grade: str, tmp_path: Path) -> None:
    assert grades(read_with(tmp_path, rows))[ASH][0] == grade


def test_contacts_that_tell_no_grade_follow_the_post(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    for row in tidy.tables["contact"]:
        row["by_grade_code"] = None
    people = tmp_path / "people"
    people.mkdir()
    (people / "grade_corrections.csv").write_bytes(
        csv_of([corrected(post, "TPO") for post in (ASH, OAK, TWO)])
    )
    path = tidy.write(tmp_path / "tidy")
    before, after = read([path]), read([path], people=people)
    assert before.facts is not None
    assert after.facts is not None
    assert len(after.facts.contact) == len(before.facts.contact) > 0
    assert "TPO" not in before.facts.contact["by_grade"].to_list()
    assert set(after.facts.contact["by_grade"]) == {"TPO"}
    assert "TRAINEE_CONTACT" in {fault.code for fault in after.faults}


def test_contacts_that_tell_a_grade_keep_it(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    for row in tidy.tables["contact"]:
        row["by_grade_code"] = "NPSM"
    people = tmp_path / "people"
    people.mkdir()
    (people / "grade_corrections.csv").write_bytes(
        csv_of([corrected(post, "TPO") for post in (ASH, OAK, TWO)])
    )
    found = read([tidy.write(tmp_path / "tidy")], people=people).facts
    assert found is not None
    assert set(found.contact["by_grade"]) == {"PO"}


def test_a_corrected_post_is_not_said_to_have_no_grade(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    tidy.tables["staff"][0] |= {"grade_code": None, "grade": None}
    people = tmp_path / "people"
    people.mkdir()
    (people / "grade_corrections.csv").write_bytes(csv_of([corrected()]))
    path = tidy.write(tmp_path / "tidy")
    assert "BLANK_GRADE" in {fault.code for fault in read([path]).faults}
    assert "BLANK_GRADE" not in {fault.code for fault in read([path], people=people).faults}


def test_a_post_of_another_night_is_warned_of(tmp_path: Path) -> None:
    result = read_with(tmp_path, [corrected("N09:X"), corrected(OAK, "SPO")])
    assert grades(result)[OAK][0] == "SPO"
    found = [fault for fault in result.faults if fault.code == "PEOPLE_UNKNOWN_POST"]
    assert [(fault.severity, fault.sheet, fault.row) for fault in found] == [("warn", "grade_corrections", 2)]
    assert "N09:X" in found[0].message


@pytest.mark.parametrize(
    ("code", "column", "row", "rows"),
    [
        ("PEOPLE_UNKNOWN_GRADE", "grade", 2, [corrected(grade="NPSM")]),
        ("PEOPLE_MISSING_VALUE", "grade", 2, [corrected(grade=None)]),
        ("PEOPLE_MISSING_VALUE", "first_day", 2, [corrected(first_day=None)]),
        ("PEOPLE_BAD_DATE", "last_day", 2, [corrected(last_day="12/31/2024")]),
        ("PEOPLE_LAST_BEFORE_FIRST", "last_day", 2, [corrected(last_day="2024-06-13")]),
        ("PEOPLE_DUPLICATE", "first_day", 3, [corrected(), corrected(grade="SPO")]),
    ],
)
def test_a_fault_has_its_place_and_post(
    code: str, column: str, row: int, rows: list[Row], tmp_path: Path
) -> None:
    result = read_with(tmp_path, rows)
    assert not result.accepted
    (found,) = [fault for fault in result.faults if fault.severity == "refuse"]
    assert (found.code, found.sheet, found.row, found.column) == (code, "grade_corrections", row, column)
    assert found.posts == (tuple(ASH.split(":")),)
    assert found.message.endswith(REMEDIES[code])
