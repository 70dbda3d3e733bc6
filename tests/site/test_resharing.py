"""The best way to share cases again on pages: who sees what of it, the job, what is kept, and its plan."""

# ruff: noqa: F811 - fixtures come by import
import re
from collections.abc import Callable
from html import unescape
from typing import Any
from unittest.mock import Mock

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult
from tabs_fixtures import in_sight, table_of
from test_allocation_pages import Pdu, pdu  # noqa: F401

from wmt.plan.balance import levers, solve
from wmt.site.accounts.models import LimitedAccess, User
from wmt.site.allocation.models import PostProtection
from wmt.site.allocation.protection import reasons_on
from wmt.site.audit.models import AuditEvent, ReadEvent
from wmt.site.changes.protect import ProtectionRequest, protect
from wmt.site.links import unit_url
from wmt.site.plans.models import SavedPlan, SharingSearch
from wmt.site.queries import resharing_answer, resharing_job
from wmt.site.queries.plan_effects import PlanReading
from wmt.site.queries.resharing_job import look_after, look_for_best, search_was_killed
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database

SignIn = Callable[..., Client]
CRN = re.compile(r"\b[A-Z]\d{6}\b")
USUAL = {"ask": "1", "held_weeks": "0", "ends_weeks": "0"}
DONE, FAILED = SharingSearch.State.DONE, SharingSearch.State.FAILED


