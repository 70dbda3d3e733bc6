"""A case given as of a tier that is stated with it: two actions that are one."""

# ruff: noqa: F811 - fixtures come by import
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from api_fixtures import Program, person_with, program  # noqa: F401
from django.urls import reverse
from django.utils import timezone
from tabs_fixtures import in_sight, links
from test_allocate import cases_of, posts, unit
from test_case_kinds import is_now, worth
from test_coming_cases import REF, lines_of
from waiting_fixtures import Now, SignIn, details, nobody, other, recorded  # noqa: F401

from wmt.site.allocation.models import CaseAllocation, CaseKindChange, WaitingCase
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import allocate, allocation_preview, stated_kinds, waiting_cases
from wmt.site.changes.actions import Actor
from wmt.site.changes.reconcile import differences
from wmt.site.changes.stated_kinds import StatedKind
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

WHY = {"why_over": "a test", "why_not_eligible": "a test"}
STATED = StatedKind(location="custody", tier="B3", reason="assessed_again")


@pytest.fixture
def to(nobody: Unit) -> Unit:
    return posts(stream="sentence_management", grade="PO", team_code=nobody.team_code)[0]


def wanted(ref: str, to: Unit, **more: Any) -> allocation_preview.AllocationRequest:
    usual = {"reason": "initial_allocation", "key": "k", **WHY}
    return allocation_preview.AllocationRequest(ref=ref, to_post=to.code, **{**usual, **more})


def give(ref: str, to: Unit, stated: StatedKind = STATED, **more: Any) -> tuple[CaseAllocation, bool]:
    return stated_kinds.allocate_as(actor=None, who="Ann", wanted=wanted(ref, to, **more), stated=stated)


def looked(ref: str, to: Unit, stated: StatedKind = STATED) -> allocation_preview.AllocationPreview:
    return stated_kinds.look(actor=None, wanted=wanted(ref, to), stated=stated, state=current_state())


@pytest.mark.parametrize("is_held", [False, True], ids=["waiting", "held"])
def test_a_case_of_the_data_is_changed_and_given_at_once_as_it_was_shown_and_undone_at_once(
    is_held: bool, nobody: Unit, to: Unit
) -> None:
    old = posts(stream="sentence_management", grade="PO", cases__gt=3)[1] if is_held else nobody
    more = {"reason": "other"} if is_held else {}
    ref = next(each for each in cases_of(old) if is_now(each) != "custody B3 active")
    was, earned, nation = is_now(ref), worth(ref), unit("nation", "nation").points_x100
    found = looked(ref, to)
    shown = found.moments
    assert found.before.startswith(f"{was.split()[0]} ")
    assert "custody B3" in found.mark
    row, is_new = give(ref, to, seen=found.before, **more)
    assert (is_new, is_now(ref), row.points_x100) == (True, "custody B3 active", worth(ref))
    for each in shown:
        there = Unit.objects.get(pk=each.unit.pk)
        assert (there.points_x100, there.available_x100) == tuple(each.after)
    assert {each.unit.code for each in shown} >= {to.code, old.code, to.team_code}
    assert unit("nation", "nation").points_x100 == nation - earned + worth(ref)
    change = CaseKindChange.objects.get()
    assert (change.post, change.to_kind, change.to_x100) == (old.code, "custody:B3", worth(ref))
    assert differences(current_state()) == []
    assert give(ref, to, **more) == (row, False)
    with pytest.raises(RefusedError, match="key"):
        give(ref, to, StatedKind(location="custody", tier="A3", reason="assessed_again"), **more)
    assert (CaseAllocation.objects.count(), CaseKindChange.objects.count()) == (1, 1)
    allocate.undo(actor=None, who="Ann", allocation=row)
    change.refresh_from_db()
    assert (is_now(ref), worth(ref), change.state) == (was, earned, "undone")
    assert unit("post", to.code).points_x100 == to.points_x100
    assert unit("nation", "nation").points_x100 == nation
    assert differences(current_state()) == []
    said = [each.sentence for each in AuditEvent.objects.order_by("pk")]
    assert (
        sum("undid change" in each for each in said) == sum("undid allocation" in each for each in said) == 1
    )


