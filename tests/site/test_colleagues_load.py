"""Colleagues of cases and protected posts when the next extract comes, and when it is withdrawn."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from typing import Any

import polars as pl
from loads_fixtures import night_of
from test_allocate import cases_of, posts
from test_allocations_load import home, load_night  # noqa: F401

from wmt.site.allocation.models import CaseColleague, PostProtection
from wmt.site.changes import colleagues, protect
from wmt.site.changes.colleagues import CaseNamed, ColleaguesRequest
from wmt.site.loads import withdrawal
from wmt.site.loads.withdrawal import Deed, WithdrawalRequest
from wmt.site.workload.models import Load
from wmt.site.workload.state import current_state


def test_a_case_that_left_ends_it_and_an_officer_who_goes_on_takes_it_along(
    written_nation: Any, load_night: Callable[..., Load]
) -> None:
    later = pl.read_parquet(night_of(written_nation, 1) / "tidy" / "case.parquet")
    there = {f"{team}:{staff} {ref}" for team, staff, ref in
             later.select("team_code", "staff_code", "case_ref").rows()}  # fmt: skip
    working = posts(stream="sentence_management", grade="PO", available_x100__gt=0, cases__gt=3)
    holder, mover = working[0], working[-1]
    team = next(
        each.team_code for each in working if each.team_code not in (holder.team_code, mover.team_code)
    )
    stays, goes = [ref for ref in cases_of(holder) if f"{holder.code} {ref}" in there][:2]
    day = current_state().day
    wanted = ColleaguesRequest(
        holder=holder.code, role="co-worker", first_day=day,
        given=[CaseNamed(stays, mover.code), CaseNamed(goes, mover.code)],
    )  # fmt: skip
    colleagues.name_colleagues(actor=None, who="Ann", wanted=wanted)
    guard = protect.ProtectionRequest(post=mover.code, first_day=day, reason="other", no_new=True)
    protect.protect(actor=None, who="Ann", wanted=guard)

    def standing() -> dict[str, tuple[str, str]]:
        return {row.ref: (row.post, row.end) for row in CaseColleague.objects.all()}

    night = load_night(lambda cases: cases.filter(pl.col("case_ref") != goes), followed=(mover, team)).night
    now = f"{team}:{mover.staff_code}"
    assert standing() == {stays: (now, ""), goes: (now, CaseColleague.End.GONE)}
    assert PostProtection.objects.get().post == now
    back = WithdrawalRequest(Deed.WITHDRAW, night, "a test of withdrawing")
    withdrawal.perform(withdrawal.ask(wanted=back, who="a test"))
    assert standing() == {stays: (mover.code, ""), goes: (mover.code, "")}
    assert PostProtection.objects.get().post == mover.code
