"""The pages, files, forms and answers of a site as each person of the demonstration meets them.

The first side is crawled: from the start page along its links, a few of each kind of address. The second side
is asked for the same addresses in the same order, whatever its pages link to.
"""

import heapq
import re
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

import requests

from .plain import lines_of_file, lines_of_json, lines_of_page, same_each_time

#: How many addresses a person is followed along, how many of one kind, how many that ask for the same things.
MOST, OF_A_KIND, OF_A_FORM = 180, 2, 4
START = (
    "/",
    "/nation/",
    "/rules/",
    "/questions/",
    "/api/",
    "/search/?q=an",
    "/gallery/",
    "/nowhere/",
    "/as-of/",
)
_LINK = re.compile(r'(?:href|hx-get)="([^"#][^"]*)"')
_FORM = re.compile(r'<form\b([^>]*)method="post"([^>]*)>(.*?)</form>', re.S)
_FIELD = re.compile(
    r"<(input|select|textarea|button)\b([^>]*)>(.*?)(?=<(?:input|select|textarea|button|/form)|\Z)", re.S
)
_ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')
_LEFT_OUT = re.compile(r"/health|/static/|/accounts/log|/demo/|/live/|[?&]wait=|\.png\b|/openapi\.json")
_NO_FORM = re.compile(r"/accounts/log|/demo/|/2fa/|/tokens/|/accounts/2fa|reauthenticate")
_FREE = re.compile(r"sort|order|bom|back|from|next|page")


@dataclass
class Recording:
    """What was met, by what was asked for; and the order it was asked for in."""

    said: dict[str, str] = field(default_factory=dict)
    markup: dict[str, str] = field(default_factory=dict)
    visited: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Person:
    """Somebody of the demonstration, signed in."""

    name: str
    address: str
    session: requests.Session = field(default_factory=requests.Session)
    forms: dict[str, tuple[str, str, list[tuple[str, str]]]] = field(default_factory=dict)

    def get(self, path: str, recording: Recording) -> str:
        """Asks for an address and writes down what came. Its markup; '' of what is no page."""
        answer = self.session.get(self.address + path, timeout=60, allow_redirects=False)
        return self._met(f"{self.name}: GET {path}", path, answer, recording)

    def submit(self, form: str, recording: Recording) -> None:
        """Sends a form as it was found and writes down what came, also of the page that it leads to."""
        page, action, values = self.forms[form]
        token = dict(values).get("csrfmiddlewaretoken", "")
        answer = self.session.post(
            self.address + action, values, timeout=60, allow_redirects=False,
            headers={"Referer": self.address + page, "X-CSRFToken": token},
        )  # fmt: skip
        key = f"{self.name}: POST {same_each_time(action)} of {same_each_time(page)}"
        self._met(key, action, answer, recording)
        if "Location" in answer.headers:
            self.get_led(key, urljoin(action, answer.headers["Location"]), recording)

    def get_led(self, key: str, path: str, recording: Recording) -> None:
        """Asks for where an answer leads."""
        if path.startswith("/"):
            answer = self.session.get(self.address + path, timeout=60, allow_redirects=False)
            self._met(f"{key}, then", path, answer, recording)

    def _met(self, key: str, path: str, answer: requests.Response, recording: Recording) -> str:
        """Writes down an answer; its markup, '' of what is no page."""
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        led = answer.headers.get("Location", "").replace(self.address, "")
        head = f"{answer.status_code} {kind} {same_each_time(led)}"
        markup = same_each_time(answer.text) if kind == "text/html" else ""
        if markup:
            body = lines_of_page(markup)
            recording.markup[key] = markup
            self._remember_forms(path, answer.text)
        elif "json" in kind:
            body = lines_of_json(answer.json())
        else:
            body = lines_of_file(answer.content, path.partition("?")[0].rpartition(".")[2])
        recording.said[key] = f"{head.strip()}\n{body}"
        return answer.text if markup else ""

    def _remember_forms(self, page: str, markup: str) -> None:
        for before, after, inside in _FORM.findall(markup):
            given = dict(_ATTRIBUTE.findall(before + after))
            action = urljoin(page, unescape(given.get("action") or page))
            values = _values(inside)
            kind = kind_of(action) + " " + " ".join(sorted({name for name, _ in values}))
            if not _NO_FORM.search(action) and 'type="file"' not in inside:
                self.forms.setdefault(kind, (page, action, values))


