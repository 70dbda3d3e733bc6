"""Out and in again: tables of people hold all that stands, and reading them changes nothing."""

import csv
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wmt.site.availability.change_requests import Change
from wmt.site.availability.models import KINDS, Reason
from wmt.site.availability.queries import plans_of
from wmt.site.availability.records import Post, PostRecords
from wmt.site.availability.table_changes import changes_of
from wmt.site.changes import actions
from wmt.site.changes.people_files import exact, export_folder, read_people
from wmt.site.changes.reason_tables import reasons_changed, save_reasons
from wmt.site.changes.reasons import save_reason
from wmt.site.workload.models import Current

TODAY = date(2026, 11, 20)
POSTS = [("N01AAA", "N01A001"), ("N01AAA", "N01A002"), ("-N02", "=1+1"), ("'tis", '@, "odd"')]

days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
posts = st.sampled_from(POSTS)
texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")) | st.sampled_from("\n=+-@'\",;"), max_size=12
).map(lambda text: unicodedata.normalize("NFC", text).strip())
spans = st.tuples(days, st.none() | days).map(lambda span: (span[0], None if span[1] is None else max(span)))
amounts = st.one_of(
    st.integers(0, 30_000_000).map(lambda micro: {"hours_micro": micro}),
    st.integers(0, 10_000).map(lambda share: {"percent_x100": share}),
)
hours = st.dictionaries(st.tuples(posts, days | st.just(date.min)), st.integers(0, 3_700), max_size=6)
grades = st.dictionaries(
    st.tuples(posts, days), st.tuples(st.sampled_from(["PO", "SPO", "TPO"]), st.booleans(), texts), max_size=4
)
cuts = st.lists(st.tuples(posts, st.sampled_from(["1", "3", "101"]), amounts, spans, texts), max_size=6)


def changes_from(hours: Any, grades: Any, cuts: Any) -> list[Change]:
    """Changes that make all this stand, reductions that say the same left out."""
    found = [
        Change(kind="hours", post=post, first_day=day, hours_micro=hundredths * 10_000)
        for (post, day), hundredths in hours.items()
    ]
    for (post, day), (grade, ends, why) in grades.items():
        last = day if ends else None
        found.append(Change(kind="grade", post=post, first_day=day, last_day=last, grade=grade, why=why))
    seen: list[Change] = []
    for post, reason, amount, (first, last), notes in cuts:
        cut = Change(kind="reduction", post=post, reason=reason, first_day=first, last_day=last, **amount)
        if cut not in seen:
            seen.append(cut)
            found.append(replace(cut, notes=notes))
    return found


def put(changes: list[Change]) -> None:
    actions.save(actor=None, who="a test", changes=changes, strict=False)


def plans() -> dict[Post, PostRecords]:
    return {post: plan for post, plan in plans_of().items() if plan != PostRecords()}


def same(found: dict[Post, PostRecords]) -> dict[Post, Any]:
    """Plans without what tables do not hold: versions, and keys of hours and grades."""
    return {
        post: (
            [(each.first_day, each.hours_micro) for each in plan.hours],
            [replace(each, version=0) for each in plan.reductions],
            [(each.first_day, each.last_day, each.grade) for each in plan.grades],
        )
        for post, plan in found.items()
    }


def folder_bytes(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def clear() -> None:
    for model in (*KINDS.values(), Reason):
        model._default_manager.all().delete()


def own_reason(**more: Any) -> Reason:
    values: dict[str, Any] = {
        "first_day": date(2020, 1, 1), "name": "Allotment work, \"paid\"", "short_name": "Gardening",
        "category": "Personal Circumstances", "allowance_x100": None, "max_x100": None, "months": None,
    }  # fmt: skip
    return save_reason(actor=None, who="a test", **(values | more))


@pytest.fixture
def nothing_stands(db: None) -> None:  # noqa: ARG001
    """No figures, and nothing entered but a reason of this site."""
    Current.objects.all().delete()
    clear()
    own_reason(wanted="101")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hours=hours, grades=grades, cuts=cuts, withdraw=st.booleans())
def test_what_stands_goes_out_and_comes_in_as_it_was(
    nothing_stands: None,  # noqa: ARG001
    hours: Any,
    grades: Any,
    cuts: Any,
    withdraw: bool,
) -> None:
    clear()
    own_reason(wanted="101")
    put(changes_from(hours, grades, cuts))
    if withdraw:
        gone = [(post, cut) for post, plan in plans().items() for cut in plan.reductions[:1]]
        put([Change(kind="reduction", post=post, key=cut.key, withdraw=True) for post, cut in gone])
    before = plans()
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        export_folder(Path(one), withdrawn=withdraw)
        people, faults = read_people(Path(one), TODAY)
        assert [fault.message for fault in faults.items] == []
        assert (changes_of(people, plans_of()), reasons_changed(people.reasons)) == ([], [])
        clear()
        save_reasons(reasons_changed(people.reasons), who="another site")
        put(changes_of(people, plans_of()))
        assert same(plans()) == same(before)
        assert (changes_of(people, plans_of()), reasons_changed(people.reasons)) == ([], [])
        export_folder(Path(one))
        export_folder(Path(other))
        assert folder_bytes(Path(other)) == folder_bytes(Path(one))


