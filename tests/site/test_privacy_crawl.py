"""Every address of the site as each role and without one: no reason of a reduction and no reference of a case
is in any page, file or answer outside the reader's scope. An address that no walk reaches fails the test.
"""

# ruff: noqa: F401, F811 - fixtures come by import

import io
import random
import re
from collections.abc import Iterable, Iterator
from datetime import date
from html import unescape
from typing import Any

import openpyxl
import polars as pl
import pytest
from django.test import Client
from django.urls import resolve
from exports_fixtures import body
from privacy_fixtures import Marked, World, browser_of, world_of
from test_accounts_permissions import TABLE, addresses
from time_fixtures import Two, _loaded_two, two

from how_many import SOAK
from wmt.ledger import Cause
from wmt.site.links import on_day, unit_url
from wmt.site.web.exports.listing import DOWNLOADS
from wmt.site.web.unit_pages.views import TABS

pytestmark = pytest.mark.one_database

ROLES = ("nobody", "expired", "practitioner", "manager", "head", "analyst", "support", "administrator")
FIRST = date(2026, 11, 20)  # of the two nights
KINDS = ("csv", "xlsx", "parquet")
#: Where the reasons there are stand as such, whoever has them: lists of reasons, and forms to choose one.
DEFINITIONS = {
    "reasons", "reason", "reason-new", "reason-change", "reason-retire", "reason-correct", "api-reasons",
    "reduction-new", "reduction-change", "mentoring", "pqip", "pqip-stage", "team-edit", "people-upload",
    "people-template", "reasons/<slug:table>.<slug:kind>", "audit", "audit/<slug:table>.<slug:kind>",
}  # fmt: skip
#: What begins with these has no facts about posts: signing in and the second factor, answers to forms.
NO_FACTS = (
    "account",
    "mfa",
    "openid",
    "socialaccount",
    "first-password",
    "demo-",
    "person",
    "grant-",
    "token",
)
_TABLES = (
    ("working", "points"), ("working", "available"), ("caseload", "cases"), ("hours", "ending"),
    ("hours", "active"), ("archive", "reductions"), ("help", "contacts"),
)  # fmt: skip
_OF_POST = ("lines?size=500", "tables/caseload?size=500", "tables/help", "why?cause=reduction", "ending")
_OF_TEAM = ("lines?size=500", "cells", "tables/caseload?size=500", "ending", "duties", "runs", "over-time")
_WORD = re.compile(r"[A-Za-z0-9]+")


def _sample(role: str, found: Iterable[str], number: int) -> list[str]:
    """All of them in a soak, else a part that depends on the role and nothing else."""
    listed = list(found)
    if SOAK or len(listed) <= number:
        return listed
    return random.Random(f"{role}{len(listed)}").sample(listed, number)


def _first_of_all(world: World, role: str) -> Iterator[str]:
    """What is walked as every role every time: where single lines and records of others stand."""
    own, colleague, far = (m.unit for m in world.marked)
    for unit in (colleague, far):
        yield from (unit_url("post", unit.code, tab) for tab in ("working", "caseload", "hours", "archive"))
        yield f"/post/{unit.code}/sheet/"
        yield f"/api/v1/units/post/{unit.code}/lines?size=500"
        yield f"/api/v1/posts/{unit.code}/records"
    for tab in ("working", "caseload", "hours"):
        yield unit_url("post", own.code, tab)
    for code in (own.team_code, far.team_code):
        yield from (unit_url("team", code, tab) for tab in ("caseload", "hours", "ahead", "archive"))
        yield f"/api/v1/units/team/{code}/lines?size=500"
        yield f"/api/v1/teams/{code}/records"
    yield f"/team/{far.team_code}/downloads/reductions.csv"
    for number in world.waiting:
        yield from (f"/waiting/{number}/{way}" for way in ("", "change/", "remove/"))
        yield f"/api/v1/waiting-cases/{number}"
    for level, code in (("team", own.team_code), ("team", far.team_code), ("pdu", far.pdu_code)):
        yield from (f"{unit_url(level, code, 'waiting')}{query}" for query in ("", "?age=7", "ended.csv"))
        yield f"/api/v1/units/{level}/{code}/tables/waiting"
    yield from (f"/search/?q=Q9000{number:02}" for number in range(4))
    yield from (f"/team/{far.team_code}/ahead/{table}.csv" for table in ("events", "weeks"))
    carry = f"/hours/carry-over/?from={world.gone.code}"
    yield from ("/hours/carry-over/", "/hours/carry-over/left.csv", carry)
    yield from (f"{carry}&to={unit.code}" for unit in (colleague, far))
    yield from (f"/nation/downloads/cases.{kind}" for kind in _sample(role, KINDS, 1))
    for marked in world.marked:
        yield f"/search/?q={min(marked.refs)}"


