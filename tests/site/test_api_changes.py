"""Hours, reductions, grades and reasons through the API: the same actions as behind the pages."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from api_fixtures import Program, fresh_counts, program  # noqa: F401

from wmt.site.audit.models import AuditEvent
from wmt.site.availability.models import Reduction
from wmt.site.availability.queries import plans_of
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

DISABILITY, SICKNESS, MATERNITY = "1", "2", "5"


@pytest.fixture
def post(nation: Any) -> Unit:
    """An officer's post with work and time, of the headline's stream, about whom no reduction is known."""
    busy = {":".join(row.post) for row in Reduction.objects.all()}
    units = Unit.objects.filter(
        load=nation.load,
        level="post",
        whole=True,
        grade="PO",
        contracted_hours_micro=37_000_000,  # full time: reductions of these tests fit in
        available_x100__gt=0,
        stream="sentence_management",
    )
    return next(unit for unit in units.order_by("code") if unit.code not in busy)


@pytest.fixture
def manager(program: Callable[..., Program], post: Unit) -> Program:
    """A program of the manager of the post's team."""
    return program("manager", "team", post.team_code, name="Mary Manager")


def today() -> date:
    return current_state().day


def later(days: int) -> str:
    return (today() + timedelta(days)).isoformat()


def reduction(**more: Any) -> dict[str, Any]:
    wanted = {"reason": DISABILITY, "hours": 7.4, "first_day": later(0), "last_day": later(90)}
    return {**wanted, **more}


def figures_of(program: Program, post: Unit) -> dict[str, Any]:
    found: dict[str, Any] = program.get(f"units/post/{post.code}")["figures"]
    return found


def test_hours_from_today_move_the_figures_at_once(manager: Program, post: Unit) -> None:
    team = manager.get(f"units/team/{post.team_code}")["figures"]["contracted_hours"]
    was = figures_of(manager, post)["contracted_hours"]
    answer = manager.ask("put", f"posts/{post.code}/hours/{later(0)}", {"hours": 18.5, "why": "part-time"})
    assert answer.status_code == 200, answer.content
    saved = answer.json()
    assert [each["kind"] for each in saved["records"]] == ["hours"]
    assert figures_of(manager, post)["contracted_hours"] == 18.5
    now = manager.get(f"units/team/{post.team_code}")["figures"]["contracted_hours"]
    assert Decimal(str(team)) - Decimal(str(now)) == Decimal(str(was)) - Decimal("18.5")
    assert manager.get("state")["revision"] == saved["change"]
    (record,) = [
        each for each in manager.get(f"posts/{post.code}/records")["hours"] if each["first_day"] == later(0)
    ]
    assert (record["hours"], record["version"], record["status"]) == (18.5, 1, "active")


@pytest.mark.parametrize("hours", ["0.925", 0.925, "0.92", 0, "30.5"])
def test_numbers_are_exact_as_texts_and_as_numbers(hours: Any, manager: Program, post: Unit) -> None:
    answer = manager.ask("post", f"posts/{post.code}/reductions", reduction(hours=hours))
    assert answer.status_code == 201, answer.content
    (cut,) = manager.get(f"posts/{post.code}/records")["reductions"]
    assert Decimal(str(cut["hours"])) == Decimal(str(hours))
    team, staff = post.team_code, post.staff_code
    (stands,) = plans_of([(team, staff)])[(team, staff)].reductions
    assert stands.hours_micro == Decimal(str(hours)) * 10**6


def test_hours_twice_need_the_version_that_was_read(manager: Program, post: Unit) -> None:
    address = f"posts/{post.code}/hours/{later(7)}"
    assert manager.ask("put", address, {"hours": 20}).status_code == 200
    blind = manager.ask("put", address, {"hours": 21})
    assert (blind.status_code, blind.json()["code"]) == (409, "CHANGED")
    assert "20 hours" in blind.json()["faults"][0]["shown"][0]
    assert manager.ask("put", address, {"hours": 21, "version": 1}).json()["records"][0]["version"] == 2
    late = manager.ask("put", address, {"hours": 22, "version": 1})
    assert late.status_code == 409
    assert "21 hours" in late.json()["faults"][0]["shown"][0]
    gone = manager.ask("delete", address, version=2, why="by mistake")
    assert gone.json()["records"][0]["withdrawn"] is True
    assert manager.ask("delete", address, version=3, why="again").status_code == 404
    blind = manager.ask("put", address, {"hours": 23, "version": 2})
    assert (blind.status_code, blind.json()["faults"][0]["code"]) == (409, "GONE")


