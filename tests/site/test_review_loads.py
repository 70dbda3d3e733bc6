"""Loads whose process ended while they waited for their turn: what a review of the site found."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from wmt.site.start import tidy_up
from wmt.site.workload import jobs
from wmt.site.workload.loading import Wish
from wmt.site.workload.models import Load


@pytest.fixture
def waiting(db: None) -> Load:  # noqa: ARG001
    load = jobs.ask_for_load(wish=Wish(paths=["/nowhere"]), user="a person", names=["night.xlsx"])
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
