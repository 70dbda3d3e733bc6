"""A priority level as a step of a plan: the responsive figure before and after, and applying it."""

# ruff: noqa: F811 - fixtures come by import
from typing import Any

import pytest
from api_fixtures import Program, program  # noqa: F401
from django.test import Client
from django.urls import reverse
from tabs_fixtures import in_sight, table_of
from test_allocation_pages import Pdu, pdu  # noqa: F401
from test_plan_apply import WHY
from test_plans import SignIn, kept, unit_of, user_of
from test_priority_levels import set_to
from test_responsive import forget, matrix  # noqa: F401

from wmt.site.accounts.access import Denied
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import plan_apply, priority
from wmt.site.changes.plan_again import put_back
from wmt.site.changes.plan_apply import PlanRequest
from wmt.site.plans.models import SavedPlan
from wmt.site.priorities.models import PriorityLevel
from wmt.site.queries import plan_effects
from wmt.site.queries.plan_levels import PlannedLevel, planned_levels
from wmt.site.queries.responsive import Responsive
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state


def at(pdu: Pdu, level: str = "amber") -> dict[str, Any]:
    return {"do": "priority", "pdu": pdu.code, "level": level}


def foreseen(client: Client, pdu: Pdu, row: SavedPlan) -> list[PlannedLevel]:
    user = user_of(client)
    reading = plan_effects.PlanReading(row.plan, user, user, unit_of(pdu), current_state())
    return planned_levels(reading, reading.effect())


def shown(pdu: Pdu) -> dict[tuple[str, str], tuple[int, int]]:
    """Business as usual and the responsive figure of the PDU, its teams and its posts, as pages show them."""
    state = current_state()
    found, figure = Unit.objects.filter(load_id=state.load_id, whole=True), Responsive.of(state)
    there = [*found.filter(level="pdu", code=pdu.code), *found.filter(pdu_code=pdu.code)]
    return {(each.level, each.code): (each.points_x100 or 0, figure.points_x100(each)) for each in there}


def test_the_level_of_a_plan_is_what_the_same_level_then_shows(
    pdu: Pdu, signed_in: SignIn, matrix: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_effects, "rules_of", lambda _: matrix)
    client = signed_in("head", "pdu", pdu.code)
    move = {"do": "move", "cases": [pdu.held.ref], "to": pdu.free[0].code}
    row = kept(user_of(client), unit_of(pdu), at(pdu), move)
    (found,) = foreseen(client, pdu, row)
    assert (found.now, found.then) == ("green", "amber")
    before = shown(pdu)
    for each in found.units:
        usual, responsive = before[each.unit.level, each.unit.code]
        assert each.before.points_x100 == usual == responsive
    assert {each.unit.pdu_code for each in found.units if each.unit.level != "pdu"} == {pdu.code}
    page = client.get(reverse("plan", args=[row.pk])).text
    assert len(table_of(page, f"level-{pdu.code}")) == len(found.units)
    assert f"{unit_of(pdu).name} is at amber" in in_sight(page)
    with pytest.raises(RefusedError, match="why"):
        plan_apply.apply_plan(actor=None, who="a", wanted=PlanRequest(number=row.pk, steps=[1, 2], **WHY))
    assert PriorityLevel.objects.count() == 0
    done = PlanRequest(number=row.pk, steps=[1, 2], level_why="more work than people", **WHY)
    assert plan_apply.faults_of(plan_apply.look(actor=None, wanted=done)) == []
    plan_apply.apply_plan(actor=None, who="a", wanted=done)
    forget()
    then = shown(pdu)
    assert any(each.before != each.after for each in found.units)
    for each in found.units:
        assert each.after.points_x100 == then[each.unit.level, each.unit.code][1], each.unit
    moved = {key for key, (usual, _) in then.items() if usual != before[key][0]}
    assert {code for level, code in moved if level == "post"} == {pdu.holder.code, pdu.free[0].code}


def test_a_level_is_applied_by_who_may_set_it_and_can_be_undone(pdu: Pdu, signed_in: SignIn) -> None:
    head, spo = signed_in("head", "pdu", pdu.code), signed_in("manager", "pdu", pdu.code)
    set_to(pdu.code, "amber")
    row = kept(user_of(spo), unit_of(pdu), at(pdu, "red"), at(pdu, "green"))
    page = head.get(reverse("plan", args=[kept(user_of(head), unit_of(pdu), at(pdu)).pk])).text
    assert "Nothing differs: the rules put no work aside" in in_sight(page)
    wanted = PlanRequest(number=row.pk, steps=[1], level_why="it got worse")
    with pytest.raises(Denied):
        plan_apply.apply_plan(actor=user_of(spo), wanted=wanted)
    found = plan_apply.look(actor=None, wanted=PlanRequest(number=row.pk))
    assert [[change.words.split()[0] for change in each.changes] for each in found.steps] == [
        ["amber", "red"], ["red"],
    ]  # fmt: skip
    made, _ = plan_apply.apply_plan(actor=None, who="a test", wanted=wanted)
    (level,) = PriorityLevel.objects.filter(ended_at=None)
    assert (level.pdu, level.level, level.why) == (pdu.code, "red", "it got worse")
    again = kept(user_of(spo), unit_of(pdu), at(pdu, "red"), name="Again")
    (same,) = plan_apply.look(actor=None, wanted=PlanRequest(number=again.pk)).steps
    assert "is at red already" in same.why_not
    priority.undo_level(actor=None, number=level.pk, who="a test")
    back = put_back(actor=user_of(spo), number=row.pk, applied=made.steps.get().pk)
    assert [step.content for step in back.plan.steps] == [at(pdu, "green"), at(pdu, "red")]


def test_a_level_is_added_by_its_form_and_told_to_programs(pdu: Pdu, signed_in: SignIn, program: Any) -> None:
    client = signed_in("head", "pdu", pdu.code)
    row = kept(user_of(client), unit_of(pdu))
    form = reverse("plan-step", args=[row.pk, "priority"])
    assert "Business as usual stays as it is" in in_sight(client.get(form).text)
    assert client.post(form, {"version": row.version, "pdu": "X", "level": "blue"}).status_code == 422
    assert client.post(form, {"version": row.version, "pdu": pdu.code, "level": "red"}).status_code == 302
    row.refresh_from_db()
    assert [step.content for step in row.plan.steps] == [at(pdu, "red")]
    asker: Program = program("administrator")
    sent = {"name": "Red", "level": "pdu", "code": pdu.code, "steps": [at(pdu, "red")]}
    (level,) = asker.ask("post", "plans", sent).json()["levels"]
    assert (level["pdu"], level["now"], level["then"]) == (pdu.code, "green", "red")
    assert {unit["level"] for unit in level["units"]} == {"pdu", "team", "post"}
