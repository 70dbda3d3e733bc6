"""A site without passwords is for this machine only."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_LOOPBACK = re.compile(r"localhost|[\w.-]+\.localhost|127(\.\d{1,3}){3}|\[::1\]|::1")


def is_loopback(host: str) -> bool:
    """Whether a name or address, with or without a port, can be this machine only."""
    name = host.strip().lower()
    if name.count(":") == 1 or name.startswith("["):
        name = re.sub(r":\d+$", "", name)
    return _LOOPBACK.fullmatch(name.rstrip(".")) is not None


def why_no_demonstration(*, hosts: Iterable[str], address: str, https: bool, oidc_server: str) -> str:
    """By which setting the world could come to a site without passwords, in words; empty for none."""
    remedy = "A demonstration needs no passwords, so it is for this machine only: leave WMT_DEMO out"
    if https:
        return f"WMT_DEMO does not go with WMT_HTTPS. {remedy}"
    if oidc_server:
        return f"WMT_DEMO does not go with WMT_OIDC_SERVER. {remedy}"
    named = urlsplit(address).hostname if address else None
    for host in (*hosts, *((named,) if named else ())):
        if not is_loopback(host):
            return f"WMT_DEMO does not go with the host {host!r}. {remedy}"
    return ""