@pytest.fixture(autouse=True)
def little_work(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is not proved soon is not sought for long, and one test asks what would help."""
    if "help" not in request.node.name:
        monkeypatch.setattr(levers, "changes", lambda *_, **__: [])
    monkeypatch.setattr(solve, "WORK", 0.1)
    monkeypatch.setattr(resharing_job, "WORK_OF_A_CHANGE", 0.02)


@pytest.fixture
def head(pdu: Pdu, signed_in: SignIn) -> Client:
    return signed_in("head", "pdu", pdu.code)


def tab(pdu: Pdu, client: Client, **asked: str) -> str:
    return client.get(unit_url("pdu", pdu.code, "reshare"), {**USUAL, **asked}).text


def asked(client: Client, pdu: Pdu, **question: str) -> SharingSearch:
    answer = client.post(f"/reshare/new/pdu/{pdu.code}/", {**USUAL, **question})
    assert answer.status_code == 302
    return SharingSearch.objects.get(key=answer["Location"].split("/")[2])


def found(row: SharingSearch) -> SharingSearch:
    assert look_for_best.call(row.pk) == "done", SharingSearch.objects.get(pk=row.pk).message
    row.refresh_from_db()
    return row


def page(client: Client, row: SharingSearch) -> str:
    answer = client.get(f"/reshare/{row.key}/")
    assert answer.status_code == 200
    return answer.text


def again(client: Client, row: SharingSearch, **ticked: Any) -> SharingSearch:
    answer = client.post(f"/reshare/{row.key}/again/", ticked)
    assert answer.status_code == 302, in_sight(answer.text)
    return SharingSearch.objects.get(key=answer["Location"].split("/")[2])


def holders(row: SharingSearch) -> dict[str, str]:
    """Who gets each case that moves."""
    return {ref: move["receiver"] for move in row.answer["moves"] for ref in move["refs"]}  # type: ignore[index]


def test_the_first_answer_is_there_at_once_with_what_it_does_to_both(pdu: Pdu, head: Client) -> None:
    text = tab(pdu, head)
    moves = table_of(text, "moves")
    assert moves
    lines = {line.ref: line for line in Line.objects.filter(load_id=current_state().load_id).exclude(ref="")}
    posts = {unit.number: unit for unit in Unit.objects.filter(level="post", pdu_code=pdu.code, whole=True)}
    for move in moves:
        assert move["From"].startswith(posts[lines[move["CRN"]].post_no].name)
        assert move["From"] != move["To"]
        assert move["Why"].startswith("Gives: ")
    assert ReadEvent.objects.filter(level="pdu", code=pdu.code).exists()


def test_who_may_not_read_cases_sees_figures_and_no_case(pdu: Pdu, head: Client, signed_in: SignIn) -> None:
    assert CRN.search(in_sight(tab(pdu, head)))
    other = signed_in("support", "nation", "nation", email="support@example.org")
    text = tab(pdu, other)
    assert "You may not read the cases of all" in text
    assert not CRN.search(unescape(text))
    assert 'id="table-moves"' not in text
    people = table_of(text, "people")
    assert sum(int(row["Gives"]) for row in people) == sum(int(row["Gets"]) for row in people) > 0
    row = found(asked(other, pdu))
    assert not CRN.search(unescape(page(other, row)))
    assert other.post(f"/reshare/{row.key}/plan/").status_code == 404
    assert not ReadEvent.objects.filter(level="pdu", user__email="support@example.org").exists()


def test_a_manager_of_one_team_reads_no_case_of_the_pdu(pdu: Pdu, signed_in: SignIn) -> None:
    team = pdu.free[0].team_code
    manager = signed_in("manager", "team", team, email="spo@example.org")
    assert not CRN.search(in_sight(manager.get(unit_url("pdu", pdu.code, "reshare"), USUAL).text))
    assert CRN.search(in_sight(manager.get(unit_url("team", team, "reshare"), USUAL).text))


@pytest.mark.both_databases
def test_a_search_is_one_search_and_its_answer_comes_out_the_same(pdu: Pdu, head: Client) -> None:
    row = asked(head, pdu)
    assert asked(head, pdu) == row
    assert DBTaskResult.objects.filter(task_path=look_for_best.module_path).count() == 1
    text = page(head, row)
    assert "Waiting to start" in text
    assert '<meta http-equiv="refresh"' in text
    row = found(row)
    first = row.answer
    assert asked(head, pdu) == row
    SharingSearch.objects.filter(pk=row.pk).delete()
    assert found(asked(head, pdu)).answer == first
    (said,) = {event.sentence for event in AuditEvent.objects.filter(kind="plan")}
    assert f"best way to share cases of pdu {pdu.code} again" in said
    assert not CRN.search(said)


def test_nobody_else_finds_a_search(pdu: Pdu, head: Client, signed_in: SignIn) -> None:
    row = found(asked(head, pdu))
    other = signed_in("head", "pdu", pdu.code, email="support@example.org")
    for way in ("", "progress/"):
        assert other.get(f"/reshare/{row.key}/{way}").status_code == 404
    for way in ("stop/", "again/", "plan/"):
        assert other.post(f"/reshare/{row.key}/{way}").status_code == 404


@pytest.mark.both_databases
def test_the_moves_go_into_a_plan_whose_figures_are_those_of_the_answer(pdu: Pdu, head: Client) -> None:
    row = found(asked(head, pdu))
    assert "Proved best" in page(head, row) or "Within " in page(head, row)
    answer = head.post(f"/reshare/{row.key}/plan/")
    (plan,) = SavedPlan.objects.all()
    assert answer["Location"] == f"/plans/{plan.pk}/"
    assert head.post(f"/reshare/{row.key}/plan/")["Location"] == f"/plans/{plan.pk}/"
    assert SavedPlan.objects.count() == 1
    user = User.objects.get(pk=head.session["_auth_user_id"])
    unit = Unit.objects.get(load_id=current_state().load_id, level="pdu", whole=True, code=pdu.code)
    effect = PlanReading(plan.plan, user, user, unit, current_state()).effect()
    assert not any(step.missing for step in effect.steps)
    figures = {
        each.unit.code: (each.before.points_x100, each.after.points_x100, each.after.available_x100)
        for each in effect.moments if each.unit.level == "post"
    }  # fmt: skip
    told = {
        post["code"]: (post["before_x100"], post["after_x100"], post["available_x100"])
        for post in row.answer["posts"] if post["gives"] or post["gets"]  # type: ignore[index]
    }  # fmt: skip
    assert figures == told
    assert len(told) > 1


def test_what_is_kept_and_ruled_out_holds_in_the_next_answer(pdu: Pdu, head: Client) -> None:
    row = found(asked(head, pdu))
    moves = row.answer["moves"]  # type: ignore[index]
    assert len(moves) >= 3
    (keep,), (never,), (stays,) = (moves[number]["refs"] for number in range(3))
    person = next(move["receiver"] for move in moves[3:] if move["receiver"] != moves[0]["receiver"])
    people = {moves[0]["giver"], moves[0]["receiver"]}
    ticked = {"keep": "0", "never": "1", "stays": "2"}
    if person not in people:
        ticked["person"] = person
    second = found(again(head, row, **ticked))
    got = holders(second)
    assert got[keep] == moves[0]["receiver"]
    assert got.get(never) != moves[1]["receiver"]
    assert stays not in got
    ends = {post["code"]: post for post in second.answer["posts"]}  # type: ignore[index]
    if "person" in ticked:
        assert ends[person]["before_x100"] == ends[person]["after_x100"]
        assert (ends[person]["gives"], ends[person]["gets"]) == (0, 0)
    text = page(head, second)
    assert f"{keep} goes to" in text
    assert f"{stays} stays where it is" in text
    held = [unescape(each) for each in re.findall(r'name="held" value="([^"]*)"', text)]
    assert len(held) == len(ticked)
    third = again(head, second, held=[each for each in held if not each.startswith("still:")])
    assert third.question["still"] == []
    assert third.question["fixed"] == [[keep, moves[0]["receiver"]]]


def test_who_may_not_read_cases_learns_none_by_keeping_moves(pdu: Pdu, signed_in: SignIn) -> None:
    other = signed_in("support", "nation", "nation", email="support@example.org")
    row = found(asked(other, pdu))
    second = again(other, row, keep="0", never="1", stays="2")
    assert second == row
    ref, to = min(holders(row).items())
    SharingSearch.objects.filter(pk=row.pk).update(  # as when their role has ended since they kept it
        question={**row.question, "still": [ref], "fixed": [[ref, to]], "apart": [[ref, to]]}
    )
    text = page(other, row)
    assert "******** stays where it is" in text
    assert not CRN.search(unescape(text))


def test_a_case_that_its_reader_must_not_know_of_is_in_no_number(pdu: Pdu, signed_in: SignIn) -> None:
    other = signed_in("support", "nation", "nation", email="support@example.org")
    row = found(asked(other, pdu))
    LimitedAccess.objects.create(
        ref=min(holders(row)), excluded=["SUPPORT@EXAMPLE.ORG"], restricted=[], is_current=True
    )
    SharingSearch.objects.all().delete()
    then = found(asked(other, pdu)).answer
    assert then == row.answer
    assert "cannot be given by you" not in tab(pdu, other)


def test_who_is_protected_since_gets_nothing_when_the_same_is_asked_again(pdu: Pdu, head: Client) -> None:
    row = found(asked(head, pdu))
    to = min(holders(row).values())
    reason = min(reasons_on(current_state().day))
    wanted = ProtectionRequest(post=to, first_day=current_state().day, reason=reason, no_new=True)
    protect(actor=None, wanted=wanted, who="Ann")
    after = found(asked(head, pdu))
    assert after != row
    assert to not in holders(after).values()


def test_a_move_that_is_kept_and_cannot_be_made_any_more_is_told(pdu: Pdu, head: Client) -> None:
    row = found(asked(head, pdu))
    second = found(again(head, row, keep="0"))
    assert "cannot be made any more" not in page(head, second)
    to = row.answer["moves"][0]["receiver"]  # type: ignore[index]
    PostProtection.objects.create(
        post=to, first_day=current_state().day, reason="new", no_new=True, who="Ann", key="k"
    )
    SharingSearch.objects.filter(pk=second.pk).delete()
    third = found(again(head, row, keep="0"))
    assert "1 move that you keep cannot be made any more." in page(head, third)


def test_an_answer_stays_where_what_would_help_could_not_be_looked_for(
    pdu: Pdu, head: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resharing_job, "_what_would_help", Mock(side_effect=RuntimeError))
    row = found(asked(head, pdu, moves="0"))
    assert "ended without an answer" not in page(head, row)
    SharingSearch.objects.update(state=SharingSearch.State.RUNNING)
    DBTaskResult.objects.all().delete()
    look_after()
    row.refresh_from_db()
    assert (row.state, row.message) == (DONE, "")


def test_looking_after_searches_leaves_what_is_asked_or_found_meanwhile(
    pdu: Pdu, head: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process ends one, with its job, while they are looked through; and one is asked for."""
    row = asked(head, pdu)

    def meanwhile(**how: Any) -> Any:
        SharingSearch.objects.filter(pk=row.pk).update(state=DONE, answer={"moves": []})
        DBTaskResult.objects.all().delete()
        jobs = DBTaskResult.objects.get_queryset().filter(**how)
        return Mock(filter=lambda **more: [*jobs.filter(**more), *late()])

    def late() -> list[Any]:
        asked(head, pdu, moves="1")
        return []

    monkeypatch.setattr(DBTaskResult.objects, "filter", meanwhile, raising=False)
    look_after()
    assert SharingSearch.objects.latest("pk").state == SharingSearch.State.WAITING
    row.refresh_from_db()
    assert (row.state, row.answer) == (DONE, {"moves": []})


def test_one_move_cannot_be_kept_and_ruled_out(pdu: Pdu, head: Client) -> None:
    row = found(asked(head, pdu))
    answer = head.post(f"/reshare/{row.key}/again/", {"keep": "0", "never": "0"})
    assert answer.status_code == 422
    assert "Tick one thing only for each move" in answer.text


def test_limits_hold_and_a_protected_person_gets_nothing(pdu: Pdu, head: Client) -> None:
    free = found(asked(head, pdu))
    got = {move["receiver"] for move in free.answer["moves"]}  # type: ignore[index]
    to = min(got)
    PostProtection.objects.create(
        post=to, first_day=current_state().day, reason="new", no_new=True, who="Ann", key="k"
    )
    row = found(asked(head, pdu, moves="2", per_person="1"))
    assert sum(move["number"] for move in row.answer["moves"]) <= 2  # type: ignore[index]
    for post in row.answer["posts"]:  # type: ignore[index]
        assert post["gives"] + post["gets"] <= 1
        mark = row.answer["over_x100"] * post["available_x100"] // 10_000  # type: ignore[index]
        assert post["after_x100"] <= max(mark, post["before_x100"])
    assert to not in holders(row).values()
    assert "1 person here is protected" in page(head, row)


def test_a_case_of_limited_access_goes_to_nobody_who_must_not_know_of_it(pdu: Pdu, head: Client) -> None:
    (ref, to), *_ = sorted(holders(found(asked(head, pdu))).items())
    LimitedAccess.objects.create(ref=ref, excluded=[to.partition(":")[2]], restricted=[], is_current=True)
    assert holders(found(asked(head, pdu, goal5="none"))).get(ref) != to
    LimitedAccess.objects.update(is_current=False)
    user = User.objects.get(pk=head.session["_auth_user_id"])
    LimitedAccess.objects.create(ref=ref, excluded=[user.email.upper()], restricted=[], is_current=True)
    row = found(asked(head, pdu, goal4="none"))
    assert ref not in holders(row)
    assert ref not in page(head, row)


@pytest.mark.both_databases
def test_a_search_is_stopped(pdu: Pdu, head: Client) -> None:
    row = asked(head, pdu)
    head.post(f"/reshare/{row.key}/stop/")
    row.refresh_from_db()
    assert (row.state, row.answer) == (FAILED, None)
    assert look_for_best.call(row.pk) == "failed"
    assert "You stopped it before it began" in page(head, row)
    assert asked(head, pdu) != row


def test_a_search_whose_process_was_killed_can_be_asked_again(pdu: Pdu, head: Client) -> None:
    row = asked(head, pdu)
    SharingSearch.objects.filter(pk=row.pk).update(state=SharingSearch.State.RUNNING)
    assert search_was_killed(row.pk, again=True)
    row.refresh_from_db()
    assert row.state == SharingSearch.State.WAITING
    search_was_killed(row.pk, again=False)
    assert "ended without an answer" in page(head, row)
    other = asked(head, pdu)
    assert other != row
    DBTaskResult.objects.all().delete()
    look_after()
    other.refresh_from_db()
    assert other.state == FAILED
    assert found(asked(head, pdu)).answer


def test_the_page_says_that_figures_have_changed_since(pdu: Pdu, head: Client) -> None:
    row = found(asked(head, pdu))
    assert "Look again to use the figures of now" not in page(head, row)
    Unit.objects.filter(level="post", code=pdu.free[0].code).update(points_x100=1)
    assert "1 person’s figures have changed since" in page(head, row)
    SharingSearch.objects.update(day="2020-01-01")
    assert "and this answer is of" in page(head, row) or "this answer is of 1 January 2020" in page(head, row)


def test_what_would_help_names_nobody(pdu: Pdu, head: Client) -> None:
    """Nothing may move, so somebody stays over: what would free most is told by kind and grade alone."""
    row = found(asked(head, pdu, moves="0"))
    help_ = row.answer["would_help"]  # type: ignore[index]
    words = [each["words"] for each in help_["changes"]] + help_["others"]
    assert "any number of moves" in [each["words"] for each in help_["changes"]]
    assert [each["most"] for each in row.answer["frontier"]] == [0]  # type: ignore[index]
    codes = [post["code"] for post in row.answer["posts"]]  # type: ignore[index]
    assert not [each for each in words if any(code in each for code in codes)]
    assert "Any number of moves" in page(head, row)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"goal1": "moves"}, "‘Fewest cases that move’ is already the first goal"),
        ({f"goal{number}": "none" for number in range(1, 6)}, "Choose at least one goal"),
        ({"moves": "many"}, "enter a whole number from 0"),
        ({"high_least": "3", "high_most": "2"}, "must be no more than the most"),
        ({"step": "11"}, "enter a number from 0 to 10"),
        ({"band": "NaN"}, "enter a number from 0 to 100"),
        ({"locked": "NOWHERE:X"}, "One person in this address cannot be found here"),
        ({"locked": " ".join(f"T:{number}" for number in range(200))}, "Tick 100 people at most"),
        ({"leavers": " ".join(f"T:{number}" for number in range(200))}, "Name 100 people at most who leave"),
    ],
)
def test_what_is_wrong_with_the_question_is_said(
    pdu: Pdu, head: Client, question: dict[str, str], said: str
) -> None:
    assert said in tab(pdu, head, **question)
    answer = head.post(f"/reshare/new/pdu/{pdu.code}/", {**USUAL, **question})
    assert said in head.get(answer["Location"]).text
    assert not SharingSearch.objects.exists()


