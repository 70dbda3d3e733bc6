"""Large files are made by a job: the same bytes, for the one who asked, as long as they have the rights."""

import io
import os
import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from exports_fixtures import KINDS, body, rows, sheet

from wmt.site.accounts.models import RoleGrant, User
from wmt.site.audit.models import AuditEvent
from wmt.site.audit.record import record
from wmt.site.exports import kept_files
from wmt.site.exports.models import Export
from wmt.site.links import unit_url
from wmt.site.web.files.making import export_was_killed, look_after, make_export
from wmt.site.workload.models import Current, Line, Unit

pytestmark = pytest.mark.one_database

SignIn = Callable[..., Client]
CASES = "/nation/downloads/cases."
SAME = ("Content-Disposition", "Content-Type", "Cache-Control", "X-Content-Type-Options")
SMALL = """\
name: small
reference: the tests
values:
  exports.cells_at_once: 100
  exports.excel_cells_at_once: 100
"""


@pytest.fixture(autouse=True)
def policy(nation: Any, settings: Any) -> Iterator[Path]:  # noqa: ARG001
    """Everything but a handful of cells is large."""
    path: Path = settings.CONFIG.policy
    path.write_text(SMALL)
    yield path
    path.unlink(missing_ok=True)
    kept_files.discard_all()


@pytest.fixture
def ann(signed_in: SignIn) -> Client:
    return signed_in(name="Ann Lee", email="ann@example.org")


def asked(client: Client, address: str) -> Export:
    """The file that an address leads to."""
    answer = client.get(address)
    assert answer.status_code == 303, address
    export = Export.objects.latest("pk")
    assert answer["Location"] == f"/files/{export.key}/"
    return export


def made(client: Client, address: str) -> Export:
    export = asked(client, address)
    assert make_export.call(export.pk) == "done"
    export.refresh_from_db()
    return export


def itself(client: Client, export: Export) -> Any:
    return client.get(f"/files/{export.key}/file/")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "address", ["/nation/downloads/cases.", "/nation/overview.", "/on/2026-11-20/nation/overview."]
)
def test_a_large_file_holds_what_a_small_one_would(
    nation: Any, ann: Client, policy: Path, address: str, kind: str
) -> None:
    export = made(ann, address + kind + "?list=team&sort=name")
    answer = itself(ann, export)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    found = body(answer)
    large = rows(HttpResponse(found), kind)
    policy.unlink()
    now = ann.get(address + kind + "?list=team&sort=name")
    assert {name: answer[name] for name in SAME} == {name: now[name] for name in SAME}
    small = body(now)
    assert found == small or kind != "csv"
    assert large == rows(HttpResponse(small), kind)
    assert (export.size, export.rows) == (len(found), len(large))
    assert export.as_at == nation.load.as_at


def test_the_address_in_the_file_is_the_one_that_was_asked_for(ann: Client) -> None:
    export = made(ann, CASES + "xlsx?grade=PO")
    book = openpyxl.load_workbook(io.BytesIO(body(itself(ann, export))))
    said = {row[0]: row[1] for row in book["About"].iter_rows(values_only=True)}
    assert said["Address"] == "http://testserver/nation/downloads/cases.xlsx?grade=PO"
    assert said["Downloaded by"] == "Ann Lee"
    assert said["Filters"] == "grade: PO"
    assert export.title == "Case details of England and Wales as Excel (grade PO)"


def test_the_pack_of_the_nation_is_a_file_too(ann: Client) -> None:
    export = made(ann, "/nation/pack/pack.xlsx")
    assert export.title.startswith("Report of ")
    assert sheet(body(itself(ann, export)))


def test_the_same_again_is_the_file_that_is_there(ann: Client, signed_in: SignIn) -> None:
    export = made(ann, CASES + "csv")
    assert asked(ann, CASES + "csv") == export
    assert asked(ann, CASES + "csv?grade=PO") != export
    assert asked(signed_in(email="bob@example.org"), CASES + "csv") != export


@pytest.mark.both_databases
def test_other_figures_or_other_records_are_another_file(ann: Client) -> None:
    export = made(ann, CASES + "csv")
    record("hours", "Somebody changed something.", who="somebody")
    other = asked(ann, CASES + "csv")
    assert other != export
    Current.objects.update(revision=7)
    assert asked(ann, CASES + "csv") not in (export, other)


