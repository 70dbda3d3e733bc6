"""Advice to courts: what a full unit cannot take, and when; given by the head, for everybody to read."""

# ruff: noqa: F811 - fixtures come by import
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from api_fixtures import Program, program  # noqa: F401
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hours_fixtures import day
from tabs_fixtures import in_sight, links, table_of
from test_allocate_api import wmt  # noqa: F401

from wmt.site.accounts.access import Denied
from wmt.site.accounts.models import User
from wmt.site.advice import given_advice
from wmt.site.advice.models import CourtAdvice
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import court_advice as action
from wmt.site.links import unit_url
from wmt.site.workload.as_of_day import AsOf
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database
SignIn = Callable[..., Client]
FULL = action.AdviceBasis(word="full", has_room=False, night="2026-11-20T000000", sha256="a" * 64)
ROOM = replace(FULL, word="has room", has_room=True)
TEXTS = {"cannot": "Unpaid work of any kind", "effect": "Propose another requirement"}


def pdus(nation: Any) -> list[Unit]:
    found = Unit.objects.filter(load=nation.load, level="pdu", whole=True).exclude(code="NOT-KNOWN")
    return list(found.order_by("code"))[:2]


def advised(unit: Unit, basis: action.AdviceBasis = FULL, actor: Any = None, **more: Any) -> CourtAdvice:
    today = current_state().day
    usual = {"level": unit.level, "code": unit.code, "first_day": today, "last_day": today + timedelta(30)}
    wanted = action.AdviceRequest(**{**usual, **TEXTS, **more})
    return action.advise(actor=actor, who="Ann", wanted=wanted, basis=basis)[0]


def test_programs_read_give_and_end_advice(nation: Any, program: Callable[..., Program]) -> None:
    (pdu, _), today = pdus(nation), current_state().day
    at = f"units/pdu/{pdu.code}/court-advice"
    sent = {**TEXTS, "first_day": str(today), "last_day": str(today + timedelta(30)), "although": "so"}
    reader, giver = program("analyst"), program("administrator")
    assert reader.ask("post", at, sent).status_code == 403
    given = giver.ask("post", at, sent).json()
    assert (given["cannot"], given["code"], len(given["sha256"])) == (TEXTS["cannot"], pdu.code, 64)
    team = Unit.objects.filter(load=nation.load, level="team", whole=True, pdu_code=pdu.code)[0]
    for address in (at, f"units/team/{team.code}/court-advice"):
        (item,) = reader.ask("get", address).json()["items"]
        assert (item["number"], item["ended"]) == (given["number"], False)
    assert giver.ask("post", f"court-advice/{given['number']}/end").json()["ended"] is True
    assert giver.ask("post", f"court-advice/{given['number']}/end").status_code == 409


def test_a_command_lists_gives_and_ends_advice(nation: Any, wmt: Callable[..., Any]) -> None:
    pdu, _ = pdus(nation)
    until = f"{current_state().day + timedelta(9)}"
    given = ("--cannot", "Unpaid work", "--effect", "Propose another", "--until", until, "--although", "so")
    code, said, wrong = wmt("advice", "--unit", pdu.code, *given, "--json")
    assert code == 0, wrong
    (row,) = json.loads(said)
    assert (row["code"], row["state"], row["cannot"]) == (pdu.code, "in force", "Unpaid work")
    assert "Unpaid work" in wmt("advice", "--unit", pdu.code)[1]
    assert json.loads(wmt("advice", "--end", row["number"], "--json")[1])[0]["state"] == "ended"
    for wrong_way in (
        ("--end", row["number"]),
        ("--unit", "N0NE"),
        (),
        ("--unit", pdu.code, "--effect", "x"),
    ):
        code, _, wrong = wmt("advice", *wrong_way)
        assert code == 2, wrong


