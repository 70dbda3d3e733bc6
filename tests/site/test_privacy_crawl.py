"""Every address of the site as each role and without one: no reason of a reduction and no reference of a case
is in any page, file or answer outside the reader's scope. An address that no walk reaches fails the test.
"""

# ruff: noqa: F401, F811 - fixtures come by import

import io
import random
import re
from collections.abc import Callable, Iterator
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
from wmt.site.web.addresses import on_day, unit_url
from wmt.site.web.exports.listing import DOWNLOADS
from wmt.site.web.units.views import TABS

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


def _sample(role: str, found: list[str], number: int) -> list[str]:
    """All of them in a soak, else a part that depends on the role and nothing else."""
    if SOAK or len(found) <= number:
        return found
    return random.Random(f"{role}{len(found)}").sample(found, number)


def _pages(world: World, role: str) -> Iterator[str]:
    """Pages of posts and teams, all tabs; of larger units some; every way into their records."""
    own, colleague, far = (m.unit for m in world.marked)
    for unit in (own, colleague, far):
        yield from _sample(role, [unit_url("post", unit.code, tab) for tab in TABS], 9)
        yield from (unit_url("post", unit.code, tab) for tab in ("working", "caseload", "hours", "archive"))
        yield f"/post/{unit.code}/hours/?sort=notes&withdrawn=1"
        yield f"/post/{unit.code}/archive/?sort=why&status=withdrawn"
        yield f"/post/{unit.code}/working/?figure=reduction_hours&sort=ref&order=down"
    for code in (own.team_code, far.team_code):
        yield from _sample(role, [unit_url("team", code, tab) for tab in TABS], 8)
        yield from (unit_url("team", code, tab) for tab in ("caseload", "hours", "archive"))
        yield f"/team/{code}/caseload/?sort=crn"
    for level, code in (("pdu", far.pdu_code), ("region", far.region_code), ("nation", "nation")):
        yield from _sample(role, [unit_url(level, code, tab) for tab in TABS], 3)
    yield from ("/", "/nation/", "/nation/why/", "/search/?q=a")
    for marked in world.marked:
        yield from (f"/search/?q={ref}" for ref in sorted(marked.refs)[:2])
        yield from (f"/search/?q={word}" for word in sorted(marked.words)[:2])


def _files(world: World, role: str) -> Iterator[str]:
    """Files of what single lines and records are in, of every kind."""
    own, colleague, far = (m.unit for m in world.marked)
    units = [("post", colleague.code), ("post", far.code), ("team", own.team_code), ("team", far.team_code),
             ("region", far.region_code), ("nation", "nation")]  # fmt: skip
    found = [
        f"{unit_url(level, code, 'downloads')}{name}.{kind}"
        for level, code in units
        for name in DOWNLOADS
        for kind in KINDS
    ]
    found += [
        f"{unit_url(level, code, tab)}{table}.{kind}"
        for level, code in units
        for tab, table in _TABLES
        for kind in KINDS
    ]  # fmt: skip
    yield from _sample(role, found, 24)
    for kind in KINDS:  # where most would be lost, each time
        yield f"/nation/downloads/cases.{kind}"
        yield f"/team/{far.team_code}/downloads/reductions.{kind}"
    yield f"/team/{own.team_code}/pack/"
    yield f"/team/{far.team_code}/pack/pack.xlsx"
    yield "/nation/below.csv"


def _answers(world: World) -> Iterator[str]:
    """What programs are told."""
    own, colleague, far = (m.unit for m in world.marked)
    for unit in (own, colleague, far):
        for what in (
            "lines?size=500",
            "tables/caseload?size=500",
            "tables/help",
            "why?cause=reduction",
            "ending",
        ):
            yield f"/api/v1/units/post/{unit.code}/{what}"
        for what in ("records", "timeline", "history"):
            yield f"/api/v1/posts/{unit.code}/{what}"
    for code in (own.team_code, far.team_code):
        for what in (
            "lines?size=500",
            "cells",
            "tables/caseload?size=500",
            "ending",
            "duties",
            "runs",
            "over-time",
        ):
            yield f"/api/v1/units/team/{code}/{what}"
        yield f"/api/v1/teams/{code}/records"
    for cause in ("new", "ended", "moved", "tier", "status", "reduction"):
        yield f"/api/v1/units/nation/nation/why?cause={cause}&size=500"
    yield from ("/api/v1/units/post?size=500", "/api/v1/units/nation/nation/ending?size=500&days=60")


def _others(world: World) -> Iterator[str]:
    """Every address of the table of permissions: once as it stands there, then about each marked post."""
    for name, may in TABLE.items():
        if "GET" not in may.methods or name.startswith(NO_FACTS):
            continue
        if may.address:
            yield may.address
            continue
        for marked in world.marked:
            yield _reversed(name, dict(may.args), marked)


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
    known = frozenset().union(*world.by_post.values(), *(m.words for m in world.marked))
    wrong = []
    addresses = [*_pages(world, role), *_files(world, role), *_answers(world), *_others(world)]
    of_posts = [address for address in addresses if address.startswith("/post/")]
    past = [on_day(address, FIRST) for address in _sample(role, of_posts, 12)]
    for address in dict.fromkeys([*addresses, *past]):
        answer = browser.get(address, headers={"HX-Request": "true"} if address.endswith("part") else {})
        assert answer.status_code < 500, (role, address, answer.status_code)
        plain = address.removeprefix(f"/on/{FIRST}")
        name = _name_of(plain)
        walked.add(name)
        asked = set(_WORD.findall(address))  # what was typed may be said again
        found = (set(_WORD.findall(_texts(answer, plain))) & known) - asked
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
    there = {str(p.name or p.pattern) for p in addresses()}
    reached = {name for name in there if "GET" in TABLE[name].methods and not name.startswith(NO_FACTS)}
    assert sorted(reached - walked) == [], "say in this walk how these addresses are read"
    # and those who may, do read it
    for role in ROLES:
        for marked in world.reasons_of(role):
            assert any(word in read[role] for word in marked.words), (role, marked.code, "no reason was read")
        for marked in world.marked:
            if marked.code in world.posts_of(role):
                assert read[role] & marked.refs, (role, marked.code, "no case was read")
    assert not read["nobody"] - {w for w in read["nobody"] if w.startswith("REASON")}