def test_a_recorded_case_without_a_tier_is_given_with_the_one_that_is_stated(nobody: Unit, to: Unit) -> None:
    record = recorded(REF, nobody.team_code, tier="")
    with pytest.raises(RefusedError, match="no tier"):
        allocation_preview.look(actor=None, wanted=wanted(REF, to), state=current_state())
    found = looked(REF, to)
    assert (found.before, found.case.words) == ("custody untiered in its record", "custody B3")
    row, _ = give(REF, to, StatedKind(location="custody", tier="B3"), seen=found.before)
    assert [line.points_x100 for line in lines_of()] == [found.case.points_x100]
    record.refresh_from_db()
    assert (record.state, record.tier, record.version) == (Now.GIVEN, "B3", 2)
    assert CaseKindChange.objects.count() == 0
    assert differences(current_state()) == []
    allocate.undo(actor=None, who="Ann", allocation=row)
    record.refresh_from_db()
    assert (record.state, record.tier, record.version) == (Now.WAITING, "", 3)
    assert (lines_of(), differences(current_state())) == ([], [])


def test_a_record_that_says_so_already_keeps_what_it_says(nobody: Unit, to: Unit) -> None:
    record = recorded(REF, nobody.team_code)
    row, _ = give(REF, to)
    allocate.undo(actor=None, who="Ann", allocation=row)
    record.refresh_from_db()
    assert (row.tier_stated, record.tier, record.version) == (False, "B3", 1)


def test_undoing_leaves_what_was_recorded_anew_of_the_same_case(nobody: Unit, to: Unit) -> None:
    given = recorded(REF, nobody.team_code, tier="")
    row, _ = give(REF, to)
    anew = None  # as by a feed that may not read who has it
    for tier in ("C1", "C2"):
        wanted_now = details(REF, nobody.team_code, event_number=2, tier=tier)
        anew = waiting_cases.put_details(
            anew, wanted_now, Actor(user=None, who="Ann"), "feed", timezone.now()
        )
    allocate.undo(actor=None, who="Ann", allocation=row)
    assert anew is not None
    for record, tier in ((given, ""), (anew, "C2")):
        record.refresh_from_db()
        assert (record.state, record.tier) == (Now.WAITING, tier)


def test_nobody_learns_from_a_fault_whether_the_data_has_a_case_that_is_not_theirs(
    nobody: Unit, other: Unit
) -> None:
    theirs = person_with("head", "pdu", other.pdu_code)
    assert cases_of(nobody)
    for ref in (cases_of(nobody)[0], REF):
        for wrong in (StatedKind(location="moon", tier="B3"), replace(STATED, suspended=True), STATED):
            with pytest.raises(RefusedError) as refused:
                stated_kinds.case_as(actor=theirs, typed=ref, stated=wrong, state=current_state())
            assert [each.code for each in refused.value.faults] == ["CASE_UNKNOWN"]


def test_with_something_wrong_in_one_neither_is_done(nobody: Unit, to: Unit) -> None:
    ref = next(each for each in cases_of(nobody) if is_now(each) != "custody B3 active")
    was, recorded_too = is_now(ref), recorded(REF, nobody.team_code, tier="")
    for of, stated, more, code in (
        (ref, StatedKind(location="custody", tier="B3"), {}, "KIND_REASON"),
        (ref, STATED, {"reason": "other"}, "REASON"),
        (ref, STATED, {"notes": "see www.example.org"}, "LINK"),
        (ref, StatedKind(location="moon", tier="B3", reason="other"), {}, "TYPE"),
        (ref, StatedKind(location="custody", tier="Z", reason="other"), {}, "TIER"),
        (REF, StatedKind(location="moon", tier="B3"), {}, "TYPE"),
        (REF, StatedKind(location="custody", tier="Z"), {}, "TIER"),
        (REF, StatedKind(location="custody", tier="B3", suspended=True), {}, "SUSPENDED"),
        (REF, StatedKind(location="custody", tier="0"), {}, "TIER_MISSING"),
    ):
        with pytest.raises(RefusedError) as refused:
            give(of, to, stated, **more)
        assert [each.code for each in refused.value.faults] == [code]
    with pytest.raises(ConflictError, match="by now"):
        give(ref, to, seen="custody D0, 1 point")
    recorded_too.refresh_from_db()
    assert (is_now(ref), recorded_too.version, recorded_too.tier) == (was, 1, "")
    assert (CaseKindChange.objects.count(), CaseAllocation.objects.count()) == (0, 0)
    WaitingCase.objects.filter(pk=recorded_too.pk).update(state=Now.WAITING)
    recorded(REF, nobody.team_code, tier="", event_number=2)
    with pytest.raises(RefusedError, match="recorded as waiting 2 times"):
        give(REF, to)


