"""Heads are told that the report of last month is ready: once, where it is switched on, by a link alone."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core import mail as post_office
from django.db import transaction
from django.test import Client

from wmt.site.accounts.models import User
from wmt.site.audit.models import AuditEvent
from wmt.site.duties import report_mail, scheduled
from wmt.site.outbox import delivery
from wmt.site.outbox.models import Message, ReportMail

SignIn = Callable[..., Client]
FIRST = date(2026, 12, 1)  # a Tuesday; the nation's night is of 20 November


@pytest.mark.unit
@pytest.mark.parametrize(
    ("month", "day"),
    [
        ((2026, 12), 1),
        ((2026, 8), 3),  # the 1st is a Saturday
        ((2027, 1), 4),  # New Year's Day is a Friday
        ((2027, 5), 4),  # a weekend, then the early May bank holiday
    ],
)
def test_the_first_working_day_of_a_month(month: tuple[int, int], day: int) -> None:
    assert report_mail.first_working_day(date(*month, 1)) == date(*month, day)


@pytest.fixture
def on(nation: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    """The policy is switched on, and the night of the last day of November is in."""
    nights = [type("Name", (), {"day": date(2026, 11, day)}) for day in (20, 30)]
    monkeypatch.setattr(report_mail, "night_names", lambda path: nights)  # noqa: ARG005
    values = {report_mail.POLICY: type("Value", (), {"value": True})}
    monkeypatch.setattr(report_mail, "policies", lambda day: values)  # noqa: ARG005


@pytest.mark.unit
@pytest.mark.parametrize(
    ("nights", "is_in"),
    [
        ([], False),
        ([date(2026, 10, 30), FIRST], False),  # nothing of November
        ([date(2026, 11, 29)], False),  # that of the 30th may still come
        ([date(2026, 11, 30)], True),
        ([date(2026, 11, 27), FIRST], True),
    ],
)
def test_it_waits_for_the_last_night_of_the_month(nights: list[date], *, is_in: bool) -> None:
    assert report_mail.is_in(date(2026, 11, 1), nights) is is_in


@pytest.mark.unit
@pytest.mark.parametrize(("level", "word"), [("pdu", "PDU"), ("region", "region")])
def test_heads_are_addressed_by_what_they_lead(level: str, word: str) -> None:
    row = ReportMail(first_day=date(2026, 11, 1), level=level, code="X")
    (letter,) = report_mail.letters(row, "Somewhere", [User(name="Una")])
    assert f"because you are a head of {word} in" in letter.body


def heads(signed_in: SignIn, nation: Any) -> Any:
    """Two heads of a PDU, one of a PDU that the figures do not have, and a manager who is told nothing."""
    pdu = nation.unit("pdu")
    for name in ("una", "theo"):
        signed_in("head", "pdu", pdu.code, email=f"{name}@example.org", name=name.title())
    signed_in("head", "pdu", "GONE", email="gone@example.org")
    signed_in("manager", "pdu", pdu.code, email="mo@example.org")
    return pdu


def test_it_is_off_unless_it_is_switched_on(nation: Any, signed_in: SignIn) -> None:
    heads(signed_in, nation)
    assert report_mail.turn(FIRST) == 0
    assert not Message.objects.exists()


def test_each_head_is_told_once_with_a_link_alone(nation: Any, signed_in: SignIn, on: None) -> None:  # noqa: ARG001
    pdu = heads(signed_in, nation)
    scheduled.turn(date(2026, 11, 30))  # of October there is no data
    scheduled.turn(date(2026, 11, 3))
    assert not ReportMail.objects.exists()
    for day in (FIRST, FIRST, date(2026, 12, 2)):
        scheduled.turn(day)
    found = Message.objects.filter(kind="report").order_by("user__email")
    assert [each.user and each.user.email for each in found] == ["theo@example.org", "una@example.org"]
    text = f"{found[0].subject} {found[0].body}"
    assert f"/pdu/{pdu.code}/month/?month=2026-11" in text
    assert f"Monthly report of {pdu.name}, November 2026" in text
    assert "%" not in text
    said = AuditEvent.objects.get(kind="report").sentence
    assert said == "The heads of 1 PDU were told that the report of November 2026 is ready."
    delivery.send_due()
    sent = [each for each in post_office.outbox if each.subject.startswith("Monthly report")]
    assert sorted(to for each in sent for to in each.to) == ["theo@example.org", "una@example.org"]


def test_a_site_that_was_down_tells_them_later_and_a_killed_turn_anew(
    nation: Any,
    signed_in: SignIn,
    on: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heads(signed_in, nation)

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(report_mail, "record", killed)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            scheduled.turn(date(2026, 12, 4))
    assert not Message.objects.exists()
    scheduled.turn(date(2026, 12, 4))
    scheduled.turn(date(2026, 12, 7))
    assert Message.objects.count() == 2


def test_what_became_of_the_emails_is_seen_by_who_leads_and_who_administers(
    nation: Any,
    signed_in: SignIn,
    on: None,  # noqa: ARG001
) -> None:
    pdu = heads(signed_in, nation)
    scheduled.turn(FIRST)
    Message.objects.update(state=Message.State.GIVEN_UP, tries=4, fault="550 no such person")
    page = signed_in("administrator").get("/notices/").text
    assert page.count(f"Monthly report of {pdu.name}, November 2026") == 2
    assert f"/pdu/{pdu.code}/month/?month=2026-11" in page
    address = f"/pdu/{pdu.code}/month/?month=2026-11"
    said = "Email to the head of this PDU: not sent: tried 4 times, then given up"
    assert signed_in("support").get(address).text.count(said) == 2
    assert said not in signed_in("practitioner", "team", "T").get(address).text
