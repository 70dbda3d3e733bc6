"""More comes than can be worked on: some wait, the rest are told at once, nobody stands in another's way."""

import socket
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from wmt.site.security.client import is_gone
from wmt.site.serving import admission as room
from wmt.site.serving.admission import Admission, Environ
from wmt.site.serving.watchdog import stuck_in

BUSY, DONE = "503 Service Unavailable", "200 OK"
LONG = 60.0


def busy(environ: Environ, start_response: Any) -> Iterable[bytes]:  # noqa: ARG001 - as WSGI has it
    start_response(BUSY, [("Retry-After", "5")])
    return [b"busy"]


class Works:
    """An application whose every request stays at work until it is let go."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.began = threading.Condition()
        self.go = threading.Event()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        with self.began:
            self.begun.append(environ["PATH_INFO"])
            self.began.notify_all()
        if environ["PATH_INFO"].startswith("/slow"):
            assert self.go.wait(LONG)
        start_response(DONE, [("X-Path", environ["PATH_INFO"])])
        return [environ["PATH_INFO"].encode()]

    def until(self, there: Callable[[], bool]) -> None:
        with self.began:
            assert self.began.wait_for(there, LONG)


class Server:
    """The threads that pass requests on."""

    def __init__(self, app: room.App, **more: Any) -> None:
        self.admission = Admission(app, busy=busy, **more)
        self.threads = ThreadPoolExecutor(64)

    def ask(self, path: str, method: str = "GET", **environ: Any) -> tuple[str, bytes]:
        said: list[str] = []
        environ = {"PATH_INFO": path, "REQUEST_METHOD": method, **environ}
        body = b"".join(self.admission(environ, lambda status, _: said.append(status)))
        return said[0], body

    def begin(self, path: str, method: str = "GET", **environ: Any) -> "Future[tuple[str, bytes]]":
        return self.threads.submit(self.ask, path, method, **environ)

    def wait_until_waiting(self, number: int) -> None:
        waiting = threading.Event()
        while sum(map(len, self.admission._waiting.values())) < number:
            waiting.wait(0.001)


def test_so_many_are_worked_on_so_many_wait_and_the_rest_are_told_at_once() -> None:
    app = Works()
    server = Server(app, working=2, changing=1, waiting=(3, 3))
    at_work = [server.begin(f"/slow/{number}") for number in range(2)]
    app.until(lambda: len(app.begun) == 2)
    waiting = [server.begin(f"/slow/later/{number}") for number in range(3)]
    server.wait_until_waiting(3)
    assert [server.ask("/one-more") for _ in range(5)] == [(BUSY, b"busy")] * 5
    app.go.set()
    assert {future.result(LONG)[0] for future in at_work + waiting} == {DONE}
    assert server.ask("/afterwards") == (DONE, b"/afterwards")


def test_changes_that_wait_for_one_another_leave_room_to_read() -> None:
    app = Works()
    server = Server(app, working=4, changing=2, waiting=(8, 8))
    changes = [server.begin(f"/slow/{number}", "POST") for number in range(8)]
    app.until(lambda: len(app.begun) == 2)
    server.wait_until_waiting(6)
    assert [server.ask(f"/read/{number}") for number in range(20)] == [
        (DONE, f"/read/{number}".encode()) for number in range(20)
    ]
    app.go.set()
    assert {future.result(LONG)[0] for future in changes} == {DONE}


def test_what_waited_too_long_is_not_worked_on(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Works()
    server = Server(app, working=1, changing=1, waiting=(3, 3))
    first = server.begin("/slow")
    app.until(lambda: len(app.begun) == 1)
    late = server.begin("/late")
    server.wait_until_waiting(1)
    monkeypatch.setattr(room, "PATIENCE_S", -1.0)
    app.go.set()
    assert (first.result(LONG)[0], late.result(LONG)) == (DONE, (BUSY, b"busy"))
    assert app.begun == ["/slow"]


def test_work_for_people_who_have_gone_is_dropped() -> None:
    app = Works()
    server = Server(app, working=1, changing=1, waiting=(3, 3))
    first = server.begin("/slow")
    app.until(lambda: len(app.begun) == 1)
    there, theirs = socket.socketpair()
    gone, closed = socket.socketpair()
    with there, theirs, gone:
        waits = server.begin("/waits", **{"gunicorn.socket": there})
        left = server.begin("/left", **{"gunicorn.socket": gone})
        server.wait_until_waiting(2)
        closed.close()
        app.go.set()
        assert waits.result(LONG)[0] == DONE
        assert left.result(LONG)[0] == BUSY
        assert first.result(LONG)[0] == DONE
    assert sorted(app.begun) == ["/slow", "/waits"]


def test_who_has_sent_more_is_still_there() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert not is_gone({"gunicorn.socket": ours})
        theirs.send(b"more")
        assert not is_gone({"gunicorn.socket": ours})
        assert ours.recv(4) == b"more"
    assert is_gone({"gunicorn.socket": ours})
    assert not is_gone({})


def test_a_fault_of_the_application_is_the_servers_to_tell_and_stops_nobody() -> None:
    def fails(environ: Environ, start_response: Any) -> Iterable[bytes]:  # noqa: ARG001
        raise ZeroDivisionError(environ["PATH_INFO"])

    server = Server(fails, working=1, changing=1, waiting=(1, 1))
    for number in range(5):
        with pytest.raises(ZeroDivisionError, match=f"/{number}"):
            server.ask(f"/{number}")
    assert server.admission.longest() is None


class Answer:
    """An answer that says whether it was closed, and in which thread."""

    def __init__(self, parts: list[bytes]) -> None:
        self.parts, self.closed_in = parts, ""

    def __iter__(self) -> Any:
        return iter(self.parts)

    def close(self) -> None:
        self.closed_in = threading.current_thread().name


@pytest.mark.parametrize("size", [0, 1, 5, 40])
def test_an_answer_is_read_and_closed_where_it_was_made(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "IN_MEMORY", 10)
    answer = Answer([b"part"] * size)

    def gives(environ: Environ, start_response: Any) -> Iterable[bytes]:  # noqa: ARG001
        start_response(DONE, [])
        return answer

    server = Server(gives, working=1, changing=1, waiting=(1, 1))
    assert server.ask("/") == (DONE, b"part" * size)
    assert answer.closed_in == "working 0"


def test_a_file_is_handed_on_as_it_is() -> None:
    class Wrapper:
        def __iter__(self) -> Any:
            return iter([b"file"])

        def close(self) -> None:
            raise AssertionError("the server closes it, when it is sent")

    def gives(environ: Environ, start_response: Any) -> Iterable[bytes]:  # noqa: ARG001
        start_response(DONE, [])
        return Wrapper()

    server = Server(gives, working=1, changing=1, waiting=(1, 1))
    assert server.ask("/", **{"wsgi.file_wrapper": Wrapper}) == (DONE, b"file")


def test_a_request_that_takes_too_long_is_found_and_so_is_where_it_stands() -> None:
    app = Works()
    server = Server(app, working=2, changing=1, waiting=(1, 1))
    began = server.begin("/slow")
    app.until(lambda: len(app.begun) == 1)
    longest = server.admission.longest()
    assert longest is not None
    assert longest.begun is not None
    assert stuck_in(server.admission, longest.begun + 119) is None
    assert stuck_in(server.admission, longest.begun + 121) is longest
    assert "self.go.wait" in room.where(longest)
    app.go.set()
    began.result(LONG)
    assert server.admission.longest() is None
