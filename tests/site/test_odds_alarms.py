"""Alarms of teams and PDUs: who chooses a level, when one is raised and ends, who is told, and where."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest
from api_fixtures import Program, program  # noqa: F401
from django.test import Client

from wmt import odds
from wmt.odds.stated import SCORES, STATED
from wmt.site.accounts.access import Denied
from wmt.site.accounts.models import User
from wmt.site.alarms import levels
from wmt.site.alarms.models import AlarmLevel, RaisedAlarm
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import odds_alarms
from wmt.site.duties import notices
from wmt.site.duties.models import Notice
from wmt.site.links import unit_url
from wmt.site.outbox import messages
from wmt.site.outbox.models import Message, MessageTopic
from wmt.site.queries import odds as query
from wmt.site.web.duties import views
from wmt.site.workload.models import Unit

SignIn = Callable[..., Client]


@pytest.fixture
def stated(nation: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Unit]:
    """Gives a team of which this is stated eight weeks ahead from now on: state, probability."""
    team: Unit = nation.unit("team")

    def state(said: str, share: float | None) -> Unit:
        band = None if share is None else odds.band_of(share)
        rows = [
            {"level": "team", "weeks": weeks, "code": team.code, "state": said, "probability": share,
             "band": band, "capacity_x100": 9_000, "run": 0, "paths": 9}
            for weeks in odds.WEEKS
        ]  # fmt: skip
        scores = [
            {"level": "team", "weeks": 8, "brier": 0.03, "brier_same_as_today": 0.06, "days": 21,
             "from_percent": at, "count": count, "stated": at / 100, "happened": happened}
            for at, count, happened in ((0, 800, 0.025), (20, 50, 0.2), (40, 100, 0.4), (90, 50, 0.6))
        ]  # fmt: skip
        frames = pl.DataFrame(rows, schema=STATED), pl.DataFrame(scores, schema=SCORES)
        monkeypatch.setattr(odds, "kept", lambda past, day: frames)  # noqa: ARG005
        monkeypatch.setattr(query, "_kept", lambda held, day: frames)  # noqa: ARG005
        return team

    return state


def choose(unit: Unit, percent: int | None, why: str = "agreed") -> AlarmLevel:
    return odds_alarms.choose(actor=None, who="Ann", unit=unit, percent=percent, why=why)[0]


def in_words(page: str) -> str:
    return " ".join(page.split())


def test_a_level_is_chosen_on_its_page_and_its_trade_off_is_there(
    stated: Callable[..., Unit], signed_in: SignIn
) -> None:
    team = stated("stated", 0.1)
    page = f"/alarm/team/{team.code}/"
    manager = signed_in("manager", "team", team.code)
    shown = in_words(manager.get(page).text)
    assert "Nobody has chosen a level" in shown
    assert "no level finds nine in ten" in shown
    assert "80.0%" in shown  # of 100 times, 80 had an alarm from 20% on
    answer = manager.post(f"{page}choose/", {"percent": "25", "why": ""})
    assert (answer.status_code, "Choose 20%, 30%, 50%" in answer.text, "Enter why" in answer.text) == (
        422, True, True,
    )  # fmt: skip
    sent = {"percent": "30", "why": "agreed with the head", "key": "k"}
    assert manager.post(f"{page}choose/", sent)["Location"] == page
    assert manager.post(f"{page}choose/", sent)["Location"] == page  # sent twice
    (row,) = AlarmLevel.objects.all()
    assert (row.percent, row.why, row.who) == (30, "agreed with the head", "A manager")
    shown = in_words(manager.get(page).text)
    assert f"{team.name} has an alarm from 30%, chosen on" in shown
    (event,) = AuditEvent.objects.filter(kind="alarm")
    assert event.sentence == f"A manager chose an alarm from 30% for team {team.code}."
    for role in ("practitioner", "analyst"):
        other = signed_in(role, "team" if role == "practitioner" else "nation", team.code)
        read = other.get(page)
        assert (read.status_code, "Choose this level" in read.text) == (200, False)
        assert other.post(f"{page}choose/", sent).status_code == 403
    assert signed_in("administrator").get("/alarm/region/none/").status_code == 404


def test_a_program_chooses_a_level_by_the_same_action(
    stated: Callable[..., Unit], program: Callable[..., Program]
) -> None:
    team = stated("stated", 0.1)
    address, sent = f"units/team/{team.code}/alarm-level", {"percent": 30, "why": "agreed", "key": "k"}
    asker = program("manager", "team", team.code)
    for _ in range(2):  # sent twice, chosen once
        answer = asker.ask("post", address, sent)
        assert answer.status_code == 200
    row = AlarmLevel.objects.get()
    assert answer.json() == {
        "number": row.pk, "level": "team", "code": team.code, "percent": 30, "why": "agreed",
        "by": answer.json()["by"],
    }  # fmt: skip
    wrong = asker.ask("post", address, {"percent": 25, "why": " "})
    assert wrong.status_code == 422
    assert {each["code"] for each in wrong.json()["faults"]} == {"PERCENT", "WHY"}
    assert program("head", "pdu", "elsewhere").ask("post", address, sent).status_code == 403
    region = f"units/region/{team.region_code}/alarm-level"
    assert program("administrator", "nation", "nation").ask("post", region, sent).status_code == 422
    assert AlarmLevel.objects.count() == 1


def test_an_administrator_sees_which_emails_of_alarms_could_not_be_sent(
    stated: Callable[..., Unit], signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = stated("stated", 0.4)
    manager = signed_in("manager", "team", team.code)
    choose(team, 30)
    messages.of(odds_alarms.ABOUT, [RaisedAlarm.objects.get().pk]).update(
        state=Message.State.GIVEN_UP, tries=4, fault="550 no such person"
    )
    administrator = signed_in("administrator")
    page = in_words(administrator.get("/notices/").text)
    assert "Emails that could not be sent" in page
    assert f": Alarm: {team.name} may be over 110% for four weeks." in page
    assert f'href="/alarm/team/{team.code}/"' in page
    assert "550 no such person" in page
    assert "550 no such person" not in manager.get("/notices/").text
    gone = RaisedAlarm.objects.get().pk
    RaisedAlarm.objects.all().delete()  # its figures were withdrawn
    assert administrator.get("/notices/").status_code == 200
    # a notification that happens to have the number of the alarm has its own fault, not that of the alarm
    Notice.objects.create(pk=gone, user=User.objects.all()[0], kind="request", words="told of something")
    other = Message.objects.create(kind="x", name="x", state=Message.State.GIVEN_UP, fault="full")
    MessageTopic.objects.create(message=other, about=notices.ABOUT, number=gone)
    monkeypatch.setattr(views, "notice_url", lambda _: "/")
    assert [each["fault"] for each in views._failed(lambda _: True)] == ["full"]


def test_an_alarm_is_raised_once_is_said_and_ends(
    stated: Callable[..., Unit], signed_in: SignIn, nation: Any
) -> None:
    team = stated("stated", 0.295)  # shown as 30%
    signed_in("manager", "team", team.code)
    choose(team, 30)
    (row,) = RaisedAlarm.objects.all()
    assert (row.code, row.percent, row.stated_percent, row.ended_on) == (team.code, 30, 30, None)
    (letter,) = messages.of(odds_alarms.ABOUT, [row.pk])
    assert letter.name == "A manager"
    assert team.name in letter.body
    stated("stated", 0.6)
    odds_alarms.look()
    assert messages.of(odds_alarms.ABOUT, [row.pk]).count() == 1
    browser = signed_in("practitioner", "team", team.code)
    for tab in ("", "over-time"):
        page = in_words(browser.get(unit_url("team", team.code, tab)).text)
        assert "It is at least 30% likely that this team will be over 110%" in page
    post = Unit.objects.filter(load=nation.load, level="post", team_code=team.code)[0]
    for other in (unit_url("post", post.code), unit_url("pdu", team.pdu_code)):
        assert "likely that this" not in browser.get(other).text
    alarm = browser.get(f"/api/v1/units/team/{team.code}/odds").json()["alarm"]
    assert alarm == {"from_percent": 30, "is_chosen": True, "since": str(row.first_day)}
    assert browser.get(f"/api/v1/units/post/{post.code}/odds").json()["alarm"] is None
    stated("stated", 0.29)
    odds_alarms.look()
    row.refresh_from_db()
    assert (row.ended_on, row.end) == (row.first_day, "below")
    assert "likely that this" not in browser.get(unit_url("team", team.code)).text


@pytest.mark.parametrize(
    ("said", "share", "percent", "end"),
    [
        ("full already", None, 30, "full"),
        ("too short a past", None, 30, ""),
        ("stated", 0.9, 0, "level"),
        ("stated", 0.4, 50, "level"),
        ("stated", 0.2, 50, "below"),
        ("stated", 0.4, 20, ""),
    ],
)
def test_how_an_alarm_ends(
    stated: Callable[..., Unit], said: str, share: float | None, percent: int, end: str
) -> None:
    team = stated("stated", 0.45)
    choose(team, 30)
    stated(said, share)
    choose(team, percent)
    (row,) = RaisedAlarm.objects.all()
    assert row.end == end
    assert row.percent == 30  # it was raised by that level, whatever is chosen since


def test_without_a_level_and_without_odds_there_is_no_alarm(stated: Callable[..., Unit]) -> None:
    team = stated("stated", 0.99)
    odds_alarms.look()
    choose(team, 0)
    assert not RaisedAlarm.objects.exists()


def test_there_is_no_alarm_of_a_post_and_none_without_leave(stated: Callable[..., Unit], nation: Any) -> None:
    stated("stated", 0.9)
    post = nation.unit("post")
    with pytest.raises(RefusedError, match="none of a person"):
        choose(post, 30)
    nobody = User.objects.create_user("n@example.org", name="Nobody")
    with pytest.raises(Denied):
        odds_alarms.choose(actor=nobody, unit=nation.unit("team"), percent=30, why="x")


def test_a_level_goes_with_a_unit_that_has_another_code(stated: Callable[..., Unit]) -> None:
    row = choose(stated("stated", 0.1), 30)
    levels.follow("team", {row.code: "NEW"}, {"NEW"})
    row.refresh_from_db()
    assert (row.code, len(row.former)) == ("NEW", 1)
    levels.follow("team", {}, set(row.former))
    row.refresh_from_db()
    assert row.former == []


def test_alarms_follow_their_unit_and_of_two_that_became_one_a_single_one_goes_on(db: None) -> None:  # noqa: ARG001
    usual = {"level": "team", "percent": 30, "stated_percent": 40, "first_day": date(2026, 11, 20)}
    one, two = (RaisedAlarm.objects.create(code=code, **usual) for code in ("A", "B"))
    levels.follow("team", {"A": "C", "B": "C"}, {"C"})
    assert [(row.code, row.former) for row in RaisedAlarm.objects.order_by("pk")] == [("C", ["A"]), ("B", [])]
    levels.follow("team", {}, {"A", "B"})  # the extract that joined them was withdrawn
    one.refresh_from_db()
    two.refresh_from_db()
    assert [(row.code, row.former) for row in (one, two)] == [("A", []), ("B", [])]