def test_a_reduction_from_its_first_day_to_its_withdrawal(manager: Program, post: Unit) -> None:
    made = manager.ask("post", f"posts/{post.code}/reductions", reduction(notes="as agreed", why="a start"))
    assert made.status_code == 201, made.content
    (record,) = made.json()["records"]
    address = f"posts/{post.code}/reductions/{record['key']}"
    before = figures_of(manager, post)
    changed = manager.ask("put", address, reduction(hours=3.7, version=1, why="less"))
    assert changed.json()["records"][0]["version"] == 2
    assert figures_of(manager, post)["reduction_hours"] == 3.7 < before["reduction_hours"]
    conflict = manager.ask("put", address, reduction(hours=9, version=1))
    assert (conflict.status_code, conflict.json()["code"]) == (409, "CHANGED")
    assert "3.7 hours" in conflict.json()["faults"][0]["shown"][0]
    assert manager.ask("delete", address, version=2, why="a mistake").status_code == 200
    assert figures_of(manager, post)["reduction_hours"] == 0
    assert manager.get(f"posts/{post.code}/records")["reductions"] == []
    history = manager.all(f"posts/{post.code}/history")
    mine = [
        (each["version"], each["why"], each["withdrawn"]) for each in history if each["key"] == record["key"]
    ]
    assert mine == [(3, "a mistake", True), (2, "less", False), (1, "a start", False)]
    assert {each["who"] for each in history[:3]} == {"Mary Manager, by the token a test"}
    assert manager.ask("delete", address, version=3, why="again").status_code == 409


def test_a_share_in_place_of_hours_and_the_share_of_the_reason(manager: Program, post: Unit) -> None:
    body = reduction(percent="12.5", first_day=later(-1), last_day=None)
    assert manager.ask("post", f"posts/{post.code}/reductions", {**body, "hours": None}).status_code == 201
    (cut,) = manager.get(f"posts/{post.code}/records")["reductions"]
    assert (cut["hours"], cut["percent"], cut["last_day"]) == (None, 12.5, None)
    whole = {"reason": MATERNITY, "first_day": later(400)}
    preview = manager.ask(
        "post", "changes/preview", {"changes": [{"kind": "reduction", "post": post.code, **whole}]}
    ).json()
    assert preview["faults"] == []
    assert preview["warnings"][0]["code"] == "CUT_AT_CONTRACT"  # the 12.5% run on


def test_a_grade_is_corrected_and_the_correction_ended(manager: Program, post: Unit) -> None:
    made = manager.ask("post", f"posts/{post.code}/grades", {"grade": "SPO", "first_day": later(0)})
    assert made.status_code == 201, made.content
    assert figures_of(manager, post)["grade"] == "SPO"
    key = made.json()["records"][0]["key"]
    end = {"grade": "SPO", "first_day": later(0), "last_day": later(30), "version": 1}
    assert manager.ask("put", f"posts/{post.code}/grades/{key}", end).status_code == 200
    (grade,) = manager.get(f"posts/{post.code}/records")["grades"]
    assert (grade["last_day"], grade["status"]) == (later(30), "active")
    assert manager.ask("delete", f"posts/{post.code}/grades/{key}", version=2, why="no").status_code == 200
    assert figures_of(manager, post)["grade"] == "PO"


def test_a_preview_saves_nothing_and_says_what_saving_does(manager: Program, post: Unit) -> None:
    changes = [{"kind": "hours", "post": post.code, "first_day": later(0), "hours": "20"}]
    before, events = figures_of(manager, post), AuditEvent.objects.count()
    told = manager.ask("post", "changes/preview", {"changes": changes}).json()
    assert (told["faults"], told["conflicts"]) == ([], [])
    of_post, of_team = told["effects"]
    assert (of_post["code"], of_team["code"], of_post["day"]) == (post.code, post.team_code, later(0))
    assert of_post["before"]["available"] == before["available"]
    assert figures_of(manager, post) == before
    assert AuditEvent.objects.count() == events
    assert manager.ask("post", "changes", {"changes": changes, "why": "agreed"}).status_code == 200
    after = figures_of(manager, post)
    for name in ("points", "available", "capacity", "contracted_hours", "reduction_hours", "over_mark"):
        assert after[name] == of_post["after"][name], name
    team = manager.get(f"units/team/{post.team_code}")["figures"]
    assert team["available"] == of_team["after"]["available"]


