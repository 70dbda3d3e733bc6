"""Emails are sent once, tried again where that may help, and given up with the reason; never silently."""

# ruff: noqa: F811 - fixtures come by import
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from outbox_fixtures import MailServer, mail_server  # noqa: F401

from wmt.site import retention
from wmt.site.accounts.models import User
from wmt.site.config import mail
from wmt.site.outbox import delivery, jobs, labels, messages
from wmt.site.outbox.models import Message

pytestmark = pytest.mark.django_db
State = Message.State


def written(*people: User | str) -> list[Message]:
    letters = [
        messages.Letter(
            numbers=(1,), kind="other", name=str(each), subject="A subject", body=f"The text for {each}.\n",
            user=each if isinstance(each, User) else None, address=each if isinstance(each, str) else "",
        )
        for each in people
    ]  # fmt: skip
    return messages.write("test", letters)


def later(**more: int) -> None:
    """Time goes on: what waits to be tried again comes nearer."""
    for message in Message.objects.filter(state=State.WAITING):
        message.next_try -= timedelta(**more)
        message.save()


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def test_an_email_is_sent_once_to_each_address_and_its_text_goes(mail_server: MailServer) -> None:
    ann = User.objects.create_user("ann@example.org", name="Ann")
    first, second = written(ann, "ben@example.org", "BEN@example.org", "ann@Example.org")
    assert [first.state, second.state] == ["waiting", "waiting"]
    User.objects.filter(pk=ann.pk).update(email="ann.new@example.org")
    delivery.send_due()
    delivery.send_due()
    assert mail_server.addresses == ["ann.new@example.org", "ben@example.org"]
    assert mail_server.took[0][1].get_payload() == "The text for Ann.\r\n"
    first.refresh_from_db()
    assert (first.state, first.tries, first.body) == ("sent", 1, "")
    assert labels.state_words(first, with_fault=False).startswith(f"sent on {timezone.localdate():%-d %B %Y}")


def test_an_address_that_is_refused_is_given_up_at_once_and_the_others_go(mail_server: MailServer) -> None:
    written("refused@example.org", "two\nlines@example.org", "ben@example.org")
    delivery.send_due()
    assert states() == ["given up", "given up", "sent"]
    refused = Message.objects.order_by("pk")[0]
    assert "550" in refused.fault
    assert "no such person" in labels.state_words(refused, with_fault=True)
    assert labels.state_words(refused, with_fault=False) == "not sent: tried 1 time, then given up"
    assert mail_server.addresses == ["ben@example.org"]


@pytest.mark.parametrize("way", ["later", "drop", "hang"])
def test_a_fault_of_the_server_is_tried_again_three_times(way: str, mail_server: MailServer) -> None:
    (message,) = written(f"{way}@example.org")
    for tries, minutes in ((1, 1), (2, 10), (3, 60)):
        delivery.send_due()
        message.refresh_from_db()
        assert (message.state, message.tries) == ("waiting", tries)
        assert message.fault
        delivery.send_due()  # it is not due yet
        later(minutes=minutes - 1, seconds=40)
        delivery.send_due()
        assert Message.objects.get().tries == tries
        later(seconds=25)
    delivery.send_due()
    message.refresh_from_db()
    assert (message.state, message.tries) == ("given up", 4)
    assert len(mail_server.asked) == 4
    assert messages.send_again(message)
    assert (states(), Message.objects.get().tries) == (["waiting"], 0)


def test_after_three_faults_in_a_row_the_server_is_left_alone(mail_server: MailServer) -> None:
    written(*(f"later@p{number}.example.org" for number in range(5)))
    delivery.send_due()
    assert [message.tries for message in Message.objects.order_by("pk")] == [1, 1, 1, 0, 0]
    assert not Message.objects.filter(next_try__lte=timezone.now()).exists()
    later(minutes=1)
    delivery.send_due()
    assert len(mail_server.asked) == 6