def test_people_are_kept_as_they_are_from_the_first_answer_on(pdu: Pdu, head: Client) -> None:
    free = found(asked(head, pdu))
    giver, receiver = (max(move[who] for move in free.answer["moves"]) for who in ("giver", "receiver"))  # type: ignore[index]
    kept = {"locked": [giver, receiver], **USUAL}
    text = head.get(unit_url("pdu", pdu.code, "reshare"), kept).text
    assert "2 people stay as they are" in in_sight(text)
    ticked = re.findall(r'name="locked" value="([^"]*)" checked', text)
    assert {unescape(each) for each in ticked} == {giver, receiver}
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))
    answer = head.post(f"/reshare/new/pdu/{pdu.code}/", {name: unescape(hidden[name]) for name in hidden})
    row = found(SharingSearch.objects.get(key=answer["Location"].split("/")[2]))
    assert set(row.question["locked"]) == {giver, receiver}
    ends = {post["code"]: post for post in row.answer["posts"]}  # type: ignore[index]
    assert [(ends[code]["gives"], ends[code]["gets"]) for code in (giver, receiver)] == [(0, 0), (0, 0)]
    shown = page(head, row)
    assert in_sight(shown).count("stays as they are") == 2
    (back,) = re.findall(r'href="([^"]*)">Change what you ask', shown)
    again = head.get(unescape(back)).text
    assert len(re.findall(r'name="locked" value="[^"]*" checked', again)) == 2


