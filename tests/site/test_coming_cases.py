"""Giving a case that the data does not have yet: it counts once, everywhere, and can be taken off again."""

# ruff: noqa: F811 - fixtures come by import
from datetime import timedelta
from typing import Any

import pytest
from api_fixtures import person_with
from test_allocate import cases_of, posts, unit, why
from waiting_fixtures import Now, give, nobody, other, recorded  # noqa: F401

from conftest import Nation
from wmt.allocation.cases import of_kind
from wmt.nights.unit_slice import part_of
from wmt.site.allocation.models import CaseAllocation, CaseKindChange
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import allocate, allocation_preview, case_kinds, coming_cases
from wmt.site.changes.reconcile import differences, facts_with_given
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import current_state, rules_of

REF = "X999991"


@pytest.fixture
def to(nobody: Unit) -> Unit:
    """A practitioner of the team where the case waits."""
    return posts(stream="sentence_management", grade="PO", team_code=nobody.team_code)[0]


def worth(location: str, tier: str, stream: str = "standard") -> int:
    state = current_state()
    return of_kind(rules_of(state), state.tier_scheme, state.day, location, tier, stream).points_x100


def above(post: Unit) -> list[Unit]:
    return [unit(level, getattr(post, f"{level}_code")) for level in ("team", "pdu", "region")] + [
        unit("nation", "nation")
    ]


def lines_of(ref: str = REF) -> list[Line]:
    return list(Line.objects.filter(load_id=current_state().load_id, ref=ref))


@pytest.mark.parametrize(
    ("said", "points"),
    [
        ({}, ("custody", "B3", "standard")),
        ({"is_t2a": True, "location": "community"}, ("community", "B3", "t2a")),
        ({"tier": "", "no_tier_why": "the assessment is due"}, ("custody", "0", "standard")),
    ],
)
def test_it_counts_at_whoever_gets_it_and_everywhere_above(
    nobody: Unit, to: Unit, said: dict[str, Any], points: tuple[str, str, str]
) -> None:
    row = recorded(REF, nobody.team_code, **said)
    earns, before = worth(*points), above(to)
    found = allocation_preview.look(
        actor=None,
        wanted=allocation_preview.AllocationRequest(ref=REF, to_post=to.code),
        state=current_state(),
    )
    levels = ["post", "team", "pdu", *(["region", "nation"] if earns else [])]
    assert [each.unit.level for each in found.moments] == levels
    assert {each.after.points_x100 - each.before.points_x100 for each in found.moments} == {earns}
    made = give(REF, to)
    row.refresh_from_db()
    made.refresh_from_db()
    assert (made.points_x100, made.was_waiting, made.days_waited, row.state) == (earns, True, 3, Now.GIVEN)
    now = unit("post", to.code)
    assert (now.points_x100, now.cases_all) == (to.points_x100 + earns, to.cases_all + 1)
    for was, is_now in zip(before, above(to), strict=True):
        assert (is_now.points_x100, is_now.cases_all) == (was.points_x100 + earns, was.cases_all + 1)
    assert [line.points_x100 for line in lines_of()] == [earns]
    assert differences(current_state()) == []
    assert (
        "that the data does not have yet to" in AuditEvent.objects.filter(kind="allocation").last().sentence
    )
    assert REF not in AuditEvent.objects.filter(kind="allocation").last().sentence
    allocate.undo(actor=None, who="Ann", allocation=made)
    row.refresh_from_db()
    assert (row.state, lines_of(), unit("post", to.code).points_x100) == (Now.WAITING, [], to.points_x100)
    assert [each.points_x100 for each in above(to)] == [each.points_x100 for each in before]
    assert differences(current_state()) == []


def test_it_is_new_work_in_why_figures_moved(nobody: Unit, to: Unit) -> None:
    recorded(REF, nobody.team_code)
    row = give(REF, to)
    for level, code in (("post", to.code), ("team", to.team_code), ("nation", "nation")):
        found, shown = why(level, code), unit(level, code)
        assert found.after == (shown.points_x100, shown.available_x100)
        assert [(str(each.cause), each.points_x100) for each in found.causes] == [
            ("new_case", row.points_x100)
        ]


