"""Waiting cases that an extract's table tells: taken, left, ended, and taken again when data is withdrawn."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
from test_allocate import cases_of, posts
from test_allocations_load import home, load_night  # noqa: F401
from waiting_fixtures import Now, give, nobody, recorded  # noqa: F401

from wmt.site.allocation.models import WaitingCase
from wmt.site.audit.models import AuditEvent
from wmt.site.changes import waiting_cases
from wmt.site.changes.reconcile import differences
from wmt.site.loads import withdrawal
from wmt.site.loads.withdrawal import Deed, WithdrawalRequest
from wmt.site.workload.models import Line, Load, Unit
from wmt.site.workload.state import current_state

LoadNight = Callable[..., Load]


def table(team: str, refs: Sequence[str], **more: Any) -> pl.DataFrame:
    usual = {"team_code": team, "location": "custody", "tier": "B3"}
    return pl.DataFrame([{"case_ref": ref, **usual, **more} for ref in refs])


def waiting() -> dict[str, str]:
    found = WaitingCase.objects.filter(state=Now.WAITING)
    return dict(found.values_list("ref", "source"))


def judged(load: Load, deed: Deed) -> None:
    wanted = WithdrawalRequest(deed, load.night, "a test of withdrawing")
    withdrawal.perform(withdrawal.ask(wanted=wanted, who="a test"))


def removed(ref: str) -> None:
    row = WaitingCase.objects.get(ref=ref, state=Now.WAITING)
    waiting_cases.remove(actor=None, who="Ann", number=row.pk, version=row.version, why="transferred")


def test_its_cases_wait_as_of_the_extract_and_go_with_the_table_that_has_them_no_more(
    nobody: Unit, load_night: LoadNight
) -> None:
    team = nobody.team_code
    recorded("X999990", team)
    more = {"previous_posts": "N1:A; N1:B", "appointment": "not found"}
    first = load_night(waiting=table(team, ["x999991", "X999992", "X999993"], **more))
    assert waiting() == {"X999990": "typed"} | dict.fromkeys(["X999991", "X999992", "X999993"], "table")
    row = WaitingCase.objects.get(ref="X999991")
    assert (row.as_at, row.arrived_on) == (first.as_at, current_state().day)
    assert (row.previous_posts, row.appointment, row.event_number) == (["N1:A", "N1:B"], "not found", 1)
    assert first.warnings == first.faults.filter(severity="warn").count()
    # one that a person took off before the next extract was made comes back with its table
    removed("X999993")
    WaitingCase.objects.filter(ref="X999993").update(as_at=first.as_at)
    second = load_night(days=1, waiting=table(team, ["X999992", "X999993"], tier="C1"))
    assert waiting() == {"X999990": "typed", "X999992": "table", "X999993": "table"}
    assert WaitingCase.objects.get(ref="X999992", state=Now.WAITING).tier == "C1"
    gone = WaitingCase.objects.get(ref="X999991")
    assert (gone.state, gone.settled_as_at) == (Now.WITHDRAWN, second.as_at)
    assert gone.change_why.startswith("not in the table of waiting cases of ")
    # it is in no figure, and no audit event has a CRN
    assert not Line.objects.filter(load=second, ref__startswith="X99999").exists()
    assert not [each for each in AuditEvent.objects.all() if "X99999" in f"{each.sentence}{each.after}"]
    assert differences(current_state()) == []
    judged(second, Deed.WITHDRAW)
    assert set(waiting()) == {"X999990", "X999991", "X999992", "X999993"}
    assert WaitingCase.objects.get(ref="X999992", state=Now.WAITING).tier == "B3"


def test_data_that_is_withdrawn_told_nothing(nobody: Unit, load_night: LoadNight) -> None:
    load = load_night(waiting=table(nobody.team_code, ["X999991", "X999992"]))
    recorded("X999990", nobody.team_code)
    removed("X999991")
    judged(load, Deed.WITHDRAW)  # the data shown then has no table
    assert set(waiting()) == {"X999990"}
    judged(load, Deed.RESTORE)
    assert set(waiting()) == {"X999990", "X999992"}


def test_what_a_person_had_recorded_before_withdrawn_data_stays(nobody: Unit, load_night: LoadNight) -> None:
    team = nobody.team_code
    recorded("X999990", team, tier="A1")
    WaitingCase.objects.update(as_at="2020-01-01T00:00Z")
    load = load_night(waiting=table(team, ["X999990"], tier="C1"))
    assert waiting() == {"X999990": "table"}
    judged(load, Deed.WITHDRAW)
    row = WaitingCase.objects.get(ref="X999990", state=Now.WAITING)
    assert (row.source, row.tier) == ("typed", "A1")
    judged(load, Deed.RESTORE)
    row.refresh_from_db()
    assert (row.state, row.source, row.tier) == (Now.WAITING, "table", "C1")
    assert differences(current_state()) == []


def test_a_case_that_withdrawn_data_dropped_waits_as_it_did_before(
    nobody: Unit, load_night: LoadNight
) -> None:
    team = nobody.team_code
    first = load_night(waiting=table(team, ["X999991", "X999992", "X999993"]))
    came = current_state().day
    load_night(days=1)  # says nothing of waiting cases
    assert set(waiting()) == {"X999991", "X999992", "X999993"}
    rows = {row.ref: row.pk for row in WaitingCase.objects.filter(state=Now.WAITING)}
    # drops the first, says the second again, says another tier of the third, and has a new one
    last = pl.concat([table(team, ["X999992"]), table(team, ["X999993", "X999994"], tier="C1")])
    third = load_night(days=2, waiting=last)
    assert set(waiting()) == {"X999992", "X999993", "X999994"}
    judged(third, Deed.WITHDRAW)
    found = {row.ref: row for row in WaitingCase.objects.filter(state=Now.WAITING)}
    assert {ref: row.pk for ref, row in found.items()} == rows
    assert {row.tier for row in found.values()} == {"B3"}
    assert {row.arrived_on for row in found.values()} == {came}
    assert {(row.as_at, row.settled_as_at, row.closed_at, row.change_why) for row in found.values()} == {
        (first.as_at, None, None, "")
    }
    gone = WaitingCase.objects.get(ref="X999994")
    assert (gone.state, gone.change_why) == (Now.WITHDRAWN, "only data that was withdrawn had it as waiting")
    judged(third, Deed.RESTORE)
    assert set(waiting()) == {"X999992", "X999993", "X999994"}
    assert differences(current_state()) == []


def test_one_that_somebody_recorded_anew_is_not_opened_beside_it(nobody: Unit, load_night: LoadNight) -> None:
    team = nobody.team_code
    load_night(waiting=table(team, ["X999991"]))
    second = load_night(days=1, waiting=table(team, ["X999992"]))
    recorded("X999991", team, tier="A1")
    judged(second, Deed.WITHDRAW)
    assert waiting() == {"X999991": "typed"}
    assert WaitingCase.objects.get(ref="X999991", state=Now.WAITING).tier == "A1"


def test_a_table_that_does_not_say_when_a_case_came_does_not_make_it_new_each_night(
    nobody: Unit, load_night: LoadNight
) -> None:
    team = nobody.team_code
    load_night(waiting=table(team, ["X999991"]))
    came = current_state().day
    load_night(days=3, waiting=table(team, ["X999991"], tier="C1"))
    row = WaitingCase.objects.get(ref="X999991", state=Now.WAITING)
    assert (row.arrived_on, row.tier) == (came, "C1")


def test_rows_that_are_so_no_longer_are_left_and_named(nobody: Unit, load_night: LoadNight) -> None:
    holder = posts(stream="sentence_management", grade="PO", cases__gt=3)[0]
    to = posts(stream="sentence_management", grade="PO", available_x100__gt=0)[0]
    held, team = cases_of(holder)[0], nobody.team_code
    for ref in ("X999991", "X999993"):
        recorded(ref, team, tier="A1")
    give("X999991", to)
    WaitingCase.objects.filter(ref="X999991").update(as_at="2020-01-01T00:00Z")
    WaitingCase.objects.filter(ref="X999993").update(as_at="2030-01-01T00:00Z")
    # recorded here, and held by somebody in the very extract that brings the table
    came = WaitingCase.objects.filter(pk=recorded("X999995", team).pk)
    came.update(ref=cases_of(holder)[1], as_at="2020-01-01T00:00Z")
    load = load_night(waiting=table(team, [held, "X999991", "X999993", "X999994", came[0].ref]))
    assert waiting() == {"X999993": "typed", "X999994": "table"}
    assert WaitingCase.objects.get(ref="X999993").tier == "A1"
    told = load.faults.filter(code="WAITING_CASES_NOT_TAKEN").order_by("row")
    assert [(each.sheet, each.row, each.rows) for each in told] == [
        ("waiting_case", 2, 2), ("waiting_case", 3, 1), ("waiting_case", 4, 1),
    ]  # fmt: skip
    words = ("somebody holds the case", "was allocated here", "is of a later moment")
    for fault, said in zip(told, words, strict=True):
        assert fault.message.startswith(("Rows 2, 6: ", f"Row {fault.row}: "))
        assert said in fault.message
        assert held not in fault.message
    assert differences(current_state()) == []
