"""Giving a case: every figure moves at once and is as if worked out anew; one case, one holder."""

from typing import Any

import pytest

from conftest import Nation
from wmt.allocation.cases import MOVES
from wmt.ledger import COURTS, OMIC, explain_change, is_over
from wmt.nights.unit_slice import part_of
from wmt.site.allocation.models import CaseAllocation
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import allocate, allocation_preview, unit_moments
from wmt.site.changes.allocation_preview import AllocationRequest
from wmt.site.changes.case_deltas import case_lines
from wmt.site.changes.reconcile import differences, facts_with_given
from wmt.site.figures.placeholders import placeholders
from wmt.site.queries import movement
from wmt.site.workload.models import Line, Pricing, Unit
from wmt.site.workload.state import current_state

Given = CaseAllocation.State


def unit(level: str, code: str) -> Unit:
    return Unit.objects.get(load_id=current_state().load_id, level=level, code=code, whole=True)


def posts(**where: Any) -> list[Unit]:
    found = Unit.objects.filter(load_id=current_state().load_id, level="post", whole=True, stale_since=None)
    return list(found.filter(unmeasured_posts=0, **where).order_by("code"))


def cases_of(post: Unit) -> list[str]:
    """The references of the cases a post holds, OMiC left out, by the rows alone."""
    state = current_state()
    numbers = Pricing.objects.filter(load_id=state.load_id, kind="case").exclude(stream="omic")
    lines = Line.objects.filter(load_id=state.load_id, post_no=post.number, listed_cases=1)
    return sorted(lines.filter(pricing__in=numbers.values("number")).values_list("ref", flat=True))


def give(ref: str, to: Unit, **more: Any) -> CaseAllocation:
    wanted = {"reason": "caseload_adjustment", "why_over": "a test", "why_not_eligible": "a test", **more}
    row, _ = allocate.allocate(
        actor=None, who="a test", wanted=AllocationRequest(ref=ref, to_post=to.code, **wanted)
    )
    return row


@pytest.fixture
def pair(nation: Nation) -> tuple[Unit, Unit]:
    """A practitioner with cases, and one of another PDU with available time."""
    assert nation.load.posts > 50
    working = posts(stream="sentence_management", grade="PO", available_x100__gt=0, cases__gt=3)
    first = working[0]
    return first, next(each for each in working if each.pdu_code != first.pdu_code)


def test_a_case_takes_all_its_points_with_it(pair: tuple[Unit, Unit]) -> None:
    old, new = pair
    above = [(level, getattr(post, f"{level}_code")) for post in pair for level in ("team", "pdu", "region")]
    before = {where: unit(*where) for where in above}
    nation = unit("nation", "nation")
    ref = cases_of(old)[0]
    worth = sum(line.points_x100 for line in case_lines(current_state(), [ref]))
    assert worth > 0
    row = give(ref, new)
    assert (row.points_x100, row.state, row.first_day) == (worth, Given.GIVEN, current_state().day)
    assert unit("post", old.code).points_x100 == old.points_x100 - worth
    assert unit("post", new.code).points_x100 == new.points_x100 + worth
    assert (unit("post", old.code).cases, unit("post", new.code).cases) == (old.cases - 1, new.cases + 1)
    if before["region", old.region_code] == before["region", new.region_code]:
        assert unit("region", old.region_code).points_x100 == before["region", old.region_code].points_x100
    for level in ("team", "pdu"):
        lost, got = (getattr(post, f"{level}_code") for post in pair)
        assert unit(level, lost).points_x100 == before[level, lost].points_x100 - worth
        assert unit(level, got).points_x100 == before[level, got].points_x100 + worth
    now = unit("nation", "nation")
    assert (now.points_x100, now.cases, now.posts) == (nation.points_x100, nation.cases, nation.posts)
    assert ref in cases_of(new)
    assert ref not in cases_of(old)
    assert current_state().revision == row.change
    assert differences(current_state()) == []


