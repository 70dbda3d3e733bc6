"""What comes of a load: shown, kept as history, nothing to do, refused, not done; and what its row says."""

import errno
import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from loads_fixtures import home_of_its_own, night_of, spoiled, wished

from wmt.nights import NightBusyError
from wmt.nights.lock import loading as lock
from wmt.site.audit.models import AuditEvent
from wmt.site.loads import loading
from wmt.site.loads.load_request import LoadRequest
from wmt.site.loads.reports import report_of
from wmt.site.workload import swap
from wmt.site.workload.models import FIGURES, Current, Fault, Line, Load, Unit

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def home(nation: Any, settings: Any, tmp_path: Path) -> Path:
    """A home of its own for every test, with a copy of the night that is shown."""
    return home_of_its_own(nation, settings, tmp_path)


def shown() -> int:
    return Current.objects.get().load_id


@pytest.mark.both_databases
def test_a_later_night_is_shown(nation: Any, written_nation: Any) -> None:
    done = loading.perform(wished(written_nation, 1))
    assert (done.state, shown()) == (Load.State.LOADED, done.pk)
    # a load is as large as all of its streams together
    streams = Unit.objects.filter(load=done, level="nation", grade="")
    assert len(streams) > 1
    assert done.posts == sum(each.posts for each in streams)
    assert done.cases == sum(each.cases for each in streams)
    assert (done.percent, done.stage, done.refusals) == (100, "", 0)
    assert done.warnings == done.faults.count()
    # pages that were begun before still find the former figures
    assert Line.objects.filter(load=nation.load).exists()


@pytest.mark.both_databases
def test_the_same_input_twice_changes_nothing(nation: Any, written_nation: Any) -> None:
    again = loading.perform(wished(written_nation, 0))
    assert (again.state, shown()) == (Load.State.UNCHANGED, nation.load.pk)
    assert "Nothing" not in again.message
    assert "were not changed" in again.message
    assert not any(model._default_manager.filter(load=again).exists() for model in FIGURES)


def test_an_earlier_night_is_kept_as_history(written_nation: Any, nation: Any) -> None:
    shutil.rmtree(loading.settings.CONFIG.nights / nation.load.night)
    later = loading.perform(wished(written_nation, 1))
    unasked = loading.perform(wished(written_nation, 0))
    assert (unasked.state, shown()) == (Load.State.HELD, later.pk)
    assert unasked.message.startswith("It is older than the data shown")
    loading.held.reject(unasked.pk, reason="a test", who="a test")
    earlier = loading.perform(wished(written_nation, 0, history=True))
    assert (later.state, earlier.state) == (Load.State.LOADED, Load.State.LOADED)
    assert "kept in the history" in earlier.message
    assert shown() == later.pk
    assert loading.perform(wished(written_nation, 0)).state == Load.State.UNCHANGED


def test_a_correction_is_shown(nation: Any, written_nation: Any) -> None:
    other = LoadRequest(paths=[str(night_of(written_nation, 0) / "tidy")], names=False)
    refused = loading.perform(loading.ask(wish=other, who="a test"))
    assert (refused.state, shown()) == (Load.State.FAILED, nation.load.pk)
    assert "correction" in refused.message
    wish = LoadRequest(paths=other.paths, names=False, correction=True)
    done = loading.perform(loading.ask(wish=wish, who="a test"))
    assert (done.state, shown()) == (Load.State.LOADED, done.pk)
    assert done.night == f"{nation.load.night}.1"


@pytest.mark.both_databases
def test_a_refused_input_changes_nothing_and_keeps_its_report(
    nation: Any, written_nation: Any, tmp_path: Path
) -> None:
    before = list(Line.objects.values_list("pk", flat=True))
    bad = spoiled(written_nation, 1, tmp_path / "bad", faults=3)
    done = loading.perform(loading.ask(wish=LoadRequest(paths=[str(bad)]), who="a test"))
    assert (done.state, shown()) == (Load.State.REFUSED, nation.load.pk)
    assert list(Line.objects.values_list("pk", flat=True)) == before
    places = done.faults.filter(severity="refuse").values_list("sheet", "row", "column")
    assert list(places) == [("case", row, "location") for row in (2, 3, 4)]
    assert done.refusals == 3
    report = report_of(done)
    assert (report["accepted"], report["as_at"]) == (False, "2026-11-21T18:30:00")
    assert len(report["faults"]) == done.faults.count()


@pytest.mark.both_databases
def test_twenty_thousand_faults_are_kept(nation: Any) -> None:
    from wmt.site.loads.reports import keep_report

    fault = {"severity": "refuse", "code": "BAD_COUNT", "sheet": "T\0A", "column": "A3", "message": "\ud800?"}
    report = {**report_of(nation.load), "faults": [{**fault, "row": row} for row in range(20_000)]}
    load = loading.ask(wish=LoadRequest(paths=[]), who="a test")
    keep_report(load, report)
    assert (load.refusals, Fault.objects.filter(load=load).count()) == (20_000, 20_000)
    assert Fault.objects.filter(load=load).values_list("sheet", "message")[0] == ("T�A", "??")


