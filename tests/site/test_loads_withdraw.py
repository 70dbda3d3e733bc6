"""A wrong night is taken back: nothing of it is left in what is shown, and undone everything is as it was."""

# ruff: noqa: F811 - fixtures come by import

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import models
from loads_fixtures import wished
from loads_homes import Home
from time_fixtures import _loaded_two, two  # noqa: F401
from withdraw_fixtures import FIRST, SECOND, SignIn, do, nights  # noqa: F401

from night_tools import wmt
from wmt.history import open_history
from wmt.nights import NightError
from wmt.nights.accepted_losses import accept_missing
from wmt.nights.withdrawal import withdrawals
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import Change
from wmt.site.availability.models import Grade
from wmt.site.changes import actions
from wmt.site.changes.recalculate import hold_journal
from wmt.site.changes.reconcile import differences
from wmt.site.loads import jobs, people_tables, withdrawal
from wmt.site.loads.withdrawal import Deed, WithdrawalRequest
from wmt.site.workload.models import FIGURES, Current, Load, Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database


def folder_bytes() -> dict[str, str]:
    """Every file of the nights and the history."""
    nights = django_settings.CONFIG.nights
    files = (path for path in nights.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(nights)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def figure_rows() -> dict[str, list[tuple[Any, ...]]]:
    """All rows that are shown, without the number of their load and of the last change that touched them."""
    number = Current.objects.get().load_id

    def rows(model: type[models.Model]) -> list[tuple[Any, ...]]:
        names = [
            each.attname for each in model._meta.fields if each.attname not in ("id", "load_id", "touched")
        ]
        return sorted(model._default_manager.filter(load_id=number).values_list(*names), key=repr)

    return {model.__name__: rows(model) for model in FIGURES}


@pytest.mark.both_databases
def test_withdrawn_and_restored_leaves_the_same_bytes(nights: tuple[str, str]) -> None:
    first, second = nights
    files, figures = folder_bytes(), figure_rows()
    done = do(Deed.WITHDRAW, second)
    assert done.state == Load.State.LOADED, done.message
    assert "Data from 21 November 2026, 6.30pm was withdrawn: the file of another region" in done.message
    assert current_state().night == first
    assert differences(current_state()) == []
    assert open_history(django_settings.CONFIG.nights).days == [FIRST]
    assert figure_rows() != figures
    row = Load.objects.filter(night=second, withdrawn_at__isnull=False).get()
    assert (row.withdrawn_by, row.withdrawn_why) == ("a test", "the file of another region")
    event = AuditEvent.objects.filter(kind="night").latest("pk")
    assert "withdrawn: the file of another region" in event.sentence
    back = do(Deed.RESTORE, second)
    assert back.state == Load.State.LOADED, back.message
    assert (current_state().night, folder_bytes(), figure_rows()) == (second, files, figures)
    assert not Load.objects.filter(withdrawn_at__isnull=False).exists()
    assert differences(current_state()) == []


def test_the_former_night_and_the_later_one_again(nights: tuple[str, str]) -> None:
    first, second = nights
    files, figures = folder_bytes(), figure_rows()
    assert withdrawal.former_night(Load.objects.get(pk=Current.objects.get().load_id)) == first
    assert do(Deed.SHOW, first).state == Load.State.LOADED
    assert current_state().night == first
    assert folder_bytes() == files
    assert do(Deed.SHOW, second).state == Load.State.LOADED
    assert (folder_bytes(), figure_rows()) == (files, figures)


@pytest.mark.both_databases
def test_a_correction_of_grade_that_only_the_night_ended_counts_again(nights: tuple[str, str]) -> None:
    post = Unit.objects.filter(level="post", whole=True, grade="PO", available_x100__gt=0).first()
    assert post is not None
    asked = Change(kind="grade", post=(post.team_code, post.staff_code), grade="SPO", first_day=FIRST)
    actions.save(actor=None, who="somebody", changes=[asked])
    load = Load.objects.get(pk=Current.objects.get().load_id)
    Unit.objects.filter(load=load, code=post.code).update(supplied_grade="SPO")  # its extract agrees
    with hold_journal() as journal:
        load.change = journal.next()
        people_tables.end_agreed_grades(load, load.change)
        load.save()
    assert Grade.objects.get(ended_change=None).last_day == SECOND
    assert do(Deed.WITHDRAW, nights[1]).state == Load.State.LOADED
    assert Grade.objects.get(ended_change=None).last_day is None
    shown = Unit.objects.get(load_id=current_state().load_id, code=post.code, level="post")
    assert (shown.supplied_grade, shown.grade) == ("PO", "SPO")
    assert differences(current_state()) == []


@pytest.mark.both_databases
def test_a_night_that_is_not_shown(nights: tuple[str, str]) -> None:
    first, second = nights
    files, figures, shown = folder_bytes(), figure_rows(), Current.objects.get().load_id
    done = do(Deed.WITHDRAW, first)
    assert (done.state, Current.objects.get().load_id) == (Load.State.DONE, shown)
    assert open_history(django_settings.CONFIG.nights).days == [SECOND]
    assert figure_rows() == figures
    assert do(Deed.RESTORE, first).state == Load.State.DONE
    assert (current_state().night, folder_bytes()) == (second, files)


def test_the_only_night(nights: tuple[str, str], signed_in: SignIn) -> None:
    first, second = nights
    do(Deed.WITHDRAW, first)
    done = do(Deed.WITHDRAW, second)
    assert "No figures are shown" in done.message
    assert "No data yet" in signed_in("administrator").get("/nation/").text
    assert do(Deed.RESTORE, second).state == Load.State.LOADED
    assert current_state().night == second


def test_the_same_extract_again_says_that_it_was_withdrawn(
    nights: tuple[str, str], written_nation: Any, signed_in: SignIn
) -> None:
    from wmt.site.loads import loading

    second = nights[1]
    do(Deed.WITHDRAW, second)
    again = loading.perform(wished(written_nation, 1))
    assert again.state == Load.State.FAILED
    assert "withdrawn on" in again.message
    assert "the file of another region" in again.message
    page = signed_in("administrator").get(f"/loads/{again.pk}/")
    assert f'href="/loads/night/{second}/restore/"' in page.text


@pytest.mark.parametrize(
    ("deed", "night", "reason", "said"),
    [
        (Deed.WITHDRAW, "2020-01-01T000000", "wrong", "is not saved data"),
        (Deed.WITHDRAW, "../../etc", "wrong", "not the name of saved data"),
        (Deed.WITHDRAW, "", "", "not the name of saved data"),
        (Deed.RESTORE, "2026-11-20T183000", "", "is not withdrawn"),
        (Deed.SHOW, "2020-01-01T000000", "", "is not saved data"),
    ],
)
def test_what_cannot_be(nights: tuple[str, str], deed: Deed, night: str, reason: str, said: str) -> None:
    before = Load.objects.count(), folder_bytes()
    with pytest.raises(NightError, match=said):
        do(deed, night, reason)
    assert (Load.objects.count(), folder_bytes()) == before
    assert nights


STEPS = ["wmt.nights.withdrawal.put_away", "wmt.site.loads.withdrawal._settle",
         "wmt.nights.withdrawal.strike"]  # fmt: skip
if os.environ.get("WMT_SOAK") == "1":
    STEPS += ["wmt.site.loads.withdrawal._compact", "wmt.site.workload.swap.put",
              "wmt.nights.withdrawal.put_back"]  # fmt: skip


@pytest.mark.both_databases
@pytest.mark.parametrize("step", STEPS)
def test_cut_short_at_any_step_it_is_finished_by_the_next(
    nights: tuple[str, str], monkeypatch: Any, step: str
) -> None:
    """As a kill leaves it: the record is there, and what had not been done is done by whoever comes next."""
    second = nights[1]
    files, figures = folder_bytes(), figure_rows()
    is_back = step.endswith(("put_back", "strike"))
    if is_back:
        do(Deed.WITHDRAW, second)
    with monkeypatch.context() as patch:
        patch.setattr(step, _killed)
        with pytest.raises(KeyboardInterrupt):
            do(Deed.RESTORE if is_back else Deed.WITHDRAW, second)
    withdrawal.finish()
    if not is_back:
        assert [each.night for each in withdrawals(django_settings.CONFIG.nights)] == [second]
        assert current_state().night == nights[0]
        assert differences(current_state()) == []
        do(Deed.RESTORE, second)
    assert (current_state().night, folder_bytes(), figure_rows()) == (second, files, figures)
    assert not Load.objects.filter(withdrawn_at__isnull=False).exists()
    loads = Load.objects.count()
    withdrawal.finish()
    assert Load.objects.count() == loads, "nothing is left to be finished"


@pytest.mark.both_databases
def test_a_job_that_was_killed_after_the_pages_turned_finishes_the_rest(
    nights: tuple[str, str], monkeypatch: Any
) -> None:
    wanted = WithdrawalRequest(Deed.WITHDRAW, nights[1], "the file of another region")
    load = withdrawal.ask(wanted=wanted, who="a test")
    with monkeypatch.context() as patch:
        patch.setattr("wmt.nights.withdrawal.put_away", _killed)
        patch.setattr("wmt.site.loads.run.fail", lambda *_: None)  # a kill says nothing
        with pytest.raises(KeyboardInterrupt):
            withdrawal.perform(load)
    load.refresh_from_db()
    assert (load.state, current_state().night) == (Load.State.LOADED, nights[0])
    assert jobs.load_was_killed(load.pk, again=True)
    jobs.load_extract.call(load.pk)
    assert not (django_settings.CONFIG.nights / nights[1]).exists()
    assert Load.objects.filter(night=nights[1], withdrawn_at__isnull=False).exists()
    assert open_history(django_settings.CONFIG.nights).days == [FIRST]


def _killed(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


# ---- commands ----------------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_commands_withdraw_and_restore_in_the_site(kept_home: Home, tmp_path: Path) -> None:
    night = "2026-11-20T183000"
    with kept_home.copied(tmp_path / "home") as home:
        before = home.figures()
        done = wmt("nights", "withdraw", night, "--reason", "a test file", "--json", **home.env)
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)
        assert (said["night"], said["state"]) == (night, "done")
        assert home.ask("SELECT COUNT(*) FROM workload_current") == [(0,)]
        assert wmt("nights", "restore", night, **home.env).returncode == 0
        assert home.figures() == before
        shutil.rmtree(home.path / "nights" / night)
        wrong = wmt("nights", "verify", "--json", **home.env)
        assert wrong.returncode == 1
        told = json.loads(wrong.stdout)
        assert [fault["what"] for fault in told["faults"]] == [night]
        assert f"accept-missing {night}" in told["faults"][0]["remedy"]


@pytest.mark.both_databases
def test_loads_whose_folder_is_gone_and_folders_that_no_load_made(nights: tuple[str, str]) -> None:
    from wmt.site.loads.known_nights import compare

    first, second = nights
    home = django_settings.CONFIG.nights
    found = compare()
    assert (found.faults, found.unknown) == ((), ())
    shutil.copytree(home / first, home / "2026-11-19T183000")
    (home / first).rename(home.parent / first)
    found = compare()
    assert [fault.what for fault in found.faults] == [first]
    assert "its folder is gone" in found.faults[0].wrong
    assert found.unknown == ("2026-11-19T183000",)
    accept_missing(home, first, "a disk that died", "a test")
    assert compare().faults == ()
    do(Deed.WITHDRAW, second)
    assert compare().faults == ()
