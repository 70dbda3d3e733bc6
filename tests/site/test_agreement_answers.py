"""What is done about states of agreements: plans for everybody, letters and decisions for few."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tabs_fixtures import in_sight, table_of

from wmt.site.agreements import in_force
from wmt.site.agreements.models import StateAnswer, UnitAgreement
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import agreement_answers, agreements
from wmt.site.links import unit_url
from wmt.site.retention import removal
from wmt.site.web.agreements import answers
from wmt.site.workload.as_of_day import AsOf
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


def an_answer(post: Unit, **more: Any) -> StateAnswer:
    usual: dict[str, Any] = {
        "key": f"k{StateAnswer.objects.count()}", "kind": "plan", "level": post.level, "code": post.code,
        "measure_key": "m", "measure": "M", "state": "red", "value": "5", "clause": "x", "duty": "x",
        "who": "Ann", "words": "x", "day": current_state().day,
    }  # fmt: skip
    return StateAnswer.objects.create(**usual | more)


def test_a_plan_about_one_person_is_read_by_few_and_reading_is_noted(nation: Any, signed_in: SignIn) -> None:
    team = a_team(nation)
    post, made = a_post(team), switched_on(team, pack="gwent")
    row = an_answer(post, agreement=made)
    page, tab = reverse("agreement-answer", args=[row.pk]), unit_url("post", post.code, "agreements")
    manager, other = signed_in("manager", "team", team.code), signed_in("analyst")
    assert other.get(page).status_code == 404
    assert 'id="table-agreements-answers"' not in other.get(tab).text
    reads = AuditEvent.objects.filter(kind="read", code=post.code)
    assert not reads.exists()
    assert manager.get(page).status_code == 200
    assert reads.count() == 1
    open_plan = an_answer(team, agreement=made)
    assert other.get(reverse("agreement-answer", args=[open_plan.pk])).status_code == 200
    assert not AuditEvent.objects.filter(kind="read", code=team.code).exists()


def answered(post: Unit, made: UnitAgreement, **more: Any) -> StateAnswer:
    basis = agreement_answers.AnswerBasis(
        agreement=made, kind=more.pop("kind", "decision"), measure_key="m", measure="M", state="red",
        value="5", clause="x", duty="x",
    )  # fmt: skip
    usual = {"words": "Until Ann is back.", "until": current_state().day + timedelta(9), "key": "k"}
    wanted = agreement_answers.AnswerRequest(**usual | more)
    state = current_state()
    return agreement_answers.answer(
        actor=None, who="Ann", unit=post, state=state, basis=basis, wanted=wanted
    )[0]  # fmt: skip


def test_a_key_is_of_one_answer_and_its_words_go_in_time(
    nation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreement_answers, "may_answer", lambda *_: True)
    team = a_team(nation)
    post, made, day = a_post(team), switched_on(team, pack="gwent"), current_state().day
    row = answered(post, made)
    assert answered(post, made) == row
    others: list[dict[str, Any]] = [{"words": "Else"}, {"until": day + timedelta(8)}, {"kind": "plan"}]
    for other in others:
        with pytest.raises(RefusedError, match="sent with this key"):
            answered(post, made, **other)
    with pytest.raises(RefusedError, match="Enter a day up to 19 November 2028"):
        answered(post, made, key="k2", until=day + timedelta(731))
    assert answered(post, made, key="k2", until=day + timedelta(730)).pk != row.pk
    told = AuditEvent.objects.filter(kind="agreement answer", code=post.code)
    assert told.exists()
    removal.apply(now=timezone.now() + timedelta(800))
    assert {event.after for event in told} == {None}


def test_answers_follow_a_person_whose_code_changes(nation: Any) -> None:
    team, state = a_team(nation), current_state()
    post = a_post(team)
    row = an_answer(post, agreement=switched_on(team, pack="gwent"), code="OLD:1")
    in_force.follow("post", {"OLD:1": post.code}, {post.code})
    row.refresh_from_db()
    assert (row.code, row.former) == (post.code, ["OLD:1"])
    # somebody else may have the former code now
    then = replace(state, load_id=0, as_of=AsOf(state.day))
    assert in_force.codes_on(row, then) == [post.code]
    assert in_force.formerly(StateAnswer, [("post", "OLD:1")], then) == []
    in_force.follow("post", {}, {"OLD:1"})
    row.refresh_from_db()
    assert row.code == post.code


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (None, "received 1 July 2026, 12.30am, by Ann"),
        (date(2026, 6, 30), "not received yet"),
        (date(2026, 7, 1), "received 1 July 2026, 12.30am, by Ann"),
    ],
)
def test_a_receipt_has_the_time_of_here_and_none_before_it(on: date | None, said: str) -> None:
    received = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    state: Any = SimpleNamespace(day=on or date(2026, 7, 2), as_of=on and AsOf(on))
    row = StateAnswer(kind="letter", received_at=received, received_by="Ann")
    assert answers.receipt_words(row, state) == said


def test_earlier_ones_are_counted_beyond_those_listed(nation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    team = a_team(nation)
    made = switched_on(team, pack="gwent")
    for _ in range(3):
        an_answer(team, agreement=made)
    monkeypatch.setattr(answers, "MOST_SHOWN", 2)
    monkeypatch.setattr(agreement_answers, "_reads", lambda *_: True)
    table = answers.answers_table(None, team, current_state(), [])
    assert table is not None
    assert [row.values["what"].text for row in table.rows] == ["Action plan 3", "Action plan 2"]


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
