"""Every operation of the API by every role: who may do it, where, and what is written down of who may not."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from typing import Any

import pytest
from api_fixtures import Program, fresh_counts, program  # noqa: F401

from wmt.site.accounts.roles import ROLES, Action
from wmt.site.api.api import document
from wmt.site.audit.models import AuditEvent
from wmt.site.plans.models import SavedPlan
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database

EDIT, ALL, HANDLE = Action.EDIT_AVAILABILITY, None, Action.HANDLE_DUTIES
GIVE = Action.ALLOCATE_CASES
#: Whose programs may follow cases: one of these is enough.
FOLLOW = frozenset({GIVE, Action.READ_CASE_FILES})
#: Each operation: who may do it, and a question that makes sense: its body and its query.
TABLE: dict[str, tuple[Action | frozenset[Action] | None, dict[str, Any] | None, dict[str, Any]]] = {
    "get state": (ALL, None, {}),
    "get me": (ALL, None, {}),
    "get units/{level}": (ALL, None, {}),
    "get units/{level}/{code}": (ALL, None, {}),
    "get units/{level}/{code}/lines": (Action.EXPORT, None, {}),
    "get units/{level}/{code}/cells": (ALL, None, {}),
    "get units/{level}/{code}/full": (ALL, None, {}),
    "get units/{level}/{code}/month-report": (ALL, None, {}),
    "get units/{level}/{code}/staffing-pack": (ALL, None, {}),
    "get units/{level}/{code}/staffing": (ALL, None, {}),
    "get units/{level}/{code}/scenario": (ALL, None, {"lever": "police=5 to 8"}),
    "get units/{level}/{code}/odds": (ALL, None, {}),
    "post units/{level}/{code}/alarm-level": (Action.SET_ALARMS, {"percent": 30, "why": "x"}, {}),
    "get units/{level}/{code}/data-quality": (ALL, None, {}),
    "get units/{level}/{code}/challenges": (ALL, None, {}),
    "post challenges/{number}/answer": (ALL, {"outcome": "right", "words": "x"}, {}),
    "post challenges/{number}/withdraw": (ALL, None, {}),
    "post posts/{code}/challenges": (ALL, {"fact": "points", "words": "x"}, {}),
    "get units/{level}/{code}/unusual": (ALL, None, {}),
    # of whoever leads the unit: test_unusual_pages
    "post units/{level}/{code}/unusual": (ALL, {"kind": "tier_down", "day": "{day}", "words": "x"}, {}),
    "get units/{level}/{code}/tables/{tab}": (Action.EXPORT, None, {}),
    "get units/{level}/{code}/ending": (ALL, None, {}),
    "get posts/{code}/records": (ALL, None, {}),
    "get teams/{code}/records": (ALL, None, {}),
    "get teams/{code}/case-mix": (ALL, None, {}),
    "get posts/{code}/timeline": (ALL, None, {}),
    "get posts/{code}/history": (Action.READ_RECORDS, None, {}),
    "post changes/preview": (EDIT, {"changes": [{"kind": "grade", "post": "{post}", "grade": "PO"}]}, {}),
    "post changes": (
        EDIT, {"changes": [{"kind": "hours", "post": "{post}", "first_day": "{day}", "hours": 20}]}, {},
    ),
    "post allocations/preview": (GIVE, {"ref": "X999999", "to_post": "{post}"}, {}),
    "post allocations": (GIVE, {"ref": "X999999", "to_post": "{post}"}, {}),
    "get allocations/{number}": (ALL, None, {}),
    "post allocations/{number}/undo": (GIVE, None, {}),
    "post allocations/{number}/ended": (GIVE, None, {}),
    "post allocations/{number}/emails/{email}/again": (GIVE, None, {}),
    "post case-changes/preview": (GIVE, {"ref": "X999999", "location": "custody", "tier": "B3"}, {}),
    "post case-changes": (GIVE, {"ref": "X999999", "location": "custody", "tier": "B3"}, {}),
    "get case-changes/{number}": (ALL, None, {}),
    "post case-changes/{number}/undo": (GIVE, None, {}),
    "post allocation-batches/suggestion": (
        GIVE, {"from_post": "{post}", "refs": ["X999999"], "people": ["{post}"]}, {},
    ),
    "post allocation-batches/preview": (
        GIVE, {"from_post": "{post}", "given": [{"ref": "X999999", "to_post": "{post}"}]}, {},
    ),
    "post allocation-batches": (
        GIVE, {"from_post": "{post}", "given": [{"ref": "X999999", "to_post": "{post}"}]}, {},
    ),
    "get allocation-batches/{batch}": (ALL, None, {}),
    "post allocation-batches/{batch}/undo": (GIVE, None, {}),
    "get case-history": (ALL, None, {"ref": "X999999"}),
    "put waiting-cases": (
        GIVE,
        {"cases": [
            {"ref": "X999999", "as_at": "2020-01-01T00:00:00Z", "team": "{team}", "type": "custody"}
        ]},
        {},
    ),
    "get case-limits": (GIVE, None, {"ref": "X999999"}),
    "put case-limits": (GIVE, {"ref": "X999999"}, {}),
    "get waiting-cases/{number}": (ALL, None, {}),
    "post case-colleagues": (
        GIVE,
        {
            "holder": "{post}", "role": "co-worker", "first_day": "{day}",
            "given": [{"ref": "X999999", "post": "{post}"}],
        },
        {},
    ),
    "post case-colleagues/{number}/end": (GIVE, None, {}),
    "get case-colleagues": (ALL, None, {"ref": "X999999"}),
    "get posts/{code}/case-colleagues": (ALL, None, {}),
    "get posts/{code}/protections": (ALL, None, {}),
    "post posts/{code}/protections": (
        GIVE, {"first_day": "{day}", "reason": "other", "no_new_cases": True}, {},
    ),
    "post protections/{number}/end": (GIVE, None, {}),
    "get units/{level}/{code}/agreements": (ALL, None, {}),
    "post units/{level}/{code}/agreements": (
        Action.SET_AGREEMENTS, {"pack": "gwent", "mode": "live", "first_day": "{day}"}, {},
    ),
    "post agreements/{number}/end": (Action.SET_AGREEMENTS, None, {}),
    "get units/{level}/{code}/counted-figures": (ALL, None, {}),
    "post units/{level}/{code}/counted-figures": (
        Action.ENTER_COUNTS,
        {"counted_on": "{day}", "counts": [{"unit": "x", "figure": "x", "values": ["1"]}]}, {},
    ),
    "post counted-figures/{number}/withdraw": (Action.ENTER_COUNTS, None, {}),
    "get units/{level}/{code}/court-advice": (ALL, None, {}),
    "post units/{level}/{code}/court-advice": (
        Action.ADVISE_COURTS,
        {"cannot": "x", "effect": "y", "first_day": "{day}", "last_day": "{day}", "although": "z"}, {},
    ),
    "post court-advice/{number}/end": (Action.ADVISE_COURTS, None, {}),
    "get pdus/{code}/priority-levels": (ALL, None, {}),
    "post pdus/{code}/priority-levels": (
        Action.SET_PRIORITIES, {"level": "amber", "first_day": "{day}", "why": "x"}, {},
    ),
    "post priority-levels/{number}/end": (Action.SET_PRIORITIES, {}, {}),
    "post priority-levels/{number}/undo": (Action.SET_PRIORITIES, None, {}),
    "get units/{level}/{code}/extra-work": (Action.EXPORT, None, {}),
    # of whoever holds the case: test_extra_work
    "post extra-work": (
        ALL,
        {
            "ref": "X999999", "activity": "planned_contact", "times": 1, "first_day": "{day}",
            "last_day": "{day}", "words": "x",
        },
        {},
    ),
    "post extra-work/{number}/decisions": (ALL, {"kind": "confirmed"}, {}),
    "post extra-work/{number}/undo": (ALL, None, {}),
    "get units/{level}/{code}/initiatives": (ALL, None, {}),
    "post initiatives": (
        Action.ENTER_INITIATIVES,
        {
            "level": "team", "code": "{team}", "title": "x", "source": "x", "minutes": 1, "times": 1,
            "first_day": "{day}",
        },
        {},
    ),
    "post initiatives/{number}/withdraw": (Action.ENTER_INITIATIVES, {"why": "x"}, {}),
    "get rule-proposals": (ALL, None, {}),
    "post rule-proposals": (
        Action.PROPOSE_RULES,
        {"name": "x", "values": [{"rule": "nat_percent", "first_day": "{day}", "value": 15}]},
        {},
    ),
    "get rule-proposals/{number}": (ALL, None, {}),
    "put rule-proposals/{number}": (Action.PROPOSE_RULES, {"name": "x", "edition": 1, "values": []}, {}),
    "post rule-proposals/{number}/submit": (Action.PROPOSE_RULES, {"edition": 1}, {}),
    "post rule-proposals/{number}/approve": (Action.APPROVE_RULES, {"edition": 1}, {}),
    "post rule-proposals/{number}/decline": (Action.APPROVE_RULES, {"edition": 1}, {}),
    "post rule-proposals/{number}/withdraw": (Action.PROPOSE_RULES, {"edition": 1, "why": "x"}, {}),
    "get rule-books/{level}/{code}": (ALL, None, {}),
    "get rule-effects/{level}/{code}": (ALL, None, {}),
    "get events": (FOLLOW, None, {}),
    "post posts/{code}/carry-over": (EDIT, {"from": "{post}", "why": "no"}, {}),
    "put posts/{code}/hours/{first_day}": (EDIT, {"hours": 20}, {}),
    "delete posts/{code}/hours/{first_day}": (EDIT, None, {"version": 1, "why": "no"}),
    "post posts/{code}/reductions": (EDIT, {"reason": "1", "hours": 1, "first_day": "{day}"}, {}),
    "put posts/{code}/reductions/{key}": (
        EDIT, {"reason": "1", "hours": 1, "first_day": "{day}", "version": 1}, {},
    ),
    "delete posts/{code}/reductions/{key}": (EDIT, None, {"version": 1, "why": "no"}),
    "post posts/{code}/grades": (EDIT, {"grade": "SPO", "first_day": "{day}"}, {}),
    "put posts/{code}/grades/{key}": (EDIT, {"grade": "SPO", "first_day": "{day}", "version": 1}, {}),
    "delete posts/{code}/grades/{key}": (EDIT, None, {"version": 1, "why": "no"}),
    # of their owner alone, whoever that is: test_plan_api
    "get plans": (ALL, None, {}),
    "post plans": (ALL, {"name": "A plan", "level": "team", "code": "{team}"}, {}),
    "get plans/{number}": (ALL, None, {}),
    "post plans/{number}/apply": (frozenset({GIVE, EDIT}), {"preview": True}, {}),
    "put plans/{number}": (ALL, {"name": "A plan", "version": 1}, {}),
    "delete plans/{number}": (ALL, None, {"version": 1}),
    # of who asked alone: test_resharing_api
    "post units/{level}/{code}/resharings": (ALL, {}, {}),
    "get resharings/{key}": (ALL, None, {}),
    "post resharings/{key}/stop": (ALL, None, {}),
    "get reasons": (ALL, None, {}),
    "post reasons": (
        Action.MANAGE_REASONS,
        {"first_day": "{day}", "name": "Jury", "short_name": "Jury", "category": "Work Circumstances"},
        {},
    ),
    "put reasons/{reason}": (
        Action.MANAGE_REASONS,
        {"first_day": "{day}", "name": "Jury", "short_name": "Jury", "category": "Work Circumstances"},
        {},
    ),
    "get units/{level}/{code}/duties": (ALL, None, {}),
    "get duties/{number}": (ALL, None, {}),
    "post duties/{number}/acknowledge": (HANDLE, None, {}),
    "post duties/{number}/talk": (HANDLE, {"on": "{day}"}, {}),
    "post duties/{number}/decide": (
        HANDLE, {"version": 1, "decision": "accept", "words": "x", "review_on": "{day}"}, {},
    ),
    "post duties/{number}/ask": (ALL, {"words": "x"}, {}),
    "post duties/{number}/answer": (HANDLE, {"version": 1, "answer": "no", "words": "x"}, {}),
    "post duties/{number}/note": (HANDLE, {"words": "x"}, {}),
    "post duties/{number}/review": (HANDLE, {"version": 1, "words": "x", "review_on": "{day}"}, {}),
    "post duties/{number}/close": (HANDLE, {"version": 1, "words": "x"}, {}),
    "post duties/{number}/keep": (HANDLE, {"version": 1, "words": "x"}, {}),
    "post requests/{number}/answer": (HANDLE, {"answer": "no", "words": "x"}, {}),
    "get requests": (ALL, None, {}),
    "get requests/{number}": (ALL, None, {}),
    "post posts/{code}/relief": (ALL, {"words": "x"}, {}),
    "post units/{level}/{code}/concerns": (ALL, {"words": "x"}, {}),
    "get units/{level}/{code}/over-time": (ALL, None, {}),
    "get units/{level}/{code}/runs": (ALL, None, {}),
    "get units/{level}/{code}/why": (ALL, None, {}),
    "get questions/{name}": (ALL, None, {}),
    "post tiers": (ALL, {"scheme": "v2", "cases": [{"as_of": "2026-11-20"}]}, {}),
    "get rules": (ALL, None, {}),
    "get rules/{path}": (ALL, None, {}),
    "get activities": (ALL, None, {}),
    "get tiers/{case_type}/{tier}": (ALL, None, {}),
    "get nights": (Action.READ_LOADS, None, {}),
    "get nights/{name}": (Action.READ_LOADS, None, {}),
}  # fmt: skip
#: What is of one's own post alone: nobody here is at the post.
OWN = ("post posts/{code}/relief",)
OF_A_POST = (EDIT, GIVE, Action.READ_RECORDS)


def filled(value: Any, words: dict[str, str]) -> Any:
    if isinstance(value, str):
        for name, word in words.items():
            value = value.replace(f"{{{name}}}", word)
        return value
    if isinstance(value, dict):
        return {name: filled(part, words) for name, part in value.items()}
    return [filled(part, words) for part in value] if isinstance(value, list) else value


def words_of(nation: Any, post: Unit) -> dict[str, str]:
    return {
        "post": post.code,
        "team": post.team_code,
        "day": current_state().day.isoformat(),
        "first_day": current_state().day.isoformat(),
        "batch": "0" * 32,
        "level": "team",
        "tab": "caseload",
        "key": "abc",
        "reason": "3",
        "path": "tier_points.pc16.community.A3",
        "name": nation.load.night,
        "number": "1",
        "email": "1",
    }


def asked(program: Program, operation: str, nation: Any, post: Unit) -> Any:
    method, _, address = operation.partition(" ")
    _, body, query = TABLE[operation]
    code = post.team_code if address.startswith(("teams/", "units/")) else post.code
    code = post.pdu_code if address.startswith("pdus/") else code
    words = words_of(nation, post) | {"code": code}
    if "plans/{number}" in address and (made := SavedPlan.objects.order_by("pk").last()):
        words["number"] = f"{made.pk}"  # numbers go on where a database takes a test back
    return program.ask(method, filled(address, words), filled(body, words), **query)


def test_every_operation_is_in_the_table() -> None:
    found = {
        f"{method} {address.removeprefix('/api/v1/')}"
        for address, methods in document()["paths"].items()
        for method in methods
    }
    assert found == set(TABLE)


@pytest.mark.both_databases
@pytest.mark.parametrize("role", ["", *ROLES])
def test_a_role_lets_do_what_it_lets_do(role: str, program: Callable[..., Program], nation: Any) -> None:
    post = nation.unit("post", grade="PO", available_x100__gt=0)
    places = {"practitioner": ("team", post.team_code), "manager": ("team", post.team_code),
              "head": ("pdu", post.pdu_code)}  # fmt: skip
    here = program(role, *places.get(role, ("nation", "nation")))
    wrong = {}
    for operation, (action, _, _) in TABLE.items():
        any_of = action if isinstance(action, frozenset) else {action}
        allowed = role != "" and not ROLES[role].allows.isdisjoint(any_of)
        may = operation not in OWN and (action is None or allowed)
        events = AuditEvent.objects.filter(kind="denied").count()
        answer = asked(here, operation, nation, post)
        noted = AuditEvent.objects.filter(kind="denied").count() - events
        if may == (answer.status_code == 403) or answer.status_code >= 500 or noted != (not may):
            wrong[operation] = (answer.status_code, answer.content[:200], noted)
    assert wrong == {}


@pytest.mark.both_databases
@pytest.mark.parametrize("role", ["manager", "head"])
def test_a_role_ends_at_its_units(role: str, program: Callable[..., Program], nation: Any) -> None:
    post = nation.unit("post", grade="PO", available_x100__gt=0)
    posts = Unit.objects.filter(load=nation.load, level="post", whole=True)
    elsewhere = posts.exclude(pdu_code=post.pdu_code).first()
    assert elsewhere is not None
    place = ("team", post.team_code) if role == "manager" else ("pdu", post.pdu_code)
    here = program(role, *place)
    for operation, (action, _, _) in TABLE.items():
        # a case that one may not allocate is told as one that is not there: test_case_change_pages and
        # test_limited_access
        of_cases = ("{number}", "{batch}", "case-changes", "case-colleagues", "case-limits")
        no_post = any(part in operation for part in of_cases)
        if action in OF_A_POST and not no_post:
            answer = asked(here, operation, nation, elsewhere)
            assert answer.status_code == 403, operation
            assert answer.json()["code"] == "DENIED"
            # cases wait in teams
            unit = elsewhere.team_code if "waiting" in operation else elsewhere.code
            assert f"{unit}." in answer.json()["message"]
    assert AuditEvent.objects.filter(kind="denied", level="post", code=elsewhere.code).exists()


def test_nobody_gets_in_without_showing_who_they_are(nation: Any, client: Any) -> None:
    post = nation.unit("post")
    stranger = Program(None, "", client)  # type: ignore[arg-type]
    for operation in TABLE:
        answer = asked(stranger, operation, nation, post)
        assert answer.status_code == 401, operation
        assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.both_databases
def test_what_was_denied_is_denied_whole(program: Callable[..., Program], nation: Any) -> None:
    mine = nation.unit("post", grade="PO", available_x100__gt=0)
    posts = Unit.objects.filter(load=nation.load, level="post", whole=True)
    other = posts.exclude(team_code=mine.team_code).first()
    assert other is not None
    manager = program("manager", "team", mine.team_code)
    day = current_state().day.isoformat()
    changes = [{"kind": "hours", "post": post.code, "first_day": day, "hours": 20} for post in (mine, other)]
    before = manager.get(f"units/post/{mine.code}")
    assert manager.ask("post", "changes", {"changes": changes}).status_code == 403
    assert manager.get(f"units/post/{mine.code}") == before