def test_every_kind_of_case_is_as_if_worked_out_anew(nation: Nation) -> None:
    """One case of each kind of price, flags among them, one after the other to the same post and back."""
    to = posts(stream="sentence_management", grade="PO", available_x100__gt=0)[-1]
    state, kinds = current_state(), {}
    for priced in Pricing.objects.filter(load=nation.load, kind__in=MOVES).exclude(stream=OMIC):
        rows = Line.objects.filter(load=nation.load, pricing=priced.number, post_no__lt=to.number)
        for line in rows.exclude(ref="").order_by("ref")[:1]:
            kinds[line.ref] = priced
    made = []
    for ref in sorted(kinds):
        holders = {line.post_no for line in case_lines(state, [ref]) if line.listed_cases == 1}
        if len(holders) == 1 and posts(number=holders.pop()):
            made.append(give(ref, to, reason=_reason(ref)))
    assert len(made) > 20
    assert differences(current_state()) == []
    for row in reversed(made):
        allocate.undo(actor=None, who="a test", allocation=row)
    assert unit("post", to.code).points_x100 == to.points_x100
    assert differences(current_state()) == []


def _reason(ref: str) -> str:
    state = current_state()
    (number,) = {line.post_no for line in case_lines(state, [ref]) if line.listed_cases == 1}
    holder = Unit.objects.get(load_id=state.load_id, level="post", whole=True, number=number)
    return "initial_allocation" if holder.code in placeholders(state) else "caseload_adjustment"


def test_court_work_only_becomes_sentence_management_with_a_case_and_back(
    nation: Nation, pair: tuple[Unit, Unit]
) -> None:
    courts = posts(stream=COURTS)[0]
    team = unit("team", courts.team_code)
    foreseen = _look(cases_of(pair[0])[0], courts).moments
    row = give(cases_of(pair[0])[0], courts)
    now = unit("post", courts.code)
    assert now.stream == "sentence_management"
    assert unit("team", courts.team_code).available_x100 == team.available_x100 + courts.available_x100
    _as_foreseen(foreseen)
    assert differences(current_state()) == []
    allocate.undo(actor=None, who="a test", allocation=row)
    assert unit("post", courts.code).stream == COURTS
    assert not Unit.objects.filter(
        load=nation.load, stream="sentence_management", posts=0, whole=False
    ).exists()
    assert differences(current_state()) == []


def test_who_gives_all_cases_away_is_where_the_ledger_says(pair: tuple[Unit, Unit]) -> None:
    few = [post for post in posts(cases_all__gt=0, cases_all__lt=30, omic_cases=0) if cases_of(post)]
    for post in few[:2] + [post for post in few if post.is_omic or post.stream != "sentence_management"][:2]:
        for ref in cases_of(post):
            give(ref, pair[1], reason=_reason(ref))
        assert differences(current_state()) == []


def _look(ref: str, to: Unit, **more: Any) -> allocation_preview.AllocationPreview:
    wanted = AllocationRequest(ref=ref, to_post=to.code, **more)
    return allocation_preview.look(actor=None, wanted=wanted, state=current_state())


def _as_foreseen(moments: list[unit_moments.UnitMoment]) -> None:
    assert len(moments) >= 4
    for each in moments:
        now = unit(each.unit.level, each.unit.code)
        assert (now.points_x100, now.available_x100) == tuple(each.after), each.unit


def test_a_preview_says_what_will_be_and_changes_nothing(pair: tuple[Unit, Unit]) -> None:
    old, new = pair
    ref = cases_of(old)[0]
    moments = _look(ref, new).moments
    assert CaseAllocation.objects.count() == 0
    assert unit("post", new.code).points_x100 == new.points_x100
    codes = {(each.unit.level, each.unit.code) for each in moments}
    assert codes == {
        (level, getattr(post, f"{level}_code") if level != "post" else post.code)
        for post in pair for level in ("post", "team", "pdu", "region")
    }  # fmt: skip
    give(ref, new)
    _as_foreseen(moments)


def why(level: str, code: str) -> explain_change.Why:
    movement._until_now.cache_clear()  # numbers of changes come again in every test
    state = current_state()
    return movement.why_between(
        state, unit(level, code), movement.NightOnDay(state.day, state.day, state.night), None
    )


