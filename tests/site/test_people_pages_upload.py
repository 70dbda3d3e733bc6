"""Tables that are sent: every fault with its place, every effect, and then all of it or nothing."""

# ruff: noqa: F401, F811 - fixtures come by import

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from people_pages_fixtures import COURT, day_of, enter, hours, plan_of, post_key, reduction
from people_upload_fixtures import (
    CUTS,
    GRADES,
    HOURS,
    apply,
    file_of,
    home,
    manager,
    preview,
    send,
    team,
    written,
)
from tabs_fixtures import table_of

from wmt.outfiles import open_book
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.models import Hours, Reduction

pytestmark = pytest.mark.one_database


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


def test_the_faults_are_a_file_too(team: Any, manager: Client) -> None:
    _, posts = team
    address, _ = preview(manager, contracted_hours__csv=written(HOURS, (*post_key(posts[0]), "x", "")))
    rows = list(csv.DictReader(io.StringIO(file_of(manager, f"{address}faults.csv").decode("utf-8-sig"))))
    assert [(row["Row"], row["Column"]) for row in rows] == [("2", "hours")]
