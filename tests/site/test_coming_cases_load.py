"""Cases given before the data has them, when extracts come: counted once by each, whatever it shows."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable, Sequence
from datetime import timedelta

import polars as pl
import pytest
from django.conf import settings
from test_allocate import posts, unit
from test_allocations_load import at_post, holders, home, load_night, the_state  # noqa: F401
from test_waiting_load import coming, state_of  # noqa: F401
from waiting_fixtures import Now, give, nobody, recorded  # noqa: F401

from wmt.nights import open_night
from wmt.nights.kept_transfers import kept_transfers
from wmt.nights.recompute import recompute
from wmt.site.allocation.models import CaseAllocation, WaitingCase
from wmt.site.changes import allocate, case_kinds
from wmt.site.changes.reconcile import differences
from wmt.site.loads import withdrawal
from wmt.site.loads.given_cases import _judged_new
from wmt.site.loads.withdrawal import Deed, WithdrawalRequest
from wmt.site.workload.models import Line, Load, Unit
from wmt.site.workload.state import current_state

LoadNight = Callable[..., Load]


@pytest.fixture
def to(nobody: Unit) -> Unit:
    return posts(stream="sentence_management", grade="PO", team_code=nobody.team_code)[0]


@pytest.fixture
def row(coming: str, nobody: Unit, to: Unit) -> WaitingCase:
    """A case that was recorded and given to somebody, which the next extract may have."""
    found = recorded(coming, nobody.team_code)
    give(coming, to)
    return found


def without(ref: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    return lambda cases: cases.filter(pl.col("case_ref") != ref)


def withdrawn(load: Load) -> None:
    wanted = WithdrawalRequest(Deed.WITHDRAW, load.night, "a test of withdrawing")
    withdrawal.perform(withdrawal.ask(wanted=wanted, who="a test"))
    assert current_state().night != load.night


def stands(row: WaitingCase, state: str, *posts: Unit) -> bool:
    """Whether the allocation is in a state, and the case with these posts once, as if worked out anew."""
    assert differences(current_state()) == []
    return (the_state(), holders(row.ref)) == (state, sorted(post.code for post in posts))


def test_an_extract_without_it_leaves_it_counted_once_and_one_with_it_there_confirms_it(
    row: WaitingCase, to: Unit, load_night: LoadNight
) -> None:
    wanted = case_kinds.KindChangeRequest(ref=row.ref, location="licence", tier="C1", reason="assessed_again")
    change, _ = case_kinds.change_kind(actor=None, who="Ann", wanted=wanted)
    load = load_night(without(row.ref))
    assert stands(row, "given", to)
    change.refresh_from_db()
    assert change.state == "given"
    assert {line.points_x100 for line in Line.objects.filter(load=load, ref=row.ref)} == {change.to_x100}
    night = open_night(settings.CONFIG.nights / load.night)
    assert {(each.ref, each.to_post) for each in kept_transfers(night)} == {(row.ref, to.code)}
    assert not recompute(night).differing
    load = load_night(at_post(row.ref, to), days=1)
    assert (stands(row, "confirmed", to), state_of(row)) == (True, Now.GIVEN)
    assert kept_transfers(open_night(settings.CONFIG.nights / load.night)) == []
    withdrawn(load)
    assert stands(row, "given", to)


def test_one_that_shows_a_third_is_right_and_its_figures_alone(
    row: WaitingCase, to: Unit, load_night: LoadNight
) -> None:
    third = next(
        each for each in posts(stream="sentence_management", grade="PO") if each.pdu_code != to.pdu_code
    )
    load_night(at_post(row.ref, third))
    assert (stands(row, "elsewhere", third), state_of(row)) == (True, Now.GIVEN)
    assert CaseAllocation.objects.get().found_post == third.code


def test_one_that_shows_it_with_nobody_has_not_seen_it_yet(
    row: WaitingCase, to: Unit, nobody: Unit, load_night: LoadNight
) -> None:
    load_night(at_post(row.ref, nobody))
    assert (stands(row, "given", to), state_of(row)) == (True, Now.GIVEN)
    # taken back, it is where the extract has it
    allocate.undo(actor=None, who="Ann", allocation=CaseAllocation.objects.get())
    assert (stands(row, "undone", nobody), state_of(row)) == (True, Now.WAITING)


def test_one_that_came_before_it_was_given_says_nothing(
    row: WaitingCase, to: Unit, load_night: LoadNight
) -> None:
    """The extract is of a moment before the decision: it counts beside it."""
    CaseAllocation.objects.update(first_day=current_state().day + timedelta(9))
    load_night(without(row.ref))
    assert kept_transfers(open_night(settings.CONFIG.nights / current_state().night)) == []
    assert stands(row, "given", to)


def test_it_can_be_taken_back_after_extracts_that_did_not_show_it(
    row: WaitingCase, to: Unit, load_night: LoadNight
) -> None:
    load_night(without(row.ref), days=1)
    points = unit("nation", "nation").points_x100
    made = CaseAllocation.objects.get()
    assert made.first_day < current_state().day
    allocate.undo(actor=None, who="Ann", allocation=made)
    assert (stands(row, "undone"), state_of(row)) == (True, Now.WAITING)
    assert unit("nation", "nation").points_x100 == points - made.points_x100
    # recorded otherwise and given again, it comes as what it is now
    WaitingCase.objects.filter(pk=row.pk).update(tier="C1")
    again = give(row.ref, to)
    assert unit("nation", "nation").points_x100 == points - made.points_x100 + again.points_x100
    assert (again.points_x100 != made.points_x100, differences(current_state())) == (True, [])


def test_what_an_extract_says_of_it() -> None:
    """Judged by who holds it there: nobody is no news."""
    way = [CaseAllocation(from_post="T:", to_post="T:A", tier_scheme="now")]

    def said(*here: str, posts: Sequence[str] = ("T:A", "T:B", "T:U"), scheme: str = "now") -> str:
        return _judged_new(way, here, dict.fromkeys(posts, True), {"T:U"}, scheme)

    assert said() == said("T:U") == said("T:U", scheme="next") == "given"
    assert (said("T:A"), said("T:B"), said("T:U", "T:B")) == ("confirmed", "elsewhere", "elsewhere")
    assert said(posts=["T:B"]) == said("T:U", posts=["T:B", "T:U"]) == "left"
    # its tier is of a scheme that the data does not have by now
    assert said(scheme="next") == "ended"
    # the same officer has it under another team
    assert said("S:A") == "confirmed"


def test_one_given_to_whoever_left_waits_again(row: WaitingCase, to: Unit, load_night: LoadNight) -> None:
    CaseAllocation.objects.update(to_post=f"{to.team_code}:GONE")
    load_night(without(row.ref))
    assert (stands(row, "left"), state_of(row)) == (True, Now.WAITING)