def test_a_case_given_there_and_back_is_where_it_was(pair: tuple[Unit, Unit]) -> None:
    old, new = pair
    ref = cases_of(old)[0]
    since = case_lines(current_state(), [ref])[0].since
    rows = [give(ref, new), give(ref, old)]
    assert case_lines(current_state(), [ref])[0].since == since
    assert differences(current_state()) == []
    for row in reversed(rows):
        allocate.undo(actor=None, who="a test", allocation=row)
        assert differences(current_state()) == []


def test_why_it_moved_names_the_case_on_both_sides(pair: tuple[Unit, Unit]) -> None:
    old, new = pair
    ref = cases_of(old)[0]
    row = give(ref, new)
    for level, code, cause, sign in (
        ("post", old.code, "moved_out", -1),
        ("post", new.code, "allocated_in", 1),
        ("team", old.team_code, "moved_out", -1),
        ("pdu", new.pdu_code, "allocated_in", 1),
    ):
        found, shown = why(level, code), unit(level, code)
        assert found.after == (shown.points_x100, shown.available_x100)
        told = [(str(each.cause), each.points_x100) for each in found.causes]
        assert told == [(cause, sign * row.points_x100)]
        (move,) = found.lines_of(found.causes[0].cause).iter_rows(named=True)
        assert (move["ref"], move["post_before"], move["post_after"]) == (ref, old.code, new.code)
    assert not why("nation", "nation").causes


def test_why_it_moved_follows_a_post_from_courts_to_sentence_management(pair: tuple[Unit, Unit]) -> None:
    courts = posts(stream=COURTS)[0]
    give(cases_of(pair[0])[0], courts)
    for level, code in (("team", courts.team_code), ("nation", "nation"), ("post", courts.code)):
        found, shown = why(level, code), unit(level, code)
        assert found.after == (shown.points_x100, shown.available_x100), level
        assert sum(each.points_x100 for each in found.causes) == found.after[0] - found.before[0]


def test_facts_that_are_priced_anew_have_the_case_where_it_is(
    nation: Nation, pair: tuple[Unit, Unit]
) -> None:
    """Other rules price the facts of a unit anew: the case came from outside, or went there."""
    old, new = pair
    ref = cases_of(old)[0]
    give(ref, new)
    for post, holds in ((old, 0), (new, 1)):
        for level in ("post", "team", "pdu", "nation"):
            code = {"post": post.code, "nation": "nation"}.get(level) or getattr(post, f"{level}_code")
            part = part_of(nation.night, level, code).facts
            facts = facts_with_given(current_state(), nation.night, part)
            found = facts.caseload.filter(case_ref=ref)["post_no"].to_list()
            assert found == ([new.number] if holds or level == "nation" else []), (level, code)
            assert facts.post.equals(part.post)


def test_a_case_goes_on_and_every_step_back_is_the_one_before(pair: tuple[Unit, Unit]) -> None:
    old, new = pair
    third = next(
        each for each in posts(grade="PO", available_x100__gt=0) if each.code not in (old.code, new.code)
    )
    ref = cases_of(old)[0]
    since = Line.objects.get(pk=case_lines(current_state(), [ref])[0].pk).since
    first = give(ref, new)
    second = give(ref, third)
    first.refresh_from_db()
    assert (first.state, first.is_open) == (Given.PASSED_ON, True)
    with pytest.raises(ConflictError, match="given to somebody else since"):
        allocate.undo(actor=None, who="a test", allocation=first)
    assert differences(current_state()) == []
    allocate.undo(actor=None, who="a test", allocation=second)
    first.refresh_from_db()
    assert first.state == Given.GIVEN
    assert ref in cases_of(new)
    assert differences(current_state()) == []
    allocate.undo(actor=None, who="a test", allocation=first)
    assert case_lines(current_state(), [ref])[0].since == since
    assert differences(current_state()) == []
    with pytest.raises(ConflictError, match="undone by a test"):
        allocate.undo(actor=None, who="a test", allocation=first)


def test_the_same_request_twice_gives_the_case_once(pair: tuple[Unit, Unit]) -> None:
    old, new = pair
    ref, other = cases_of(old)[:2]
    first = give(ref, new, key="form 1", from_post=old.code)
    assert give(ref, new, key="form 1", from_post=old.code).pk == first.pk
    assert CaseAllocation.objects.count() == 1
    with pytest.raises(RefusedError, match="Another case was given with this key"):
        give(other, new, key="form 1")


