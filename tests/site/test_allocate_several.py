"""Several cases at once: all or none, each an allocation, every figure as if worked out anew."""

import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from test_allocate import cases_of, pair, posts, unit

from wmt.ledger import is_over
from wmt.site.allocation.models import CaseAllocation
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import allocate, allocation_preview, spread
from wmt.site.changes.case_deltas import case_lines
from wmt.site.changes.moved_lines import moved_lines
from wmt.site.changes.reconcile import differences
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

Given = CaseAllocation.State
Pair = tuple[Unit, Unit]
__all__ = ["pair"]


def wanted(old: Unit, given: Sequence[tuple[str, str]], **more: Any) -> spread.SpreadRequest:
    written = {"reason": "officer_left", "why_over": "a test", "why_not_eligible": "a test", **more}
    return spread.SpreadRequest(
        from_post=old.code, given=[spread.CaseGiven(*each) for each in given], **written
    )


def give(old: Unit, given: Sequence[tuple[str, str]], **more: Any) -> list[CaseAllocation]:
    return spread.spread(actor=None, who="a test", wanted=wanted(old, given, **more))[0]


@pytest.fixture
def takers(pair: Pair) -> list[Unit]:
    """Three of other teams, one of them in the second's PDU."""
    old, new = pair
    working = posts(stream="sentence_management", grade="PO", available_x100__gt=0)
    return [new, *[each for each in working if each.code not in (old.code, new.code)][-2:]]


def test_an_officer_leaves_and_all_cases_are_spread(pair: Pair, takers: list[Unit]) -> None:
    old, _ = pair
    refs = cases_of(old)
    given = [(ref, takers[place % 3].code) for place, ref in enumerate(refs)]
    state, before = current_state(), {each.code: each.points_x100 for each in (old, *takers)}
    nation = unit("nation", "nation")
    foreseen = spread.look(actor=None, wanted=wanted(old, given), state=state).moments
    worth = {ref: sum(line.points_x100 for line in case_lines(state, [ref])) for ref in refs}
    rows = give(old, given)
    assert [(row.ref, row.to_post, row.points_x100) for row in rows] == [
        (ref, to, worth[ref]) for ref, to in given
    ]
    assert len({row.batch for row in rows}) == len({row.change for row in rows}) == 1
    assert unit("post", old.code).points_x100 == before[old.code] - sum(worth.values())
    for to in takers:
        got = sum(worth[ref] for ref, code in given if code == to.code)
        assert unit("post", to.code).points_x100 == before[to.code] + got
    for each in foreseen:
        now = unit(each.unit.level, each.unit.code)
        assert (now.points_x100, now.available_x100) == tuple(each.after), each.unit
    assert unit("nation", "nation").points_x100 == nation.points_x100
    assert differences(current_state()) == []
    events = AuditEvent.objects.filter(kind="allocation")
    assert {event.code for event in events} == {each.code for each in takers}
    assert not any(ref in event.sentence for event in events for ref in refs)


def _figures() -> dict[tuple[str, str], tuple[int, int]]:
    """Points and available points of every unit."""
    rows = Unit.objects.filter(load_id=current_state().load_id, whole=True)
    return {(unit.level, unit.code): (unit.points_x100, unit.available_x100) for unit in rows}


def test_every_unit_that_moves_is_foreseen_in_both_pdus_and_no_other(pair: Pair, takers: list[Unit]) -> None:
    old, new = pair
    refs = cases_of(old)[:4]
    given = [(ref, takers[place % 3].code) for place, ref in enumerate(refs)]
    found = spread.look(actor=None, wanted=wanted(old, given), state=current_state())
    assert {each.unit.code for each in found.moments} >= {old.pdu_code, new.pdu_code, new.team_code}
    foreseen = {
        (each.unit.level, each.unit.code): tuple(each.after)
        for each in found.moments
        if each.before != each.after
    }
    before = _figures()
    give(old, given)
    then = _figures()
    assert foreseen == {key: figures for key, figures in then.items() if figures != before[key]}
    for each in found.moments:
        lines = moved_lines(found.state, each, found.moved)
        assert sum(line.after_x100 for line in lines) == each.after.points_x100, each.unit


