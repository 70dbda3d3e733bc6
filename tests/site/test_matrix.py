"""Everybody beside every waiting case: figures of the ledger, where each pair is decided, room by kind."""

import csv
import re
from collections.abc import Callable
from html import unescape
from io import StringIO
from typing import Any

import polars as pl
import pytest
from django.test import Client
from tabs_fixtures import in_sight, table_of

from wmt.allocation.candidates import Candidate, candidates
from wmt.allocation.cases import described, listed
from wmt.allocation.room import has_room
from wmt.allocation.waiting import waiting
from wmt.ledger import Ledger, capacity_x100, shown_capacity
from wmt.site.figures.placeholders import placeholders
from wmt.site.links import unit_url
from wmt.site.web.allocation import room
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database
SignIn = Callable[..., Client]


@pytest.fixture
def pdu(nation: Any) -> Unit:
    """The PDU of the small nation that has waiting cases."""
    code = min(placeholders(current_state()))
    nobody = Unit.objects.get(load=nation.load, level="post", whole=True, code=code)
    return Unit.objects.get(load=nation.load, level="pdu", whole=True, code=nobody.pdu_code)


def expected(nation: Any, pdu: Unit) -> dict[str, Candidate]:
    """What the core says of every waiting case and everybody of the PDU, by post."""
    led = Ledger(nation.night.facts(), nation.night.rules(), former=nation.night.former())
    cases = nation.night.table("input/case")
    rows = waiting(led, cases).filter(pdu_code=pdu.code)
    teams = led.facts.team.filter(pl.col("pdu_code") == pdu.code)["team_code"].to_list()
    found = candidates(led, listed(led, rows["ref"].to_list()), teams)
    return {each.code: each for each in found}


@pytest.mark.both_databases
def test_every_pair_is_what_the_ledger_says(nation: Any, pdu: Unit, signed_in: SignIn) -> None:
    people = expected(nation, pdu)
    client = signed_in("head", "pdu", pdu.code)
    page = client.get(unit_url("pdu", pdu.code, "matrix"), {"from": "all"}).text
    *rows, total = table_of(page, "matrix")
    names = {each.name or code: code for code, each in people.items()}
    cells = [head for head in rows[0] if re.search(r"[A-Z]\d{6}$", head)]
    assert len(rows) == len(people) > 3
    assert len(cells) == len(next(iter(people.values())).effects) > 1
    room_of = [0] * len(cells)
    for row in rows:
        name = next(name for name in names if row["Practitioner"].startswith(name))
        one = people[names[name]]
        effects = {effect.case.ref: effect for effect in one.effects}
        for number, head in enumerate(cells):
            effect = effects[head.split()[-1]]
            room_of[number] += has_room(one, effect)
            if one.why_not:
                assert row[head] == one.why_not[0]
                continue
            assert row[head].startswith(shown_capacity(*effect.after))
            assert ("not for this grade" in row[head]) != effect.eligibility.eligible
            # a post over the threshold with it is marked so, whatever else is to be said
            assert ("over 110%" in row[head]) == (
                effect.after.points_x100 * 10 > effect.after.available_x100 * 11
            )
    assert [total[head] for head in cells] == [str(number) for number in room_of]


def test_a_figure_leads_to_the_decision_with_both_filled_in(pdu: Unit, signed_in: SignIn) -> None:
    client = signed_in("head", "pdu", pdu.code)
    page = client.get(unit_url("pdu", pdu.code, "matrix")).text
    assert "Select a figure to allocate that case" in page
    href = unescape(re.findall(r'href="(/allocate/\?[^"]*)"', page)[0])
    ref, post = re.fullmatch(r"/allocate/\?crn=(\w+)&to=(.+)", href).groups()  # type: ignore[union-attr]
    decide = client.get(href)
    assert decide.status_code == 200
    assert ref in decide.text
    assert Unit.objects.filter(code=post.replace("%3A", ":"), pdu_code=pdu.code).exists()


def test_who_may_not_read_cases_sees_figures_without_references(
    nation: Any, pdu: Unit, signed_in: SignIn
) -> None:
    refs = [effect.case.ref for effect in next(iter(expected(nation, pdu).values())).effects]
    others = Unit.objects.filter(load_id=pdu.load_id, level="pdu", whole=True).exclude(code=pdu.code)
    client = signed_in("manager", "pdu", others.order_by("code")[0].code)
    for tab in ("matrix", "waiting"):
        page = client.get(unit_url("pdu", pdu.code, tab)).text
        assert not [ref for ref in refs if ref in page]
        assert "/allocate/?crn" not in page
        assert "Select a figure" not in page, "no figure leads anywhere"
    assert "CRN withheld" in in_sight(client.get(unit_url("pdu", pdu.code, "matrix")).text)


