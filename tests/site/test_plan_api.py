"""Plans by the API: the same plans, figures and rights as on pages."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from api_fixtures import Program, program  # noqa: F401
from test_allocation_pages import Pdu, pdu  # noqa: F401
from test_plans import effect_of, unit_of

from wmt.ledger import decimal
from wmt.plan.plan_file import read_plan
from wmt.site.plans.models import PlanShare, SavedPlan


def test_a_program_keeps_a_plan_reads_it_and_changes_it(pdu: Pdu, program: Callable[..., Program]) -> None:
    head = program("head", "pdu", pdu.code)
    steps: list[dict[str, Any]] = [
        {"do": "move", "cases": [pdu.held.ref, "X999999"], "to": pdu.free[0].code},
        {"do": "hours", "post": pdu.free[1].code, "hours": 18.5},
    ]
    sent = {"name": "By a program", "level": "pdu", "code": pdu.code, "steps": steps, "key": "k"}
    made = head.ask("post", "plans", sent).json()
    assert head.ask("post", "plans", sent).json()["number"] == made["number"]
    assert made["steps"][0]["missing"] == ["nobody holds X999999 in this data"]
    wanted = effect_of(head.user, unit_of(pdu), steps[0], {**steps[1], "hours": Decimal("18.5")})
    found = {
        (unit["level"], unit["code"]): (unit["before"]["points"], unit["after"]["available"])
        for unit in made["units"]
    }
    assert found == {
        (each.unit.level, each.unit.code): (
            decimal(each.before.points_x100), decimal(each.after.available_x100)
        )
        for each in wanted.moments
    }  # fmt: skip
    assert read_plan(made["file"]) == SavedPlan.objects.get().plan
    at = f"plans/{made['number']}"
    assert head.ask("put", at, {"name": "Other", "version": 1}).json()["version"] == 2
    assert head.ask("put", at, {"name": "Late", "version": 1}).status_code == 409
    assert [each["name"] for each in head.get("plans")["items"]] == ["Other"]


@pytest.mark.parametrize(
    "steps",
    [
        [{"do": "mve"}],
        [{"do": "hours", "post": "A:B", "hours": float("1e9")}],
        [{"do": "move", "cases": ["a\u0000b"], "to": "A:B", "more": 1}],
        [{}],
    ],
)
def test_what_is_no_plan_is_refused_with_its_place(
    steps: list[dict[str, Any]], pdu: Pdu, program: Callable[..., Program]
) -> None:
    sent = {"name": "x", "level": "pdu", "code": pdu.code, "steps": steps}
    answer = program("head", "pdu", pdu.code).ask("post", "plans", sent)
    assert answer.status_code == 422, answer.content
    assert "step 1" in answer.content.decode()
    assert SavedPlan.objects.count() == 0


def test_a_plan_that_does_not_fit_the_data_says_why(pdu: Pdu, program: Callable[..., Program]) -> None:
    step = {"do": "arrive", "kind": "nowhere:Z9", "to": pdu.free[0].team_code, "number": 1}
    sent = {"name": "x", "level": "pdu", "code": pdu.code, "steps": [step]}
    made = program("head", "pdu", pdu.code).ask("post", "plans", sent).json()
    assert (made["units"], "'nowhere' is no type of case" in made["fault"]) == ([], True)


def test_others_read_what_is_shared_with_them_and_no_case_or_file(
    pdu: Pdu, program: Callable[..., Program]
) -> None:
    head, other = program("head", "pdu", pdu.code), program("analyst", "pdu", "NOWHERE")
    step = {"do": "move", "cases": [pdu.held.ref], "to": pdu.free[0].code}
    sent = {"name": "x", "level": "pdu", "code": pdu.code, "steps": [step]}
    at = f"plans/{head.ask('post', 'plans', sent).json()['number']}"
    assert other.ask("get", at).status_code == 403
    assert other.get("plans")["items"] == []
    PlanShare.objects.create(plan=SavedPlan.objects.get(), user=other.user)
    answer = other.ask("get", at)
    assert (answer.status_code, answer.json()["file"], answer.json()["yours"]) == (200, "", False)
    assert pdu.held.ref not in answer.content.decode()
    assert answer.json()["units"] == head.get(at)["units"] != []
    assert other.ask("put", at, {"name": "Theirs", "version": 1}).status_code == 403
