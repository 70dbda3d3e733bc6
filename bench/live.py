"""Changes of hours and reductions through the API of the running site, at national size."""

import random
import re
import threading
from collections.abc import Callable
from typing import NamedTuple

import requests

from bench.served import Served

CHANGES = 200
DAY = "2026-11-21"
_TIMING = re.compile(r'total;dur=([\d.]+), db;dur=([\d.]+);desc="(\d+) queries"')


class LiveTimes(NamedTuple):
    """Server milliseconds from a change that is sent to figures that are committed, and what went wrong."""

    alone: list[float]
    beside_pages: list[float]
    errors: int


def live(site: Served, posts: list[str], pages: Callable[[], object]) -> LiveTimes:
    """Change many posts one after the other: alone, then while `pages` asks for pages."""
    dice = random.Random(4)
    chosen = [post.split("/")[2] for post in posts]
    session = _editor(site, chosen[0])
    _changes(session, site, chosen[:8], dice)  # both workers have their engine then
    alone, wrong = _changes(session, site, dice.choices(chosen, k=CHANGES), dice)
    asking = threading.Thread(target=pages)
    asking.start()
    beside, more_wrong = _changes(session, site, dice.choices(chosen, k=CHANGES), dice)
    asking.join()
    return LiveTimes(alone, beside, wrong + more_wrong)


def _editor(site: Served, post: str) -> requests.Session:
    session = site.session()
    page = session.get(f"{site.address}/post/{post}/hours/new/")
    page.raise_for_status()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert found is not None
    session.headers.update({"X-CSRFToken": found[1], "Referer": site.address})
    return session


def _changes(
    session: requests.Session, site: Served, posts: list[str], dice: random.Random
) -> tuple[list[float], int]:
    taken, wrong = [], 0
    for number, post in enumerate(posts):
        hours = dice.randint(1_000, 4_000) / 100
        change = {"kind": "hours", "post": post, "first_day": DAY, "hours": hours}
        if number % 2:
            change = {
                "kind": "reduction",
                "post": post,
                "first_day": DAY,
                "reason": "1",
                "hours": hours / 100,
            }
        address = f"{site.address}/api/v1/changes"
        answer = session.post(address, json={"changes": [_known(session, site, change)]}, timeout=60)
        timing = _TIMING.search(answer.headers.get("Server-Timing", ""))
        wrong += answer.status_code not in (200, 201, 409, 422)
        if timing and answer.status_code in (200, 201):
            taken.append(float(timing[1]))
    return taken, wrong


def _known(session: requests.Session, site: Served, change: dict[str, object]) -> dict[str, object]:
    """The change, of the record that stands where there is one from this day."""
    found = session.get(f"{site.address}/api/v1/posts/{change['post']}/records", timeout=60).json()
    kind = "hours" if change["kind"] == "hours" else "reductions"
    for record in found[kind]:
        if record["first_day"] == change["first_day"] and record.get("reason", "1") in ("1", None):
            return change | {"key": record["key"], "version": record["version"]}
    return change
