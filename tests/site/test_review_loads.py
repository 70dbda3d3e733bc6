"""Loads whose process ended while they waited for their turn: what a review of the site found."""

import errno
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from loads_fixtures import home_of_its_own

from wmt.site.links import unit_url
from wmt.site.loads import jobs
from wmt.site.loads.load_request import LoadRequest
from wmt.site.start import tidy_up, update_history
from wmt.site.workload.models import Load


@pytest.fixture
def waiting(db: None) -> Load:  # noqa: ARG001
    load = jobs.ask_for_load(wish=LoadRequest(paths=["/nowhere"]), user="a person", names=["night.xlsx"])
    Load.objects.filter(pk=load.pk).update(asked_at=timezone.now() - timedelta(minutes=1))
    return load


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks matters for nothing here, so nobody with an account does."""
    ask = jobs.loading.ask

    def asked(**given: object) -> Load:
        return ask(**{**given, "user": None})  # type: ignore[arg-type]

    monkeypatch.setattr(jobs.loading, "ask", asked)


def test_a_load_that_a_job_waits_for_is_left_alone(waiting: Load) -> None:
    tidy_up()
    waiting.refresh_from_db()
    assert waiting.state == Load.State.WAITING


def test_a_load_whose_job_died_while_it_waited_says_so(waiting: Load) -> None:
    job = DBTaskResult.objects.get()
    job.claim("a process that was killed")
    tidy_up()
    waiting.refresh_from_db()
    assert waiting.state == Load.State.FAILED
    assert waiting.message.startswith("The process was ended before it began: load it again.")


def test_a_load_that_waits_for_its_turn_is_left_alone(waiting: Load) -> None:
    DBTaskResult.objects.get().claim("a process that lives")
    Load.objects.filter(pk=waiting.pk).update(beat_at=timezone.now())
    tidy_up()
    waiting.refresh_from_db()
    assert waiting.state == Load.State.WAITING


def test_a_disk_that_fills_while_files_come_in_is_said(
    signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", full)
    files = {"extract": SimpleUploadedFile("night.xlsx", b"x")}
    answer = signed_in("administrator").post("/loads/new/", files)
    assert answer.status_code == 507
    assert "whether the disk is full" in answer.text
    assert not Load.objects.exists() or "night.xlsx" not in Load.objects.latest("pk").sources


def test_long_codes_have_addresses() -> None:
    assert unit_url("post", f"{'T' * 250}:{'S' * 250}").startswith("/post/TTT")


def test_the_server_makes_the_history_of_nights_that_were_there_before(
    nation: Any, settings: Any, tmp_path: Path
) -> None:
    from wmt.history import open_history

    home = home_of_its_own(nation, settings, tmp_path)
    assert open_history(home / "nights").days == []
    update_history()
    assert [str(day) for day in open_history(home / "nights").days] == ["2026-11-20"]


def test_a_damaged_history_is_told_without_the_paths_of_the_machine(
    nation: Any, settings: Any, tmp_path: Path, signed_in: Any
) -> None:
    home = home_of_its_own(nation, settings, tmp_path)
    update_history()
    (home / "nights" / "history" / "index.json").write_text("{")
    page = signed_in().get("/nation/over-time/").text
    assert "index.json is damaged; make it again with" in page
    assert str(tmp_path) not in page
    update_history()
    assert "is damaged" not in signed_in(email="another@example.org").get("/nation/over-time/").text
