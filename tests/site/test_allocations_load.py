"""Allocations when the next extract comes: seen, not seen yet, with somebody else, or gone."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.conf import settings
from loads_fixtures import home_of_its_own, night_of, signed
from test_allocate import cases_of, give, posts, unit

from wmt.nights import open_night
from wmt.nights.recompute import recompute
from wmt.site.allocation.models import CaseAllocation
from wmt.site.changes import allocate
from wmt.site.changes.reconcile import differences
from wmt.site.loads import loading, withdrawal
from wmt.site.loads.given_cases import _judged
from wmt.site.loads.load_request import LoadRequest
from wmt.site.loads.withdrawal import Deed, WithdrawalRequest
from wmt.site.workload.models import Line, Load, Unit
from wmt.site.workload.night_rows import kept_transfers
from wmt.site.workload.state import current_state

Now = CaseAllocation.State


@pytest.fixture(autouse=True)
def home(nation: Any, settings: Any, tmp_path: Path) -> Path:
    return home_of_its_own(nation, settings, tmp_path)


@pytest.fixture
def load_night(written_nation: Any, tmp_path: Path) -> Callable[..., Load]:
    """Load the second night, its cases changed by a function of the frame."""

    def load(change: Callable[[pl.DataFrame], pl.DataFrame] = lambda cases: cases) -> Load:
        to = tmp_path / "next"
        shutil.copytree(night_of(written_nation, 1) / "tidy", to)
        change(pl.read_parquet(to / "case.parquet")).write_parquet(to / "case.parquet")
        signed(to)
        done = loading.perform(loading.ask(wish=LoadRequest(paths=[str(to)]), who="a test", accept="a test"))
        assert done.state == Load.State.LOADED, done.message
        return done

    return load


@pytest.fixture
def given(written_nation: Any) -> tuple[Unit, Unit, str]:
    """A case given on: its holder, who got it, its reference; the next extract has it where it was."""
    later = pl.read_parquet(night_of(written_nation, 1) / "tidy" / "case.parquet")
    at = {
        (team, staff, ref) for team, staff, ref in later.select("team_code", "staff_code", "case_ref").rows()
    }
    working = posts(stream="sentence_management", grade="PO", available_x100__gt=0, cases__gt=3)
    old = working[0]
    new = next(each for each in working if each.pdu_code != old.pdu_code)
    ref = next(ref for ref in cases_of(old) if (old.team_code, old.staff_code, ref) in at)
    give(ref, new)
    return old, new, ref


def at_post(ref: str, post: Unit) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """The cases with one of them held by a post."""
    hit = pl.col("case_ref") == ref
    codes = (("team_code", post.team_code), ("staff_code", post.staff_code))
    return lambda cases: cases.with_columns(
        pl.when(hit).then(pl.lit(code)).otherwise(name).alias(name) for name, code in codes
    )


def holders(ref: str) -> list[str]:
    state = current_state()
    numbers = Line.objects.filter(load_id=state.load_id, ref=ref, listed_cases=1).values("post_no")
    found = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, number__in=numbers)
    return sorted(found.values_list("code", flat=True))


def the_state() -> str:
    return CaseAllocation.objects.get().state


def test_an_extract_that_does_not_show_it_yet_leaves_it_where_it_was_given(
    given: tuple[Unit, Unit, str], load_night: Callable[..., Load]
) -> None:
    old, new, ref = given
    load = load_night()
    assert the_state() == Now.GIVEN
    assert holders(ref) == [new.code]
    assert differences(current_state()) == []
    night = open_night(settings.CONFIG.nights / load.night)
    assert [(each.ref, each.from_post, each.to_post) for each in kept_transfers(night)] == [
        (ref, old.code, new.code)
    ]
    kept = night.table("results/lines").filter(ref=ref, kind="case")
    assert kept.select("team_code", "staff_code").rows() == [(new.team_code, new.staff_code)]
    assert recompute(night).differing == []
    (row,) = CaseAllocation.objects.all()
    assert Line.objects.get(load=load, ref=ref, listed_cases=1).since == row.first_day


def test_an_extract_that_shows_it_confirms_it(
    given: tuple[Unit, Unit, str], load_night: Callable[..., Load]
) -> None:
    _, new, ref = given
    load = load_night(at_post(given[2], given[1]))
    row = CaseAllocation.objects.get()
    assert (row.state, row.is_open, row.settled_as_at) == (Now.CONFIRMED, False, load.as_at)
    assert holders(ref) == [new.code]
    assert not load.faults.filter(code="ALLOCATIONS_CONTRADICTED").exists()
    assert differences(current_state()) == []


def test_an_extract_that_shows_somebody_else_is_right_and_tells_it(
    given: tuple[Unit, Unit, str], load_night: Callable[..., Load]
) -> None:
    third = posts(stream="sentence_management", grade="PO", available_x100__gt=0)[-1]
    assert third.code not in (given[0].code, given[1].code)
    load = load_night(at_post(given[2], third))
    row = CaseAllocation.objects.get()
    assert (row.state, row.found_post, row.is_open) == (Now.ELSEWHERE, third.code, False)
    assert holders(given[2]) == [third.code]
    (fault,) = load.faults.filter(code="ALLOCATIONS_CONTRADICTED")
    assert fault.rows == 1
    assert given[2] not in fault.message
    assert differences(current_state()) == []


def test_a_case_that_ended_and_an_officer_who_left(
    given: tuple[Unit, Unit, str], load_night: Callable[..., Load]
) -> None:
    load_night(lambda cases: cases.filter(pl.col("case_ref") != given[2]))
    assert the_state() == Now.ENDED
    assert holders(given[2]) == []
    assert differences(current_state()) == []


def test_it_is_undone_after_the_next_night_was_worked_out_with_it(
    given: tuple[Unit, Unit, str], load_night: Callable[..., Load]
) -> None:
    old, new, ref = given
    third = posts(stream="sentence_management", grade="PO", available_x100__gt=0)[-1]
    load_night()
    second = give(ref, third)
    assert differences(current_state()) == []
    allocate.undo(actor=None, who="a test", allocation=second)
    assert holders(ref) == [new.code]
    assert differences(current_state()) == []
    first = CaseAllocation.objects.get(to_post=new.code)
    CaseAllocation.objects.filter(pk=first.pk).update(first_day=current_state().day)
    first.refresh_from_db()
    since = Line.objects.get(load_id=current_state().load_id, ref=ref, listed_cases=1).since
    assert since is not None
    allocate.undo(actor=None, who="a test", allocation=first)
    assert holders(ref) == [old.code]
    assert differences(current_state()) == []


@pytest.mark.parametrize(
    ("here", "state"),
    [
        (["T1:NEW"], Now.CONFIRMED),
        (["T9:NEW"], Now.CONFIRMED),  # the same officer under another team
        (["T1:OLD", "T1:NEW"], Now.CONFIRMED),
        (["T1:MID"], Now.GIVEN),
        (["T1:OLD"], Now.GIVEN),
        (["T1:OLD", "T1:X"], Now.GIVEN),
        (["T1:X"], Now.ELSEWHERE),
        ([], Now.ENDED),
    ],
)
def test_what_an_extract_says_of_a_way(here: list[str], state: str) -> None:
    steps = [("T1:OLD", "T1:MID"), ("T1:MID", "T1:NEW")]
    way = [CaseAllocation(from_post=first, to_post=last) for first, last in steps]
    posts = dict.fromkeys(("T1:OLD", "T1:MID", "T1:NEW", "T9:NEW", "T1:X"), True)
    assert _judged(way, here, posts) == state
    back = [*way, CaseAllocation(from_post="T1:NEW", to_post="T9:NEW")]  # between two posts of one officer
    assert _judged(back, ["T1:NEW"], posts) == Now.GIVEN
    if not here:  # whoever had it has no figures of this night
        assert _judged(way, here, {**posts, "T1:MID": False}) == Now.GIVEN
    if state == Now.GIVEN:
        del posts["T1:NEW"]
        assert _judged(way, here, posts) == Now.LEFT


@pytest.mark.parametrize("seen", ["not yet", "seen", "elsewhere", "ended"])
def test_a_night_that_is_withdrawn_settled_nothing(
    given: tuple[Unit, Unit, str], load_night: Callable[..., Load], seen: str
) -> None:
    _, new, ref = given
    third = posts(stream="sentence_management", grade="PO", available_x100__gt=0)[-1]
    changes: dict[str, Any] = {
        "not yet": lambda cases: cases,
        "seen": at_post(ref, new),
        "elsewhere": at_post(ref, third),
        "ended": lambda cases: cases.filter(pl.col("case_ref") != ref),
    }
    night = load_night(changes[seen]).night
    points = unit("post", new.code).points_x100
    wanted = WithdrawalRequest(Deed.WITHDRAW, night, "a test of withdrawing")
    done = withdrawal.perform(withdrawal.ask(wanted=wanted, who="a test"))
    assert done.state in (Load.State.LOADED, Load.State.DONE), done.message
    assert current_state().night != night
    row = CaseAllocation.objects.get()
    assert (row.state, row.is_open, row.settled_as_at) == (Now.GIVEN, True, None)
    assert holders(ref) == [new.code]
    assert differences(current_state()) == []
    back = WithdrawalRequest(Deed.RESTORE, night)
    withdrawal.perform(withdrawal.ask(wanted=back, who="a test"))
    withdrawal.perform(withdrawal.ask(wanted=WithdrawalRequest(Deed.SHOW, night), who="a test"))
    assert current_state().night == night
    assert unit("post", new.code).points_x100 == points
    assert differences(current_state()) == []
