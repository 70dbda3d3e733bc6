"""A night that differs too far is held: nothing shown moves until somebody accepts it, with a reason."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from loads_fixtures import home_of_its_own, night_of, wished

from how_many import SOAK
from spoiled_nights import WAYS, read_tables, write_spoiled, write_tables
from wmt.history import compact
from wmt.site.audit.models import AuditEvent
from wmt.site.loads import endings, held, loading
from wmt.site.loads.load_request import LoadRequest
from wmt.site.outbox import delivery
from wmt.site.outbox.models import Message
from wmt.site.workload.models import FIGURES, Current, Load

pytestmark = pytest.mark.one_database

Written = Any


@pytest.fixture(autouse=True)
def home(nation: Any, settings: Any, tmp_path: Path) -> Path:
    """A home of its own for every test, with a copy of the night that is shown."""
    return home_of_its_own(nation, settings, tmp_path)


def cut(written: Written, number: int, to: Path, cases: int = 900) -> Path:
    """A night of which most cases are gone."""
    tidy = night_of(written, number) / "tidy"
    tables = read_tables(tidy)
    manifest = json.loads((tidy / "manifest.json").read_text())
    return write_tables({**tables, "case": tables["case"].head(cases)}, manifest, to)


def load_of(path: Path, **more: Any) -> Load:
    accept = more.pop("accept", "")
    wish = LoadRequest(paths=[str(path)], **more)
    return loading.perform(loading.ask(wish=wish, who="a test", accept=accept))


def shown() -> tuple[int, list[tuple[int, int]]]:
    """What is shown, and how many rows each table of figures has of it."""
    load = Current.objects.get().load_id
    return load, [
        (number, model._default_manager.filter(load=load).count()) for number, model in enumerate(FIGURES)
    ]


def nights(home: Path) -> dict[str, bytes]:
    """Every byte of the nights and of the history."""
    found = (path for path in sorted((home / "nights").rglob("*")) if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(home)): path.read_bytes() for path in found}


@pytest.fixture
def waiting(written_nation: Written, tmp_path: Path) -> Load:
    """A load that is held; the file it came from is gone by now."""
    load = load_of(cut(written_nation, 1, tmp_path / "cut"))
    shutil.rmtree(tmp_path / "cut")
    assert load.state == Load.State.HELD
    return load


def test_the_same_night_again_says_what_becomes_of_tables_that_came(
    waiting: Load, written_nation: Written, home: Path, tmp_path: Path
) -> None:
    before = nights(home)
    again = load_of(
        cut(written_nation, 1, tmp_path / "again"), people=str(night_of(written_nation, 1) / "people")
    )
    assert again.state == Load.State.UNCHANGED
    assert f"held for a decision already, as load {waiting.pk}" in again.message
    assert "came this time were not kept: accepting takes no tables of people" in again.message
    assert nights(home) == before


@pytest.mark.parametrize("number", range(200 if SOAK else len(WAYS)))
def test_no_spoiled_night_is_shown(
    written_nation: Written, home: Path, settings: Any, tmp_path: Path, number: int
) -> None:
    settings.CONFIG = replace(settings.CONFIG, today="2026-11-21")
    compact(settings.CONFIG.nights)
    before = shown(), nights(home)
    way = write_spoiled(night_of(written_nation, 1) / "tidy", tmp_path / "spoiled", number)
    done = load_of(tmp_path / "spoiled", people=str(night_of(written_nation, 1) / "people"))
    assert done.state in (Load.State.HELD, Load.State.REFUSED), (way, done.message)
    assert (shown(), nights(home)) == before
    assert "fault of this program" not in done.message


@pytest.mark.both_databases
def test_a_held_night_changes_nothing_and_is_told(
    nation: Any, signed_in: Callable[..., Client], written_nation: Written, home: Path, tmp_path: Path
) -> None:
    signed_in("administrator")
    signed_in("analyst")
    before = shown()
    load = load_of(cut(written_nation, 1, tmp_path / "cut"))
    assert (load.state, shown()) == (Load.State.HELD, before)
    assert load.verdict["beside"] == [nation.load.night]
    kept = Path(load.order["paths"][0])
    assert home / "uploads" in kept.parents
    assert sorted(path.name for path in kept.iterdir()) == sorted(
        path.name for path in (tmp_path / "cut").iterdir()
    )
    assert mail.outbox == []
    delivery.send_due()
    (sent,) = mail.outbox
    assert sent.to == ["administrator.nation@example.org"]
    assert "- Active cases: " in sent.body
    assert f"/loads/{load.pk}/" in sent.body
    names = {str(name) for name in read_tables(tmp_path / "cut")["staff"]["surname"]}
    assert not [name for name in names if name in sent.body]


@pytest.mark.both_databases
def test_the_same_input_again_is_still_held(waiting: Load, written_nation: Written, tmp_path: Path) -> None:
    told = Message.objects.count()
    again = load_of(cut(written_nation, 1, tmp_path / "cut"))
    assert (again.state, again.decision) == (Load.State.UNCHANGED, {"is": "waiting", "load": waiting.pk})
    assert Load.objects.filter(state=Load.State.HELD).count() == 1
    delivery.send_due()
    assert len(mail.outbox) == told


@pytest.mark.both_databases
def test_an_accepted_night_is_shown_and_audited(waiting: Load, home: Path) -> None:
    held.accept(waiting.pk, reason="Cases moved to another system", who="a decider")
    done = loading.perform(Load.objects.get(pk=waiting.pk))
    assert (done.state, shown()[0], done.cases) == (Load.State.LOADED, waiting.pk, done.cases)
    assert list((home / "uploads").iterdir()) == []
    said = AuditEvent.objects.filter(kind="load decision").values_list("sentence", "who")
    assert list(said) == [
        (f"a decider accepted load {waiting.pk}, which was held: Cases moved to another system", "a decider")
    ]


@pytest.mark.both_databases
def test_a_rejected_night_is_gone(waiting: Load, home: Path) -> None:
    before = shown()
    held.reject(waiting.pk, reason="Half the regions are missing", who="a decider")
    waiting.refresh_from_db()
    assert (waiting.state, shown()) == (Load.State.REJECTED, before)
    assert list((home / "uploads").iterdir()) == []
    with pytest.raises(held.CannotDecideError, match="not held"):
        held.accept(waiting.pk, reason="after all", who="another")


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_decision_needs_a_reason(waiting: Load, reason: str) -> None:
    for decide in (held.accept, held.reject):
        with pytest.raises(held.CannotDecideError, match="reason"):
            decide(waiting.pk, reason=reason, who="a decider")


def test_an_acceptance_counts_beside_the_night_that_was_seen(waiting: Load, written_nation: Written) -> None:
    """The figures shown have moved on since: the night is older now, and held again."""
    later = loading.perform(wished(written_nation, 1))
    assert later.state == Load.State.LOADED
    held.accept(waiting.pk, reason="It is right", who="a decider")
    done = loading.perform(Load.objects.get(pk=waiting.pk))
    assert done.state == Load.State.HELD
    assert shown()[0] == later.pk
    assert Path(done.order["paths"][0]).is_dir()


def test_a_night_may_be_accepted_as_it_is_loaded(written_nation: Written, tmp_path: Path) -> None:
    done = load_of(cut(written_nation, 1, tmp_path / "cut"), accept="A region left the service")
    assert (done.state, shown()[0]) == (Load.State.LOADED, done.pk)
    event = AuditEvent.objects.get(kind="load decision")
    assert event.sentence.endswith("although it differs too far: A region left the service")


@pytest.mark.both_databases
@pytest.mark.parametrize("accepted", [False, True])
def test_a_process_that_ends_leaves_it_held(waiting: Load, accepted: bool) -> None:
    """Killed while it waits for its job, or under way."""
    if accepted:
        held.accept(waiting.pk, reason="It is right", who="a decider")
        Load.objects.filter(pk=waiting.pk).update(state=Load.State.RUNNING)
    endings.end_dead_loads()
    waiting.refresh_from_db()
    assert waiting.state == Load.State.HELD
    assert Path(waiting.order["paths"][0]).is_dir()
    held.accept(waiting.pk, reason="It is right", who="a decider")
    Load.objects.filter(pk=waiting.pk).update(beat_at=timezone.now() - timedelta(hours=1))
    endings.end_forgotten_loads(asked=[])
    waiting.refresh_from_db()
    assert waiting.state == Load.State.HELD
    held.accept(waiting.pk, reason="It is right", who="a decider")
    assert loading.perform(Load.objects.get(pk=waiting.pk)).state == Load.State.LOADED


@pytest.mark.both_databases
def test_what_nobody_decides_on_goes_after_its_time(
    waiting: Load, written_nation: Written, home: Path
) -> None:
    Load.objects.filter(pk=waiting.pk).update(ended_at=timezone.now() - timedelta(days=29))
    loading.perform(wished(written_nation, 0))
    waiting.refresh_from_db()
    assert waiting.state == Load.State.REJECTED
    assert list((home / "uploads").iterdir()) == []


def test_a_true_night_beside_one_of_a_day_that_has_not_come(
    written_nation: Written, settings: Any, tmp_path: Path
) -> None:
    """Made-up dates were allowed once: a night of 2030 is shown, and true ones come after it."""
    tables = read_tables(night_of(written_nation, 1) / "tidy")
    manifest = json.loads((night_of(written_nation, 1) / "tidy" / "manifest.json").read_text())
    ahead = load_of(write_tables(tables, manifest | {"as_at": "2030-01-01T18:30:00"}, tmp_path / "ahead"))
    assert (ahead.state, shown()[0]) == (Load.State.LOADED, ahead.pk)
    settings.CONFIG = replace(settings.CONFIG, today="2026-11-22")
    true = loading.perform(wished(written_nation, 1))
    assert (true.state, shown()[0]) == (Load.State.HELD, ahead.pk)
    assert "shown_ahead" in [row["kind"] for row in true.verdict["differences"]]
    assert "dated in the future" in true.message
    held.accept(true.pk, reason="2030 was a rehearsal", who="a decider")
    assert loading.perform(Load.objects.get(pk=true.pk)).state == Load.State.LOADED
    assert shown()[0] == true.pk


# ---- pages -------------------------------------------------------------------------------------------------


def test_the_page_lists_the_differences_and_takes_a_decision(
    waiting: Load, signed_in: Callable[..., Client]
) -> None:
    admin, analyst = signed_in("administrator"), signed_in("analyst")
    address = reverse("load", args=[waiting.pk])
    page = admin.get(address).content.decode()
    for words in (
        "Held for a decision",
        "Active cases",
        "Over the limit",
        "Accept and load it",
        "Reject it",
    ):
        assert words in page
    assert "Accept and load it" not in analyst.get(address).content.decode()
    decide = reverse("load-decide", args=[waiting.pk])
    assert analyst.post(decide, {"reason": "x", "decision": "accept"}).status_code == 403
    empty = admin.post(decide, {"reason": "", "decision": "accept"})
    assert (empty.status_code, "Enter a reason" in empty.content.decode()) == (422, True)
    assert admin.post(decide, {"reason": "It is wrong", "decision": "reject"}).status_code == 302
    twice = admin.post(decide, {"reason": "It is right", "decision": "accept"})
    assert (twice.status_code, "Someone else may have decided" in twice.content.decode()) == (409, True)
    page = admin.get(address).content.decode()
    assert "rejected it. Reason: It is wrong" in page


def test_accepting_on_the_page_asks_a_job(waiting: Load, signed_in: Callable[..., Client]) -> None:
    admin = signed_in("administrator")
    sent = admin.post(
        reverse("load-decide", args=[waiting.pk]), {"reason": "It is right", "decision": "accept"}
    )
    assert sent.status_code == 302
    waiting.refresh_from_db()
    assert waiting.state in (Load.State.WAITING, Load.State.LOADED)


def test_every_page_says_that_newer_data_is_held(waiting: Load, signed_in: Callable[..., Client]) -> None:
    admin, reader = signed_in("administrator"), signed_in("")
    assert f'href="/loads/{waiting.pk}/">Decide' in admin.get("/nation/").content.decode()
    page = reader.get("/nation/").content.decode()
    assert "Newer data is held for a check." in page
    assert ">Decide<" not in page
    held.reject(waiting.pk, reason="wrong", who="a decider")
    assert "held for a check" not in reader.get("/nation/").content.decode()


@pytest.mark.both_databases
def test_tables_of_people_with_days_that_cannot_be_are_refused_by_name(
    written_nation: Written, tmp_path: Path
) -> None:
    folder = tmp_path / "people"
    folder.mkdir()
    for day in ("1899-12-31", "9999-12-31"):
        rows = f"team_code,staff_code,reason,hours,first_day,last_day\nN1,A,3,2,2026-11-01,{day}\n"
        (folder / "reductions.csv").write_text(rows, encoding="utf-8")
        done = load_of(night_of(written_nation, 1) / "tidy", people=str(folder))
        assert done.state == Load.State.REFUSED
        assert "PEOPLE_BAD_DATE" in done.faults.filter(severity="refuse").values_list("code", flat=True)