def test_who_leaves_cannot_be_kept_as_they_are(pdu: Pdu, head: Client) -> None:
    code = pdu.holder.code
    text = tab(pdu, head, leavers=code)
    assert f'name="locked" value="{code}"' not in text
    assert f'name="locked" value="{pdu.full[0].code}"' in text
    assert "cannot both leave and stay as they are" in tab(pdu, head, leavers=code, locked=code)


def test_what_counts_as_even_and_the_least_gain_are_the_managers(pdu: Pdu, head: Client) -> None:
    row = found(asked(head, pdu, band="50", step="2"))
    assert (row.question["band_x100"], row.question["step_x100"]) == (5_000, 200)
    spread = next(goal for goal in row.answer["goals"] if goal["goal"] == "spread")  # type: ignore[index]
    usual = next(goal for goal in found(asked(head, pdu)).answer["goals"] if goal["goal"] == "spread")  # type: ignore[index]
    assert spread["before"] < usual["before"]
    assert spread["step"] == pytest.approx(4 * usual["step"], abs=4)
    assert "which is 2 percentage points of all available" in page(head, row)


def test_pictures_say_which_team_gives_to_which_and_what_fewer_moves_leave(pdu: Pdu, head: Client) -> None:
    row = found(asked(head, pdu))
    answer: Any = row.answer
    text = page(head, row)
    flows = table_of(text, "flows")
    assert sum(int(each["Cases"]) for each in flows) == sum(move["number"] for move in answer["moves"])
    pairs = {(move["giver"].split(":")[0], move["receiver"].split(":")[0]) for move in answer["moves"]}
    assert len(flows) == len(pairs)
    ways = answer["frontier"]
    assert [each["most"] for each in ways] == sorted({each["most"] for each in ways})
    assert len(ways) > 2
    overload = [(each["over"], each["points_over_x100"]) for each in ways]
    assert overload == sorted(overload, reverse=True)  # more moves are never worse
    over = [
        (post["before_x100"] - answer["over_x100"] * post["available_x100"] // 10_000)
        for post in answer["posts"] if post["available_x100"]
    ]  # fmt: skip
    assert overload[0] == (sum(each > 0 for each in over), sum(max(0, each) for each in over))
    assert overload[-1] <= resharing_answer.overload_left(answer)
    assert len(table_of(text, "frontier")) == len(ways)
    assert 'id="flow"' in text
    assert 'id="frontier"' in text
    assert "From which team to which" in head.get(f"/reshare/{row.key}/flow.svg").text


def test_a_region_is_shared_again_by_a_job_alone(pdu: Pdu, signed_in: SignIn) -> None:
    level = {"load_id": current_state().load_id, "whole": True}
    inside = Unit.objects.get(level="pdu", code=pdu.code, **level)
    unit = Unit.objects.get(level="region", code=inside.region_code, **level)
    analyst = signed_in("administrator", "nation", "nation")
    first = analyst.get(unit_url("region", unit.code, "reshare"), USUAL).text
    assert "this takes some minutes" in first
    assert "A first answer" not in first
    answer = analyst.post(f"/reshare/new/region/{unit.code}/", {**USUAL, "moves": "40"})
    row = found(SharingSearch.objects.get(key=answer["Location"].split("/")[2]))
    found_in: Any = row.answer
    assert 0 < sum(move["number"] for move in found_in["moves"]) <= 40
    teams = {post["code"].partition(":")[0] for post in found_in["posts"]}
    assert teams <= set(
        Unit.objects.filter(region_code=unit.code, level="team", whole=True).values_list("code", flat=True)
    )
    text = page(analyst, row)
    assert "Proved best" in text or "Within " in text
    assert table_of(text, "frontier")[-1]["At most so many moves"] == str(found_in["frontier"][-1]["most"])


def test_so_many_searches_at_once(pdu: Pdu, head: Client) -> None:
    for number in range(3):
        asked(head, pdu, moves=str(number))
    answer = head.post(f"/reshare/new/pdu/{pdu.code}/", {**USUAL, "moves": "9"}, follow=True)
    assert "You have 3 searches waiting or under way" in answer.text
    assert head.post("/reshare/new/nation/nation/", USUAL).status_code == 404
