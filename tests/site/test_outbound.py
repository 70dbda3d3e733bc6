"""Asking others by HTTP: bounded in size and time, and never led elsewhere."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from wmt.site import outbound

pytestmark = [pytest.mark.process, pytest.mark.one_database]
OK = b"HTTP/1.1 200 OK\r\n\r\n"


@contextmanager
def answering(*parts: bytes, every: float = 0.0) -> Iterator[str]:
    """The address of something that says these parts, one after another, to one who asks."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with listener.accept()[0] as peer:
            peer.recv(65_536)
            try:
                for part in parts:
                    peer.sendall(part)
                    time.sleep(every)
            except OSError:
                pass  # whoever asked has gone

    thread = threading.Thread(target=answer)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    thread.join(10)
    listener.close()


def asked(url: str, **more: float) -> tuple[int, bytes]:
    return outbound.ask(url, **{"seconds": 0.4, "most": 1_000, **more})  # type: ignore[arg-type]


def test_an_answer_is_its_status_and_body() -> None:
    with answering(OK, b"a", b"b") as url:
        assert asked(url) == (200, b"ab")
    with answering(OK, b"a" * 5_000) as url:
        assert asked(url, most=0) == (200, b"")


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (OK, b"a"),
        (OK[:-2], b"a"),
        (OK[:-2], b"a: b\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (OK[:-2] + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
        (b"HTTP/1.1 500 No\r\n", b"a"),
    ],
)  # fmt: skip
def test_who_says_a_letter_at_a_time_does_not_hold_the_thread(first: bytes, then: bytes) -> None:
    with answering(first, *[then] * 12, every=0.1) as url:
        begun = time.monotonic()
        with pytest.raises(outbound.NoAnswer, match="too long"):
            asked(url)
        assert time.monotonic() - begun < 0.7
    assert not [each for each in threading.enumerate() if isinstance(each, threading.Timer)]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ((OK, b"a" * 1_001), "too large"),
        ((b"SMTP ready\r\n",), "not HTTP"),
        ((), "broke off"),
    ],
)  # fmt: skip
def test_what_is_no_answer_says_why(parts: tuple[bytes, ...], words: str) -> None:
    with answering(*parts) as url, pytest.raises(outbound.NoAnswer, match=words):
        asked(url)


def test_an_answer_that_leads_elsewhere_leads_nowhere() -> None:
    with (
        answering(OK, b"found") as target,
        answering(b"HTTP/1.1 302 Found\r\nLocation: %s\r\n\r\n" % target.encode()) as url,
    ):
        assert asked(url) == (302, b"")
        assert asked(target) == (200, b"found"), "it was never asked before"


@pytest.mark.parametrize(
    ("url", "is_so"),
    [
        ("https://example.org/keys", True),
        ("http://localhost:8000/", True),
        ("http://[::1]:8000/", True),
        ("http://example.org/", False),
        ("http://localhost.example.org/", False),
        ("https://ann@example.org/", False),
        ("https://example.org/#part", False),
        ("https://example.org/a b", False),
        ("https://[", False),
        ("ftp://example.org/", False),
        ("//example.org/", False),
    ],
)  # fmt: skip
def test_a_private_way_is_https_or_this_machine(url: str, is_so: bool) -> None:
    assert outbound.is_private_way(url) is is_so
