"""Processes that are killed while they give a case or send an email: allocation, audit and outbox agree, and
no email is lost or sent twice but in the one moment between sending it and writing that down.

WMT_SOAK=1 kills 100 that give a case instead of 2.
"""

import json
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from loads_homes import Home
from outbox_fixtures import MailServer, listening

from forked import fork
from how_many import SOAK
from night_tools import RUN, wmt

SEND = """
from wmt.site.start import set_up
set_up(lambda said: None)
from wmt.site.outbox.delivery import send_due
send_due()
"""
HELD = """
import json
from wmt.site.start import set_up
set_up(lambda said: None)
from wmt.site.workload.models import Line, Pricing, Unit
taker, *holders = Unit.objects.filter(level="post", whole=True, grade="PO", stream="sentence_management")
own = Pricing.objects.filter(kind="case", status="active").exclude(stream="omic").values("number")
lines = Line.objects.filter(post_no__in=[each.number for each in holders], pricing__in=own, listed_cases=1)
print(json.dumps([taker.code, list(lines.values_list("ref", flat=True))]))
"""
AGREE = """
SELECT a.id, (SELECT COUNT(*) FROM outbox_messagetopic m WHERE m.about = 'allocation' AND m.number = a.id),
       (SELECT COUNT(*) FROM audit_auditevent e WHERE e.kind = 'allocation')
FROM allocation_caseallocation a
"""
JOBS = """
SELECT COUNT(*) FROM django_tasks_database_dbtaskresult WHERE task_path = 'wmt.site.outbox.jobs.send_messages'
"""
WHY = ("--reason", "other", "--why-over", "a test", "--why-not-eligible", "a test")


@pytest.fixture
def home(kept_home: Home, tmp_path: Path) -> Iterator[Home]:
    with kept_home.copied(tmp_path / "home") as copied:
        yield copied


@pytest.fixture
def server() -> Iterator[MailServer]:
    with listening() as found:
        yield found


def _env(home: Home, server: MailServer) -> dict[str, str]:
    return {**home.env, "WMT_EMAIL_URL": f"smtp://127.0.0.1:{server.port}?tls=0"}


def _held(home: Home) -> tuple[str, list[str]]:
    done = wmt(code=HELD, **home.env)
    assert done.returncode == 0, done.stderr
    taker, refs = json.loads(done.stdout)
    return taker, refs


def _give(ref: str, taker: str, *addresses: str) -> tuple[str, ...]:
    emails = (part for address in addresses for part in ("--email", address))
    return ("allocate", ref, "--to", taker, *WHY, *emails)


def test_whenever_it_is_killed_allocation_audit_and_outbox_agree(home: Home, server: MailServer) -> None:
    taker, refs = _held(home)
    env, chance = _env(home, server), random.Random(13)
    begun = time.monotonic()
    assert wmt(*_give(refs.pop(), taker, "ann@justice.gov.uk"), **env).returncode == 0
    life, number = time.monotonic() - begun, 1
    for _ in range(100 if SOAK else 2):
        process = fork(RUN, [*_give(refs[0], taker, "ann@justice.gov.uk")], {**os.environ, **env})
        time.sleep(chance.uniform(0.4, 1.1) * life)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        found = home.ask(AGREE)
        assert len(found) in (number, number + 1)
        # to both practitioners, who have no account, and to the address
        assert {(emails, events) for _, emails, events in found} == {(3, len(found))}
        ((jobs,),) = home.ask(JOBS)
        assert jobs == len(found)
        refs = refs[1:] if len(found) > number else refs
        number = len(found)


def test_an_email_whose_sender_is_killed_is_neither_lost_nor_doubled(home: Home, server: MailServer) -> None:
    taker, refs = _held(home)
    env = _env(home, server)
    addresses = [f"{name}@justice.gov.uk" for name in ("ann", "die", "perish", "ben")]
    done = wmt(*_give(refs[0], taker, *addresses), **env)
    assert done.returncode == 0, done.stderr
    ends = []
    while home.ask("SELECT 1 FROM outbox_message WHERE state IN ('waiting', 'sending')"):
        process = fork(SEND, [], {**os.environ, **env})
        server.sender = process.pid
        process.communicate()
        ends.append(process.returncode)
        home.tell("UPDATE outbox_message SET next_try = made_at")  # an hour goes by
        assert len(ends) < 20
    said = dict(home.ask("SELECT address, state FROM outbox_message WHERE address <> ''"))
    assert said == dict.fromkeys(addresses, "sent")
    assert ends.count(-signal.SIGKILL) == 2
    # what the mail server took before the kill is sent again; who has it twice can tell that it is one
    assert [server.addresses.count(each) for each in addresses] == [1, 1, 2, 1]
    keys = {email["Message-ID"] for address, email in server.took if address.startswith("perish@")}
    assert len(keys) == 1