def test_a_file_has_a_row_for_each_pair_and_teams_can_be_chosen(
    nation: Any, pdu: Unit, signed_in: SignIn
) -> None:
    people = expected(nation, pdu)
    client = signed_in("head", "pdu", pdu.code)
    team = min(each.team_code for each in people.values())
    some = {code for code, each in people.items() if each.team_code == team}
    for asked, codes in (({}, set(people)), ({"team": [team, "ELSEWHERE"]}, some)):
        answer = client.get(unit_url("pdu", pdu.code, "matrix") + "matrix.csv", asked)
        text = b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type]
        rows = list(csv.DictReader(StringIO(text.decode("utf-8-sig"))))
        cases = len(next(iter(people.values())).effects)
        assert {row["Post"] for row in rows} == codes
        assert len(rows) == len(codes) * cases
    page = client.get(unit_url("pdu", pdu.code, "matrix"), {"team": team}).text
    assert len(table_of(page, "matrix")) == len(some) + 1


def test_the_api_has_all_of_it_in_one_answer(nation: Any, pdu: Unit, signed_in: SignIn) -> None:
    people = expected(nation, pdu)
    team = min(each.team_code for each in people.values())
    some = {code for code, each in people.items() if each.team_code == team}
    client = signed_in("head", "pdu", pdu.code)
    address = f"/api/v1/units/pdu/{pdu.code}/tables/matrix"
    for asked, codes in (({}, set(people)), ({"team": team}, some)):
        (found,) = client.get(address, {"from": "all", **asked}).json()["tables"]
        assert {row["code"] for row in found["rows"]} == codes
        heads = {column["head"].split()[-1]: column["key"] for column in found["columns"]}
        for row in found["rows"]:
            one = people[row["code"]]
            for effect in one.effects:
                cell = row["values"][heads[effect.case.ref]]
                share = None if one.why_not else capacity_x100(*effect.after) / 100
                assert cell["value"] == share


def test_cases_are_shown_ten_at_a_time_unless_all_are_asked_for(pdu: Unit, signed_in: SignIn) -> None:
    client, address = signed_in("head", "pdu", pdu.code), unit_url("pdu", pdu.code, "matrix")
    heads = {}
    for asked in ("", "10", "all", "9999", "x"):
        page = client.get(address, {"from": asked}).text
        heads[asked] = [head for head in table_of(page, "matrix")[0] if re.search(r"[A-Z]\d{6}$", head)]
    assert heads["all"][:10] == heads[""] == heads["9999"] == heads["x"]
    assert heads["10"] == (heads["all"][10:20] or heads[""])


def test_the_waiting_cases_say_how_much_room_there_is_for_each_kind(
    nation: Any, pdu: Unit, signed_in: SignIn
) -> None:
    page = signed_in("head", "pdu", pdu.code).get(unit_url("pdu", pdu.code, "waiting")).text
    led = Ledger(nation.night.facts(), nation.night.rules(), former=nation.night.former())
    teams = led.facts.team.filter(pl.col("pdu_code") == pdu.code)["team_code"].to_list()
    rows = table_of(page, "room")
    assert rows
    for row in rows:
        place, tier, *t2a = row["Kind of case"].split()
        kind = f"{'t2a:' if t2a else ''}{place}:{tier}"
        people = candidates(led, [described(led, kind)], teams)
        assert row["People with room"] == str(sum(has_room(one, one.effects[0]) for one in people))
        assert (row["If nobody has room"] == "") == (row["People with room"] != "0")


def test_no_room_is_said_with_who_is_nearest_and_what_would_free_some(nation: Any) -> None:
    led = Ledger(nation.night.facts(), nation.night.rules(), former=nation.night.former())
    case = described(led, "custody:A3")
    teams = led.facts.team["team_code"].to_list()
    full = [one for one in candidates(led, [case], teams) if one.over_with_all and not one.why_not]
    able = [one for one in full if one.eligible]
    others = [one for one in candidates(led, [case], teams) if one.grade == "PSO" and not one.over_with_all]
    assert able
    near = min(able, key=lambda one: one.together.points_x100 / one.together.available_x100)
    soon, day = current_state().day, current_state().day.replace(day=28)
    ahead = {near.code: [(soon, near.now.available_x100), (day, 10 * near.now.available_x100)]}
    said = room.sentences([*able, *others[:2]], ahead, case, "this PDU")
    assert said[0] == "No eligible room for a custody A3 case in this PDU."
    assert f"{near.name} (team {near.team_code}, {shown_capacity(*near.together)} with it)" in said[1]
    assert f"{near.name} will have room from {day:%-d %b %Y}" in said[2]
    assert f"of {near.name}’s work went to others" in said[3]
    assert len(others) < 2 or said[4].startswith("2 other people have room (2 PSO)")
    assert room.sentences(candidates(led, [described(led, "community:D0")], teams), {}, case, "here") == []
