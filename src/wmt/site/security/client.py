"""Who sent a request: whether they are on this machine, and whether they still wait."""

import socket
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

#: What proxies add. Whoever comes through one is not on this machine, wherever the proxy runs.
_FORWARDED = (
    "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)  # fmt: skip


def is_on_this_machine(environ: Mapping[str, Any]) -> bool:
    """Whether a request comes straight from this machine. The `Host` that it names says nothing about that.

    HTTP/1.0 is what proxies speak that add nothing, so it counts as coming through one.
    """
    if any(environ.get(name) for name in _FORWARDED) or environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
        return False
    try:
        address = ip_address(environ.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback or str(address) == _own_address(environ)


def _own_address(environ: Mapping[str, Any]) -> str | None:
    """The address of ours that was called: who calls it from the same address is this machine."""
    called = environ.get("gunicorn.socket")
    try:
        return str(called.getsockname()[0]) if called is not None else None
    except (OSError, IndexError):
        return None


def is_gone(environ: Mapping[str, Any]) -> bool:
    """Whether the sender has closed the connection. Where the server does not tell, they still wait."""
    connection = environ.get("gunicorn.socket")
    if connection is None:
        return False
    try:
        return bool(connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b"")
    except BlockingIOError:
        return False
    except (OSError, ValueError):
        return True
