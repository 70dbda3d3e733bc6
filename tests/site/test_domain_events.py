"""Events for other services: with what they tell of or not at all, in an order without gaps, for readers."""

# ruff: noqa: F401, F811 - fixtures come by import
import json
import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from accounts_fixtures import configured
from api_fixtures import Program, fresh_counts, program
from django.db import connection
from django.utils import timezone
from test_allocate import cases_of, give, pair, posts, unit

from wmt.site import retention
from wmt.site.allocation.models import CaseAllocation, WaitingCase
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import Change
from wmt.site.changes import actions, allocate, spread
from wmt.site.changes.recalculate import hold_journal
from wmt.site.domain_events import publish
from wmt.site.domain_events.models import DomainEvent
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

Pair = tuple[Unit, Unit]


@pytest.fixture
def fed(configured: Callable[..., None], db: None) -> None:  # noqa: ARG001
    """The feed is switched on."""
    configured(event_feed=True, address="https://wmt.example.org")


def hours(post: Unit, amount: float, **more: Any) -> Any:
    change = Change(
        kind="hours", post=(post.team_code, post.staff_code), first_day=current_state().day,
        hours_micro=round(amount * 1_000_000), **more,
    )  # fmt: skip
    return actions.save(actor=None, who="a test", changes=[change])


def kinds() -> list[str]:
    return list(DomainEvent.objects.order_by("number").values_list("kind", flat=True))


def waits(ref: str, event_number: int, post: Unit) -> WaitingCase:
    return WaitingCase.objects.create(
        ref=ref, event_number=event_number, team_code=post.team_code, location="community",
        arrived_on=date(2026, 11, 20), as_at=timezone.now(), source="feed", who="a test",
    )  # fmt: skip


@pytest.mark.usefixtures("fed")
def test_an_allocation_and_its_undoing_are_told_in_version_1(
    pair: Pair, program: Callable[..., Program]
) -> None:
    old, new = pair
    ref = cases_of(old)[0]
    waits(ref, 2, old)
    row = give(ref, new)
    allocate.undo(actor=None, who="a test", allocation=row)
    told = program("administrator").get("events")
    assert [each["number"] for each in told["events"]] == [1, 2, 3, 4]
    assert (told["next"], told["more"]) == (4, False)
    first = told["events"][0]["event"]
    assert first["occurredAt"].endswith("Z")
    assert first == {
        "eventType": "person.community.manager.allocated",
        "version": 1,
        "occurredAt": first["occurredAt"],
        "detailUrl": f"https://wmt.example.org/api/v1/allocations/{row.pk}",
        "additionalInformation": {"allocationId": str(row.pk)},
        "personReference": {"identifiers": [{"type": "CRN", "value": ref}]},
    }
    second = told["events"][1]["event"]
    assert second["eventType"] == "event.manager.allocated"
    assert second["additionalInformation"] == {"allocationId": str(row.pk), "eventNumber": 2}
    assert [each["event"]["eventType"] for each in told["events"][2:]] == [
        "person.community.manager.allocation.undone",
        "event.manager.allocation.undone",
    ]
    assert told["events"][3]["event"]["additionalInformation"] == second["additionalInformation"]


@pytest.mark.usefixtures("fed")
def test_cases_given_together_are_told_one_by_one_and_so_is_their_way_on(pair: Pair) -> None:
    old, new = pair
    refs = cases_of(old)[:2]
    given = [spread.CaseGiven(ref, new.code) for ref in refs]
    why = {"reason": "officer_left", "why_over": "a test", "why_not_eligible": "a test"}
    wanted = spread.SpreadRequest(from_post=old.code, given=given, **why)
    (first, second), _ = spread.spread(actor=None, who="a test", wanted=wanted)
    on = give(refs[0], posts(cases__gt=3, grade="PO", stream="sentence_management")[-1])
    allocate.undo(actor=None, who="a test", allocation=on)
    spread.undo_batch(actor=None, who="a test", batch=first.batch)
    told = list(DomainEvent.objects.order_by("number").values_list("kind", "ref", "allocation"))
    person, undone = DomainEvent.Kind.PERSON, DomainEvent.Kind.PERSON_UNDONE
    assert told == [
        (person, refs[0], first.pk), (person, refs[1], second.pk), (person, refs[0], on.pk),
        (undone, refs[0], on.pk), (undone, refs[0], first.pk), (undone, refs[1], second.pk),
    ]  # fmt: skip


@pytest.mark.usefixtures("fed")
def test_what_is_available_is_told_where_it_changed(pair: Pair, program: Callable[..., Program]) -> None:
    post = pair[0]
    hours(post, 20)
    hours(pair[1], pair[1].contracted_hours_micro / 1_000_000)  # as it was: nothing to tell
    now = unit("post", post.code)
    (told,) = program("administrator").get("events")["events"]
    left = (now.contracted_hours_micro - now.reduction_hours_micro) / 1_000_000
    assert 0 < left <= 20
    assert told["event"]["eventType"] == "staff.available.hours.changed"
    assert told["event"]["detailUrl"] == f"https://wmt.example.org/api/v1/units/post/{post.code}"
    assert told["event"]["additionalInformation"] == {"availableHours": left}
    assert told["event"]["personReference"]["identifiers"] == [
        {"type": "staffCode", "value": post.staff_code},
        {"type": "teamCode", "value": post.team_code},
    ]


def test_nothing_is_kept_or_told_where_nobody_asked(pair: Pair, program: Callable[..., Program]) -> None:
    old, new = pair
    give(cases_of(old)[0], new)
    hours(old, 20)
    assert kinds() == []
    answer = program("administrator").ask("get", "events")
    assert (answer.status_code, answer.json()["message"]) == (404, "The events feed is not switched on here.")