def test_whoever_comes_second_is_told_who_was_first(pair: tuple[Unit, Unit]) -> None:
    old, new = pair
    third = next(
        each for each in posts(grade="PO", available_x100__gt=0) if each.code not in (old.code, new.code)
    )
    ref = cases_of(old)[0]
    give(ref, new, from_post=old.code)
    with pytest.raises(ConflictError) as told:
        give(ref, third, from_post=old.code)
    assert f"a test gave this case to {new.name}" in str(told.value)
    assert CaseAllocation.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "initial_allocation"}, "reason"),
        ({"reason": "because"}, "reason"),
        ({"notes": "see https://example.org"}, "notes"),
        ({"notes": "x" * 4_001}, "notes"),
    ],
)
def test_what_is_missing_is_told_by_its_field(
    pair: tuple[Unit, Unit], more: dict[str, str], field: str
) -> None:
    old, new = pair
    with pytest.raises(RefusedError) as told:
        give(cases_of(old)[0], new, **more)
    assert [fault.field for fault in told.value.faults] == [field]
    assert CaseAllocation.objects.count() == 0


def test_why_is_kept_only_of_what_was_done(pair: tuple[Unit, Unit]) -> None:
    ref, others = cases_of(pair[0])[0], posts(grade="PO", available_x100__gt=0, stream="sentence_management")
    looked = (_look(ref, each) for each in others if each.code != pair[0].code)
    room = next(found.to for found in looked if not (found.goes_over or found.why_not))
    row = give(ref, room, why_over="it is not", why_not_eligible="it may")
    assert (row.why_over, row.why_not_eligible) == ("", "")


def test_over_the_threshold_or_beside_the_rules_wants_a_reason(pair: tuple[Unit, Unit]) -> None:
    working = posts(stream="sentence_management", grade="PO", available_x100__gt=0)
    mark, code = current_state().over_x100, pair[0].code
    over = next(
        post for post in working if post.code != code and is_over(post.points_x100, post.available_x100, mark)
    )
    with pytest.raises(RefusedError) as told:
        give(cases_of(pair[0])[0], over, why_over="  ")
    assert [fault.code for fault in told.value.faults] == ["WHY_OVER"]
    manager = posts(grade="SPO")[0]
    with pytest.raises(RefusedError) as told:
        give(cases_of(pair[0])[0], manager, why_not_eligible="")
    assert "WHY_NOT_ELIGIBLE" in [fault.code for fault in told.value.faults]


def test_cases_and_posts_that_cannot_be(nation: Nation, pair: tuple[Unit, Unit]) -> None:
    old, new = pair
    ref = cases_of(old)[0]
    prison = posts(stream=OMIC)[0]
    nobody = posts(code__in=placeholders(current_state()))[0]
    omic_only = Line.objects.filter(
        load=nation.load, post_no=prison.number,
        pricing__in=Pricing.objects.filter(load=nation.load, kind="case", stream="omic").values("number"),
    ).first()  # fmt: skip
    assert omic_only is not None
    for asked, to, code in (
        ("X999999", new, "CASE_UNKNOWN"),
        ("", new, "CASE_UNKNOWN"),
        (omic_only.ref, new, "CASE_UNKNOWN"),
        (ref, old, "HELD_ALREADY"),
        (ref, prison, "POST_CANNOT"),
        (ref, nobody, "POST_CANNOT"),
        (ref, Unit(code="N99:N99A001"), "POST_UNKNOWN"),
    ):
        with pytest.raises(RefusedError) as told:
            give(asked, to)
        assert [fault.code for fault in told.value.faults] == [code], asked
    assert CaseAllocation.objects.count() == 0


def test_the_audit_event_says_what_and_not_whose(pair: tuple[Unit, Unit]) -> None:
    old, new = pair
    ref = cases_of(old)[0]
    row = give(ref, new, notes="a private word")
    event = AuditEvent.objects.get(kind="allocation")
    assert old.code in event.sentence
    assert new.code in event.sentence
    told = f"{event.sentence} {event.before} {event.after}"
    assert ref not in told
    assert "private" not in told
    assert event.after["allocation"] == row.pk
