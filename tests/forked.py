"""`wmt` as processes that need not start from nothing: forked from one that has imported what all need.

Importing and writing the ledger's SQL takes a process longer than most of what tests ask of it. So each
worker of the tests starts one process that does both and then forks: what comes is a process of its own, with
a number of its own, that can be killed, and that reads its environment, arguments and settings as any other.
Tests of how `wmt` starts start it themselves.
"""

import atexit
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

#: What is imported beforehand: nothing that reads the settings of the site or the width of a terminal.
_MODULES = (
    "duckdb", "polars", "pyarrow.parquet", "ibis", "numpy", "xlsxwriter", "xlrd", "python_calamine", "yaml",
    "pydantic", "dataframely", "typer", "rich.table", "rich.progress", "jinja2", "psycopg",
    "cryptography.fernet", "django.core.management", "django.db.models", "django.forms", "django.template",
    "wmt.demo", "wmt.history", "wmt.intake", "wmt.ledger", "wmt.nights", "wmt.policy", "wmt.rules",
)  # fmt: skip


class Forked:
    """A process, as `subprocess.Popen` shows one, as far as tests ask."""

    def __init__(self, asked: socket.socket, out: int, err: int, args: list[str]) -> None:
        self.args = args
        self._asked = asked
        self.pid = int(self._line())
        self.stdout, self.stderr = os.fdopen(out, encoding="utf-8"), os.fdopen(err, encoding="utf-8")
        self.returncode: int | None = None

    def __enter__(self) -> "Forked":
        return self

    def __exit__(self, *_: object) -> None:
        self.stdout.close()
        self.stderr.close()
        self.wait()

    def poll(self) -> int | None:
        """How it ended, if it has."""
        if self.returncode is None:
            with suppress(BlockingIOError):
                self._ended(socket.MSG_DONTWAIT)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """How it ends."""
        if self.returncode is None:
            self._asked.settimeout(timeout)
            try:
                self._ended()
            except TimeoutError:
                raise subprocess.TimeoutExpired(self.args, timeout or 0) from None
        assert self.returncode is not None
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """All that it says, to its end."""
        give_up = time.monotonic() + (timeout or 3600)
        said = {self.stdout: b"", self.stderr: b""}
        with selectors.DefaultSelector() as waiting:
            for stream in said:
                waiting.register(stream, selectors.EVENT_READ)
            while waiting.get_map():
                for key, _ in waiting.select(max(0, give_up - time.monotonic())):
                    part = os.read(key.fd, 65536)
                    said[key.fileobj] += part  # type: ignore[index]
                    if not part:
                        waiting.unregister(key.fileobj)
                if time.monotonic() > give_up:
                    raise subprocess.TimeoutExpired(self.args, timeout or 0)
        self.stdout.close()
        self.stderr.close()
        self.wait(max(0.1, give_up - time.monotonic()))
        return said[self.stdout].decode("utf-8"), said[self.stderr].decode("utf-8")

    def send_signal(self, number: int) -> None:
        """Unless it has ended: it may end after it was looked at, before that is told here."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _ended(self, flags: int = 0) -> None:
        self.returncode = os.waitstatus_to_exitcode(int(self._line(flags)))
        self._asked.close()

    def _line(self, flags: int = 0) -> bytes:
        found = self._asked.recv(100, flags)
        if not found:
            raise AssertionError("the process that forks has ended")
        return found


def fork(code: str, arguments: list[str], env: dict[str, str]) -> Forked:
    """A process that runs code with arguments in an environment."""
    asked = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    asked.connect(_address())
    (out, out_end), (err, err_end) = os.pipe(), os.pipe()
    mask = os.umask(0)
    os.umask(mask)
    wish = {"code": code, "argv": ["-c", *arguments], "env": env, "cwd": str(Path.cwd()), "umask": mask}
    socket.send_fds(asked, [json.dumps(wish).encode()], [out_end, err_end])
    os.close(out_end)
    os.close(err_end)
    return Forked(asked, out, err, ["wmt", *arguments])


def ran(code: str, arguments: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The same, run to its end."""
    with fork(code, arguments, env) as process:
        out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(process.args, process.wait(), out, err)


@cache
def _address() -> str:
    """Where the process that forks listens; it is started by the first who asks."""
    folder = tempfile.mkdtemp(prefix="wmt-fork-")
    atexit.register(shutil.rmtree, folder, True)
    address = f"{folder}/socket"
    env = {name: value for name, value in os.environ.items() if not name.startswith(("WMT_", "DJANGO_"))}
    env |= {"OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", __file__, address]
    server = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert server.stdout
    assert server.stdout.readline() == b"ready\n"
    atexit.register(server.wait)
    atexit.register(server.terminate)
    return address


def serve(address: str) -> None:
    """Import, then fork for whoever asks, and say how each process ended."""
    for name in _MODULES:
        import_module(name)
    _write_sql()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener, _children() as ended:
        listener.bind(address)
        listener.listen(64)
        print("ready", flush=True)
        asked: dict[int, socket.socket] = {}
        with selectors.DefaultSelector() as waiting:
            waiting.register(listener, selectors.EVENT_READ)
            waiting.register(ended, selectors.EVENT_READ)
            while True:
                for key, _ in waiting.select():
                    if key.fileobj is listener:
                        _fork(listener, asked, waiting)
                    else:
                        ended.recv(1000)
                _tell_who_ended(asked)


def _write_sql() -> None:
    """The ledger keeps what it wrote."""
    from wmt.ledger import ledger

    ledger.warm_up()
    for write in (ledger._by_grade_sql, ledger._cells_sql):
        write(ledger.DuckDBEngine.dialect, tuple(ledger.LEVELS[1:]), "", "line")


@contextmanager
def _children() -> Iterator[socket.socket]:
    """A socket that can be read when a child has ended."""
    here, there = socket.socketpair()
    there.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(there.fileno())
    with here, there:
        yield here


def _tell_who_ended(asked: dict[int, socket.socket]) -> None:
    while asked:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        with asked.pop(pid) as connection, suppress(OSError):
            connection.send(str(status).encode())


def _fork(listener: socket.socket, asked: dict[int, socket.socket], waiting: selectors.BaseSelector) -> None:
    connection, _ = listener.accept()
    message, fds, *_more = socket.recv_fds(connection, 1 << 20, 2)
    pid = os.fork()
    if pid == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        waiting.close()
        for each in (listener, connection, *asked.values()):
            each.close()
        _become(json.loads(message), fds)
    for fd in fds:
        os.close(fd)
    asked[pid] = connection
    connection.send(str(pid).encode())


def _become(wish: dict[str, Any], fds: list[int]) -> None:
    """Be the process that was asked for, to its end."""
    for number, fd in enumerate(fds, 1):
        os.dup2(fd, number)
        os.close(fd)
    code = 1
    try:
        os.environ.clear()
        os.environ.update(wish["env"])
        os.chdir(wish["cwd"])
        os.umask(wish["umask"])
        sys.argv = wish["argv"]
        exec(compile(wish["code"], "<string>", "exec"), {"__name__": "__main__"})
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        _end(code)


def _end(code: int) -> None:
    with suppress(BaseException):
        import threading

        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = code or 120  # as Python itself ends when its last words cannot be written
    os._exit(code)


if __name__ == "__main__":
    serve(sys.argv[1])
