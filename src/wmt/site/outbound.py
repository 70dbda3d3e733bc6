"""What this site asks of others by HTTP: one answer of bounded size in bounded time, and no redirects."""

import ipaddress
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from wmt.site.loopback import is_loopback

#: The first that fits is said of a fault.
_WHY: dict[type[BaseException], str] = {
    TimeoutError: "it took too long",
    ssl.SSLCertVerificationError: "its certificate is not valid here",
    ssl.SSLError: "no safe connection can be made",
    socket.gaierror: "its name is not known",
    ConnectionError: "nothing answers at its address, or it broke off",
    HTTPException: "what came back is not HTTP",
}
#: What `is_private_way` asks of an address.
PRIVATE_WAY = "begins with https:// (http:// only for this machine), without a name and password"


class NoAnswer(Exception):  # noqa: N818 - nothing went wrong in the program
    """Nothing came back, or not in time. Says why in few words, and nothing of what was sent."""


class _StayHere(urllib.request.HTTPRedirectHandler):
    """An address that leads elsewhere leads nowhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


class _InTime(urllib.request.HTTPSHandler, urllib.request.HTTPHandler):
    """Breaks off what it opened when its time is over: a timeout counts anew with every letter that comes."""

    def __init__(self, until: float) -> None:
        super().__init__()
        self._until = until
        self.end: threading.Timer | None = None

    def do_open(self, http_class: Any, *args: Any, **more: Any) -> Any:
        def opened(*about: Any, **how: Any) -> Any:
            connection = http_class(*about, **how)
            connect = connection.connect

            def connect_in_time() -> None:
                connect()
                left = max(0, self._until - time.monotonic())
                self.end = threading.Timer(left, _break_off, (connection.sock,))
                self.end.start()

            connection.connect = connect_in_time
            return connection

        return super().do_open(opened, *args, **more)


def _break_off(connected: socket.socket) -> None:
    with suppress(OSError):  # it has just ended
        socket.socket.shutdown(connected, socket.SHUT_RDWR)  # beneath TLS, whose state is the other thread's


def is_private_way(url: str) -> bool:
    """Whether nobody between can read or change what goes to an address: https, or this machine itself."""
    try:
        parts = urlsplit(url)
        host, bare = (
            parts.hostname,
            not (parts.username or parts.password or parts.fragment or parts.port == 0),
        )
    except ValueError:
        return False
    if not host or not bare or not url.isascii() or not url.isprintable() or " " in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def is_public(url: str) -> bool:
    """Whether the name in an address leads to the open network only, or says itself that it is this machine.

    Raises NoAnswer where it leads nowhere.
    """
    host = urlsplit(url).hostname or ""
    try:
        found = {each[4][0] for each in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        raise NoAnswer("its name is not known") from None
    addresses = (ipaddress.ip_address(str(each).partition("%")[0]) for each in found)
    return is_loopback(host) or all(each.is_global for each in addresses)


def ask(
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float,
    most: int,
) -> tuple[int, bytes]:
    """The status and the body of an answer, or b'' where `most` is 0: a POST where there is a body to send.

    Raises NoAnswer.
    """
    until = time.monotonic() + seconds
    is_here = is_loopback(urlsplit(url).hostname or "")
    proxies = [urllib.request.ProxyHandler({})] if is_here else []  # no proxy reaches this machine
    request = urllib.request.Request(url, data=body, headers=dict(headers or {}))
    in_time = _InTime(until)
    try:
        with urllib.request.build_opener(_StayHere, in_time, *proxies).open(
            request, timeout=seconds
        ) as answer:
            status, found = answer.status, answer.read(most + 1) if most else b""
    except urllib.error.HTTPError as other:
        with other:
            status, found = other.code, b""
    except (OSError, HTTPException, ValueError) as fault:
        why = TimeoutError() if time.monotonic() > until else getattr(fault, "reason", None) or fault
        said = next((words for kind, words in _WHY.items() if isinstance(why, kind)), type(why).__name__)
        raise NoAnswer(said) from None
    finally:
        if in_time.end is not None:
            in_time.end.cancel()
    if len(found) > most:
        raise NoAnswer("the answer is too large")
    if time.monotonic() > until:  # what was broken off may look like an answer that ended
        raise NoAnswer("it took too long")
    return status, found
