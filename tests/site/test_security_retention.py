"""What is private goes from every table when its time is over; every figure stays what it was."""

import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from loads_fixtures import home_of_its_own, night_of
from loads_homes import Home
from security_fixtures import everything_kept

from conftest import Nation
from night_tools import wmt
from wmt.site import retention
from wmt.site.accounts.models import ApiToken, User
from wmt.site.accounts.tokens import make_token
from wmt.site.allocation.models import CaseAllocation, WaitingCase
from wmt.site.audit.models import AuditEvent
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import Change
from wmt.site.availability.models import Grade, Hours, Reduction
from wmt.site.availability.queries import plans_of
from wmt.site.availability.table_changes import changes_of
from wmt.site.availability.withheld import REDUCED
from wmt.site.changes import actions
from wmt.site.changes.people_files import read_people
from wmt.site.changes.reasons import CATEGORIES, save_reason
from wmt.site.changes.reconcile import differences
from wmt.site.duties.models import Duty, Notice, Step
from wmt.site.loads import loading
from wmt.site.loads.load_request import LoadRequest
from wmt.site.retention import removal
from wmt.site.serving import housekeeping
from wmt.site.web.availability.upload_kept import keep
from wmt.site.workload.models import Cell, Fault, Line, Load, Unit
from wmt.site.workload.state import current_state

DAY = timedelta(days=1)
#: Past every period but that of the audit; past all of them.
LATER, MUCH_LATER = timedelta(days=1200), timedelta(days=2300)
Post = tuple[str, str]


@pytest.fixture
def planted(nation: Nation) -> tuple[Nation, Post]:
    """A record, a duty, a load, a job, a session and a token that are over, each with a word of its own."""
    unit = nation.unit("post", stale_since=None, points_x100__gt=0, reduction_hours_micro=0)
    post = unit.team_code, unit.staff_code
    reason = save_reason(
        actor=None, first_day=date(2026, 1, 1), name="Private REASON", short_name="Private",
        allowance_x100=None, category=CATEGORIES[0], max_x100=None, months=None, who="a test",
    ).reason  # fmt: skip
    for word, first, last in (
        ("OVER", date(2026, 9, 1), date(2026, 9, 30)), ("STANDS", date(2026, 11, 1), None),
    ):  # fmt: skip
        change = Change(
            kind="reduction", post=post, reason=reason, hours_micro=1_000_000, first_day=first, last_day=last,
            notes=f"NOTE{word}",
        )  # fmt: skip
        actions.save(actor=None, changes=[change], why=f"WHY{word}", who="a test")
    hours = Change(kind="hours", post=post, hours_micro=30_000_000, first_day=date(2026, 11, 2))
    actions.save(actor=None, changes=[hours], why="WHYHOURS", who="a test")
    _duty(unit)
    _traces(nation.load)
    return nation, post


def _duty(unit: Unit) -> None:
    over = date(2026, 10, 1)
    days = dict.fromkeys(
        ("opened_on", "seen_on", "run_since", "excess_since", "clock_from", "acknowledge_by", "decide_by",
         "moved_on", "closed_on"), over,
    )  # fmt: skip
    duty = Duty.objects.create(
        team_code=unit.team_code, staff_code=unit.staff_code, name=unit.name, team_name="T", mark="m",
        percent_x100=11_500, days=28, closed_why="fell", **days,
    )  # fmt: skip
    Step.objects.create(duty=duty, number=1, kind="talked", day=over, who="Ann", words="SAIDMARKER")
    user = User.objects.create_user("noted@example.org", name="Noted")
    Notice.objects.create(user=user, duty=duty, kind="talked", words="NOTICEMARKER")


