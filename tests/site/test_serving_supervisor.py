"""What `wmt serve` does when one of its parts does not do its own: with small parts of the tests' making."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
from test_serving_new_day import free_port

from wmt.site.serving import gunicorn_config, supervisor
from wmt.site.serving.health_check import Times, Watch, ask
from wmt.site.serving.supervisor import ServerEndedError, Supervisor

pytestmark = pytest.mark.process

#: A server that answers /health so often, and then takes every question and answers none.
SERVER = """
import sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
left = [int(sys.argv[2])]
class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        left[0] -= 1
        if left[0] < 0: time.sleep(600)
        body = b'{"status": "ok", "is_today": %s}' % sys.argv[3].encode()
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
HTTPServer(("127.0.0.1", int(sys.argv[1])), Answers).serve_forever()
"""
WAITS = ("-c", "import time; time.sleep(600)")
QUICK = Times(every=0.02, answer=0.2, start=30, misses=2)


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def until(there: Callable[[], object], parts: Supervisor) -> None:
    give_up = time.monotonic() + 60
    while not there():
        assert time.monotonic() < give_up
        parts.look()
        time.sleep(0.01)


def supervised(answers: int, is_today: str, said: list[str], *command: str) -> Supervisor:
    port = free_port()
    server = command or ("-c", SERVER, str(port), str(answers), is_today)
    return Supervisor(server, Watch("127.0.0.1", port, said.append, QUICK), said.append)


def test_a_server_that_does_not_answer_any_more_is_started_again() -> None:
    said: list[str] = []
    with supervised(2, "true", said) as parts:
        first = parts.server
        parts.wait_for_first_answer()
        until(lambda: parts.server is not first, parts)
        assert first.poll() == -signal.SIGKILL
        until(lambda: parts.health.last is not None, parts)
    assert "the server has not answered for" in said[0]
    assert parts.server.poll() is not None


def test_a_server_that_ends_is_a_failure() -> None:
    with supervised(0, "true", [], "-c", "raise SystemExit(7)") as parts:  # noqa: SIM117
        with pytest.raises(ServerEndedError, match="code 7"):
            parts.wait_for_first_answer()


def test_the_process_for_jobs_is_kept_and_the_day_is_turned(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(supervisor, "JOBS", WAITS)
    monkeypatch.setattr(supervisor, "HOUSEKEEPING", ("-c", "import sys"))
    monkeypatch.setattr(supervisor, "NOT_AT_ONCE_S", 0)
    monkeypatch.setattr(supervisor, "NEXT_TURN_S", 0)
    with supervised(10_000, "false", said) as parts:
        parts.wait_for_first_answer()
        parts.begin_work()
        jobs, at_start = parts.jobs, parts.chore
        assert jobs is not None
        assert at_start is not None
        assert at_start.args[-1] == "start"  # type: ignore[index]
        until(lambda: parts.chore is not at_start, parts)
        assert parts.chore.args[-1] == "turn"  # type: ignore[union-attr,index]
        jobs.kill()
        until(lambda: parts.jobs is not jobs, parts)
    assert "the process for jobs ended by itself; it is started again" in said
    assert parts.jobs is not None
    assert parts.jobs.poll() is not None


class Says(BaseHTTPRequestHandler):
    body = b"{}"

    def do_GET(self) -> None:
        self.send_response(503)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def test_a_database_that_is_away_is_told_once_and_nothing_is_started_again() -> None:
    said: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Says) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        watch = Watch("0.0.0.0", server.server_port, said.append, QUICK)
        try:
            for body in (b'{"status": "database does not answer"}',) * 3 + (b'{"status": "no data"}',) * 2:
                Says.body = body
                watch._hear(ask(watch.host, watch.port, 5))
            Says.body = b"<html>"
            assert ask(watch.host, watch.port, 5) is None
        finally:
            server.shutdown()
    assert said == ["the database does not answer", "the database answers again"]
    assert not watch.is_silent
    assert not watch.turn_is_due


def test_the_first_process_refuses_to_divide_with_two_threads() -> None:
    from gunicorn.errors import HaltServer

    said: list[str] = []
    server = SimpleNamespace(log=SimpleNamespace(critical=said.append))
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        with pytest.raises(HaltServer):
            gunicorn_config.pre_fork(server, None)
    finally:
        done.set()
        thread.join()
    assert "no worker is started" in said[0]


def test_importing_what_the_first_process_imports_starts_no_thread_and_nothing_of_the_site() -> None:
    import subprocess

    code = (
        "import sys, wmt.site.serving.gunicorn_config as config\n"
        "from gunicorn.util import load_class\n"
        "load_class(config.logger_class)\n"
        "assert config.threads_of_this_process() == 1\n"
        "assert not {'polars', 'duckdb', 'django', 'pyarrow'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))