def test_of_several_changes_all_are_made_or_none(manager: Program, post: Unit) -> None:
    good = {"kind": "hours", "post": post.code, "first_day": later(0), "hours": 20}
    bad = {"kind": "reduction", "post": post.code, "reason": "nobody", "first_day": later(0), "hours": 1}
    before = figures_of(manager, post)
    answer = manager.ask("post", "changes", {"changes": [good, bad]})
    assert (answer.status_code, answer.json()["code"]) == (422, "REFUSED")
    (fault,) = answer.json()["faults"]
    assert (fault["code"], fault["field"], fault["index"]) == ("REASON_UNKNOWN", "reason", 1)
    assert figures_of(manager, post) == before


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"hours": None}, "HOURS_OR_PERCENT", "hours"),
        ({"percent": 10}, "HOURS_OR_PERCENT", "hours"),
        ({"hours": "100"}, "ABOVE_HOURS", "hours"),
        ({"last_day": "2001-01-01"}, "LAST_BEFORE_FIRST", "last_day"),
        ({"first_day": "1850-01-01"}, "DAY_OUT_OF_RANGE", "first_day"),
        ({"reason": SICKNESS, "hours": 1}, "SHARE_FIXED", "hours"),
    ],
)
def test_what_the_rules_refuse_is_said_by_field(
    more: dict[str, Any], code: str, field: str, manager: Program, post: Unit
) -> None:
    answer = manager.ask("post", f"posts/{post.code}/reductions", reduction(**more))
    assert answer.status_code == 422
    assert (code, field) in {(fault["code"], fault["field"]) for fault in answer.json()["faults"]}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"hours": "1e3"}, "hours"),
        ({"hours": True}, "hours"),
        ({"hours": -1}, "hours"),
        ({"hours": "0.1234567"}, "hours"),
        ({"hours": "NaN"}, "hours"),
        ({"first_day": 0}, "first_day"),
        ({"first_day": "20261123"}, "first_day"),
        ({"first_day": "2026-02-30"}, "first_day"),
        ({"notes": "a\0b"}, "notes"),
        ({"notes": "x" * 4_001}, "notes"),
        ({"hour": 3}, "hour"),
    ],
)
def test_what_is_not_of_its_kind_is_said_by_field(
    more: dict[str, Any], field: str, manager: Program, post: Unit
) -> None:
    answer = manager.ask("post", f"posts/{post.code}/reductions", reduction(**more))
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID")
    assert field in {fault["field"].split(".")[0] for fault in answer.json()["faults"]}


def test_a_change_of_a_record_needs_its_version(manager: Program, post: Unit) -> None:
    change = {"kind": "hours", "post": post.code, "key": "abc", "first_day": later(0), "hours": 20}
    for more, code in (({}, "VERSION_MISSING"), ({"key": "", "withdraw": True}, "KEY_MISSING")):
        answer = manager.ask("post", "changes", {"changes": [{**change, **more}]})
        assert answer.status_code == 422
        assert answer.json()["faults"][0]["code"] == code
    gone = manager.ask("post", "changes", {"changes": [{**change, "version": 1}]})
    assert (gone.status_code, gone.json()["faults"][0]["code"]) == (409, "GONE")


def test_a_record_of_another_post_is_not_found(manager: Program, post: Unit, nation: Any) -> None:
    made = manager.ask("post", f"posts/{post.code}/reductions", reduction()).json()
    key = made["records"][0]["key"]
    team = Unit.objects.filter(load=nation.load, level="post", whole=True, team_code=post.team_code)
    other = team.exclude(code=post.code).first()
    answer = manager.ask("put", f"posts/{other.code}/reductions/{key}", reduction(version=1))
    assert answer.status_code == 404


def test_what_is_no_json_and_what_is_too_much(manager: Program, post: Unit, settings: Any) -> None:
    more = {"HTTP_AUTHORIZATION": f"Bearer {manager.secret}", "content_type": "application/json"}
    broken = manager.client.post("/api/v1/changes", data="{", **more)
    assert (broken.status_code, broken.json()["code"]) == (400, "BAD_REQUEST")
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    large = manager.client.post("/api/v1/changes", data='{"changes": []}', **more)
    assert (large.status_code, large.json()["code"]) == (413, "TOO_LARGE")
    assert manager.ask("patch", f"posts/{post.code}/reductions").json()["code"] == "NO_SUCH_METHOD"


def test_one_event_tells_who_did_it_and_through_what(manager: Program, post: Unit) -> None:
    manager.ask("post", f"posts/{post.code}/reductions", reduction(why="as agreed"))
    event = AuditEvent.objects.filter(kind="reduction").latest("id")
    assert (event.actor, event.who) == (manager.user, "Mary Manager, by the token a test")
    assert (event.level, event.code) == ("post", post.code)
    assert "as agreed" in event.sentence