def _values(inside: str) -> list[tuple[str, str]]:
    """What a browser would send of a form that nobody filled in: its first button is pressed."""
    found: list[tuple[str, str]] = []
    pressed = False
    for tag, attributes, content in _FIELD.findall(inside):
        given = {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
        name, kind = given.get("name"), given.get("type", "text" if tag == "input" else "")
        if tag == "button" and name and not pressed:
            found.append((name, given.get("value", "")))
        pressed |= tag == "button"
        if not name or tag == "button" or (kind in ("checkbox", "radio") and "checked" not in given):
            continue
        if tag == "select":
            options = re.findall(r"<option\b([^>]*)>", content)
            chosen = [o for o in options if re.search(r"\bselected\b", o)] or options[:1]
            found += [(name, unescape(dict(_ATTRIBUTE.findall(o)).get("value", ""))) for o in chosen]
        else:
            found.append(
                (name, unescape(content.partition("<")[0]) if tag == "textarea" else given.get("value", ""))
            )
    return found


def people(address: str) -> list[Person]:
    """The people that the demonstration offers, signed in, and somebody who is not."""
    page = requests.get(f"{address}/accounts/login/", timeout=60).text
    forms = re.findall(r'<form method="post" action="/demo/sign-in/">(.*?)</form>', page, re.S)
    found = [Person("nobody", address)]
    for number, form in enumerate(forms):
        button = re.sub(r"<[^>]*>", "", re.findall(r"<button.*?</button>", form, re.S)[0]).strip()
        person = Person(button, address)
        again = person.session.get(f"{address}/accounts/login/", timeout=60).text
        mine = re.findall(r'<form method="post" action="/demo/sign-in/">(.*?)</form>', again, re.S)[number]
        answer = person.session.post(
            f"{address}/demo/sign-in/", _values(mine), headers={"Referer": f"{address}/"}, timeout=60
        )
        answer.raise_for_status()
        found.append(person)
    return found


def kind_of(path: str) -> str:
    """What an address has in common with those like it: codes, days, numbers and orders are all one."""
    parts = urlsplit(path)
    if parts.path.endswith((".xlsx", ".parquet")):
        return parts.path.rpartition(".")[2]  # their cells are those of the page and its .csv
    steps = re.sub(r"/(region|pdu|team|post|value)/[^/]+", r"/\1/*", parts.path)
    steps = "/".join("#" if re.fullmatch(r"R?\d[\d-]*", step) else step for step in steps.split("/"))
    asked = parse_qsl(parts.query, keep_blank_values=True)
    words = sorted({f"{k}={'' if _FREE.search(k) or not v.isalpha() else v}" for k, v in asked})
    return steps + ("?" + "&".join(words) if words else "")


def crawl(person: Person, recording: Recording) -> None:
    """Follows a person along the links of pages, nearest first, and writes down the way.

    Pages about one person, team or action come first, files last. Of three steps one is to an address that
    asks for something, as long as there are others.
    """
    seen, kinds, asking = set(START), Counter[str](), list[str]()
    plain = [(0, number, path) for number, path in enumerate(START)]
    visited = recording.visited.setdefault(person.name, [])
    while (plain or asking) and len(visited) < MOST:
        asks = asking and (len(visited) % 3 == 2 or not plain)
        path = asking.pop(0) if asks else heapq.heappop(plain)[2]
        kind = kind_of(path)
        names = re.sub(r"=[^&]*", "", kind)
        if kinds[kind] >= (1 if "?" in kind or "/on/" in kind else OF_A_KIND) or kinds[names] >= OF_A_FORM:
            continue
        kinds.update({kind, names})
        visited.append(path)
        for link in _LINK.findall(person.get(path, recording)):
            onward = urldefrag(urljoin(path, unescape(link))).url
            if onward.startswith("/") and onward not in seen and not _LEFT_OUT.search(onward):
                seen.add(onward)
                if "?" in onward:
                    asking.append(onward)
                else:
                    heapq.heappush(plain, (_turn(onward), len(seen), onward))


def _turn(path: str) -> int:
    if re.search(r"\.\w+$", path):
        return 3
    return 1 if re.match(r"/(post|team|duty|requests|reasons|people|hours)/", path) else 2


def follow(person: Person, way: list[str], recording: Recording) -> None:
    """Asks for the addresses that were asked for before."""
    recording.visited[person.name] = way
    for path in way:
        person.get(path, recording)


def ask_api(person: Person, ways: list[str], recording: Recording) -> None:
    """Asks every GET of the API, with the codes of units that this person came by."""
    key = f"{person.name}: API"
    document = person.session.get(f"{person.address}/api/v1/openapi.json", timeout=60).json()
    if person.name.endswith("administrator"):
        recording.said["OpenAPI document"] = lines_of_json(document)
    units = dict[str, str]()
    for path in ways:
        if match := re.match(r"/(region|pdu|team|post)/([^/?]+)/", path):
            units.setdefault(match[1], match[2])
    units.setdefault("nation", "nation")
    for path, operations in sorted(document.get("paths", {}).items()):
        for filled in _filled(path, operations.get("get"), units):
            answer = person.session.get(person.address + filled, timeout=60)
            is_json = "json" in answer.headers.get("Content-Type", "")
            body = lines_of_json(answer.json()) if is_json else lines_of_file(answer.content, "")
            recording.said[f"{key} GET {filled}"] = f"{answer.status_code}\n{body}"


def _filled(path: str, operation: dict[str, Any] | None, units: dict[str, str]) -> list[str]:
    """A path of the API with values in it: one for each level, where it has a level."""
    if operation is None:
        return []
    fixed = {
        "name": "2026-11-20T183000" if "night" in path else "weeks", "path": "targets", "tab": "caseload",
        "number": "1", "reason": "1", "key": "none",
    }  # fmt: skip
    found = []
    for level, code in sorted(units.items()) if "{level}" in path else [("", "")]:
        code = code or units.get("team" if "/teams/" in path else "post", "none")
        values = {**fixed, "level": level, "code": code}
        found.append(re.sub(r"\{(\w+)\}", lambda m, values=values: values.get(m[1], "1"), path))
    return found
