"""Cases given here that the data lacks for long: somebody is asked, and each of two answers settles it."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from datetime import timedelta

import pytest
import test_allocate
from api_fixtures import Program, program  # noqa: F401
from django.urls import reverse
from tabs_fixtures import in_sight, table_of
from test_allocate import posts, unit
from test_allocations_load import at_post, home, load_night  # noqa: F401
from test_coming_cases import REF, lines_of
from test_coming_cases_load import LoadNight, without
from test_waiting_load import coming  # noqa: F401
from waiting_fixtures import Now, SignIn, give, nobody, recorded  # noqa: F401

from wmt.site.allocation.models import CaseAllocation, WaitingCase
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import allocate, lacking_cases
from wmt.site.changes.reconcile import differences
from wmt.site.links import unit_url
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state, rules_of


@pytest.fixture
def to(nobody: Unit) -> Unit:
    return posts(stream="sentence_management", grade="PO", team_code=nobody.team_code)[0]


@pytest.fixture
def made(nobody: Unit, to: Unit) -> CaseAllocation:
    """A case that was recorded and given, and that the data has lacked for as long as is waited for."""
    recorded(REF, nobody.team_code)
    row = give(REF, to)
    return since(row, days_waited())


def days_waited() -> int:
    return rules_of(current_state())["allocation.ask_days"].whole


def since(row: CaseAllocation, days: int, **more: object) -> CaseAllocation:
    CaseAllocation.objects.filter(pk=row.pk).update(first_day=current_state().day - timedelta(days), **more)
    row.refresh_from_db()
    return row


def asked(row: CaseAllocation) -> int | None:
    return lacking_cases.asked_in(current_state())(row)


def test_it_is_asked_once_the_data_has_lacked_it_for_as_long_as_the_rule_says(made: CaseAllocation) -> None:
    days, state = days_waited(), current_state()
    assert asked(made) == days
    assert asked(since(made, days - 1)) is None
    assert asked(since(made, 90)) == 90
    # the data had it with nobody for a while, and has it now
    assert asked(since(made, 90, there_on=state.day - timedelta(days))) == days
    assert asked(since(made, 90, there_on=state.day - timedelta(days - 1))) is None
    assert asked(since(made, 90, there_on=state.as_at.date())) is None


def test_one_that_has_ended_counts_nowhere_and_waits_no_more(made: CaseAllocation, to: Unit) -> None:
    nation = unit("nation", "nation").points_x100
    others = posts(stream="sentence_management", grade="PO", available_x100__gt=0)
    other = next(each for each in others if each.code != to.code)
    on = test_allocate.give(REF, other)
    assert asked(CaseAllocation.objects.get(pk=made.pk)) is None, "it is asked where the case is"
    assert asked(on) == days_waited()
    row = lacking_cases.say_ended(actor=None, who="Ann", allocation=on)
    assert (row.pk, row.state, row.undone_why) == (on.pk, "undone", "the case has ended")
    assert not CaseAllocation.objects.filter(is_open=True).exists()
    record = WaitingCase.objects.get(ref=REF)
    assert (record.state, record.change_why, record.closed_by) == (Now.WITHDRAWN, "the case has ended", "Ann")
    assert (lines_of(), differences(current_state())) == ([], [])
    assert unit("nation", "nation").points_x100 == nation - made.points_x100
    assert unit("post", other.code).points_x100 == other.points_x100
    said = AuditEvent.objects.order_by("pk").last()
    assert said.sentence == f"Ann recorded that the case of allocation {on.pk} to {other.code} has ended."
    assert not [each for each in AuditEvent.objects.all() if REF in f"{each.sentence}{each.after}"]
    with pytest.raises(ConflictError, match="undone by Ann"):
        lacking_cases.say_ended(actor=None, who="Ann", allocation=on)


def test_of_one_that_was_never_recorded_the_allocation_is_undone_and_it_waits(made: CaseAllocation) -> None:
    allocate.undo(actor=None, who="Ann", allocation=made)
    assert (WaitingCase.objects.get(ref=REF).state, lines_of()) == (Now.WAITING, [])
    assert asked(CaseAllocation.objects.get(pk=made.pk)) is None


def test_nobody_can_say_so_before_it_is_asked(made: CaseAllocation) -> None:
    since(made, days_waited() - 1)
    with pytest.raises(RefusedError, match="not asked yet"):
        lacking_cases.say_ended(actor=None, allocation=made)
    made.refresh_from_db()
    assert (made.state, WaitingCase.objects.get(ref=REF).state) == ("given", Now.GIVEN)


def test_pages_and_programs_ask_who_may_answer(
    made: CaseAllocation, to: Unit, signed_in: SignIn, program: Callable[..., Program]
) -> None:
    address, ended = reverse("allocation", args=[made.pk]), reverse("allocation-ended", args=[made.pk])
    head, own = (
        signed_in("head", "pdu", to.pdu_code),
        signed_in("practitioner", "team", to.team_code, staff_code=to.staff_code),
    )
    page = head.get(address).text
    assert f"nDelius data has never had this case, for {days_waited()} days now" in in_sight(page)
    assert all(words in page for words in (ended, "It has ended", "It was never recorded"))
    read = own.get(address).text
    assert "Has it ended, or was it never recorded" in in_sight(read)
    assert ended not in read
    assert own.post(ended).status_code == 403
    listed = unit_url("team", to.team_code, "allocations")
    (shown,) = table_of(head.get(f"{listed}?show=ask").text, "allocations")
    assert (shown["CRN"], "has it ended?" in shown["State"]) == (REF, True)
    api = program("manager", "pdu", to.pdu_code)
    assert api.get(f"allocations/{made.pk}")["lacked_days"] == days_waited()
    answer = in_sight(head.post(ended, follow=True).text)
    assert "It is recorded that the case has ended." in answer
    assert "The case counts nowhere any more, and does not wait." in answer
    found = api.get(f"allocations/{made.pk}")
    assert (found["state"], found["undone_why"], found["lacked_days"]) == (
        "undone",
        "the case has ended",
        None,
    )
    assert api.ask("post", f"allocations/{made.pk}/ended").status_code == 409
    assert not head.get(f"{listed}?show=ask").text.count(ended)


def test_an_extract_that_had_it_with_nobody_begins_the_days_anew(
    coming: str, nobody: Unit, to: Unit, load_night: LoadNight
) -> None:
    recorded(coming, nobody.team_code)
    row = give(coming, to)
    load = load_night(at_post(coming, nobody))
    row.refresh_from_db()
    assert (row.state, row.there_on) == ("given", load.as_at.date())
    load_night(without(coming), days=days_waited())
    row.refresh_from_db()
    assert (row.state, row.there_on, asked(row)) == ("given", load.as_at.date(), days_waited())
    assert differences(current_state()) == []
