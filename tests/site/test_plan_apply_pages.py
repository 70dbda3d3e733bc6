"""Applying plans on pages, by the API and by the command: what is asked, kept and told."""

# ruff: noqa: F811 - fixtures come by import
import re
import sys
from collections.abc import Callable

import pytest
from api_fixtures import Program, program  # noqa: F401
from django.urls import reverse
from tabs_fixtures import in_sight
from test_allocation_pages import Pdu, pdu  # noqa: F401
from test_coming_pages import _outcome
from test_plan_apply import two_steps
from test_plans import SignIn, change, user_of

from wmt.site.allocation.models import CaseAllocation
from wmt.site.audit.models import AuditEvent
from wmt.site.plans.models import PlanApplication


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the form."""
    form = page[page.index('<form method="post" novalidate>') :]
    return dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">', form))


def test_a_manager_ticks_half_is_asked_again_and_applies_it(pdu: Pdu, signed_in: SignIn) -> None:
    client = signed_in("head", "pdu", pdu.code)
    row = two_steps(pdu, user_of(client))
    at = reverse("plan-apply", args=[row.pk])
    assert at in client.get(reverse("plan", args=[row.pk])).text
    page = client.get(at).text
    assert f"{pdu.held.ref} (" in in_sight(page)
    sent = {**hidden(page), "step": "1", "notes": "Both agree"}
    other = client.post(at, {**sent, "do": "apply"})
    assert (other.status_code, "This is not what you last looked at" in other.text) == (422, True)
    looked = client.post(at, {**sent, "do": "check"})
    sent |= hidden(looked.text)
    bare = client.post(at, {**sent, "do": "apply"})
    assert (bare.status_code, "Step 1: Choose why" in in_sight(bare.text)) == (422, True)
    sent |= hidden(bare.text) | {"reason": "caseload_adjustment"}
    change(pdu.free[0].code, kind="hours", hours_micro=36_000_000)
    moved = client.post(at, {**sent, "do": "apply"})
    assert (moved.status_code, "have changed since you looked" in in_sight(moved.text)) == (409, True)
    assert "Both agree" in moved.text
    assert CaseAllocation.objects.count() == 0
    sent |= hidden(moved.text)
    for _ in range(2):  # a double click
        done = client.post(at, {**sent, "do": "apply"}, follow=True)
        assert (done.status_code, PlanApplication.objects.count()) == (200, 1)
    assert "This was sent twice and done once" in in_sight(done.text)
    assert f"/allocation/together/{CaseAllocation.objects.get().batch}/" in done.text
    assert CaseAllocation.objects.get().notes == "Both agree"
    late = client.post(at, {**sent, "key": "another", "do": "apply"})
    assert (late.status_code, "applied step 1 of this plan" in in_sight(late.text)) == (409, True)


def test_who_may_not_is_shown_no_way_and_is_written_down(pdu: Pdu, signed_in: SignIn) -> None:
    client = signed_in("analyst", "pdu", pdu.code)
    row = two_steps(pdu, user_of(client))
    at = reverse("plan-apply", args=[row.pk])
    assert at not in client.get(reverse("plan", args=[row.pk])).text
    assert (client.get(at).status_code, client.post(at, {"version": 1}).status_code) == (403, 403)
    assert AuditEvent.objects.filter(kind="denied").count() == 2


def test_a_program_looks_and_applies(pdu: Pdu, program: Callable[..., Program]) -> None:
    head = program("head", "pdu", pdu.code)
    row = two_steps(pdu, head.user)
    at = f"plans/{row.pk}/apply"
    looked = head.ask("post", at, {"preview": True, "steps": [1]}).json()
    assert [fault["field"] for fault in looked["faults"]] == ["reason"]
    assert looked["steps"][0]["becomes"][0]["ref"] == pdu.held.ref
    assert {unit["level"] for unit in looked["units"]} >= {"post"}
    sent = {"steps": [1], "seen": looked["seen"], "version": 1, "key": "k", "reason": "other"}
    assert head.ask("post", at, {**sent, "reason": ""}).status_code == 422
    done = [head.ask("post", at, sent).json() for _ in range(2)]
    assert done[0] == done[1]
    assert done[0]["steps"][0]["becomes"][0]["record"] == str(CaseAllocation.objects.get().pk)
    assert head.ask("post", at, {**sent, "key": "other"}).status_code == 409


def test_the_command_shows_and_with_yes_applies(
    pdu: Pdu, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = two_steps(pdu, user_of(signed_in("head", "pdu", pdu.code)))
    said = []
    for more in ([], ["--yes"], ["--reason", "other", "--yes"]):
        monkeypatch.setattr(sys, "argv", ["wmt", "plan", "apply", str(row.pk), *more])
        code = _outcome()
        told = capsys.readouterr()
        said.append((code == 0, " ".join(f"{told.out} {told.err}".split()), CaseAllocation.objects.count()))
    assert [(done, given) for done, _, given in said] == [(True, 0), (False, 0), (True, 1)]
    assert "Nothing was changed: this is what it would do. Choose why the cases are reallocated" in said[0][1]
    assert "Step 1: Choose why" in said[1][1]
    assert "2 steps applied" in said[2][1]
