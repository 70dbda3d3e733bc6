"""Who is told of an allocation by email, what it says and must not say; and who sees what became of it."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from typing import Any

import pytest
from api_fixtures import Program, program  # noqa: F401
from django.core import mail as post_office
from django.test import Client
from django.urls import reverse
from tabs_fixtures import in_sight, links
from test_allocate import cases_of
from test_allocation_pages import Pdu, _cases, _typed, head, pdu  # noqa: F401

from wmt.site.accounts.models import RoleGrant, User
from wmt.site.allocation import access
from wmt.site.allocation.models import CaseAllocation
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import allocate, allocation_messages, spread
from wmt.site.changes.allocation_preview import AllocationRequest
from wmt.site.duties.models import Notice
from wmt.site.links import unit_url
from wmt.site.outbox import delivery
from wmt.site.outbox.models import Message

pytestmark = pytest.mark.one_database
SignIn = Callable[..., Client]


@pytest.fixture
def new(pdu: Pdu, signed_in: SignIn) -> Client:
    """Who gets the case."""
    to = pdu.free[0]
    return signed_in("practitioner", "team", to.team_code, email="new@example.org", staff_code=to.staff_code)


@pytest.fixture
def old(pdu: Pdu, signed_in: SignIn) -> Client:
    """Who held it."""
    holder = pdu.holder
    return signed_in(
        "practitioner", "team", holder.team_code, email="old@example.org", staff_code=holder.staff_code
    )


def give(pdu: Pdu, actor: Any = None, **more: Any) -> CaseAllocation:
    wanted = {"ref": pdu.held.ref, "to_post": pdu.free[0].code, "reason": "risk_to_staff", **more}
    who = "" if actor else "Sam Head"
    return allocate.allocate(actor=actor, who=who, wanted=AllocationRequest(**wanted))[0]


def together(pdu: Pdu) -> tuple[list[str], list[CaseAllocation]]:
    """Three cases given at once: two to one person, one to another."""
    to, other = pdu.free
    refs = [line.ref for line in _cases(pdu.holder)][:3]
    given = [spread.CaseGiven(ref, post.code) for ref, post in zip(refs, (to, to, other), strict=True)]
    wanted = spread.SpreadRequest(
        key="k1", from_post=pdu.holder.code, given=given, reason="officer_left", why_over="a test",
        why_not_eligible="a test", recipients=("desk@justice.gov.uk",),
    )  # fmt: skip
    return refs, spread.spread(actor=None, who="Sam Head", wanted=wanted)[0]


def sent() -> dict[str, Any]:
    """What has been sent by now, by address."""
    delivery.send_due()
    found = {message.to[0]: message for message in post_office.outbox}
    post_office.outbox.clear()
    return found


@pytest.mark.both_databases
def test_both_practitioners_whoever_decides_and_others_are_told(
    pdu: Pdu, new: Client, old: Client, signed_in: SignIn  # noqa: ARG001
) -> None:  # fmt: skip
    signed_in("head", "pdu", pdu.code, email="boss@example.org", name="Bo Head")
    boss = User.objects.get(email="boss@example.org")
    also = ("desk@justice.gov.uk", "DESK@justice.gov.uk", "court@justice.gov.uk")
    row = give(pdu, boss, notes="She knows\nthe area", copy_to_self=True, recipients=also)
    found = sent()
    assert set(found) == {
        "new@example.org", "old@example.org", "boss@example.org", *also[::2],
    }  # fmt: skip
    own = found["new@example.org"]
    assert own.subject == "A case was reallocated to you"
    to, holder = pdu.free[0].name, pdu.holder.name
    for words in (
        f"A case of {holder} was reallocated to you.", f"Practitioner: {to}",
        "Allocated by: Bo Head, ", "Reason: Risk to staff", "She knows\nthe area", "% before, ",
        f"CRN: {row.ref}, ",
        f"/allocation/{row.pk}/\n", "because the case was allocated to you.",
    ):  # fmt: skip
        assert words in own.body
    assert f"A case of yours was reallocated to {to}." in found["old@example.org"].body
    assert f"A case of {holder} was reallocated to {to}." in found["desk@justice.gov.uk"].body
    assert not [each for each in found.values() if row.ref in each.subject or to in each.subject]
    allocate.undo(actor=boss, allocation=row)
    told = sent()
    assert set(told) == set(found)
    assert f"Case {row.ref} is no longer yours, and with {holder} again." in told["new@example.org"].body
    assert f"Case {row.ref} is yours again" in told["old@example.org"].body
    assert f"Case {row.ref} is no longer with {to}, and" in told["court@justice.gov.uk"].body


def test_of_a_limited_access_case_names_and_the_crn_are_all_that_is_said(
    pdu: Pdu, new: Client, old: Client  # noqa: ARG001
) -> None:  # fmt: skip
    row = give(
        pdu, notes="SECRET word", limited_access=True, recipients=("desk@justice.gov.uk",),
    )  # fmt: skip
    found = sent()
    assert set(found) == {"new@example.org", "old@example.org", "desk@justice.gov.uk"}
    for message in found.values():
        said = message.subject + message.body
        assert row.ref in message.body
        assert "Access to this is limited" in said
        hidden = (
            "SECRET",
            "Risk",
            "Reason",
            "%",
            "point",
            "community",
            "custody",
            "licence",
            "Notes",
            "team",
        )
        assert not [word for word in hidden if word in said]
    allocate.undo(actor=None, who="Sam Head", allocation=row)
    assert not [each for each in sent().values() if "SECRET" in each.body or "Risk" in each.body]


def test_limited_access_is_not_forgotten_at_the_next_allocation(
    pdu: Pdu, new: Client, old: Client, head: Client  # noqa: ARG001
) -> None:  # fmt: skip
    allocate.undo(actor=None, who="Sam Head", allocation=give(pdu, limited_access=True))
    sent()
    page = head.get(pdu.address(pdu.held.ref, pdu.free[0])).text
    assert "This case: marked as limited access before" in in_sight(page)
    assert 'name="limited_access" type="checkbox" value="on" checked' in page
    # whoever decides next does not say so again
    row = give(pdu, notes="SECRET word", reason="risk_to_staff")
    assert row.limited_access
    found = sent()
    assert set(found) == {"new@example.org", "old@example.org"}
    assert not [each for each in found.values() if "SECRET" in each.body or "Risk" in each.body]
    fresh = next(line.ref for line in _cases(pdu.holder) if line.ref != pdu.held.ref)
    assert not give(pdu, ref=fresh).limited_access


def test_the_page_of_several_cases_names_those_marked_as_limited_access_before(
    pdu: Pdu, head: Client
) -> None:
    refs, to = cases_of(pdu.holder)[:2], pdu.free[0].code
    marked = give(pdu, ref=refs[0], limited_access=True)
    allocate.undo(actor=None, who="Sam Head", allocation=marked)
    sent = {"case": refs, "person": [to], "to": [to, to], "seen": ["", ""], "do": "check"}
    page = head.post(reverse("allocate-several", args=[pdu.holder.code]), sent).text
    assert f"{refs[0]}: marked as limited access before" in in_sight(page)
    # the others are not marked with it
    assert 'name="limited_access" type="checkbox" value="on" checked' not in page


def test_sensitive_notes_are_kept_out_and_kept(pdu: Pdu, new: Client, head: Client) -> None:
    row = give(pdu, notes="SECRET word", sensitive=True)
    assert not [each for each in sent().values() if "SECRET" in each.body]
    for reader in (head, new):
        page = reader.get(reverse("allocation", args=[row.pk])).text
        assert "SECRET word" in page
        assert "the notes are kept out of emails and lists" in page
    assert row.sensitive
    listed = head.get(unit_url("pdu", pdu.code, "allocations")).text
    assert row.ref in listed
    assert "SECRET word" not in listed


def test_what_waits_is_cancelled_by_undoing_and_tells_nobody(pdu: Pdu, new: Client) -> None:  # noqa: ARG001
    row = give(pdu, tell_previous=False)
    assert Message.objects.count() == 1
    allocate.undo(actor=None, who="Sam Head", allocation=row)
    assert sent() == {}
    assert Message.objects.get().state == "cancelled"


def test_the_previous_practitioner_is_told_unless_that_is_not_wanted(
    pdu: Pdu, new: Client, old: Client, head: Client  # noqa: ARG001
) -> None:  # fmt: skip
    address = pdu.address(pdu.held.ref, pdu.free[0])
    page = head.get(address).text
    assert 'name="tell_previous" type="checkbox" value="on" checked' in page
    assert head.post(address, _typed(page, reason="other")).status_code == 302
    assert set(sent()) == {"new@example.org"}
    waiting = head.get(pdu.address(pdu.waiting.ref, pdu.free[0])).text
    assert 'name="tell_previous"' not in waiting


def test_addresses_elsewhere_are_refused_by_name_and_what_was_typed_stays(pdu: Pdu, head: Client) -> None:
    address = pdu.address(pdu.held.ref, pdu.free[0])
    typed = "ann@justice.gov.uk; bob@evil-justice.gov.uk,carl@mail.example\nnobody"
    page = head.get(address).text
    answer = head.post(
        address, _typed(page, reason="other", recipients=typed, copy_to_self="on", limited_access="on")
    )
    assert answer.status_code == 422
    said = in_sight(answer.text)
    assert "bob@evil-justice.gov.uk is not an address at justice.gov.uk" in said
    assert "carl@mail.example is not an address at justice.gov.uk" in said
    assert "nobody is not an email address" in said
    assert "ann@justice.gov.uk is not" not in said
    assert typed.replace("\n", "\r\n").partition("\r")[0] in answer.text
    ticked = [name for name in ("copy_to_self", "limited_access", "tell_previous", "sensitive")
              if f'name="{name}" type="checkbox" value="on" checked' in answer.text]  # fmt: skip
    assert ticked == ["copy_to_self", "limited_access"]
    assert not CaseAllocation.objects.exists()
    assert not Message.objects.exists()
    with pytest.raises(RefusedError, match="21 addresses; 20 are the most"):
        give(pdu, recipients=tuple(f"p{number}@justice.gov.uk" for number in range(21)))


@pytest.mark.both_databases
def test_an_address_that_is_too_long_is_refused_and_a_long_one_is_told(pdu: Pdu) -> None:
    at = "@justice.gov.uk"
    with pytest.raises(RefusedError, match=r"a{40}… is longer than 254 characters") as refused:
        give(pdu, recipients=("a" * (255 - len(at)) + at,))
    assert [(each.code, each.field) for each in refused.value.faults] == [("RECIPIENT", "recipients")]
    long = "a" * (254 - len(at)) + at
    give(pdu, recipients=(long,))
    message = Message.objects.get(kind="other")
    message.full_clean(exclude=["user", "sent_at", "fault"])
    assert set(sent()) == {long}


def test_sent_twice_nobody_is_told_twice(pdu: Pdu, new: Client) -> None:  # noqa: ARG001
    for _ in range(2):
        give(pdu, key="k1", recipients=("desk@justice.gov.uk",), tell_previous=False)
    assert Message.objects.count() == 2
    assert len(sent()) == 2


def test_the_page_says_what_became_of_each_email_and_addresses_to_few(
    pdu: Pdu, head: Client, old: Client, signed_in: SignIn, program: Callable[..., Program]
) -> None:
    row = give(pdu, recipients=("desk@justice.gov.uk",))
    address = reverse("allocation", args=[row.pk])
    Message.objects.filter(kind="other").update(state="given up", tries=4, fault="550 desk@justice.gov.uk?")
    page = in_sight(head.get(address).text)
    assert f"{pdu.free[0].name}: not sent: no address known" in page
    assert f"{pdu.holder.name} (old@example.org): waiting to be sent" in page
    assert "desk@justice.gov.uk: not sent: tried 4 times, then given up: 550 desk@justice.gov.uk?" in page
    api = program("head", "pdu", pdu.code).get(f"allocations/{row.pk}")["emails"]
    assert [(each["state"], each["address"]) for each in api] == [
        ("no address", ""), ("waiting", "old@example.org"), ("given up", "desk@justice.gov.uk")
    ]  # fmt: skip
    # whoever may read the case, and not allocate it, sees the state alone
    reader = program("practitioner", "team", pdu.holder.team_code, staff_code=pdu.holder.staff_code)
    own = old.get(address)
    for said in (own.text, reader.ask("get", f"allocations/{row.pk}").text):
        assert "@" not in said.partition("Who was told by email")[2].partition("</main>")[0]
        assert "550" not in said
    assert "not sent: tried 4 times, then given up" in in_sight(own.text)
    other = Message.objects.get(kind="other")
    again = reverse("allocation-email-again", args=[row.pk, other.pk])
    assert again not in own.text
    assert old.post(again).status_code == 403
    assert signed_in("manager", "team", "N00000").post(again).status_code == 404
    assert head.post(again, follow=True).text.count("The email will be sent again.") == 1
    assert "desk@justice.gov.uk" in sent()
    assert "cannot be sent again: sent on" in in_sight(head.post(again, follow=True).text)
    said = [event.sentence for event in AuditEvent.objects.filter(kind="allocation")]
    assert [each for each in said if "sent again" in each]
    assert not [each for each in said if "@" in each]


def test_where_email_is_off_pages_say_so(pdu: Pdu, head: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    form = head.get(pdu.address(pdu.held.ref, pdu.free[0])).text
    assert "Email is not switched on here" in form
    for field, is_asked in (("recipients", False), ("copy_to_self", False), ("limited_access", True)):
        assert (f'name="{field}"' in form) == is_asked, field
    row = give(pdu, recipients=("desk@justice.gov.uk",))
    page = in_sight(head.get(reverse("allocation", args=[row.pk])).text)
    assert "Email is not switched on here." in page
    assert "desk@justice.gov.uk: not sent: email is not switched on" in page
    assert "Send again" not in page
    message = Message.objects.get(kind="other")
    with pytest.raises(ConflictError, match="email is not switched on"):
        allocation_messages.send_again(actor=None, row=row, number=message.pk)


def test_of_several_cases_each_person_is_told_once(pdu: Pdu, new: Client, old: Client) -> None:  # noqa: ARG001
    refs, rows = together(pdu)
    # two who get cases, one of them without an account; who held them; and the desk
    assert Message.objects.count() == 4
    found = sent()
    own, former = found["new@example.org"].body, found["old@example.org"].body
    assert f"2 cases of {pdu.holder.name} were reallocated to you." in own
    assert [ref in own for ref in refs] == [True, True, False]
    assert "3 cases of yours were reallocated to " in former
    assert [ref in former for ref in refs] == [True, True, True]
    assert set(found) == {"new@example.org", "old@example.org", "desk@justice.gov.uk"}
    # one of them is undone, then the rest
    allocate.undo(actor=None, who="Sam Head", allocation=rows[0])
    told = sent()
    assert f"Case {refs[0]} is no longer yours" in told["new@example.org"].body
    assert not [each for each in told.values() if refs[1] in each.body]
    spread.undo_batch(actor=None, who="Sam Head", batch=rows[0].batch)
    told = sent()
    assert f"Case {refs[1]} is no longer yours" in told["new@example.org"].body
    assert f"{refs[1]}, {refs[2]} are yours again" in told["old@example.org"].body


@pytest.mark.both_databases
def test_of_several_cases_that_wait_to_be_told_only_those_that_stay_given_are_told(
    pdu: Pdu, new: Client, old: Client  # noqa: ARG001
) -> None:  # fmt: skip
    refs, rows = together(pdu)
    # it was tried once, in vain, when one of the cases is undone
    Message.objects.filter(state="waiting").update(tries=1)
    on_its_way = Message.objects.get(user__email="old@example.org")
    Message.objects.filter(pk=on_its_way.pk).update(state="sending")
    allocate.undo(actor=None, who="Sam Head", allocation=rows[0])
    delivery.send_due()
    found = [(each.to[0], each.subject, each.body) for each in post_office.outbox]
    post_office.outbox.clear()
    assert not [body for _, subject, body in found if refs[0] in body and "undone" not in subject]
    own = [(subject, body) for to, subject, body in found if to == "new@example.org"]
    assert [subject for subject, _ in own] == ["A case was reallocated to you"]
    assert f"A case of {pdu.holder.name} was reallocated to you." in own[0][1]
    assert f"CRN: {refs[1]}, {rows[1].words}, " in own[0][1]
    assert "Reason: Officer left" in own[0][1]
    assert "Capacity" not in own[0][1]
    desk = [body for to, _, body in found if to == "desk@justice.gov.uk"]
    assert [[ref in body for ref in refs] for body in desk] == [[False, True, True]]
    # what was on its way may have arrived: of that they are told that it was undone, and the rest again
    assert sorted(subject for to, subject, _ in found if to == "old@example.org") == [
        "2 cases of yours were reallocated", "An allocation of your cases was undone"
    ]  # fmt: skip


def test_an_email_that_was_given_up_is_sent_again_without_the_case_that_was_undone(
    pdu: Pdu, new: Client, head: Client  # noqa: ARG001
) -> None:  # fmt: skip
    refs, rows = together(pdu)
    Message.objects.filter(state="waiting").update(state="given up", tries=4, fault="550 no")
    allocate.undo(actor=None, who="Sam Head", allocation=rows[0])
    assert sent() == {}
    page = in_sight(head.get(reverse("allocation", args=[rows[1].pk])).text)
    assert page.count("desk@justice.gov.uk: not sent: tried 4 times, then given up: 550 no") == 1
    assert "undone first" not in page
    undone = head.get(reverse("allocation", args=[rows[0].pk])).text
    assert "desk@justice.gov.uk: not sent: the allocation was undone first" in in_sight(undone)
    assert "/again/" not in undone
    desk = Message.objects.get(kind="other", state="given up")
    allocation_messages.send_again(actor=None, row=rows[1], number=desk.pk)
    body = sent()["desk@justice.gov.uk"].body
    assert [ref in body for ref in refs] == [False, True, True]


def test_an_email_of_a_case_that_went_on_to_somebody_else_is_not_sent_again(
    pdu: Pdu, new: Client, head: Client  # noqa: ARG001
) -> None:  # fmt: skip
    row = give(pdu, to_post=pdu.free[0].code)
    message = Message.objects.get(kind="given")
    Message.objects.filter(pk=message.pk).update(state="given up")
    give(pdu, to_post=pdu.free[1].code)
    with pytest.raises(ConflictError, match="with somebody else by now"):
        allocation_messages.send_again(actor=None, row=row, number=message.pk)
    assert "Send again" not in head.get(reverse("allocation", args=[row.pk])).text


def test_both_practitioners_see_it_under_notifications_and_open_it(
    pdu: Pdu, new: Client, old: Client
) -> None:
    row = give(pdu, notes="She knows the area", limited_access=True)
    listed = in_sight(new.get("/notices/").text)
    assert "1 new. Opening an action, a request, an allocation or a plan marks" in listed
    assert f"A case of {pdu.holder.name} was reallocated to you." in listed
    assert row.ref not in listed
    assert f"was reallocated to {pdu.free[0].name}." in in_sight(old.get("/notices/").text)
    address = reverse("allocation", args=[row.pk])
    assert address in links(new.get("/notices/").text)
    page = new.get(address).text
    assert "She knows the area" in page
    assert "Risk to staff" in page
    assert "You have read all your notifications." in new.get("/notices/").text
    # nobody else is told, and a notification says nothing once the case cannot be read any more
    assert Notice.objects.count() == 2
    allocate.undo(actor=None, who="Sam Head", allocation=row)
    assert "An allocation to you was undone." in new.get("/notices/").text
    assert "An allocation of your cases was undone." in old.get("/notices/").text
    RoleGrant.objects.filter(user__email="new@example.org").delete()
    listed = in_sight(new.get("/notices/").text)
    assert pdu.holder.name not in listed
    assert "About something that your roles no longer let you read." in listed


def test_for_many_notifications_of_allocations_it_is_asked_once_what_one_may_read(
    pdu: Pdu, new: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    readable, asked = access.readable, []
    monkeypatch.setattr(access, "readable", lambda *of: asked.append(of) or readable(*of))
    assert "You have no notifications." in new.get("/notices/").text
    assert not asked
    for line in _cases(pdu.holder)[:3]:
        give(pdu, ref=line.ref, why_over="so")
    assert "3 new." in new.get("/notices/").text
    assert len(asked) == 1


def test_whoever_is_not_told_by_wish_gets_no_notification(pdu: Pdu, new: Client, old: Client) -> None:
    give(pdu, tell_previous=False)
    assert "You have no notifications." in old.get("/notices/").text
    assert "1 new." in new.get("/notices/").text
