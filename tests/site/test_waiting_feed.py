"""Waiting cases that another system sends: again, out of order, wrong, and by whom."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from api_fixtures import Program, person_with, program  # noqa: F401
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from waiting_fixtures import Now, SignIn, details, give, nobody, now_text, other, recorded, results, sent  # noqa: F401

from how_many import examples
from wmt.site.allocation.models import WaitingCase
from wmt.site.audit.models import AuditEvent
from wmt.site.changes import waiting_cases
from wmt.site.workload.models import Unit

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