@pytest.mark.both_databases
def test_a_head_advises_prints_and_ends_it(nation: Any, signed_in: SignIn) -> None:
    pdu, other = pdus(nation)
    head, today = signed_in("head", "pdu", pdu.code), current_state().day
    full, new = unit_url("pdu", pdu.code, "full"), reverse("court-advice-new", args=["pdu", pdu.code])
    assert new in links(head.get(full).text)
    assert reverse("court-advice-new", args=["pdu", other.code]) not in links(
        head.get(unit_url("pdu", other.code, "full")).text
    )
    page = in_sight(head.get(new).text)
    assert (
        "Example of a local agreement (Dorset; Union survey of local agreements, about 2009), not a rule"
        in page
    )
    assert "no unpaid work was proposed for people with an OGRS score under 24%" in page
    sent = {**TEXTS, "key": "k", "although": "the posts are empty from Monday",
            **day("first_day", today), **day("last_day", today + timedelta(60))}  # fmt: skip
    answer = head.post(new, sent)
    row = CourtAdvice.objects.get()
    notice = reverse("court-advice", args=[row.pk])
    assert answer["Location"] == notice
    assert head.post(new, sent)["Location"] == notice  # sent twice
    assert (row.name, row.day, row.night) == (pdu.name, today, current_state().night)
    certificate = in_sight(head.get(unit_url("pdu", pdu.code, "certificate")).text)
    assert row.sha256 in certificate
    # everybody who signs in reads it, also at the teams of the PDU, and nowhere else
    reader = signed_in("analyst")
    team = Unit.objects.filter(load=nation.load, level="team", whole=True, pdu_code=pdu.code)[0]
    for unit in (pdu, team):
        (shown,) = table_of(reader.get(unit_url(unit.level, unit.code, "full")).text, "advice")
        assert (shown["What it cannot take"], shown["For"], shown["State"]) == (
            TEXTS["cannot"], pdu.name, "in force",
        )  # fmt: skip
    assert TEXTS["cannot"] not in reader.get(unit_url("pdu", other.code, "full")).text
    paper = in_sight(reader.get(notice).text)
    for said in (*TEXTS.values(), "the posts are empty from Monday", row.sha256, row.word):
        assert said in paper
    assert "End this advice now" not in paper
    assert "End this advice now" in in_sight(head.get(notice).text)
    end = reverse("court-advice-end", args=[row.pk])
    assert head.post(end)["Location"] == notice
    assert "has ended this advice already" in in_sight(head.post(end, follow=True).text)
    (shown,) = table_of(reader.get(full).text, "advice")
    assert shown["State"].startswith("ended")
    assert TEXTS["cannot"] not in reader.get(unit_url("team", team.code, "full")).text
    told = [(event.code, event.sentence) for event in AuditEvent.objects.filter(kind="court advice")]
    assert [code for code, _ in told] == [pdu.code, pdu.code]
    assert "advised courts of PDU" in told[0][1] or "advised courts of PDU" in told[1][1]


def test_what_makes_no_sense_is_refused_in_words(nation: Any) -> None:
    pdu, today = pdus(nation)[0], current_state().day
    for more, code in (
        ({"cannot": " "}, "CANNOT"), ({"effect": ""}, "EFFECT"), ({"cannot": "x" * 501}, "TOO_LONG"),
        ({"last_day": None}, "LAST_DAY"), ({"last_day": today - timedelta(1)}, "LAST_DAY"),
        ({"last_day": today + timedelta(183)}, "TOO_LONG"),
        ({"first_day": today - timedelta(1)}, "FIRST_DAY"),
        ({"level": "nation", "code": "nation"}, "UNIT_UNKNOWN"), ({"code": "N0"}, "UNIT_UNKNOWN"),
        ({"basis": ROOM}, "NOT_FULL"),
    ):  # fmt: skip
        with pytest.raises(RefusedError) as refused:
            advised(pdu, **more)
        assert code in [fault.code for fault in refused.value.faults], more
    assert not CourtAdvice.objects.exists()
    assert advised(pdu, ROOM, although="the office is shut").although == "the office is shut"
    row = advised(pdu, key="one")
    assert advised(pdu, key="one") == row
    with pytest.raises(RefusedError, match="with this key"):
        advised(pdu, key="one", cannot="Everything")
    CourtAdvice.objects.filter(pk=row.pk).update(last_day=today - timedelta(1))
    with pytest.raises(ConflictError, match="This advice ended on"):
        action.end_advice(actor=None, who="Ann", number=row.pk)


def test_a_manager_and_a_head_of_another_pdu_may_not(nation: Any, signed_in: SignIn) -> None:
    pdu, other = pdus(nation)
    team = Unit.objects.filter(load=nation.load, level="team", whole=True, pdu_code=pdu.code)[0]
    row = advised(other)
    for role, level, code in (("manager", "pdu", pdu.code), ("head", "pdu", other.code)):
        client = signed_in(role, level, code)
        assert client.get(reverse("court-advice-new", args=["pdu", pdu.code])).status_code == 403
        user = User.objects.get(pk=client.session["_auth_user_id"])
        with pytest.raises(Denied, match="advise courts"):
            advised(pdu, actor=user)
    head = signed_in("head", "pdu", pdu.code)
    assert head.post(reverse("court-advice-end", args=[row.pk])).status_code == 403
    user = User.objects.get(pk=head.session["_auth_user_id"])
    assert advised(team, actor=user).level == "team"
    assert head.get("/advice/999999/").status_code == 404
    assert signed_in("administrator").get("/advice/new/post/N:A/").status_code == 404


def test_a_past_day_shows_what_stood_then(nation: Any) -> None:
    pdu, state = pdus(nation)[0], current_state()
    then = replace(state, as_of=AsOf(state.day))
    row = advised(pdu)
    assert given_advice.advice_of(pdu, state) == [row]
    assert given_advice.advice_of(pdu, then) == []  # nobody had given it when the day ended
    CourtAdvice.objects.update(recorded_at=timezone.make_aware(timezone.datetime(2026, 11, 20, 9)))
    assert given_advice.advice_of(pdu, then) == [row]