def test_nobody_else_gets_it(ann: Client, signed_in: SignIn) -> None:
    export = made(ann, CASES + "csv")
    other = signed_in("administrator")
    for part in ("", "progress/", "file/"):
        assert other.get(f"/files/{export.key}/{part}").status_code == 404
    assert other.post(f"/files/{export.key}/delete/").status_code == 404
    assert export.title not in other.get("/files/").text
    assert Client().get(f"/files/{export.key}/file/").status_code == 302


def test_rights_that_ended_before_it_is_made_end_the_file(ann: Client) -> None:
    export = asked(ann, CASES + "csv")
    RoleGrant.objects.all().delete()
    assert make_export.call(export.pk) == "failed"
    export.refresh_from_db()
    assert "no longer have a role" in export.message
    assert not kept_files.path_of(export).exists()


@pytest.mark.both_databases
@pytest.mark.parametrize("ends", ["today", "narrowed", "other place"])
def test_rights_that_changed_after_it_was_made_withhold_it(
    ann: Client, nation: Any, settings: Any, ends: str
) -> None:
    from dataclasses import replace

    export = made(ann, CASES + "csv")
    grant = RoleGrant.objects.get()
    if ends == "today":
        grant.last_day = timezone.localdate() - timedelta(days=1)
    elif ends == "other place":
        grant.level, grant.code = "pdu", nation.unit("pdu").code
    else:
        settings.CONFIG = replace(settings.CONFIG, read_scope="region")
    grant.save()
    answer = itself(ann, export)
    assert answer.status_code == 403
    if ends != "today":
        assert "have changed since this file was made" in answer.text


@pytest.mark.both_databases
def test_a_file_of_narrowed_rights_holds_what_those_see(
    nation: Any, signed_in: SignIn, settings: Any
) -> None:
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, read_scope="region")
    region = nation.unit("region")
    client = signed_in("head", "pdu", nation.unit("pdu", region_code=region.code).code)
    assert client.get(CASES + "csv").status_code == 404
    export = made(client, unit_url("region", region.code) + "overview.csv?list=post")
    found = {row["Code"] for row in rows(itself(client, export), "csv")}
    posts = Unit.objects.filter(load=nation.load, level="post", whole=True, region_code=region.code)
    assert found == set(posts.values_list("code", flat=True))


def test_references_follow_the_role_and_reading_is_written_down(
    nation: Any, ann: Client, signed_in: SignIn
) -> None:
    """The job has the rights of the person: a manager's national file has no reference, an analyst's all."""
    manager = signed_in("manager", "team", nation.unit("team").code)
    refs = {
        who: {row["Case reference"] for row in rows(itself(client, made(client, CASES + "csv")), "csv")}
        for who, client in {"manager": manager, "analyst": ann}.items()
    }
    known = set(Line.objects.filter(load=nation.load).exclude(ref="").values_list("ref", flat=True))
    assert refs["analyst"] & known
    assert not refs["manager"] & known
    read = AuditEvent.objects.filter(kind="read", code="nation")
    assert "Ann Lee" in {event.who for event in read}


def test_it_is_written_down_once(ann: Client) -> None:
    export = made(ann, CASES + "csv")
    for _ in range(2):
        assert body(itself(ann, export))
    (event,) = AuditEvent.objects.filter(kind="export")
    assert event.sentence.startswith("Ann Lee downloaded the table cases of ")
    assert event.path == "/nation/downloads/cases.csv"
    assert event.actor == export.user


