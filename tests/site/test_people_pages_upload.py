"""Tables that are sent: every fault with its place, every effect, and then all of it or nothing."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from people_pages_fixtures import COURT, day_of, enter, hours, plan_of, post_key, reduction, team_with
from tabs_fixtures import table_of

from wmt.outfiles import open_book
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.models import Grade, Hours, Reduction
from wmt.site.workload.models import Unit

pytestmark = pytest.mark.one_database

HOURS = ("team_code", "staff_code", "hours", "valid_from")
CUTS = (
    "reduction_id",
    "team_code",
    "staff_code",
    "reason",
    "hours",
    "percent",
    "first_day",
    "last_day",
    "deleted",
)
GRADES = ("team_code", "staff_code", "grade", "first_day", "last_day", "why")
Row = Sequence[object]


def written(columns: Row, *rows: Row) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    return out.getvalue().encode()


@pytest.fixture(autouse=True)
def home(nation: Any, settings: Any, tmp_path: Path) -> Path:  # noqa: ARG001
    """Uploads of their own for every test; the nights stay where they are."""
    from dataclasses import replace

    made = tmp_path / "home"
    made.mkdir()
    (made / "nights").symlink_to(settings.CONFIG.nights)
    settings.CONFIG = replace(settings.CONFIG, home=made)
    return made


@pytest.fixture
def team(nation: Any) -> tuple[Any, list[Any]]:
    """A team of whose first three people nothing stands."""
    found, posts = team_with(nation, 3)
    codes = [post.staff_code for post in posts[:3]]
    for model in (Hours, Reduction, Grade):
        model.objects.filter(team_code=found.code, staff_code__in=codes).update(withdrawn=True)
    return found, posts


@pytest.fixture
def manager(team: Any, signed_in: Callable[..., Client]) -> Client:
    return signed_in("manager", "team", team[0].code)


def send(client: Client, **files: bytes) -> str:
    """Send files by name (`_` before the kind); the address of the preview."""
    kept = [SimpleUploadedFile(name.replace("__", "."), data) for name, data in files.items()]
    answer = client.post("/people-tables/", {"tables": kept})
    assert answer.status_code == 302, answer.text
    return str(answer["Location"])


def preview(client: Client, **files: bytes) -> tuple[str, str]:
    address = send(client, **files)
    answer = client.get(address)
    assert answer.status_code == 200
    return address, answer.text


def apply(client: Client, address: str, page: str) -> Any:
    shown = re.search(r'name="shown" value="(\w+)"', page)
    return client.post(address, {"do": "apply", "shown": shown[1] if shown else "", "why": "from a table"})


@pytest.mark.both_databases
def test_every_effect_is_shown_and_then_all_is_applied(team: Any, manager: Client) -> None:
    unit, posts = team
    soon = day_of() + timedelta(10)
    before = Hours.objects.count()
    address, page = preview(
        manager,
        contracted_hours__csv=written(HOURS, (*post_key(posts[0]), "20.5", day_of())),
        reductions__csv=written(CUTS, ("", *post_key(posts[1]), "Court Duty", "", 40, soon, "", "")),
        grade_corrections__csv=written(GRADES, (*post_key(posts[2]), "SPO", day_of(), "", "promoted")),
    )
    rows = table_of(page, "effect")
    assert {row["Who"] for row in rows} >= {posts[0].name, posts[1].name, posts[2].name, f"{unit.name}team"}
    mine = next(row for row in rows if row["Who"] == posts[0].name)
    assert mine["Contracted hours after"] == "20.5"
    records = table_of(page, "records")
    assert [row["Row"] for row in records] == ["2", "2", "2"]
    assert {row["Table"] for row in records} == {"contracted_hours", "reductions", "grade_corrections"}
    assert "3 records of 3 posts will be entered" in page
    assert Hours.objects.count() == before, "nothing is changed by looking"
    answer = apply(manager, address, page)
    assert answer.status_code == 302
    assert plan_of(posts[0]).hours_on(day_of()).hours_micro == 20_500_000
    cut = plan_of(posts[1]).reductions[0]
    assert (cut.reason, cut.percent_x100, cut.first_day) == (COURT, 4_000, soon)
    assert plan_of(posts[2]).grade_on(day_of()).grade == "SPO"
    assert Hours.objects.get(team_code=unit.code, staff_code=posts[0].staff_code, withdrawn=False).why == (
        "from a table"
    )
    event = AuditEvent.objects.get(kind="people import")
    assert "from a table" in event.sentence
    assert manager.get(address).status_code == 302, "it is gone when it is applied"


def test_every_fault_is_told_with_its_place_and_nothing_is_applied(team: Any, manager: Client) -> None:
    _, posts = team
    one, two, three = (post_key(post) for post in posts[:3])
    before = Hours.objects.count(), Reduction.objects.count()
    address, page = preview(
        manager,
        contracted_hours__csv=written(
            HOURS, (*one, 20, day_of()), (*two, "lots", ""), (*three, 60, day_of()), (*one, 21, "1 May")
        ),
        reductions__csv=written(
            CUTS,
            ("", *one, "Court Duty", "", 60, day_of(), "", ""),
            ("", *one, "Split Role", "", 60, day_of(), "", ""),
            ("", *two, "No such reason", 5, "", day_of(), "", ""),
            ("", *three, "Court Duty", 5, "", day_of(), day_of() - timedelta(1), ""),
        ),
    )
    found = {(row["Table"], row["Row"], row["Column"]): row for row in table_of(page, "faults")}
    assert set(found) == {
        ("contracted_hours", "3", "hours"), ("contracted_hours", "4", "hours"),
        ("contracted_hours", "5", "valid_from"),
        ("reductions", "4", "reason"), ("reductions", "5", "last_day"),
    }  # fmt: skip
    assert found["contracted_hours", "4", "hours"]["File"] == "contracted_hours.csv"
    assert "must be from 0 to" in found["contracted_hours", "4", "hours"]["What is wrong, and what to do"]
    notices = " ".join(str(row) for row in table_of(page, "notices"))
    assert "Court Duty: 60%" in notices, "together above the contract: cut there, and said"
    assert "Split Role: 60%" in notices
    assert "Apply all" not in page
    assert 'id="table-effect"' not in page
    assert apply(manager, address, page).status_code == 422
    assert (Hours.objects.count(), Reduction.objects.count()) == before


@pytest.mark.both_databases
def test_rows_of_others_posts_are_faults_and_written_down(team: Any, manager: Client, nation: Any) -> None:
    unit, posts = team
    other = nation.unit("post", team_code__gt=unit.code) or nation.unit("post", team_code__lt=unit.code)
    address, page = preview(
        manager,
        contracted_hours__csv=written(
            HOURS,
            (*post_key(posts[0]), 20, day_of()),
            (*post_key(other), 20, day_of()),
            (unit.code, "NOBODY", 20, day_of()),
        ),
    )
    faults = {row["Row"]: row["What is wrong, and what to do"] for row in table_of(page, "faults")}
    assert faults["3"].startswith(f"You may not enter hours and reductions for {other.code}")
    assert faults["4"].startswith(f"There is no post {unit.code}:NOBODY")
    denied = AuditEvent.objects.get(kind="denied")
    assert denied.after["posts"] == [other.code]
    manager.get(address)
    assert AuditEvent.objects.filter(kind="denied").count() == 1, "once for what was sent"
    assert apply(manager, address, page).status_code == 422
    assert not Hours.objects.filter(
        team_code=unit.code, staff_code=posts[0].staff_code, withdrawn=False
    ).exists()


def test_somebody_elses_change_in_between_is_shown_before_applying(team: Any, manager: Client) -> None:
    _, posts = team
    table = written(HOURS, (*post_key(posts[0]), 20, day_of()))
    address, page = preview(manager, contracted_hours__csv=table)
    enter(hours(posts[1], 5))
    answer = apply(manager, address, page)
    assert answer.status_code == 409
    assert "Someone made a change since you last looked" in answer.text
    assert not plan_of(posts[0]).hours
    assert apply(manager, address, answer.text).status_code == 302
    assert plan_of(posts[0]).hours[0].hours_micro == 20_000_000


def test_nobody_else_finds_what_was_sent(
    team: Any, manager: Client, signed_in: Callable[..., Client]
) -> None:
    _, posts = team
    address = send(manager, contracted_hours__csv=written(HOURS, (*post_key(posts[0]), 20, day_of())))
    for client in (signed_in("administrator"), signed_in("head", "pdu", team[0].pdu_code)):
        assert client.get(address).status_code == 302
        assert client.post(address, {"do": "drop"}).status_code == 302
    assert manager.get(address).status_code == 200
    assert manager.post(address, {"do": "drop"}).status_code == 302
    assert "thrown away" in manager.get("/people-tables/").text
    assert manager.get(address).status_code == 302


def test_old_previews_are_forgotten_and_loads_are_left_alone(team: Any, manager: Client, home: Path) -> None:
    import os

    _, posts = team
    table = written(HOURS, (*post_key(posts[0]), 20, day_of()))
    old = manager.get(send(manager, contracted_hours__csv=table)).request["PATH_INFO"]
    folder = next((home / "uploads").glob("people-*"))
    os.utime(folder, (1, 1))
    load = home / "uploads" / "0123abcd"
    load.mkdir()
    os.utime(load, (1, 1))
    fresh = send(manager, contracted_hours__csv=table)
    assert manager.get(old).status_code == 302
    assert manager.get(fresh).status_code == 200
    assert load.is_dir()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("", b"", "Choose the tables"),
        ("contracted_hours.pdf", b"x", "choose .csv, .xlsx or .parquet"),
        ("contracted_hours.csv", b"", "is empty"),
    ],
)
def test_files_that_cannot_be_tables_are_refused(manager: Client, name: str, data: bytes, said: str) -> None:
    files = [SimpleUploadedFile(name, data)] if name else []
    answer = manager.post("/people-tables/", {"tables": files})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'href="#tables"' in answer.text


def test_too_much_is_refused(manager: Client, settings: Any) -> None:
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, upload_megabytes=1)
    answer = manager.post(
        "/people-tables/", {"tables": [SimpleUploadedFile("reductions.csv", b"x" * 1_100_000)]}
    )
    assert answer.status_code == 413
    assert "larger than 1 megabytes" in answer.text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("contracted_hours__csv", b"\x00\x01\x02binary"),
        ("contracted_hours__csv", b"team_code,staff_code\nA"),
        ("contracted_hours__xlsx", b"PK\x03\x04 no workbook"),
        ("contracted_hours__csv", b"hours\n5\n"),
        ("reductions__parquet", b"PAR1nothingPAR1"),
        (
            "contracted_hours__csv",
            "team_code,staff_code,hours\n=1+1,é\ud800,5\n".encode("utf-8", "surrogatepass"),
        ),
    ],
)
def test_what_is_no_table_is_a_fault_with_a_remedy(manager: Client, name: str, data: bytes) -> None:
    _, page = preview(manager, **{name: data})
    assert table_of(page, "faults")
    assert "Apply all" not in page


def test_a_file_nobody_knows_is_a_fault(manager: Client) -> None:
    _, page = preview(manager, holidays__csv=b"a,b\n1,2\n")
    assert "holidays" in str(table_of(page, "faults"))


def test_withdrawing_and_changing_by_their_id(team: Any, manager: Client) -> None:
    _, posts = team
    one = enter(reduction(posts[0], day_of(), None, percent_x100=1_000)).entries[0]
    two = enter(reduction(posts[1], day_of(), None, percent_x100=1_000)).entries[0]
    address, page = preview(
        manager,
        reductions__csv=written(
            CUTS,
            (one.key, *post_key(posts[0]), COURT, "", 10, day_of(), "", "true"),
            (two.key, *post_key(posts[1]), COURT, "", 25, day_of(), day_of() + timedelta(7), ""),
        ),
    )
    says = {row["Post"]: row for row in table_of(page, "records")}
    assert says[posts[0].code]["Will say"] == "deleted"
    assert says[posts[1].code]["In place of"].startswith("Court Duty: 10%")
    assert apply(manager, address, page).status_code == 302
    assert not plan_of(posts[0]).reductions
    assert plan_of(posts[1]).reductions[0].percent_x100 == 2_500
    assert Reduction.objects.filter(key=two.key).count() == 2


def _file(client: Client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200
    return b"".join(answer)


def test_the_template_says_what_stands_and_changes_nothing(team: Any, manager: Client) -> None:
    unit, posts = team
    enter(hours(posts[0], 20), reduction(posts[1], day_of(), None, percent_x100=1_000, notes="=kept"))
    for form in (
        {"contracted_hours": "csv", "reductions": "csv", "grade_corrections": "csv"},
        {"people": "xlsx"},
    ):
        files = {
            f"{name}__{kind}": _file(manager, f"/people-tables/team/{unit.code}/{name}.{kind}")
            for name, kind in form.items()
        }
        _, page = preview(manager, **files)
        assert "There is nothing to apply" in page
        assert 'id="table-faults"' not in page
        assert 'id="table-notices"' not in page, table_of(page, "notices")
    rows = list(csv.DictReader(io.StringIO(_file(
        manager, f"/people-tables/team/{unit.code}/contracted_hours.csv").decode("utf-8-sig"))))  # fmt: skip
    assert [row["staff_code"] for row in rows] == [post.staff_code for post in posts]
    assert rows[0]["hours"] == "20"


def test_a_filled_in_template_is_taken(team: Any, manager: Client) -> None:
    unit, posts = team
    rows = list(csv.DictReader(io.StringIO(_file(
        manager, f"/people-tables/team/{unit.code}/contracted_hours.csv").decode("utf-8-sig"))))  # fmt: skip
    rows[1]["hours"] = "12.5"
    data = written(tuple(rows[0]), *(tuple(row.values()) for row in rows))
    address, page = preview(manager, contracted_hours__csv=data)
    assert [row["Who"] for row in table_of(page, "records")] == [posts[1].name]
    assert apply(manager, address, page).status_code == 302
    assert plan_of(posts[1]).hours_on(day_of()).hours_micro == 12_500_000


@pytest.mark.both_databases
def test_a_post_that_was_set_aside_has_the_hours_that_a_table_is_held_against(
    team: Any, manager: Client
) -> None:
    """Its figures are none, or those of an earlier night: a row that nobody touched must not enter them."""
    unit, posts = team
    for post, kept in ((posts[0], 0), (posts[1], 11_000_000)):
        Unit.objects.filter(pk=post.pk).update(unmeasured_posts=int(not kept), contracted_hours_micro=kept)
    rows = list(csv.DictReader(io.StringIO(_file(
        manager, f"/people-tables/team/{unit.code}/contracted_hours.csv").decode("utf-8-sig"))))  # fmt: skip
    assert [row["hours"] for row in rows[:2]] == ["37", "37"]
    rows[2]["hours"] = "12.5"
    data = written(tuple(rows[0]), *(tuple(row.values()) for row in rows))
    _, page = preview(manager, contracted_hours__csv=data)
    assert [row["Who"] for row in table_of(page, "records")] == [posts[2].name]


def test_hours_that_nobody_gave_are_blank_in_the_template_and_0_says_something_new(
    team: Any, manager: Client
) -> None:
    unit, posts = team
    for post, is_only_mentioned in ((posts[0], True), (posts[1], False)):  # of the second 0 hours were given
        Unit.objects.filter(pk=post.pk).update(supplied_micro=0, is_only_mentioned=is_only_mentioned)
    rows = list(csv.DictReader(io.StringIO(_file(
        manager, f"/people-tables/team/{unit.code}/contracted_hours.csv").decode("utf-8-sig"))))  # fmt: skip
    assert [row["hours"] for row in rows[:2]] == ["", "0"]
    untouched = written(tuple(rows[0]), *(tuple(row.values()) for row in rows))
    _, page = preview(manager, contracted_hours__csv=untouched)
    assert "There is nothing to apply" in page
    rows[0]["hours"], rows[2]["hours"] = "0", ""
    entered = written(tuple(rows[0]), *(tuple(row.values()) for row in rows[:2]))
    address, page = preview(manager, contracted_hours__csv=entered)
    assert [row["Who"] for row in table_of(page, "records")] == [posts[0].name]
    assert apply(manager, address, page).status_code == 302
    assert plan_of(posts[0]).hours_on(day_of()).hours_micro == 0
    # what somebody has is not taken away by leaving it blank
    missing = written(tuple(rows[0]), tuple(rows[2].values()))
    _, page = preview(manager, contracted_hours__csv=missing)
    assert [row["Column"] for row in table_of(page, "faults")] == ["hours"]


def test_a_workbook_is_taken_with_its_sheets(team: Any, manager: Client) -> None:
    _, posts = team
    out = io.BytesIO()
    with open_book(out) as book:
        sheet = book.add_worksheet("contracted_hours")
        for at, row in enumerate([HOURS, (*post_key(posts[0]), 20.5, day_of().isoformat())]):
            sheet.write_row(at, 0, row)
        cuts = book.add_worksheet("Reductions")
        for at, row in enumerate([CUTS, ("", *post_key(posts[1]), "nothing", 5, "", day_of().isoformat())]):
            cuts.write_row(at, 0, row)
    _, page = preview(manager, plans__xlsx=out.getvalue())
    (fault,) = table_of(page, "faults")
    assert (fault["File"], fault["Table"], fault["Row"]) == ("plans.xlsx", "reductions", "2")


def test_templates_are_for_who_may_edit(team: Any, nation: Any, signed_in: Callable[..., Client]) -> None:
    unit, _ = team
    other = nation.unit("team", code__gt=unit.code) or nation.unit("team", code__lt=unit.code)
    address = f"/people-tables/team/{unit.code}/reductions.csv"
    assert signed_in("manager", "team", other.code).get(address).status_code == 403
    assert signed_in("analyst").get(address).status_code == 403
    head = signed_in("head", "pdu", unit.pdu_code)
    assert _file(head, address)
    assert head.get(f"/people-tables/team/{unit.code}/secrets.csv").status_code == 404
    assert head.get(f"/people-tables/team/{unit.code}/reductions.exe").status_code == 404


def test_the_faults_are_a_file_too(team: Any, manager: Client) -> None:
    _, posts = team
    address, _ = preview(manager, contracted_hours__csv=written(HOURS, (*post_key(posts[0]), "x", "")))
    rows = list(csv.DictReader(io.StringIO(_file(manager, f"{address}faults.csv").decode("utf-8-sig"))))
    assert [(row["Row"], row["Column"]) for row in rows] == [("2", "hours")]
