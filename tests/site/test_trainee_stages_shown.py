"""The stage of training decides what trainees may hold; which it is, is for those who read reasons."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from tabs_fixtures import table_of
from test_allocate import cases_of, give, posts
from test_case_kinds import is_now

from conftest import Nation
from wmt.site.availability.change_requests import Change, RefusedError
from wmt.site.availability.models import Reduction
from wmt.site.changes import actions
from wmt.site.links import unit_url
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database
STAGE = "stage of training: PQiP - 1st 6 months"
UNKNOWN = "stage of training not entered"
SignIn = Callable[..., Client]


@pytest.fixture
def trainee(nation: Nation) -> Unit:
    """One in their first stage, from today on."""
    assert nation.load.posts > 50
    (found, *_) = posts(grade="TPO", stream="sentence_management")
    Reduction.objects.filter(team_code=found.team_code, staff_code=found.staff_code).delete()
    change = Change(
        post=(found.team_code, found.staff_code), kind="reduction", reason="12", percent_x100=8_000,
        first_day=current_state().day,
    )  # fmt: skip
    actions.save(actor=None, who="a test", changes=[change])
    return found


def notes_of(client: Client, post: Unit, **asked: str) -> tuple[str, str]:
    page = client.get(unit_url("team", post.team_code, "candidates", **asked)).text
    (row,) = (row for row in table_of(page, "candidates") if row["Practitioner"].startswith(post.name or ""))
    return row["May hold it"], row["Notes"]


def test_the_stage_is_named_to_those_who_read_reasons(trainee: Unit, signed_in: SignIn) -> None:
    manager, analyst = signed_in("manager", "team", trainee.team_code), signed_in("analyst")
    for client, reads in ((manager, True), (analyst, False)):
        may, notes = notes_of(client, trainee, type="custody", tier="D2")
        assert may == "no"
        assert ("not for this grade" in notes, STAGE in notes) == (True, reads)
        may, notes = notes_of(client, trainee, type="community", tier="D2")
        assert may == "yes"
        assert (STAGE in notes, "stage" in notes) == (reads, reads)


def test_a_stage_that_nobody_entered_is_said_beside_the_person(trainee: Unit, signed_in: SignIn) -> None:
    Reduction.objects.filter(team_code=trainee.team_code, staff_code=trainee.staff_code).delete()
    manager, analyst = signed_in("manager", "team", trainee.team_code), signed_in("analyst")
    assert notes_of(manager, trainee, type="custody", tier="D2")[0] == "yes"
    assert UNKNOWN in notes_of(manager, trainee, type="custody", tier="D2")[1]
    assert UNKNOWN not in notes_of(analyst, trainee, type="custody", tier="D2")[1]


def test_a_case_beyond_the_stage_wants_a_reason(trainee: Unit, signed_in: SignIn) -> None:
    holder = next(
        post for post in posts(grade="PO", stream="sentence_management", custody_x100__gt=0)
        if post.pdu_code == trainee.pdu_code
    )  # fmt: skip
    (ref, *_) = (ref for ref in cases_of(holder) if is_now(ref).startswith(("custody", "licence")))
    with pytest.raises(RefusedError, match="grade TPO does not hold"):
        give(ref, trainee, why_not_eligible="")
    manager = signed_in("manager", "pdu", trainee.pdu_code)
    page = manager.get(reverse("allocate"), {"crn": ref, "to": trainee.code}).text
    assert STAGE in page