def _pages(world: World) -> Iterator[str]:
    """Pages of posts, teams and larger units, all tabs, with filters and orders that could tell something."""
    own, colleague, far = (m.unit for m in world.marked)
    for unit in (own, colleague, far):
        yield from (unit_url("post", unit.code, tab) for tab in TABS)
        yield f"/post/{unit.code}/hours/?sort=notes&withdrawn=1"
        yield f"/post/{unit.code}/archive/?sort=why&status=withdrawn"
        yield f"/post/{unit.code}/working/?figure=reduction_hours&sort=ref&order=down"
    for code in (own.team_code, far.team_code):
        yield from (unit_url("team", code, tab) for tab in TABS)
        yield f"/team/{code}/caseload/?sort=crn"
    for level, code in (("pdu", far.pdu_code), ("region", far.region_code), ("nation", "nation")):
        yield from (unit_url(level, code, tab) for tab in TABS)
    yield from ("/", "/nation/why/", "/search/?q=a")
    for marked in world.marked:
        yield from (f"/search/?q={word}" for word in sorted(marked.words | marked.refs)[:5])


def _files(world: World) -> Iterator[str]:
    """Files of what single lines and records are in, of every kind."""
    own, colleague, far = (m.unit for m in world.marked)
    units = [("post", colleague.code), ("post", far.code), ("team", own.team_code), ("team", far.team_code),
             ("region", far.region_code), ("nation", "nation")]  # fmt: skip
    for level, code in units:
        for kind in KINDS:
            yield from (f"{unit_url(level, code, 'downloads')}{name}.{kind}" for name in DOWNLOADS)
            yield from (f"{unit_url(level, code, tab)}{table}.{kind}" for tab, table in _TABLES)
    yield f"/team/{own.team_code}/pack/"
    yield from (f"/post/{unit.code}/sheet/" for unit in (own, colleague, far))
    yield f"/team/{far.team_code}/pack/pack.xlsx"
    yield "/nation/below.csv"


def _answers(world: World) -> Iterator[str]:
    """What programs are told."""
    own, colleague, far = (m.unit for m in world.marked)
    for unit in (own, colleague, far):
        yield from (f"/api/v1/units/post/{unit.code}/{what}" for what in _OF_POST)
        yield from (f"/api/v1/posts/{unit.code}/{what}" for what in ("records", "timeline", "history"))
    for code in (own.team_code, far.team_code):
        yield from (f"/api/v1/units/team/{code}/{what}" for what in _OF_TEAM)
    for cause in Cause:
        yield f"/api/v1/units/nation/nation/why?cause={cause}&size=500"
    yield from ("/api/v1/units/post?size=500", "/api/v1/units/nation/nation/ending?size=500&days=60")


def _others(world: World, role: str) -> Iterator[str]:
    """Every address of the table of permissions: about each marked post in a soak; else about one, and by
    every sixth role, so that each of them is walked by one or two."""
    turn = ROLES.index(role)
    for number, (name, may) in enumerate(TABLE.items()):
        if "GET" not in may.methods or name.startswith(NO_FACTS) or not (SOAK or number % 6 == turn % 6):
            continue
        if may.address:
            yield may.address
            continue
        for marked in world.marked if SOAK else world.marked[number % 3 :][:1]:
            yield _reversed(name, dict(may.args), marked)