def _traces(load: Load) -> None:
    Fault.objects.create(
        load=load, severity="warn", code="TIER_UNKNOWN", sheet="Wmt", row=7, column="tier",
        message="the cell says CELLMARKER",
    )  # fmt: skip
    load.set_aside = [{"team_code": "N01", "message": "ASIDEMARKER"}]
    load.message = "MESSAGEMARKER"
    load.save()
    DBTaskResult.objects.create(
        status="SUCCESSFUL", finished_at=timezone.now(), args_kwargs={"args": ["JOBMARKER"], "kwargs": {}},
        task_path="wmt.site.duties.jobs.mail", backend_name="default", run_after=timezone.now(), priority=0,
        queue_name="default", exception_class_path="", traceback="",
    )  # fmt: skip
    Session.objects.create(session_key="SESSIONMARKER", session_data="x", expire_date=timezone.now())
    user = User.objects.create_user("tokens@example.org", name="Tokens")
    make_token(user=user, name="TOKENMARKER", first_day=timezone.localdate(), last_day=timezone.localdate())
    words = {name: f"GIVEN{name.upper()}" for name in ("ref", "notes", "why_over", "why_not_eligible")}
    CaseAllocation.objects.create(
        key="k", from_post="N01:A", to_post="N01:B", was_waiting=False, first_day=timezone.localdate(),
        kind_no=0, tier_scheme="pc16", points_x100=100, reason="other", change=0, who="Ann",
        state=CaseAllocation.State.CONFIRMED, is_open=False, **words,
    )  # fmt: skip
    words = {name: f"WAITED{name.upper()}" for name in
             ("ref", "no_tier_why", "order_length", "appointment_with", "court", "change_why")}  # fmt: skip
    WaitingCase.objects.create(
        team_code="N01", location="custody", arrived_on=timezone.localdate(), as_at=timezone.now(),
        source="typed", who="Ann", state=WaitingCase.State.WITHDRAWN, requirements=["WAITEDREQUIREMENT"],
        previous_posts=["WAITEDPOST"], **words,
    )  # fmt: skip
    record("sign-in refused", "ATTEMPTMARKER", who="somebody")
    record("read", "READMARKER", who="somebody")
    record("records followed", "FOLLOWEDMARKER", who="a load", after=[{"says": "FOLLOWEDFACT"}])
    record("records carried over", "CARRIEDMARKER", who="a command", after=[{"says": "CARRIEDFACT"}])
    record("user", "USERMARKER", who="somebody")


GOES = (
    "WAITEDREF", "WAITEDNO_TIER_WHY", "WAITEDORDER_LENGTH", "WAITEDAPPOINTMENT_WITH", "WAITEDCOURT",
    "WAITEDCHANGE_WHY", "WAITEDREQUIREMENT", "WAITEDPOST",
    "GIVENREF", "GIVENNOTES", "GIVENWHY_OVER", "GIVENWHY_NOT_ELIGIBLE",
    "NOTEOVER", "WHYOVER", "WHYHOURS", "SAIDMARKER", "NOTICEMARKER", "CELLMARKER", "ASIDEMARKER",
    "MESSAGEMARKER", "JOBMARKER", "SESSIONMARKER", "ATTEMPTMARKER", "READMARKER",
    "FOLLOWEDMARKER", "FOLLOWEDFACT", "CARRIEDMARKER", "CARRIEDFACT",
)  # fmt: skip


def figures() -> Counter[Any]:
    """Every unit, line and cell that is shown, and every amount that was entered."""
    state, found = current_state(), Counter[Any]()
    for model in (Unit, Line, Cell):
        names = [field.attname for field in model._meta.fields]
        found.update(model.objects.filter(load_id=state.load_id).values_list(*names))
    found.update(Hours.objects.values_list("key", "version", "hours_micro", "first_day", "withdrawn"))
    amounts = (
        "key",
        "version",
        "hours_micro",
        "percent_x100",
        "first_day",
        "last_day",
        "withdrawn",
        "change",
    )
    found.update(Reduction.objects.values_list(*amounts))
    found.update(Grade.objects.values_list("key", "version", "grade", "first_day", "last_day"))
    found.update(Load.objects.values_list("id", "posts", "cases", "refusals", "warnings", "night"))
    duty = [field.attname for field in Duty._meta.fields if field.attname != "told"]
    found.update(Duty.objects.values_list(*duty))
    found.update(Step.objects.values_list("duty_id", "number", "kind", "day", "who"))
    return found


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_private_text_goes_from_every_table_and_figures_stay(planted: tuple[Nation, Post]) -> None:
    nation, post = planted
    before, files, kept = figures(), files_of(nation.night.path.parent), everything_kept()
    assert [word for word in GOES if word not in kept] == []
    now = timezone.now() + LATER
    wanted = retention.due(now)
    assert everything_kept() == kept
    done = retention.apply(now=now)
    assert done == wanted
    kept = everything_kept()
    assert [word for word in GOES if word in kept] == []
    assert (figures(), files_of(nation.night.path.parent)) == (before, files)
    assert differences(current_state()) == []
    over, stands = plans_of([post])[post].reductions
    assert (over.reason, over.notes, over.hours_micro) == ("Reduced hours", "", 1_000_000)
    assert (stands.notes, stands.reason != "Reduced hours") == ("NOTESTANDS", True)
    assert "USERMARKER" in kept  # its time is not over yet
    assert retention.due(now) == {}
    assert retention.apply(now=now) == {}


