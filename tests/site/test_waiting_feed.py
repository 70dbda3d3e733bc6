"""Waiting cases that another system sends: again, out of order, wrong, and by whom."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from api_fixtures import Program, person_with, program  # noqa: F401
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_allocate import cases_of, posts
from waiting_fixtures import Now, SignIn, details, give, nobody, now_text, other, recorded, results, sent  # noqa: F401

from how_many import examples
from wmt.site.allocation.models import CaseAllocation, WaitingCase
from wmt.site.audit.models import AuditEvent
from wmt.site.changes import waiting_cases
from wmt.site.changes.waiting_ends import settle_waiting
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database


@pytest.mark.both_databases
def test_a_feed_sends_the_same_again_out_of_order_and_removes(
    program: Callable[..., Program], nobody: Unit
) -> None:
    feed, team = program("manager", "team", nobody.team_code), nobody.team_code
    first = [sent("X999991", team), sent("X999992", team, tier="", requirements=["Unpaid work"])]

    def put(*cases: dict[str, Any]) -> list[str]:
        return results(feed.ask("put", "waiting-cases", {"cases": list(cases)}))

    assert put(*first) == ["recorded", "recorded"]
    assert put(*first) == ["unchanged", "unchanged"]
    later = {"as_at": "2026-11-20T11:00:00+01:00"}  # 10:00 of the others' clock
    assert put(sent("X999991", team, tier="A1", **later), first[1]) == ["changed", "unchanged"]
    assert put(first[0]) == ["older"]
    assert WaitingCase.objects.get(ref="X999991", state=Now.WAITING).tier == "A1"
    gone = {"ref": "X999991", "removed": True, "as_at": "2026-11-20T10:30:00+00:00", "why": "transferred"}
    assert put({**gone, "as_at": first[0]["as_at"]}) == ["older"]
    assert put(gone) == ["removed"]
    assert put(gone) == ["not there"]
    assert put(sent("X999991", team, tier="A1", **later)) == ["older"]
    assert put({**gone, "ref": "X999993"}) == ["not there"]
    assert put(sent("X999991", team, as_at="2026-11-20T12:00:00+00:00")) == ["recorded"]
    number = WaitingCase.objects.get(ref="X999992").pk
    shown = feed.get(f"waiting-cases/{number}")
    assert (shown["requirements"], shown["source"], shown["arrived_on"]) == (
        ["Unpaid work"], "feed", "2026-11-20",
    )  # fmt: skip
    assert not [event for event in AuditEvent.objects.all() if "X99999" in f"{event.sentence}{event.after}"]


def feed_says(ref: str, team: str, as_at: datetime, *, actor: Any = None, removed: bool = False) -> str:
    row = waiting_cases.FeedRow(details=details(ref, team), as_at=as_at, removed=removed)
    return waiting_cases.take_feed(actor=actor, who="a feed", rows=[row])[0]


@pytest.mark.both_databases
def test_of_two_records_of_a_case_the_one_that_waits_is_the_one_meant(nobody: Unit) -> None:
    first, now = recorded("X999991", nobody.team_code), timezone.now()
    WaitingCase.objects.filter(pk=first.pk).update(state=Now.HELD, settled_as_at=now - timedelta(days=1))
    assert feed_says("X999991", nobody.team_code, now) == "recorded"
    assert feed_says("X999991", nobody.team_code, timezone.now(), removed=True) == "removed"
    # the extract that had ended the first was withdrawn: it waits, and it is not the last that was made
    WaitingCase.objects.filter(pk=first.pk).update(state=Now.WAITING, settled_as_at=None)
    assert feed_says("X999991", nobody.team_code, timezone.now()) == "unchanged"
    assert WaitingCase.objects.get(ref="X999991", state=Now.WAITING).pk == first.pk


@pytest.mark.both_databases
def test_what_is_sent_again_does_not_bring_back_what_was_given_or_came_to_somebody(nobody: Unit) -> None:
    team, day = nobody.team_code, timedelta(days=1)
    ref, came = cases_of(nobody)[0], timezone.now() - 9 * day
    assert feed_says(ref, team, came) == feed_says("X999991", team, came) == "recorded"
    made = give(ref, posts(stream="sentence_management", grade="PO", available_x100__gt=0)[0])
    # the extract has seen the first where it was given; the second is held by somebody there
    CaseAllocation.objects.filter(pk=made.pk).update(state="confirmed", is_open=False)
    WaitingCase.objects.filter(ref=ref).update(ref="X999992")
    WaitingCase.objects.filter(ref="X999991").update(state=Now.HELD, settled_as_at=came + 3 * day)
    for sent_ref, ended in (("X999992", timezone.now() - day), ("X999991", came + 3 * day)):
        assert feed_says(sent_ref, team, came) == "older"
        assert feed_says(sent_ref, team, ended) == "older"
        assert feed_says(sent_ref, team, timezone.now()) == "recorded"


def test_an_extract_that_was_withdrawn_leaves_no_moment_behind(nobody: Unit) -> None:
    team, state = nobody.team_code, current_state()
    row = recorded("X999991", team)
    before = state.as_at - timedelta(days=9)
    holder = posts(stream="sentence_management", grade="PO", cases__gt=3)[0]
    WaitingCase.objects.filter(pk=row.pk).update(ref=cases_of(holder)[0], as_at=before)
    settle_waiting(state, state.as_at, "a load")
    WaitingCase.objects.filter(pk=row.pk).update(ref="X999991")
    settle_waiting(state, before, "a load")
    said = details("X999991", team, tier="A1")
    sent_row = waiting_cases.FeedRow(details=said, as_at=before + timedelta(days=1))
    assert waiting_cases.take_feed(actor=None, rows=[sent_row]) == ["changed"]


@pytest.mark.both_databases
def test_what_one_feed_removed_before_it_came_is_no_word_of_another(nobody: Unit) -> None:
    one, other = (person_with("manager", "team", nobody.team_code) for _ in range(2))
    team, early = nobody.team_code, timezone.now() - timedelta(days=1)
    assert feed_says("X999991", team, timezone.now(), actor=one, removed=True) == "not there"
    assert feed_says("X999991", team, early, actor=one) == "older"
    assert feed_says("X999991", team, early, actor=other) == "recorded"


def test_what_is_wrong_with_one_refuses_all_and_names_it(
    program: Callable[..., Program], nobody: Unit, other: Unit
) -> None:
    feed, team = program("manager", "team", nobody.team_code), nobody.team_code
    good = sent("X999991", team)
    for bad, code, field in (
        (sent("999991", team), "CRN", "ref"),
        (sent("X999992", "N0"), "TEAM_UNKNOWN", "team"),
        (sent("X999992", team, type="moon"), "TYPE", "type"),
        (sent("X999992", team, previous_practitioners=["Ann"]), "POST", "previous_practitioners"),
        (sent("X999992", team, as_at="2090-01-01T00:00:00Z"), "NOT_COME", "as_at"),
        (good, "TWICE", "ref"),
    ):
        answer = feed.ask("put", "waiting-cases", {"cases": [good, bad]})
        assert answer.status_code == 422
        found = [(fault["code"], fault["field"], fault["index"]) for fault in answer.json()["faults"]]
        assert (code, field, 1) in found, found
        assert {each[2] for each in found} == {1}
    assert (
        feed.ask("put", "waiting-cases", {"cases": [{**good, "as_at": "2026-11-20T09:00:00"}]}).status_code
        == 422
    )
    assert feed.ask("put", "waiting-cases", {"cases": [good, sent("X999992", other.code)]}).status_code == 403
    assert AuditEvent.objects.filter(kind="denied", code=other.code).count() == 1
    recorded("X999993", other.code)
    answer = feed.ask("put", "waiting-cases", {"cases": [good, sent("X999993", team, as_at=now_text())]})
    assert [fault["code"] for fault in answer.json()["faults"]] == ["ELSEWHERE"]
    assert not WaitingCase.objects.exclude(ref="X999993").exists()
    # one that is another team's is not removed either, and not told
    gone = {"ref": "X999993", "removed": True, "as_at": now_text()}
    assert results(feed.ask("put", "waiting-cases", {"cases": [gone]})) == ["not there"]
    assert WaitingCase.objects.get(ref="X999993").state == Now.WAITING


@settings(
    max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_in_whatever_order_a_feed_comes_the_end_is_the_same(written_team: str, data: st.DataObject) -> None:
    """Messages of two cases, each of its own moment, some of them repeated and in any order and batches."""
    moments = data.draw(st.lists(st.integers(0, 500), min_size=1, max_size=6, unique=True))
    refs, tiers = st.sampled_from(("X999991", "X999992")), st.sampled_from(("", "A1", "B3", None))
    told = [(data.draw(refs), moment, data.draw(tiers)) for moment in moments]
    sent_ones = data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told), max_size=4))))
    start = timezone.now() - timedelta(days=30)

    def take(messages: list[tuple[str, int, str | None]]) -> None:
        rows = [
            waiting_cases.FeedRow(
                details=details(ref, written_team, tier=tier or ""), as_at=start + timedelta(minutes=moment),
                removed=tier is None,
            )
            for ref, moment, tier in messages
        ]  # fmt: skip
        waiting_cases.take_feed(actor=None, who="a feed", rows=rows)

    with transaction.atomic():
        batch: list[tuple[str, int, str | None]] = []
        for each in sent_ones:
            if each[0] in {ref for ref, *_ in batch} or data.draw(st.booleans()):
                take(batch)
                batch = []
            batch.append(each)
        take(batch)
        last = {ref: tier for ref, _, tier in sorted(told, key=lambda message: message[1])}
        found = dict(WaitingCase.objects.filter(state=Now.WAITING).values_list("ref", "tier"))
        assert found == {ref: tier for ref, tier in last.items() if tier is not None}
        transaction.set_rollback(True)


@pytest.fixture
def written_team(nobody: Unit) -> str:
    return str(nobody.team_code)