def test_all_of_them_go_back_together(pair: Pair, takers: list[Unit]) -> None:
    old, new = pair
    refs = cases_of(old)[:3]
    rows = give(old, [(ref, to.code) for ref, to in zip(refs, takers, strict=True)])
    allocate.undo(actor=None, who="a test", allocation=rows[1])
    undone = spread.undo_batch(actor=None, who="a test", batch=rows[0].batch)
    assert [row.pk for row in undone] == [rows[0].pk, rows[2].pk]
    assert unit("post", old.code).points_x100 == old.points_x100
    assert unit("post", new.code).points_x100 == new.points_x100
    assert differences(current_state()) == []
    assert {row.state for row in spread.batch_of(rows[0].batch)} == {Given.UNDONE}
    with pytest.raises(ConflictError, match="nothing to undo"):
        spread.undo_batch(actor=None, who="a test", batch=rows[0].batch)


def test_where_one_was_given_on_none_goes_back(pair: Pair, takers: list[Unit]) -> None:
    old, _ = pair
    refs = cases_of(old)[:2]
    rows = give(old, [(ref, takers[0].code) for ref in refs])
    give(takers[0], [(refs[1], takers[1].code)], reason="caseload_adjustment")
    with pytest.raises(ConflictError, match=f"Allocation {rows[1].pk} cannot be undone: given to somebody"):
        spread.undo_batch(actor=None, who="a test", batch=rows[0].batch)
    assert refs[0] in cases_of(takers[0])
    assert differences(current_state()) == []


def test_one_case_that_cannot_be_given_keeps_all_where_they_are(pair: Pair, takers: list[Unit]) -> None:
    old, new = pair
    refs = cases_of(old)[:3]
    allocate.allocate(
        actor=None, who="another",
        wanted=allocation_preview.AllocationRequest(
            ref=refs[1], to_post=takers[2].code, reason="other", why_over="so", why_not_eligible="so"
        ),
    )  # fmt: skip
    before = unit("post", new.code).points_x100
    with pytest.raises(ConflictError, match=f"{old.name} does not hold {refs[1]} by now"):
        give(old, [(ref, new.code) for ref in refs])
    assert unit("post", new.code).points_x100 == before
    assert CaseAllocation.objects.count() == 1


def test_a_case_that_changed_since_it_was_looked_at_is_told(pair: Pair) -> None:
    old, new = pair
    first, second = cases_of(old)[:2]
    looked = spread.look(actor=None, wanted=wanted(old, [(first, new.code)]), state=current_state())
    given = [(first, new.code, looked.found[0].mark), (second, new.code, "custody A3, 1 point")]
    with pytest.raises(ConflictError, match=f"^{second} is .* by now"):
        spread.spread(
            actor=None, who="a test",
            wanted=spread.SpreadRequest(
                from_post=old.code, given=[spread.CaseGiven(*each) for each in given], reason="other"
            ),
        )  # fmt: skip
    assert CaseAllocation.objects.count() == 0


def test_the_same_request_twice_gives_them_once(pair: Pair) -> None:
    old, new = pair
    given = [(ref, new.code) for ref in cases_of(old)[:2]]
    key = uuid.uuid4().hex
    rows = give(old, given, key=key)
    assert [row.pk for row in give(old, given, key=key)] == [row.pk for row in rows]
    with pytest.raises(RefusedError, match="Other cases were given with this key"):
        give(old, given[:1], key=key)
    spread.undo_batch(actor=None, who="somebody", batch=rows[0].batch)
    with pytest.raises(ConflictError, match="undone by somebody"):
        give(old, given, key=key)
    assert CaseAllocation.objects.count() == 2


