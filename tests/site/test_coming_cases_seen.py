"""Cases given before the data has them, which an extract has on their way: they stay in the figures."""

# ruff: noqa: F811 - fixtures come by import
from datetime import timedelta

import pytest
from test_allocate import posts
from test_allocations_load import at_post, holders, home, load_night  # noqa: F401
from test_coming_cases_load import LoadNight, row, to, withdrawn, without  # noqa: F401
from test_waiting_load import coming, state_of  # noqa: F401
from waiting_fixtures import Now, nobody  # noqa: F401

from wmt.site.allocation.models import CaseAllocation, WaitingCase
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import ConflictError
from wmt.site.changes import allocate, allocation_preview, case_kinds
from wmt.site.changes.reconcile import differences
from wmt.site.loads import given_cases
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state


def given_on(ref: str, to: Unit) -> CaseAllocation:
    wanted = allocation_preview.AllocationRequest(
        ref=ref, to_post=to.code, reason="caseload_adjustment", why_over="a test", why_not_eligible="a test"
    )
    return allocate.allocate(actor=None, who="Ann", wanted=wanted)[0]


@pytest.mark.parametrize("later", [0, 9])
def test_what_the_data_has_on_the_way_is_not_taken_off(
    row: WaitingCase, to: Unit, load_night: LoadNight, later: int
) -> None:
    then = next(each for each in posts(stream="sentence_management", grade="PO") if each.code != to.code)
    first, second = CaseAllocation.objects.get(), given_on(row.ref, then)
    CaseAllocation.objects.update(first_day=current_state().day + timedelta(later))
    load_night(at_post(row.ref, to), days=1)
    assert holders(row.ref) == [then.code]
    # the day of the decision does not matter: it is one of the data's day
    CaseAllocation.objects.update(first_day=current_state().day)
    allocate.undo(actor=None, who="Ann", allocation=second)
    assert holders(row.ref) == [to.code]
    with pytest.raises(ConflictError, match="nDelius data has the case with somebody by now"):
        allocate.undo(actor=None, who="Ann", allocation=first)
    assert (holders(row.ref), differences(current_state())) == ([to.code], [])


def test_data_that_counts_cases_takes_none_and_the_case_waits_again(
    row: WaitingCase, to: Unit, load_night: LoadNight, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(given_cases, "counts", lambda facts: True)  # noqa: ARG005
    monkeypatch.setattr(given_cases, "counts_cases", lambda of_load: True)  # noqa: ARG005
    load = load_night(without(row.ref), days=1)
    assert CaseAllocation.objects.get().state == "ended"
    assert (holders(row.ref), state_of(row), differences(current_state())) == ([], Now.WAITING, [])
    monkeypatch.undo()
    # an extract that is taken back says nothing of it any more
    withdrawn(load)
    assert (holders(row.ref), state_of(row), differences(current_state())) == ([to.code], Now.GIVEN, [])


def test_what_was_said_of_its_tier_is_audited_as_undone_too(row: WaitingCase, to: Unit) -> None:
    wanted = case_kinds.KindChangeRequest(ref=row.ref, location="licence", tier="C1", reason="assessed_again")
    change, _ = case_kinds.change_kind(actor=None, who="Ann", wanted=wanted)
    allocate.undo(actor=None, who="Bob", allocation=CaseAllocation.objects.get())
    (undone,) = AuditEvent.objects.filter(kind="case change", sentence__contains="undid")
    assert undone.sentence == f"Bob undid change {change.pk} of a case of {to.code}."