@pytest.mark.both_databases
def test_a_night_written_by_a_killed_load_is_shown_by_the_next(written_nation: Any, monkeypatch: Any) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    first = wished(written_nation, 1)
    with monkeypatch.context() as patched:
        patched.setattr(swap, "put", killed)
        with pytest.raises(KeyboardInterrupt):
            loading.perform(first)
    first.refresh_from_db()
    assert (first.state, "stopped" in first.message) == (Load.State.FAILED, True)
    done = loading.perform(wished(written_nation, 1))
    assert (done.state, shown()) == (Load.State.LOADED, done.pk)
    assert done.faults.count() == done.warnings > 0
    assert done.sheets


def test_a_full_disk_is_said(nation: Any, written_nation: Any, monkeypatch: Any) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/somewhere")

    load = wished(written_nation, 1)
    with monkeypatch.context() as patched:
        patched.setattr("wmt.nights.write.sync", full)
        with pytest.raises(OSError, match="No space"):
            loading.perform(load)
    assert (load.state, shown()) == (Load.State.FAILED, nation.load.pk)
    assert load.message == "/somewhere: No space left on device. The figures shown were not changed."
    assert loading.perform(wished(written_nation, 1)).state == Load.State.LOADED


@pytest.mark.both_databases
def test_a_fault_of_the_program_quotes_nothing(nation: Any, written_nation: Any, monkeypatch: Any) -> None:
    """More people read how a load ended than may read what stands in the file."""

    def broken(*_: Any, **__: Any) -> None:
        raise ValueError("DETAIL: the row (CRNMARKER, REASONMARKER) does not fit")

    monkeypatch.setattr(swap, "put", broken)
    with pytest.raises(ValueError, match="MARKER"):
        loading.perform(wished(written_nation, 1))
    load = Load.objects.order_by("-pk")[0]
    assert load.message.startswith("A fault of this program (ValueError), of which the log tells more.")
    told = AuditEvent.objects.filter(kind="load").values_list("sentence", flat=True)
    assert not any("MARKER" in text for text in (load.message, *told))
    assert Current.objects.get().load == nation.load


@pytest.mark.both_databases
def test_a_database_that_fails_leaves_the_former_figures(
    nation: Any, written_nation: Any, monkeypatch: Any
) -> None:
    def broken(*_: object) -> None:
        raise DatabaseError("disk I/O error")

    load = wished(written_nation, 1)
    with monkeypatch.context() as patched:
        patched.setattr(swap, "show", broken)
        with pytest.raises(DatabaseError):
            loading.perform(load)
    assert shown() == nation.load.pk
    assert loading.perform(wished(written_nation, 1)).state == Load.State.LOADED


def test_another_load_under_way(nation: Any, written_nation: Any, home: Path) -> None:
    load = wished(written_nation, 1)
    with lock(home, "loading something else"), pytest.raises(NightBusyError):
        loading.perform(load)
    load.refresh_from_db()
    assert (load.state, shown()) == (Load.State.FAILED, nation.load.pk)
    assert "loading something else" in load.message


@pytest.mark.both_databases
@pytest.mark.parametrize("file", ["results/totals.parquet", "manifest.json"])
def test_a_night_that_was_changed_is_not_shown(
    nation: Any, written_nation: Any, home: Path, file: str
) -> None:
    loading.perform(wished(written_nation, 1))
    Current.objects.update_or_create(pk=1, defaults={"load": nation.load})
    damaged = home / "nights" / "2026-11-21T183000" / file
    damaged.write_bytes(damaged.read_bytes()[:-9])
    done = loading.perform(wished(written_nation, 1))
    assert (done.state, shown()) == (Load.State.FAILED, nation.load.pk)
    assert file in done.message
    assert "copy" in done.message


@pytest.mark.both_databases
def test_a_night_is_shown_again_without_a_database(nation: Any, home: Path) -> None:
    def points(of: Load) -> list[int]:
        units = Unit.objects.filter(load=of).order_by("level", "code", "grade", "stream", "whole")
        return list(units.values_list("points_x100", flat=True))

    before = points(nation.load)
    Current.objects.all().delete()
    load = loading.ask(wish=LoadRequest(paths=[]), who="a test", names=["a night"])
    done = loading.show_again(home / "nights" / nation.load.night, load)
    assert (done.state, shown()) == (Load.State.LOADED, done.pk)
    assert done.faults.count() == nation.load.faults.count()
    assert points(done) == before
    missing = loading.ask(wish=LoadRequest(paths=[]), who="a test", names=["no night"])
    assert loading.show_again(home / "nights" / "2020-01-01T000000", missing).state == Load.State.FAILED


@pytest.mark.both_databases
def test_loads_whose_process_ended_are_buried_by_the_next(written_nation: Any, home: Path) -> None:
    dead = wished(written_nation, 1)
    kept = home / "uploads" / "abc" / "extract"
    kept.mkdir(parents=True)
    dead.order["paths"] = [str(kept)]
    dead.state, dead.beat_at = Load.State.RUNNING, dead.asked_at - timedelta(hours=1)
    dead.save()
    loading.perform(wished(written_nation, 0))
    dead.refresh_from_db()
    assert (dead.state, "was ended before" in dead.message) == (Load.State.FAILED, True)
    assert not kept.exists()


def test_every_load_is_an_event_with_a_sentence(written_nation: Any) -> None:
    done = loading.perform(wished(written_nation, 1))
    event = AuditEvent.objects.filter(kind="load").order_by("-pk").first()
    assert event is not None
    assert event.sentence == f"a test loaded 2026-11-21T183000/tidy: loaded. {done.message}"
