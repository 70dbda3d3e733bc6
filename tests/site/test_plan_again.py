"""What of an applied step comes back into a plan: what was undone or not there, and nothing unasked."""

# ruff: noqa: F811 - fixtures come by import
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from test_allocation_pages import Pdu, pdu  # noqa: F401
from test_plan_apply import refs_of, two_steps, wanted
from test_plans import SignIn, kept, unit_of, user_of

from wmt.site.allocation.models import CaseAllocation
from wmt.site.availability.change_requests import Change, ConflictError
from wmt.site.changes import actions, allocate, plan_apply, plans
from wmt.site.changes.plan_again import put_back
from wmt.site.queries.plan_applied import applied_steps
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database


def test_what_is_undone_later_of_the_same_step_can_be_put_back_later(pdu: Pdu, signed_in: SignIn) -> None:
    user, one = user_of(signed_in("head", "pdu", pdu.code)), pdu.free[0]
    refs = refs_of(pdu.holder)[:3]
    row = kept(user, unit_of(pdu), {"do": "move", "cases": refs, "to": one.code})
    plan_apply.apply_plan(actor=user, wanted=wanted(row, 1))
    (done,) = applied_steps(row, user, current_state())
    for number, ref in enumerate(refs[:2], 1):
        allocate.undo(actor=user, allocation=CaseAllocation.objects.get(ref=ref))
        (now,) = applied_steps(row, user, current_state())
        assert (now.undone, now.to_return) == (number, 1)
        put_back(actor=user, number=row.pk, applied=done.row.pk)
        (now,) = applied_steps(row, user, current_state())
        assert (now.undone, now.to_return) == (number, 0)
        with pytest.raises(ConflictError):
            put_back(actor=user, number=row.pk, applied=done.row.pk)
    row.refresh_from_db()
    assert [step.cases for step in row.plan.steps] == [[refs[0]], [refs[1]]]


def test_reductions_that_are_not_there_stay_in_the_plan(pdu: Pdu, signed_in: SignIn) -> None:
    user, one = user_of(signed_in("head", "pdu", pdu.code)), pdu.free[0]
    post, day = (one.team_code, one.staff_code), current_state().day
    cut = actions.save(actor=None, who="a test", changes=[
        Change(post=post, kind="reduction", first_day=day - timedelta(9), reason="11", hours_micro=1_000_000)
    ]).entries[0]  # fmt: skip
    step = {"do": "end_reductions", "post": one.code, "reductions": [cut.key, "nobody-entered-it"]}
    row = kept(user, unit_of(pdu), step)
    plan_apply.apply_plan(actor=user, wanted=wanted(row, 1))
    row.refresh_from_db()
    assert [each.content for each in row.plan.steps] == [{**step, "reductions": ["nobody-entered-it"]}]


def test_an_older_file_does_not_bring_applied_steps_back_unasked(pdu: Pdu, signed_in: SignIn) -> None:
    client = signed_in("head", "pdu", pdu.code)
    user = user_of(client)
    row = two_steps(pdu, user)
    old = row.text
    plan_apply.apply_plan(actor=user, wanted=wanted(row, 1))
    row.refresh_from_db()

    def sent(**more: str) -> Any:
        row.refresh_from_db()
        file = SimpleUploadedFile("plan.yaml", old.encode())
        return client.post(f"/plans/{row.pk}/upload/", {"version": row.version, "file": file, **more})

    answer = sent()
    assert answer.status_code == 422
    assert "Step 1 of it was applied already" in unescape(answer.text)
    row.refresh_from_db()
    assert len(row.plan.steps) == 1
    assert sent(again="on").status_code == 302
    row.refresh_from_db()
    assert len(row.plan.steps) == 2
    # what is in the plan may stay in it, and what was undone may come back
    assert sent().status_code == 302
    plans.change_plan(actor=user, number=row.pk, version=row.version, plan=row.plan.model_copy(
        update={"steps": row.plan.steps[1:]}
    ))  # fmt: skip
    assert sent().status_code == 422
    allocate.undo(actor=user, allocation=CaseAllocation.objects.get(ref=pdu.held.ref))
    assert sent().status_code == 302