@pytest.mark.usefixtures("fed")
def test_what_fails_tells_nothing(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = pair
    ref, others = cases_of(old)[0], cases_of(new)[0]
    row = give(others, old)
    told = kinds()

    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("the last thing an action does")

    monkeypatch.setattr(allocate, "record", fails)
    monkeypatch.setattr(actions, "apply", fails)
    with pytest.raises(RuntimeError):
        give(ref, new)
    with pytest.raises(RuntimeError):
        allocate.undo(actor=None, who="a test", allocation=row)
    with pytest.raises(RuntimeError):
        hours(old, 20)
    assert kinds() == told
    assert CaseAllocation.objects.count() == 1


@pytest.mark.usefixtures("fed")
def test_a_person_sees_the_events_of_cases_they_read_and_goes_on_where_they_stopped(
    pair: Pair, program: Callable[..., Program]
) -> None:
    old, new = pair
    third = next(
        each for each in posts(cases__gt=3, grade="PO") if each.pdu_code not in (old.pdu_code, new.pdu_code)
    )
    for ref in cases_of(third)[:2]:
        give(ref, new)
    give(cases_of(old)[0], new)
    hours(third, 20)
    receiver = program("manager", "team", new.team_code)
    giver = program("manager", "team", old.team_code)
    other = program("manager", "team", third.team_code)
    numbers = {
        who: [each["number"] for each in asks.get("events")["events"]]
        for who, asks in (("receiver", receiver), ("giver", giver), ("other", other))
    }
    assert numbers == {"receiver": [1, 2, 3], "giver": [3], "other": [1, 2, 4]}
    assert giver.get("events")["next"] == 4, "what one may not read is not looked through again"
    part = receiver.get("events", limit=2)
    assert ([each["number"] for each in part["events"]], part["next"], part["more"]) == ([1, 2], 2, True)
    rest = receiver.get("events", after=part["next"], limit=2)
    assert ([each["number"] for each in rest["events"]], rest["next"], rest["more"]) == ([3], 4, False)
    assert receiver.get("events", after=4) == {"events": [], "next": 4, "more": False}
    lost = receiver.ask("get", "events", after=9)
    assert (lost.status_code, lost.json()["faults"][0]["field"]) == (422, "after")
    assert "The last event is 4" in lost.json()["faults"][0]["message"], "a copy replaced the database"
    assert cases_of(third)[0] not in json.dumps(giver.get("events"))
    assert AuditEvent.objects.filter(kind="read", actor=receiver.user, code=new.code).count() == 1


@pytest.mark.usefixtures("fed", "nation")
def test_who_neither_allocates_nor_follows_cases_is_denied(program: Callable[..., Program]) -> None:
    assert program("analyst").ask("get", "events").status_code == 200
    for role in ("", "support"):
        assert program(role).ask("get", "events").status_code == 403
    assert program("administrator").ask("get", "events", after=-1).status_code == 422
    assert program("administrator").ask("get", "events", limit=501).status_code == 422


@pytest.mark.usefixtures("fed")
def test_references_go_as_those_of_allocations_do(pair: Pair, program: Callable[..., Program]) -> None:
    old, new = pair
    refs = cases_of(old)[:2]
    rows = [give(ref, new) for ref in refs]
    allocate.undo(actor=None, who="a test", allocation=rows[0])
    later = timezone.now() + timedelta(days=731)
    assert retention.due(later)["references in events for other services"] == 2
    retention.apply(now=later)
    told = json.dumps(program("administrator").get("events"))
    assert (refs[0] in told, refs[1] in told) == (False, True), "one that is open is kept until it is settled"
    assert DomainEvent.objects.count() == 3


@pytest.mark.usefixtures("fed")
def test_of_hours_that_changed_long_ago_only_that_they_did_stays(
    pair: Pair, program: Callable[..., Program]
) -> None:
    hours(pair[0], 20)
    later = timezone.now() + timedelta(days=731)
    assert retention.due(later - timedelta(days=2)).get("hours in events for other services") is None
    assert retention.due(later)["hours in events for other services"] == 1
    retention.apply(now=later)
    assert "hours in events for other services" not in retention.due(later)
    (told,) = program("administrator").get("events")["events"]
    assert told["number"] == 1
    assert set(told["event"]) == {
        "eventType", "version", "occurredAt", "additionalInformation", "personReference"
    }  # fmt: skip
    assert told["event"]["additionalInformation"] == {}
    assert told["event"]["personReference"] == {"identifiers": []}
    assert program("manager", "team", pair[0].team_code).get("events")["events"] == []


@pytest.mark.several_writers
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("fed")
def test_who_comes_second_is_numbered_second(pair: Pair) -> None:
    """While one change is being saved, no other gets a number, lower or higher."""
    old, new = pair
    refs, saved = cases_of(old)[:2], []
    thread = threading.Thread(target=lambda: (saved.append(give(refs[1], new)), connection.close()))
    with hold_journal() as journal:
        allocation = CaseAllocation.objects.create(
            key="k", ref="X1", from_post=old.code, to_post=new.code, was_waiting=False,
            first_day=current_state().day, kind_no=1, tier_scheme="pc16", points_x100=1, reason="other",
            change=journal.next(), who="a test", is_open=False, state="ended",
        )  # fmt: skip
        thread.start()
        thread.join(0.5)
        assert thread.is_alive(), "it waits"
        publish.allocated([allocation], allocation.change)
    thread.join(20)
    assert list(DomainEvent.objects.order_by("number").values_list("number", "ref")) == [
        (1, "X1"),
        (2, refs[1]),
    ]
    assert len(saved) == 1