def _walk_of(world: World, role: str) -> list[str]:
    """Every address that a role walks, each once; some of them also on a day in the past."""
    found = [
        *_first_of_all(world, role),
        *_sample(role, _pages(world), 12),
        *_sample(role, _files(world), 8),
        *_sample(role, _answers(world), 6),
        *_others(world, role),
    ]
    of_posts = [address for address in found if address.startswith("/post/")]
    return list(dict.fromkeys([*found, *(on_day(each, FIRST) for each in _sample(role, of_posts, 5))]))


def _reversed(name: str, args: dict[str, Any], marked: Marked) -> str:
    from django.urls import reverse

    unit, key = marked.unit, sorted(word for word in marked.words if not word.isupper())
    level = args.get("level", "team" if args.get("code") == "T1" else "post")
    if "code" in args:
        args["code"] = unit.code if level == "post" else getattr(unit, f"{level}_code")
    if "key" in args and key:
        args["key"] = key[0]
    return reverse(name, kwargs=args)


def _texts(answer: Any, address: str) -> str:
    """All that an answer says: of files their cells and what they say of themselves, not their bytes."""
    content = body(answer)
    kind = address.partition("?")[0].rpartition(".")[2]
    if answer.status_code != 200 or kind not in ("xlsx", "parquet"):
        return unescape(content.decode("utf-8", "replace"))
    if kind == "parquet":
        frame, about = pl.read_parquet(io.BytesIO(content)), pl.read_parquet_metadata(io.BytesIO(content))
        return frame.write_csv() + str(about)
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    return "\n".join(str(cell) for page in book for row in page.iter_rows(values_only=True) for cell in row)


def _name_of(address: str) -> str:
    match = resolve(address.partition("?")[0])
    return match.url_name or match.route


def _walk(
    world: World, role: str, walked: set[str], read: dict[str, set[str]]
) -> list[tuple[str, list[str]]]:
    """Reads every address as a role: what it should not have found, with where. `read`: what was found."""
    browser = browser_of(world.users[role])
    browser.raise_request_exception = False
    words, refs = world.forbidden_words(role), world.forbidden_refs(role)
    planted = [*world.marked, world.gone]
    known = frozenset().union(*world.by_post.values(), *(m.words for m in planted))
    wrong: list[Any] = []
    names = [marked.unit.name for marked in world.marked]
    for address in _walk_of(world, role):
        answer = browser.get(address)
        assert answer.status_code < 500, (role, address, answer.status_code)
        plain = address.removeprefix(f"/on/{FIRST}")
        name = _name_of(plain)
        walked.add(name)
        asked = set(_WORD.findall(address))  # what was typed may be said again
        text = _texts(answer, plain)
        found = (set(_WORD.findall(text)) & known) - asked
        if role in ("nobody", "expired") and (named := [n for n in names if n in text]):
            wrong.append((address, named))
        read[role] |= found
        defined = {word for word in words if word.startswith("REASON")} if name in DEFINITIONS else set()
        if bad := sorted(found & ((words - defined) | refs)):
            wrong.append((address, bad[:3]))
    return wrong


@pytest.fixture
def world(two: Two) -> World:
    """The planted world, in the second of two nights."""
    return world_of(two.load)


def test_nothing_private_is_read_outside_its_scope(world: World) -> None:
    walked: set[str] = set()
    read: dict[str, set[str]] = {role: set() for role in ROLES}
    wrong = {role: found for role in ROLES if (found := _walk(world, role, walked, read))}
    assert wrong == {}
    # those of the allocation screens are for tokens of the sign-on alone, never for a session
    there = {str(p.name or p.pattern) for p in addresses() if not str(p.name).startswith("compat-")}
    reached = {name for name in there if "GET" in TABLE[name].methods and not name.startswith(NO_FACTS)}
    assert sorted(reached - walked) == [], "say in this walk how these addresses are read"
    # and those who may, do read it
    assert read["manager"] & world.gone.words, "no reason was read where records are carried over"
    for role in ROLES:
        for marked in world.reasons_of(role):
            assert any(word in read[role] for word in marked.words), (role, marked.code, "no reason was read")
        for marked in world.marked:
            if marked.code in world.posts_of(role):
                assert read[role] & marked.refs, (role, marked.code, "no case was read")
    assert not read["nobody"] - {w for w in read["nobody"] if w.startswith("REASON")}
