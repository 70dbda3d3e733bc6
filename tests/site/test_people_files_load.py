"""What stands here and tables that come with a load, as one folder for intake: nothing in it twice."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from wmt.intake import People
from wmt.site.availability.change_requests import Change
from wmt.site.availability.models import KINDS, Reason
from wmt.site.changes import actions
from wmt.site.changes.people_files import export_folder, read_people
from wmt.site.changes.reasons import save_reason
from wmt.site.loads import people_tables

TODAY = date(2026, 11, 20)
ASH, OAK = ("N01AAA", "N01A001"), ("N01AAA", "N01A002")
HOURS = Change(kind="hours", post=ASH, first_day=date.min, hours_micro=30_000_000)
CUT = Change(kind="reduction", post=ASH, reason="1", first_day=TODAY, hours_micro=1_000_000, wanted_key="-r1")
GRADE = Change(kind="grade", post=ASH, first_day=TODAY, grade="SPO")


@pytest.fixture(autouse=True)
def _standing(db: None) -> None:  # noqa: ARG001
    """A record of each kind, and a reason of this site."""
    for model in (*KINDS.values(), Reason):
        model._default_manager.all().delete()
    own: dict[str, Any] = {"allowance_x100": None, "max_x100": None, "months": None}
    save_reason(
        actor=None, who="a test", wanted="101", first_day=date(2020, 1, 1), name="Allotment work",
        short_name="Allotments", category="Personal Circumstances", **own,
    )  # fmt: skip
    put(HOURS, CUT, GRADE)


def put(*changes: Change) -> None:
    actions.save(actor=None, who="a test", changes=changes, strict=False)


def together(came: Path) -> People:
    """What intake reads when a folder comes with a load."""
    with people_tables.given(came) as given:
        assert given.folder is not None
        people, faults = read_people(given.folder, TODAY)
    assert [fault.message for fault in faults.items] == []
    return people


def came_with(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_what_stands_and_comes_again_is_there_once(tmp_path: Path) -> None:
    export_folder(tmp_path)
    people = together(tmp_path)
    assert [len(rows) for rows in (people.dated_hours, people.reductions, people.grade_corrections)] == [
        1
    ] * 3
    assert [each.reason.reason_id for each in people.reasons] == ["101"]
    assert [each.reference for each in people.reductions] == ["-r1"]


def test_rows_that_come_stand_in_place_of_what_stands_and_beside_it(tmp_path: Path) -> None:
    text = f"team_code,staff_code,hours,valid_from\n{','.join(ASH)},20,\n{','.join(OAK)},10,2026-01-01\n"
    people = together(came_with(tmp_path / "came", "contracted_hours", text))
    assert [(each.post, each.hours_micro) for each in people.dated_hours] == [
        (ASH, 20_000_000),
        (OAK, 10_000_000),
    ]
    assert len(people.reductions) == 1


def test_a_reduction_that_somebody_entered_by_hand_too_is_there_once(tmp_path: Path) -> None:
    text = f"team_code,staff_code,reason,hours,first_day\n{','.join(ASH)},1,1,{TODAY}\n"
    people = together(came_with(tmp_path / "came", "reductions", text))
    assert [each.reference for each in people.reductions] == [f"{':'.join(ASH)}:1:{TODAY}"]


def test_a_deleted_row_takes_out_what_stands(tmp_path: Path) -> None:
    text = "reduction_id,team_code,staff_code,reason,first_day,deleted\n'-r1,,,,,true\n"
    assert together(came_with(tmp_path / "came", "reductions", text)).reductions == []


def test_a_reason_that_comes_from_another_day_stands_beside(tmp_path: Path) -> None:
    head = "id,name,short_name,category,first_day,enabled\n101,Allotment work,Allotments,"
    text = f"{head}Personal Circumstances,2027-01-01,false\n"
    put(replace(CUT, wanted_key="r2", reason="101"))
    people = together(came_with(tmp_path / "came", "reduction_reasons", text))
    assert sorted(each.first_day for each in people.reasons) == [date(2020, 1, 1), date(2027, 1, 1)]
