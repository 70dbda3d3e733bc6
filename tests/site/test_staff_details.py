"""Names and email addresses of staff from a table of people: kept, shown where names are, and in no night."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from conftest import Nation
from wmt.intake.people_files import kept_tables
from wmt.intake.people_model import StaffDetailsRow
from wmt.site.accounts.models import User
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.models import StaffDetails
from wmt.site.availability.staff_details import StaffName, called, details_changed, save_details
from wmt.site.changes.import_tables import import_tables
from wmt.site.changes.people_files import export_folder, read_people
from wmt.site.loads import people_tables
from wmt.site.retention import removal
from wmt.site.workload import staff_names
from wmt.site.workload.models import Load, Unit

pytestmark = pytest.mark.django_db
TEXT = "staff_code,forename,middle_name,surname,email\nN01A001,Ann Mary,,van Dyke,ann@wmt.example\n"
ANN = StaffName("Ann Mary", "", "van Dyke", "ann@wmt.example")
POST = Unit(level="post", code="N01AAA:N01A001", staff_code="N01A001", name="Ann Mary van Dyke")


def folder_of(path: Path, text: str = TEXT) -> Path:
    path.mkdir()
    (path / "staff_details.csv").write_text(text, encoding="utf-8")
    return path


def test_a_table_is_kept_and_says_nothing_new_the_second_time(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in")
    done = import_tables(folder, who="a test", progress=lambda *_: None)
    assert done.saved
    assert [c.new for c in done.counts.values()] == [1]
    assert called([POST]) == {"N01A001": ANN}
    again = import_tables(folder, who="a test", progress=lambda *_: None)
    assert not again.saved
    assert [c.unchanged for c in again.counts.values()] == [1]
    export_folder(tmp_path / "out")
    assert read_people(tmp_path / "out")[0].staff == [StaffDetailsRow(2, "N01A001", *ANN)]


def test_the_audit_has_neither_names_nor_addresses() -> None:
    save_details([StaffDetailsRow(2, "N01A001", *ANN)], who="a test")
    event = AuditEvent.objects.order_by("-pk")[0]
    assert event.sentence == "a test uploaded names and email addresses of staff: 1."
    assert (event.before, event.after) == (None, None)


def test_what_comes_later_stands_in_its_place() -> None:
    save_details([StaffDetailsRow(2, "N01A001", *ANN)], who="a test")
    later = StaffDetailsRow(2, "N01A001", "Ann", "", "Oak", "")
    assert details_changed([later]) == [(later, True)]
    save_details([later], who="a test")
    assert StaffDetails.objects.get().surname == "Oak"


def test_without_a_table_the_last_word_is_the_surname_and_the_account_has_the_address() -> None:
    assert called([POST])["N01A001"] == StaffName("Ann Mary van", "", "Dyke", "")
    User.objects.create_user("ann@account.example", name="Ann", staff_code="N01A001")
    assert called([POST])["N01A001"].email == "ann@account.example"
    User.objects.create_user("other@account.example", name="Other", staff_code="N01A001")
    assert called([POST])["N01A001"].email == ""


def test_names_that_are_withheld_are_withheld_in_parts_too() -> None:
    save_details([StaffDetailsRow(2, "N01A001", *ANN)], who="a test")
    with staff_names.fresh():
        staff_names.withhold(wanted=True)
        assert called([POST]) == {"N01A001": StaffName()}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("N01A001,,,,not-an-address", "email is not an email address"),
        (f"N01A001,{'x' * 101},,,", "forename has more than 100 characters"),
        ("N01A001,A,,,\nn01a001,B,,,", "a second row for n01a001"),
        (",A,,,", "staff_code is empty"),
    ],
)
def test_what_is_wrong_with_a_row_refuses_the_table(tmp_path: Path, row: str, said: str) -> None:
    text = f"{TEXT.splitlines()[0]}\n{row}\n"
    done = import_tables(folder_of(tmp_path / "in", text), who="a test", progress=lambda *_: None)
    assert done.refused
    assert said in done.faults.items[0].message
    assert "not-an-address" not in done.faults.items[0].message
    assert not StaffDetails.objects.exists()


def test_a_night_does_not_keep_them_and_a_load_without_names_nowhere(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in")
    (folder / "contracted_hours.csv").write_text(
        "team_code,staff_code,hours\nN01AAA,N01A001,30\n", encoding="utf-8"
    )
    assert list(kept_tables(folder, names=True)) == ["people_contracted_hours"]
    with people_tables.given(folder) as came:
        assert came.folder is not None
        assert not (came.folder / "staff_details.csv").exists()
        came.changes(Load(order={"names": False}, who="a test"), lambda: 1)
        assert not StaffDetails.objects.exists()
        came.changes(Load(order={"names": True}, who="a test"), lambda: 1)
    assert StaffDetails.objects.get().email == "ann@wmt.example"
    assert read_people(folder, date(2026, 11, 20))[0].dated_hours[0].hours_micro == 30_000_000


def test_who_has_left_the_data_is_forgotten_in_time(nation: Nation) -> None:
    here = nation.unit("post", stale_since=None).staff_code
    rows = [StaffDetailsRow(2, code, *ANN) for code in (here, "N99GONE", "N99NEW")]
    save_details(rows, who="a test")
    long_ago = timezone.now() - timedelta(days=366)
    StaffDetails.objects.exclude(staff_code="N99NEW").update(seen_at=long_ago)
    assert removal.due()["names and email addresses of staff"] == 1
    removal.apply()
    assert set(StaffDetails.objects.values_list("staff_code", flat=True)) == {here, "N99NEW"}
    said = AuditEvent.objects.filter(kind="retention").values_list("sentence", flat=True)
    assert "Retention removed 1 names and email addresses of staff, after 365 days." in said
