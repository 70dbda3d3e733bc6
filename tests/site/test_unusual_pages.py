"""Unusual changes on pages and by the API: who sees which, who answers, and that an answer is kept once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from django.db import OperationalError
from django.test import Client
from tabs_fixtures import in_sight, links, table_of

from wmt import rules
from wmt.nights import NightError
from wmt.rules import NoRuleError
from wmt.site.audit.models import AuditEvent
from wmt.site.duties import workdays
from wmt.site.links import unit_url
from wmt.site.loads import unusual_changes
from wmt.site.outbox import messages
from wmt.site.queries import unusual as query
from wmt.site.unusual.models import UnusualAnswer
from wmt.site.workload import swap
from wmt.site.workload.state import current_state
from wmt.unusual import kept
from wmt.unusual.kinds import UNUSUAL


def change(unit: Any, **more: Any) -> dict[str, Any]:
    """A row of what was found at a unit with the data that is shown."""
    day = current_state().as_at.date()
    return {
        "kind": "tier_down", "level": unit.level, "code": unit.code, "judged": "team",
        "team_code": unit.team_code or "",
        "pdu_code": unit.pdu_code or "", "region_code": unit.region_code or "", "day": day, "first_day": day,
        "nights": 1, "number": 36, "of": 152, "expected_milli": 160, "expected_rate": 105,
        "own_rate": None, "others_rate": 107, "one_in": 269_710_464, "points_x100": -18_000,
        "posts": 4, "teams": 1, "capacity_x100": 11_420,
        "near": 2,
    } | more  # fmt: skip


@pytest.fixture
def planted(nation: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A team with a change of its own, and one of a post of it."""
    post = nation.unit("post", team_code__gt="")
    team = nation.unit("team", code=post.team_code)
    of_team = change(team, team_code=team.code)
    of_post = change(post, kind="suspended", number=9, of=40, posts=1)
    frame = pl.DataFrame([of_team, of_post], UNUSUAL, orient="row")
    monkeypatch.setattr(query, "_kept", lambda *_: frame)
    return team, post


def address(unit: Any, kind: str) -> str:
    return f"/unusual/{unit.level}/{unit.code}/{kind}/{current_state().as_at:%Y-%m-%d}/"


@pytest.mark.one_database
def test_who_sees_which(planted: Any, signed_in: Callable[..., Client]) -> None:
    team, post = planted
    for client, rows in (
        (signed_in(), 1),
        (signed_in("manager", "team", team.code), 2),
        (signed_in("head", "pdu", team.pdu_code), 2),
    ):
        for unit in (team.level, "nation"):
            code = team.code if unit == "team" else "nation"
            told = client.get(f"/api/v1/units/{unit}/{code}/unusual").json()
            assert len(told["changes"]) == rows
        page = client.get(unit_url("team", team.code, "unusual")).text
        assert len(table_of(page, "unusual")) == rows
        assert (post.code in page) == (rows == 2)
        assert "This is a question to whoever leads the unit" in in_sight(page)
    stranger = signed_in(email="stranger@example.org")
    assert stranger.get(address(post, "suspended")).status_code == 404
    assert stranger.get(f"/api/v1/units/post/{post.code}/unusual").json()["changes"] == []
    holder = signed_in("practitioner", "team", team.code, staff_code=post.staff_code)
    assert holder.get(address(post, "suspended")).status_code == 200
    assert "Record the answer" not in holder.get(address(post, "suspended")).text


def test_an_answer_is_kept_once_and_its_words_are_for_those_who_lead(
    planted: Any, signed_in: Callable[..., Client]
) -> None:
    team, _ = planted
    manager, stranger = signed_in("manager", "team", team.code), signed_in()
    where = address(team, "tier_down")
    page = in_sight(manager.get(where).text)
    assert "36 of 152 cases with a tier" in page
    assert "Capacity was 114.20% on the day before" in page
    assert manager.post(where, {"key": "k", "words": " "}).status_code == 422
    own = unit_url("team", team.code)
    assert "2 unusual changes wait for an answer" in in_sight(manager.get(own).text)
    assert "for an answer" not in in_sight(stranger.get(own).text)
    typed = {"key": "k", "words": "A review of all cases of the team."}
    assert manager.post(where, typed).status_code == 302
    assert manager.post(where, typed).status_code == 302  # twice is once
    assert UnusualAnswer.objects.count() == 1
    assert "already answered" not in page
    assert "1 unusual change waits for an answer" in in_sight(manager.get(own).text)
    assert stranger.post(where, {"words": "no"}).status_code == 403
    assert "A review of all cases" in manager.get(where).text
    seen = stranger.get(where).text
    assert "A review of all cases" not in seen
    assert "shown to whoever leads the unit" in seen
    told = stranger.get(f"/api/v1/units/team/{team.code}/unusual").json()["changes"][0]
    assert (told["answered_at"] is not None, told["answer"]) == (True, None)
    said = AuditEvent.objects.filter(kind="unusual").get()
    assert "review" not in said.sentence
    assert (
        manager.post(where, {"key": "other", "words": "Again"}).status_code == 302
    )  # told that it is answered
    assert UnusualAnswer.objects.count() == 1
    assert manager.post(f"{where}undo/").status_code == 302
    assert UnusualAnswer.objects.filter(undone_at__isnull=True).count() == 0


