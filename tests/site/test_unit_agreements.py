"""Agreements of units: who switches them on, what they say there and below, shadow beside live, ending."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from api_fixtures import Program, program  # noqa: F401
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tabs_fixtures import in_sight, table_of

from wmt.site.agreements import in_force
from wmt.site.agreements.models import UnitAgreement
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import agreements
from wmt.site.duties import scheduled
from wmt.site.links import unit_url
from wmt.site.web.agreements import tab
from wmt.site.workload.as_of_day import AsOf
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

SignIn = Callable[..., Client]
FIFTY = """
name: Fifty cases
clause: Nobody holds more than 50 cases.
source: Staff meeting of 4 March
binds: true
measures: {cases: {name: Cases, value: cases, unit: cases, states: [{state: green}, {state: red, over: 50}]}}
"""


def a_team(nation: Any) -> Unit:
    """The team of the small nation with most people in sentence management."""
    teams = Unit.objects.filter(load=nation.load, level="team", whole=True)
    return teams.order_by("-posts", "code")[0]


def switched_on(unit: Unit, **more: Any) -> UnitAgreement:
    usual = {"first_day": current_state().day, "mode": "live"}
    wanted = agreements.AgreementRequest(level=unit.level, code=unit.code, **{**usual, **more})
    return agreements.switch_on(actor=None, who="Ann", wanted=wanted)[0]


class LinksOf(dict[str, dict[str, str]]):
    def present_codes(self, level: str) -> dict[str, str]:
        return self.get(level, {})


def codes(error: Any) -> list[str]:
    return [fault.code for fault in error.value.faults]


def test_a_head_switches_one_on_and_ends_it(nation: Any, signed_in: SignIn) -> None:
    team = a_team(nation)
    head = signed_in("head", "pdu", team.pdu_code)
    tab, page = (
        unit_url("team", team.code, "agreements"),
        reverse("unit-agreements", args=["team", team.code]),
    )
    assert "No local agreement is switched on here" in in_sight(head.get(tab).text)
    assert page in head.get(tab).text
    assert page not in signed_in("manager", "team", team.code).get(tab).text
    sent = {"pack": "inspectorate", "mode": "live", "first_day": "20 November 2026", "key": "k"}
    answer = head.post(page, sent | {"mode": "", "pack": "inspectoratt"})
    assert answer.status_code == 422
    assert "There is no agreement &#39;inspectoratt&#39;" in answer.text
    assert "Choose whether it is in force or in shadow" in answer.text
    assert head.post(page, sent)["Location"] == tab
    assert head.post(page, sent)["Location"] == tab  # sent twice
    (row,) = UnitAgreement.objects.all()
    assert (row.pack_key, row.mode, row.who) == ("inspectorate", "live", "A head")
    assert head.post(page, sent | {"key": "other"}).status_code == 409
    shown = in_sight(head.get(tab).text)
    assert "With 50 cases or more, good work is less likely" in shown
    assert "It advises" in shown
    own = reverse("agreement", args=[row.pk])
    assert "Not stated" not in head.get(own).text  # the bulletin states all its figures
    assert "End it for" in head.get(own).text
    assert head.post(reverse("agreement-end", args=[row.pk]))["Location"] == own
    assert "No local agreement is switched on here" in in_sight(head.get(tab).text)
    assert "has ended this agreement already" in in_sight(
        head.post(reverse("agreement-end", args=[row.pk]), follow=True).text
    )
    told = [event.sentence for event in AuditEvent.objects.filter(kind="agreement").order_by("pk")]
    name = "What the inspectorate found of caseloads"
    assert told == [
        f"A head put the agreement '{name}' in force for team {team.code}.",
        f"A head ended the agreement '{name}' for team {team.code}.",
    ]


def test_states_of_people_are_those_of_their_cases(nation: Any, signed_in: SignIn) -> None:
    team = a_team(nation)
    switched_on(team, text=FIFTY)
    reader = signed_in("practitioner")
    page = reader.get(unit_url("team", team.code, "agreements")).text
    shown = {row["Practitioner"]: row["Fifty cases: Cases"] for row in table_of(page, "agreements-below")}
    posts = Unit.objects.filter(load=nation.load, level="post", team_code=team.code, stream=team.stream)
    expected = {
        post.name: f"{'red' if post.cases > 50 else 'green'} ({post.cases})"
        for post in posts.exclude(grade="DMY")
    }
    assert {name: words for name, words in shown.items() if words != "not covered"} == expected
    post = posts.exclude(grade="DMY").order_by("-cases")[0]
    (own,) = table_of(reader.get(unit_url("post", post.code, "agreements")).text, "agreements")
    assert (own["Value"], own["State"]) == (f"{post.cases}", "red" if post.cases > 50 else "green")


def test_shadow_is_compared_with_live_and_owes_nothing(nation: Any, signed_in: SignIn) -> None:
    team = a_team(nation)
    switched_on(team, text=FIFTY)
    switched_on(team, text=FIFTY.replace("Fifty", "Five").replace("over: 50", "over: 5"), mode="shadow")
    levels = "team.red = 1\nteam.double red: 1.5"
    switched_on(team, pack="north-yorkshire", levels=levels, mode="shadow")
    page = signed_in("practitioner").get(unit_url("team", team.code, "agreements")).text
    rows = table_of(page, "agreements-compared")
    five = [row for row in rows if row["In shadow"] == "Five cases: Cases"]
    posts = Unit.objects.filter(load=nation.load, level="post", team_code=team.code, stream=team.stream)
    assert sum(int(row["Practitioners"]) for row in five) == posts.exclude(grade="DMY").count()
    shown = in_sight(page)
    assert "Make an action plan to bring workloads down" in shown
    assert "which is in shadow: nothing is owed yet" in shown


def test_a_unit_goes_by_what_is_switched_on_above_it(nation: Any) -> None:
    team, state = a_team(nation), current_state()
    whole = Unit.objects.get(load=nation.load, level="nation", whole=True)
    pdu = Unit.objects.get(load=nation.load, level="pdu", whole=True, code=team.pdu_code)
    rows = [
        switched_on(whole, pack="gwent"),
        switched_on(pdu, text=FIFTY),
        switched_on(team, pack="cumbria", mode="shadow"),
    ]
    assert in_force.on_day(team, state) == rows
    post = Unit.objects.filter(load=nation.load, level="post", team_code=team.code)[0]
    assert in_force.on_day(post, state) == rows
    assert in_force.on_day(pdu, state) == rows[:2]
    assert in_force.on_day(whole, state) == rows[:1]


def test_a_day_has_what_stood_on_it(nation: Any) -> None:
    team, state = a_team(nation), current_state()
    row = switched_on(team, text=FIFTY)
    later = switched_on(team, pack="gwent", first_day=state.day + timedelta(3))
    assert in_force.on_day(team, state) == [row]
    assert in_force.on_day(team, replace(state, day=state.day + timedelta(3))) == [row, later]
    then = replace(state, as_of=AsOf(state.day))
    # what was recorded after the day did not stand on it; what ended after it did
    UnitAgreement.objects.filter(pk=row.pk).update(recorded_at=timezone.now() - timedelta(4000))
    agreements.end(actor=None, who="Ann", number=row.pk)
    assert in_force.on_day(team, state) == []
    assert in_force.on_day(team, then) == [row]
    with pytest.raises(ConflictError, match="Ann has ended this agreement already"):
        agreements.end(actor=None, who="Ann", number=row.pk)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"text": FIFTY, "pack": "gwent"}, ["PACK"]),
        ({}, ["PACK"]),
        ({"text": "name: x\nbinds: 5"}, ["PACK_FILE"] * 3),
        ({"text": FIFTY, "mode": "half"}, ["MODE"]),
        ({"text": FIFTY, "levels": "cases.red = 5"}, ["LEVEL"]),
        ({"pack": "north-yorkshire", "levels": "person.red = many\n\nred"}, ["LEVEL", "LEVEL"]),
        ({"pack": "north-yorkshire", "levels": "person.red = NaN\nteam.red = -5"}, ["LEVEL", "LEVEL"]),
        ({"text": FIFTY, "first_day": "before"}, ["FIRST_DAY"]),
        ({"text": FIFTY, "last_day": "before"}, ["LAST_DAY"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_and_nothing_is_kept(
    nation: Any, given: dict[str, Any], expected: list[str]
) -> None:
    before = current_state().day - timedelta(1)
    given = {name: before if value == "before" else value for name, value in given.items()}
    with pytest.raises(RefusedError) as refused:
        switched_on(a_team(nation), **given)
    assert codes(refused) == expected
    assert not UnitAgreement.objects.exists()


@pytest.mark.parametrize(
    "other",
    [
        {"mode": "shadow"},
        {"last_day": "later"},
        {"levels": "team.red = 2"},
        {"pack": "", "text": FIFTY, "levels": ""},
    ],
)
def test_a_key_is_of_one_request(nation: Any, other: dict[str, Any]) -> None:
    team = a_team(nation)
    usual = {"pack": "north-yorkshire", "levels": "team.red = 1", "key": "k"}
    row = switched_on(team, **usual)
    assert switched_on(team, **usual) == row
    later = current_state().day + timedelta(9)
    other = {name: later if value == "later" else value for name, value in other.items()}
    with pytest.raises(RefusedError) as refused:
        switched_on(team, **usual | other)
    assert codes(refused) == ["KEY_TAKEN"]
    assert UnitAgreement.objects.count() == 1


def test_agreements_follow_units_whose_code_changes(nation: Any) -> None:
    team, state = a_team(nation), current_state()
    pdu = Unit.objects.get(load=nation.load, level="pdu", whole=True, code=team.pdu_code)
    rows = [switched_on(pdu, text=FIFTY), switched_on(team, pack="gwent")]
    UnitAgreement.objects.filter(level="pdu").update(code="OLD")
    UnitAgreement.objects.filter(level="team").update(code="OLDER")
    assert in_force.on_day(team, state) == []
    links = {"pdu": {"OLD": pdu.code}, "team": {"OLDER": team.code}}
    scheduled.follow_units(state, LinksOf(links))
    assert in_force.on_day(team, state) == rows
    # pages of days before have the former code; one that somebody else has had since is no former one
    UnitAgreement.objects.update(recorded_at=timezone.now() - timedelta(4000))
    then = replace(state, as_of=AsOf(state.day))
    former = Unit(level="pdu", code="OLD", load=nation.load)
    assert in_force.on_day(former, then) == []
    assert in_force.on_day(former, replace(then, load_id=0)) == [rows[0]]
    in_force.follow("pdu", {}, {"OLD"})  # the extract that renamed it was withdrawn
    rows[0].refresh_from_db()
    assert (rows[0].code, rows[0].former) == ("OLD", [])


@pytest.mark.parametrize(
    ("on", "said"),
    [(None, "ended by Ann"), (date(2026, 11, 24), "on"), (date(2026, 11, 25), "ended by Ann")],
)
def test_a_past_day_has_what_was_ended_later_still_on(on: date | None, said: str) -> None:
    ended = datetime(2026, 11, 25, 12, tzinfo=UTC)
    row = UnitAgreement(first_day=date(2026, 11, 20), ended_at=ended, ended_by="Ann")
    state: Any = SimpleNamespace(day=on or date(2026, 11, 26), as_of=on and AsOf(on))
    assert tab.row_state(row, state) == said


def test_a_unit_that_is_not_there_and_who_may_not_are_refused(nation: Any, signed_in: SignIn) -> None:
    team = a_team(nation)
    with pytest.raises(RefusedError, match="There is no team, PDU or region N99"):
        switched_on(Unit(level="team", code="N99"), text=FIFTY)
    for number in range(agreements.MOST):
        switched_on(team, text=FIFTY.replace("Fifty", f"No {number}"))
    with pytest.raises(ConflictError, match="goes by 10 agreements at most"):
        switched_on(team, text=FIFTY)
    manager = signed_in("manager", "team", team.code)
    assert manager.get(reverse("unit-agreements", args=["team", team.code])).status_code == 403
    other = signed_in("head", "pdu", "none")
    assert other.post(reverse("agreement-end", args=[UnitAgreement.objects.all()[0].pk])).status_code == 403
    assert signed_in("administrator").get(reverse("unit-agreements", args=["post", "T:1"])).status_code == 404


def test_a_file_is_uploaded_and_refused_where_it_is_none(nation: Any, signed_in: SignIn) -> None:
    team = a_team(nation)
    page, admin = reverse("unit-agreements", args=["team", team.code]), signed_in("administrator")
    usual = {"mode": "shadow", "first_day": "20 November 2026"}
    for content, said in [(b"\xff\xfe\x00", "not text in UTF-8"), (b"x" * 200_001, "larger than 200 KB")]:
        answer = admin.post(page, usual | {"file": SimpleUploadedFile("own.yaml", content)})
        assert (answer.status_code, said in answer.text) == (422, True)
    sent = usual | {"file": SimpleUploadedFile("own.yaml", FIFTY.encode())}
    assert admin.post(page, sent).status_code == 302
    (row,) = UnitAgreement.objects.all()
    assert (row.pack_key, row.name) == ("own-fifty-cases", "Fifty cases")


def test_the_api_has_agreements_with_their_states(nation: Any, program: Program) -> None:
    team = a_team(nation)
    switched_on(team, pack="north-yorkshire", levels="team.red = 1")
    told = program().get(f"units/team/{team.code}/agreements")
    (one,) = told["agreements"]
    assert (one["pack"], one["mode"], one["of_level"]) == ("north-yorkshire", "live", "team")
    (state,) = one["states"]
    assert state["state"] == "red"
    assert state["not_known"] == "at least: the level of double red is not stated"
    assert state["levels"][1] == {"state": "red", "begins": "over 1", "met": True}


def test_rows_make_the_text_of_an_agreement(nation: Any, signed_in: SignIn) -> None:
    team = a_team(nation)
    admin, page = signed_in("administrator"), reverse("agreement-rows", args=["team", team.code])
    rows = {
        "name": "Fifty: \"ours\"", "clause": "Nobody holds more.", "source": "A meeting", "binds": "true",
        "measure": "Cases", "value": "cases", "unit": "cases", "covers": "post", "grades": "po, PSO",
        "state_1": "green", "state_2": "amber", "how_2": "from", "at_2": "40.5", "state_3": "red",
        "how_3": "over", "at_3": "", "duty_3": "Take some off",
    }  # fmt: skip
    assert admin.get(page).status_code == 200
    answer = admin.post(page, rows | {"name": "", "binds": ""})
    assert (answer.status_code, "Enter a name" in answer.text) == (422, True)
    assert "there is no figure" in admin.post(page, rows | {"value": "caseload"}).text
    assert "should be a number" in admin.post(page, rows | {"at_3": "many"}).text
    made = admin.post(page, rows)
    assert made.status_code == 200
    assert f'action="{reverse("unit-agreements", args=["team", team.code])}"' in made.text
    text = unescape(made.text.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0])
    assert not UnitAgreement.objects.exists()
    row = switched_on(team, text=text, levels="measure.red = 50")
    measure = in_force.pack_of(row).measures["measure"]
    assert measure.covers.grades == ["PO", "PSO"]
    assert [(state.state, state.comparator, str(state.level)) for state in measure.states] == [
        ("green", None, "None"), ("amber", "from", "40.5"), ("red", "over", "50"),
    ]  # fmt: skip


def test_the_nation_has_the_page_and_no_form(nation: Any, signed_in: SignIn) -> None:  # noqa: ARG001
    page = signed_in("administrator").get("/nation/agreements/")
    assert page.status_code == 200
    assert "/agreements/nation/" not in page.text
