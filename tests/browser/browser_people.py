"""People in front of the site, and an eye on what the browser complains of meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from browser_ways import KEYBOARD, MOUSE, Walker
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

#: The six people of the demonstration, by what their button says.
BUTTONS = {
    "practitioner": "A practitioner",
    "over": "A probation officer over 110%",
    "spo": "A senior probation officer",
    "head": "A head of PDU",
    "analyst": "A performance and quality analyst",
    "administrator": "An administrator",
}
#: Errors by name only: what answers are judged by, and a live figure asked for while its reader goes to
#: another page (htmx tells an abort by these two; a request that fails is `htmx:sendError` besides).
UNREMARKABLE = ("Failed to load resource", "htmx:afterRequest", "htmx:sendAbort")
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 360, "height": 740}


@dataclass
class Complaints:
    """What went wrong in a browser while a test looked elsewhere. `expected` are answers a test asks for."""

    heard: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=lambda: {200, 204, 301, 302, 303, 304})

    def listen(self, context: BrowserContext) -> None:
        """To everything in a context."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.heard.append(f"script error: {error.error}"))
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # an answer of 404 is told by the browser too; answers are judged by their status below
        if message.type == "error" and not message.text.startswith(UNREMARKABLE):
            self.heard.append(f"console: {message.text} ({message.location.get('url')})")

    def _response(self, response: Response) -> None:
        if response.status not in self.expected:
            self.heard.append(f"answer {response.status}: {response.url}")


def sign_in(page: Page, address: str, role: str, *, keyboard: bool = False) -> None:
    """As one of the five, by the page that asks who one is; it asks nobody who is known already."""
    page.goto(address + "/")
    if "/login" in page.url:
        Walker(page, KEYBOARD if keyboard else MOUSE).button(BUTTONS[role])
        page.wait_for_url(lambda url: "/login" not in url)


def text_of(page: Page) -> str:
    """The words of the page's main part."""
    return page.locator("main").inner_text()


def links(page: Page, within: str = "body") -> list[tuple[str, str]]:
    """The ways on from a page: address without the host, and words."""
    found: Sequence[Any] = page.locator(f"{within} a[href]").evaluate_all(
        "all => all.map(a => [a.origin === location.origin ? a.pathname + a.search : '', a.innerText])"
    )
    return [(href, words) for href, words in found if href]
