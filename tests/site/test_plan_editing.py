"""Steps of a plan changed in their place, the last change undone, and what no text of a plan may hold."""

# ruff: noqa: F811 - fixtures come by import
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from api_fixtures import Program, program  # noqa: F401
from django.test import Client
from django.urls import reverse
from tabs_fixtures import in_sight, links
from test_allocation_pages import Pdu, pdu  # noqa: F401
from test_plans import SignIn, effect_of, kept, unit_of, user_of

from wmt.plan.plan_file import plan_of
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import plans
from wmt.site.plans.models import PlanComment, SavedPlan
from wmt.site.web.plans.step_points import points_changed
from wmt.site.workload.state import current_state, rules_of


def _change(client: Client, row: SavedPlan, at: int, **typed: Any) -> Any:
    row.refresh_from_db()
    address = reverse("plan-step-change", args=[row.pk, at])
    return client.post(address, {"version": row.version, **typed})


def _held(page: str) -> dict[str, str]:
    """What the fields of a form hold."""
    typed = dict(re.findall(r'<input class="govuk-input[^>]* name="(\w+)"[^>]* value="([^"]+)"', page))
    chosen = r'<select[^>]* name="(\w+)"(?:(?!</select>).)*<option value="([^"]+)" selected>'
    return typed | dict(re.findall(chosen, page, re.DOTALL))


def test_a_step_is_changed_in_its_place_by_its_form_which_has_what_it_holds(
    pdu: Pdu, signed_in: SignIn
) -> None:
    client, (one, other) = signed_in("head", "pdu", pdu.code), pdu.free
    row = kept(
        user_of(client), unit_of(pdu),
        {"do": "move", "cases": [pdu.held.ref], "to": one.code},
        {"do": "hours", "post": one.code, "hours": Decimal("30.5")},
        {"do": "move", "number": 2, "kind": "community:C2", "from": pdu.holder.code,
         "to": [one.code, other.code]},
        {"do": "arrive", "kind": "custody:B3", "to": one.team_code, "a_week": 2, "weeks": 3},
        {"do": "rules", "values": {"tier_points.pc16.community.C2": 0}},
    )  # fmt: skip
    ways = links(client.get(reverse("plan", args=[row.pk])).text)
    found = [reverse("plan-step-change", args=[row.pk, at]) in ways for at in range(1, 6)]
    assert found == [True, True, True, True, False]
    form = client.get(reverse("plan-step-change", args=[row.pk, 2])).text
    assert ('value="30.5"' in form, f'<option value="{one.code}" selected>' in form) == (True, True)
    spread = client.get(reverse("plan-step-change", args=[row.pk, 3])).text
    assert (spread.count(" checked>"), '<option value="community:C2" selected>' in spread) == (2, True)
    assert f'value="{pdu.held.ref}"' in client.get(reverse("plan-step-change", args=[row.pk, 1])).text
    wrong = _change(client, row, 2, post=one.code, hours="200")
    assert (wrong.status_code, 'value="200"' in wrong.text) == (422, True)
    sent = {"post": other.code, "hours": "18.5"}
    assert _change(client, row, 2, **sent).status_code == 302
    stale = {"version": 1, **sent}
    again = reverse("plan-step-change", args=[row.pk, 2])
    assert client.post(again, stale).status_code == 302  # the same, sent twice
    other_window = client.post(again, {**stale, "hours": "20"})
    assert (other_window.status_code, "The step was not changed" in in_sight(other_window.text)) == (
        409,
        True,
    )
    row.refresh_from_db()
    assert (row.version, [step.do for step in row.plan.steps]) == (
        2, ["move", "hours", "move", "arrive", "rules"],
    )  # fmt: skip
    assert row.plan.steps[1].content == {"do": "hours", "post": other.code, "hours": Decimal("18.5")}
    assert client.get(reverse("plan-step-change", args=[row.pk, 5])).status_code == 404
    assert client.get(reverse("plan-step-change", args=[row.pk, 6])).status_code == 404


