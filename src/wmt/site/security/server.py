"""The web server's own words: its log, and what it answers before it has read a request."""

import html
import logging
import socket
from typing import Any

from gunicorn import util
from gunicorn.glogging import Logger

from wmt.site.security import common_headers
from wmt.site.security.logs import EscapedFormatter, EscapedRecord

_PAGE = """<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>{reason}</title></head>
<body><main><h1>{reason}</h1>
<p>The server could not read this request. Nothing was done.</p></main></body></html>
"""


class ServerLog(Logger):  # type: ignore[misc]
    """gunicorn's log, as safe to read as ours. Named to gunicorn in `serving.gunicorn_config`."""

    def setup(self, cfg: Any) -> None:
        """Its handlers with our formatter, and the answers it gives by itself with our headers."""
        super().setup(cfg)
        logging.setLogRecordFactory(EscapedRecord)
        for logger in (self.error_log, self.access_log):
            for handler in logger.handlers:
                former = handler.formatter
                layout = former._fmt if former else None
                handler.setFormatter(EscapedFormatter(layout, former.datefmt if former else None))
        util.write_error = write_error  # gunicorn has no setting for it


def write_error(client: socket.socket, status: int, reason: str, _: str) -> None:
    """What gunicorn answers to what is no request, without repeating what was sent."""
    util.write_nonblock(client, refusal(status, reason))


def refusal(status: int, reason: str) -> bytes:
    """A whole answer of HTTP, with a short page and the headers that every answer has."""
    page = _PAGE.format(reason=html.escape(reason)).encode()
    headers = {
        "Connection": "close",
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(page)),
        "Cache-Control": common_headers.NO_STORE,
        "Content-Security-Policy": common_headers.BARE_POLICY,
        **common_headers.ALWAYS,
    }
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1") + page
