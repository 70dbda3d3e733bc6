"""Hours and reductions changed, and cases given, through the API of the running site at national size."""

import random
import re
import threading
from collections.abc import Callable
from typing import NamedTuple, Protocol

import requests

from bench.served import Served
from bench.timing import once

CHANGES = 200
#: So many changes are made before the bare loop is timed as often.
TOGETHER = 20
#: Posts whose cases are given to others.
HOLDERS = 40
DAY = "2026-11-21"
_TIMING = re.compile(r'total;dur=([\d.]+), db;dur=([\d.]+);desc="(\d+) queries"')


class LiveTimes(NamedTuple):
    """Server milliseconds from a change that is sent to figures that are committed, and what went wrong."""

    change: str
    alone: list[float]
    beside_pages: list[float]
    errors: int
    loop: list[float]  # milliseconds of the same bare loop between the changes alone: what the machine does


class Changes(Protocol):
    """Makes one change after the other: the server's milliseconds of each, and how many went wrong."""

    def __call__(self, count: int) -> tuple[list[float], int]: ...


def live(site: Served, posts: list[str], pages: Callable[[], object]) -> list[LiveTimes]:
    """Change posts and give cases, one after the other: alone, then while `pages` asks for pages."""
    chosen = [post.split("/")[2] for post in posts]
    session = _editor(site, chosen[0])
    kinds = {"hours and reductions": _records, "cases given": _allocations}
    return [_timed(name, make(session, site, chosen), pages) for name, make in kinds.items()]


def _timed(name: str, changes: Changes, pages: Callable[[], object]) -> LiveTimes:
    changes(8)  # both workers have their engine then
    alone, loop, wrong = list[float](), list[float](), 0
    for _ in range(CHANGES // TOGETHER):
        taken, some_wrong = changes(TOGETHER)
        alone, wrong = alone + taken, wrong + some_wrong
        loop += [once(_bare_loop) * 1000 for _ in range(TOGETHER)]
    asking = threading.Thread(target=pages)
    asking.start()
    beside, more_wrong = changes(CHANGES)
    asking.join()
    return LiveTimes(name, alone, beside, wrong + more_wrong, loop)


def _bare_loop() -> int:
    """Work that is always the same, about as much as a change: how evenly does this machine do it?"""
    return sum(number * number % 7 for number in range(500_000))


def _editor(site: Served, post: str) -> requests.Session:
    session = site.session()
    page = session.get(f"{site.address}/post/{post}/hours/new/")
    page.raise_for_status()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert found is not None
    session.headers.update({"X-CSRFToken": found[1], "Referer": site.address})
    return session


def _records(session: requests.Session, site: Served, posts: list[str]) -> Changes:
    dice = random.Random(4)

    def change(count: int) -> tuple[list[float], int]:
        taken, wrong = [], 0
        for number, post in enumerate(dice.choices(posts, k=count)):
            hours = dice.randint(1_000, 4_000) / 100
            asked = {"kind": "hours", "post": post, "first_day": DAY, "hours": hours}
            if number % 2:
                asked |= {"kind": "reduction", "reason": "1", "hours": round(hours / 100, 2)}
            address = f"{site.address}/api/v1/changes"
            answer = session.post(address, json={"changes": [_known(session, site, asked)]}, timeout=60)
            wrong += answer.status_code not in (200, 201, 409, 422)
            taken += _server_ms(answer)
        return taken, wrong

    return change


def _allocations(session: requests.Session, site: Served, posts: list[str]) -> Changes:
    """Gives a case of one post to another of the same PDU, with a reason for every question."""
    dice = random.Random(5)
    held: dict[str, list[str]] = {}
    receivers = list(posts)
    for post in posts[:HOLDERS]:  # single lines may be read 120 times a minute
        lines = session.get(f"{site.address}/api/v1/units/post/{post}/lines?figure=points", timeout=60)
        rows = lines.json()["items"]
        held[post] = [line["ref"] for line in rows if line["kind"] == "case" and line["points"]]

    def give(count: int) -> tuple[list[float], int]:
        taken, wrong = [], 0
        for _ in range(count):
            holder = dice.choice([post for post, refs in held.items() if refs])
            receiver = dice.choice([post for post in receivers if post != holder])
            ref = held[holder].pop(dice.randrange(len(held[holder])))
            asked = {"ref": ref, "from_post": holder, "to_post": receiver}
            asked |= {"reason": "other", "why_over": "a trial", "why_not_eligible": "a trial"}
            asked["key"] = f"{dice.getrandbits(64):x}"
            answer = session.post(f"{site.address}/api/v1/allocations", json=asked, timeout=60)
            if "POST_CANNOT" in answer.text:  # a placeholder is nobody, and is not asked again
                receivers.remove(receiver)
                continue
            wrong += answer.status_code not in (200, 201)
            taken += _server_ms(answer)
        return taken, wrong

    return give


def _server_ms(answer: requests.Response) -> list[float]:
    """What the server took for a change it made; nothing where it made none."""
    timing = _TIMING.search(answer.headers.get("Server-Timing", ""))
    return [float(timing[1])] if timing and answer.status_code in (200, 201) else []


def _known(session: requests.Session, site: Served, change: dict[str, object]) -> dict[str, object]:
    """The change, of the record that stands where there is one from this day."""
    found = session.get(f"{site.address}/api/v1/posts/{change['post']}/records", timeout=60).json()
    kind = "hours" if change["kind"] == "hours" else "reductions"
    for record in found[kind]:
        if record["first_day"] == change["first_day"] and record.get("reason", "1") in ("1", None):
            return change | {"key": record["key"], "version": record["version"]}
    return change
