"""The pages of loads: list, report, upload and progress; and who may see them."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from loads_fixtures import night_of, sent, spoiled, wished

from wmt.site.loads import endings, jobs, loading
from wmt.site.loads.load_request import LoadRequest
from wmt.site.loads.uploads import discard_forgotten, safe_name
from wmt.site.web.loads.upload import extract_fault, people_fault
from wmt.site.workload import swap
from wmt.site.workload.models import Fault, Load

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def home(nation: Any, settings: Any, tmp_path: Path) -> Path:  # noqa: ARG001
    """A home of its own for every test."""
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, home=tmp_path / "home", upload_megabytes=1)
    return settings.CONFIG.home


@pytest.fixture
def administrator(signed_in: Any) -> Client:
    return signed_in("administrator")


def read(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.mark.both_databases
def test_the_list_says_what_is_shown(administrator: Client, nation: Any) -> None:
    page = words(read(administrator, reverse("loads")))
    assert "Loaded, shown now" in page
    assert f"{nation.load.cases:,}" in page
    assert "20 November 2026, 6.30pm" in page
    assert "Load an extract" in page


def test_who_reads_loads_need_not_load(signed_in: Any) -> None:
    analyst = signed_in("analyst")
    assert "Load an extract" not in read(analyst, reverse("loads"))
    assert analyst.get(reverse("load-new")).status_code == 403
    assert analyst.post(reverse("load-new")).status_code == 403
    manager = signed_in("manager", "team", "N1")
    assert [manager.get(reverse(name)).status_code for name in ("loads", "load-new")] == [403, 403]


@pytest.mark.parametrize("number", [999_999, 10**30])
def test_a_load_that_is_not_there(administrator: Client, number: int) -> None:
    assert administrator.get(f"/loads/{number}/").status_code == 404
    assert administrator.get(f"/loads/{number}/progress/").status_code == 404


@pytest.mark.both_databases
def test_the_report_of_a_refused_file(administrator: Client, written_nation: Any, tmp_path: Path) -> None:
    bad = spoiled(written_nation, 1, tmp_path / "bad", faults=2)
    done = loading.perform(loading.ask(wish=LoadRequest(paths=[str(bad)]), who="a test"))
    page = read(administrator, reverse("load", args=[done.pk]))
    said = words(page)
    assert (
        "The extract was rejected because of 2 errors, listed below. The figures shown were not changed."
        in said
    )
    assert "case row 2: location cannot be 'moon'." in said
    assert "Error" in said
    assert said.index("location cannot be") < said.index("one post only")
    only = words(read(administrator, reverse("load", args=[done.pk]) + "?code=BLANK_GRADE&severity=warn"))
    assert "location cannot be" not in only
    assert "Errors and warnings of type BLANK_GRADE" in only


@pytest.mark.both_databases
def test_many_faults_are_paged(administrator: Client) -> None:
    load = loading.ask(wish=LoadRequest(paths=[]), who="a test")
    load.state = Load.State.REFUSED
    load.save()
    Fault.objects.bulk_create(
        [
            Fault(load=load, severity="refuse", code="BAD_COUNT", row=row, message=f"row {row} <b>bad</b>")
            for row in range(20_000)
        ],
        batch_size=500,
    )
    address = reverse("load", args=[load.pk])
    first = read(administrator, address)
    assert "Rows 1 to 100 of 20000. Page 1 of 200." in first
    assert "<b>bad</b>" not in first
    assert "row 19999 " in words(read(administrator, f"{address}?page=200"))
    assert "Page 200 of 200" in read(administrator, f"{address}?page=9999")
    assert "Page 1 of 200" in read(administrator, f"{address}?page=x")


def test_whether_the_night_is_there(administrator: Client, written_nation: Any, home: Path) -> None:
    done = loading.perform(wished(written_nation, 1))
    address = reverse("load", args=[done.pk])
    assert "All its files are present." in words(read(administrator, address))
    assert "Complete and unchanged." in words(read(administrator, f"{address}?check=night"))
    night = home / "nights" / done.night
    (night / "rules.yaml").write_text("other")
    assert "Missing or changed: rules.yaml" in words(read(administrator, f"{address}?check=night"))
    (night / "rules.yaml").unlink()
    assert "Missing or changed: rules.yaml" in words(read(administrator, address))
    (night / "manifest.json").unlink()
    assert "is not saved data" in words(read(administrator, address))


@pytest.mark.both_databases
def test_an_upload_is_loaded_and_its_files_removed(
    administrator: Client, written_nation: Any, home: Path
) -> None:
    night = night_of(written_nation, 1)
    form = {"extract": sent(night / "tidy"), "people": sent(night / "people"), "rules_date": ""}
    response = administrator.post(reverse("load-new"), form)
    load = Load.objects.order_by("-pk")[0]
    assert response["Location"] == reverse("load", args=[load.pk])
    assert (load.state, load.who) == (Load.State.WAITING, "A administrator")
    assert "case.parquet" in load.sources
    page = read(administrator, response["Location"])
    assert "Waiting to start" in page
    assert 'http-equiv="refresh"' in page
    assert reverse("load-progress", args=[load.pk]) in page
    assert list((home / "uploads").iterdir())

    task = DBTaskResult.objects.get()
    assert task.args_kwargs == {"args": [load.pk], "kwargs": {}}
    assert jobs.load_extract.call(load.pk) == "loaded"
    assert not list((home / "uploads").iterdir())
    load.refresh_from_db()
    assert swap.shown() == load
    assert administrator.get(reverse("load-progress", args=[load.pk]))["HX-Refresh"] == "true"
    assert "its figures are shown now" in read(administrator, reverse("load", args=[load.pk]))
    # a job that is given out twice does nothing the second time
    assert jobs.load_extract.call(load.pk) == "loaded"


def test_an_upload_needs_its_token(nation: Any, written_nation: Any, signed_in: Any) -> None:  # noqa: ARG001
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in("administrator").cookies
    before = Load.objects.count()
    files = sent(night_of(written_nation, 1) / "tidy")
    assert strict.post(reverse("load-new"), {"extract": files}).status_code == 403
    assert Load.objects.count() == before


def test_too_much_at_once(administrator: Client, home: Path) -> None:
    large = SimpleUploadedFile("extract.xlsx", b"x" * 1_000_001)
    response = administrator.post(reverse("load-new"), {"extract": [large]})
    assert response.status_code == 413
    assert "larger than 1 megabytes in total" in response.content.decode()
    assert not (home / "uploads").exists()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "Choose the extract"),
        (["a.exe"], "a.exe cannot be loaded"),
        (["case.csv"], "manifest.json"),
        (["a.xlsx", "a.xlsx"], "same name"),
        (["a.xlsx"], ""),
        (["a.xlsx", "case.csv"], ""),
        (["manifest.json", "case.csv"], ""),
    ],
)
def test_files_of_an_extract(names: list[str], said: str) -> None:
    found = extract_fault(names, [1] * len(names))
    assert said in found
    assert bool(said) == bool(found)


def test_files_that_make_no_sense_are_said_on_the_form(administrator: Client) -> None:
    assert people_fault(["reductions.csv"], [1]) == ""
    assert "is empty" in people_fault(["reductions.csv"], [0])
    people = SimpleUploadedFile("staff.csv", b"x")
    form = {"extract": [SimpleUploadedFile("a.txt", b"x")], "people": [people], "rules_date": "soon"}
    response = administrator.post(reverse("load-new"), form)
    assert response.status_code == 400
    page = words(response.content.decode())
    assert "a.txt cannot be loaded" in page
    assert "staff.csv is not one of the tables" in page
    assert "must be a real date, like 27/3/2026" in page


def test_a_disk_that_takes_no_upload(administrator: Client, written_nation: Any, home: Path) -> None:
    home.mkdir()
    (home / "uploads").write_text("a file where the folder should be")
    form = {"extract": sent(night_of(written_nation, 1) / "tidy")}
    response = administrator.post(reverse("load-new"), form)
    assert response.status_code == 400
    assert "could not be kept on the server" in response.content.decode()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\night.xlsx", "night.xlsx"),
        (".hidden", "hidden"),
        ("a<b>.csv", "a_b_.csv"),
        ("\0", "_"),
        ("..", "unnamed"),
        ("é" * 300 + ".xlsx", "é" * 95 + ".xlsx"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.both_databases
def test_a_load_that_nobody_takes_up_says_so(administrator: Client, written_nation: Any) -> None:
    load = wished(written_nation, 1)
    address = reverse("load-progress", args=[load.pk])
    assert "This load has not started" not in read(administrator, address)
    load.asked_at = timezone.now() - timedelta(seconds=16)
    load.save()
    assert "This load has not started" in read(administrator, address)
    other = wished(written_nation, 1)
    other.state, other.beat_at = Load.State.RUNNING, timezone.now()
    other.save()
    assert "This load has not started" not in read(administrator, address)


def test_a_load_that_is_silent_says_so(administrator: Client, written_nation: Any) -> None:
    load = wished(written_nation, 1)
    load.state, load.stage, load.percent, load.beat_at = "running", "checking", 40, timezone.now()
    load.save()
    address = reverse("load-progress", args=[load.pk])
    part = words(read(administrator, address))
    assert ("Checking" in part, "40% done" in part, "has not responded" in part) == (True, True, False)
    load.beat_at = timezone.now() - endings.SILENCE - timedelta(seconds=1)
    load.save()
    assert "has not responded" in read(administrator, address)
    assert "Not responding" in read(administrator, reverse("loads"))


def test_forgotten_uploads_go(written_nation: Any, home: Path) -> None:
    waiting = wished(written_nation, 1)
    for name in ("kept", "forgotten"):
        (home / "uploads" / name / "extract").mkdir(parents=True)
    waiting.order["paths"] = [str(home / "uploads" / "kept" / "extract")]
    waiting.save()
    discard_forgotten()
    assert [path.name for path in (home / "uploads").iterdir()] == ["kept"]


def test_health(client: Client, monkeypatch: Any) -> None:
    from django.db import DatabaseError

    from wmt.site import health
    from wmt.site.workload.models import Current

    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "as_at": "2026-11-20T18:30:00",
        "day": "2026-11-20",
        "is_today": True,
        "version": health.wmt.__version__,
    }
    assert not answer.cookies
    Current.objects.all().delete()
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"], answer.json()["as_at"]) == (200, "no data", None)

    def away() -> None:
        raise DatabaseError("password of host db-7 wrong")

    monkeypatch.setattr(health, "current_state", away)
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["status"] == "database does not answer"
    assert "db-7" not in answer.content.decode()
    assert client.post("/health").status_code == 405
