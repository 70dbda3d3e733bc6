"""What this site asks of others by HTTP: one answer of bounded size in bounded time, and no redirects."""

import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from wmt.site.loopback import is_loopback


class NoAnswer(Exception):  # noqa: N818 - nothing went wrong in the program
    """Nothing came back, or not in time. Says why in few words, and nothing of what was sent."""


class _StayHere(urllib.request.HTTPRedirectHandler):
    """An address that leads elsewhere leads nowhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


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


def ask(
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float,
    most: int,
) -> tuple[int, bytes]:
    """The status and the body of an answer: a POST where there is a body to send. Raises NoAnswer."""
    until = time.monotonic() + seconds
    is_here = is_loopback(urlsplit(url).hostname or "")
    proxies = [urllib.request.ProxyHandler({})] if is_here else []  # no proxy reaches this machine
    request = urllib.request.Request(url, data=body, headers=dict(headers or {}))
    found = bytearray()
    try:
        with urllib.request.build_opener(_StayHere, *proxies).open(request, timeout=seconds) as answer:
            # each part is one wait: who sends a letter at a time does not hold this thread for longer
            while part := answer.read1(65_536):
                found += part
                if len(found) > most:
                    raise NoAnswer("the answer is too large")
                if time.monotonic() > until:
                    raise NoAnswer("the answer took too long")
            return answer.status, bytes(found)
    except urllib.error.HTTPError as other:
        with other:
            return other.code, b""
    except (OSError, HTTPException, ValueError) as fault:
        why = getattr(fault, "reason", None) or fault
        raise NoAnswer("it took too long" if isinstance(why, TimeoutError) else type(why).__name__) from None
