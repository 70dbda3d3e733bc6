"""Waiting cases that people record: who may, what is refused, and what becomes of them."""

# ruff: noqa: F811 - fixtures come by import
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from api_fixtures import Program, person_with, program  # noqa: F401
from tabs_fixtures import table_of
from test_allocate import cases_of, posts
from waiting_fixtures import Now, SignIn, details, give, nobody, now_text, other, recorded, results, sent  # noqa: F401

from wmt.site.allocation.models import CaseAllocation, WaitingCase
from wmt.site.allocation.queries import waiting_count
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import allocate, waiting_cases, waiting_ends
from wmt.site.links import unit_url
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database


@pytest.mark.both_databases
def test_waiting_cases_are_counted_once_where_one_may_allocate_them(
    nobody: Unit, other: Unit, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    state, before = current_state(), nobody.cases_all
    assert before > 0
    manager = person_with("manager", "team", nobody.team_code)
    nation, reader = person_with("administrator"), person_with("analyst")
    waiting_count(manager, state)
    with django_assert_max_num_queries(2):
        assert waiting_count(manager, state) == before
    there = waiting_count(nation, state)
    assert there >= before
    assert waiting_count(reader, state) == 0
    recorded("X999991", nobody.team_code)
    recorded("X999992", other.code)
    gone = recorded("X999993", nobody.team_code)
    waiting_cases.remove(actor=None, who="Ann", number=gone.pk, version=1, why="a slip")
    recorded(cases_of(nobody)[0], nobody.team_code)  # the data has it with nobody too
    assert waiting_count(manager, state) == before + 1
    assert waiting_count(nation, state) == there + 2
    assert waiting_count(reader, state) == 0


@pytest.mark.both_databases
def test_a_record_is_made_changed_and_removed_and_what_it_was_is_kept(nobody: Unit) -> None:
    manager = person_with("manager", "team", nobody.team_code)
    wanted = details("x999991 ", nobody.team_code, tier="", no_tier_why="no assessment", court="Jordra")
    row, is_new = waiting_cases.record_case(actor=manager, wanted=wanted)
    assert (row.ref, row.version, is_new) == ("X999991", 1, True)
    assert waiting_cases.record_case(actor=manager, wanted=wanted) == (row, False)
    other = details("X999991", nobody.team_code, tier="A1", no_tier_why="", court="Jordra")
    changed, _ = waiting_cases.record_case(actor=manager, wanted=other, number=row.pk, version=1)
    assert (changed.pk, changed.version, changed.tier) == (row.pk, 2, "A1")
    former = WaitingCase.objects.get(state=Now.REPLACED)
    assert (former.key, former.version, former.tier, former.no_tier_why) == (
        row.key, 1, "", "no assessment",
    )  # fmt: skip
    with pytest.raises(ConflictError, match="changed this record"):
        waiting_cases.record_case(actor=manager, wanted=wanted, number=row.pk, version=1)
    with pytest.raises(RefusedError, match="why it is removed"):
        waiting_cases.remove(actor=manager, number=row.pk, version=2, why=" ")
    waiting_cases.remove(actor=manager, number=row.pk, version=2, why="typed by mistake")
    with pytest.raises(ConflictError, match="does not wait"):
        waiting_cases.remove(actor=manager, number=row.pk, version=2, why="again")
    told = [event.sentence for event in AuditEvent.objects.filter(kind="waiting case").order_by("pk")]
    assert [re.findall("recorded|changed|removed", sentence) for sentence in told] == [
        ["recorded"], ["changed"], ["removed"],
    ]  # fmt: skip
    assert not any("X999991" in f"{event.sentence}{event.after}" for event in AuditEvent.objects.all())


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"ref": "999991"}, "CRN"),
        ({"ref": "XX99991"}, "CRN"),
        ({"team_code": "N0"}, "TEAM_UNKNOWN"),
        ({"team_code": ""}, "TEAM_UNKNOWN"),
        ({"location": "moon"}, "TYPE"),
        ({"tier": "Z9"}, "TIER"),
        ({"event_number": 0}, "EVENT"),
        ({"arrived_on": None}, "ARRIVED"),
        ({"arrived_on": date(2090, 1, 1)}, "NOT_COME"),
        ({"sentence_day": date(2090, 1, 1)}, "NOT_COME"),
        ({"appointment": "due"}, "APPOINTMENT_DAY"),
        ({"appointment": "not needed", "appointment_with": "Ann"}, "APPOINTMENT"),
        ({"appointment": "perhaps"}, "APPOINTMENT"),
        ({"court": "x" * 161}, "TOO_LONG"),
        ({"requirements": tuple(f"kind {number}" for number in range(31))}, "TOO_LONG"),
        ({"previous_posts": ("N01A01",)}, "POST"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(nobody: Unit, more: Any, code: str) -> None:
    wanted = {"ref": "X999991", "team_code": nobody.team_code, **more}
    with pytest.raises(RefusedError) as refused:
        recorded(wanted.pop("ref"), wanted.pop("team_code"), **wanted)
    assert [fault.code for fault in refused.value.faults] == [code]
    assert not WaitingCase.objects.exists()


def test_a_case_that_somebody_holds_or_that_is_recorded_does_not_wait_again(
    nobody: Unit, other: Unit
) -> None:
    holder = posts(stream="sentence_management", grade="PO", cases__gt=3)[0]
    ref = cases_of(holder)[0]
    manager = person_with("manager", "team", holder.team_code)
    with pytest.raises(RefusedError, match=f"{holder.name} holds it"):
        waiting_cases.record_case(actor=manager, wanted=details(ref, holder.team_code))
    first = recorded("X999991", other.code)
    with pytest.raises(RefusedError, match="recorded already, in another team"):
        waiting_cases.record_case(
            actor=person_with("manager", "team", nobody.team_code),
            wanted=details("X999991", nobody.team_code),
        )
    with pytest.raises(RefusedError, match=f"in team {other.code}"):
        recorded("X999991", nobody.team_code)
    second = recorded("X999991", nobody.team_code, event_number=2)  # another event is another case
    assert first.pk != second.pk


@pytest.mark.both_databases
def test_a_recorded_case_that_is_given_waits_no_more_until_that_is_undone(
    program: Callable[..., Program], nobody: Unit
) -> None:
    ref, day = cases_of(nobody)[0], current_state().day
    row = recorded(ref, nobody.team_code, arrived_on=day - timedelta(9))
    to = posts(stream="sentence_management", grade="PO", available_x100__gt=0)[0]
    made = give(ref, to)
    row.refresh_from_db()
    made.refresh_from_db()
    assert (row.state, row.allocation, made.days_waited) == (Now.GIVEN, made, 9)
    feed = program("administrator")
    again = sent(ref, nobody.team_code, as_at=now_text())
    assert results(feed.ask("put", "waiting-cases", {"cases": [again]})) == ["allocated"]
    allocate.undo(actor=None, who="Ann", allocation=made)
    row.refresh_from_db()
    assert (row.state, row.allocation, row.closed_at) == (Now.WAITING, None, None)
    again = sent(ref, nobody.team_code, as_at=now_text(), arrived_on=f"{day - timedelta(9)}")
    assert results(feed.ask("put", "waiting-cases", {"cases": [again]})) == ["unchanged"]


def test_the_next_extract_ends_the_waiting_of_what_somebody_holds(nobody: Unit) -> None:
    state = current_state()
    holder = posts(stream="sentence_management", grade="PO", cases__gt=3)[0]
    kept, came = recorded("X999991", nobody.team_code), recorded("X999992", nobody.team_code)
    seen = recorded(cases_of(nobody)[0], nobody.team_code)
    # as if the extract had come with it: the line it has is that of somebody
    WaitingCase.objects.filter(pk=came.pk).update(ref=cases_of(holder)[0])
    waiting_ends.settle_waiting(state, state.as_at, "a load")
    found = {row.pk: row for row in WaitingCase.objects.all()}
    assert (found[kept.pk].state, found[seen.pk].state) == (Now.WAITING, Now.WAITING)
    ended = found[came.pk]
    assert (ended.state, ended.held_by, ended.settled_as_at) == (Now.HELD, holder.code, state.as_at)
    # that extract is withdrawn, and an earlier one shown: what it alone had settled is open again
    WaitingCase.objects.filter(pk=came.pk).update(ref="X999992")
    waiting_ends.settle_waiting(state, state.as_at - timedelta(1), "a load")
    ended.refresh_from_db()
    assert (ended.state, ended.held_by) == (Now.WAITING, "")


def test_one_that_the_extract_has_with_another_placeholder_waits_again(nobody: Unit) -> None:
    state, ref = current_state(), cases_of(nobody)[0]
    row = recorded(ref, nobody.team_code)
    holder = posts(stream="sentence_management", grade="PO", available_x100__gt=0)[0]
    made = give(ref, holder)
    WaitingCase.objects.filter(pk=row.pk).update(ref="X999991")
    settled = {"ref": "X999991", "state": "elsewhere", "is_open": False, "settled_as_at": state.as_at}
    for found, ended in ((holder.code, Now.GIVEN), (nobody.code, Now.WAITING)):
        CaseAllocation.objects.filter(pk=made.pk).update(found_post=found, **settled)
        waiting_ends.settle_waiting(state, state.as_at, "a load")
        assert WaitingCase.objects.get(pk=row.pk).state == ended


def test_a_team_that_goes_on_under_another_code_takes_its_cases_along(
    nobody: Unit, other: Unit, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = current_state()
    rows = [recorded(f"X99999{number}", nobody.team_code) for number in range(1, 5)]
    for row, gone in zip(rows, ("GONE1", "GONE2", "GONE3", "GONE1"), strict=True):
        WaitingCase.objects.filter(pk=row.pk).update(team_code=gone)
    WaitingCase.objects.filter(pk=rows[3].pk).update(state=Now.WITHDRAWN)
    monkeypatch.setattr(waiting_ends, "placeholders", lambda _: {"GONE1:U"})
    former = {("GONE1", "U"), *((f"GONE{team}", staff) for team in (1, 2, 3) for staff in "AB")}
    after = {"GONE1:A": f"{other.code}:A", "GONE1:B": f"{other.code}:B", "GONE2:A": f"{other.code}:A",
             "GONE2:B": f"{nobody.team_code}:B", "GONE3:A": f"{other.code}:A"}  # fmt: skip
    waiting_ends.follow_teams(state, state, former, after, "a load")
    assert dict(WaitingCase.objects.values_list("ref", "team_code")) == {
        "X999991": other.code, "X999992": "GONE2", "X999993": "GONE3", "X999994": other.code,
    }  # fmt: skip
    (told,) = AuditEvent.objects.filter(kind="waiting case", who="a load")
    assert re.search(f"2 records .* GONE1 .* {other.code}", told.sentence)
    # those of whom nobody can say where they went are told, to whoever reads all cases
    page = signed_in("administrator").get(unit_url("nation", "nation", "waiting")).text
    assert [row["CRN"] for row in table_of(page, "gone")] == ["X999992", "X999993"]
    assert "X99999" not in signed_in("head", "pdu", nobody.pdu_code).get("/nation/waiting/").text