def test_every_step_of_a_form_comes_back_in_its_form_unchanged(pdu: Pdu, signed_in: SignIn) -> None:
    client, (one, other) = signed_in("head", "pdu", pdu.code), pdu.free
    row = kept(
        user_of(client), unit_of(pdu),
        {"do": "become", "cases": [pdu.held.ref], "becomes": "custody:B3"},
        {"do": "end", "number": 1, "kind": "community:C2", "from": one.team_code},
        {"do": "reduce", "post": one.code, "percent": Decimal(20)},
        {"do": "end_reductions", "post": other.code},
        {"do": "leave", "post": other.code},
        {"do": "leave", "post": other.code, "to": one.code},
        {"do": "start", "team": one.team_code, "grade": "PO", "posts": 1},
        {"do": "grade", "post": one.code, "grade": "PO"},
        {"do": "arrive", "kind": "t2a:custody:B3", "to": one.code, "number": 4},
    )  # fmt: skip
    before = row.text
    for at in range(1, len(row.plan.steps) + 1):
        typed = _held(client.get(reverse("plan-step-change", args=[row.pk, at])).text)
        assert len(typed) >= 1, at
        assert _change(client, row, at, **typed).status_code == 302, at
    row.refresh_from_db()
    assert (row.text, row.version) == (before, 1)


def test_a_step_that_met_another_change_is_added_when_it_is_sent_again(pdu: Pdu, signed_in: SignIn) -> None:
    client = signed_in("head", "pdu", pdu.code)
    row = kept(user_of(client), unit_of(pdu), {"do": "leave", "post": pdu.holder.code})
    address, (one, other) = reverse("plan-step", args=[row.pk, "leave"]), pdu.free
    assert client.post(address, {"version": 1, "post": one.code}).status_code == 302
    met = client.post(address, {"version": 1, "post": other.code})
    assert met.status_code == 409
    (version,) = re.findall(r'name="version" value="(\d+)"', met.text)
    assert client.post(address, {"version": version, "post": other.code}).status_code == 302
    row.refresh_from_db()
    assert [step.content["post"] for step in row.plan.steps] == [pdu.holder.code, one.code, other.code]


def test_the_last_change_is_undone_and_made_again(pdu: Pdu, signed_in: SignIn) -> None:
    client = signed_in("head", "pdu", pdu.code)
    user, page = user_of(client), reverse
    row = kept(user, unit_of(pdu), {"do": "leave", "post": pdu.holder.code}, name="First")
    with pytest.raises(RefusedError):
        plans.undo_change(actor=user, number=row.pk, version=1)
    assert "Undo the last change" not in client.get(page("plan", args=[row.pk])).text
    plans.change_plan(actor=user, number=row.pk, plan=plan_of({"name": "Second", "steps": []}), version=1)
    assert "Undo the last change" in client.get(page("plan", args=[row.pk])).text
    with pytest.raises(ConflictError):
        plans.undo_change(actor=user, number=row.pk, version=1)
    sent = {"version": 2, "do": "undo"}
    for _ in range(2):  # pressed twice it is undone once
        client.post(page("plan-steps", args=[row.pk]), sent)
    row.refresh_from_db()
    assert (row.name, row.version, [step.do for step in row.plan.steps]) == ("First", 3, ["leave"])
    client.post(page("plan-steps", args=[row.pk]), {"version": 3, "do": "undo"})
    row.refresh_from_db()
    assert (row.name, row.plan.steps) == ("Second", [])
    other = signed_in("administrator")
    assert other.post(page("plan-steps", args=[row.pk]), {"version": 4, "do": "undo"}).status_code == 403


