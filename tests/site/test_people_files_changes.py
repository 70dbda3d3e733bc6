"""What tables would change of what stands: each kind of row, and nothing where they say what stands."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from wmt.intake import People
from wmt.intake.codes import ReductionReason
from wmt.intake.people_model import DatedHours, GradeCorrection, Withdrawn
from wmt.intake.people_model import ReductionRow as Row
from wmt.site.availability.change_requests import Change
from wmt.site.availability.records import GradeRecord, HoursRecord, PostRecords, ReductionRecord
from wmt.site.availability.table_changes import changes_of, column_of, key_of

ASH, OAK = ("N01", "A"), ("N01", "O")
FIRST, LAST = date(2026, 6, 1), date(2026, 12, 31)
OTHER = ReductionReason("20", "Other", "Other", None, None, None, enabled=True)
PQIP = ReductionReason("12", "PQiP", "PQiP", Decimal(80), None, 6, enabled=True)
ROW = Row(2, "r1", ASH, OTHER, 1_500_000, None, FIRST, LAST, "talked about")
CUT = ReductionRecord(
    key="r1", version=3, reason="20", hours_micro=1_500_000, first_day=FIRST, last_day=LAST, notes="old"
)


def of(*rows: Row, gone: tuple[Withdrawn, ...] = (), **plans: PostRecords) -> list[Change]:
    standing = {{"ash": ASH, "oak": OAK}[name]: plan for name, plan in plans.items()}
    return changes_of(People(reductions=rows, withdrawn=gone), standing)


def only(changes: list[Change]) -> Change:
    (change,) = changes
    return change


def test_hours_are_told_apart_by_post_and_first_day() -> None:
    plan = PostRecords(hours=(HoursRecord(key="h1", first_day=FIRST, hours_micro=37_000_000),))
    rows = (
        DatedHours(2, ASH, FIRST, 37_000_000),
        DatedHours(3, ASH, LAST, 37_000_000),
        DatedHours(4, OAK, FIRST, 18_500_000),
    )
    found = changes_of(People(dated_hours=rows), {ASH: plan})
    assert [(each.post, each.key, each.first_day, each.row) for each in found] == [
        (ASH, "", LAST, 3),
        (OAK, "", FIRST, 4),
    ]
    other = changes_of(People(dated_hours=[replace(rows[0], hours_micro=0)]), {ASH: plan})
    assert only(other) == Change(kind="hours", post=ASH, key="h1", first_day=FIRST, hours_micro=0, row=2)


def test_corrections_of_grade_are_told_apart_by_post_and_first_day() -> None:
    plan = PostRecords(grades=(GradeRecord(key="g1", grade="PSO", first_day=FIRST),))
    row = GradeCorrection(2, ASH, "PSO", FIRST, None, "acting down")
    assert changes_of(People(grade_corrections=[row]), {ASH: plan}) == []
    ended = only(changes_of(People(grade_corrections=[replace(row, last_day=LAST)]), {ASH: plan}))
    assert (ended.key, ended.last_day, ended.grade, ended.why) == ("g1", LAST, "PSO", "acting down")
    new = only(changes_of(People(grade_corrections=[replace(row, first_day=LAST)]), {ASH: plan}))
    assert (new.key, new.first_day) == ("", LAST)


def test_a_new_reduction_keeps_its_id() -> None:
    found = only(of(ROW))
    assert (found.key, found.wanted_key, found.notes, found.row) == ("", "r1", "talked about", 2)
    assert (found.reason, found.hours_micro, found.percent_x100) == ("20", 1_500_000, None)


def test_a_reduction_that_stands_changes_where_it_differs() -> None:
    plan = PostRecords(reductions=(CUT,))
    found = only(of(ROW, ash=plan))
    assert (found.key, found.wanted_key, found.notes) == ("r1", "", "talked about")
    assert of(replace(ROW, notes="old"), ash=plan) == []
    longer = only(of(replace(ROW, notes="", last_day=None), ash=plan))
    assert (longer.key, longer.last_day, longer.notes) == ("r1", None, "old")
    assert only(of(replace(ROW, hours_micro=None, percent_x100=500), ash=plan)).percent_x100 == 500


def test_notes_that_a_table_leaves_empty_or_writes_otherwise_stay() -> None:
    plan = PostRecords(reductions=(replace(CUT, notes="cafe\u0301\r\nand more "),))
    for notes in ("", "caf\u00e9\nand more"):
        assert of(replace(ROW, notes=notes), ash=plan) == []


def test_a_deleted_row_withdraws_what_stands_and_only_that() -> None:
    plan = PostRecords(reductions=(CUT,))
    gone = only(of(gone=(Withdrawn(5, "r1", None), Withdrawn(6, "r2", ASH)), ash=plan))
    assert (gone.post, gone.key, gone.withdraw, gone.row) == (ASH, "r1", True, 5)
    assert of(gone=(Withdrawn(5, "r1", ASH),)) == []


def test_a_reduction_of_another_post_is_withdrawn_there_first() -> None:
    found = of(replace(ROW, post=OAK, notes=""), ash=PostRecords(reductions=(CUT,)))
    assert [(each.post, each.withdraw, each.key or each.wanted_key) for each in found] == [
        (ASH, True, "r1"),
        (OAK, False, "r1"),
    ]
    assert found[1].notes == "old"


def test_the_same_entered_by_hand_is_no_second_one() -> None:
    by_hand = PostRecords(reductions=(replace(CUT, key="3f2a"),))
    assert of(ROW, ash=by_hand) == []
    both = of(ROW, replace(ROW, row=3, reference="3f2a", notes=""), ash=by_hand)
    assert [each.wanted_key for each in both] == ["r1"]  # the other is named, so this one is another
    assert only(of(replace(ROW, hours_micro=1), ash=by_hand)).wanted_key == "r1"


def test_a_last_day_that_the_reason_filled_in_need_not_be_written() -> None:
    row = Row(2, "r1", ASH, PQIP, None, 8_000, FIRST, None)
    cut = ReductionRecord(
        key="r1", reason="12", percent_x100=8_000, first_day=FIRST, last_day=date(2026, 11, 30)
    )
    assert of(row, ash=PostRecords(reductions=(cut,))) == []
    assert only(of(row, ash=PostRecords(reductions=(replace(cut, last_day=LAST),)))).last_day is None
    assert of(row, ash=PostRecords(reductions=(replace(cut, last_day=None),))) == []


def test_withdrawals_come_first_and_hours_before_reductions() -> None:
    people = People(
        reductions=[replace(ROW, reference="r2")],
        dated_hours=[DatedHours(2, ASH, FIRST, 1)],
        grade_corrections=[GradeCorrection(2, ASH, "PSO", FIRST, None)],
        withdrawn=[Withdrawn(3, "r1", ASH)],
    )
    found = changes_of(people, {ASH: PostRecords(reductions=(CUT,))})
    assert [(each.kind, each.withdraw) for each in found] == [
        ("reduction", True),
        ("hours", False),
        ("grade", False),
        ("reduction", False),
    ]
    assert changes_of(people, {ASH: PostRecords(reductions=(CUT,))}, posts=[OAK]) == []


def test_references_of_any_length_make_keys_that_last() -> None:
    long = "x" * 200
    assert key_of("r1") == "r1"
    assert len(key_of(long)) <= 160
    assert key_of(long) == key_of(long) != key_of(long + "y")
    assert of(
        replace(ROW, reference=long), ash=PostRecords(reductions=(replace(CUT, key=key_of(long), notes=""),))
    )
    plan = PostRecords(reductions=(replace(CUT, key=key_of(long), notes="talked about"),))
    assert of(replace(ROW, reference=long), ash=plan) == []


def test_fields_have_the_columns_they_were_read_from() -> None:
    def column(kind: Any, field: str) -> str | None:
        return column_of(Change(kind=kind, post=ASH), field)

    assert column("hours", "first_day") == "valid_from"
    assert column("reduction", "percent_x100") == "percent"
    assert column("grade", "last_day") == "last_day"
    assert column("grade", "") is None
