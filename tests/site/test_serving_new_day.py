"""`wmt serve` started on the day after its figures, at times when that is easily got wrong.

WMT_SOAK=1 starts it 20 times on either database; otherwise once.
"""

import json
import socket
import subprocess
import time
import urllib.request
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from loads_homes import Home

from how_many import SOAK
from night_tools import start

AS_AT = date(2026, 11, 20)
STARTS = 20 if SOAK else 1
#: Far longer than any start takes on a busy machine: what hangs, hangs for ever.
PATIENCE_S = 120


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def asked(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE_S) as answer:
        return str(answer.read().decode())


def told(port: int, server: "subprocess.Popen[str]", day: str) -> dict[str, Any]:
    """What /health says as soon as the figures are of a day."""
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up and server.poll() is None:
        with suppress(HTTPError):  # a busy machine may have a moment in which the database is slow
            found: dict[str, Any] = json.loads(asked(port, "/health"))
            if found["day"] == day:
                return found
        time.sleep(0.2)
    raise AssertionError(f"the figures were never turned to {day}: {server.poll()}")


@pytest.mark.parametrize("number", range(STARTS))
def test_it_answers_on_the_first_start_of_a_new_day(kept_home: Home, tmp_path: Path, number: int) -> None:
    day = f"{AS_AT + timedelta(1 + number % 4)}"
    with kept_home.copied(tmp_path / "home") as home:
        port = free_port()
        server = start("serve", "--port", port, "--workers", 2, **home.env, WMT_TODAY=day)
        try:
            assert server.stdout is not None
            assert f"http://127.0.0.1:{port}/" in server.stdout.readline()
            assert "Sign in" in asked(port, "/accounts/login/")
            found = told(port, server, day)
            assert (found["status"], found["is_today"]) == ("ok", True)
            # each of the two processes that answer; what is stuck would never come back
            assert all("Sign in" in asked(port, "/accounts/login/") for _ in range(6))
        finally:
            server.terminate()
            said = server.communicate(timeout=PATIENCE_S)
        assert server.returncode == 0, said
        assert "it is started again" not in said[1]
        turned = home.ask("SELECT COUNT(*) FROM audit_auditevent WHERE kind = 'day'")
        assert turned == [(1,)]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 11, 21, 0, 0, 0, tzinfo=UTC), date(2026, 11, 21)),
        # in summer London is an hour ahead of UTC
        (datetime(2027, 3, 27, 23, 59, 59, tzinfo=UTC), date(2027, 3, 27)),
        (datetime(2027, 3, 28, 22, 59, 59, tzinfo=UTC), date(2027, 3, 28)),
        (datetime(2027, 3, 28, 23, 0, 0, tzinfo=UTC), date(2027, 3, 29)),
        (datetime(2027, 10, 30, 23, 0, 0, tzinfo=UTC), date(2027, 10, 31)),
        (datetime(2027, 10, 31, 23, 0, 0, tzinfo=UTC), date(2027, 10, 31)),
        (datetime(2027, 11, 1, 0, 0, 0, tzinfo=UTC), date(2027, 11, 1)),
    ],
)
@pytest.mark.usefixtures("nation")
def test_the_day_begins_at_midnight_in_london(
    moment: datetime, day: date, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from django.utils import timezone

    from wmt.site.audit.models import AuditEvent
    from wmt.site.changes.recalculate import turn_day, turn_is_due
    from wmt.site.health import examine
    from wmt.site.workload.state import current_state

    settings.CONFIG = replace(settings.CONFIG, today="")
    monkeypatch.setattr(timezone, "now", lambda: moment)
    before, is_new = current_state(), day > AS_AT
    assert (examine().is_today, turn_is_due()) == (not is_new, is_new)
    assert current_state() == before, "asking what is shown writes nothing"
    for _ in range(2):
        turn_day()
        assert (current_state().day, examine().is_today, turn_is_due()) == (day, True, False)
    assert AuditEvent.objects.filter(kind="day").count() == int(is_new)