def test_the_api_answers_and_refuses(planted: Any, signed_in: Callable[..., Client]) -> None:
    team, post = planted
    manager = signed_in("manager", "team", team.code)
    where = f"/api/v1/units/team/{team.code}/unusual"
    sent = {"kind": "tier_down", "day": f"{current_state().as_at:%Y-%m-%d}", "words": "A review.", "key": "1"}

    def send(client: Client, address: str, **more: str) -> Any:
        return client.post(address, {**sent, **more}, content_type="application/json")

    assert send(manager, where, kind="suspended").status_code == 404
    assert send(manager, where, words="").json()["faults"][0]["code"] == "WORDS"
    assert send(manager, where).json()["answer"] == "A review."
    assert send(manager, where).status_code == 200
    taken = send(manager, where, words="Another")
    assert taken.json()["faults"][0]["code"] == "KEY_TAKEN"
    assert send(manager, where, key="2").status_code == 409
    of_post = f"/api/v1/units/post/{post.code}/unusual"
    assert send(signed_in(email="s@example.org"), of_post, kind="suspended").status_code == 404
    own = signed_in("manager", "team", team.code, staff_code=post.staff_code, email="own@example.org")
    assert send(own, of_post, kind="suspended", key="3").status_code == 403


@pytest.mark.one_database
def test_the_page_of_a_post_and_of_data_without_a_look(nation: Any, signed_in: Callable[..., Client]) -> None:
    post = nation.unit("post")
    page = signed_in("administrator").get(unit_url("post", post.code, "unusual")).text
    assert "No unusual change" in in_sight(page)
    assert unit_url("post", post.code, "unusual") in links(page)


@pytest.fixture
def found_at(nation: Any, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> Any:
    """A team whose manager is told of a change that a look finds, and the load that is shown."""
    team = nation.unit("team")
    signed_in("manager", "team", team.code)
    frame = pl.DataFrame([change(team, team_code=team.code)], UNUSUAL, orient="row")
    monkeypatch.setattr(kept, "work_out", lambda *_: frame)
    shown = swap.shown()
    assert shown is not None
    return shown


def test_emails_that_could_not_be_written_are_by_the_next_look_and_once(
    found_at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as locked:
        locked.setattr(messages, "write", refuse)
        unusual_changes.look(found_at)
    written = messages.of(unusual_changes.ABOUT, [found_at.pk])
    assert not written.exists()
    unusual_changes.look(found_at)
    number = written.count()
    assert number
    unusual_changes.look(found_at)
    assert written.count() == number


@pytest.mark.one_database
@pytest.mark.parametrize(
    "fault", [NoRuleError("unusual.one_in"), pl.exceptions.ComputeError("x"), NightError("x"), MemoryError()]
)
def test_a_look_that_fails_ends_no_load(
    found_at: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: Exception
) -> None:
    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr(kept, "work_out", fail)
    unusual_changes.look(found_at)
    assert f"could not be looked for after load {found_at.pk}" in caplog.text


@pytest.mark.one_database
def test_emails_that_were_given_up_are_listed_with_the_other_notices(
    found_at: Any, signed_in: Callable[..., Client]
) -> None:
    unusual_changes.look(found_at)
    written = messages.of(unusual_changes.ABOUT, [found_at.pk])
    written.update(state="given up", fault="550 no such address")
    page = in_sight(signed_in("administrator", email="a@example.org").get("/notices/").text)
    assert "550 no such address" in page
    assert "1 unusual change in the data of" in page


@pytest.mark.one_database
def test_due_days_are_by_the_rules_as_they_are_now(planted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is approved makes another tree, and every process goes by it at once."""
    team, _ = planted
    state = current_state()
    before = query.of_unit(None, state, team)[0].due
    there = rules.load().parameters
    days = there["unusual.answer_days"]
    later = replace(days, values=tuple(replace(each, value=each.value + 5) for each in days.values))
    tree = rules.Tree({**there, days.path: later})
    monkeypatch.setattr(rules, "load", lambda: tree)
    assert query.of_unit(None, state, team)[0].due == workdays.after(before, 5)
