"""Reading pages about rules in tests: a signed-in client, and what stands on a page."""

from html.parser import HTMLParser

from allauth.mfa.models import Authenticator
from django.test import Client

from wmt.site.accounts.models import User

_VOID = {"input", "br", "hr", "img", "meta", "link", "path", "line", "circle", "source", "use", "wbr"}


def signed_in() -> Client:
    """Someone without any role who is signed in and has a second factor."""
    reader = User.objects.create(email="reader@example.org", name="A reader")
    Authenticator.objects.create(user=reader, type=Authenticator.Type.TOTP, data={})
    client = Client()
    client.force_login(reader)
    return client


class Page(HTMLParser):
    """The tables, links, ids, headings and prose of a page's main part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tables: list[list[list[str]]] = []
        self.links: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.prose: list[str] = []
        self.inputs: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(html)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.prose).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"]] if given.get("id") else []
        if tag == "input":
            self.inputs[given.get("name") or ""] = given.get("value") or ""
        if tag in _VOID:
            return
        self._open.append(tag)
        if tag == "a":
            self.links.append((given.get("href") or "", ""))
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
        elif tag in ("p", "li", "dd"):
            self.prose.append("")

    def handle_endtag(self, tag: str) -> None:
        while tag in self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "a" in self._open and self.links:
            self.links[-1] = (self.links[-1][0], self.links[-1][1] + data)
        if "table" in self._open:
            if {"td", "th"} & set(self._open):
                self.tables[-1][-1][-1] += data
        elif {"p", "li", "dd"} & set(self._open) and "nav" not in self._open and "main" in self._open:
            self.prose[-1] += data

    def rows(self, table: int = 0) -> list[list[str]]:
        """The rows of a table below its heads, each cell's words with single spaces."""
        return [[" ".join(cell.split()) for cell in row] for row in self.tables[table][1:]]


def read(client: Client, address: str, status: int = 200) -> Page:
    """A page, which must answer with the status."""
    response = client.get(address)
    assert response.status_code == status, (address, response.status_code)
    return Page(response.content.decode())