def test_over_the_threshold_is_asked_of_all_cases_together(pair: Pair) -> None:
    """Each case alone would fit; together they do not, and the reason stands with each of them."""
    old, _ = pair
    state, refs = current_state(), cases_of(old)
    worth = [sum(line.points_x100 for line in case_lines(state, [ref])) for ref in refs]
    tight = next(
        post
        for post in posts(stream="sentence_management", grade="PO", available_x100__gt=0)
        if post.code != old.code
        and not is_over(post.points_x100 + max(worth), post.available_x100, state.over_x100)
        and is_over(post.points_x100 + sum(worth), post.available_x100, state.over_x100)
    )
    given = [(ref, tight.code) for ref in refs]
    with pytest.raises(RefusedError) as told:
        give(old, given, why_over="")
    assert [fault.code for fault in told.value.faults] == ["WHY_OVER"]
    assert tight.name in str(told.value)
    assert {row.why_over for row in give(old, given, why_over="nobody else")} == {"nobody else"}


@pytest.mark.parametrize(
    ("kind", "code"),
    [("none", "NOTHING"), ("twice", "TWICE"), ("self", "HELD_ALREADY"), ("many", "TOO_MANY"),
     ("unknown", "POST_UNKNOWN"), ("reason", "REASON"), ("link", "LINK")],
)  # fmt: skip
def test_what_cannot_be_is_told(pair: Pair, kind: str, code: str) -> None:
    old, new = pair
    ref, more = cases_of(old)[0], {}
    given = {
        "none": [], "twice": [(ref, new.code)] * 2, "self": [(ref, old.code)],
        "many": [(f"X{place:06}", new.code) for place in range(201)], "unknown": [(ref, "NOT:THERE")],
    }.get(kind, [(ref, new.code)])  # fmt: skip
    if kind == "reason":
        more = {"reason": "initial_allocation"}
    if kind == "link":
        more = {"notes": "www.example.org"}
    with pytest.raises(RefusedError) as told:
        give(old, given, **more)
    assert [fault.code for fault in told.value.faults] == [code]
    assert CaseAllocation.objects.count() == 0


def test_a_suggestion_can_be_given_as_it_is(pair: Pair) -> None:
    old, new = pair
    state, refs = current_state(), cases_of(old)
    people = [each.code for each in posts(pdu_code=new.pdu_code) if each.stream == "sentence_management"]
    found = spread.suggest(actor=None, post=old.code, refs=refs, people=people, state=state)
    assert [each.case.ref for each in found] == refs
    given = [(each.case.ref or "", each.to) for each in found if each.to]
    assert given
    # nobody over, nobody who may not: it needs no reason but its own
    looked = spread.look(actor=None, wanted=wanted(old, given, why_over="", why_not_eligible=""), state=state)
    assert (looked.over, looked.why_not, looked.faults) == ([], [], [])
    assert len(give(old, given, why_over="", why_not_eligible="")) == len(given)


def test_who_held_a_case_before_is_suggested_first(pair: Pair, takers: list[Unit]) -> None:
    old, _ = pair
    ref = cases_of(old)[0]
    low = [post for post in takers if not is_over(post.points_x100 + 10_000, post.available_x100, 11_000)]
    first, *_ = low or takers
    give(old, [(ref, first.code)])
    give(first, [(ref, old.code)], reason="caseload_adjustment")
    people = [each.code for each in takers]
    (found,) = spread.suggest(actor=None, post=old.code, refs=[ref], people=people, state=current_state())
    assert (found.to, found.why) == (first.code, "held it before")


def test_whoever_the_data_never_showed_did_not_hold_it(pair: Pair, takers: list[Unit]) -> None:
    old, _ = pair
    ref = cases_of(old)[0]
    (row,) = give(old, [(ref, takers[0].code)])
    allocate.undo(actor=None, who="a test", allocation=row)
    CaseAllocation.objects.update(state=Given.ELSEWHERE)
    people = [each.code for each in takers]
    (found,) = spread.suggest(actor=None, post=old.code, refs=[ref], people=people, state=current_state())
    assert found.why != "held it before"
