"""Waiting cases for tests: the placeholder that has some, recording one, giving one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from api_fixtures import Program, person_with, program  # noqa: F401
from django.test import Client
from django.utils import timezone

from wmt.site.allocation.models import CaseAllocation, WaitingCase
from wmt.site.changes import allocate, allocation_preview, waiting_cases
from wmt.site.changes.waiting_details import WaitingDetails
from wmt.site.figures.placeholders import placeholders
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

Now = WaitingCase.State
SignIn = Callable[..., Client]


@pytest.fixture
def nobody(nation: Any) -> Unit:
    """The placeholder of the small nation that has waiting cases."""
    code = min(placeholders(current_state()))
    return Unit.objects.get(load=nation.load, level="post", whole=True, code=code)


@pytest.fixture
def other(nobody: Unit) -> Unit:
    """A team of another PDU."""
    found = Unit.objects.filter(load_id=nobody.load_id, level="team", whole=True)
    return found.exclude(pdu_code=nobody.pdu_code).order_by("code")[0]


def details(ref: str, team: str, **more: Any) -> WaitingDetails:
    usual = {"location": "custody", "tier": "B3", "arrived_on": current_state().day - timedelta(3)}
    return WaitingDetails(ref=ref, team_code=team, **{**usual, **more})


def recorded(ref: str, team: str, **more: Any) -> WaitingCase:
    wanted = details(ref, team, **more)
    return waiting_cases.record_case(actor=None, who="Ann", wanted=wanted)[0]


def give(ref: str, to: Unit) -> CaseAllocation:
    wanted = allocation_preview.AllocationRequest(
        ref=ref, to_post=to.code, reason="initial_allocation", why_over="a test", why_not_eligible="a test"
    )
    return allocate.allocate(actor=None, who="Ann", wanted=wanted)[0]


def sent(ref: str, team: str, **more: Any) -> dict[str, Any]:
    usual = {"as_at": "2026-11-20T09:00:00+00:00", "team": team, "type": "custody", "tier": "B3"}
    return {"ref": ref, **usual, **more}


def results(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content.decode()
    return [each["result"] for each in answer.json()["results"]]


def now_text() -> str:
    return timezone.now().isoformat()
