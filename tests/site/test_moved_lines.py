"""The lines behind each figure before and after cases move: they add up, and name what moves."""

from typing import Any

import pytest
from test_allocate import cases_of, pair, posts  # noqa: F401
from test_case_kinds import is_now
from waiting_fixtures import nobody  # noqa: F401

from wmt.site.changes import allocation_preview, spread, stated_kinds, unit_moments
from wmt.site.changes.case_deltas import PostExchange
from wmt.site.changes.deltas import Exchange
from wmt.site.changes.moved_lines import moved_lines
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database


def add_up(found: Any) -> None:
    """Each figure is the sum of its lines, before and after."""
    assert found.moments
    for each in found.moments:
        lines = moved_lines(found.state, each, found.moved)
        assert sum(line.before_x100 for line in lines) == each.before.points_x100, each.unit
        assert sum(line.after_x100 for line in lines) == each.after.points_x100, each.unit


def test_a_case_that_is_given_is_taken_off_here_and_put_on_there(
    pair: tuple[Unit, Unit],  # noqa: F811
) -> None:
    old, new = pair
    ref = cases_of(old)[0]
    wanted = allocation_preview.AllocationRequest(ref=ref, to_post=new.code)
    found = allocation_preview.look(actor=None, wanted=wanted, state=current_state())
    add_up(found)
    (off, on) = (
        moved_lines(found.state, each, found.moved)
        for code in (old.code, new.code)
        for each in found.moments
        if each.unit.code == code
    )
    worth = found.case.points_x100
    assert [(line.ref, line.before_x100, line.after_x100) for line in off[:-1]] == [(ref, worth, 0)]
    assert [(line.ref, line.before_x100, line.after_x100) for line in on[:-1]] == [(ref, 0, worth)]


def test_a_case_that_waits_and_one_whose_tier_is_stated(nobody: Unit) -> None:  # noqa: F811
    to = posts(stream="sentence_management", grade="PO", team_code=nobody.team_code)[0]
    ref = next(each for each in cases_of(nobody) if is_now(each) != "custody B3 active")
    wanted = allocation_preview.AllocationRequest(ref=ref, to_post=to.code)
    add_up(allocation_preview.look(actor=None, wanted=wanted, state=current_state()))
    stated = stated_kinds.StatedKind(location="custody", tier="B3", reason="assessed_again")
    add_up(stated_kinds.look(actor=None, wanted=wanted, stated=stated, state=current_state()))


def test_all_cases_of_somebody_at_once(pair: tuple[Unit, Unit]) -> None:  # noqa: F811
    old, new = pair
    given = [spread.CaseGiven(ref, new.code) for ref in cases_of(old)[:4]]
    wanted = spread.SpreadRequest(from_post=old.code, given=given)
    add_up(spread.look(actor=None, wanted=wanted, state=current_state()))


def test_a_post_that_counts_in_another_stream_then_moves_with_all_it_has(
    pair: tuple[Unit, Unit],  # noqa: F811
) -> None:
    _, new = pair
    state = current_state()
    moved = [PostExchange(new, Exchange(stream="courts"))]
    for each in unit_moments.moments_with(state, moved):
        lines = moved_lines(state, each, moved)
        assert sum(line.before_x100 for line in lines) == each.before.points_x100
        assert sum(line.after_x100 for line in lines) == each.after.points_x100
        if each.unit.level != "post":
            assert lines[0].post == new
            assert (lines[0].before_x100, lines[0].after_x100) == (new.points_x100, 0)


def test_the_page_shows_them_and_names_no_other_case(
    pair: tuple[Unit, Unit],  # noqa: F811
    signed_in: Any,
) -> None:
    old, new = pair
    ref, other = cases_of(old)[:2]
    page = signed_in("administrator").get(f"/allocate/?crn={ref}&to={new.code}")
    said = page.content.decode()
    assert "The lines behind these points" in said
    assert "taken off" in said
    assert "put on" in said
    assert other not in said
