"""Pictures of the main pages for the documents: taken in every run, written with WMT_PICTURES=1."""

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from browser_people import NARROW, WIDE
from playwright.sync_api import Page

Person = Callable[..., Page]
FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
#: By the picture's name: who looks, at what (own: their home), how wide, and the most of it that is shown.
PICTURES = {
    "home": ("practitioner", "own:", WIDE, 1100),
    "team": ("spo", "own:", WIDE, 1900),
    "working": ("practitioner", "own:working/?figure=points", WIDE, 1200),
    "caseload": ("practitioner", "own:caseload/", WIDE, 1400),
    "nation": ("analyst", "/nation/", WIDE, 2100),
    "rule": ("practitioner", "/rules/value/tier_points.pc16.community.A3/", WIDE, 1200),
    "the-number": ("practitioner", "/the-number/", WIDE, 1200),
    "search": ("analyst", "/search/?q=amber", WIDE, 1100),
    "hours": ("practitioner", "own:hours/", WIDE, 1700),
    "team-hours": ("spo", "own:hours/", WIDE, 1500),
    "team-edit": ("spo", "own:hours/edit/", WIDE, 1300),
    "loads": ("administrator", "/loads/1/", WIDE, 1100),
    "narrow": ("practitioner", "own:", NARROW, 1500),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_shows_its_page(person: Person, name: str) -> None:
    role, where, size, most = PICTURES[name]
    page = person(role, viewport=size, reduced_motion="reduce")
    page.goto(page.url + where.removeprefix("own:") if where.startswith("own:") else where)
    height = min(most, int(page.evaluate("() => document.documentElement.scrollHeight")))
    page.set_viewport_size({"width": size["width"], "height": height})
    picture = page.screenshot(animations="disabled")
    assert different_rows(picture) > 20, "the picture is blank"
    if os.environ.get("WMT_PICTURES"):
        (FOLDER / f"site-{name}.png").write_bytes(picture)


def different_rows(png: bytes) -> int:
    """How many different rows of pixels a picture has: a blank one has one."""
    data, at = b"", 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        data += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    raw = zlib.decompress(data)
    height = struct.unpack(">I", png[20:24])[0]
    width = len(raw) // height
    return len({raw[row * width : (row + 1) * width] for row in range(height)})