def test_a_server_that_cannot_be_reached_is_no_try_and_is_given_up_after_days(
    mail_server: MailServer, settings: Any
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    one, two = written("ann@example.org", "ben@example.org")
    for _ in range(6):
        delivery.send_due()
        later(minutes=5)
    one.refresh_from_db()
    assert (one.state, one.tries) == ("waiting", 0)
    said = labels.state_words(one, with_fault=True)
    assert said == "waiting to be sent: the mail server cannot be reached"
    long_ago = timezone.now() - timedelta(days=4)
    Message.objects.filter(pk=two.pk).update(made_at=long_ago, since=long_ago)
    delivery.send_due()
    assert states() == ["waiting", "given up"]
    assert messages.send_again(two)
    delivery.send_due()
    assert states() == ["waiting", "waiting"], "somebody asked for it just now"
    Message.objects.filter(pk=two.pk).update(since=long_ago)
    later(minutes=5)
    delivery.send_due()
    settings.EMAIL_PORT = port
    later(minutes=5)
    delivery.send_due()
    assert states() == ["sent", "given up"]
    assert mail_server.addresses == ["ann@example.org"]


def test_nobody_without_an_address_or_whose_account_closed_is_sent_anything(mail_server: MailServer) -> None:
    ann = User.objects.create_user("ann@example.org", name="Ann")
    written("", ann)
    User.objects.update(is_active=False)
    delivery.send_due()
    assert states() == ["no address", "no address"]
    # their texts can never be sent, so they are not kept
    assert not Message.objects.exclude(body="").exists()
    said = [labels.state_words(each, with_fault=False) for each in Message.objects.order_by("pk")]
    assert said == ["not sent: no address known", "not sent: the account is closed"]
    assert mail_server.asked == []


def test_what_is_cancelled_is_not_sent_and_who_was_told_is_given_back(mail_server: MailServer) -> None:
    written("ben@example.org")
    delivery.send_due()
    written("later@example.org", "eve@example.org")
    Message.objects.filter(address="eve@example.org").update(state=State.SENDING)
    told, left = messages.cancel("test", [1])
    assert left == {}
    assert [message.address for message in told] == ["ben@example.org", "eve@example.org"]
    assert states() == ["sent", "cancelled", "cancelled"]
    later(days=1)
    delivery.send_due()
    assert mail_server.addresses == ["ben@example.org"]
    assert not Message.objects.exclude(body="").exists()


def test_what_a_killed_process_left_is_tried_again_and_not_for_ever(mail_server: MailServer) -> None:
    one, two = written("ben@example.org", "eve@example.org")
    Message.objects.filter(pk=one.pk).update(state=State.SENDING, tries=1)
    Message.objects.filter(pk=two.pk).update(state=State.SENDING, tries=4)
    delivery.send_due()
    later(minutes=1)
    delivery.send_due()
    assert states() == ["sent", "given up"]
    assert Message.objects.get(pk=two.pk).fault == "the process that was sending it was stopped"
    assert mail_server.addresses == ["ben@example.org"]


def test_only_one_process_sends(mail_server: MailServer) -> None:
    written("ben@example.org")
    with delivery._alone() as first:
        assert first
        delivery.send_due()
        assert mail_server.asked == []
    delivery.send_due()
    assert mail_server.addresses == ["ben@example.org"]


def test_what_does_not_fit_into_a_job_is_asked_for_again(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    written("ben@example.org", "eve@example.org")
    DBTaskResult.objects.all().delete()
    monkeypatch.setattr(delivery, "AT_ONCE", 0)
    jobs.send_messages.call()
    assert (mail_server.asked, DBTaskResult.objects.count()) == ([], 1)
    monkeypatch.setattr(delivery, "AT_ONCE", 20)
    jobs.send_messages.call()
    assert (len(mail_server.addresses), DBTaskResult.objects.count()) == (2, 1)


def test_where_email_is_off_nothing_waits_and_nothing_is_logged(settings: Any, capfd: Any) -> None:
    for backend in (
        mail("", "wmt.example.org")["EMAIL_BACKEND"],
        "django.core.mail.backends.dummy.EmailBackend",
    ):
        settings.EMAIL_BACKEND = backend
        (message,) = written("ben@example.org")
        assert labels.state_words(message, with_fault=True) == "not sent: email is not switched on"
        assert not messages.send_again(message)
    delivery.send_due()
    assert states() == ["off", "off"]
    assert not DBTaskResult.objects.exists()
    assert "The text" not in "".join(capfd.readouterr())


def test_a_job_is_there_for_whatever_is_due(mail_server: MailServer) -> None:
    def waiting() -> int:
        return DBTaskResult.objects.filter(task_path=jobs.send_messages.module_path).count()

    written("later@example.org")
    assert waiting() == 1  # in the transaction of what it tells of
    jobs.look_after()
    assert waiting() == 1
    DBTaskResult.objects.all().delete()  # as where its process was killed twice
    jobs.look_after()
    assert waiting() == 1
    jobs.send_messages.call()
    DBTaskResult.objects.all().delete()
    jobs.look_after()
    assert waiting() == 0  # it is not due
    later(minutes=1)
    jobs.look_after()
    assert (waiting(), len(mail_server.asked)) == (1, 1)


def test_addresses_and_texts_are_removed_in_time_and_what_became_of_it_stays(mail_server: MailServer) -> None:
    written("refused@example.org", "later@example.org")
    delivery.send_due()
    retention.apply(now=timezone.now() + timedelta(days=89))
    assert Message.objects.filter(address="refused@example.org").exists()
    retention.apply(now=timezone.now() + timedelta(days=91))
    gone, waits = Message.objects.order_by("pk")
    assert (gone.address, gone.name, gone.body, gone.fault, gone.state) == ("", "", "", "", "given up")
    assert (waits.address, waits.state) == ("later@example.org", "waiting")
    assert mail_server.took == []
