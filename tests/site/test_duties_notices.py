"""Who is told, on the page and by mail; and that no mail ever undoes what it tells of."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as post_office
from django.test import Client
from duties_fixtures import Scene, scene, typed  # noqa: F401
from hours_fixtures import somebody, words  # noqa: F401

from wmt.site.accounts.models import User
from wmt.site.config import ConfigError, mail
from wmt.site.duties import notices
from wmt.site.duties.models import Duty, Notice, Request
from wmt.site.loads import held_mail
from wmt.site.outbox import delivery, messages
from wmt.site.outbox.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(scene: Scene) -> Scene:
    """The scene, whose emails have gone out."""
    delivery.send_due()
    return scene


def to(address: str) -> list[Any]:
    return [message for message in post_office.outbox if message.to == [address]]


def test_opening_is_told_to_manager_and_practitioner(told: Scene, settings: Any) -> None:
    assert {message.to[0] for message in post_office.outbox} == {"ann@example.org", "pia@example.org"}
    [manager], [own] = to("ann@example.org"), to("pia@example.org")
    assert manager.subject == f"Excessive workload action {told.duty.pk}: opened"
    assert f"Acknowledge by {told.duty.acknowledge_by:%-d %B %Y}" in manager.body
    assert f"/duty/{told.duty.pk}/\n" in manager.body
    assert "Your workload: over 110% since" in own.body
    assert "You can ask for relief." in own.body
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    assert settings.EMAIL_TIMEOUT == 10


def test_a_mail_has_a_whole_address_and_no_words_of_the_duty(told: Scene, settings: Any) -> None:
    settings.CONFIG = replace(settings.CONFIG, address="https://wmt.example.org")
    post_office.outbox.clear()
    told.practitioner.post(f"{told.href}ask/", {"said": "SECRET wish about X123456"})
    delivery.send_due()
    [message] = to("ann@example.org")
    made = Request.objects.get()
    assert f"https://wmt.example.org/requests/{made.pk}/\n" in message.body
    assert "A request for relief from" in message.body
    assert "is assigned to you. An answer is due by" in message.body
    assert "SECRET" not in message.body + message.subject
    assert "SECRET" not in "".join(Notice.objects.values_list("words", flat=True))
    post_office.outbox.clear()
    sent = {"version": "2", "answer": "no", "said": "SECRET no"}
    assert told.manager.post(f"{told.href}answer/", sent).status_code == 302
    delivery.send_due()
    [message] = post_office.outbox
    assert message.to == ["pia@example.org"]
    assert "Your request for relief has been answered." in message.body
    assert "SECRET" not in message.body


def test_one_mail_for_many_notices(told: Scene) -> None:
    manager = User.objects.get(email="ann@example.org")
    many = [notices.Announcement(told.duty, "opened", f"Number {n}.", [manager]) for n in range(60)]
    post_office.outbox.clear()
    notices.tell(many)
    delivery.send_due()
    [message] = post_office.outbox
    assert message.subject == "60 notifications about workload"
    assert "Number 49." in message.body
    assert "Number 50." not in message.body
    assert "And 10 more: " in message.body


def test_what_is_refused_is_told_to_nobody(told: Scene) -> None:
    number = Message.objects.count()
    assert told.manager.post(f"{told.href}decide/", {}).status_code == 422
    assert Message.objects.count() == number


def test_a_mail_that_is_given_up_undoes_nothing_and_is_shown(
    told: Scene, somebody: Callable[..., Client]
) -> None:
    answer = told.manager.post(f"{told.href}decide/", typed(told.state.day))
    assert answer.status_code == 302
    assert Duty.objects.get().decision == "reallocate"
    Message.objects.filter(state="waiting").update(state="given up", fault="550 no such person")
    assert "A decision about your workload: move cases." in words(told.practitioner.get("/notices/"))
    page = words(somebody("Ada", "administrator", "nation", "nation").get("/notices/"))
    assert "Emails that could not be sent" in page
    assert "To pia@example.org: decided." in page
    assert "550 no such person" in page
    assert "Emails that could not" not in words(told.manager.get("/notices/"))


def test_administrators_see_which_emails_of_held_data_were_given_up(
    told: Scene, somebody: Callable[..., Client]
) -> None:
    ada = somebody("Ada", "administrator", "nation", "nation")
    user = User.objects.get(email="ann@example.org")
    messages.write(held_mail.ABOUT, [messages.Letter(
        numbers=(12,), kind="held", name=user.name, user=user, subject="Load 12 is held", body="x",
    )])  # fmt: skip
    assert "Load 12 is held" not in words(ada.get("/notices/"))
    Message.objects.filter(kind="held").update(state="given up", fault="550 no such person")
    page = ada.get("/notices/")
    assert "To ann@example.org: Load 12 is held." in words(page)
    assert "550 no such person" in words(page)
    assert 'href="/loads/12/"' in page.text
    assert "Load 12 is held" not in words(told.manager.get("/notices/"))


def test_emails_are_promised_where_there_are_any(told: Scene, settings: Any) -> None:
    Notice.objects.all().delete()
    assert "You will be told here and by email when" in words(told.manager.get("/notices/"))
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert "You will be told here when" in words(told.manager.get("/notices/"))


def test_a_closed_account_gets_no_mail_that_waited(scene: Scene) -> None:  # noqa: ARG001
    User.objects.filter(email="ann@example.org").update(is_active=False)
    delivery.send_due()
    assert {message.to[0] for message in post_office.outbox} == {"pia@example.org"}


def test_the_address_of_the_mail_server_is_read() -> None:
    found = mail("smtp://a%40b:p%3Aw@mail.example.org?from=wmt%40example.org", "x")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.example.org", 587)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("a@b", "p:w")
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (True, False)
    assert found["DEFAULT_FROM_EMAIL"] == "wmt@example.org"
    found = mail("smtps://mail.example.org", "wmt.example.org")
    assert (found["EMAIL_PORT"], found["EMAIL_USE_SSL"], found["EMAIL_USE_TLS"]) == (465, True, False)
    assert found["DEFAULT_FROM_EMAIL"] == "wmt@wmt.example.org"
    for wrong in ("http://mail.example.org", "smtp://", "mail"):
        with pytest.raises(ConfigError, match="WMT_EMAIL_URL"):
            mail(wrong, "x")


def test_nobody_waits_for_the_mails_of_the_clock(told: Scene) -> None:
    from wmt.site.duties.scheduled import turn

    post_office.outbox.clear()
    for _ in range(2):
        turn(told.duty.acknowledge_by + timedelta(1))
        assert post_office.outbox == []
    delivery.send_due()
    [message] = to("ann@example.org")
    assert f"acknowledge by {told.duty.acknowledge_by:%-d %B %Y}: late" in message.body
