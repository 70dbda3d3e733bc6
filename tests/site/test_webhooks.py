"""Webhooks: signed, in order, tried again, to where they belong and nowhere else; a real little receiver."""

# ruff: noqa: F401, F811 - fixtures come by import
import hashlib
import hmac
import json
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from accounts_fixtures import configured
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from test_allocate import cases_of, give, pair
from test_domain_events import hours

from wmt.cli.main import _outcome
from wmt.site import outbound
from wmt.site.audit.models import AuditEvent
from wmt.site.config import ConfigError, read_config
from wmt.site.domain_events import jobs, sending
from wmt.site.domain_events.models import DomainEvent, Webhook
from wmt.site.receivers import Receiver
from wmt.site.workload.models import Unit

SECRET = "a secret of thirty-two characters or more"
Pair = tuple[Unit, Unit]


@dataclass
class Inbox:
    """A service that is sent events; `answers` are its next ones, then always 204."""

    address: str = ""
    answers: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def numbers(self) -> list[int]:
        """Of the events it was sent, in order."""
        return [int(headers["wmt-event-number"]) for headers, _ in self.got]


@pytest.fixture
def inbox(configured: Callable[..., None], db: None) -> Iterator[Inbox]:  # noqa: ARG001
    """A receiver on this machine, which the site sends events to."""
    there = Inbox()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            there.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(there.answers.pop(0) if there.answers else 204)
            self.send_header("Location", f"{there.address}/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    there.address = f"http://127.0.0.1:{server.server_port}/events?key=k"
    configured(webhooks=(Receiver(name="one", url=there.address, secret=SECRET),))
    yield there
    server.shutdown()
    server.server_close()


def row() -> Webhook:
    return Webhook.objects.get(name="one")


def pass_by(pause: timedelta) -> None:
    """A pause passes."""
    now = row()
    Webhook.objects.update(next_try_at=now.next_try_at - pause, claimed_until=now.claimed_until - pause)


def test_events_arrive_signed_in_order_and_once(inbox: Inbox, pair: Pair) -> None:
    old, new = pair
    refs = cases_of(old)[:2]
    given = [give(ref, new) for ref in refs]
    hours(old, 20)
    assert DBTaskResult.objects.filter(task_path=jobs.send_events.module_path).count() == 1
    assert inbox.got == [], "nobody who gives a case waits for another service"
    assert not sending.send_due()
    assert not sending.send_due()
    assert inbox.numbers == [1, 2, 3]
    for (headers, body), event in zip(inbox.got, DomainEvent.objects.order_by("number"), strict=True):
        moment, _, signed = headers["wmt-signature"].removeprefix("t=").partition(",v1=")
        made = hmac.new(
            SECRET.encode(), f"{moment}.{event.number}.".encode() + body, hashlib.sha256
        ).hexdigest()
        assert hmac.compare_digest(made, signed)
        assert abs(timezone.now().timestamp() - int(moment)) < 60
        assert json.loads(body) == json.loads(json.dumps(event.body))
    said = json.loads(inbox.got[0][1])
    assert set(said) == {
        "eventType", "version", "occurredAt", "detailUrl", "additionalInformation", "personReference"
    }  # fmt: skip
    assert said["additionalInformation"] == {"allocationId": str(given[0].pk)}
    assert (row().sent_to, row().failures) == (3, 0)


@pytest.mark.parametrize("status", [500, 404, 302])
def test_what_does_not_arrive_holds_up_the_rest_and_is_tried_again_ever_more_seldom(
    inbox: Inbox, pair: Pair, status: int
) -> None:
    old, new = pair
    give(cases_of(old)[0], new)
    hours(old, 20)
    inbox.answers = [status] * 6
    for number, pause in enumerate([*sending.PAUSES, sending.PAUSES[-1]], start=1):
        assert not sending.send_due()
        assert inbox.numbers == [1] * number
        assert (row().failures, row().said) == (number, f"it answered {status}")
        assert timedelta(0) < row().next_try_at - timezone.now() <= pause
        assert not sending.due(), "it waits for its time"
        pass_by(pause + timedelta(seconds=1))
    sending.send_due()
    assert inbox.numbers == [*[1] * 7, 2]
    assert (row().sent_to, row().failures, row().said) == (2, 0, "")


def test_one_receiver_that_is_away_holds_up_no_other(inbox: Inbox, pair: Pair, configured: Any) -> None:
    away = Receiver(name="away", url="http://127.0.0.1:9/", secret=SECRET)
    configured(webhooks=(away, Receiver(name="one", url=inbox.address, secret=SECRET)))
    hours(pair[0], 20)
    sending.send_due()
    assert inbox.numbers == [1]
    assert Webhook.objects.get(name="away").said.startswith("no answer: nothing answers at its address")
    assert SECRET not in repr(away)


def test_a_fault_at_one_receiver_holds_up_no_other(
    inbox: Inbox, pair: Pair, configured: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = Receiver(name="bad", url="https://bad.example.org/", secret=SECRET)
    configured(webhooks=(bad, Receiver(name="one", url=inbox.address, secret=SECRET)))

    def is_public(url: str) -> bool:
        assert "bad" not in url
        return True

    monkeypatch.setattr(outbound, "is_public", is_public)
    hours(pair[0], 20)
    assert not sending.send_due()
    assert inbox.numbers == [1]
    failed = Webhook.objects.get(name="bad")
    assert (failed.failures, failed.said) == (1, "a fault of this site: AssertionError")


def test_whoever_has_been_sent_none_for_longest_comes_first(
    inbox: Inbox, pair: Pair, configured: Any
) -> None:
    names = ("slow", "one", "new")
    configured(webhooks=tuple(Receiver(name=each, url=inbox.address, secret=SECRET) for each in names))
    hours(pair[0], 20)
    now = timezone.now()
    Webhook.objects.filter(name="slow").update(sent_at=now)
    Webhook.objects.filter(name="one").update(sent_at=now - timedelta(minutes=1))
    assert [receiver.name for receiver, _ in sending.due()] == ["new", "one", "slow"]


def test_a_claim_that_another_process_has_taken_stays_theirs(
    inbox: Inbox, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    for post in pair:
        hours(post, 20)
    theirs = timezone.now() + timedelta(seconds=90)

    def send(*_: Any) -> str:
        Webhook.objects.update(claimed_until=theirs)  # this process was held up for longer than its claim
        return ""

    monkeypatch.setattr(sending, "send", send)
    sending.send_due()
    assert (row().claimed_until, row().sent_to) == (theirs, 0)
    assert inbox.got == []


def test_an_inner_address_is_sent_to_only_where_the_file_says_so(
    pair: Pair, configured: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads_to = {"inner.example.org": "10.1.2.3", "metadata.example.org": "169.254.169.254"}
    monkeypatch.setattr(
        outbound.socket,
        "getaddrinfo",
        lambda host, *_, **__: [(0, 0, 0, "", (leads_to.get(host, "1.1.1.1"), 0))],
    )
    asked: list[str] = []
    monkeypatch.setattr(outbound, "ask", lambda url, **_: (asked.append(url), (204, b""))[1])
    hooks = [
        Receiver(name="inner", url="https://inner.example.org/", secret=SECRET),
        Receiver(name="metadata", url="https://metadata.example.org/", secret=SECRET),
        Receiver(name="open", url="https://open.example.org/", secret=SECRET),
        Receiver(name="known", url="https://inner.example.org/known", secret=SECRET, private=True),
    ]
    configured(webhooks=tuple(hooks))
    hours(pair[0], 20)
    sending.send_due()
    assert asked == ["https://open.example.org/", "https://inner.example.org/known"]
    assert "private address" in Webhook.objects.get(name="inner").said


def test_a_receiver_that_is_new_begins_with_what_happens_from_now_on(
    inbox: Inbox, pair: Pair, configured: Any
) -> None:
    configured(webhooks=(), event_feed=True)
    hours(pair[0], 20)
    configured(webhooks=(Receiver(name="one", url=inbox.address, secret=SECRET),))
    jobs.look_after()
    assert row().sent_to == 1
    hours(pair[1], 20)
    sending.send_due()
    assert inbox.numbers == [2]


def test_what_a_killed_process_was_sending_is_sent_by_the_next(inbox: Inbox, pair: Pair) -> None:
    hours(pair[0], 20)
    DBTaskResult.objects.all().delete()
    Webhook.objects.update(claimed_until=timezone.now() + timedelta(seconds=50))
    jobs.look_after()
    assert not DBTaskResult.objects.exists(), "somebody else is sending"
    assert not sending.send_due()
    assert inbox.got == []
    pass_by(timedelta(seconds=60))
    jobs.look_after()
    jobs.look_after()
    assert DBTaskResult.objects.filter(task_path=jobs.send_events.module_path).count() == 1
    sending.send_due()
    assert inbox.numbers == [1]


def test_what_does_not_fit_into_a_job_is_asked_for_again(
    inbox: Inbox, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    for post in pair:
        hours(post, 20)
    DBTaskResult.objects.all().delete()
    monkeypatch.setattr(sending, "AT_ONCE", 0)
    jobs.send_events.func()
    assert DBTaskResult.objects.count() == 1
    monkeypatch.setattr(sending, "AT_ONCE", 20)
    jobs.send_events.func()
    assert inbox.numbers == [1, 2]


def test_the_command_tells_how_far_each_is_and_helps_where_one_is_stuck(
    inbox: Inbox, pair: Pair, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wmt(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["wmt", "webhooks", *words])
        code = _outcome()
        said = capsys.readouterr()
        return code, said.out + said.err

    for post in pair:
        hours(post, 20)
    inbox.answers = [422]
    sending.send_due()
    (told,) = json.loads(wmt("--json")[1])
    assert (told["receiver"], told["sent_to"], told["waiting"], told["failed_tries"]) == ("one", 0, 2, 1)
    assert told["why"] == "it answered 422"
    assert "key=k" not in wmt()[1], "an address may hold a secret"
    assert wmt("--again", "one", "--after", "1")[0] == 0
    sending.send_due()
    assert inbox.numbers == [1, 2], "the one that was refused is passed over"
    assert (
        "sent the events after 1; it had been sent up to 0" in AuditEvent.objects.get(kind="setting").sentence
    )
    for words, said in (
        (("--again", "two"), "no receiver 'two'"),
        (("--after", "1"), "--after needs --again"),
        (("--again", "one", "--after", "9"), "no event 9 yet"),
    ):
        code, out = wmt(*words)
        assert (code, said in out) == (2, True), out


GOOD = {"name": "one", "url": "https://example.org/events", "secret": SECRET}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "cannot be read"),
        ("", "needs a list of receivers"),
        ("[unclosed", "not valid YAML"),
        (["one"], "receiver 1: each has name, url and secret"),
        ([GOOD | {"more": 1}], "each has name, url and secret"),
        ([GOOD | {"name": "One two"}], "name is up to 40 small letters"),
        ([GOOD, GOOD], "two receivers have the same name"),
        ([GOOD | {"url": "http://example.org/"}], "url begins with https://"),
        ([GOOD | {"url": "https://ann:pw@example.org/"}], "without a name and password"),
        ([GOOD | {"url": 7}], "url begins with https://"),
        ([GOOD | {"secret": "short"}], "32 characters or more"),
        ([GOOD | {"private": "no"}], "private is true or false"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_stops_the_start(given: Any, words: str, tmp_path: Path) -> None:
    file = tmp_path / "receivers.yaml"
    if given is not None:
        file.write_text(given if isinstance(given, str) else json.dumps(given))
    with pytest.raises(ConfigError, match="WMT_WEBHOOKS: ") as told:
        read_config({"WMT_HOME": str(tmp_path), "WMT_WEBHOOKS": str(file)})
    assert words in str(told.value)
    assert SECRET not in str(told.value)


@pytest.mark.unit
def test_a_file_that_can_be_used_is_used(tmp_path: Path) -> None:
    file = tmp_path / "receivers.yaml"
    file.write_text(json.dumps([GOOD, GOOD | {"name": "two", "private": True}]))
    found = read_config({"WMT_HOME": str(tmp_path), "WMT_WEBHOOKS": str(file)}).webhooks
    assert [(each.name, each.private) for each in found] == [("one", False), ("two", True)]
    assert read_config({"WMT_HOME": str(tmp_path)}).webhooks == ()