def test_what_went_is_said_in_the_audit_by_kind_and_count(planted: tuple[Nation, Post]) -> None:  # noqa: ARG001
    done = retention.apply(now=timezone.now() + LATER, who="ann, on the command line")
    said = AuditEvent.objects.filter(kind="retention")
    assert sum(event.after["count"] for event in said) == sum(done.values())
    assert {event.who for event in said} == {"ann, on the command line"}
    assert "Retention removed 1 words said in duties, after 730 days." in {event.sentence for event in said}
    event = AuditEvent.objects.filter(kind="reduction").first()
    assert event is not None
    assert event.sentence == "Reduction changed. Removed after the retention period."
    assert (event.before, event.after, event.who) == (None, None, "a test")


def test_the_audit_itself_ends(planted: tuple[Nation, Post]) -> None:  # noqa: ARG001
    now = timezone.now() + MUCH_LATER
    retention.apply(now=now)
    assert "USERMARKER" not in everything_kept()
    assert set(AuditEvent.objects.values_list("kind", flat=True)) == {"retention"}
    assert not ApiToken.objects.filter(name="TOKENMARKER").exists()


def test_nothing_goes_before_its_time(planted: tuple[Nation, Post]) -> None:  # noqa: ARG001
    assert retention.due(timezone.now() + timedelta(hours=12)) == {}
    later = retention.due(timezone.now() + 2 * DAY)
    assert later == {"expired sessions": 1}
    assert set(retention.due(timezone.now() + 31 * DAY)) == {"expired sessions", "jobs that are done"}


@pytest.mark.usefixtures("planted")
def test_periods_are_dated_policies(tmp_path: Path, settings: Any) -> None:
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path)
    lines = (
        "name: ours\nreference: our schedule\nvalues:\n  retention.sessions: 400\n  retention.duties: 10\n"
    )
    (tmp_path / "policy.yaml").write_text(lines)
    found = retention.due(timezone.now() + 2 * DAY)
    assert found == {"words said in duties": 1, "notices about duties": 1}


