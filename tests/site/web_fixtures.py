"""Seeing pages in a real browser without a server: a page that Django made is handed to Chromium as it is."""

from pathlib import Path
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.http import HttpResponse
from playwright.sync_api import Page, Route

SITE = "http://localhost"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


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
