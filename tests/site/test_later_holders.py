"""What is decided of a case concerns whoever holds it by now, and nobody who is shut out of it by now."""

# ruff: noqa: F401, F811 - fixtures come by import
from collections.abc import Callable

import pytest
from api_fixtures import Program, fresh_counts, person_with, program
from django.test import Client
from django.urls import reverse
from tabs_fixtures import table_of
from test_allocate import cases_of, give, pair, unit
from test_case_kinds import case, change, is_now
from test_limited_access import ME, limit

from wmt.site.accounts import limited_access
from wmt.site.accounts.access import Denied
from wmt.site.accounts.models import User
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import allocate, case_kinds, case_limits, spread
from wmt.site.changes.reconcile import differences
from wmt.site.links import unit_url
from wmt.site.outbox.models import Message
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database
SignIn = Callable[..., Client]


@pytest.fixture
def far(case: tuple[Unit, str], pair: tuple[Unit, Unit]) -> Unit:
    """Somebody of another PDU than the holder of the case."""
    return next(post for post in pair if post.pdu_code != case[0].pdu_code)


def test_a_change_is_undone_by_who_allocates_at_both_posts(case: tuple[Unit, str], far: Unit) -> None:
    then, ref = case
    row = change(ref, "custody", "B3")
    give(ref, far)
    for one in (then, far):
        with pytest.raises(Denied, match="allocate cases"):
            case_kinds.undo_kind(actor=person_with("manager", "pdu", one.pdu_code), row=row)
    assert is_now(ref) == "custody B3 active"
    before = unit("post", far.code).points_x100
    case_kinds.undo_kind(actor=person_with("administrator"), row=row)
    assert is_now(ref) == "community C1 active"
    assert unit("post", far.code).points_x100 == before + row.from_x100 - row.to_x100
    assert differences(current_state()) == []


def test_a_change_is_listed_where_the_case_is_now(
    case: tuple[Unit, str], far: Unit, signed_in: SignIn
) -> None:
    then, ref = case
    row = change(ref, "custody", "B3")
    give(ref, far)
    manager = signed_in("manager", "pdu", far.pdu_code)
    for level in ("post", "team", "pdu"):
        code = far.code if level == "post" else getattr(far, f"{level}_code")
        (listed,) = table_of(manager.get(unit_url(level, code, "allocations")).text, "kind-changes")
        assert (listed["CRN"], listed["Was and is"]) == (ref, "Community C1 to custody B3")
        assert (listed["By"], listed["Why"]) == ("withheld", "withheld")
    # whoever reads the cases of neither learns no more than before
    support = signed_in("support", "nation", "nation")
    (listed,) = table_of(support.get(unit_url("post", far.code, "allocations")).text, "kind-changes")
    assert (listed["CRN"], listed["Counts from"]) == ("withheld", "withheld")
    # and whoever held it then has it as before
    page = signed_in("manager", "pdu", then.pdu_code).get(unit_url("post", then.code, "allocations")).text
    assert reverse("case-changed", args=[row.pk]) in page


def test_emails_that_are_not_sent_yet_never_reach_who_is_shut_out(pair: tuple[Unit, Unit]) -> None:
    old, new = pair
    User.objects.create_user("new@justice.gov.uk", name="New", staff_code=new.staff_code)
    User.objects.create_user("desk@justice.gov.uk", name="Desk", staff_code=ME)
    first, second, third = cases_of(old)[:3]
    given = [spread.CaseGiven(ref, new.code) for ref in (first, second, third)]
    wanted = spread.SpreadRequest(
        key="k", from_post=old.code, given=given, reason="officer_left", why_over="a test",
        why_not_eligible="a test", recipients=("desk@justice.gov.uk",),
    )  # fmt: skip
    spread.spread(actor=None, who="a test", wanted=wanted)
    assert Message.objects.filter(body__contains=second).count() >= 2
    limit(second, excluded=f"{new.staff_code} {ME}")
    stopped = Message.objects.filter(fault="access to the case was limited first")
    assert {each.address or each.user.email for each in stopped if each.user or each.address} == {
        "new@justice.gov.uk", "desk@justice.gov.uk",
    }  # fmt: skip
    assert not stopped.exclude(body="").exists()
    assert not Message.objects.filter(body__contains=second, address="desk@justice.gov.uk").exists()


@pytest.mark.parametrize("address", ["new@justice.gov.uk", "desk@justice.gov.uk"])
def test_what_is_written_instead_leaves_out_what_somebody_is_shut_out_of(
    pair: tuple[Unit, Unit], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the list came between the moment an email was stopped and that in which it is written anew."""
    old, new = pair
    User.objects.create_user("new@justice.gov.uk", name="New", staff_code=new.staff_code)
    User.objects.create_user("desk@justice.gov.uk", name="Desk", staff_code=ME)
    first, second, third = cases_of(old)[:3]
    given = [spread.CaseGiven(ref, new.code) for ref in (first, second, third)]
    wanted = spread.SpreadRequest(
        key="k", from_post=old.code, given=given, reason="officer_left", why_over="a test",
        why_not_eligible="a test", recipients=("desk@justice.gov.uk",),
    )  # fmt: skip
    rows, _ = spread.spread(actor=None, who="a test", wanted=wanted)
    monkeypatch.setattr("wmt.site.changes.allocation_messages.stop_for_shut_out", lambda _: None)
    limit(second, excluded=f"{new.staff_code} {ME}")
    allocate.undo(actor=None, allocation=rows[0], who="a test")
    left = [
        each.body for each in Message.objects.exclude(body="").select_related("user")
        if address in (each.address, each.user.email if each.user else "")
    ]  # fmt: skip
    assert left
    assert not any(second in body for body in left)
    assert any(third in body for body in left)


def test_who_allocates_everywhere_does_not_read_the_lists_of_a_case_they_are_shut_out_of(
    pair: tuple[Unit, Unit], program: Callable[..., Program]
) -> None:
    ref = cases_of(pair[0])[0]
    asker = program("administrator", "nation", "nation")
    User.objects.filter(pk=asker.user.pk).update(staff_code=ME)
    limit(ref, excluded=f"{ME} N01ABC")
    answer = asker.ask("get", "case-limits", ref=ref)
    assert (answer.status_code, "N01ABC" in answer.content.decode()) == (422, False)
    browser = Client()
    browser.force_login(User.objects.get(pk=asker.user.pk))
    page = browser.get("/case/limits/", {"crn": ref})
    assert (page.status_code, "N01ABC" in page.text) == (404, False)
    with pytest.raises(RefusedError, match="Access to this case is limited"):
        case_limits.save(
            actor=User.objects.get(pk=asker.user.pk), typed=ref, excluded=(), restricted=(),
            state=current_state(),
        )  # fmt: skip
    # what another system sends about its cases goes on
    assert asker.ask("put", "case-limits", {"ref": ref, "excluded": ["N01ABC"]}).status_code == 200


def test_an_account_without_a_staff_code_is_excluded_by_its_address(pair: tuple[Unit, Unit]) -> None:
    ref, address = cases_of(pair[0])[0], "somebody.with.a.long.name.indeed@justice.gov.uk"
    user = User.objects.create_user(address, name="A person")
    limit(ref, excluded="N01ABC")
    assert not limited_access.is_hidden(user, ref)
    limit(ref, excluded=f"N01ABC {address}")
    assert limited_access.is_hidden(user, ref)