@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize("number", [2, 7, 11])
def test_stopped_half_way_it_can_be_done_again(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    now, calls = timezone.now() + LATER, []
    wanted = retention.due(now)

    def stopped(*args: Any, **more: Any) -> AuditEvent:
        calls.append(args)
        if len(calls) == number:
            raise KeyboardInterrupt
        return record(*args, **more)

    with monkeypatch.context() as patched:
        patched.setattr(removal, "record", stopped)
        with pytest.raises(KeyboardInterrupt):
            retention.apply(now=now)
    events = AuditEvent.objects.filter(kind="retention")
    gone = {event.sentence.split(", after")[0].split(" ", 3)[3]: event.after["count"] for event in events}
    assert len(gone) == number - 1
    assert {what: count for what, count in wanted.items() if what not in gone} == retention.due(now)
    rest = retention.apply(now=now)
    assert gone | rest == wanted
    assert [word for word in GOES if word in everything_kept()] == []


def test_pages_show_records_whose_reason_went_as_reduced_hours(
    planted: tuple[Nation, Post], signed_in: Callable[..., Client]
) -> None:
    _, post = planted
    retention.apply(now=timezone.now() + LATER)
    client, code = signed_in("administrator"), ":".join(post)
    for address in (f"/post/{code}/hours/", f"/post/{code}/", f"/api/v1/units/post/{code}"):
        answer = client.get(address)
        assert "OVER" not in answer.content.decode()
    assert "Reduced hours" in client.get(f"/post/{code}/hours/").content.decode()


def test_nights_are_loaded_after_reasons_went(
    nation: Nation, written_nation: Any, settings: Any, tmp_path: Path
) -> None:
    home_of_its_own(nation, settings, tmp_path)
    rows = Reduction.objects.filter(ended_change=None, withdrawn=False)
    gone = list(rows.order_by("pk")[:2])
    for row in gone:  # without their reasons they say the same, which no table may say twice
        Reduction.objects.filter(pk=row.pk).update(
            team_code=gone[0].team_code, staff_code=gone[0].staff_code, hours_micro=5_000_000,
            percent_x100=None, first_day=date(2020, 1, 1), last_day=date(2020, 6, 1),
        )  # fmt: skip
    assert retention.apply()["reasons of reductions"] == 2
    wish = LoadRequest(paths=[str(night_of(written_nation, 1) / "tidy")])
    load = loading.perform(loading.ask(wish=wish, who="a test"))
    assert load.state == Load.State.LOADED, [fault.message for fault in load.faults.all()]
    assert rows.filter(reason=REDUCED).count() == 2
    assert differences(current_state()) == []


def test_a_table_that_is_sent_again_brings_no_reason_back(nation: Nation) -> None:  # noqa: ARG001
    row = Reduction.objects.filter(ended_change=None, withdrawn=False, percent_x100__isnull=False)[0]
    first, last = date(2020, 1, 1), date(2020, 6, 1)
    Reduction.objects.filter(pk=row.pk).update(first_day=first, last_day=last, notes="")
    head = "reduction_id,team_code,staff_code,reason,hours,percent,first_day,last_day,notes"
    said = [row.key, *row.post, row.reason, "", str(row.percent_x100 / 100), str(first), str(last), "WORD"]
    table = [("reductions.csv", "\n".join([head, ",".join(said), ""]).encode())]
    assert changes_of(read_people(table)[0], plans_of())
    retention.apply()
    people, faults = read_people(table)
    assert not faults.refusing()
    assert changes_of(people, plans_of()) == []


def test_counts_of_tries_that_are_over_go_too(db: None) -> None:  # noqa: ARG001
    cache.set("tries", [1.0], timeout=300)
    cache.set("other", [1.0], timeout=300)
    with connection.cursor() as cursor:
        past = datetime(2020, 1, 1)
        cursor.execute("UPDATE wmt_cache SET expires = %s WHERE cache_key LIKE %s", [past, "%tries"])
    retention.apply()
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM wmt_cache")
        assert [key.rpartition(":")[2] for (key,) in cursor.fetchall()] == ["other"]
    cache.clear()


def test_the_site_does_it_by_itself(planted: tuple[Nation, Post]) -> None:  # noqa: ARG001
    Session.objects.update(expire_date=timezone.now() - 2 * DAY)
    assert housekeeping.main(["turn"]) == 0
    assert not Session.objects.exists()
    assert AuditEvent.objects.get(kind="retention").who == "the site itself"


@pytest.mark.django_db
def test_tables_that_were_sent_and_left_go_after_a_day(tmp_path: Path, settings: Any) -> None:
    """Though nobody sends others: they hold reasons of reductions."""
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path)
    user = User.objects.create_user("sender@example.org", name="Sender")
    left, fresh = (keep(user, [SimpleUploadedFile("reductions.csv", b"reason\n1\n")]) for _ in range(2))
    two_days_ago = (timezone.now() - 2 * DAY).timestamp()
    os.utime(left.folder, (two_days_ago, two_days_ago))
    assert housekeeping.main(["turn"]) == 0
    assert (left.folder.exists(), fresh.folder.exists()) == (False, True)


def test_the_command_says_what_would_go_and_what_went(kept_home: Home, tmp_path: Path) -> None:
    with kept_home.copied(tmp_path / "home") as home:
        asked = wmt("retention", **home.env)
        assert (asked.returncode, "--dry-run" in asked.stderr) == (2, True)
        (home.path / "policy.yaml").write_text("name: x\nreference: us\nvalues:\n  retention.audit: 0\n")
        would = wmt("retention", "--dry-run", **home.env)
        assert "audit events" in would.stdout
        assert "would be removed. Nothing was changed." in would.stdout
        events = home.ask("SELECT COUNT(*) FROM audit_auditevent")
        done = wmt("retention", "--yes", "--json", **home.env)
        assert [(json.loads(done.stdout)["removed"]["audit events"],)] == events
