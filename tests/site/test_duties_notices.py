"""Who is told, on the page and by mail; and that no mail ever undoes what it tells of."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as post_office
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from duties_fixtures import Scene, scene, typed  # noqa: F401
from hours_fixtures import somebody, words  # noqa: F401

from wmt.site.accounts.models import User
from wmt.site.config import ConfigError, mail
from wmt.site.duties import notices
from wmt.site.duties.models import Duty, Notice, Request

pytestmark = pytest.mark.django_db
Captured = Callable[..., Any]


class Broken(EmailBackend):
    """A mail server that is away."""

    def send_messages(self, messages: Any) -> int:  # noqa: ARG002
        raise ConnectionRefusedError("nobody listens there")


@pytest.fixture
def told(django_capture_on_commit_callbacks: Captured, request: pytest.FixtureRequest) -> Scene:
    """The scene, whose transaction is saved for good: its mails have gone out."""
    with django_capture_on_commit_callbacks(execute=True):
        found: Scene = request.getfixturevalue("scene")
    return found


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
    assert set(Notice.objects.values_list("mail", flat=True)) == {"sent"}
    assert settings.EMAIL_TIMEOUT == 10


def test_a_mail_has_a_whole_address_and_no_words_of_the_duty(
    told: Scene, settings: Any, django_capture_on_commit_callbacks: Captured
) -> None:
    settings.CONFIG = replace(settings.CONFIG, address="https://wmt.example.org")
    post_office.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        told.practitioner.post(f"{told.href}ask/", {"said": "SECRET wish about X123456"})
    [message] = to("ann@example.org")
    made = Request.objects.get()
    assert f"https://wmt.example.org/requests/{made.pk}/\n" in message.body
    assert "A request for relief from" in message.body
    assert "is assigned to you. An answer is due by" in message.body
    assert "SECRET" not in message.body + message.subject
    assert "SECRET" not in "".join(Notice.objects.values_list("words", flat=True))
    post_office.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        sent = {"version": "2", "answer": "no", "said": "SECRET no"}
        assert told.manager.post(f"{told.href}answer/", sent).status_code == 302
    [message] = post_office.outbox
    assert message.to == ["pia@example.org"]
    assert "Your request for relief has been answered." in message.body
    assert "SECRET" not in message.body


def test_one_mail_for_many_notices(told: Scene) -> None:
    manager = User.objects.get(email="ann@example.org")
    many = [Notice(user=manager, duty=told.duty, kind="opened", words=f"Number {n}.") for n in range(60)]
    post_office.outbox.clear()
    notices.send([notice.pk for notice in Notice.objects.bulk_create(many)])
    [message] = post_office.outbox
    assert message.subject == "60 notifications about workload"
    assert "Number 49." in message.body
    assert "Number 50." not in message.body
    assert "And 10 more: " in message.body


def test_what_is_undone_is_told_to_nobody(scene: Scene, django_capture_on_commit_callbacks: Captured) -> None:
    post_office.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        answer = scene.manager.post(f"{scene.href}decide/", {})
    assert answer.status_code == 422
    assert post_office.outbox == []


def test_a_server_that_is_away_undoes_nothing_and_is_shown(
    scene: Scene, settings: Any, django_capture_on_commit_callbacks: Captured, caplog: Any,
    somebody: Callable[..., Client],
) -> None:  # fmt: skip
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    with django_capture_on_commit_callbacks(execute=True):
        answer = scene.manager.post(f"{scene.href}decide/", typed(scene.state.day))
    assert answer.status_code == 302
    assert Duty.objects.get().decision == "reallocate"
    failed = Notice.objects.get(kind="decided")
    assert (failed.mail, failed.mail_fault) == ("failed", "ConnectionRefusedError: nobody listens there")
    assert "could not be sent" in caplog.text
    assert "A decision about your workload: move cases." in words(scene.practitioner.get("/notices/"))
    page = words(somebody("Ada", "administrator", "nation", "nation").get("/notices/"))
    assert "Emails that could not be sent" in page
    assert "To pia@example.org: decided." in page
    assert "Emails that could not" not in words(scene.manager.get("/notices/"))

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    notices.send_again()
    assert set(Notice.objects.values_list("mail", flat=True)) == {"sent"}
    assert len(to("pia@example.org")) == 1
    assert len(to("pia@example.org")[0].body.split("/duty/")) == 3  # of opening and of the decision


def test_a_closed_account_gets_no_mail_that_waited(scene: Scene) -> None:  # noqa: ARG001
    User.objects.filter(email="ann@example.org").update(is_active=False)
    notices.send_again()
    assert {message.to[0] for message in post_office.outbox} == {"pia@example.org"}


def test_after_three_failures_the_rest_waits(scene: Scene, settings: Any, caplog: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    people = [User.objects.create_user(f"p{n}@example.org", name=f"P{n}") for n in range(5)]
    rows = [Notice(user=user, duty=scene.duty, kind="opened", words="x") for user in people]
    notices.send([notice.pk for notice in Notice.objects.bulk_create(rows)])
    faults = list(Notice.objects.filter(user__in=people).order_by("pk").values_list("mail_fault", flat=True))
    assert (
        faults
        == ["ConnectionRefusedError: nobody listens there"] * 3 + ["The mail server does not answer."] * 2
    )
    assert caplog.text.count("could not be sent") == 3


def test_where_no_server_is_set_mails_go_to_the_log(told: Scene, settings: Any, capsys: Any) -> None:
    settings.EMAIL_BACKEND = mail("", "wmt.example.org")["EMAIL_BACKEND"]
    Notice.objects.update(mail="waiting")
    notices.send_again()
    said = capsys.readouterr()
    assert said.out == ""
    assert f"Subject: Excessive workload action {told.duty.pk}: opened" in said.err


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


def test_mails_of_the_clock_are_a_job(scene: Scene, django_capture_on_commit_callbacks: Captured) -> None:
    from django_tasks_db.models import DBTaskResult

    from wmt.site.duties.jobs import send_mails
    from wmt.site.duties.scheduled import turn

    post_office.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        assert turn(scene.duty.acknowledge_by + timedelta(1)) == 1
    assert post_office.outbox == []
    [job] = DBTaskResult.objects.filter(task_path=send_mails.module_path)
    assert job.args_kwargs == {"args": [], "kwargs": {}}
    send_mails.call()
    [message] = to("ann@example.org")
    assert f"acknowledge by {scene.duty.acknowledge_by:%-d %B %Y}: late" in message.body
    assert not notices.waiting().exists()
    with django_capture_on_commit_callbacks(execute=True):
        turn(scene.duty.acknowledge_by + timedelta(1))
    assert DBTaskResult.objects.filter(task_path=send_mails.module_path).count() == 1
