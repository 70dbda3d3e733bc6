"""What is done about states of agreements: plans for everybody, letters and decisions for few."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tabs_fixtures import in_sight, table_of

from wmt.site.agreements.models import StateAnswer, UnitAgreement
from wmt.site.audit.models import AuditEvent
from wmt.site.changes import agreements
from wmt.site.links import unit_url
from wmt.site.retention import removal
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

SignIn = Callable[..., Client]
OWN = """
name: Ours
clause: The clause of ours.
source: Staff meeting of 4 March
binds: true
measures:
  letter:
    name: Cases
    value: cases
    unit: cases
    states: [{state: fine}, {state: red letter, from: 1, duties: [{kind: letter, text: Send it}]}]
  ceiling:
    name: Ceiling
    value: cases
    unit: cases
    states: [{state: fine}, {state: over, from: 1, duties: [{kind: decision, text: Sign it}]}]
"""


def a_team(nation: Any) -> Unit:
    teams = Unit.objects.filter(load=nation.load, level="team", whole=True)
    return teams.order_by("-posts", "code")[0]


def a_post(team: Unit) -> Unit:
    posts = Unit.objects.filter(load_id=team.load_id, level="post", team_code=team.code, cases__gt=0)
    return posts.filter(stream=team.stream).exclude(grade="DMY")[0]


def switched_on(unit: Unit, **more: Any) -> UnitAgreement:
    usual = {"first_day": current_state().day, "mode": "live"}
    wanted = agreements.AgreementRequest(level=unit.level, code=unit.code, **{**usual, **more})
    return agreements.switch_on(actor=None, who="Ann", wanted=wanted)[0]


def test_a_second_plan_says_so_and_which_state_it_was_to_cure(nation: Any, signed_in: SignIn) -> None:
    team = a_team(nation)
    row = switched_on(team, pack="north-yorkshire", levels="team.red = 1\nteam.double red = 2")
    manager, reader = signed_in("manager", "team", team.code), signed_in("practitioner")
    tab = unit_url("team", team.code, "agreements")
    page = reverse("agreement-answer-new", args=[row.pk, "team", team.code, "team"])
    assert page in manager.get(tab).text
    assert page not in reader.get(tab).text
    assert reader.get(page).status_code == 403
    answer = manager.post(page, {"words": "", "until": "20 November 2026"})
    assert answer.status_code == 422
    assert "Enter what is to be done" in answer.text
    assert "Enter a day after today" in answer.text
    sent = {"words": "Ten cases go to the next team.", "until": "1 December 2026"}
    first = manager.post(page, sent | {"key": "one"})["Location"]
    assert manager.post(page, sent | {"key": "one"})["Location"] == first  # sent twice
    second = manager.post(page, sent | {"key": "two"})["Location"]
    said = in_sight(reader.get(second).text)
    assert "Action plan 2" in said
    assert "The state was double red again on 20 November 2026, after:" in said
    assert first in reader.get(second).text
    rows = table_of(reader.get(tab).text, "agreements-answers")
    assert [(each["What was done"], each["State then"], each["State now"]) for each in rows] == [
        ("Action plan 2", "double red", "double red"), ("Action plan", "double red", "double red"),
    ]  # fmt: skip
    said = f"A manager recorded an action plan for team {team.code}."
    assert AuditEvent.objects.filter(sentence=said).count() == 2


def test_words_of_a_plan_go_after_the_retention_period(nation: Any) -> None:
    team = a_team(nation)
    row = StateAnswer.objects.create(
        key="k", agreement=switched_on(team, pack="gwent"), kind="plan", level="team", code=team.code,
        measure_key="m", measure="M", state="red", value="5", clause="x", duty="x", who="Ann", words="x",
        day=current_state().day, until=timezone.localdate() - timedelta(9),
    )  # fmt: skip
    what = "words of action plans and decisions about states of agreements"
    assert removal.apply(now=timezone.now()).get(what, 0) == 0
    assert removal.apply(now=timezone.now() + timedelta(4000))[what] == 1
    row.refresh_from_db()
    assert (row.words, row.state) == ("", "red")


def test_a_letter_is_read_by_the_person_and_who_manages_there(nation: Any, signed_in: SignIn) -> None:
    team = a_team(nation)
    row, post = switched_on(team, text=OWN), a_post(team)
    manager, other = signed_in("manager", "team", team.code), signed_in("analyst")
    own = signed_in("practitioner", "team", team.code, staff_code=post.staff_code)
    tab = unit_url("post", post.code, "agreements")
    letter = reverse("agreement-answer-new", args=[row.pk, "post", post.code, "letter"])
    decision = reverse("agreement-answer-new", args=[row.pk, "post", post.code, "ceiling"])
    for page in (letter, decision):
        assert page in manager.get(tab).text
        assert own.get(page).status_code == 403
    assert manager.post(letter, {"words": "My own words"}).status_code == 422
    sent = manager.post(letter)["Location"]
    signed = manager.post(decision, {"words": "Until Ann is back.", "until": "1 December 2026"})["Location"]
    assert "not received yet" in in_sight(manager.get(sent).text)
    for page in (sent, signed):
        assert other.get(page).status_code == 404
        assert own.get(page).status_code == 200
    assert 'id="table-agreements-answers"' not in other.get(tab).text
    assert len(table_of(own.get(tab).text, "agreements-answers")) == 2
    received = reverse("agreement-answer-received", args=[StateAnswer.objects.get(kind="letter").pk])
    assert manager.post(received).status_code == 403
    assert "I have received this letter" in own.get(sent).text
    assert own.post(received)["Location"] == sent
    assert "Receipt: received " in in_sight(manager.get(sent).text)
    assert "Its receipt was recorded on" in in_sight(own.post(received, follow=True).text)
    said = in_sight(own.get(sent).text)
    for words in ("Red letter", "The clause of ours.", f"Cases: {post.cases} cases", "Signed: A manager"):
        assert words in said


def test_what_a_state_does_not_ask_for_cannot_be_written(nation: Any, signed_in: SignIn) -> None:
    team = a_team(nation)
    shadow, live = switched_on(team, text=OWN, mode="shadow"), switched_on(team, pack="gwent")
    manager, post = signed_in("manager", "team", team.code), a_post(team)
    asked = [
        (shadow, "post", post.code, "letter"),
        (live, "team", team.code, "workload"),
        (live, "team", team.code, "none"),
    ]
    for row, level, code, measure in asked:
        page = reverse("agreement-answer-new", args=[row.pk, level, code, measure])
        assert manager.get(page).status_code == 404


@pytest.mark.usefixtures("nation")
def test_one_that_is_not_there_is_no_page(signed_in: SignIn) -> None:
    assert signed_in("administrator").get(reverse("agreement-answer", args=[999_999])).status_code == 404
