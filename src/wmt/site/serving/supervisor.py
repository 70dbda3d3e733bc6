"""`wmt serve` at work: it starts the server and the process for jobs, and looks after them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from wmt.site.serving.health_check import Watch

#: How long parts may take to stop before they are made to, and the server to answer for the first time.
PATIENCE_S = 30.0
FIRST_ANSWER_S = 120.0
#: A process that cannot start is not started again and again without a pause.
NOT_AT_ONCE_S = 5.0
#: So often the day is turned again where that failed; and so long it may take, or the history may.
NEXT_TURN_S = 60.0
CHORE_S = 1_800.0
#: So often what is due to go is removed, whatever day the figures are of.
RETENTION_S = 24 * 60 * 60.0

JOBS = ("-m", "wmt.site.serving.worker", "--interval", "0.5", "--no-startup-delay", "--verbosity", "0")
HOUSEKEEPING = ("-m", "wmt.site.serving.housekeeping")
#: Nobody is left behind when `wmt serve` itself is killed: Linux then ends its parts too.
_WITH_PARENT = (
    "import ctypes, os, sys\n"
    "if sys.platform == 'linux': ctypes.CDLL(None).prctl(1, 15)\n"
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
Part = subprocess.Popen[bytes]
Say = Callable[[str], None]


class ServerEndedError(RuntimeError):
    """The server is not there any more."""


def server_command(host: str, port: int, workers: int) -> Sequence[str]:
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    config = ("--config", "python:wmt.site.serving.gunicorn_config")
    return ("-m", "gunicorn", *config, "--bind", bind, "--workers", str(workers))


class Supervisor:
    """The parts, each in a session of its own, so that Ctrl-C comes only to us."""

    def __init__(self, server: Sequence[str], watch: Watch, say: Say) -> None:
        self.server_command, self.health, self.say = server, watch, say
        self.stopping = 0
        self.jobs: Part | None = None
        self.chore: Part | None = None
        self._jobs_begun = self._chore_begun = -NOT_AT_ONCE_S - NEXT_TURN_S
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        self.server = _start(server)

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *_: object) -> None:
        # first in kindness: a load under way may end. A second Ctrl-C, or too long a time, ends it.
        self.health.end()
        parts = [part for part in (self.server, self.jobs, self.chore) if part is not None]
        _tell(parts, signal.SIGTERM)
        asked, give_up = self.stopping, time.monotonic() + PATIENCE_S
        while any(part.poll() is None for part in parts) and time.monotonic() < give_up:
            if self.stopping > asked:
                break
            time.sleep(0.05)
        _tell(parts, signal.SIGTERM)
        for part in parts:
            try:
                part.wait(5)
            except subprocess.TimeoutExpired:
                part.kill()
                part.wait()

    def _stop(self, *_: object) -> None:
        self.stopping += 1

    def wait_for_first_answer(self) -> None:
        """Until the server answers, or somebody stops it. Raises ServerEndedError."""
        self.health.begin()
        give_up = time.monotonic() + FIRST_ANSWER_S
        while not self.stopping and self.health.last is None and time.monotonic() < give_up:
            self._check()
            time.sleep(0.02)
        self._check()

    def begin_work(self) -> None:
        """Start what need not be there for the first page."""
        self._keep_jobs()
        self._begin_chore("start")

    def watch(self) -> None:
        """Until somebody stops it. Raises ServerEndedError where the server ends by itself.

        A process for jobs that dies and a server that does not answer are started again.
        """
        while not self.stopping:
            self.look()
            time.sleep(0.2)

    def look(self) -> None:
        """Look at every part once, and do what is needed."""
        self._check()
        if self.health.is_silent:
            self.say(
                f"the server has not answered for {self.health.silent_for:.0f} seconds; it is started again"
            )
            with suppress(ProcessLookupError):
                os.killpg(self.server.pid, signal.SIGKILL)  # the processes that answer are of its session
            self.server.wait()
            self.server = _start(self.server_command)
            self.health.begin()
        if self.jobs is not None and self.jobs.poll() is not None:
            self._keep_jobs()
        if self._chore_is_at_work() and time.monotonic() - self._chore_begun > CHORE_S:
            self.say("what is done beside the server takes too long; it is ended")
            assert self.chore is not None
            self.chore.kill()
            self.chore.wait()
        since = time.monotonic() - self._chore_begun
        is_daily = self.chore is not None and since > RETENTION_S
        if is_daily or (self.health.turn_is_due and since > NEXT_TURN_S):
            self._begin_chore("turn")

    def _check(self) -> None:
        if self.server.poll() is not None and not self.stopping:
            raise ServerEndedError(f"the server ended by itself (code {self.server.returncode}); see above")

    def _keep_jobs(self) -> None:
        now = time.monotonic()
        if now - self._jobs_begun < NOT_AT_ONCE_S:
            return
        if self.jobs is not None:
            self.say("the process for jobs ended by itself; it is started again")
        self._jobs_begun, self.jobs = now, _start(JOBS)

    def _begin_chore(self, what: str) -> None:
        if not self._chore_is_at_work():
            self._chore_begun, self.chore = time.monotonic(), _start((*HOUSEKEEPING, what))

    def _chore_is_at_work(self) -> bool:
        return self.chore is not None and self.chore.poll() is None


def _tell(parts: Sequence[Part], what: signal.Signals) -> None:
    for part in parts:
        if part.poll() is None:
            part.send_signal(what)


def _start(command: Sequence[str]) -> Part:
    return subprocess.Popen(
        (sys.executable, "-c", _WITH_PARENT, *command),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "wmt.site.settings"},
    )
