"""`wmt serve`, `wmt administrator` and `wmt show-night`: the site from the command line.

Django is imported only when one of these commands runs.
"""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from wmt.cli.console import Failure, Refusal, complain, out, progress

Port = Annotated[int, typer.Option("--port", envvar="WMT_PORT", min=1, max=65535, help="Where it listens.")]
Host = Annotated[str, typer.Option("--host", help="The address it listens on; others need a proxy with TLS.")]
Workers = Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes that answer requests.")]
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The address they sign in with.")]
Name = Annotated[str, typer.Option("--name", help="What pages call them.")]
Night = Annotated[str, typer.Argument(metavar="NIGHT", help="A night's name, such as 2026-11-20T183000.")]

#: How long parts of the server may take to stop before they are made to, in seconds.
_PATIENCE = 30
_SERVER_TIMEOUT = 120
#: A process for jobs that cannot start is not started again and again without a pause.
_NOT_AT_ONCE = 5


def set_up() -> None:
    """The site made ready in this process. Raises Refusal or Failure in words."""
    from wmt.site.config import ConfigError
    from wmt.site.start import StartError
    from wmt.site.start import set_up as ready

    try:
        ready(complain)
    except ConfigError as error:
        raise Refusal(str(error)) from None
    except StartError as error:
        raise Failure(str(error)) from None


def serve(port: Port = 8000, host: Host = "127.0.0.1", workers: Workers = 2) -> None:
    """Serve the site, with one process beside it that does what pages ask for."""
    _free(host, port)
    set_up()
    from wmt.site.start import StartError, collect, keep_demonstration, tidy_up

    try:
        collect()
    except StartError as error:
        raise Failure(str(error)) from None
    tidy_up()
    keep_demonstration()
    _close_database()
    with _Both(_server(host, port, workers), _JOBS) as both:
        _wait_until_it_answers(host, port, both)
        _say_where(f"http://{host}:{port}/")
        sys.stdout.flush()
        both.watch()


def _say_where(address: str) -> None:
    from django.conf import settings

    out.print(f"The site is at {address} (Ctrl-C stops it)", soft_wrap=True)
    if settings.CONFIG.demo:
        out.print(
            "Choose a person to be: the practitioner sees their own figures first. Then click a figure: the"
        )
        out.print("lines it is made of stand behind it, and behind each line the rule that priced it.")


def administrator(email: Email, name: Name) -> None:
    """Make somebody administrator and print a link, good for one use, by which they set their password."""
    set_up()
    from wmt.site.accounts.actions import CannotDoError, first_administrator

    try:
        path = first_administrator(email=email, name=name)
    except CannotDoError as error:
        raise Refusal(str(error)) from None
    out.print(f"Give {name} this link, after the address of the site. It works once, within three days:")
    out.print(path, soft_wrap=True, markup=False)


def show_night(night: Night) -> None:
    """Show a night that is kept, for instance after the database was lost."""
    set_up()
    from django.conf import settings

    from wmt.cli.load import asker, told_outcome
    from wmt.site.workload.loading import Wish, ask, show_again

    name = Path(night).name
    path = settings.CONFIG.nights / name
    if Path(night).parent != Path() and Path(night).resolve() != path.resolve():
        raise Refusal(f"{night} is not among the nights of this site, which are in {settings.CONFIG.nights}")
    load = ask(wish=Wish(paths=[]), who=asker(), names=[f"night {name}"])
    with progress() as tell:
        told_outcome(show_again(path, load, tell))


def _free(host: str, port: int) -> None:
    """Raise Failure where the port is taken."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Failure(
                    f"port {port} is taken by another program, perhaps another `wmt serve`: stop that one, "
                    "or choose another port with --port or WMT_PORT"
                ) from None
            raise Failure(f"nothing can listen on {host}:{port}: {error.strerror}") from None


def _close_database() -> None:
    from django.db import connections

    connections.close_all()


def _server(host: str, port: int, workers: int) -> Sequence[str]:
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options = ("--bind", bind, "--workers", str(workers), "--preload", "--log-level", "warning")
    limits = ("--timeout", str(_SERVER_TIMEOUT), "--max-requests", "20000", "--max-requests-jitter", "2000")
    served = "wmt.site.start:application()"
    return ("-m", "gunicorn", *options, *limits, "--no-control-socket", served)


_JOBS = ("-m", "django", "db_worker", "--interval", "0.5", "--no-startup-delay", "--verbosity", "0")
#: Nobody is left behind when `wmt serve` itself is killed: Linux then ends its parts too.
_WITH_PARENT = (
    "import ctypes, os, sys\n"
    "if sys.platform == 'linux': ctypes.CDLL(None).prctl(1, 15)\n"
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)


class _Both:
    """The server and the process for jobs, each in a session of its own, so that Ctrl-C comes only to us."""

    def __init__(self, server: Sequence[str], jobs: Sequence[str]) -> None:
        self.jobs_command = jobs
        self.stopping = 0
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        self.server = _start(server)
        self.jobs = _start(jobs)

    def __enter__(self) -> "_Both":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _stop(self, *_: object) -> None:
        self.stopping += 1

    def check(self) -> None:
        """Raise Failure where the server is not there any more."""
        if self.server.poll() is not None and not self.stopping:
            raise Failure(f"the server ended by itself (code {self.server.returncode}); see above")

    def watch(self) -> None:
        """Until somebody stops it, or the server ends. The process for jobs is started again when it dies."""
        begun = time.monotonic()
        while not self.stopping:
            self.check()
            if self.jobs.poll() is not None and time.monotonic() - begun > _NOT_AT_ONCE:
                complain("the process for jobs ended by itself; it is started again")
                begun = time.monotonic()
                self.jobs = _start(self.jobs_command)
            time.sleep(0.2)

    def _end(self) -> None:
        """First in kindness: a load under way may end. A second Ctrl-C, or too long a time, ends it."""
        parts = [self.server, self.jobs]
        self._tell(parts, signal.SIGTERM)
        asked, give_up = self.stopping, time.monotonic() + _PATIENCE
        while any(part.poll() is None for part in parts) and time.monotonic() < give_up:
            if self.stopping > asked:
                break
            time.sleep(0.05)
        self._tell(parts, signal.SIGTERM)
        for part in parts:
            try:
                part.wait(5)
            except subprocess.TimeoutExpired:
                part.kill()
                part.wait()

    @staticmethod
    def _tell(parts: Sequence[subprocess.Popen[bytes]], what: signal.Signals) -> None:
        for part in parts:
            if part.poll() is None:
                part.send_signal(what)


def _start(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        (sys.executable, "-c", _WITH_PARENT, *command),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "wmt.site.settings"},
    )


def _wait_until_it_answers(host: str, port: int, both: _Both) -> None:
    give_up = time.monotonic() + _PATIENCE
    while time.monotonic() < give_up and both.server.poll() is None and not both.stopping:
        try:
            socket.create_connection((host, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    both.check()