def test_cases_are_spread_over_people_and_what_cases_earn_is_raised(pdu: Pdu, signed_in: SignIn) -> None:
    client, (one, other) = signed_in("head", "pdu", pdu.code), pdu.free
    row = kept(user_of(client), unit_of(pdu))
    spread = reverse("plan-step", args=[row.pk, "spread"])
    typed = {"version": 1, "number": "3", "kind": "community:C2", "from": pdu.holder.code}
    for receivers in ([], ["NO:ONE"], [pdu.holder.code]):
        answer = client.post(spread, {**typed, "receivers": receivers})
        assert (answer.status_code, 'id="receivers-error"' in answer.text) == (422, True), receivers
    assert client.post(spread, {**typed, "receivers": [one.code, other.code]}).status_code == 302
    points = reverse("plan-step", args=[row.pk, "points"])
    raised = {"version": 2, "letter": "C", "location": "community", "change": "10"}
    for wrong in ("0", "x", "-101"):
        assert client.post(points, {**raised, "change": wrong}).status_code == 422
    assert client.post(points, raised).status_code == 302
    row.refresh_from_db()
    first, second = row.plan.steps
    assert first.content["to"] == [one.code, other.code]
    values, now = second.content["values"], rules_of(current_state())
    assert {path.rpartition(".")[2][:1] for path in values} == {"C"}
    for path, value in values.items():
        was = Decimal(now[path].value)
        assert abs(Decimal(value) - was * 11 / 10) <= Decimal("0.005")
    assert "C cases, Community: +10%" in in_sight(client.get(reverse("plan", args=[row.pk])).text)
    more = effect_of(user_of(client), unit_of(pdu), second.content)
    assert all(each.after.points_x100 > each.before.points_x100 for each in more.moments)
    assert more.moments
    nation = kept(user_of(client), unit_of(pdu), name="Nation")
    SavedPlan.objects.filter(pk=nation.pk).update(level="nation", code="nation")
    wide = reverse("plan-step", args=[nation.pk, "spread"])
    assert "Enter the codes of their posts" in client.get(wide).text
    sent = {"version": nation.version, "number": 2, "kind": "community:C2", "from": pdu.holder.code}
    assert "There is no post N0NE:X" in client.post(wide, {**sent, "receivers": "N0NE:X"}).text
    assert client.post(wide, {**sent, "receivers": f"{one.code}, {other.code}"}).status_code == 302
    nation.refresh_from_db()
    assert nation.plan.steps[0].content["to"] == [one.code, other.code]
    page = client.get(reverse("plan-step-change", args=[nation.pk, 1])).text
    assert f'value="{one.code}, {other.code}"' in page


def test_named_cases_and_those_of_who_leaves_go_to_several_by_one_form(pdu: Pdu, signed_in: SignIn) -> None:
    client, (one, other) = signed_in("head", "pdu", pdu.code), pdu.free
    row = kept(user_of(client), unit_of(pdu))
    move = reverse("plan-step", args=[row.pk, "move-cases"])
    typed = {"version": row.version, "cases": pdu.held.ref, "to": one.code}
    assert "not who is chosen above" in client.post(move, {**typed, "others": [one.code]}).text
    assert client.post(move, {**typed, "others": [other.code]}).status_code == 302
    leave = {"version": row.version + 1, "post": pdu.holder.code, "others": [other.code]}
    address = reverse("plan-step", args=[row.pk, "leave"])
    assert "Choose who gets the first case" in client.post(address, {**leave, "to": ""}).text
    assert client.post(address, {**leave, "to": one.code}).status_code == 302
    row.refresh_from_db()
    assert [step.content["to"] for step in row.plan.steps] == [[one.code, other.code]] * 2
    page = client.get(reverse("plan-step-change", args=[row.pk, 1])).text
    assert (page.count(" checked>"), f'<option value="{one.code}" selected>' in page) == (1, True)


def test_what_nothing_earns_cannot_be_raised(pdu: Pdu, signed_in: SignIn) -> None:  # noqa: ARG001
    assert points_changed(current_state(), "Z", "all", Decimal(10)) == {}
    every = points_changed(current_state(), "all", "all", Decimal(-100))
    assert set(every.values()) == {0}
    assert {path.partition(".")[0] for path in every} == {"tier_points", "t2a_points"}


