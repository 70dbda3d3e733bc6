"""Seeing pages in a real browser without a server: a page that Django made is handed to Chromium as it is."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.http import HttpResponse
from playwright.sync_api import Page, Route, sync_playwright

SITE = "http://localhost"
_ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@contextmanager
def browser() -> Iterator[Any]:
    """Headless Chromium of the machine."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_ARGS)
        yield started
        started.close()


def show(page: Page, response: HttpResponse) -> list[str]:
    """Open what Django answered, with its headers. Returns the list that the console's words go to."""
    said: list[str] = []
    page.on("console", lambda word: said.append(word.text))
    page.on("pageerror", lambda fault: said.append(str(fault)))

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/":
            kept = {name: value for name, value in response.items() if name != "Content-Length"}
            route.fulfill(status=200, headers=kept, body=response.content)
        elif found := finders.find(path.removeprefix("/static/")):
            file = Path(str(found))
            route.fulfill(status=200, content_type=_TYPES[file.suffix], body=file.read_bytes())
        else:
            route.fulfill(status=404, body="")

    page.route(f"{SITE}/**", answer)
    page.goto(f"{SITE}/")
    return said
