"""What is answered when more comes than can be worked on: 503, and when to try again."""

import logging
from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string

from wmt.site import problems
from wmt.site.health import headers
from wmt.site.web.context import bare

log = logging.getLogger(__name__)

RETRY_S = 5
_PLAIN = (
    '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Sorry, the service is busy</title>'
    "</head><body><main><h1>Sorry, the service is busy</h1><p>Nothing was saved. Wait a few seconds, then "
    "try again.</p></main></body></html>"
)


class Busy:
    """A page made once, so that it costs nothing when there is nothing to spare."""

    def __init__(self) -> None:
        try:
            self.page = render_to_string("faults/busy.jinja", bare()).encode()
        except Exception:
            log.exception("the page that says that the service is busy cannot be made")
            self.page = _PLAIN.encode()
        self.problem = problems.of_page("busy", 503, {}).content

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        is_api = str(environ.get("PATH_INFO", "")).startswith(problems.PATH)
        body = self.problem if is_api else self.page
        start_response("503 Service Unavailable", _headers(environ, body, is_api=is_api))
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else [body]

    def whole(self, *, is_api: bool) -> bytes:
        """The answer to a request that nobody has read, as it goes to its sender; the connection ends."""
        body = self.problem if is_api else self.page
        lines = ["HTTP/1.1 503 Service Unavailable", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in _headers({}, body, is_api=is_api)]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _headers(environ: dict[str, Any], body: bytes, *, is_api: bool) -> list[tuple[str, str]]:
    found = dict(headers(body)) | {"Retry-After": str(RETRY_S)}
    if not is_api:
        found["Content-Type"] = "text/html; charset=utf-8"
        found["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
    if environ.get("HTTP_HX_REQUEST") == "true":
        found |= {"HX-Retarget": "body", "HX-Reselect": "body", "HX-Reswap": "innerHTML show:window:top"}
    return list(found.items())