def test_a_manager_states_the_tier_sees_both_and_gives_it(
    nobody: Unit, to: Unit, signed_in: SignIn, program: Callable[..., Program]
) -> None:
    row = recorded(REF, nobody.team_code, tier="")
    head = signed_in("head", "pdu", nobody.pdu_code)
    (choose,) = [
        href
        for href in links(head.get(reverse("waiting-case", args=[row.pk])).text)
        if "candidates" in href and "crn" in href
    ]
    asking = head.get(choose).text
    assert re.search(r'<option value="custody" selected', asking)
    asked = in_sight(asking)
    assert "has no tier" in asked
    assert "Allocate it with another tier or type" in asked
    people = head.get(f"{choose}&type=custody&tier=B3").text
    assert "Until the case is allocated it stays custody untiered in its record" in in_sight(people)
    (decide,) = [href for href in links(people) if f"to={to.code.replace(':', '%3A')}" in href]
    page = in_sight(head.get(decide).text)
    assert f"{REF}: custody untiered in its record, until now. With this allocation: custody B3" in page
    assert "Why is the case of another tier or type?" not in page
    api = program("manager", "pdu", nobody.pdu_code)
    body = {"ref": REF, "to_post": to.code, "stated": {"location": "custody", "tier": "B3"}, **WHY}
    seen = api.ask("post", "allocations/preview", body).json()
    assert (seen["seen"], seen["case"], seen["faults"]) == (
        "custody untiered in its record",
        "custody B3",
        [],
    )
    typed = {"from_post": f"{to.team_code}:", "reason": "initial_allocation", "key": "k", **WHY}
    answer = in_sight(head.post(decide, {**typed, "seen": seen["seen"]}, follow=True).text)
    assert "Changed with it" in answer
    assert "in the record of the case" in answer
    assert api.get(f"allocations/{CaseAllocation.objects.get().pk}")["tier_stated"] is True


def test_of_a_case_of_the_data_it_is_asked_why_and_the_program_gives_it_the_same_way(
    nobody: Unit, to: Unit, signed_in: SignIn, program: Callable[..., Program]
) -> None:
    ref = next(each for each in cases_of(nobody) if is_now(each) != "custody B3 active")
    head, api = signed_in("head", "pdu", nobody.pdu_code), program("manager", "pdu", nobody.pdu_code)
    query = urlencode({"crn": ref, "to": to.code, "type": "custody", "tier": "B3"})
    decide = f"{reverse('allocate')}?{query}"
    assert "Why is the case of another tier or type?" in in_sight(head.get(decide).text)
    refused = head.post(decide, {"reason": "initial_allocation", "kind_reason": "x", **WHY})
    assert (refused.status_code, CaseKindChange.objects.count()) == (422, 0)
    assert 'href="#kind_reason' in refused.text
    body = {
        "ref": ref,
        "to_post": to.code,
        "stated": {"location": "custody", "tier": "B3"},
        "key": "k",
        **WHY,
    }
    seen = api.ask("post", "allocations/preview", body).json()
    made = api.ask("post", "allocations", {**body, "seen": seen["seen"]}).json()
    assert (made["tier_stated"], made["points"]) == (True, seen["points"])
    shown = head.get(reverse("allocation", args=[made["number"]])).text
    change = CaseKindChange.objects.get()
    assert reverse("case-changed", args=[change.pk]) in links(shown)
    stale = api.ask("post", "allocations", {**body, "key": "", "seen": seen["seen"]})
    assert stale.status_code in (409, 422)
    api.ask("post", f"allocations/{made['number']}/undo")
    change.refresh_from_db()
    assert change.state == "undone"
