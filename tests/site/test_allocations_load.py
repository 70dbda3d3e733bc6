"""Allocations when the next extract comes: seen, not seen yet, with somebody else, or gone."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.conf import settings
from loads_fixtures import home_of_its_own, night_of, signed
from test_allocate import cases_of, give, posts, unit

from wmt.nights import open_night
from wmt.nights.kept_transfers import kept_transfers
from wmt.nights.recompute import recompute
from wmt.site.allocation.models import CaseAllocation
from wmt.site.changes import allocate
from wmt.site.changes.reconcile import differences
from wmt.site.loads import loading, withdrawal
from wmt.site.loads.given_cases import _judged
from wmt.site.loads.load_request import LoadRequest
from wmt.site.loads.withdrawal import Deed, WithdrawalRequest
from wmt.site.workload.models import Line, Load, Unit
from wmt.site.workload.state import current_state

Now = CaseAllocation.State


@pytest.fixture(autouse=True)
def home(nation: Any, settings: Any, tmp_path: Path) -> Path:
    return home_of_its_own(nation, settings, tmp_path)


@pytest.fixture
def load_night(written_nation: Any, tmp_path: Path) -> Callable[..., Load]:
    """Load the second night so many days later, its cases changed by a function of the frame.

    The rows of the post `aside` have a fault, so that it keeps its earlier figures; `followed` goes on under
    another team; `waiting` is a table of waiting cases.
    """
    made = count()

    def load(
        change: Callable[[pl.DataFrame], pl.DataFrame] = lambda cases: cases,
        *,
        days: int = 0,
        aside: Unit | None = None,
        followed: tuple[Unit, str] | None = None,
        correction: bool = False,
        waiting: pl.DataFrame | None = None,
    ) -> Load:
        to = tmp_path / f"next {next(made)}"
        shutil.copytree(night_of(written_nation, 1) / "tidy", to)
        cases = change(pl.read_parquet(to / "case.parquet"))
        if aside is not None:
            hit = (pl.col("team_code") == aside.team_code) & (pl.col("staff_code") == aside.staff_code)
            cases = cases.with_columns(location=pl.when(hit).then(pl.lit("Moon")).otherwise("location"))
        cases.write_parquet(to / "case.parquet")
        if followed is not None:
            goes_on(to, *followed)
        if waiting is not None:
            waiting.write_parquet(to / "waiting_case.parquet")
            listed = json.loads((to / "manifest.json").read_text())
            listed["tables"].append({"name": "waiting_case", "file": "waiting_case.parquet"})
            (to / "manifest.json").write_text(json.dumps(listed))
        signed(to)
        told = json.loads((to / "manifest.json").read_text())
        told["as_at"] = (datetime.fromisoformat(told["as_at"]) + timedelta(days)).isoformat()
        (to / "manifest.json").write_text(json.dumps(told))
        wish = LoadRequest(paths=[str(to)], set_aside=True, correction=correction)
        done = loading.perform(loading.ask(wish=wish, who="a test", accept="a test"))
        assert done.state == Load.State.LOADED, done.message
        return done

    return load


def goes_on(tidy: Path, post: Unit, team: str) -> None:
    """An officer whose post is under another team from now on."""
    for file in tidy.glob("*.parquet"):
        frame = pl.read_parquet(file)
        for name in frame.columns:
            staff = name.replace("team_code", "staff_code")
            if name.endswith("team_code") and staff in frame.columns:
                hit = (pl.col(name) == post.team_code) & (pl.col(staff) == post.staff_code)
                frame = frame.with_columns(pl.when(hit).then(pl.lit(team)).otherwise(name).alias(name))
        frame.write_parquet(file)


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


@pytest.fixture
def third(given: tuple[Unit, Unit, str]) -> Unit:
    working = posts(stream="sentence_management", grade="PO", available_x100__gt=0, cases__gt=3)
    return next(each for each in reversed(working) if each.code not in (given[0].code, given[1].code))


def reached(ref: str, *codes: str, state: str = Now.GIVEN) -> None:
    """Who holds a case, what its last allocation is, and that all figures say so."""
    row = CaseAllocation.objects.filter(ref=ref).exclude(state=Now.UNDONE).order_by("-change")[0]
    assert (holders(ref), row.state) == (list(codes), state)
    assert differences(current_state()) == []


@pytest.mark.parametrize("who", ["holder", "receiver"])
def test_a_post_that_keeps_earlier_lines_keeps_those_of_the_extract(
    given: tuple[Unit, Unit, str], load_night: Callable[..., Load], who: str
) -> None:
    """A case is counted once though one of its two posts is set aside, and goes on when it is back."""
    old, new, ref = given
    load_night()
    reached(ref, new.code)
    load_night(days=1, aside=old if who == "holder" else new)
    reached(ref, old.code)
    load_night(days=2)
    reached(ref, new.code)


def test_a_receiver_whose_rows_are_left_out_may_hold_it(
    given: tuple[Unit, Unit, str], load_night: Callable[..., Load]
) -> None:
    _, new, ref = given
    load_night(at_post(ref, new), aside=new)
    reached(ref)
    load_night(at_post(ref, new), days=1)
    reached(ref, new.code, state=Now.CONFIRMED)


def test_the_last_allocation_counts_wherever_the_case_is_on_its_way(
    given: tuple[Unit, Unit, str], third: Unit, load_night: Callable[..., Load]
) -> None:
    old, new, ref = given
    load_night(aside=new)
    reached(ref, old.code)
    give(ref, third)
    reached(ref, third.code)
    load_night(days=1)
    reached(ref, third.code)


def test_what_was_given_after_a_contradiction_stays_when_that_is_withdrawn(
    given: tuple[Unit, Unit, str], third: Unit, load_night: Callable[..., Load]
) -> None:
    old, new, ref = given
    night = load_night(at_post(ref, third)).night
    reached(ref, third.code, state=Now.ELSEWHERE)
    working = posts(grade="PO", available_x100__gt=0, stream="sentence_management")
    last = next(each for each in working if each.code not in (old.code, new.code, third.code))
    give(ref, last)
    wanted = WithdrawalRequest(Deed.WITHDRAW, night, "a test of withdrawing")
    withdrawal.perform(withdrawal.ask(wanted=wanted, who="a test"))
    reached(ref, last.code)


@pytest.mark.parametrize("who", ["holder", "receiver"])
def test_an_allocation_follows_its_officer_to_another_team(
    given: tuple[Unit, Unit, str], third: Unit, load_night: Callable[..., Load], who: str
) -> None:
    old, new, ref = given
    mover = old if who == "holder" else new
    load_night(followed=(mover, third.team_code))
    now = f"{third.team_code}:{mover.staff_code}"
    reached(ref, new.code if who == "holder" else now)
    row = CaseAllocation.objects.get()
    assert (row.from_post, row.to_post) == ((now, new.code) if who == "holder" else (old.code, now))


def test_a_night_that_is_shown_again_does_not_contradict_what_was_decided_since(
    given: tuple[Unit, Unit, str], third: Unit, load_night: Callable[..., Load]
) -> None:
    _, _, ref = given
    night = load_night().night
    CaseAllocation.objects.update(first_day=current_state().day)
    allocate.undo(actor=None, who="a test", allocation=CaseAllocation.objects.get())
    give(ref, third)
    withdrawal.perform(withdrawal.ask(wanted=WithdrawalRequest(Deed.SHOW, night), who="a test"))
    reached(ref, third.code)


def test_back_to_whom_the_night_has_it_with(
    given: tuple[Unit, Unit, str], third: Unit, load_night: Callable[..., Load]
) -> None:
    """The night was worked out with an allocation that is undone since; then its receiver gets the case."""
    old, new, ref = given
    load_night()
    give(ref, old)
    reached(ref, old.code)
    give(ref, new)
    reached(ref, new.code)
    for row in CaseAllocation.objects.filter(is_open=True).order_by("-change"):
        CaseAllocation.objects.filter(pk=row.pk).update(first_day=current_state().day)
        allocate.undo(actor=None, who="a test", allocation=row)
        assert differences(current_state()) == []
    give(ref, third)
    give(ref, new)
    reached(ref, new.code)


def who_held(night: str, ref: str) -> list[str]:
    lines = open_night(settings.CONFIG.nights / night).table("results/lines").filter(ref=ref, kind="case")
    return [f"{team}:{staff}" for team, staff in lines.select("team_code", "staff_code").rows()]


def test_a_decision_is_not_in_the_history_of_days_before_it(
    given: tuple[Unit, Unit, str], load_night: Callable[..., Load]
) -> None:
    old, new, ref = given
    CaseAllocation.objects.update(first_day=current_state().day + timedelta(5))
    night = load_night().night
    assert who_held(night, ref) == [old.code]
    reached(ref, new.code)


def test_a_correction_is_worked_out_with_what_only_the_wrong_one_had_settled(
    given: tuple[Unit, Unit, str], third: Unit, load_night: Callable[..., Load]
) -> None:
    _, new, ref = given
    load_night(at_post(ref, third))
    reached(ref, third.code, state=Now.ELSEWHERE)
    night = load_night(correction=True).night
    reached(ref, new.code)
    assert who_held(night, ref) == [new.code]


def test_references_that_are_forgotten_lead_nowhere(
    given: tuple[Unit, Unit, str], load_night: Callable[..., Load]
) -> None:
    night = load_night(at_post(given[2], given[1])).night
    CaseAllocation.objects.update(ref="")
    wanted = WithdrawalRequest(Deed.WITHDRAW, night, "a test of withdrawing")
    withdrawal.perform(withdrawal.ask(wanted=wanted, who="a test"))
    row = CaseAllocation.objects.get()
    assert (row.state, row.is_open) == (Now.CONFIRMED, False)
    assert differences(current_state()) == []