def test_files_are_for_the_site_alone_and_whole(ann: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    export = made(ann, CASES + "csv")
    path = kept_files.path_of(export)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    other = asked(ann, CASES + "csv?grade=PO")
    assert make_export.call(other.pk) == "failed"
    other.refresh_from_db()
    assert "No space left on device" in other.message
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert "Request it again" in ann.get(f"/files/{other.key}/").text


def test_a_fault_of_the_program_has_a_number(ann: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    export = asked(ann, CASES + "csv")
    monkeypatch.setattr("wmt.site.web.exports.views.DOWNLOADS", None)
    assert make_export.call(export.pk) == "failed"
    export.refresh_from_db()
    assert "Contact support and give them the number" in export.message
    monkeypatch.undo()
    assert asked(ann, CASES + "csv") != export  # a file that failed is asked for anew


@pytest.mark.both_databases
def test_pages_say_how_far_it_is(ann: Client) -> None:
    export = asked(ann, CASES + "csv")
    page = ann.get(f"/files/{export.key}/").text
    assert 'http-equiv="refresh"' in page
    assert "0% done" in page
    assert "<html" not in ann.get(f"/files/{export.key}/progress/").text
    Export.objects.update(asked_at=timezone.now() - timedelta(minutes=1))
    assert "is not running" in ann.get(f"/files/{export.key}/").text
    assert itself(ann, export).status_code == 302
    make_export.call(export.pk)
    assert "Your file is ready" in ann.get(f"/files/{export.key}/").text
    assert ann.get(f"/files/{export.key}/progress/")["HX-Refresh"] == "true"
    assert export.title in ann.get("/files/").text
    assert ann.get(f"/on/2026-11-20/files/{export.key}/")["Location"] == f"/files/{export.key}/"


def test_a_job_tells_its_progress(ann: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    export = asked(ann, CASES + "csv")
    told: list[int] = []
    monkeypatch.setattr("wmt.site.web.files.making.Making._tell", lambda _, percent: told.append(percent))
    make_export.call(export.pk)
    assert told == sorted(told)
    assert told[-1] == 100


def test_nobody_has_too_many_at_once(ann: Client) -> None:
    for number in range(5):
        asked(ann, f"{CASES}csv?number={number}")
    refused = ann.get(CASES + "csv")
    assert refused.status_code == 429
    assert "Request this one again" in refused.text


@pytest.mark.both_databases
def test_head_makes_no_file_and_small_ones_are_answered_at_once(ann: Client, nation: Any) -> None:
    assert ann.head(CASES + "csv").status_code == 200
    regions = Unit.objects.filter(load=nation.load, level="region", whole=True, stream="sentence_management")
    without_time = set(regions.filter(available_x100=0, posts__gt=0).values_list("code", flat=True))
    found = rows(ann.get("/nation/overview.csv?band=none"), "csv")
    assert {row["Code"] for row in found} == without_time
    assert len(found) == len(without_time) > 0
    assert not Export.objects.exists()
    assert not DBTaskResult.objects.exists()
    assert nation


@pytest.mark.both_databases
def test_files_are_swept_when_their_time_is_over(ann: Client) -> None:
    export, kept = made(ann, CASES + "csv"), made(ann, CASES + "csv?grade=PO")
    days = (export.expires_at - export.ended_at).days  # type: ignore[operator]
    assert days == 7
    Export.objects.filter(pk=export.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    stray = kept_files.path_of(kept).with_name("stray.part")
    stray.write_text("left behind")
    os.utime(stray, (0, 0))
    kept_files.sweep()
    assert {each.name for each in stray.parent.iterdir()} == {kept_files.path_of(kept).name}
    assert list(Export.objects.all()) == [kept]
    assert ann.post(f"/files/{kept.key}/delete/").status_code == 302
    assert not kept_files.path_of(kept).exists()
    assert itself(ann, kept).status_code == 404


@pytest.mark.both_databases
def test_a_file_whose_process_was_killed_is_begun_once_more(ann: Client) -> None:
    export = asked(ann, CASES + "csv")
    Export.objects.update(state=Export.State.RUNNING, percent=40)
    assert export_was_killed(export.pk, again=True)
    assert make_export.call(export.pk) == "done"
    other = asked(ann, CASES + "csv?grade=PO")
    assert not export_was_killed(other.pk, again=False)
    assert "stopped twice" in ann.get(f"/files/{other.key}/").text


@pytest.mark.both_databases
def test_a_file_whose_process_was_stopped_says_so(ann: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise SystemExit(1)

    export, left = asked(ann, CASES + "csv"), asked(ann, CASES + "csv?grade=PO")
    monkeypatch.setattr("wmt.site.web.files.making._make", stopped)
    with pytest.raises(SystemExit):
        make_export.call(export.pk)
    look_after()
    assert "Request it again" in ann.get(f"/files/{export.key}/").text
    left.refresh_from_db()
    assert left.state == Export.State.WAITING
    DBTaskResult.objects.all().delete()
    look_after()
    left.refresh_from_db()
    assert left.state == Export.State.FAILED


def test_files_of_the_rules_are_made_the_same_way(ann: Client) -> None:
    export = made(ann, "/rules/rules.csv")
    assert rows(itself(ann, export), "csv")


@pytest.mark.both_databases
def test_a_person_who_is_gone_takes_their_files_along(ann: Client) -> None:
    export = made(ann, CASES + "csv")
    User.objects.filter(pk=export.user_id).delete()
    os.utime(kept_files.path_of(export), (0, 0))
    kept_files.sweep()
    assert not kept_files.path_of(export).exists()