def test_a_workbook_made_of_the_tables_is_the_same(nothing_stands: None, tmp_path: Path) -> None:  # noqa: ARG001
    cut = {"hours_micro": 1_234_567}
    put(
        changes_from(
            {(POSTS[0], date.min): 3_700, (POSTS[2], TODAY): 1_850},
            {(POSTS[0], TODAY): ("SPO", True, "in charge")},
            [
                (POSTS[0], "101", cut, (TODAY, None), "=1+1"),
                (POSTS[3], "1", cut, (TODAY, TODAY), "two\nlines"),
            ],
        )
    )
    counts = export_folder(tmp_path / "folder")
    assert counts == {
        "contracted_hours": 2, "reductions": 2, "grade_corrections": 1, "reduction_reasons": 1,
            "staff_details": 0, "establishment": 0,
    }  # fmt: skip
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for file in sorted((tmp_path / "folder").iterdir()):
        sheet = book.create_sheet(file.stem)
        with file.open(encoding="utf-8-sig", newline="") as text:
            for number, row in enumerate(csv.reader(text), 1):
                for place, cell in enumerate(row, 1):
                    found = sheet.cell(number, place)
                    found.value, found.data_type = cell.removeprefix("'"), "s"
    book.save(tmp_path / "people.xlsx")
    people, faults = read_people(tmp_path / "people.xlsx", TODAY)
    assert [fault.message for fault in faults.items] == []
    assert changes_of(people, plans_of()) == []


def test_withdrawn_reductions_go_out_only_when_asked_for(nothing_stands: None, tmp_path: Path) -> None:  # noqa: ARG001
    amount = {"hours_micro": 1_000_000}
    put(changes_from({}, {}, [(POSTS[0], "1", amount, (TODAY, None), "a slip")]))
    (cut,) = plans()[POSTS[0]].reductions
    put([Change(kind="reduction", post=POSTS[0], key=cut.key, withdraw=True)])
    assert export_folder(tmp_path / "without")["reductions"] == 0
    assert export_folder(tmp_path / "with", withdrawn=True)["reductions"] == 1
    people, _ = read_people(tmp_path / "with", TODAY)
    assert [(each.reference, each.post) for each in people.withdrawn] == [(cut.key, POSTS[0])]


def test_a_table_may_tell_again_of_what_was_withdrawn(nothing_stands: None, tmp_path: Path) -> None:  # noqa: ARG001
    amount = {"hours_micro": 1_000_000}
    put(changes_from({}, {}, [(POSTS[0], "1", amount, (TODAY, None), "")]))
    (cut,) = plans()[POSTS[0]].reductions
    export_folder(tmp_path)
    put([Change(kind="reduction", post=POSTS[0], key=cut.key, withdraw=True)])
    people, _ = read_people(tmp_path, TODAY)
    put(changes_of(people, plans_of()))
    assert [(each.key, each.version) for each in plans()[POSTS[0]].reductions] == [(cut.key, 3)]
    assert changes_of(people, plans_of()) == []


def test_a_reduction_follows_somebody_to_another_post(nothing_stands: None, tmp_path: Path) -> None:  # noqa: ARG001
    amount = {"percent_x100": 1_000}
    put(changes_from({}, {}, [(POSTS[0], "1", amount, (TODAY, None), "kept")]))
    (cut,) = plans()[POSTS[0]].reductions
    export_folder(tmp_path)
    table = tmp_path / "reductions.csv"
    table.write_bytes(table.read_bytes().replace(b"N01A001", b"N01A002"))
    people, _ = read_people(tmp_path, TODAY)
    put(changes_of(people, plans_of()))
    assert list(plans()) == [POSTS[1]]
    assert [(each.key, each.version, each.notes) for each in plans()[POSTS[1]].reductions] == [
        (cut.key, 3, "kept")
    ]
    assert changes_of(people, plans_of()) == []


def test_reasons_are_told_apart_by_id_and_first_day(nothing_stands: None, tmp_path: Path) -> None:  # noqa: ARG001
    own_reason(reason="101", first_day=TODAY, enabled=False)
    own_reason(reason="5", first_day=TODAY, short_name="Maternity", allowance_x100=10_000, months=12)
    export_folder(tmp_path)
    people, _ = read_people(tmp_path, TODAY)
    assert reasons_changed(people.reasons) == []
    Reason.objects.filter(reason="5").delete()
    (missing,) = reasons_changed(people.reasons)
    assert (missing.row.reason.reason_id, missing.stands) == ("5", None)
    Reason.objects.filter(reason="101", first_day=TODAY).update(months=3)
    other = reasons_changed(people.reasons)
    assert [(each.row.reason.reason_id, bool(each.stands)) for each in other] == [("101", True), ("5", False)]
    save_reasons(other, who="a test")
    assert reasons_changed(people.reasons) == []


@pytest.mark.parametrize(
    ("number", "parts", "text"),
    [(37_000_000, 10**6, "37"), (925_000, 10**6, "0.925"), (1, 10**6, "0.000001"), (0, 100, "0")],
)
def test_numbers_are_written_to_their_last_place(number: int, parts: int, text: str) -> None:
    assert exact(number, parts) == text
    assert exact(None, parts) == ""


def test_a_table_that_is_there_is_replaced_whole(nothing_stands: None, tmp_path: Path) -> None:  # noqa: ARG001
    (tmp_path / "reductions.csv").write_text("something older and longer", encoding="utf-8")
    export_folder(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "contracted_hours.csv",
        "establishment.csv",
        "grade_corrections.csv",
        "reduction_reasons.csv",
        "reductions.csv",
        "staff_details.csv",
    ]
    assert read_people(tmp_path, TODAY)[1].items == []