def test_nothing_that_looks_like_a_crn_is_kept_in_a_text_of_a_plan(
    pdu: Pdu, program: Callable[..., Program], signed_in: SignIn
) -> None:
    client = signed_in("head", "pdu", pdu.code, email="browser@example.org")
    new = f"{reverse('plan-new')}?level=pdu&code={pdu.code}"
    for name in ("Move X123456", "x123456", "(Q000001)"):
        answer = client.post(new, {"name": name, "key": name})
        assert (answer.status_code, "looks like a CRN" in answer.text) == (422, True)
    row = kept(user_of(client), unit_of(pdu), name="C2 cases in 2026, AX123456 and X1234567")
    change = reverse("plan-change", args=[row.pk])
    answer = client.post(change, {"version": 1, "name": row.name, "note": "of A478560."})
    assert (answer.status_code, 'id="note-error"' in answer.text) == (422, True)
    client.post(reverse("plan-comment", args=[row.pk]), {"words": "see A478560", "key": "k"})
    assert PlanComment.objects.count() == 0
    assert "looks like a CRN" in in_sight(client.get(reverse("plan", args=[row.pk])).text)
    head = program("head", "pdu", pdu.code)
    step = {"do": "rules", "reference": "for X123456", "values": {"tier_points.pc16.community.C2": 0}}
    kind = {"do": "arrive", "kind": "custody:B3 x123456", "to": pdu.free[0].code, "number": 1}
    for more in ({"name": "of_X123456_"}, {"note": "X123456"}, {"steps": [step]}, {"steps": [kind]}):
        refused = head.ask("post", "plans", {"name": "x", "level": "pdu", "code": pdu.code, **more})
        assert refused.status_code == 422
    # a name that was kept before there was this rule does not stop the steps
    SavedPlan.objects.filter(pk=row.pk).update(text="name: Old X123456\nsteps: []\n")
    step = {"do": "move", "cases": [pdu.held.ref], "to": pdu.free[0].code}
    wanted = plan_of({"name": "Old X123456", "steps": [step]})
    assert plans.change_plan(actor=user_of(client), number=row.pk, plan=wanted, version=1).version == 2
    # once it is taken out it does not come back by undoing
    wanted = plan_of({"name": "New", "steps": []})
    plans.change_plan(actor=user_of(client), number=row.pk, plan=wanted, version=2)
    answer = client.post(reverse("plan-steps", args=[row.pk]), {"version": 3, "do": "undo"}, follow=True)
    row.refresh_from_db()
    assert (row.name, "looks like a CRN" in in_sight(answer.text)) == ("New", True)


def test_a_program_deletes_a_plan_of_its_own_at_the_version_it_read(
    pdu: Pdu, program: Callable[..., Program]
) -> None:
    head, other = program("head", "pdu", pdu.code), program("analyst", "pdu", "NOWHERE")
    row = kept(head.user, unit_of(pdu))
    at = f"plans/{row.pk}"
    assert other.ask("delete", f"{at}?version=1").status_code == 403
    assert head.ask("delete", at).status_code == 422
    assert head.ask("delete", f"{at}?version=2").status_code == 409
    answer = head.ask("delete", f"{at}?version=1")
    assert (answer.status_code, answer.json(), SavedPlan.objects.count()) == (200, {"items": []}, 0)
    assert head.ask("delete", f"{at}?version=1").status_code == 404


def test_many_steps_fold_away_and_stay_open_while_they_are_changed(pdu: Pdu, signed_in: SignIn) -> None:
    client, one = signed_in("head", "pdu", pdu.code), pdu.free[0]

    def steps_of(row: SavedPlan, query: str = "") -> str:
        page = client.get(reverse("plan", args=[row.pk]) + query).text
        found = re.search(r'<details class="govuk-details" id="steps"[^>]*>', page)
        return found[0] if found else ""

    hours = [{"do": "hours", "post": one.code, "hours": Decimal(number)} for number in range(20, 33)]
    few, many = (kept(user_of(client), unit_of(pdu), *steps) for steps in (hours[:12], hours))
    gone = kept(user_of(client), unit_of(pdu), *hours, {"do": "leave", "post": f"{one.team_code}:NOBODY"})
    assert (steps_of(few), " open" in steps_of(many), " open" in steps_of(gone)) == ("", False, True)
    assert "1 of which cannot be done" in client.get(reverse("plan", args=[gone.pk])).text
    typed = {"version": many.version, "number": 2, "do": "down"}
    answer = client.post(reverse("plan-steps", args=[many.pk]), typed)
    assert " open" in steps_of(many, "?" + answer["Location"].partition("?")[2])