def test_notes_are_for_those_who_may_read_them(
    program: Callable[..., Program], manager: Program, post: Unit
) -> None:
    manager.ask("post", f"posts/{post.code}/reductions", reduction(notes="in confidence", last_day=later(5)))
    team = f"teams/{post.team_code}/records"
    ending = f"units/team/{post.team_code}/ending"

    def notes(asks: Program) -> set[str | None]:
        plans = [asks.get(f"posts/{post.code}/records"), *asks.all(team)]
        of_plans = {cut["notes"] for plan in plans if plan["post"] == post.code for cut in plan["reductions"]}
        return of_plans | {cut["notes"] for cut in asks.all(ending) if cut["post"] == post.code}

    assert notes(manager) == {"in confidence"}
    assert notes(program()) == {None}
    assert notes(program("practitioner", "team", post.team_code, staff_code=post.staff_code)) == {
        "in confidence"
    }


def test_what_ends_soon_is_listed(manager: Program, post: Unit) -> None:
    for days in (10, 40):
        body = reduction(hours=1, last_day=later(days))
        assert manager.ask("post", f"posts/{post.code}/reductions", body).status_code == 201
    for level, code in (("post", post.code), ("pdu", post.pdu_code), ("nation", "nation")):
        soon = [each for each in manager.all(f"units/{level}/{code}/ending") if each["post"] == post.code]
        assert [each["last_day"] for each in soon] == [later(10)]
        all_of_it = manager.all(f"units/{level}/{code}/ending", days=60)
        assert [each["last_day"] for each in all_of_it if each["post"] == post.code] == [later(10), later(40)]


def test_the_timeline_says_what_the_days_bring(manager: Program, post: Unit) -> None:
    hours = figures_of(manager, post)["contracted_hours"]
    manager.ask("put", f"posts/{post.code}/hours/{later(10)}", {"hours": 10})
    manager.ask("post", f"posts/{post.code}/reductions", reduction(hours=2, first_day=later(20)))
    moments = manager.get(f"posts/{post.code}/timeline")["items"]
    found = {
        each["day"]: (each["figures"]["contracted_hours"], each["figures"]["reduction_hours"])
        for each in moments
    }
    assert (found[later(0)], found[later(10)], found[later(20)]) == ((hours, 0), (10, 0), (10, 2))
    assert found[later(91)] == (10, 0)


def test_the_timeline_says_what_counts_and_what_was_entered(manager: Program, post: Unit) -> None:
    """A disability of 3 hours and sickness of all 30 hours of the contract: 30 count."""
    manager.ask("put", f"posts/{post.code}/hours/{later(10)}", {"hours": 30})
    for more in ({"hours": 3}, {"reason": "2", "hours": None}):
        body = reduction(**more, first_day=later(20), last_day=later(60))
        assert manager.ask("post", f"posts/{post.code}/reductions", body).status_code == 201
    moments = manager.get(f"posts/{post.code}/timeline")["items"]
    found = {each["day"]: each["figures"] for each in moments}[later(20)]
    assert (found["reduction_hours"], found["reduction_hours_entered"], found["available"]) == (30, 33, 0)


REASON = {
    "first_day": "2026-01-01",
    "name": "Jury service of more than a week",
    "short_name": "Jury service",
    "category": "Personal Circumstances",
    "max_percent": "50",
    "months": 3,
}


def test_reasons_are_added_changed_and_retired(
    program: Callable[..., Program], manager: Program, post: Unit
) -> None:
    administrator = program("administrator")
    made = administrator.ask("post", "reasons", REASON)
    assert made.status_code == 201, made.content
    reason = made.json()["reason"]
    shown = {each["reason"]: each for each in manager.get("reasons")["items"]}
    assert len(shown) >= 27
    assert (shown[reason]["max_percent"], shown[reason]["months"]) == (50, 3)
    body = reduction(reason=reason, hours=None, percent=60, last_day=None)
    refused = manager.ask("post", f"posts/{post.code}/reductions", body)
    assert refused.json()["faults"][0]["code"] == "SHARE_TOO_HIGH"
    retired = administrator.ask("put", f"reasons/{reason}", {**REASON, "enabled": False})
    assert retired.status_code == 200, retired.content
    now = {each["reason"]: each["enabled"] for each in manager.get("reasons")["items"]}
    before = {each["reason"] for each in manager.get("reasons", on="2025-01-01")["items"]}
    assert (now[reason], reason in before) == (False, False)
    assert administrator.ask("put", "reasons/999", REASON).status_code == 404
    wrong = administrator.ask("post", "reasons", {**REASON, "allowance_percent": 80})
    assert ("SHARE_ABOVE_MAXIMUM", "allowance_percent") in {
        (fault["code"], fault["field"]) for fault in wrong.json()["faults"]
    }