def test_facts_that_are_priced_anew_have_the_case(nation: Nation, nobody: Unit, to: Unit) -> None:
    recorded(REF, nobody.team_code)
    give(REF, to)
    for level, code in (("post", to.code), ("team", to.team_code), ("nation", "nation")):
        part = part_of(nation.night, level, code).facts
        facts = facts_with_given(current_state(), nation.night, part)
        assert facts.caseload.filter(case_ref=REF)["post_no"].to_list() == [to.number], level


def test_it_can_be_given_on_turned_and_taken_back_on_another_day(nobody: Unit, to: Unit) -> None:
    recorded(REF, nobody.team_code)
    then = next(
        each for each in posts(stream="sentence_management", grade="PO") if each.pdu_code != to.pdu_code
    )
    first = give(REF, to)
    wanted = case_kinds.KindChangeRequest(ref=REF, location="licence", tier="C1", reason="assessed_again")
    case_kinds.change_kind(actor=None, who="Ann", wanted=wanted)
    assert unit("post", to.code).points_x100 == to.points_x100 + worth("licence", "C1")
    wanted = allocation_preview.AllocationRequest(
        ref=REF, to_post=then.code, reason="caseload_adjustment", why_over="a test", why_not_eligible="a test"
    )
    second, _ = allocate.allocate(actor=None, who="Ann", wanted=wanted)
    assert unit("post", then.code).points_x100 == then.points_x100 + worth("licence", "C1")
    assert differences(current_state()) == []
    CaseAllocation.objects.update(first_day=current_state().day - timedelta(2))
    with pytest.raises(ConflictError, match="given to somebody else since"):
        allocate.undo(actor=None, who="Ann", allocation=first)
    allocate.undo(actor=None, who="Ann", allocation=second)
    allocate.undo(actor=None, who="Ann", allocation=first)
    assert (lines_of(), differences(current_state())) == ([], [])
    # what was said of its tier went with it: as it is recorded it comes again
    assert CaseKindChange.objects.get().state == "undone"
    give(REF, then)
    assert unit("post", then.code).points_x100 == then.points_x100 + worth("custody", "B3")
    assert differences(current_state()) == []


def refused(ref: str, to: Unit, actor: Any = None) -> str:
    wanted = allocation_preview.AllocationRequest(ref=ref, to_post=to.code, reason="initial_allocation")
    with pytest.raises(RefusedError) as told:
        allocate.allocate(actor=actor, who="Ann", wanted=wanted)
    assert (lines_of(ref), CaseAllocation.objects.exists()) == ([], False)
    return told.value.faults[0].code


def test_what_is_not_stated_is_asked_for_and_nothing_is_guessed(
    nobody: Unit, to: Unit, other: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(REF, nobody.team_code, tier="")
    assert refused(REF, to) == "TIER_MISSING"
    recorded("X999992", nobody.team_code)
    recorded("X999992", nobody.team_code, event_number=2, tier="C1")
    assert refused("X999992", to) == "SEVERAL"
    recorded("X999993", other.code)
    stranger = person_with("manager", "team", nobody.team_code)
    assert refused("X999993", to, stranger) == "CASE_UNKNOWN"
    assert refused("X999994", to) == "CASE_UNKNOWN"
    recorded("X999995", nobody.team_code)
    wanted = case_kinds.KindChangeRequest(
        ref="X999995", location="licence", tier="C1", reason="assessed_again"
    )
    with pytest.raises(RefusedError, match="change its type or tier in its record"):
        case_kinds.change_kind(actor=None, who="Ann", wanted=wanted)
    # where cases are only counted, no extract would show that it has this one
    monkeypatch.setattr(coming_cases, "counts_cases", lambda of_load: True)  # noqa: ARG005
    assert refused("X999995", to) == "COUNTED"


def test_two_events_that_say_the_same_are_one_case(nobody: Unit, to: Unit) -> None:
    rows = [recorded(REF, nobody.team_code, event_number=number) for number in (1, 2)]
    give(REF, to)
    for row in rows:
        row.refresh_from_db()
    assert ([row.state for row in rows], len(lines_of())) == ([Now.GIVEN] * 2, 1)
    again = allocation_preview.AllocationRequest(ref=REF, to_post=to.code, reason="initial_allocation")
    with pytest.raises(RefusedError, match="holds this case already"):
        allocate.allocate(actor=None, who="Ann", wanted=again)
    assert cases_of(unit("post", to.code)).count(REF) == 1
