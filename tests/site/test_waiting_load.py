"""Recorded waiting cases when the next extract comes, and when it is withdrawn."""

# ruff: noqa: F811 - fixtures come by import
import re
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
import test_allocate
from loads_fixtures import night_of
from test_allocate import posts
from test_allocations_load import at_post, home, load_night  # noqa: F401
from waiting_fixtures import Now, give, nobody, recorded  # noqa: F401

from wmt.site.allocation.models import CaseAllocation, WaitingCase
from wmt.site.changes.reconcile import differences
from wmt.site.loads import withdrawal
from wmt.site.loads.withdrawal import Deed, WithdrawalRequest
from wmt.site.workload.models import Line, Load, Unit
from wmt.site.workload.state import current_state


@pytest.fixture
def coming(written_nation: Any) -> str:
    """A case that the next extract has and this one has not."""
    later = pl.read_parquet(night_of(written_nation, 1) / "tidy" / "case.parquet")
    here = set(Line.objects.filter(load_id=current_state().load_id).values_list("ref", flat=True))
    wanted = later.filter(pl.col("stream") == "standard", pl.col("counted_active"))
    refs = sorted(set(wanted["case_ref"]) - here)
    return next(ref for ref in refs if re.fullmatch("[A-Z][0-9]{6}", ref))


def state_of(row: WaitingCase) -> str:
    row.refresh_from_db()
    return row.state


def test_an_extract_with_the_case_ends_its_waiting_and_a_withdrawn_one_does_not(
    coming: str, nobody: Unit, load_night: Callable[..., Load]
) -> None:
    holder = posts(stream="sentence_management", grade="PO", available_x100__gt=0)[0]
    row, other = recorded(coming, nobody.team_code), recorded("Z999999", nobody.team_code)
    load = load_night(at_post(coming, holder))
    assert (state_of(row), row.held_by, row.settled_as_at) == (Now.HELD, holder.code, load.as_at)
    assert state_of(other) == Now.WAITING
    wanted = WithdrawalRequest(Deed.WITHDRAW, load.night, "a test of withdrawing")
    withdrawal.perform(withdrawal.ask(wanted=wanted, who="a test"))
    assert current_state().night != load.night
    assert (state_of(row), row.held_by) == (Now.WAITING, "")
    assert differences(current_state()) == []


def test_one_that_was_given_to_whoever_left_waits_again_and_not_if_that_is_withdrawn(
    coming: str, nobody: Unit, load_night: Callable[..., Load]
) -> None:
    row = recorded(coming, nobody.team_code)
    load_night(at_post(coming, nobody))
    assert state_of(row) == Now.WAITING
    to, then = posts(stream="sentence_management", grade="PO", available_x100__gt=0)[:2]
    first = give(coming, to)
    assert (state_of(row), first.was_waiting) == (Now.GIVEN, True)
    assert differences(current_state()) == []
    given = CaseAllocation.objects.filter(pk=test_allocate.give(coming, then).pk)
    given.update(to_post=f"{then.team_code}:GONE")
    night = load_night(at_post(coming, nobody), days=1).night
    assert (given.get().is_open, state_of(row)) == (False, Now.WAITING)
    given.update(to_post=then.code)
    wanted = WithdrawalRequest(Deed.WITHDRAW, night, "a test of withdrawing")
    withdrawal.perform(withdrawal.ask(wanted=wanted, who="a test"))
    assert (given.get().is_open, state_of(row), row.allocation) == (True, Now.GIVEN, first)


@pytest.mark.parametrize("typed", [str.lower, str.upper], ids=["recorded in small", "sent in small"])
def test_a_crn_in_small_letters_is_the_same_case_here_and_in_an_extract(
    coming: str, nobody: Unit, load_night: Callable[..., Load], typed: Callable[[str], str]
) -> None:
    """Given before the data has it, it is confirmed by the extract that shows it there, and counts once."""
    to = posts(stream="sentence_management", grade="PO", available_x100__gt=0)[0]
    row = recorded(f" {typed(coming)} ", nobody.team_code)
    give(row.ref, to)
    written = coming.lower() if typed is str.upper else coming
    there = at_post(coming, to)
    load_night(
        lambda cases: there(cases).with_columns(
            pl.col("case_ref").replace(coming, f"{written[:4]} {written[4:]} ")
        )
    )
    assert (state_of(row), row.ref, CaseAllocation.objects.get().state) == (Now.GIVEN, coming, "confirmed")
    lines = Line.objects.filter(load_id=current_state().load_id, ref__iexact=coming)
    assert {(line.ref, line.post_no) for line in lines} == {
        (
            coming,
            Unit.objects.get(load_id=current_state().load_id, level="post", whole=True, code=to.code).number,
        )
    }
    assert differences(current_state()) == []
